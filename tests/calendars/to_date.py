"""Windows to date of the 4-4-5 calendar: the shop's project with them, and what they are, in plain Python."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

from calendars.retail import DAY, GRAINS, HEAD, QUERIES, SCAN, Row, local_day, write_project

Found = dict[tuple[date, str], float]
MORE = {
    "typical": f"{HEAD}, AVG(o.amount) AS amount {SCAN} GROUP BY 1, 2, 3",
    "highest": f"{HEAD}, MAX(o.amount) AS amount {SCAN} GROUP BY 1, 2, 3",
    "middle": f"{HEAD}, MEDIAN(o.amount) AS amount {SCAN} GROUP BY 1, 2, 3",
    "before_month": """
SELECT cur.metrics_sample_date, cur.shop_id, @metric_name() AS metric, cur.amount - m.amount AS amount
FROM @metrics_peer_ref(sales) AS cur
JOIN @metrics_peer_ref(sales, time_aggregation := 'fiscal_month_to_date') AS m
  ON m.shop_id = cur.shop_id AND m.metrics_sample_date = cur.metrics_sample_date""",
}
METRICS = {name: sql for name, sql in (QUERIES | MORE).items() if name != "of_year"}
"""The metrics of which there are windows to date, with their queries."""


@dataclass(frozen=True)
class Year:
    """The buckets of a grain as a calendar's rows say them, and the orders that there were."""

    rows: list[Row]
    grain: str
    events: list[Any]

    @cached_property
    def start_of(self) -> dict[date, date]:
        """The first day of each day's bucket, of buckets that begin in the calendar."""
        days = {row["day"] for row in self.rows}
        return {row["day"]: row[self.grain] for row in self.rows if row[self.grain] in days}

    @cached_property
    def of_shop(self) -> dict[str, list[Any]]:
        """The orders of each shop with their days, in their order."""
        found: dict[str, list[Any]] = defaultdict(list)
        for event in self.events:
            found[event[1]].append((local_day(event[0]), event))
        return {shop: sorted(rows) for shop, rows in found.items()}

    @cached_property
    def first_days(self) -> dict[str, date]:
        """The local day of each customer's first order in any shop."""
        found: dict[str, date] = {}
        for event in sorted(self.events, reverse=True):
            found[event[2]] = local_day(event[0])
        return found

    def inside(self, start: date, end: date, shop: str) -> list[Any]:
        """A shop's orders from one day to another, both included."""
        rows = self.of_shop[shop]
        first, after = (bisect_left(rows, day, key=itemgetter(0)) for day in (start, end + DAY))
        return [event for _, event in rows[first:after]]

    def day_before(self, day: date) -> tuple[date, date] | None:
        """The start of the bucket before a day's, and the same day of it, or its last; None in the first bucket."""
        start = self.start_of[day]
        if (before := self.start_of.get(start - DAY)) is None:
            return None
        return before, min(before + (day - start), start - DAY)


def to_date(metric: str, rows: list[Row], grain: str, events: list[Any], days: Iterable[date]) -> Found:
    """What a metric is on those days that are sample dates: each day of a bucket that begins in the calendar."""
    year = Year(rows, grain, events)
    found: Found = {}
    for day in days:
        for shop in year.of_shop if day in year.start_of else ():
            value = amount(metric, year, day, shop)
            if value is not None:
                found[day, shop] = value
    return found


def amount(metric: str, year: Year, day: date, shop: str) -> float | None:
    """A metric's amount on one sample date; None where it has no row."""
    start = year.start_of[day]
    inside = year.inside(start, day, shop)
    amounts = [event[3] for event in inside]
    if not inside:
        return None
    match metric:
        case "sales":
            return float(sum(amounts))
        case "customers":
            return len({event[2] for event in inside})
        case "per_day":
            return sum(amounts) / ((day - start).days + 1)
        case "typical":
            return sum(amounts) / len(amounts)
        case "highest":
            return max(amounts)
        case "middle":
            return median(amounts)
        case "earlier":
            return len({event[2] for event in inside if year.first_days[event[2]] < start}) or None
        case "best_day":
            days: dict[date, float] = defaultdict(float)
            for event in inside:
                days[local_day(event[0])] += event[3]
            return max(days.values())
        case "change":
            before = year.day_before(day)
            then = year.inside(*before, shop) if before is not None else []
            return float(sum(amounts) - sum(event[3] for event in then)) if then else None
    month = year.inside(max(row["month"] for row in year.rows if row["month"] <= day), day, shop)
    return float(sum(amounts) - sum(event[3] for event in month)) if month else None


def write_to_date(root: Path, metrics: Iterable[str] = tuple(METRICS), grains: Iterable[str] = GRAINS) -> Path:
    """The shop's project with windows to date of the fiscal calendar, and none of its buckets."""
    write_project(root, (), GRAINS)
    words = ", ".join(f"fiscal_{grain}" for grain in grains)
    daily = "time_aggregations: [daily], "
    lines = (
        f"{name}: {{ref: {name}.sql, entity_key: shop_id, {daily if name == 'sales' else ''}to_date: [{words}]}}\n"
        for name in metrics
    )
    (root / "metrics.yaml").write_text("".join(lines))
    for name in metrics:
        (root / "queries" / f"{name}.sql").write_text(METRICS[name])
    return root

"""A 4-4-5 calendar and a shop, as files, tables and plain Python: what the tests compare with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

DAY = timedelta(days=1)
FIRST = date(2023, 1, 29)
GRAINS = ("week", "month", "quarter", "half_year", "year")
ADVERBS = {
    "week": "fiscal_weekly",
    "month": "fiscal_monthly",
    "quarter": "fiscal_quarterly",
    "half_year": "fiscal_biannually",
    "year": "fiscal_yearly",
}
ZONE = "America/New_York"
Row = dict[str, Any]


def calendar(years: int = 2) -> list[Row]:
    """A row for each day: years of 52 weeks from Sunday 29 January 2023, in quarters of 4, 4 and 5 weeks."""
    rows: list[Row] = []
    day = FIRST
    for _ in range(years):
        starts = {"year": day}
        for quarter in range(4):
            starts["quarter"] = day
            if quarter % 2 == 0:
                starts["half_year"] = day
            for weeks in (4, 4, 5):
                starts["month"] = day
                for _ in range(weeks):
                    starts["week"] = day
                    for _ in range(7):
                        rows.append({"day": day, **starts})
                        day += DAY
    return rows


def orders(seed: int, count: int = 900) -> list[tuple[datetime, str, str, int]]:
    """(instant, shop, customer, amount) from before the calendar to after it, many near midnight."""
    rng = Random(seed)
    found = []
    for _ in range(count):
        day = FIRST - 20 * DAY + rng.randrange(780) * DAY
        at = datetime(day.year, day.month, day.day, rng.choice([0, 3, 4, 5, 12, 23]), rng.choice([0, 30, 59]))
        found.append((at, rng.choice(["north", "north", "south"]), f"c{rng.randrange(6)}", rng.randrange(-3, 50)))
    return found


def local_day(at: datetime) -> date:
    """The local date of a naive UTC instant."""
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(ZONE)).date()


def buckets(rows: Iterable[Row], grain: str) -> dict[date, date]:
    """The end, exclusive, of each bucket by its first day; the last one, of which no end is known, is left out."""
    starts = sorted({row[grain] for row in rows})
    return dict(pairwise(starts))


def by_bucket(rows: list[Row], grain: str, events: Iterable[Any], until: date) -> dict[tuple[date, str], list[Any]]:
    """The events of each bucket and shop, of buckets that are over by a day, one day and one event at a time."""
    bucket_of, ends = {row["day"]: row[grain] for row in rows}, buckets(rows, grain)
    found: dict[tuple[date, str], list[Any]] = defaultdict(list)
    for event in events:
        start = bucket_of.get(local_day(event[0]))
        if start in ends and ends[start] <= until:
            found[start, event[1]].append(event)
    return dict(found)


SCAN = "FROM raw.orders AS o WHERE o.ordered_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
HEAD = "SELECT @metrics_sample_date(o.ordered_at) AS metrics_sample_date, o.shop_id, @metric_name() AS metric"
LENGTH = "@metrics_sample_interval_length(o.ordered_at, 'day')"
QUERIES = {
    "sales": f"{HEAD}, SUM(o.amount) AS amount {SCAN} GROUP BY 1, 2, 3",
    "customers": f"{HEAD}, COUNT(DISTINCT o.customer) AS amount {SCAN} GROUP BY 1, 2, 3",
    "per_day": f"{HEAD}, SUM(o.amount) / {LENGTH} AS amount {SCAN} GROUP BY 1, 2, 3",
    "earlier": f"""
WITH firsts AS (SELECT customer, MIN(ordered_at) AS first_at FROM raw.orders GROUP BY customer)
{HEAD}, COUNT(DISTINCT o.customer) AS amount
FROM raw.orders AS o JOIN firsts ON firsts.customer = o.customer AND firsts.first_at < @metrics_start('DATE')
WHERE o.ordered_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3""",
    "best_day": """
SELECT @metrics_sample_date(d.metrics_sample_date) AS metrics_sample_date, d.shop_id, @metric_name() AS metric,
  MAX(d.amount) AS amount
FROM @metrics_peer_ref(sales, time_aggregation := 'daily') AS d
WHERE d.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3""",
    "change": """
SELECT cur.metrics_sample_date, cur.shop_id, @metric_name() AS metric, cur.amount - prev.amount AS amount
FROM @metrics_peer_ref(sales) AS cur JOIN @metrics_peer_ref(sales) AS prev
  ON prev.shop_id = cur.shop_id AND prev.metrics_sample_date = @rolling_window_offset(cur.metrics_sample_date, -1)""",
    "of_year": """
SELECT cur.metrics_sample_date, cur.shop_id, @metric_name() AS metric, cur.amount - w.amount AS amount
FROM @metrics_peer_ref(sales) AS cur
JOIN @metrics_peer_ref(sales, time_aggregation := 'fiscal_weekly') AS w
  ON w.shop_id = cur.shop_id AND w.metrics_sample_date = cur.metrics_sample_date""",
}


def expected(metric: str, rows: list[Row], grain: str, events: list[Any], until: date) -> dict[tuple[date, str], float]:
    """What a metric of `QUERIES` is in every bucket that is over by a day, in plain Python."""
    found, ends = by_bucket(rows, grain, events, until), buckets(rows, grain)
    total = {key: float(sum(event[3] for event in inside)) for key, inside in found.items()}
    if metric == "sales":
        return total
    if metric == "customers":
        return {key: len({event[2] for event in inside}) for key, inside in found.items()}
    if metric == "per_day":
        return {key: amount / (ends[key[0]] - key[0]).days for key, amount in total.items()}
    if metric == "earlier":
        firsts = {name: local_day(min(event[0] for event in events if event[2] == name)) for name in names(events)}
        old = {key: {event[2] for event in inside if firsts[event[2]] < key[0]} for key, inside in found.items()}
        return {key: len(known) for key, known in old.items() if known}
    if metric == "change":
        before = {end: start for start, end in ends.items()}
        return {(s, n): amount - total[p, n] for (s, n), amount in total.items() if ((p := before.get(s)), n) in total}
    if metric == "of_year":
        weeks = expected("sales", rows, "week", events, until)
        return {key: amount - weeks[key] for key, amount in total.items() if key in weeks}
    days: dict[tuple[date, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for key, inside in found.items():
        for event in inside:
            days[key][local_day(event[0])] += event[3]
    return {key: max(amounts.values()) for key, amounts in days.items()}


def names(events: Iterable[Any]) -> set[str]:
    return {event[2] for event in events}


def write_project(root: Path, metrics: Iterable[str] = tuple(QUERIES), grains: Iterable[str] = GRAINS) -> Path:
    """A shop's project in New York, with orders as naive UTC timestamps."""
    (root / "queries").mkdir(parents=True)
    listed = ", ".join(f"{grain}: {grain}_start" for grain in grains)
    words = ", ".join(ADVERBS[grain] for grain in grains)
    files = {
        "gnomon.yaml": f"name: shop\nstart: {FIRST - 40 * DAY}\ntime_zone: {ZONE}\n",
        "config.py": "from gnomon.loader import project_config\n\nconfig = project_config(__file__)\n",
        "sources.yaml": (
            "sources:\n  raw.orders:\n    time: ordered_at\n    time_zone: UTC\n    keys: {shop_id: shop}\n"
            "    columns: {ordered_at: timestamp, shop_id: text, customer: text, amount: bigint}\n"
            f"entities: {{shop: {{}}}}\ncalendars:\n  fiscal: {{table: ref.fiscal, grains: {{{listed}}}}}\n"
        ),
        "metrics.yaml": "".join(
            f"{name}: {{ref: {name}.sql, entity_key: shop_id, time_aggregations: [{daily(name)}{words}]}}\n"
            for name in metrics
        ),
    }
    files |= {f"queries/{name}.sql": QUERIES[name] for name in metrics}
    for name, text in files.items():
        (root / name).write_text(text)
    return root


def daily(name: str) -> str:
    return "daily, " if name == "sales" else ""


def fill(warehouse: duckdb.DuckDBPyConnection, rows: Iterable[Row], events: Iterable[Any]) -> None:
    """The calendar's table and the orders."""
    warehouse.execute("CREATE SCHEMA raw; CREATE SCHEMA ref")
    columns = ", ".join(f"{grain}_start DATE" for grain in GRAINS)
    warehouse.execute(f"CREATE TABLE ref.fiscal (day DATE, {columns})")
    warehouse.execute("CREATE TABLE raw.orders (ordered_at TIMESTAMP, shop_id TEXT, customer TEXT, amount BIGINT)")
    add_days(warehouse, rows)
    add_orders(warehouse, events)


def add_days(warehouse: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> None:
    values = [tuple(row[name] for name in ("day", *GRAINS)) for row in rows]
    warehouse.executemany("INSERT INTO ref.fiscal VALUES (?, ?, ?, ?, ?, ?)", values)


def add_orders(warehouse: duckdb.DuckDBPyConnection, events: Iterable[Any]) -> None:
    warehouse.executemany("INSERT INTO raw.orders VALUES (?, ?, ?, ?)", list(events))


def table(warehouse: duckdb.DuckDBPyConnection, sql: str) -> dict[tuple[date, str], float]:
    """A series' rows: amounts by sample date and shop. Fails where a key is there twice."""
    found = warehouse.execute(f"SELECT metrics_sample_date, shop_id, amount FROM ({sql}) AS series").fetchall()
    assert len({row[:2] for row in found}) == len(found)
    return {(sample, shop): amount for sample, shop, amount in found}

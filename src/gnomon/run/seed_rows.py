"""Rows for seeded tables: events, bridges and references. The same input always gives the same rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from gnomon.model import Project, Relationship
from gnomon.run.seed_days import SeedDays
from gnomon.run.seed_demands import Demand
from gnomon.run.seed_pools import Pool
from gnomon.run.seed_types import Layout
from gnomon.run.seed_usage import ColumnId, Profile, Usage

Row = dict[str, Any]
DAY = timedelta(days=1)
PER_PROFILE = 90
FEWEST, MOST = 400, 5000
REFERENCE_ROWS = 600
BOUND_ROWS = 1500
"""How many rows may be made for the days at the bounds of buckets and windows."""
TIMES = ("date", "timestamp", "timestamptz")


class RowMaker:
    """Draws the rows of one table, each of which passes one of the conjunctions that queries ask for."""

    def __init__(
        self,
        table: str,
        usage: Usage,
        layout: Layout,
        pools: Mapping[ColumnId, Pool],
        days: SeedDays,
        zone: tzinfo = UTC,
    ) -> None:
        self.table, self.usage, self.days, self.pools = table, usage, days, pools
        self.kinds = {column: layout.kind(table, column) for column in layout.tables[table]}
        self.time = layout.times.get(table)
        self.zone = zone
        numbers = {column for column, kind in self.kinds.items() if kind in ("integer", "number")}
        self.measures = {column for column in numbers if pools[(table, column)].nulls}
        self.rng = random.Random(f"gnomon {table}")
        self.profiles = [*self.useful(usage.profiles.get(table, {})), {}]

    def useful(self, profiles: Mapping[Profile, None]) -> list[dict[str, tuple[Demand, ...]]]:
        """Each profile by column, without what it asks of times."""
        found: dict[tuple[Demand, ...], dict[str, tuple[Demand, ...]]] = {}
        for profile in profiles:
            kept = tuple(d for d in profile if self.kinds.get(d.place.column, "other") not in (*TIMES, "other", "list"))
            found[kept] = {c: tuple(d for d in kept if d.place.column == c) for c in {d.place.column for d in kept}}
        return [columns for kept, columns in found.items() if kept]

    def row(self, profile: Mapping[str, tuple[Demand, ...]], day: date) -> Row:
        """One row of that day. The measures of a `silent` id are null, so that some rows sum up nothing but nulls."""
        row = {column: self.value(column, profile.get(column, ()), day) for column in self.kinds}
        if any(value is not None and value == self.pools[(self.table, column)].silent for column, value in row.items()):
            row |= dict.fromkeys(self.measures.difference(profile))
        return row

    def value(self, column: str, demands: tuple[Demand, ...], day: date) -> Any:
        kind, pool = self.kinds[column], self.pools[(self.table, column)]
        if kind in TIMES:
            near = day if column == self.time else self.days_later(day)
            if kind == "date" or near is None:
                return near
            moment = self.days.moment(near, self.rng)
            return moment.replace(tzinfo=self.zone).astimezone(UTC) if kind == "timestamptz" else moment
        if kind == "list":
            return [f"{column} {letter}" for letter in "abc"[: self.rng.randint(0, 3)]]
        return None if kind == "other" else pool.draw(self.rng, day, demands)

    def days_later(self, day: date) -> date | None:
        """The day of a second time column: soon after the first, sometimes before it, sometimes not yet."""
        draw = self.rng.random()
        return None if draw < 0.1 else day + DAY * (self.rng.randint(0, 40) if draw < 0.85 else -self.rng.randint(1, 9))

    def events(self) -> Iterator[Row]:
        """Rows of a source: the profiles in turn, on days that `SeedDays` picks, a few of them twice."""
        wanted = max(PER_PROFILE, 25 * self.usage.volume)
        for n in range(min(MOST, max(FEWEST, wanted * len(self.profiles)))):
            row = self.row(self.profiles[n % len(self.profiles)], self.days.pick(self.rng))
            yield row
            if n % 37 == 0:
                yield dict(row)
        yield from self.at_bounds()
        yield from self.beginnings()

    def at_bounds(self) -> Iterator[Row]:
        """Rows on the first and last days of each bucket and window, and on the days beside them."""
        days = [day for low, high in self.days.spans for day in (low - DAY, low, high - DAY, high)]
        pairs = list(product(dict.fromkeys(days), self.profiles))
        for day, profile in pairs[:: 1 + len(pairs) // BOUND_ROWS]:
            yield self.row(profile, day)

    def beginnings(self) -> Iterator[Row]:
        """Rows in which an id occurs on its very first day, for each conjunction: what first-time metrics look for."""
        columns = [column for column in self.kinds if self.pools[(self.table, column)].late]
        for column in columns:
            for value, day in self.pools[(self.table, column)].late.items():
                for profile in self.profiles:
                    if column not in profile:
                        yield self.row(profile, day) | {column: value}

    def reference(self, joined: list[str]) -> Iterator[Row]:
        """Rows of a reference: one for each known combination of the columns that queries join it by."""
        choices = [self.choices(column) for column in joined] or [list(range(40))]
        combinations = list(product(*choices))
        if len(combinations) > REFERENCE_ROWS:
            combinations = self.rng.sample(combinations, REFERENCE_ROWS)
        for n, values in enumerate(combinations):
            row = self.row(self.profiles[n % len(self.profiles)], self.days.pick(self.rng))
            yield row | dict(zip(joined, values, strict=True)) if joined else row

    def choices(self, column: str) -> list[Any]:
        """The values of a joined column that a reference knows."""
        kind, pool = self.kinds[column], self.pools[(self.table, column)]
        if kind in TIMES:
            span = (self.days.last - self.days.recent).days + 1
            days = sorted({self.days.recent + DAY * n for n in range(span)} | set(self.days.edges))
            return days if kind == "date" else [datetime.combine(day, time()) for day in days]
        return [value for value in pool.values if value != pool.unmatched]

    def bridge(self, hop: Relationship) -> Iterator[Row]:
        """Rows of a relationship, with overlaps, an id that it does not know, and one pair twice."""
        froms, tos = self.ids(hop.from_columns), self.ids(hop.to_columns)
        from_pool, to_pool = (self.pools[(self.table, columns[0])] for columns in (hop.from_columns, hop.to_columns))
        known, targets = froms[:-1], [*tos[:4], tos[-1]]
        for n, source in enumerate(known):
            if hop.cardinality in ("one_to_one", "one_to_many"):
                chosen = tos[n :: len(known)] if hop.cardinality == "one_to_many" else tos[n : n + 1]
            elif hop.cardinality == "many_to_one":
                chosen = [targets[n % len(targets)]]
            elif source[0] in (from_pool.silent, from_pool.early):
                chosen = [tos[-2] if len(hop.to_columns) > 1 else (to_pool.early,)]
            else:
                chosen = [targets[n % len(targets)], targets[(n + 1) % len(targets)]][: 1 + (n % 3 != 2)]
            for position, target in enumerate(chosen):
                for start, end in self.validity(hop, n + position):
                    row = self.row({}, self.days.first)
                    row |= zip(hop.from_columns, source, strict=True)
                    row |= zip(hop.to_columns, target, strict=True)
                    row |= {column: at for column, at in ((hop.valid_from, start), (hop.valid_to, end)) if column}
                    yield row
                    if n == 0:
                        yield dict(row)

    def ids(self, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """The ids of an entity; of a composite one, combinations of its columns' values."""
        pools = [self.pools[(self.table, column)].values for column in columns]
        if len(pools) == 1:
            return [(value,) for value in pools[0]]
        combinations = list(product(*(values[:8] for values in pools)))
        return combinations if len(combinations) <= 64 else self.rng.sample(combinations, 64)

    def validity(self, hop: Relationship, n: int) -> list[tuple[Any, Any]]:
        """The stretches in which a pair is valid: open, ended and begun again, begun late, or overlapping."""
        if not (hop.valid_from or hop.valid_to):
            return [(None, None)]
        middle, recent = self.days.middle, self.days.recent
        shapes: list[list[tuple[date | None, date | None]]] = [
            [(None, None)],
            [(self.days.first, None)],
            [(self.days.first, middle), (middle + DAY * 9, None)],
            [(None, recent + DAY * 2)],
            [(middle, None), (middle - DAY * 10, recent + DAY)],
        ]
        stamped = self.kinds.get(hop.valid_from or hop.valid_to or "") != "date"
        chosen = shapes[n % len(shapes)]
        return [tuple(datetime.combine(d, time()) if d and stamped else d for d in pair) for pair in chosen]  # type: ignore[misc]


def joined_columns(table: str, usage: Usage, columns: Mapping[str, Any]) -> list[str]:
    """The columns of a table that queries equate with columns of other tables."""
    groups = usage.joins.members()
    shared = [c for c in columns if any(t != table for t, _ in groups.get(usage.joins.root((table, c)), []))]
    return shared[:3]


def make_rows(
    project: Project, table: str, usage: Usage, layout: Layout, pools: Mapping[ColumnId, Pool], days: SeedDays
) -> list[Row]:
    """The rows of a table, by what the project says that it is."""
    maker = RowMaker(table, usage, layout, pools, days, ZoneInfo(project.calendar.time_zone))
    hop = next((hop for hop in project.relationships if hop.table == table), None)
    if table in project.sources or (hop is None and maker.time is not None):
        return list(maker.events())
    if hop is not None:
        return list(maker.bridge(hop))
    return list(maker.reference(joined_columns(table, usage, layout.tables[table])))

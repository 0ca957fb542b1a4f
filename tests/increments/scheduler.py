"""A scheduler in memory, with SQLMesh's intervals, and a table that it keeps up to date.

Which days are asked for follows SQLMesh 0.236 (missing days, lookback, batches, restatements). Which rows are then
replaced is `gnomon.time.ranges.written_range`, the code of the materialization. What the rows hold is the set of
events in their bucket or window, by the oracle's clock: two tables that agree on that agree on every metric.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from gnomon.time import Buckets, Calendar, Cron, Grain, OwnGrain, TimeAggregation
from gnomon.time import Rolling as GnomonRolling
from gnomon.time import ToDate as GnomonToDate
from gnomon.time.grain import GRAIN_BY_AGGREGATION
from gnomon.time.ranges import written_range
from oracle.clock import DAY, Bucket, Clock, Moment, Rolling, ToDate, days, local_midnight, windows

Range = tuple[date, date]
OWN_GRAINS = [
    OwnGrain("fiscal", grain, "ref.fiscal", "day", f"{grain.value}_start")
    for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
]
"""The grains of the own calendar that generated projects have."""


@dataclass(frozen=True)
class Event:
    """Something that happened `at` an instant and was known from `arrival` on (both naive UTC)."""

    name: str
    at: datetime
    arrival: datetime


@dataclass(frozen=True)
class Step:
    """What happens `at` an instant: a run, a plan over `[start, end)`, or a restatement of `[start, end)`."""

    at: datetime
    verb: str = "run"
    start: date | None = None
    end: date | None = None


def local_day(instant: datetime, clock: Clock) -> date:
    """The local date of a naive UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(clock.zone)).date()


@cache
def all_windows(
    interval: Bucket | Rolling | ToDate, start: date, end: date, clock: Clock
) -> tuple[tuple[date, Moment, datetime, datetime, date], ...]:
    """(local day of the sample, sample, low instant, high instant, day after the bucket) of each sample date."""
    found = []
    for sample, low, high in windows(interval, start, end, clock):
        if isinstance(low, datetime) and isinstance(high, datetime) and isinstance(sample, datetime):
            day = local_day(sample, clock)
            found.append((day, sample, low, high, day + DAY))
        else:
            found.append((sample, sample, local_midnight(low, clock), local_midnight(high, clock), high))
    return tuple(found)


def in_gnomon(interval: Bucket | Rolling | ToDate) -> TimeAggregation | GnomonRolling | GnomonToDate:
    """The same interval in the words of the code under test."""
    if isinstance(interval, Bucket):
        return TimeAggregation(GRAIN_BY_AGGREGATION[interval.word])
    if isinstance(interval, ToDate):
        own = next((grain for grain in OWN_GRAINS if grain.value == interval.word), None)
        return GnomonToDate(own or Grain(interval.grain), Cron(interval.cron))
    return GnomonRolling(interval.count, Grain(interval.unit), Cron(interval.cron))


def calendar_of(clock: Clock) -> Calendar:
    """The same clock in the words of the code under test, its own calendar read."""
    own = clock.own
    buckets = (
        []
        if own is None
        else [
            Buckets(
                f"{own.name}_{grain}", tuple(start for start in starts if start >= own.first), (own.first, own.last)
            )
            for grain, starts in own.starts
        ]
    )
    return Calendar(clock.zone, clock.week_start, tuple(buckets))


@dataclass
class Scheduler:
    """One model's intervals and its table, from nothing.

    `guarded` is whether plans and restatements keep their range to what is safe.
    """

    interval: Bucket | Rolling | ToDate
    start: date
    horizon: date
    events: list[Event]
    lookback: int = 3
    batch_size: int | None = None
    clock: Clock = field(default_factory=Clock)
    guarded: bool = True
    done: set[date] = field(default_factory=set)
    table: dict[Moment, tuple[str, ...]] = field(default_factory=dict)

    def step(self, step: Step) -> None:
        """Do what a step says, as of its time."""
        execution = local_day(step.at, self.clock)
        first, end = max(step.start or self.first_day(), self.start), min(step.end or execution, execution)
        if self.guarded:
            first, end = self.guard(step.verb, first, end)
        if step.verb == "restate":
            self.done -= set(days(first, end - DAY))
        for low, high in self.batches(self.missing(first, end)):
            self.write(low, high, step.at)
            self.done |= set(days(low, high - DAY))

    def guard(self, verb: str, first: date, end: date) -> Range:
        """The range that `gnomon plan` and `gnomon restate` must ask SQLMesh for.

        SQLMesh looks back within the range of a plan only, and over a gap only at the day exactly `lookback` before:
        so what moves the end forward must begin `lookback` before it, and a restatement must not move it. Days before
        the model's start are in the windows of its first day.
        """
        built_until = max(self.done, default=self.start - DAY) + DAY
        if verb == "restate":
            return first, min(max(end, first + DAY), built_until)
        return max(self.start, min(first, built_until - self.lookback * DAY)) if self.done else first, end

    def first_day(self) -> date:
        """Where a run without a start begins: the first day that was ever built."""
        return min(self.done, default=self.start)

    def missing(self, start: date, end: date) -> list[date]:
        """The days of `[start, end)` that SQLMesh asks for: missing ones, and those within the lookback of one."""
        asked = list(days(start, end - DAY))
        missing = {day for day in asked if day not in self.done}
        if not missing:
            return []
        for place, day in enumerate(asked):
            if place + self.lookback >= len(asked) or asked[place + self.lookback] in missing:
                missing.add(day)
        return sorted(missing)

    def batches(self, missing: list[date]) -> Iterator[Range]:
        """Contiguous ranges `[start, end)`, cut into batches."""
        group: list[date] = []
        for day in missing:
            if group and (day != group[-1] + DAY or len(group) == self.batch_size):
                yield group[0], group[-1] + DAY
                group = []
            group.append(day)
        if group:
            yield group[0], group[-1] + DAY

    def write(self, start: date, end: date, at: datetime) -> None:
        """Replace the rows of the written range by the query's rows of that range."""
        calendar = calendar_of(self.clock)
        built_until = max(self.done, default=start - DAY) + DAY
        execution = local_day(at, self.clock)
        low, high = written_range(in_gnomon(self.interval), start, end, built_until, execution, calendar)
        self.table = {sample: row for sample, row in self.table.items() if not low <= self.day_of_sample(sample) < high}
        self.table |= self.rows(low, high, at)

    def day_of_sample(self, sample: Moment) -> date:
        return local_day(sample, self.clock) if isinstance(sample, datetime) else sample

    def rows(self, low: date, high: date, known_at: datetime) -> dict[Moment, tuple[str, ...]]:
        """The query's rows for the sample dates `[low, high)`: which known events each bucket or window holds."""
        known = [event for event in self.events if event.arrival <= known_at]
        found = {}
        for day, sample, first, after, _ in all_windows(self.interval, self.start, self.horizon, self.clock):
            if low <= day < high and (names := [event.name for event in known if first <= event.at < after]):
                found[sample] = tuple(names)
        return found

    def rebuilt(self, at: datetime) -> dict[Moment, tuple[str, ...]]:
        """The table of one full rebuild at an instant: complete buckets, and every rolling date before it."""
        execution = local_day(at, self.clock)
        complete = {
            sample
            for *_, sample, _, _, until in all_windows(self.interval, self.start, self.horizon, self.clock)
            if until <= execution
        }
        everything = self.rows(self.start, execution, at)
        return {sample: row for sample, row in everything.items() if sample in complete}


def hours(count: float) -> timedelta:
    return timedelta(hours=count)

"""Intervals: what a variant's rows stand for, and the exact half-open bounds of each row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from gnomon.time.calendar import Calendar
from gnomon.time.grain import GRAIN_BY_AGGREGATION, TO_DATE_GRAINS, Grain, add
from gnomon.time.own import OwnGrain

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Cron(Enum):
    """How often a rolling window is sampled; the value is how definitions spell it."""

    HOURLY = "@hourly"
    DAILY = "@daily"
    WEEKLY = "@weekly"
    MONTHLY = "@monthly"
    QUARTERLY = "@quarterly"
    YEARLY = "@yearly"

    @property
    def grain(self) -> Grain:
        return Grain[{"DAILY": "DAY"}.get(self.name, self.name.removesuffix("LY"))]


@dataclass(frozen=True, slots=True)
class TimeAggregation:
    """One row per bucket of a grain, dated by the bucket's first day (or by its hour, in UTC)."""

    grain: Grain

    @property
    def suffix(self) -> str:
        return self.grain.aggregation

    def bounds(self, sample: date, calendar: Calendar) -> tuple[date, date]:
        """The bucket `[start, end)` of a sample date.

        >>> TimeAggregation(Grain.QUARTER).bounds(date(2024, 4, 1), Calendar())
        (datetime.date(2024, 4, 1), datetime.date(2024, 7, 1))
        """
        if isinstance(sample, datetime):
            return sample, sample + HOUR
        return sample, add(sample, self.grain, 1)

    def samples(self, start: date, end: date, calendar: Calendar) -> Iterator[date]:
        """The sample dates from `start` to `end`, both included (dates, also for hours)."""
        if self.grain is Grain.HOUR:
            yield from hourly_samples(start, end, calendar)
            return
        sample = calendar.ceil(start, self.grain)
        while sample <= end:
            yield sample
            sample = add(sample, self.grain, 1)


@dataclass(frozen=True, slots=True)
class OwnAggregation:
    """One row per bucket of a grain of the project's own calendar, dated by the bucket's first day.

    Bounds and samples need a calendar that has read the grain's table; LookupError where it has not.
    """

    grain: OwnGrain

    @property
    def suffix(self) -> str:
        return self.grain.aggregation

    def bounds(self, sample: date, calendar: Calendar) -> tuple[date, date]:
        """The bucket `[start, end)` of a sample date."""
        return calendar.buckets(self.grain).bounds(sample)

    def samples(self, start: date, end: date, calendar: Calendar) -> Iterator[date]:
        """The sample dates from `start` to `end`, both included, of buckets whose ends are known."""
        yield from calendar.buckets(self.grain).between(start, end)


@dataclass(frozen=True, slots=True)
class Rolling:
    """One row per sample date, over the last `window` units up to and including it."""

    window: int
    unit: Grain = Grain.DAY
    cron: Cron = Cron.DAILY

    @property
    def suffix(self) -> str:
        return f"over_{self.window}_{self.unit.value}_window"

    @property
    def hours(self) -> int:
        """How many hours the window holds where it is sampled every hour: elapsed time, also where clocks change."""
        return self.window * (24 if self.unit is Grain.DAY else 1)

    def bounds(self, sample: date, calendar: Calendar) -> tuple[date, date]:
        """The window `[end - N units, end)` of a sample date; months and years clamp at month ends.

        >>> Rolling(30).bounds(date(2024, 1, 30), Calendar())
        (datetime.date(2024, 1, 1), datetime.date(2024, 1, 31))
        >>> Rolling(1, Grain.MONTH).bounds(date(2023, 3, 30), Calendar())
        (datetime.date(2023, 2, 28), datetime.date(2023, 3, 31))
        """
        if isinstance(sample, datetime):
            return sample + HOUR - self.hours * HOUR, sample + HOUR
        end = sample + DAY
        return add(end, self.unit, -self.window), end

    def samples(self, start: date, end: date, calendar: Calendar) -> Iterator[date]:
        """The sample dates from `start` to `end`, both included: the last day of each of the cron's periods."""
        if self.cron is Cron.HOURLY:
            yield from hourly_samples(start, end, calendar)
        else:
            yield from last_days(self.cron.grain, start, end, calendar)


@dataclass(frozen=True, slots=True)
class ToDate:
    """One row per sample date, from the first day of the bucket that holds it up to and including it.

    Of a grain of the project's own calendar there are the sample dates whose bucket its table says; bounds and samples
    need a calendar that has read the table, LookupError where it has not.
    """

    grain: Grain | OwnGrain
    cron: Cron = Cron.DAILY

    @property
    def suffix(self) -> str:
        return f"{self.grain.value}_to_date"

    def bounds(self, sample: date, calendar: Calendar) -> tuple[date, date]:
        """The window `[bucket's start, sample + 1 day)` of a sample date.

        >>> ToDate(Grain.MONTH).bounds(date(2024, 2, 29), Calendar())
        (datetime.date(2024, 2, 1), datetime.date(2024, 3, 1))
        """
        if isinstance(self.grain, OwnGrain):
            return calendar.buckets(self.grain).start_of(sample), sample + DAY
        return calendar.floor(sample, self.grain), sample + DAY

    def samples(self, start: date, end: date, calendar: Calendar) -> Iterator[date]:
        """The sample dates from `start` to `end`, both included: the last day of each of the cron's periods."""
        if isinstance(self.grain, OwnGrain):
            buckets = calendar.buckets(self.grain)
            start, end = max(start, buckets.starts[0]), min(end, buckets.last)
        yield from last_days(self.cron.grain, start, end, calendar)


@dataclass(frozen=True, slots=True)
class AllTime:
    """One row, over everything from the metric's start up to the execution date, dated by the last day included."""

    @property
    def suffix(self) -> str:
        return "over_all_time"


ALL_TIME: Final = AllTime()
Windowed = Rolling | ToDate
"""Intervals whose rows each cover the days up to their sample date, so that a source row is in many of them."""
Interval = TimeAggregation | OwnAggregation | Windowed | AllTime


def grain_words(interval: ToDate) -> str:
    """What the windows' bucket is called in a sentence: `half-year`, `fiscal quarter`."""
    return interval.grain.words if isinstance(interval.grain, OwnGrain) else interval.grain.value.replace("_", "-")


def own_grain(interval: Interval) -> OwnGrain | None:
    """The grain of an own calendar that an interval's buckets or windows begin with, if any."""
    grain = interval.grain if isinstance(interval, OwnAggregation | ToDate) else None
    return grain if isinstance(grain, OwnGrain) else None


def hourly_samples(start: date, end: date, calendar: Calendar) -> Iterator[datetime]:
    """The real hours of the local days from `start` to `end`, both included, as naive UTC timestamps."""
    while start <= end:
        yield from calendar.hours(start)
        start += DAY


def last_days(grain: Grain, start: date, end: date, calendar: Calendar) -> Iterator[date]:
    """The last days of a grain's buckets that lie from `start` to `end`, both included."""
    period = calendar.floor(start, grain)
    while (last := add(period, grain, 1) - DAY) <= end:
        if last >= start:
            yield last
        period = last + DAY


def parse_interval(word: str) -> TimeAggregation | ToDate | AllTime | None:
    """The interval that a word names, a daily one for `month_to_date`; None for any other word.

    >>> parse_interval("biannually")
    TimeAggregation(grain=<Grain.HALF_YEAR: 'half_year'>)
    >>> parse_interval("month_to_date").grain
    <Grain.MONTH: 'month'>
    """
    if word == ALL_TIME.suffix:
        return ALL_TIME
    for to_date in map(ToDate, TO_DATE_GRAINS):
        if word == to_date.suffix:
            return to_date
    grain = GRAIN_BY_AGGREGATION.get(word)
    return TimeAggregation(grain) if grain else None

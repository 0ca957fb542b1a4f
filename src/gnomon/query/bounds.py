"""Which stretch of time a row covers, in words and exactly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from gnomon.model import Variant
from gnomon.time import AllTime, Calendar, Cron, Grain, OwnAggregation, Rolling, ToDate, grain_words

DAY = timedelta(days=1)
GRAIN_WORDS = {
    Grain.HOUR: "the hour that begins at the sample date (UTC)",
    Grain.DAY: "the day of the sample date",
    Grain.WEEK: "the week that begins on the sample date (a {week_start})",
    Grain.MONTH: "the calendar month that begins on the sample date",
    Grain.QUARTER: "the quarter that begins on the sample date",
    Grain.HALF_YEAR: "the half-year that begins on the sample date",
    Grain.YEAR: "the calendar year that begins on the sample date",
}
CRON_WORDS = {
    Cron.HOURLY: "each hour",
    Cron.DAILY: "each day",
    Cron.WEEKLY: "the last day of each week",
    Cron.MONTHLY: "the last day of each month",
    Cron.QUARTERLY: "the last day of each quarter",
    Cron.YEARLY: "the last day of each year",
}


def bounds(variant: Variant, sample: date, calendar: Calendar) -> tuple[date, date]:
    """The half-open `[start, end)` that a variant's row of a sample date covers."""
    if isinstance(variant.interval, AllTime):
        return variant.metric.start, sample + DAY
    return variant.interval.bounds(sample, calendar)


def words(variant: Variant, calendar: Calendar) -> str:
    """What each row of a variant covers, as a phrase."""
    interval = variant.interval
    if isinstance(interval, AllTime):
        return f"everything from {variant.metric.start} to the sample date, both included"
    if isinstance(interval, Rolling):
        units = f"{interval.window} {interval.unit.value}s" if interval.window > 1 else interval.unit.value
        ending = "hour" if interval.cron is Cron.HOURLY else "sample date"
        return f"the {units} up to and including the {ending}, sampled {CRON_WORDS[interval.cron]}"
    if isinstance(interval, ToDate):
        covered = f"the {grain_words(interval)} of the sample date, up to and including that date"
        return f"{covered}, sampled {CRON_WORDS[interval.cron]}"
    if isinstance(interval, OwnAggregation):
        return f"the {interval.grain.words} that begins on the sample date"
    return GRAIN_WORDS[interval.grain].format(week_start=calendar.week_start.capitalize())


def row_bounds(variant: Variant, sample: date, calendar: Calendar) -> dict[str, str]:
    """One row's bounds for programs: ISO dates, the end excluded; hours as UTC instants."""
    start, end = bounds(variant, sample, calendar)
    return {"sample_date": iso(sample), "start": iso(start), "end_exclusive": iso(end)}


def iso(moment: date) -> str:
    """A date, or an instant with its zone.

    >>> iso(date(2024, 1, 2)), iso(datetime(2024, 1, 2, 3))
    ('2024-01-02', '2024-01-02T03:00:00Z')
    """
    return f"{moment.isoformat()}Z" if isinstance(moment, datetime) else moment.isoformat()


def describe(variant: Variant, samples: list[date], calendar: Calendar) -> dict[str, Any]:
    """The bounds of an answer: the rule, and those of its first and last sample dates (None without rows)."""
    ends = [row_bounds(variant, sample, calendar) for sample in (samples[0], samples[-1])] if samples else [None, None]
    return {
        "each_row_covers": words(variant, calendar),
        "time_zone": calendar.time_zone,
        "first": ends[0],
        "last": ends[1],
    }

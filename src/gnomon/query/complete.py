"""Which sample dates stand for a whole bucket or window: decided when asked, never stored.

A stretch of time is complete if it ends by the date that the data reaches and begins on or after the source's first
date. Both ends move with later runs without any row being written, so they are looked up and compared here.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gnomon.model import Variant
from gnomon.time import AllTime, Calendar, Grain, Rolling, TimeAggregation
from gnomon.time.grain import add
from gnomon.time.interval import Cron

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def complete_samples(variant: Variant, first: date, through: date, calendar: Calendar) -> tuple[date, date]:
    """The first and the last complete sample date (the first may lie after the last: none is complete).

    `first` is the first date of the sources; data is whole for every day before `through`.

    >>> from gnomon.time import Rolling, TimeAggregation, Grain, Calendar
    >>> week = TimeAggregation(Grain.WEEK)
    >>> [str(day) for day in of_interval(week, date(2024, 1, 3), date(2024, 1, 31), Calendar())]
    ['2024-01-08', '2024-01-22']
    >>> [str(day) for day in of_interval(Rolling(30), date(2024, 1, 1), date(2024, 2, 10), Calendar())]
    ['2024-01-30', '2024-02-09']
    """
    if isinstance(variant.interval, AllTime):
        return variant.metric.start, through - DAY
    return of_interval(variant.interval, first, through, calendar)


def of_interval(
    interval: TimeAggregation | Rolling, first: date, through: date, calendar: Calendar
) -> tuple[date, date]:
    """The same for an interval that has its own bounds."""
    if isinstance(interval, TimeAggregation):
        if interval.grain is Grain.HOUR:
            return instant(calendar, first), instant(calendar, through) - HOUR
        return calendar.ceil(first, interval.grain), add(calendar.floor(through, interval.grain), interval.grain, -1)
    if interval.cron is Cron.HOURLY:
        hours = interval.window * (24 if interval.unit is Grain.DAY else 1)
        return instant(calendar, first) + (hours - 1) * HOUR, instant(calendar, through) - HOUR
    sample = add(first, interval.unit, interval.window) - DAY
    while interval.bounds(sample - DAY, calendar)[0] >= first:
        sample -= DAY
    while interval.bounds(sample, calendar)[0] < first:
        sample += DAY
    return sample, through - DAY


def instant(calendar: Calendar, day: date) -> datetime:
    """The beginning of a local day as a naive UTC timestamp."""
    return calendar.midnight(day).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

"""How far windows reach: the days that a sample date reads, and the sample dates that hold a day, as expressions.

The windows of own calendars are looked up in their tables (gnomon.plan.own_bounds).
"""

from __future__ import annotations

from sqlglot import exp

from gnomon.rewrite.dates import bucket_end, bucket_start, constant_day, date_literal, move
from gnomon.time import Calendar, Cron, Grain, Rolling, ToDate, Windowed
from gnomon.time.grain import add


def shift(day: exp.Expr, grain: Grain, count: int, dialect: str) -> exp.Expr:
    """A day moved by `count` grains; a constant stays one."""
    constant = constant_day(day)
    return move(day, grain, count, dialect=dialect) if constant is None else date_literal(add(constant, grain, count))


def interval_unit(interval: Rolling) -> Grain:
    return Grain.DAY if interval.unit is Grain.HOUR else interval.unit


def rolling_days(interval: Rolling) -> int:
    """How many of `interval_unit` an event stays in the window, at the most."""
    return -(-interval.window // 24) if interval.unit is Grain.HOUR else interval.window


def beyond(day: exp.Expr, interval: Windowed, calendar: Calendar, dialect: str) -> exp.Expr:
    """A day later than every sample date whose window can hold an event of a day."""
    if isinstance(interval, Rolling):
        return shift(latest(day, interval, dialect), Grain.DAY, 1, dialect)
    assert isinstance(interval.grain, Grain)
    start = bucket_start(day, interval.grain, calendar=calendar, dialect=dialect)
    return bucket_end(start, interval.grain, dialect=dialect)


def latest(day: exp.Expr, interval: Rolling, dialect: str) -> exp.Expr:
    """A day no earlier than the last sample date whose window can hold an event of a day.

    Where month ends clamp, an event stays for up to three days longer than its date moved by the window.
    """
    moved = move(day, interval_unit(interval), rolling_days(interval), dialect=dialect)
    return move(moved, Grain.DAY, 3, dialect=dialect) if interval_unit(interval).months else moved


def earliest(sample: exp.Expr, interval: Windowed, calendar: Calendar, dialect: str) -> exp.Expr:
    """The first day that the window of a sample date can read."""
    if isinstance(interval, ToDate):
        assert isinstance(interval.grain, Grain)
        constant = constant_day(sample)
        if constant is not None:
            return date_literal(calendar.floor(constant, interval.grain))
        return bucket_start(sample, interval.grain, calendar=calendar, dialect=dialect)
    after = sample if interval.cron is Cron.HOURLY else shift(sample, Grain.DAY, 1, dialect)
    return shift(after, interval_unit(interval), -rolling_days(interval), dialect)

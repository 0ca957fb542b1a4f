"""The bounds of a statement over the buckets of an own calendar, and its sample dates, looked up in its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp, select

from gnomon.model import Metric
from gnomon.rewrite.dates import date_literal, move
from gnomon.rewrite.own_calendar import (
    bucket_after,
    bucket_on_or_after,
    bucket_on_or_before,
    bucket_rows,
    calendar_days,
    end_of_bucket,
    first_bucket,
)
from gnomon.time import Grain, OwnGrain

Bounds = tuple[tuple[exp.Expr, ...], tuple[exp.Expr, ...]]
"""The lower bounds, of what is read and of the sample dates, and the upper ones."""


def literal_bounds(grain: OwnGrain, start: date, end: date, dialect: str) -> Bounds:
    """The buckets that begin from `start` to `end`, both included."""
    low = bucket_on_or_after(date_literal(start), grain, dialect)
    return (low,), (end_of_bucket(date_literal(end), grain, dialect),)


def run_bounds(
    grain: OwnGrain, metric: Metric, start: exp.Expr, end: exp.Expr, execution: exp.Expr, dialect: str
) -> Bounds:
    """The buckets that a run's days touch and that are over on the execution date; all of them without increments."""
    lows = [bucket_on_or_after(date_literal(metric.start), grain, dialect)]
    highs = [bucket_on_or_before(execution, grain, dialect)]
    if metric.incremental:
        lows.append(bucket_on_or_before(start, grain, dialect))
        highs.append(end_of_bucket(end, grain, dialect))
    if metric.end is not None:
        highs.append(end_of_bucket(date_literal(metric.end), grain, dialect))
    return tuple(lows), tuple(highs)


def own_dates(grain: OwnGrain, dialect: str) -> exp.Select:
    """One row for each bucket whose end is known: `sample_date`, `window_start` and `window_end`."""
    start, end = exp.column("sample_date"), exp.column("window_end")
    rows = bucket_rows(grain, dialect).subquery("own_buckets")
    return select(start, start.as_("window_start"), end, copy=True).from_(rows).where(exp.not_(end.is_(exp.null())))


def sample_bounds(grain: OwnGrain, samples: Sequence[exp.Expr], dialect: str) -> Bounds:
    """What windows to date read from the latest of some sample dates on, and the sample dates that there are.

    The days before the first bucket that begins in the calendar belong to none that is known.
    """
    first = first_bucket(grain, dialect)
    read = (bucket_on_or_before(sample, grain, dialect) for sample in samples)
    return (*read, first), (*samples, first)


def end_to_date(day: exp.Expr, grain: OwnGrain, execution: exp.Expr, dialect: str) -> exp.Expr:
    """A day later than every sample date whose window to date can hold an event of a day, up to the execution date."""
    return exp.Coalesce(this=bucket_after(day, grain, dialect), expressions=[execution.copy()])


def dates_to_date(grain: OwnGrain, dialect: str) -> exp.Select:
    """One row for each day of the calendar: `sample_date`, and its window's `window_start` and `window_end`."""
    days = calendar_days(grain, dialect, "sample_date")
    end = move(days.selects[0].unalias(), Grain.DAY, 1, dialect=dialect)
    dates = days.select(end.as_("window_end")).subquery("own_dates")
    return select("sample_date", "window_start", "window_end").from_(dates)

"""When a row stands for its whole bucket or window: the one rule, as SQL, for views and for answers.

A row is complete if its bucket or window ends by the time that the data of all its sources reaches, and begins on or
after their first date. Both ends move without a row being written, so that they are compared when rows are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from sqlglot import exp

from gnomon.rewrite.dates import bucket_end, bucket_start, date_literal, move, timestamp_literal
from gnomon.rewrite.own_calendar import bucket_of, end_of_bucket
from gnomon.time import (
    AllTime,
    Calendar,
    Cron,
    Grain,
    Interval,
    OwnAggregation,
    OwnGrain,
    Rolling,
    TimeAggregation,
    ToDate,
)

DATA_FROM, DATA_THROUGH = "data_from", "data_through"
"""A source's first local DATE, and the wall clock in the project's zone before which it is whole."""
UTC_FROM, UTC_THROUGH = "data_from_utc", "data_through_utc"
"""The same as naive UTC TIMESTAMPs, as hourly rows are dated."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the sources of a series hold together, as trees: DATEs, and naive UTC TIMESTAMPs for hourly series."""

    first: exp.Expr
    through: exp.Expr
    utc_first: exp.Expr
    utc_through: exp.Expr

    @classmethod
    def of(cls, first: date, through: datetime, calendar: Calendar) -> Self:
        """Constants: from the beginning of a local day to a wall clock in the project's zone."""
        utc_through = through.replace(tzinfo=ZoneInfo(calendar.time_zone)).astimezone(UTC)
        return cls(
            date_literal(first),
            date_literal(through),
            timestamp_literal(instant(calendar, first)),
            timestamp_literal(utc_through),
        )

    @classmethod
    def beside(cls, table: str) -> Self:
        """The columns of a table in the same FROM."""
        through = exp.cast(exp.column(DATA_THROUGH, table=table), "DATE")
        names = (UTC_FROM, UTC_THROUGH)
        return cls(exp.column(DATA_FROM, table=table), through, *(exp.column(name, table=table) for name in names))


def is_whole(sample: exp.Expr, interval: Interval, reach: Reach, calendar: Calendar, dialect: str) -> exp.Expr:
    """Whether the row of a sample date is complete, a BOOLEAN; NULL where the reach is.

    `over_all_time` begins where its sources begin, so that only its end counts.

    >>> reach = Reach.of(date(2024, 1, 1), datetime(2024, 3, 1), Calendar())
    >>> is_whole(exp.column("day"), TimeAggregation(Grain.MONTH), reach, Calendar(), "postgres").sql("postgres")
    "day >= CAST('2024-01-01' AS DATE) AND CAST(day + INTERVAL '1 MONTH' AS DATE) <= CAST('2024-03-01' AS DATE)"
    """
    start, end = row_bounds(sample, interval, calendar, dialect)
    hourly = is_by_hour(interval)
    ends = exp.LTE(this=end, expression=(reach.utc_through if hourly else reach.through).copy())
    if start is None:
        return ends
    begins = exp.GTE(this=start, expression=(reach.utc_first if hourly else reach.first).copy())
    if isinstance(interval, OwnAggregation):  # where a calendar ends, the end of its last bucket is not known
        return exp.and_(begins, exp.GT(this=end.copy(), expression=sample.copy()), ends, copy=False)
    return exp.and_(begins, ends, copy=False)


def row_bounds(
    sample: exp.Expr, interval: Interval, calendar: Calendar, dialect: str
) -> tuple[exp.Expr | None, exp.Expr]:
    """The half-open `[start, end)` of the row of a sample date; over all time the start is None."""
    if isinstance(interval, TimeAggregation):
        return sample.copy(), bucket_end(sample, interval.grain, dialect=dialect)
    if isinstance(interval, OwnAggregation):
        return sample.copy(), end_of_bucket(sample, interval.grain, dialect)
    end = move(sample, Grain.HOUR if is_by_hour(interval) else Grain.DAY, 1, dialect=dialect)
    if isinstance(interval, AllTime):
        return None, end
    if isinstance(interval, ToDate):
        if isinstance(interval.grain, OwnGrain):
            return bucket_of(sample, interval.grain, dialect), end
        return bucket_start(sample, interval.grain, calendar=calendar, dialect=dialect), end
    if is_by_hour(interval):
        return move(sample, Grain.HOUR, 1 - interval.hours, dialect=dialect), end
    return move(end, interval.unit, -interval.window, dialect=dialect), end


def is_by_hour(interval: Interval) -> bool:
    """Whether an interval's sample dates are hours."""
    if isinstance(interval, Rolling):
        return interval.cron is Cron.HOURLY
    return isinstance(interval, TimeAggregation) and interval.grain is Grain.HOUR


def instant(calendar: Calendar, day: date) -> datetime:
    """The beginning of a local day as a naive UTC timestamp."""
    return calendar.midnight(day).astimezone(UTC).replace(tzinfo=None)

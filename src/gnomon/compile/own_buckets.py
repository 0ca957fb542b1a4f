"""Own calendars as a warehouse holds them: the query for a grain's rows, and the rows as buckets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlglot import exp

from gnomon.errors import Problem, RunError
from gnomon.time import Buckets, OwnGrain, ToDate
from gnomon.time.own import bucket_starts

DAY = timedelta(days=1)


def rows_query(grain: OwnGrain, table: exp.Table) -> exp.Select:
    """The days of a calendar with the first days of their buckets, in order."""
    day = exp.column(grain.day)
    return exp.select(day, exp.column(grain.start)).from_(table.copy()).order_by(day.copy())


def as_buckets(grain: OwnGrain, rows: Iterable[Sequence[Any]]) -> Buckets:
    """A calendar's rows as buckets. Raises RunError `calendar_not_whole` where they do not cut time into buckets."""
    dates = [(as_date(day), None if start is None else as_date(start)) for day, start in rows]
    try:
        return Buckets(grain.value, bucket_starts(dates), (dates[0][0], dates[-1][0]) if dates else None)
    except ValueError as error:
        message = f"{grain.table} cannot say when a {grain.words} begins: the table {error}"
        help = f"give it a row for each day, and {grain.start} the first day of the {grain.grain.value} that holds it"
        raise RunError(Problem("calendar_not_whole", message, help=help)) from None


def uncovered(grain: OwnGrain, buckets: Buckets, start: date, end: date, *, to_date: bool = False) -> str | None:
    """What to say where the days `[start, end)` are built, and a calendar's table does not know all of them.

    A bucket ends where the next one begins, so that the last one waits for the day after it; windows `to_date` need
    their own days alone.
    """
    first, last = buckets.covered or (start, end)
    following, since, is_late = last + DAY, buckets.starts[-1], end > last
    missing = f"the {grain.words} from {since} on has no known end and is not built"
    if to_date:
        since, is_late = following, end > following
        missing = f"{ToDate(grain).suffix} has no rows of later days"
    early = f"{grain.table} begins on {first}: earlier rows are in none of its buckets"
    more = f"add the days from {following} on to it, then `gnomon restate --since {since}`"
    late = f"{grain.table} ends on {last}: {missing}; {more}"
    return "; ".join([early] * (start < first) + [late] * is_late) or None


def as_date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value

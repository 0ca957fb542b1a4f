"""Own calendars as a warehouse holds them: the query for a grain's rows, and the rows as buckets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from gnomon.errors import Problem, RunError
from gnomon.time import Buckets, OwnGrain
from gnomon.time.own import bucket_starts


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


def uncovered(buckets: Buckets, table: str, start: date, end: date) -> str | None:
    """What to say where a calendar has no row for some of the days `[start, end)`, or none for the day after them."""
    first, last = buckets.covered or (start, end)
    if start >= first and end <= last:
        return None
    known = f"{table} has the days {first} to {last}: rows of other days are in none of its buckets"
    return known if end <= last else f"{known}; when it has more, `gnomon restate --since {buckets.starts[-1]}`"


def as_date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value

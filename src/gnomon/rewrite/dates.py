"""Dates in SQL: buckets, moves, local dates and the bounds of a local range, on trees, in nine dialects.

The one place that knows how a grain becomes SQL. Trees are never changed: every function returns a fresh one.
`day` is always a DATE-typed tree. `gnomon.time` says the same in Python, and tests execute both side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from gnomon.rewrite.dialects import DIALECTS, Duckdb, phrases
from gnomon.rewrite.own_calendar import row_bucket
from gnomon.rewrite.source_time import Kind, boundary, constant_day, local_date, local_hour, time_kind
from gnomon.rewrite.terms import date_literal, number, operand, timestamp_literal
from gnomon.time import Calendar, Grain, OwnGrain

__all__ = [
    "DIALECTS",
    "Kind",
    "boundary",
    "bucket_end",
    "bucket_start",
    "calendar_query",
    "constant_day",
    "date_literal",
    "days_between",
    "local_date",
    "local_hour",
    "move",
    "time_kind",
    "timestamp_literal",
]

DIGIT_NAMES = ("ones", "tens", "hundreds", "thousands", "ten_thousands", "hundred_thousands")


def bucket_start(day: exp.Expr, grain: Grain | OwnGrain, *, calendar: Calendar, dialect: str) -> exp.Expr:
    """The first day of the bucket that holds a DATE, a DATE; for an hour, TIMESTAMP in and out.

    For an own grain, `day` is the local date of a scan that its calendar was joined to.

    >>> bucket_start(exp.column("day"), Grain.MONTH, calendar=Calendar(), dialect="duckdb").sql("duckdb")
    "CAST(DATE_TRUNC('MONTH', day) AS DATE)"
    >>> bucket_start(exp.column("day"), Grain.WEEK, calendar=Calendar(), dialect="bigquery").sql("bigquery")
    'DATE_TRUNC(day, WEEK(MONDAY))'
    """
    if isinstance(grain, OwnGrain):
        return row_bucket(day, grain)
    say, day = phrases(dialect), day.copy()
    if grain is Grain.HOUR:
        return say.hour(day)
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return say.week(day, calendar.week_offset)
    if grain is Grain.HALF_YEAR:
        return half_year(say, day)
    return say.truncate(day, grain.value.upper())


def half_year(say: Duckdb, day: exp.Expr) -> exp.Expr:
    """The first of January or July, whichever is the last on or before a DATE; no dialect has it built in."""
    month = exp.Extract(this=exp.var("MONTH"), expression=day.copy())
    january = say.truncate(day.copy(), "YEAR")
    july = say.add(say.truncate(day.copy(), "YEAR"), "MONTH", 6)
    return exp.case().when(exp.LTE(this=month, expression=number(6)), january, copy=False).else_(july, copy=False)


def move(day: exp.Expr, grain: Grain, count: int | exp.Expr, *, dialect: str) -> exp.Expr:
    """A DATE moved by `count` grains, a DATE; month ends clamp. For hours, TIMESTAMP in and out.

    >>> move(exp.column("day"), Grain.QUARTER, -1, dialect="postgres").sql("postgres")
    "CAST(day - INTERVAL '3 MONTH' AS DATE)"
    >>> move(exp.column("day"), Grain.WEEK, 2, dialect="snowflake").sql("snowflake")
    'DATEADD(DAY, 14, day)'
    """
    say, day = phrases(dialect), day.copy()
    count = count if isinstance(count, int) else count.copy()
    if grain is Grain.HOUR:
        return say.add_time(day, "HOUR", count)
    unit, size = ("MONTH", grain.months) if grain.months else ("DAY", 7 if grain is Grain.WEEK else 1)
    return say.add(day, unit, times(count, size))


def times(count: int | exp.Expr, size: int) -> int | exp.Expr:
    """A count of grains as a count of their smaller units."""
    if isinstance(count, int):
        return count * size
    return count if size == 1 else exp.Mul(this=operand(count), expression=number(size))


def bucket_end(start: exp.Expr, grain: Grain, *, dialect: str) -> exp.Expr:
    """The end, exclusive, of the bucket that begins at `start`.

    >>> bucket_end(exp.column("s"), Grain.YEAR, dialect="spark").sql("spark")
    'ADD_MONTHS(s, 12)'
    """
    return move(start, grain, 1, dialect=dialect)


def days_between(start: exp.Expr, end: exp.Expr, *, dialect: str) -> exp.Expr:
    """How many days after the DATE `start` the DATE `end` is, an integer.

    >>> days_between(exp.column("s"), exp.column("e"), dialect="postgres").sql("postgres")
    'e - s'
    """
    return phrases(dialect).days(start.copy(), end.copy())


def calendar_query(
    start: date | exp.Expr,
    end: date | exp.Expr,
    *,
    grains: Sequence[Grain] = (),
    calendar: Calendar,
    dialect: str,
    max_days: int | None = None,
) -> exp.Select:
    """One row for each local day from `start` to `end`, both included: `day`, and `<grain>_start` and `<grain>_end`.

    All columns are DATEs; ends are exclusive. Days come from a cross join of digits, as many as the bounds need;
    bounds that are not constants take `max_days`, the most rows that they can mean. Rows are in no order.

    >>> query = calendar_query(date(2024, 1, 1), date(2024, 1, 9), calendar=Calendar(), dialect="duckdb")
    >>> query.sql("duckdb").partition(" UNION ALL ")[0]
    'WITH digits AS (SELECT 0 AS digit'
    """
    first = start.copy() if isinstance(start, exp.Expr) else date_literal(start)
    last = end.copy() if isinstance(end, exp.Expr) else date_literal(end)
    known = constant_day(first), constant_day(last)
    if known[0] and known[1]:
        max_days = (known[1] - known[0]).days + 1
    if max_days is None:
        raise ValueError("bounds that are not constants need max_days")
    day = exp.column("day")
    columns: list[exp.Expr] = [day.copy()]
    for grain in grains:
        begin = bucket_start(day, grain, calendar=calendar, dialect=dialect)
        columns.append(exp.alias_(begin, f"{grain.value}_start", copy=False))
        columns.append(exp.alias_(bucket_end(begin, grain, dialect=dialect), f"{grain.value}_end", copy=False))
    moved = move(first, Grain.DAY, exp.column("day_number"), dialect=dialect)
    days = exp.select(exp.alias_(moved, "day", copy=False), copy=False).from_("numbers", copy=False)
    query = exp.select(*columns, copy=False).from_("days", copy=False)
    query = query.where(exp.LTE(this=day, expression=last), copy=False)
    for name, stage in (("digits", digits()), ("numbers", numbers(len(str(max(max_days - 1, 0))))), ("days", days)):
        query = query.with_(name, as_=stage, copy=False)
    return query


def digits() -> exp.Query:
    """The ten digits, one row each."""
    rows = [exp.select(exp.alias_(number(digit), "digit")) for digit in range(10)]
    return exp.union(*rows, distinct=False, copy=False)


def numbers(size: int) -> exp.Select:
    """The numbers of up to `size` digits, one row each.

    >>> numbers(2).sql()
    'SELECT ones.digit + 10 * tens.digit AS day_number FROM digits AS ones CROSS JOIN digits AS tens'
    """
    names = DIGIT_NAMES[:size]
    total: exp.Expr = exp.column("digit", table=names[0])
    for power, name in enumerate(names[1:], start=1):
        scaled = exp.Mul(this=number(10**power), expression=exp.column("digit", table=name))
        total = exp.Add(this=total, expression=scaled)
    query = exp.select(exp.alias_(total, "day_number", copy=False)).from_(
        exp.to_table("digits").as_(names[0], table=True)
    )
    for name in names[1:]:
        query = query.join(exp.to_table("digits").as_(name, table=True), join_type="cross", copy=False)
    return query

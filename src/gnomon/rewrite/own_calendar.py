"""Buckets that a table says: joining it to the scans between the bounds, and its bounds as expressions.

Each bounded scan is joined to the calendar's row of its local day, so that a row whose day the calendar lacks is in no
bucket. The bounds of runs and statements are looked up among the days on which a bucket begins.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp, select
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.times import TimeColumn, closes_window, comparisons, conjuncts, opens_window, time_column
from gnomon.time import OwnGrain

BUCKETS, DAYS = "buckets", "own_days"
"""The aliases under which a calendar's table is read: for the days on which buckets begin, and for all its days."""


def attach_calendar(query: exp.Query, grain: OwnGrain, context: Context) -> exp.Query:
    """Join the calendar to every scan that a WHERE keeps between both bounds; changes the query in place."""
    for scope in list(traverse_scope(query)):
        for time in bounded_times(scope, context):
            days = exp.alias_(calendar_table(grain, context.dialect), days_alias(time.column.table, grain), table=True)
            on = exp.column(grain.day, table=days.alias).eq(time.date())
            insert_after(scope.expression, time.column.table, exp.Join(this=days, on=on))
    return query


def bounded_times(scope: Scope, context: Context) -> Iterator[TimeColumn]:
    """The first time column of each scan that a query keeps between both bounds."""
    if not isinstance(scope.expression, exp.Select):
        return
    found = [c for term in conjuncts(scope.expression.args.get("where")) for c in comparisons(term)]
    opened = {c.column for c in found if opens_window(c)}
    closed = {c.column for c in found if closes_window(c)}
    by_table = {c.column.table: c.column for c in reversed(found) if c.column in opened & closed}
    for column in by_table.values():
        yield time_column(scope, column.copy(), context)


def insert_after(query: exp.Expr, alias: str, join: exp.Join) -> None:
    """Put a join right after the table that it depends on."""
    joins: list[exp.Join] = query.args.get("joins") or []
    place = next((i + 1 for i, other in enumerate(joins) if other.this.alias_or_name == alias), 0)
    query.set("joins", [*joins[:place], join, *joins[place:]])


def days_alias(table: str, grain: OwnGrain) -> str:
    """What a calendar is called beside a scan."""
    return f"{table}_{grain.calendar}_days"


def row_bucket(day: exp.Expr, grain: OwnGrain) -> exp.Expr:
    """The first day of a row's bucket, from the calendar beside the scan that the local `day` is of."""
    column = day.find(exp.Column)
    assert column is not None
    return exp.column(grain.start, table=days_alias(column.table, grain))


def bucket_on_or_before(day: exp.Expr, grain: OwnGrain, dialect: str) -> exp.Expr:
    """The first day of the bucket that holds a day; the day itself before all buckets."""
    start = first_day(grain)
    latest = starts(grain, dialect, exp.Max(this=start)).where(start <= day.copy())
    return exp.Coalesce(this=latest.subquery(), expressions=[day.copy()])


def bucket_on_or_after(day: exp.Expr, grain: OwnGrain, dialect: str) -> exp.Expr:
    """The first bucket that begins on or after a day; NULL where there is none."""
    start = first_day(grain)
    return starts(grain, dialect, exp.Min(this=start)).where(start >= day.copy()).subquery()


def bucket_of(day: exp.Expr, grain: OwnGrain, dialect: str) -> exp.Expr:
    """The first day of the bucket that holds a day; NULL where the calendar lacks the day."""
    table = exp.alias_(calendar_table(grain, dialect), BUCKETS, table=True)
    found = select(exp.Max(this=exp.column(grain.start, table=BUCKETS))).from_(table)
    return found.where(first_day(grain).eq(day.copy())).subquery()


def first_bucket(grain: OwnGrain, dialect: str) -> exp.Expr:
    """The first day of the first bucket that begins in the calendar."""
    return starts(grain, dialect, exp.Min(this=first_day(grain))).subquery()


def bucket_after(day: exp.Expr, grain: OwnGrain, dialect: str) -> exp.Expr:
    """The first bucket that begins after a day; NULL where there is none."""
    start = first_day(grain)
    return starts(grain, dialect, exp.Min(this=start)).where(start > day.copy()).subquery()


def calendar_days(grain: OwnGrain, dialect: str, name: str) -> exp.Select:
    """One row for each day of the calendar: the day under a name, and `window_start`, the first day of its bucket."""
    day, start = exp.column(grain.day, table=DAYS), exp.column(grain.start, table=DAYS)
    table = exp.alias_(calendar_table(grain, dialect), DAYS, table=True)
    return select(day.as_(name), start.as_("window_start")).from_(table)


def end_of_bucket(day: exp.Expr, grain: OwnGrain, dialect: str) -> exp.Expr:
    """The end, exclusive, of the bucket that holds a day; the last bucket's start where its end is not known."""
    start = first_day(grain)
    later = exp.case().when(start > day.copy(), start.copy())
    known = exp.Coalesce(this=exp.Min(this=later), expressions=[exp.Max(this=start.copy())])
    return starts(grain, dialect, known).subquery()


def bucket_rows(grain: OwnGrain, dialect: str) -> exp.Select:
    """One row for each bucket: `sample_date`, and `window_end`, which is NULL for the last one."""
    start = first_day(grain)
    following = exp.Window(
        this=exp.Lead(this=start.copy()), order=exp.Order(expressions=[exp.Ordered(this=start.copy())])
    )
    return starts(grain, dialect, start.as_("sample_date"), following.as_("window_end"))


def first_day(grain: OwnGrain) -> exp.Column:
    return exp.column(grain.day, table=BUCKETS)


def starts(grain: OwnGrain, dialect: str, *columns: exp.Expr) -> exp.Select:
    """The calendar's days on which a bucket begins."""
    table = exp.alias_(calendar_table(grain, dialect), BUCKETS, table=True)
    return select(*columns).from_(table).where(first_day(grain).eq(exp.column(grain.start, table=BUCKETS)))


def calendar_table(grain: OwnGrain, dialect: str) -> exp.Table:
    return exp.to_table(grain.table, dialect=dialect)

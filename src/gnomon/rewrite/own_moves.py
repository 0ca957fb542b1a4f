"""Dates moved by buckets of an own calendar, looked up in its table."""

from __future__ import annotations

from sqlglot import exp, select

from gnomon.rewrite.dates import days_between, move
from gnomon.rewrite.own_calendar import DAYS, calendar_table, first_day, starts
from gnomon.time import Grain, OwnGrain


def moved_bucket(date: exp.Expr, grain: OwnGrain, count: int, dialect: str) -> exp.Expr:
    """The first day of the bucket `count` buckets after the one that begins on a date; NULL where there is none."""
    steps = bucket_steps(grain, dialect, moved=count).subquery("steps")
    is_date = exp.column("sample_date", table="steps").eq(date.copy())
    return select(exp.Max(this=exp.column("moved", table="steps"))).from_(steps).where(is_date).subquery()


def moved_day(date: exp.Expr, grain: OwnGrain, count: int, dialect: str) -> exp.Expr:
    """The same day, counted from the first, of the bucket `count` buckets after the one that holds a date.

    The last day of a shorter bucket stands for the days that it lacks. NULL where there is no such bucket.
    """
    day, start = exp.column(grain.day, table=DAYS), exp.column(grain.start, table=DAYS)
    moved, after = exp.column("moved", table="steps"), exp.column("after_moved", table="steps")
    steps = bucket_steps(grain, dialect, moved=count, after_moved=count + 1).subquery("steps")
    same = move(moved, Grain.DAY, exp.paren(days_between(start, day, dialect=dialect)), dialect=dialect)
    last = move(after, Grain.DAY, -1, dialect=dialect)
    found = exp.case().when(after <= same.copy(), last).else_(same)
    table = exp.alias_(calendar_table(grain, dialect), DAYS, table=True)
    rows = select(exp.Max(this=found)).from_(table)
    rows = rows.join(steps, on=exp.column("sample_date", table="steps").eq(start))
    return rows.where(day.eq(date.copy()), exp.not_(moved.is_(exp.null()))).subquery()


def bucket_steps(grain: OwnGrain, dialect: str, **counts: int) -> exp.Select:
    """One row for each bucket: `sample_date`, and under each name the first day of the bucket so many buckets after."""
    return starts(
        grain,
        dialect,
        first_day(grain).as_("sample_date"),
        *(step(grain, count).as_(name) for name, count in counts.items()),
    )


def step(grain: OwnGrain, count: int) -> exp.Expr:
    """The first day of the bucket `count` buckets after a row's."""
    start = first_day(grain)
    if not count:
        return start
    function = exp.Lead if count > 0 else exp.Lag
    return exp.Window(
        this=function(this=start.copy(), offset=exp.Literal.number(abs(count))),
        order=exp.Order(expressions=[exp.Ordered(this=start.copy())]),
    )

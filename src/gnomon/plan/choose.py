"""Pick the plan of one variant, and say which and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp, select

from gnomon.plan.carried import SAMPLE_DATE, NotCarried
from gnomon.plan.frame import DATES, Frame, shift
from gnomon.plan.lift import lift
from gnomon.rewrite.close import Window, close
from gnomon.rewrite.context import Context
from gnomon.time import AllTime, Grain, Windowed

PlanName = Literal["buckets", "window_join", "per_date", "all_time", "peers"]


@dataclass(slots=True)
class Planned:
    """A query without time macros, and the named queries (`calendar`, `dates`) that it reads."""

    query: exp.Query
    name: PlanName
    reason: str
    stages: dict[str, exp.Query] = field(default_factory=dict)


def plan_query(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """Compute a bound query for the sample dates of a frame."""
    if isinstance(frame.interval, AllTime):
        return all_time(query, context, frame)
    try:
        carried = query.copy()
        state = lift(carried, context, frame)
    except NotCarried as reason:
        return per_date(query, context, frame, str(reason))
    if context.peers:
        carried = own_dates(carried, frame)
    if not state.by_bounds:
        return Planned(carried, "peers", "peers' rows are dated already")
    stages = date_stages(frame, context) if state.uses_dates else {}
    if isinstance(frame.interval, Windowed):
        return Planned(carried, "window_join", "each row is joined to the dates whose window holds it", stages)
    return Planned(carried, "buckets", "each row is in one bucket, by its own date", stages)


def all_time(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """The metric over one stretch, which the frame bounds."""
    start, end = extreme(exp.Greatest, frame.lows), extreme(exp.Least, frame.highs)
    sample = shift(end, Grain.DAY, -1, context.dialect)
    closed = close(query.copy(), Window(sample, start, end), context)
    return Planned(closed, "all_time", "one row per entity, over everything from the start on")


def per_date(query: exp.Query, context: Context, frame: Frame, reason: str) -> Planned:
    """The metric's own SQL once for each sample date, as a lateral join."""
    window = Window(*(exp.column(name, table=DATES) for name in ("sample_date", "window_start", "window_end")))
    closed = close(query.copy(), window, context)
    outputs = closed.named_selects
    series = exp.Lateral(this=closed.subquery(copy=False), alias=exp.TableAlias(this=exp.to_identifier("series")))
    statement = select(*(exp.column(name, table="series") for name in outputs)).from_(DATES)
    statement = statement.join(series, join_type="cross", copy=False)
    if context.peers:  # a peer's date may be the output's, and must then be the row's own
        own_date = exp.column(SAMPLE_DATE, table="series").eq(exp.column("sample_date", table=DATES))
        statement = statement.where(own_date, copy=False)
    return Planned(statement, "per_date", reason, date_stages(frame, context))


def own_dates(query: exp.Query, frame: Frame) -> exp.Query:
    """A query over peers' tables, which hold more sample dates than are asked for, kept to the frame's."""
    date = exp.column(SAMPLE_DATE, table="series")
    statement = select(*(exp.column(name, table="series") for name in query.named_selects))
    return statement.from_(query.subquery("series", copy=False)).where(*frame.sampled_dates(date))


def date_stages(frame: Frame, context: Context) -> dict[str, exp.Query]:
    """The sample dates as rows, and the calendar that they come from where the statement brings its own."""
    stages: dict[str, exp.Query] = {}
    if (calendar := frame.calendar()) is not None:
        stages[frame.days] = calendar
    stages[DATES] = frame.dates(context.moments)
    return stages


def extreme(function: type[exp.Func], values: tuple[exp.Expr, ...]) -> exp.Expr:
    """The greatest or least of some expressions."""
    first, *rest = (value.copy() for value in values)
    return function(this=first, expressions=rest) if rest else first

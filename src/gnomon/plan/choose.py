"""Pick the plan of one variant, and say which and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp, select

from gnomon.model import Reference, SourceTable
from gnomon.plan.carried import SAMPLE_DATE, Lift, NotCarried
from gnomon.plan.dated import JOINED, dated
from gnomon.plan.filled import FIRSTS, fill_stages, filled
from gnomon.plan.frame import DATES, Frame
from gnomon.plan.lift import lifted
from gnomon.plan.reach import shift
from gnomon.plan.spans import numbered_dates, span_stages
from gnomon.plan.stocks import stock_query
from gnomon.rewrite.close import Window, close
from gnomon.rewrite.context import Context
from gnomon.rewrite.tables import table_name
from gnomon.time import AllTime, Grain, OwnAggregation, Windowed

PlanName = Literal["buckets", "windows", "window_join", "per_date", "all_time", "peers"]


@dataclass(slots=True)
class Planned:
    """A query without time macros, and the named queries that it reads.

    `stages` are those of time (`calendar`, `dates`); `rows` read sources, and come after everything else.
    """

    query: exp.Query
    name: PlanName
    reason: str
    stages: dict[str, exp.Query] = field(default_factory=dict)
    rows: dict[str, exp.Query] = field(default_factory=dict)


def plan_query(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """Compute a bound query for the sample dates of a frame.

    Raises DefinitionError `fill_not_possible` for a metric that cannot be filled.
    """
    if isinstance(frame.interval, AllTime):
        return all_time(query, context, frame)
    planned = plan_rows(query, context, frame)
    if context.metric.fill == "none":
        return planned
    rows = fill_stages(planned.query, query, context, frame)
    statement = filled(query.selects, rows[FIRSTS], context)
    reason = f"{planned.reason}; dates without rows are filled"
    return Planned(statement, planned.name, reason, planned.stages, rows)


def plan_rows(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """The rows that the metric's own SQL gives."""
    if context.metric.additivity is not None:
        return semi_additive(query, context, frame)
    try:
        carried, state = lifted(query, context, frame)
    except NotCarried as reason:
        return per_date(query, context, frame, str(reason))
    if context.peers:
        carried = own_dates(carried, frame)
    if not state.by_bounds:
        return Planned(carried, "peers", "peers' rows are dated already")
    uses_dates = state.uses_dates or state.uses_spans or context.metric.fill != "none"
    stages = date_stages(frame, context, state) if uses_dates else {}
    if isinstance(frame.interval, Windowed):
        return Planned(carried, "window_join" if state.uses_dates else "windows", "; ".join(state.methods), stages)
    return Planned(carried, "buckets", "each row is in one bucket, by its own date", stages)


def semi_additive(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """A stock: over time for each of the source's own keys, and then over the keys."""
    statement, reason = stock_query(query, context, frame)
    if isinstance(frame.interval, Windowed):
        return Planned(statement, "windows", reason, date_stages(frame, context, Lift(context, frame, uses_spans=True)))
    uses_dates = isinstance(frame.interval, OwnAggregation) or context.metric.fill != "none"
    return Planned(statement, "buckets", reason, date_stages(frame, context) if uses_dates else {})


def all_time(query: exp.Query, context: Context, frame: Frame) -> Planned:
    """The metric over one stretch, which the frame bounds."""
    if context.metric.additivity is not None:
        statement, reason = stock_query(query, context, frame)
        return Planned(statement, "all_time", reason)
    start, end = extreme(exp.Greatest, frame.lows), extreme(exp.Least, frame.highs)
    sample = shift(end, Grain.DAY, -1, context.dialect)
    closed = close(query.copy(), Window(sample, start, end), context)
    return Planned(closed, "all_time", "one row per entity, over everything from the start on")


def per_date(query: exp.Query, context: Context, frame: Frame, reason: str) -> Planned:
    """The metric's own SQL once for each sample date: a lateral join, or joins alone where the dialect needs them.

    Raises DefinitionError `no_plan` where that is not possible.
    """
    dates = DATES if context.dialect in JOINED else dates_beside(query, context)
    window = Window(*(exp.column(name, table=dates) for name in ("sample_date", "window_start", "window_end")))
    closed = close(query.copy(), window, context)
    if context.dialect in JOINED:
        return Planned(joined_dates(closed, context, reason), "per_date", reason, date_stages(frame, context))
    keep_top_rows(closed, context.dialect)
    outputs = closed.named_selects
    series = exp.Lateral(this=closed.subquery(copy=False), alias=exp.TableAlias(this=exp.to_identifier("series")))
    statement = select(*(exp.column(name, table="series") for name in outputs))
    statement = statement.from_(exp.to_table(DATES, alias=dates if dates != DATES else None))
    statement = statement.join(series, join_type="cross", copy=False)
    if context.peers:  # a peer's date may be the output's, and must then be the row's own
        own_date = exp.column(SAMPLE_DATE, table="series").eq(exp.column("sample_date", table=dates))
        statement = statement.where(own_date, copy=False)
    return Planned(statement, "per_date", reason, date_stages(frame, context))


def dates_beside(query: exp.Query, context: Context) -> str:
    """How the dates are called beside a query: not as a column that it reads, which would hide them from it.

    To DuckDB `dates.window_end` in a query over a table with a column `dates` is a field of that column.
    """
    tables: dict[str, SourceTable | Reference] = {**context.project.references, **context.project.sources}
    read = (tables.get(table_name(table)) for table in query.find_all(exp.Table))
    taken = {column for table in read if table is not None for column in table.columns}
    taken |= {identifier.name.lower() for identifier in query.find_all(exp.Identifier)}
    return next(name for name in (DATES, *(f"{DATES}_{i}" for i in range(2, 1000))) if name not in taken)


def joined_dates(closed: exp.Query, context: Context, reason: str) -> exp.Query:
    """The metric's own SQL for all sample dates, by joins. Raises DefinitionError `no_plan` where that is not exact."""
    try:
        return dated(closed, has_peers=bool(context.peers))
    except NotCarried as more:
        raise context.fail(
            "no_plan",
            f"'{context.metric.name}' is computed for each date by itself, which {context.dialect} does not do: {more}",
            help=f"write the query without that, or so that its dates can be carried ({reason})",
        ) from None


def keep_top_rows(query: exp.Query, dialect: str) -> None:
    """Keep DuckDB from a rewriting of its own: 1.5 may give another row than the first of a correlated LIMIT 1.

    The rule (`top_n_window_elimination`) does not apply where there is an OFFSET.
    """
    for node in query.find_all(exp.Query) if dialect == "duckdb" else ():
        if node.args.get("limit") is not None and node.args.get("offset") is None:
            node.set("offset", exp.Offset(expression=exp.Literal.number(0)))


def own_dates(query: exp.Query, frame: Frame) -> exp.Query:
    """A query over peers' tables, which hold more sample dates than are asked for, kept to the frame's."""
    date = exp.column(SAMPLE_DATE, table="series")
    statement = select(*(exp.column(name, table="series") for name in query.named_selects))
    return statement.from_(query.subquery("series", copy=False)).where(*frame.sampled_dates(date))


def date_stages(frame: Frame, context: Context, state: Lift | None = None) -> dict[str, exp.Query]:
    """The sample dates as rows, how long rows stay in windows, and the calendar where the statement brings its own."""
    stages: dict[str, exp.Query] = {}
    if (calendar := frame.calendar()) is not None:
        stages[frame.days] = calendar
    if state is None or not state.uses_spans:
        return {**stages, DATES: frame.dates(context.moments)}
    needs_windows = state.uses_dates or context.metric.fill != "none"
    dates = numbered_dates(frame, context.moments if needs_windows else None)
    return {**stages, **span_stages(frame), DATES: dates}


def extreme(function: type[exp.Func], values: tuple[exp.Expr, ...]) -> exp.Expr:
    """The greatest or least of some expressions."""
    first, *rest = (value.copy() for value in values)
    return function(this=first, expressions=rest) if rest else first

"""A variant -> one statement: self-contained for given dates, or for a run that fills in the bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlglot import exp

from gnomon.check.contract import output_columns
from gnomon.check.denomination import denominated
from gnomon.compile.ctes import FLAT, tell_apart
from gnomon.compile.models import OutputColumn, PlanNote
from gnomon.errors import Problem
from gnomon.model import Metric, Project, Variant
from gnomon.plan import Frame, Planned, incremental_frame, plan_query, standalone_frame
from gnomon.plan.aggregates import class_of
from gnomon.plan.filled import FIRSTS, fill_stages, filled
from gnomon.plan.frame import DATES
from gnomon.rewrite import Context, Memo, rewrite
from gnomon.rewrite.close import Window, close, is_aligned_peer
from gnomon.rewrite.contract import AMOUNT
from gnomon.rewrite.dates import date_literal, timestamp_literal
from gnomon.rewrite.own_calendar import bucket_of, end_of_bucket
from gnomon.rewrite.parse import METRIC_ID, marker
from gnomon.rewrite.rates import rate_stages
from gnomon.rewrite.spoken import spoken
from gnomon.rewrite.stock_date import close_stock
from gnomon.rewrite.tables import full_name, table_name
from gnomon.rewrite.times import closes_window, comparisons, conjuncts, is_time_macro, opens_window
from gnomon.time import AllTime, Grain, OwnAggregation, TimeAggregation, Windowed, own_grain
from gnomon.time.grain import add


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may set: values for the metric's vars; `memo` keeps what the intervals of a metric share."""

    vars: Mapping[str, Any] = field(default_factory=dict)
    memo: Memo = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One variant's statement.

    `reads` are the tables that it reads, as it spells them; `sources` and `bridges` those that are declared as such.
    """

    variant: Variant
    query: exp.Query
    plan: PlanNote
    columns: tuple[OutputColumn, ...]
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    bridges: tuple[str, ...]
    peers: tuple[Variant, ...]
    warnings: tuple[Problem, ...]
    is_unbounded: bool


def standalone(
    project: Project, variant: Variant, start: date, end: date, dialect: str, options: Options | None = None
) -> Compiled:
    """The rows of the sample dates from `start` to `end`, both included, read from sources and references alone.

    Peers become CTEs. `over_all_time` covers the metric's start to `end`.
    """
    metric, options = variant.metric, options or Options()
    start, end = max(start, metric.start), min(end, metric.end or end)
    if isinstance(variant.interval, AllTime):
        start = metric.start
    query, context = prepared(project, variant, dialect, options)
    frame = standalone_frame(project, variant, start, end, dialect)
    early = needs_history(query, context)
    planned = plan_query(query, context, frame)
    stages = dict(planned.stages)
    until = last_day(variant, end, project)
    for name, peer in context.peers.items():
        begin = peer.metric.start if early else start
        stages[peer.table] = standalone(project, peer, begin, until if early else end, dialect, options).query
        rename_table(planned.query, name, peer.table)
    return finish(query, planned, {**stages, **context.bridges, **planned.rows}, context)


def incremental(project: Project, variant: Variant, days: str, options: Options | None = None) -> Compiled:
    """The rows that a run writes, with the run's bounds as placeholders; peers are read from their tables."""
    options = options or Options()
    query, context = prepared(project, variant, project.dialect, options)
    planned = plan_query(query, context, incremental_frame(project, variant, days))
    return finish(query, planned, {**planned.stages, **context.bridges, **planned.rows}, context)


def prepared(project: Project, variant: Variant, dialect: str, options: Options) -> tuple[exp.Query, Context]:
    """A variant's query, bound to its entity and with its units checked, and what was learnt of it."""
    query, context = rewrite(project, variant, dialect, vars=options.vars, memo=options.memo)
    return denominated(query, context), context


def per_date(project: Project, variant: Variant, sample: date, dialect: str, options: Options | None = None) -> str:
    """The metric over exactly one bucket or window, with literal bounds and by no plan: what other plans must equal."""
    options = options or Options()
    query, context = prepared(project, variant, dialect, options)
    return one_date(query, project, variant, sample, dialect, context, options).sql(dialect, pretty=True)


def one_date(
    query: exp.Query,
    project: Project,
    variant: Variant,
    sample: date,
    dialect: str,
    context: Context,
    options: Options,
) -> exp.Query:
    interval = variant.interval
    frame: Frame | None = None
    if isinstance(interval, AllTime):
        frame = standalone_frame(project, variant, variant.metric.start, sample, dialect)
        window = Window(date_literal(sample), frame.lows[0], frame.highs[0])
    else:
        window = window_of(sample, interval, project, dialect)
    early = needs_history(query, context)
    own = (close if variant.metric.additivity is None else close_stock)(query.copy(), window, context)
    stages: dict[str, exp.Query] = {}
    day = local_day(sample, project)
    for name, peer in context.peers.items():
        begin = peer.metric.start if early else day - timedelta(days=1)
        until = day if isinstance(interval, AllTime) else last_day(variant, day, project) + timedelta(days=1)
        stages[peer.table] = standalone(project, peer, begin, until, dialect, options).query
        rename_table(own, name, peer.table)
    if context.peers:
        outputs = [exp.column(name, table="series") for name in own.named_selects]
        is_own = exp.column("metrics_sample_date", table="series").eq(window.sample.copy())
        own = exp.select(*outputs).from_(own.subquery("series", copy=False)).where(is_own)
    rows: dict[str, exp.Query] = {}
    if variant.metric.fill != "none" and frame is None:
        stages[DATES] = exp.select(window.sample.as_("sample_date"), window.end.as_("window_end"))
        rows = fill_stages(own, query, context, standalone_frame(project, variant, day, day, dialect))
        own = filled(query.selects, rows[FIRSTS], context)
    if day < variant.metric.start or (variant.metric.end is not None and day > variant.metric.end):
        own = own.limit(0)  # start and end bound sample dates
    planned = Planned(own, "per_date", "")
    return finish(query, planned, {**stages, **context.bridges, **rows}, context).query


def window_of(
    sample: date, interval: TimeAggregation | OwnAggregation | Windowed, project: Project, dialect: str
) -> Window:
    """The bucket or window of a sample date in literals; what an own calendar says is looked up in its table."""
    if isinstance(interval, OwnAggregation):
        day = date_literal(sample)
        return Window(day, day, end_of_bucket(day, interval.grain, dialect))
    if (own := own_grain(interval)) is not None:
        day = date_literal(sample)
        return Window(day, bucket_of(day, own, dialect), date_literal(sample + timedelta(days=1)))
    start, end = interval.bounds(sample, project.calendar)
    return Window(*(moment(value, dialect) for value in (sample, start, end)))


def local_day(sample: date, project: Project) -> date:
    """The local day of a sample date; an hour's is that of its instant."""
    return project.calendar.local_date(sample.replace(tzinfo=UTC)) if isinstance(sample, datetime) else sample


def last_day(variant: Variant, end: date, project: Project) -> date:
    """The last day that a variant reads to give the sample dates up to `end`: its last bucket's."""
    interval = variant.interval
    if isinstance(interval, OwnAggregation):
        return add(end, interval.grain.grain, 2)  # its buckets are not known here, and none is twice as long
    if not isinstance(interval, TimeAggregation) or interval.grain is Grain.HOUR:
        return end
    sample = project.calendar.floor(end, interval.grain)
    return max(end, interval.bounds(sample, project.calendar)[1] - timedelta(days=1))


def moment(value: date, dialect: str) -> exp.Expr:
    """A sample date or a bound as a literal: a DATE, or a TIMESTAMP for an hour."""
    return timestamp_literal(value, dialect) if isinstance(value, datetime) else date_literal(value)


def needs_history(query: exp.Query, context: Context) -> bool:
    """Whether a query over peers may look at other sample dates than the row's own."""
    tables = [table for table in query.find_all(exp.Table) if table_name(table) in context.peers]
    if any(not is_aligned_peer(table, context) for table in tables):
        return True
    return bool(tables) and (
        query.find(exp.Window) is not None or any(map(is_time_macro, query.find_all(exp.Anonymous)))
    )


def rename_table(query: exp.Query, name: str, cte: str) -> None:
    """Read a CTE in the place of a table."""
    for table in query.find_all(exp.Table):
        if table_name(table) == name:
            table.set("db", None)
            table.set("this", exp.to_identifier(cte))


def finish(bound: exp.Query, planned: Planned, stages: dict[str, exp.Query], context: Context) -> Compiled:
    """Put the stages before the query, and give the amount its type."""
    query = planned.query
    columns = output_columns(bound, context)
    cast_amount(query, query.named_selects.index(AMOUNT))
    for name, stage in reversed({**rate_stages(context), **stages}.items()):
        prepend(query, name, stage)
    name_metric(query, context.variant)
    spoken(query, context.dialect, context.metric.dialect)
    if context.dialect in FLAT:
        tell_apart(query)
    if UNBOUNDED not in context.facts:
        context.facts[UNBOUNDED] = is_unbounded(bound, context)
    tables = real_tables(query)
    return Compiled(
        variant=context.variant,
        query=query,
        plan=PlanNote(planned.name, planned.reason, aggregate(bound, context)),
        columns=tuple(OutputColumn(c.name, c.type, c.role, c.unit, c.unit_ext, c.unit_text) for c in columns),
        reads=tuple(sorted({full_name(table) for table in tables})),
        sources=tuple(sorted({table_name(table) for table in tables} & {*context.project.sources})),
        bridges=tuple(sorted(context.bridge_tables)),
        peers=tuple(context.peers.values()),
        warnings=tuple(context.warnings),
        is_unbounded=context.facts[UNBOUNDED] or reaches_on(context.metric),
    )


def aggregate(bound: exp.Query, context: Context) -> str | None:
    """The class of a metric's aggregate."""
    if CLASS not in context.facts:
        context.facts[CLASS] = "semi-additive" if context.metric.additivity is not None else class_of(bound)
    found: str | None = context.facts[CLASS]
    return found


def name_metric(query: exp.Query, variant: Variant) -> None:
    """Put the interval into the metric's id."""
    for node in list(query.find_all(exp.Anonymous)):
        if marker(node) == METRIC_ID:
            node.replace(exp.Literal.string(f"{node.expressions[0].name}_{variant.suffix}"))


def cast_amount(query: exp.Expr, position: int) -> None:
    """Make the amount a DOUBLE in every branch of the output."""
    if isinstance(query, exp.Subquery):
        cast_amount(query.this, position)
    elif isinstance(query, exp.SetOperation):
        cast_amount(query.left, position)
        cast_amount(query.right, position)
    elif isinstance(query, exp.Query):
        projection = query.selects[position]
        value = exp.cast(projection.unalias().copy(), "DOUBLE", copy=False)
        projection.replace(exp.alias_(value, projection.alias or AMOUNT, copy=False))


def prepend(query: exp.Query, name: str, stage: exp.Query) -> None:
    """Add a CTE before the query's own."""
    cte = exp.CTE(this=stage, alias=exp.TableAlias(this=exp.to_identifier(name)))
    present = query.args.get("with_")
    if present is None:
        query.set("with_", exp.With(expressions=[cte]))
    else:
        present.set("expressions", [cte, *present.expressions])


UNBOUNDED, CLASS = "unbounded", "class"


def reaches_on(metric: Metric) -> bool:
    """Whether a row of a metric changes rows of later dates, beyond its bucket or window."""
    return metric.fill != "none" or (metric.additivity is not None and metric.additivity.carry > 0)


def real_tables(query: exp.Query) -> list[exp.Table]:
    """The tables that a query reads and does not define itself."""
    found = list(query.find_all(exp.CTE, exp.Table))
    ctes = {node.alias for node in found if isinstance(node, exp.CTE)}
    return [
        node
        for node in found
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) and (node.db or node.name not in ctes)
    ]


def is_unbounded(bound: exp.Query, context: Context) -> bool:
    """Whether a source is read without bounds, so that an event can change every later row (first dates)."""
    for select in bound.find_all(exp.Select):
        reads = [t for t in select.find_all(exp.Table) if t.find_ancestor(exp.Select) is select]
        if not any(table_name(table) in context.project.sources for table in reads):
            continue
        found = [c for term in conjuncts(select.args.get("where")) for c in comparisons(term)]
        if not (any(map(opens_window, found)) and any(map(closes_window, found))):
            return True
    return False

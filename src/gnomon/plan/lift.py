"""Compute all sample dates of a frame in one pass, by carrying the sample date through the query like a key.

Each scan between the bounds gets its row's sample date: the bucket of its time, or, for rolling windows, each date
whose window holds it. Everything above then groups, partitions and joins by the sample date as well, so that each
date's rows are those of the metric's own SQL over exactly its window. What cannot be carried raises `NotCarried`,
and the caller computes date by date instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.plan.frame import DATES, Frame
from gnomon.rewrite.close import Window, close_comparisons, close_offsets, close_values, is_aligned_peer, value
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import bucket_end, bucket_start
from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.times import (
    TimeColumn,
    closes_window,
    comparisons,
    conjuncts,
    is_hourly,
    opens_window,
    scope_markers,
    time_column,
)
from gnomon.time import Rolling, TimeAggregation

SAMPLE_DATE = "metrics_sample_date"
VALUES = ("metrics_start", "metrics_end", "metrics_sample_interval_length")
"""The macros that stand for a bound of the row's own bucket or window, or for its length."""


class NotCarried(Exception):
    """The sample date cannot be carried through a query; the message is the reason."""


@dataclass(slots=True)
class Lift:
    """One query's lifting: which scopes carry the sample date, and in which output column."""

    context: Context
    frame: Frame
    carried: dict[int, str] = field(default_factory=dict)
    by_bounds: set[int] = field(default_factory=set)
    uses_dates: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A part of a FROM that carries the sample date."""

    alias: str
    date: exp.Expr
    by_bounds: bool


def lift(query: exp.Query, context: Context, frame: Frame) -> Lift:
    """Carry the sample date through a query, in place; raises NotCarried where that would not be exact."""
    state = Lift(context, frame)
    scopes = list(traverse_scope(query))
    for scope in scopes:
        if isinstance(scope.expression, exp.Select):
            lift_select(scope, state, is_root=scope is scopes[-1])
        elif scope.union_scopes:
            lift_union(scope, state)
    if id(scopes[-1]) not in state.carried:
        raise NotCarried("no scan of the query that reaches its output lies between the bounds")
    for scope in scopes:
        close_offsets(scope, context)
    return state


def lift_select(scope: Scope, state: Lift, is_root: bool) -> None:
    select = select_of(scope)
    refuse_subqueries(scope, state)
    times = bounded_times(scope, state)
    bounds = [node for node in scope_markers(scope) if marker(node) in VALUES]
    inputs = [*bounded_inputs(scope, times, state), *carried_inputs(scope, state)]
    if bounds and not (inputs and has_buckets(state) and not any(node.find_ancestor(exp.Join) for node in bounds)):
        raise NotCarried(f"{as_text(bounds[0])} is used other than to bound a scan")
    if not inputs:
        if any(marker(node) == SAMPLE_DATE for node in scope_markers(scope)):
            raise NotCarried("@metrics_sample_date stands where no scan lies between the bounds")
        return
    by_bounds = any(item.by_bounds for item in inputs)
    if by_bounds:
        refuse_limits(select)
    date = join_inputs(scope, inputs, times, state)
    for node in scope_markers(scope):
        if marker(node) == SAMPLE_DATE:
            node.replace(date.copy())
    if bounds:
        close_bounds(scope, date, by_bounds, state)
    if by_bounds:
        carry_in_aggregates(scope, date)
    output = project_date(select, date, is_root, by_bounds)
    if output is not None:
        state.carried[id(scope)] = output
        if by_bounds:
            state.by_bounds.add(id(scope))


def has_buckets(state: Lift) -> bool:
    """Whether a row's sample date says by itself where its bucket begins and ends."""
    return isinstance(state.frame.interval, TimeAggregation) and not is_hourly(state.context)


def close_bounds(scope: Scope, date: exp.Expr, by_bounds: bool, state: Lift) -> None:
    """Replace the bounds that stand for values by those of each row's own bucket."""
    group, interval = scope.expression.args.get("group"), state.frame.interval
    assert isinstance(interval, TimeAggregation)
    window = Window(date, date, bucket_end(date, interval.grain, dialect=state.context.dialect))
    if group is not None:
        if not by_bounds and date not in group.expressions:
            raise NotCarried("peers of several dates are grouped together")
        group_lengths(scope, group, window, state.context)
    close_comparisons(scope, window, state.context)
    close_values(scope, window, state.context)


def group_lengths(scope: Scope, group: exp.Group, window: Window, context: Context) -> None:
    """Group by the lengths that stand beside aggregates: engines do not see that they depend on the date alone."""
    for node in [node for node in scope_markers(scope) if marker(node) in VALUES]:
        if node.find_ancestor(exp.AggFunc, exp.Where, exp.Select) is not scope.expression:
            continue
        if marker(node) != "metrics_sample_interval_length":
            raise NotCarried(f"{as_text(node)} stands beside aggregates")
        length = value(node, window, scope, context)
        if length not in group.expressions:
            group.append("expressions", length.copy())
        node.replace(length)


def select_of(scope: Scope) -> exp.Select:
    """The SELECT that a scope is of."""
    assert isinstance(scope.expression, exp.Select)
    return scope.expression


def refuse_subqueries(scope: Scope, state: Lift) -> None:
    """A subquery in an expression sees all dates at once, so it must not depend on them."""
    for inner in scope.subquery_scopes:
        if id(inner) in state.carried or any(id(leaf) in state.carried for leaf in leaves(inner)):
            raise NotCarried("a subquery in an expression lies between the bounds")


def bounded_times(scope: Scope, state: Lift) -> list[TimeColumn]:
    """Take the bounds out of a WHERE: the columns that it keeps between both of them."""
    where = scope.expression.args.get("where")
    opened: dict[exp.Column, list[exp.Expr]] = {}
    closed: dict[exp.Column, list[exp.Expr]] = {}
    for term in conjuncts(where):
        found = list(comparisons(term))
        if isinstance(term, exp.Between) and len(found) != 2:
            continue
        for comparison in found:
            if opens_window(comparison):
                opened.setdefault(comparison.column, []).append(term)
            elif closes_window(comparison):
                closed.setdefault(comparison.column, []).append(term)
    times = []
    for column in [column for column in opened if column in closed]:
        if carries(scope.sources.get(column.table), state):
            raise NotCarried(f"'{as_text(column)}' is bounded again above its scan")
        times.append(time_column(scope, column.copy(), state.context))
        for term in [*opened[column], *closed[column]]:
            if term.parent is not None:
                term.replace(exp.true())
    return times


def carries(source: object, state: Lift) -> bool:
    """Whether a scope already carries the sample date."""
    return isinstance(source, Scope) and id(source) in state.carried


def bounded_inputs(scope: Scope, times: list[TimeColumn], state: Lift) -> list[Input]:
    """The scans between the bounds, with the sample date of their rows."""
    inputs: list[Input] = []
    for time in times:
        if any(item.alias == time.column.table for item in inputs):
            raise NotCarried(f"two columns of '{time.column.table}' lie between the bounds")
        inputs.append(Input(time.column.table, row_date(time, state), True))
    return inputs


def row_date(time: TimeColumn, state: Lift) -> exp.Expr:
    """The sample date of a scan's rows."""
    interval, context = state.frame.interval, state.context
    if isinstance(interval, Rolling):
        return exp.column("sample_date", table=DATES)
    if is_hourly(context):
        return time.hour()
    assert not isinstance(interval, Rolling) and hasattr(interval, "grain")
    return bucket_start(time.date(), interval.grain, calendar=context.project.calendar, dialect=context.dialect)


def carried_inputs(scope: Scope, state: Lift) -> list[Input]:
    """The queries below that carry the sample date, and the peers at the same interval."""
    inputs = []
    for alias, (_, source) in scope.selected_sources.items():
        if isinstance(source, Scope) and id(source) in state.carried:
            date = exp.column(state.carried[id(source)], table=alias)
            inputs.append(Input(alias, date, id(source) in state.by_bounds))
        elif isinstance(source, exp.Table) and is_aligned_peer(source, state.context):
            inputs.append(Input(alias, exp.column(SAMPLE_DATE, table=alias), False))
    return inputs


def join_inputs(scope: Scope, inputs: list[Input], times: list[TimeColumn], state: Lift) -> exp.Expr:
    """Join everything that carries a date by that date, and return the date of the joined rows."""
    select = select_of(scope)
    by_alias = {item.alias: item for item in inputs}
    tables = [(select.args["from_"].this, None), *((join.this, join) for join in select.args.get("joins") or [])]
    date: exp.Expr | None = None
    for table, join in tables:
        item = by_alias.get(table.alias_or_name)
        side = join.side.upper() if join is not None else ""
        if item is None:
            if side in ("RIGHT", "FULL"):
                raise NotCarried(f"a {side} JOIN keeps rows that have no date")
            continue
        is_bounded = any(time.column.table == item.alias for time in times)
        if date is None:
            if side:
                raise NotCarried(f"a {side} JOIN keeps rows that have no date")
            date = item.date.copy()
            continue
        if side == "RIGHT" or (side and is_bounded):
            raise NotCarried(f"a {side} JOIN keeps rows of other dates")
        date = join_dates(select, join, date, item, by_alias)
    assert date is not None
    for time in times:
        restrict(scope, time, state)
    return date


def join_dates(select: exp.Select, join: exp.Join, date: exp.Expr, item: Input, inputs: dict[str, Input]) -> exp.Expr:
    """Equate the dates of two inputs, unless the author relates the peers' dates already."""
    same = date.copy().eq(item.date.copy())
    free = not item.by_bounds and mentions_date(select, item)
    if join.side.upper() == "FULL":
        join.set("on", exp.and_(join.args.get("on"), same, copy=False))
        return exp.Coalesce(this=date, expressions=[item.date.copy()])
    if free or same.left == same.right:
        return date
    if join.args.get("on") is not None:
        join.set("on", exp.and_(join.args["on"], same, copy=False))
    else:
        select.where(same, copy=False)
    return date


def mentions_date(select: exp.Select, item: Input) -> bool:
    """Whether a predicate of the query itself mentions a peer's sample date."""
    clauses = [select.args.get("where"), *(join.args.get("on") for join in select.args.get("joins") or [])]
    return any(
        column == item.date for clause in clauses if clause is not None for column in clause.find_all(exp.Column)
    )


def restrict(scope: Scope, time: TimeColumn, state: Lift) -> None:
    """Keep a scan to the frame; for rolling windows, join each row to the dates whose window holds it."""
    select, frame = select_of(scope), state.frame
    terms: list[exp.Expr] = [*(time.column.copy() >= time.at(low) for low in frame.lows)]
    terms += [time.column.copy() < time.at(high) for high in frame.highs]
    if isinstance(frame.interval, Rolling):
        start, end = (exp.column(name, table=DATES) for name in ("window_start", "window_end"))
        if is_hourly(state.context):
            within = [time.hour() >= start, time.hour() < end]
        else:
            within = [time.column.copy() >= time.at(start), time.column.copy() < time.at(end)]
        if any(join.this.alias_or_name == DATES for join in select.args.get("joins") or []):
            terms += within
        else:
            insert_join(select, time.column.table, exp.Join(this=exp.to_table(DATES), on=exp.and_(*within, copy=False)))
        state.uses_dates = True
    select.where(*terms, copy=False)
    drop_true(select)


def insert_join(select: exp.Select, alias: str, join: exp.Join) -> None:
    """Put a join right after the table that it depends on."""
    joins: list[exp.Join] = select.args.get("joins") or []
    position = next((i + 1 for i, other in enumerate(joins) if other.this.alias_or_name == alias), 0)
    select.set("joins", [*joins[:position], join, *joins[position:]])


def drop_true(select: exp.Select) -> None:
    """Take the places that bounds have left out of a WHERE."""
    where = select.args.get("where")
    terms = [term for term in conjuncts(where) if term != exp.true()]
    select.set("where", exp.Where(this=exp.and_(*terms, copy=False)) if terms else None)


def refuse_limits(select: exp.Select) -> None:
    for clause in ("limit", "offset", "fetch"):
        if select.args.get(clause) is not None:
            raise NotCarried(f"a {clause.upper()} counts the rows of one date")


def carry_in_aggregates(scope: Scope, date: exp.Expr) -> None:
    """Make every group, partition and DISTINCT ON of a query one of a single date."""
    select = select_of(scope)
    group = select.args.get("group")
    if group is not None:
        if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
            raise NotCarried("GROUPING SETS, CUBE and ROLLUP also group across dates")
        if date not in group.expressions:
            group.append("expressions", date.copy())
    elif any(is_plain_aggregate(node) for node in scope.find_all(exp.AggFunc)):
        raise NotCarried("an aggregate without GROUP BY gives a row also where there are none")
    for window in [*scope.find_all(exp.Window), *(select.args.get("windows") or [])]:
        if window.args.get("alias") is not None and window.parent is not select:
            continue
        if date not in (window.args.get("partition_by") or []):
            window.append("partition_by", date.copy())
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        on = distinct.args["on"]
        on.append("expressions", date.copy())


def is_plain_aggregate(node: exp.Expr) -> bool:
    """Whether an aggregate function aggregates, rather than being computed over a window."""
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
        parent = parent.parent
    return not isinstance(parent, exp.Window)


def project_date(select: exp.Select, date: exp.Expr, is_root: bool, by_bounds: bool) -> str | None:
    """The output that is the sample date; added below the root, where the author does not select it."""
    for projection in select.expressions:
        if projection.unalias() == date:
            return str(projection.alias_or_name)
    if is_root or not by_bounds:
        return None
    select.select(date.copy().as_(SAMPLE_DATE), copy=False)
    return SAMPLE_DATE


def lift_union(scope: Scope, state: Lift) -> None:
    """A set operation carries the date if all its branches do, in the same position."""
    parts = leaves(scope)
    carried = [state.carried.get(id(leaf)) for leaf in parts]
    if not any(carried):
        return
    positions = {
        body(leaf).named_selects.index(name) if name else -1 for leaf, name in zip(parts, carried, strict=True)
    }
    if len(positions) != 1 or -1 in positions:
        raise NotCarried("the branches of a set operation carry the sample date in different columns, or not all do")
    state.carried[id(scope)] = body(scope).named_selects[positions.pop()]
    if any(id(leaf) in state.by_bounds for leaf in parts):
        state.by_bounds.add(id(scope))

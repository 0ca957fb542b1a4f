"""Compute all sample dates of a frame in one pass, by carrying the sample date through the query like a key.

Each scan between the bounds gets its row's sample date: the bucket of its time, or, for rolling windows, each date
whose window holds it. Everything above then groups, partitions and joins by the sample date as well, so that each
date's rows are those of the metric's own SQL over exactly its window. What cannot be carried raises `NotCarried`,
and the caller computes date by date instead.
"""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.plan.carried import SAMPLE_DATE, Lift, NotCarried, select_of
from gnomon.plan.frame import Frame
from gnomon.plan.joins import carried_inputs, join_inputs
from gnomon.plan.scans import bounded_inputs, bounded_times, restrict
from gnomon.rewrite.close import Window, close_comparisons, close_offsets, close_values, value
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import bucket_end
from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.times import is_hourly, scope_markers
from gnomon.time import TimeAggregation

VALUES = ("metrics_start", "metrics_end", "metrics_sample_interval_length")
"""The macros that stand for a bound of the row's own bucket or window, or for its length."""


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
    date = join_inputs(scope, inputs, times)
    for time in times:
        restrict(scope, time, state)
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


def refuse_subqueries(scope: Scope, state: Lift) -> None:
    """A subquery in an expression sees all dates at once, so it must not depend on them."""
    for inner in scope.subquery_scopes:
        if id(inner) in state.carried or any(id(leaf) in state.carried for leaf in leaves(inner)):
            raise NotCarried("a subquery in an expression lies between the bounds")


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

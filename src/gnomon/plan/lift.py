"""Compute all sample dates of a frame in one pass, by carrying a date through the query like a key.

Each scan between the bounds gives its rows a date. For buckets that is the sample date itself, and everything above
groups, partitions and joins by it as well, so that each date's rows are those of the metric's own SQL over exactly its
bucket. For windows it is the row's own slot, up to the query that aggregates it, where the windows are computed
(`slots`). Where something below that must see a whole window, the rows are joined to all their sample dates at
the scan instead. What cannot be carried raises `NotCarried`, and the caller computes date by date.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.plan.carried import SAMPLE_DATE, Lift, NotCarried, ScanId, SpreadFirst, select_of
from gnomon.plan.frame import Frame
from gnomon.plan.grouped import carry_in_aggregates, project_date, refuse_limits
from gnomon.plan.joins import carried_inputs, join_inputs
from gnomon.plan.scans import bounded_inputs, bounded_times, join_windows, restrict
from gnomon.plan.slots import lift_slots
from gnomon.rewrite.close import Window, close_comparisons, close_offsets, close_values, value
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import bucket_end
from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.times import is_hourly, scope_markers
from gnomon.time import TimeAggregation, Windowed

VALUES = ("metrics_start", "metrics_end", "metrics_sample_interval_length")
"""The macros that stand for a bound of the row's own bucket or window, or for its length."""


def lifted(query: exp.Query, context: Context, frame: Frame) -> tuple[exp.Query, Lift]:
    """A query with its dates carried through, and what was learnt; raises NotCarried where that would not be exact."""
    spread: frozenset[ScanId] = frozenset()
    methods: list[str] = []
    while True:
        carried = query.copy()
        state = Lift(context, frame, spread, methods=[*methods])
        try:
            lift(carried, state)
        except SpreadFirst as need:
            spread |= need.scans
            methods.append(f"rows are joined to the dates whose windows hold them, because {need}")
        else:
            return carried, state


def lift(query: exp.Query, state: Lift) -> None:
    """Carry the dates through a query, in place."""
    scopes = list(traverse_scope(query))
    state.places = {id(scope): place for place, scope in enumerate(scopes)}
    root = scopes[-1]
    for scope in scopes:
        if isinstance(scope.expression, exp.Select):
            lift_select(scope, state, is_root=scope is root)
        elif scope.union_scopes:
            lift_union(scope, state)
    if id(root) not in state.carried:
        raise NotCarried("no scan of the query that reaches its output lies between the bounds")
    if id(root) in state.slots and not state.firsts:
        raise SpreadFirst(state.slots[id(root)], "each row is an output of its own")
    for scope in scopes:
        close_offsets(scope, state.context)


def lift_select(scope: Scope, state: Lift, is_root: bool) -> None:
    select = select_of(scope)
    refuse_subqueries(scope, state)
    times = bounded_times(scope, state)
    bounds = [node for node in scope_markers(scope) if marker(node) in VALUES]
    inputs = [*bounded_inputs(scope, times, state), *carried_inputs(scope, state)]
    if bounds and not (inputs and has_buckets(state) and not any(node.find_ancestor(exp.Join) for node in bounds)):
        raise NotCarried(f"{as_text(bounds[0])} is used other than to bound a scan")
    if any(item.scans for item in inputs):
        lift_slots(scope, inputs, times, bounds, state, is_root=is_root)
        return
    if not inputs:
        if any(marker(node) == SAMPLE_DATE for node in scope_markers(scope)):
            raise NotCarried("@metrics_sample_date stands where no scan lies between the bounds")
        return
    by_bounds = any(item.by_bounds for item in inputs)
    if by_bounds:
        refuse_limits(select)
    date = join_inputs(scope, inputs, times)
    for time in times:
        restrict(scope, time, state.frame)
        if isinstance(state.frame.interval, Windowed):
            join_windows(scope, time, state)
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
    scans: frozenset[ScanId] = frozenset().union(*(state.slots.get(id(leaf), frozenset()) for leaf in parts))
    if scans and not (all(id(leaf) in state.slots for leaf in parts) and is_union_all(scope.expression)):
        raise SpreadFirst(scans, "a set operation compares or mixes rows of several dates")
    if scans:
        state.slots[id(scope)] = scans
    state.carried[id(scope)] = body(scope).named_selects[positions.pop()]
    if any(id(leaf) in state.by_bounds for leaf in parts):
        for node in operations(scope.expression):
            refuse_limits(node)
        state.by_bounds.add(id(scope))


def is_union_all(query: exp.Expr) -> bool:
    """Whether a set operation, and any that it is made of, keeps every row."""
    made_of = [node for node in operations(query) if isinstance(node, exp.SetOperation)]
    return all(isinstance(node, exp.Union) and not node.args.get("distinct") for node in made_of)


def operations(query: exp.Expr) -> Iterator[exp.Query]:
    """A set operation and those that it is made of, and the parentheses around them."""
    if isinstance(query, exp.SetOperation | exp.Subquery):
        yield query
        for part in (query.left, query.right) if isinstance(query, exp.SetOperation) else (query.this,):
            yield from operations(part)

"""Carry each row's own slot up to the query that aggregates it, and compute the windows there."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.aggregates import aggregates, is_window
from gnomon.plan.carried import SAMPLE_DATE, Input, Lift, NotCarried, SpreadFirst, select_of
from gnomon.plan.frame import DATES
from gnomon.plan.grouped import carry_in_aggregates, project_date, refuse_limits
from gnomon.plan.joins import join_inputs
from gnomon.plan.scans import restrict
from gnomon.plan.windows import clauses, compute_windows
from gnomon.rewrite.close import close_offsets
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.times import TimeColumn, scope_markers

ROW_SLOT = exp.column("slot", table="row")
"""Stands for the date while a query is looked at; no author's column can be taken for it."""
FIRST_SLOT = "first_slot"


def lift_slots(
    scope: Scope,
    inputs: list[Input],
    times: list[TimeColumn],
    bounds: list[exp.Anonymous],
    state: Lift,
    *,
    is_root: bool,
) -> None:
    """Carry the slot through a query that looks at one row at a time, or compute the windows of one that groups.

    Raises SpreadFirst where neither is exact: then the rows must come with all their sample dates.
    """
    select, scans = select_of(scope), frozenset[tuple[int, str]]().union(*(item.scans for item in inputs))
    refuse_limits(select)
    if len(inputs) > 1:
        raise SpreadFirst(scans, "rows of one window are joined to others")
    for node in bounds:
        if not (state.firsts and is_aggregated(node, select)):
            raise SpreadFirst(scans, f"{as_text(node)} is used other than to bound a scan")
    slot = join_inputs(scope, inputs, times)
    for time in times:
        restrict(scope, time, state.frame)
    mark_slot(scope, None if times else slot)
    close_offsets(scope, state.context)
    group_distinct(select)
    try:
        if select.args.get("group") is None:
            lift_rows(scope, slot, state)
            state.slots[id(scope)] = scans
        elif state.firsts:
            lift_firsts(scope, slot, state, is_root=is_root)
            state.slots[id(scope)] = scans
        else:
            lift_group(scope, slot, state, is_root=is_root)
    except NotCarried as reason:
        raise SpreadFirst(scans, str(reason)) from None


def is_aggregated(node: exp.Expr, select: exp.Select) -> bool:
    """Whether a node stands in an output that aggregates."""
    return any(output.find(exp.AggFunc) and node in output.find_all(type(node)) for output in select.expressions)


def mark_slot(scope: Scope, carried: exp.Expr | None) -> None:
    """Put `ROW_SLOT` for each mention of the date: the macro, and the column that carries it from below."""
    for node in scope_markers(scope):
        if marker(node) == SAMPLE_DATE:
            node.replace(ROW_SLOT.copy())
    for column in scope.columns if carried is not None else ():
        if column == carried and column.parent is not None:
            column.replace(ROW_SLOT.copy())


def group_distinct(select: exp.Select) -> None:
    """Say SELECT DISTINCT as the grouping that it is, so that rows are told apart within each window."""
    distinct = select.args.get("distinct")
    if distinct is None or distinct.args.get("on") is not None or select.args.get("group") is not None:
        return
    if select.find(exp.Window) is not None or any(True for _ in aggregates(select.expressions)):
        return
    select.set("distinct", None)
    select.set("group", exp.Group(expressions=[projection.unalias().copy() for projection in select.expressions]))


def lift_group(scope: Scope, slot: exp.Expr, state: Lift, *, is_root: bool) -> None:
    """Compute the windows of a grouped query."""
    select, date = select_of(scope), exp.column("sample_date", table=DATES)
    refuse_dated_rows(select)
    state.methods += compute_windows(select, ROW_SLOT, slot, state.frame)
    carry_in_aggregates(scope, date)
    output = project_date(select, date, is_root, True)
    if output is not None:
        state.carried[id(scope)] = output
        state.by_bounds.add(id(scope))
    state.uses_spans = True


def refuse_dated_rows(select: exp.Select) -> None:
    """A row has many sample dates before its windows are computed, so nothing may depend on one."""
    rows = [select.args.get("where"), *(select.args.get("joins") or [])]
    keys = [key for key in select.args["group"].expressions if key != ROW_SLOT]
    if any(
        node is not None and ROW_SLOT in node.find_all(exp.Column)
        for node in [*keys, *rows, *aggregates(clauses(select))]
    ):
        raise NotCarried("the sample date is computed with before rows are grouped")


def lift_firsts(scope: Scope, slot: exp.Expr, state: Lift, *, is_root: bool) -> None:
    """Reduce a grouped query to its keys, each with the slot of its first row."""
    select = select_of(scope)
    refuse_dated_rows(select)
    kept = [node for node in select.expressions if node.find(exp.Column) and not node.find(exp.AggFunc, exp.Window)]
    dates = [node for node in kept if ROW_SLOT in node.find_all(exp.Column)]
    outputs = [node for node in kept if node not in dates]
    name = FIRST_SLOT if is_root or not dates else dates[0].alias_or_name
    select.set("expressions", [*outputs, exp.alias_(exp.Min(this=slot.copy()), name)])
    select.set("group", exp.Group(expressions=[node.unalias().copy() for node in outputs]))
    for clause in ("having", "qualify", "order", "windows", "distinct"):
        select.set(clause, None)
    state.carried[id(scope)] = name
    state.by_bounds.add(id(scope))


def lift_rows(scope: Scope, slot: exp.Expr, state: Lift) -> None:
    """Pass the slot on, beside the rows."""
    select = select_of(scope)
    if any(not is_window(node) for node in scope.find_all(exp.AggFunc)):
        raise NotCarried("an aggregate without GROUP BY gives a row also where there are none")
    if select.args.get("distinct") or select.args.get("qualify") or scope.find(exp.Window) is not None:
        raise NotCarried("rows of one window are compared before they are grouped")
    output = project_date(select, ROW_SLOT, False, True)
    assert output is not None
    mentions = [node for node in scope.find_all(exp.Column) if node == ROW_SLOT]
    if any(not isinstance(node.parent, exp.Alias) or node.parent.parent is not select for node in mentions):
        raise NotCarried("the sample date is computed with before rows are grouped")
    for node in mentions:
        node.replace(slot.copy())
    state.carried[id(scope)] = output
    state.by_bounds.add(id(scope))

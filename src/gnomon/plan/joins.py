"""Join everything in a FROM that carries a sample date by that date."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.carried import SAMPLE_DATE, Input, Lift, NotCarried, select_of
from gnomon.rewrite.close import is_aligned_peer
from gnomon.rewrite.times import TimeColumn


def carried_inputs(scope: Scope, state: Lift) -> list[Input]:
    """The queries below that carry a date, and the peers at the same interval."""
    inputs = []
    for alias, (_, source) in scope.selected_sources.items():
        if isinstance(source, Scope) and id(source) in state.carried:
            date = exp.column(state.carried[id(source)], table=alias)
            scans = state.slots.get(id(source), frozenset())
            inputs.append(Input(alias, date, id(source) in state.by_bounds, scans))
        elif isinstance(source, exp.Table) and is_aligned_peer(source, state.context):
            inputs.append(Input(alias, exp.column(SAMPLE_DATE, table=alias), False))
    return inputs


def join_inputs(scope: Scope, inputs: list[Input], times: list[TimeColumn]) -> exp.Expr:
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

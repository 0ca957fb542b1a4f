"""The scans between the bounds: their rows' sample dates, and the stretch of the source that they read."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.carried import Input, Lift, NotCarried, carries, select_of
from gnomon.plan.frame import DATES, Frame
from gnomon.rewrite.dates import bucket_start
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.times import (
    TimeColumn,
    closes_window,
    comparisons,
    conjuncts,
    is_hourly,
    opens_window,
    time_column,
)
from gnomon.time import Windowed


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


def bounded_inputs(scope: Scope, times: list[TimeColumn], state: Lift) -> list[Input]:
    """The scans between the bounds, with the date of their rows: the sample date, or for windows their own slot."""
    inputs: list[Input] = []
    for time in times:
        if any(item.alias == time.column.table for item in inputs):
            raise NotCarried(f"two columns of '{time.column.table}' lie between the bounds")
        scan = state.places[id(scope)], time.column.table
        if (state.firsts or isinstance(state.frame.interval, Windowed)) and scan not in state.spread:
            slot = time.hour() if is_hourly(state.context) else time.date()
            inputs.append(Input(time.column.table, slot, True, frozenset({scan})))
        else:
            inputs.append(Input(time.column.table, row_date(time, state), True))
    return inputs


def row_date(time: TimeColumn, state: Lift) -> exp.Expr:
    """The sample date of a scan's rows."""
    interval, context = state.frame.interval, state.context
    if isinstance(interval, Windowed):
        return exp.column("sample_date", table=DATES)
    if is_hourly(context):
        return time.hour()
    assert not isinstance(interval, Windowed) and hasattr(interval, "grain")
    return bucket_start(time.date(), interval.grain, calendar=context.project.calendar, dialect=context.dialect)


def restrict(scope: Scope, time: TimeColumn, frame: Frame) -> None:
    """Keep a scan to the frame."""
    select = select_of(scope)
    terms: list[exp.Expr] = [*(time.column.copy() >= time.at(low) for low in frame.lows)]
    terms += [time.column.copy() < time.at(high) for high in frame.highs]
    select.where(*terms, copy=False)
    drop_true(select)


def join_windows(scope: Scope, time: TimeColumn, state: Lift) -> None:
    """Join each row to the dates whose window holds it."""
    select = select_of(scope)
    start, end = (exp.column(name, table=DATES) for name in ("window_start", "window_end"))
    if is_hourly(state.context):
        within = [time.hour() >= start, time.hour() < end]
    else:
        within = [time.column.copy() >= time.at(start), time.column.copy() < time.at(end)]
    if any(join.this.alias_or_name == DATES for join in select.args.get("joins") or []):
        select.where(*within, copy=False)
    else:
        insert_join(select, time.column.table, exp.Join(this=exp.to_table(DATES), on=exp.and_(*within, copy=False)))
    state.uses_dates = True


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

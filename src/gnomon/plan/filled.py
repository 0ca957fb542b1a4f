"""Rows for the sample dates on which a key has none: from the key's first row on, `fill: zero` or `fill: null`.

A key is an entity with its dimensions and its label. Its first row is the earliest that passes the metric's filters,
whenever that was, so it is looked for without a lower bound.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp, select
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.plan.carried import SAMPLE_DATE, Lift, NotCarried, SpreadFirst
from gnomon.plan.frame import DATES, Frame
from gnomon.plan.lift import lift
from gnomon.plan.slots import FIRST_SLOT
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import AMOUNT
from gnomon.rewrite.keys import body

FIRSTS, SERIES = "firsts", "series"


def fill_stages(series: exp.Query, query: exp.Query, context: Context, frame: Frame) -> dict[str, exp.Query]:
    """`firsts`, the keys with their first slots, and `series`, the rows that there are.

    Raises DefinitionError `fill_not_possible` where no row of a source can be said to be a key's first.
    """
    try:
        return {FIRSTS: first_slots(query, context, frame), SERIES: series}
    except (NotCarried, SpreadFirst) as reason:
        raise context.fail(
            "fill_not_possible", f"it cannot be said which row of a key is its first: {reason}",
            help="aggregate once, at the top of the query, or leave 'fill' out",
        ) from None  # fmt: skip


def first_slots(query: exp.Query, context: Context, frame: Frame) -> exp.Query:
    """One row per key: its outputs, and the slot of its first row."""
    firsts = query.copy()
    state = Lift(context, replace(frame, lows=()), firsts=True)
    lift(firsts, state)
    if not isinstance(firsts, exp.Select) or FIRST_SLOT not in firsts.named_selects:
        raise NotCarried("its output is not one grouped query")
    for scope in traverse_scope(firsts):
        check_known(scope)
    return firsts


def check_known(scope: Scope) -> None:
    """Refuse what filters by an aggregate: a key's first row does not say whether it would pass."""
    for column in scope.columns:
        source = scope.sources.get(column.table)
        if isinstance(source, Scope) and column.name not in body(source).named_selects:
            raise NotCarried(f"rows are kept by '{column.name}', which is an aggregate")


def filled(outputs: list[exp.Expr], firsts: exp.Query, context: Context) -> exp.Select:
    """Every key at every sample date from its first row on, with the series' values where it has a row.

    `outputs` are the projections of the metric's own query.
    """
    known = {*firsts.named_selects} - {FIRST_SLOT}
    date, of_series = exp.column("sample_date", table=DATES), exp.column(SAMPLE_DATE, table=SERIES)
    is_filled = of_series.copy().is_(exp.null())
    columns: list[exp.Expr] = []
    for output in outputs:
        name = output.alias_or_name
        value: exp.Expr = exp.column(name, table=SERIES)
        if name == SAMPLE_DATE:
            value = date.copy()
        elif name in known:
            value = exp.column(name, table=FIRSTS)
        elif not output.find(exp.Column, exp.AggFunc):
            value = output.unalias().copy()
        elif name == AMOUNT and context.metric.fill == "zero":
            value = exp.case().when(is_filled.copy(), exp.Literal.number(0)).else_(value)
        columns.append(exp.alias_(value, name, copy=False))
    same = [
        exp.NullSafeEQ(this=exp.column(name, table=SERIES), expression=exp.column(name, table=FIRSTS))
        for name in firsts.named_selects
        if name in known
    ]
    begun = exp.column("window_end", table=DATES) > exp.column(FIRST_SLOT, table=FIRSTS)
    query = select(*columns, copy=False).from_(FIRSTS).join(DATES, on=begun)
    return query.join(SERIES, on=exp.and_(of_series.eq(date), *same), join_type="left")

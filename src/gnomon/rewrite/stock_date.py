"""A stock over exactly one bucket or window, spelled day by day: what its plans must equal.

Each day of the window is joined to every value of a key that may stand on it, and the latest of these is taken.
"""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp, select

from gnomon.model import StockRule
from gnomon.rewrite.close import Window
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import calendar_query, constant_day, date_literal, move
from gnomon.rewrite.stock import Stock, bound_rows, finished, mean, stock_of
from gnomon.time import AllTime, Grain, own_grain
from gnomon.time.grain import add

Stages = dict[str, exp.Query]


def close_stock(query: exp.Query, window: Window, context: Context) -> exp.Query:
    """The query over one stretch of time. The day on which it begins or ends is constant, or both are."""
    stock = stock_of(query.copy(), context)
    carry = 0 if isinstance(context.variant.interval, AllTime) else stock.rule.carry
    first = constant_day(window.start)
    low = move(window.start, Grain.DAY, -carry, dialect=context.dialect)
    if first is not None:
        low = date_literal(add(first, Grain.DAY, -carry))
    stages: Stages = {"bound": bound_rows(stock, [low], [window.end])}
    stages["given"] = given(stock)
    stages["window_days"] = window_days(window, context)
    stages["standing"] = standing(stock)
    stages["levels"] = levels(stock)
    statement = finished(stock, window.sample, "levels", exp.column("value", table="levels"))
    for name, stage in stages.items():
        statement.with_(name, as_=stage, copy=False)
    return statement


def given(stock: Stock) -> exp.Select:
    """The sum of each key's rows at the latest instant of each day."""
    keys = stock.key_names
    rows: exp.Select = select(*keys, "slot", "value").from_("bound")
    if stock.has_instants:
        order = exp.Order(expressions=[exp.Ordered(this=exp.column("instant"), desc=True)])
        place = ranked([*keys, "slot"], order)
        rows = select(*keys, "slot", "value").from_(rows.select(place).subquery("ranked")).where("place = 1")
    total = exp.Sum(this=exp.column("value")).as_("value")
    return select(*keys, "slot", total).from_(rows.subquery("latest")).group_by(*keys, "slot")


def window_days(window: Window, context: Context) -> exp.Select:
    """The days of the window, one row each."""
    first, last, day = constant_day(window.start), constant_day(window.end), exp.column("day")
    kept: list[exp.Expr] = [day < window.end.copy()]
    if (own := own_grain(context.variant.interval)) is not None:  # no bucket is twice as long as its grain
        if first is None and last is not None:
            kept, first = [day >= window.start.copy(), *kept], add(last, own.grain, -2)
        elif first is not None:
            last = add(first, own.grain, 2)
    assert first is not None and last is not None
    days = calendar_query(first, last - timedelta(days=1), calendar=context.project.calendar, dialect=context.dialect)
    return days.where(*kept, copy=False)


def standing(stock: Stock) -> exp.Select:
    """The values that may stand on each day of the window: its own, and those of the days that are carried to it."""
    slot, day = exp.column("slot", table="given"), exp.column("day", table="window_days")
    ends = move(slot, Grain.DAY, stock.rule.carry + 1, dialect=stock.context.dialect)
    order = exp.Order(expressions=[exp.Ordered(this=slot.copy(), desc=True)])
    rows = select(*stock.key_names, "value", slot.as_("since"), day, copy=True)
    rows = rows.select(ranked([*stock.key_names, "day"], order), copy=False)
    return rows.from_("given").join("window_days", on=exp.and_(slot <= day, day < ends), copy=False)


def levels(stock: Stock) -> exp.Select:
    """Each key's value over its days that have one."""
    keys, days = stock.key_names, exp.column("day")
    values = select(*keys, "value", "since", "day").from_("standing").where("place = 1", "NOT value IS NULL")
    if stock.rule.over_time == "average":
        found = select(*keys, mean().as_("value"), exp.Max(this=exp.column("since")).as_("since"))
        return found.from_(values.subquery("valued")).group_by(*keys)
    place = ranked(keys, order_of(stock.rule, days))
    chosen = select(*keys, "value", "since", place).from_(values.subquery("valued"))
    return select(*keys, "value", "since").from_(chosen.subquery("chosen")).where("place = 1")


def ranked(partition: list[str], order: exp.Order) -> exp.Expr:
    """The `place` of a row among those of its partition; not by ROW_NUMBER, which DuckDB 1.5 cannot always plan."""
    window = exp.Window(this=exp.Rank(), partition_by=[exp.column(name) for name in partition], order=order.copy())
    return exp.alias_(window, "place", copy=False)


def order_of(rule: StockRule, day: exp.Expr) -> exp.Order:
    """The order of a key's days in which the first is the one whose value stands for all: of equals the latest."""
    terms = {"last": [], "min": [(exp.column("value"), False)], "max": [(exp.column("value"), True)]}[rule.over_time]
    ordered = [exp.Ordered(this=node, desc=desc) for node, desc in [*terms, (day.copy(), True)]]
    return exp.Order(expressions=ordered)

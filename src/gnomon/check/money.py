"""`@convert`: an amount of money in another currency, at the rate of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from sqlglot import exp

from gnomon.check.calls import Call, by_key, cases
from gnomon.check.units.keyed import HOLE
from gnomon.check.units.values import Any, RowTyped
from gnomon.model import RateTable
from gnomon.rewrite.contract import SAMPLE_DATE
from gnomon.rewrite.conversions import named_argument, rate_table, scaled
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.rates import Exchange, declare_rates
from gnomon.rewrite.source_time import constant_day, local_date
from gnomon.rewrite.terms import Type, cast, date_literal
from gnomon.rewrite.times import bare_column, is_hourly, time_column
from gnomon.units.algebra import Product
from gnomon.units.symbols import Symbol
from gnomon.units.text import text_of

CURRENCY = "currency"


def in_currency(call: Call) -> exp.Expr:
    """The value in another currency, at the rate of its day."""
    if isinstance(call.source, Any):
        return call.value.copy()
    ((target, _),) = call.unit.powers
    symbols = by_key(call, lambda unit: currency_in(unit, call))
    code, default = None, None
    if isinstance(call.source, RowTyped):
        rest = call.source.rest
        default = currency_in(rest.product, call) if rest is not None else None
        code = code_of_row(call.source.key, symbols, default)
    else:
        code = exp.Literal.string(base_code(symbols[None]))
    made = exchange(call).converted(call.value, code, base_code(target))
    factor = shared_factor([*symbols.values(), *([default] if default is not None else [])], call)
    return scaled(guarded(made, call), factor / target.factor, call.context.dialect)


def code_of_row(key: exp.Expr, symbols: Mapping[str | None, Symbol], rest: Symbol | None) -> exp.Expr:
    """The code of each row's currency, by the key that says it; `rest` is that of all other keys."""
    default, named = None, {value: base_code(symbol) for value, symbol in symbols.items()}
    if rest is not None:
        default = key.copy() if rest.code == HOLE else exp.Literal.string(base_code(rest))
    if default == key:
        named = {value: code for value, code in named.items() if value != code}
    return cases(key, {value: exp.Literal.string(code) for value, code in named.items()}, default)


def shared_factor(symbols: Iterable[Symbol], call: Call) -> Fraction:
    """How many of a currency with rates one unit is, the same in every row."""
    factors = {symbol.factor for symbol in symbols}
    if len(factors) > 1:
        raise call.fail(
            "unit_needed", f"'{as_text(call.value)}' is in currencies and in parts of them, by the row",
            "convert the parts first, as in CASE WHEN code = 'wei' THEN @to_unit(..., 'ETH') END",
        )  # fmt: skip
    return factors.pop()


def currency_in(unit: Product, call: Call) -> Symbol:
    """The currency of a unit, which it has to the power of 1."""
    for symbol, exponent in unit.powers:
        if symbol.kind == CURRENCY and symbol.code is not None and exponent == 1:
            return symbol
    if any(symbol.kind == CURRENCY and symbol.code is None for symbol, _ in unit.powers):
        raise call.fail(
            "unit_needed", f"it is not known which currency '{as_text(call.value)}' is in",
            "declare its code: unit: {kind: currency, code: USD}; {kind: currency, by: x} where column x holds it",
        )  # fmt: skip
    raise call.fail(
        "incompatible_units", f"'{as_text(call.value)}' is in '{text_of(unit)}', which is no currency",
        "convert an amount of money, as in @convert(price, 'EUR', on := day)",
    )  # fmt: skip


def base_code(symbol: Symbol) -> str:
    """The code under which a currency has rates: that of what it is a part of."""
    return symbol.dimension.partition(":")[2]


def exchange(call: Call) -> Exchange:
    """Where a call's rates are joined."""
    context, select = call.context, call.scope.expression
    if context.peers:
        raise call.fail(
            "convert_place", "'@convert' stands in a query over other metrics, whose rows are of many days each",
            "convert where the days are known, in that metric's own query, as in SUM(@convert(..., on := <its time>)), "
            "and read it here",
        )  # fmt: skip
    if not isinstance(select, exp.Select) or call.node.find_ancestor(exp.Join, exp.Select) is not select:
        raise call.fail(
            "convert_place", "'@convert' stands in a join's condition", "convert in a CTE, and join that",
        )  # fmt: skip
    on, is_grouped = named_argument(call.node, "on"), stands_above_groups(call, select)
    assert on is not None
    table = rate_table(named_argument(call.node, "rates"), context, call.node)
    check_via(table, call)
    if is_grouped:
        check_grouped(call, on, select)
    stage = declare_rates(table, select.root(), context)
    return Exchange(select, table, stage, day_of(on, call), is_grouped, context.dialect)


def check_via(table: RateTable, call: Call) -> None:
    """Refuse to go through a part of a currency, wei of ETH: rates are of the whole one."""
    if table.via is not None:
        symbol = call.context.project.vocabulary.symbol(CURRENCY, table.via)
        if base_code(symbol) != table.via:
            whole = base_code(symbol)
            message = f"'{table.via}' is a part of {whole}, and '{table.name}' has rates of whole currencies"
            raise call.fail("wrong_unit", message, f"write via: {whole}")


def stands_above_groups(call: Call, select: exp.Select) -> bool:
    """Whether a call's value is that of a group and not of a row."""
    group = select.args.get("group")
    totals = [node for node in call.scope.find_all(exp.AggFunc) if not isinstance(node.parent, exp.Window)]
    if group is None and not totals:
        return False
    keys = group.expressions if group is not None else []
    if call.node.find_ancestor(exp.Where, exp.Group, exp.Select) is not select or any(
        call.node in key.find_all(exp.Anonymous) for key in keys
    ):
        return False
    holds_total = any(node.find_ancestor(exp.Select) is select for node in call.value.find_all(exp.AggFunc))
    return holds_total or aggregate_around(call.node) is None


def aggregate_around(node: exp.Expr) -> exp.Expr | None:
    """The aggregate of the same query that reads a node, None where there is none."""
    within = node.find_ancestor(exp.AggFunc, exp.WithinGroup, exp.Select)
    return None if isinstance(within, exp.Select) else within


def check_grouped(call: Call, on: exp.Expr, select: exp.Select) -> None:
    """Refuse a day that the rows of one group may differ in: there is no rate for all of them."""
    group = select.args.get("group")
    keys = group.expressions if group is not None else []
    if on not in keys and bare_column(on) not in keys and fixed_day(on) is None:
        raise call.fail(
            "convert_not_grouped", f"the rows of one group differ in '{as_text(on)}', and so in their rates",
            f"convert before aggregating, as in SUM(@convert(..., on := {as_text(on)})), or group by the day",
        )  # fmt: skip


def day_of(on: exp.Expr, call: Call) -> exp.Expr:
    """The local date that a call is on."""
    context = call.context
    if marker(on) == SAMPLE_DATE:
        if not is_hourly(context):
            return on.copy()
        return local_date(
            on, type="timestamp", source_zone="UTC", calendar=context.project.calendar, dialect=context.dialect
        )
    if (day := fixed_day(on)) is not None:
        return date_literal(day)
    column = bare_column(on)
    if column is None:
        raise call.fail(
            "convert_date", f"'{as_text(on)}' is neither a column nor a date, so its day is not known",
            "write on := <column>, on := @metrics_sample_date(<time column>), or a date: on := '2024-01-31'",
        )  # fmt: skip
    return time_column(call.scope, column, context).date()


def fixed_day(on: exp.Expr) -> date | None:
    """The day that a constant says, as a text or a DATE; None for anything else."""
    return constant_day(cast(on.copy(), Type.DATE) if on.is_string else on)


def guarded(made: exp.Expr, call: Call) -> exp.Expr:
    """The conversion of the rows alone that pass the FILTER around it: engines may compute it for the others too."""
    within = aggregate_around(call.node)
    around = within.parent if within is not None else None
    if not isinstance(around, exp.Filter) or made == call.value:
        return made
    return exp.case().when(around.expression.this.copy(), made)

"""Gnomon's macros, which reach inference as markers, and user functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.answers import metric_label
from gnomon.check.units.frames import Frame
from gnomon.check.units.keyed import one_unit
from gnomon.check.units.ledger import settled
from gnomon.check.units.messages import shown, side
from gnomon.check.units.outputs import ambiguous
from gnomon.check.units.rules.aggregates import NAMED, named_mean
from gnomon.check.units.rules.plain import unknown
from gnomon.check.units.values import (
    UNKNOWN,
    Any,
    Conversion,
    Diagnostic,
    Known,
    Literal,
    NotQuantity,
    RowTyped,
    Value,
)
from gnomon.rewrite.parse import MARK
from gnomon.units.algebra import Product
from gnomon.units.text import parse_text, text_of
from gnomon.units.wire import UnitError


def call(node: Node, frame: Frame) -> Value:
    """A function that SQLGlot has no class for: a marker, one whose unit is known, or nothing."""
    name = node.name.lower()
    if name.startswith(MARK):
        return macro(node, name[len(MARK) :], node.expressions, frame)
    rule = FUNCTIONS.get(name)
    return rule(node, frame) if rule is not None else unknown(node, frame)


def sqlmesh_macro(node: Node, frame: Frame) -> Value:
    """The same macros in a tree that SQLMesh parsed."""
    inner = node.this
    return macro(node, inner.name.lower(), inner.expressions, frame) if isinstance(inner, exp.Anonymous) else UNKNOWN


def macro(node: exp.Expr, name: str, arguments: Sequence[exp.Expr], frame: Frame) -> Value:
    if name in CONVERSIONS and len(arguments) >= 2:
        frame.run.has_units = True
        return CONVERSIONS[name](node, arguments, frame)
    frame.visit(list(arguments))
    if (label := metric_label(node)) is not None:
        return NotQuantity("text", constant=label)
    return NotQuantity("date") if name in DATES else NotQuantity("text") if name in TEXTS else UNKNOWN


DATES = ("metrics_sample_date", "metrics_start", "metrics_end", "rolling_window_offset")
TEXTS = ("metric_name", "metric_id", "metrics_name", "metrics_grain", "entity_type", "metric_meta")


def unit_argument(node: exp.Expr, argument: exp.Expr, frame: Frame) -> Product | None:
    """The unit that a macro's argument says, as a text or a bare word; a report where it says none."""
    is_text = isinstance(argument, exp.Literal) and argument.is_string
    if not is_text and not isinstance(argument, exp.Column):
        message = f"'{shown(argument, frame.run)}' is no unit"
        help = "write the unit as a text, such as 's' or 'USD/h'"
        frame.run.report(Diagnostic(code="wrong_unit", severity="error", message=message, node=node, help=help))
        return None
    try:
        return parse_text(argument.name, frame.run.vocabulary)
    except UnitError as error:
        found = Diagnostic(code="wrong_unit", severity="error", message=str(error), node=node, help=error.help)
        frame.run.report(found)
        return None


def to_unit(node: exp.Expr, arguments: Sequence[exp.Expr], frame: Frame) -> Value:
    """`@to_unit(x, 's')`: x in another unit of its dimension."""
    part = arguments[0]
    value = frame.value(part)
    target = unit_argument(node, arguments[1], frame)
    if target is None:
        return UNKNOWN
    source = frame.lifted([value], lambda values: certain(values[0], part, frame))
    frame.run.conversions[id(node)] = Conversion(node, source, target)
    has_policy = any(argument.name.lower() == "month" for argument in named(arguments))
    wrong = [unit for unit in units_in(source) if not fits(unit.product, target, has_policy)]
    if wrong and without_calendar(wrong[0].product) == without_calendar(target):
        frame.run.report(without_policy(node, part, wrong[0], target, frame))
        return UNKNOWN
    if wrong:
        return misfit(node, part, wrong[0], f"cannot become {text_of(target, frame.run.vocabulary)}", target, frame)
    return frame.lifted([source], lambda values: as_known(values[0], target))


def without_policy(node: exp.Expr, part: exp.Expr, value: Known, target: Product, frame: Frame) -> Diagnostic:
    """The finding that months are to become days, or days months, and nobody said how many."""
    unit, wanted = (text_of(product, frame.run.vocabulary) for product in (value.product, target))
    message = f"a month has no fixed number of days, so {unit} to {wanted} needs one"
    help = f"write @to_unit({shown(part, frame.run)}, '{wanted}', month := '30.4375')"
    return Diagnostic("calendar_policy_needed", "error", message, node, (side(part, value, frame.run),), help)


def named(arguments: Sequence[exp.Expr]) -> list[exp.Expr]:
    """The names of the arguments that are given by name."""
    return [a.this for a in arguments if isinstance(a, exp.PropertyEQ | exp.Kwarg | exp.EQ)]


def fits(unit: Product, target: Product, has_policy: bool) -> bool:
    """Whether a conversion is possible; from months to days only by a policy."""
    if not has_policy:
        return unit.fits(target)
    return without_calendar(unit) == without_calendar(target)


def without_calendar(unit: Product) -> dict[str, Node]:
    """The dimensions, months taken for time."""
    found: dict[str, Node] = {}
    for dimension, exponent in unit.dimensions:
        name = "time" if dimension == "calendar" else dimension
        found[name] = found.get(name, 0) + exponent
    return {name: exponent for name, exponent in found.items() if exponent}


def certain(value: Value, part: exp.Expr, frame: Frame) -> Value:
    """A value whose unit is settled; a report where that is ambiguous."""
    if not isinstance(value, Known):
        return value
    units = [frame.run.spelled(unit) or unit for unit in settled(value, frame.run.named)]
    if len(units) > 1:
        frame.run.report(ambiguous(part, value, units, frame.run))
        return UNKNOWN
    return replace(value, product=units[0], ledger=())


def units_in(value: Value) -> list[Known]:
    """All quantities that a value can be."""
    if isinstance(value, RowTyped):
        return [unit for unit in (*value.units.values(), value.rest) if isinstance(unit, Known)]
    return [value] if isinstance(value, Known) else []


def as_known(value: Value, target: Product) -> Value:
    return Known(target) if isinstance(value, Known) else value if isinstance(value, Any) else UNKNOWN


def misfit(node: exp.Expr, part: exp.Expr, value: Known, words: str, target: Product, frame: Frame) -> Value:
    notes = (side(part, value, frame.run),)
    call = f"@as_unit({shown(part, frame.run)}, '{text_of(target, frame.run.vocabulary)}')"
    help = f"say what it is: {call}, or choose a unit of its dimension"
    message = f"{text_of(value.product, frame.run.vocabulary)} {words}"
    found = Diagnostic(code="incompatible_units", severity="error", message=message, node=node, notes=notes, help=help)
    frame.run.report(found)
    return UNKNOWN


def quantity(node: exp.Expr, arguments: Sequence[exp.Expr], frame: Frame) -> Value:
    """`@qty(7, 'd')`: a number with a unit. What has a unit already has to be in it."""
    value = frame.value(arguments[0])
    target = unit_argument(node, arguments[1], frame)
    if target is None:
        return UNKNOWN
    if isinstance(value, Known) and not value.product.same(target):
        return misfit(node, arguments[0], value, f"is not {text_of(target, frame.run.vocabulary)}", target, frame)
    return Known(target)


def asserted(node: exp.Expr, arguments: Sequence[exp.Expr], frame: Frame) -> Value:
    """`@as_unit(x, 'USD/h')`: the author knows better."""
    frame.value(arguments[0])
    target = unit_argument(node, arguments[1], frame)
    return Known(target) if target is not None else UNKNOWN


def convert(node: exp.Expr, arguments: Sequence[exp.Expr], frame: Frame) -> Value:
    """`@convert(x, 'EUR', on := day)`: the currency in x becomes another one."""
    part = arguments[0]
    value = frame.value(part)
    frame.visit([a.expression for a in arguments[2:] if isinstance(a, exp.PropertyEQ | exp.Kwarg | exp.EQ)])
    target = unit_argument(node, arguments[1], frame)
    if target is None or not is_currency(node, target, frame):
        return UNKNOWN
    source = frame.lifted([value], lambda values: certain(values[0], part, frame))
    frame.run.conversions[id(node)] = Conversion(node, source, target)
    wrong = next((unit for unit in units_in(source) if exchanged(unit.product, target) is None), None)
    if wrong is not None:
        return misfit(node, part, wrong, "is no money of one known currency", target, frame)
    result = frame.lifted([source], lambda values: in_currency(values[0], target))
    shared = one_unit(result) if isinstance(result, RowTyped) else None
    return shared if shared is not None else result


def is_currency(node: exp.Expr, unit: Product, frame: Frame) -> bool:
    """Whether a unit is one currency; a report where it is not."""
    only = unit.powers[0] if len(unit.powers) == 1 else None
    if only is not None and only[0].kind == "currency" and only[1] == 1 and unit.scale == 1:
        return True
    message = f"'{text_of(unit, frame.run.vocabulary)}' is no currency"
    help = "write three capital letters (ISO 4217), or define it in units.yaml"
    frame.run.report(Diagnostic("wrong_unit", "error", message, node, help=help))
    return False


def in_currency(value: Value, target: Product) -> Value:
    exchange = exchanged(value.product, target) if isinstance(value, Known) else None
    return Known(exchange) if exchange is not None else as_known(value, target) if isinstance(value, Any) else UNKNOWN


def exchanged(unit: Product, target: Product) -> Product | None:
    """The unit with its one currency replaced; None where it has none, several, or one without code."""
    money = [(symbol, exponent) for symbol, exponent in unit.powers if symbol.kind == "currency" and symbol.code]
    if len(money) != 1:
        return None
    rest = Product(tuple(each for each in unit.powers if each[0] != money[0][0]), unit.scale)
    return rest * target ** money[0][1]


CONVERSIONS: dict[str, Callable[[exp.Expr, Sequence[exp.Expr], Frame], Value]] = {
    "to_unit": to_unit,
    "qty": quantity,
    "as_unit": asserted,
    "convert": convert,
}


def keep_first(node: Node, frame: Frame) -> Value:
    """A function that gives a value of its first argument's unit."""
    if not node.expressions:
        return UNKNOWN
    value = frame.value(node.expressions[0])
    frame.visit(node.expressions[1:])
    return value if not isinstance(value, Literal) else UNKNOWN


OF_LISTS = ("list_sum", "list_avg", "list_min", "list_max", "list_median", "list_first", "list_last")
FUNCTIONS: dict[str, Callable[[Node, Frame], Value]] = {
    **dict.fromkeys(OF_LISTS, keep_first),
    **dict.fromkeys(NAMED, named_mean),
}
"""Functions that SQLGlot has no class for, whose unit is known."""

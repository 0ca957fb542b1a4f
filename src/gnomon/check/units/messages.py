"""The findings in words: which side is what, where that was declared, and what to type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from gnomon.check.units.agree import Conflict
from gnomon.check.units.values import Diagnostic, Edit, Known, RowTyped, Severity, Value
from gnomon.rewrite.parse import unmark
from gnomon.units.algebra import Product
from gnomon.units.text import text_of

if TYPE_CHECKING:
    from gnomon.check.units.run import Run

LONGEST = 60
KEYS_SHOWN = 4


def shown(node: exp.Expr, run: Run) -> str:
    """An expression in the query's dialect, cut where it is long."""
    try:
        written = node.unalias().sql(run.dialect, normalize_functions=False, comments=False)
    except RecursionError:  # hundreds of operators, of which the first are shown
        return f"{shown(first_operand(node.unalias()), run)} ..."
    text = " ".join(unmark(written).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def first_operand(node: exp.Expr) -> exp.Expr:
    while isinstance(node.this, exp.Expr):
        node = node.this
    return node


def unit_text(value: Value, run: Run) -> str:
    """The unit of a value in words."""
    if isinstance(value, Known):
        numbers = "".join(f", times {number}" for number in value.ledger)
        return f"{text_of(value.product, run.vocabulary)}{numbers}"
    if isinstance(value, RowTyped):
        named = [f"{unit_text(unit, run)} where it is '{key}'" for key, unit in value.units.items()]
        more = [f"{len(named) - KEYS_SHOWN} more"] if len(named) > KEYS_SHOWN else []
        rest = ["the currency that it says"] if value.rest is not None else []
        return f"by {shown(value.key, run)}: {', '.join([*named[:KEYS_SHOWN], *more, *rest])}"
    return "not known"


def side(node: exp.Expr, value: Value, run: Run) -> str:
    """One side of a finding: what it is, and where that was declared."""
    text = f"'{shown(node, run)}' is {unit_text(value, run)}"
    origin = value.origin if isinstance(value, Known) else None
    if origin is None:
        return text
    place = f" at {origin.span}" if origin.span is not None else ""
    if origin.name == shown(node, run) and not place:
        return text
    return f"{text}, as declared for {origin.name}{place}"


def conflict_of(
    conflict: Conflict,
    node: exp.Expr,
    parts: Sequence[exp.Expr],
    values: Sequence[Value],
    plain: Sequence[Value],
    run: Run,
) -> Diagnostic:
    """The finding that two expressions do not go together. `plain` are the values for one key."""
    first, second = conflict.first, conflict.second
    a, b = parts[first], parts[second]
    node = b if isinstance(node, exp.SetOperation) else node  # not all of it, which begins with its WITH
    notes = (side(a, values[first], run), side(b, values[second], run))
    one, other = plain[first], plain[second]
    assert isinstance(one, Known) and isinstance(other, Known)
    if any(isinstance(value, RowTyped) for value in (values[first], values[second])):
        key = next(value.key for value in values if isinstance(value, RowTyped))
        name = shown(key, run)
        help = f"take one {name} at a time: CASE WHEN {name} = '...' THEN ... END"
        message = f"'{shown(a, run)}' and '{shown(b, run)}' differ in units"
        return Diagnostic(code="mixed_units", severity="error", message=message, node=node, notes=notes, help=help)
    left, right = text_of(one.product, run.vocabulary), text_of(other.product, run.vocabulary)
    severity: Severity = "warning" if conflict.code == "count_label_mismatch" else "error"
    words = {
        "count_label_mismatch": f"{left} and {right} are counts of different things",
        "unit_scale_mismatch": f"{left} and {right} are units of different size",
        "incompatible_units": f"{left} and {right} do not go together",
    }
    help = fix(conflict.code, a, b, one, other, run)
    edit = rescaled(b, other, one.product) if conflict.code == "unit_scale_mismatch" else None
    return Diagnostic(conflict.code, severity, words[conflict.code], node, notes, help, edit)


def fix(code: str, a: exp.Expr, b: exp.Expr, one: Known, other: Known, run: Run) -> str:
    """What to type so that two sides go together."""
    if code == "unit_scale_mismatch":
        return f"convert one side: {converted(b, one.product, run)}"
    target = text_of(one.product, run.vocabulary)
    if code == "count_label_mismatch":
        return f"say that both count the same: @as_unit({shown(b, run)}, '{target}')"
    currencies = [p for p in (one.product, other.product) if is_currency(p)]
    if len(currencies) == 2:
        return f"convert one side: @convert({shown(b, run)}, '{target}', on := <date>)"
    ratio = text_of(one.product / other.product, run.vocabulary)
    return (
        f"multiply '{shown(b, run)}' by something in {ratio}, or say what it is: @as_unit({shown(b, run)}, '{target}')"
    )


def converted(node: exp.Expr, unit: Product, run: Run) -> str:
    """The call that converts an expression, or divides it by 100 where it is a percentage."""
    if unit.is_number:
        return f"{shown(node, run)} / 100" if unit.scale == 1 else f"{shown(node, run)} * 100"
    return f"@to_unit({shown(node, run)}, '{text_of(unit, run.vocabulary)}')"


def rescaled(node: exp.Expr, value: Known, unit: Product) -> Edit | None:
    """The edit that puts a quantity into another unit of its dimensions, by plain arithmetic.

    None where a bare number in it may have done so already.
    """
    if value.ledger or not value.product.fits(unit):
        return None
    ratio = value.product.ratio(unit)
    times = f" * {ratio.numerator}" if ratio.numerator > 1 else ""
    over = f" / {ratio.denominator}.0" if ratio.denominator > 1 else ""
    return Edit(node, f"({{}}{times}{over})")


def is_currency(unit: Product) -> bool:
    return len(unit.powers) == 1 and unit.powers[0][0].kind == "currency" and unit.powers[0][1] == 1


def mixed(node: exp.Expr, value: RowTyped | None, run: Run, units: Sequence[Value] = ()) -> Diagnostic:
    """The finding that rows of different units come together."""
    if value is None:
        listed = ", ".join(dict.fromkeys(unit_text(unit, run) for unit in units))
        notes, help = (f"its keys are {listed}",), "give keys of different units different names"
    else:
        key = shown(value.key, run)
        notes = (f"the unit is {unit_text(value, run)}",)
        help = f"keep the key: GROUP BY {key}, or take one: WHERE {key} = '...'"
    together = [*value.units.values()] if value is not None else units
    severity: Severity = "warning" if differ_in_labels(together) else "error"
    message = f"'{shown(node, run)}' mixes units"
    return Diagnostic(code="mixed_units", severity=severity, message=message, node=node, notes=notes, help=help)


def differ_in_labels(units: Sequence[Value]) -> bool:
    """Whether quantities differ only in what they count: then adding them up is doubtful, not wrong."""
    found = [unit.product for unit in units if isinstance(unit, Known)]
    shapes = {(tuple(sorted((s.kind, e) for s, e in product.powers)), product.scale) for product in found}
    return len(found) == len(units) and len(shapes) == 1 and all(s.kind == "count" for s, _ in found[0].powers)

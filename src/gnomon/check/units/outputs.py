"""What leaves a query: each column settled on one unit, and held against what is declared for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from sqlglot import exp

from gnomon.check.units.keyed import has_hole, one_unit
from gnomon.check.units.ledger import is_readable_as, settled
from gnomon.check.units.messages import converted, rescaled, shown, side, unit_text
from gnomon.check.units.values import UNKNOWN, Diagnostic, Known, Relation, RowTyped, Value
from gnomon.units.algebra import Product, unit_of
from gnomon.units.shapes import json_of
from gnomon.units.text import text_of
from gnomon.units.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from gnomon.check.units.run import Run


DAY = unit_of(VOCABULARY.symbol("time", "d"))


def leaving(query: exp.Expr, relation: Relation, declared: Mapping[str, Value], run: Run) -> dict[str, Value]:
    """The columns of the whole query by name: declared ones checked, the others settled."""
    outputs: dict[str, Value] = {}
    for name, value in relation.columns:
        if name in outputs:
            continue
        node = output_node(query, name)
        wanted = declared.get(name)
        outputs[name] = check(node, name, value, wanted, run) if wanted is not None else settle(node, value, run)
    return outputs


def output_node(query: exp.Expr, name: str) -> exp.Expr:
    """The expression that gives an output its name; the query itself where a star does."""
    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    selects = query.selects if isinstance(query, exp.Query) else []
    return next((each for each in selects if each.alias_or_name == name), query)


def settle(node: exp.Expr, value: Value, run: Run) -> Value:
    """The value in one unit, without a ledger; reports where it is ambiguous, or where unit JSON cannot say it."""
    if isinstance(value, RowTyped):
        if (shared := one_unit(value)) is not None and None not in value.units:
            return settle(node, shared, run)
        units = {key: settle(node, unit, run) for key, unit in value.units.items()}
        return replace(value, units=units, rest=replace(value.rest, ledger=()) if value.rest is not None else None)
    if not isinstance(value, Known):
        return value
    found = [run.spelled(unit) or unit for unit in settled(value, run.named)]
    if len(found) > 1:
        run.report(ambiguous(node, value, found, run))
        return UNKNOWN
    if json_of(found[0], run.vocabulary) is None and not has_hole(found[0]):
        run.report(inexpressible(node, found[0], run))
    return replace(value, product=found[0], ledger=())


def ambiguous(node: exp.Expr, value: Known, units: Sequence[Product], run: Run) -> Diagnostic:
    """The finding that a number may have converted a value, or not."""
    names = [text_of(unit, run.vocabulary) for unit in units]
    text = shown(node, run)
    message = f"'{text}' can be in {' or in '.join(names)}"
    notes = (f"it is {unit_text(value, run)}",)
    help = f"say which: @as_unit({text}, '{names[0]}') for a part of it, @to_unit(..., '{names[-1]}') to convert"
    return Diagnostic(code="ambiguous_scale", severity="info", message=message, node=node, notes=notes, help=help)


def inexpressible(node: exp.Expr, unit: Product, run: Run) -> Diagnostic:
    message = f"'{shown(node, run)}' is in {text_of(unit, run.vocabulary)}, which unit JSON cannot say"
    above = [symbol for symbol, exponent in unit.powers if exponent == 1]
    kinds = [symbol.kind for symbol in above]
    if len(unit.powers) == 2 and sorted(kinds) == ["count", "currency"]:
        price = "/".join(text_of(unit_of(symbol), run.vocabulary) for symbol in sorted(above, reverse=True))
        help = f"if one of them is a price, declare it in {price}"
    else:
        help = "unit_expr and unit_ext say it; or divide until one unit, or one per another, is left"
    return Diagnostic(code="unit_not_expressible", severity="info", message=message, node=node, help=help)


# Against what is declared


def check(node: exp.Expr, name: str, value: Value, wanted: Value, run: Run) -> Value:
    """The declared unit where the value can be in it; a report, and what was inferred, where it cannot."""
    if isinstance(wanted, RowTyped):
        return check_keys(node, name, value, wanted, run)
    if isinstance(value, RowTyped) and isinstance(wanted, Known):
        wrong = [unit for unit in value.units.values() if isinstance(unit, Known) and not accepts(unit, wanted, run)]
        if value.is_doubtful and len(wrong) < len(value.units):
            return wanted
        if wrong or (value.rest is not None and has_hole(value.rest.product)):
            return refused(node, name, value, wrong[0] if wrong else value, wanted, run)
        return wanted
    if isinstance(value, Known) and isinstance(wanted, Known) and not accepts(value, wanted, run):
        return refused(node, name, value, value, wanted, run)
    return wanted


def refused(node: exp.Expr, name: str, value: Value, wrong: Value, wanted: Known, run: Run) -> Value:
    """What was inferred, with a report that it is not what is declared."""
    run.report(mismatch(node, name, wrong, wanted, run))
    with run.muted():
        return settle(node, value, run)


def check_keys(node: exp.Expr, name: str, value: Value, wanted: RowTyped, run: Run) -> Value:
    """A declared unit for each key against the inferred ones."""
    found = value.units if isinstance(value, RowTyped) else dict.fromkeys(wanted.units, value)
    for key, unit in wanted.units.items():
        inferred = found.get(key)
        if isinstance(unit, Known) and isinstance(inferred, Known) and not accepts(inferred, unit, run):
            run.report(mismatch(node, f"{name} where {shown(wanted.key, run)} is '{key}'", inferred, unit, run))
    return wanted


def accepts(value: Known, wanted: Known, run: Run) -> bool:
    """Whether a value can be in a declared unit.

    A count may be called by another name, of different dates also a time in days, and a mean is per count.
    """
    unit = wanted.product
    if is_readable_as(value, unit, run.named):
        return True
    renamed = relabelled(value.product, unit)
    if renamed is not None and is_readable_as(replace(value, product=renamed), unit, run.named):
        return True
    if value.product.is_number and value.nature == "count":  # a rank, or how many there are at a rank
        return [symbol.kind for symbol, _ in unit.powers] == ["count"]
    if value.nature == "days" and not value.ledger and unit.same(DAY):
        return True
    plain = [(symbol, exponent) for symbol, exponent in value.product.powers if symbol.dimension == "count"]
    if [exponent for _, exponent in plain] != [-1]:
        return False
    mean = Product(tuple(each for each in value.product.powers if each[0].dimension != "count"), value.product.scale)
    return is_readable_as(replace(value, product=mean), unit, run.named)


def relabelled(unit: Product, wanted: Product) -> Product | None:
    """The unit with its counts called as in another one; None where they do not correspond."""

    def counts(product: Product) -> list[tuple[Product, object]]:
        found = [(s, e) for s, e in product.powers if s.kind == "count"]
        return [(Product(((s, e),)), e) for s, e in sorted(found, key=lambda each: each[1])]

    mine, theirs = counts(unit), counts(wanted)
    if not mine or [exponent for _, exponent in mine] != [exponent for _, exponent in theirs]:
        return None
    result = Product(tuple(each for each in unit.powers if each[0].kind != "count"), unit.scale)
    for product, _ in theirs:
        result = result * product
    return result


def mismatch(node: exp.Expr, name: str, value: Value, wanted: Known, run: Run) -> Diagnostic:
    """The finding that a query does not give what is declared."""
    declared = text_of(wanted.product, run.vocabulary)
    origin = wanted.origin.span if wanted.origin is not None else None
    place = f" at {origin}" if origin is not None else ""
    notes = (side(node, value, run), f"{name} is declared {declared}{place}")
    inner, edit = node.unalias(), None
    if isinstance(value, Known) and value.product.fits(wanted.product) and not value.ledger:
        help = f"convert it: {converted(inner, wanted.product, run)}"
        edit = rescaled(inner, value, wanted.product)
    elif isinstance(value, Known) and value.product.fits(wanted.product):
        unit, right = text_of(value.product, run.vocabulary), times(value.product.ratio(wanted.product))
        taken = times(prod(value.ledger, start=Fraction(1)))
        help = f"numbers in {unit} become {declared} {right}, and here they are taken {taken}"
    elif isinstance(value, Known):
        text = text_of(value.product, run.vocabulary)
        help = f"declare {text}, or say what it is: @as_unit({shown(inner, run)}, '{declared}')"
    else:
        help = "declare a unit for each key"
    message = f"'{name}' is declared {declared} and comes out in {unit_text(value, run)}"
    return Diagnostic("declared_mismatch", "error", message, node, notes, help, edit)


def times(factor: Fraction) -> str:
    """A factor as what to do with numbers.

    >>> times(Fraction(1, 1000)), times(Fraction(60)), times(Fraction(3, 2))
    ('divided by 1000', 'times 60', 'times 3 / 2')
    """
    if factor.numerator == 1 and factor.denominator > 1:
        return f"divided by {factor.denominator}"
    return f"times {factor.numerator}" + (f" / {factor.denominator}" if factor.denominator > 1 else "")

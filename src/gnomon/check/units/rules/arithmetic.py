"""Sums, products, powers: what operators do to units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.ledger import entered, whole
from gnomon.check.units.rules.dates import difference, shifted
from gnomon.check.units.rules.plain import UNITLESS, dimensionless
from gnomon.check.units.values import (
    ANY,
    UNKNOWN,
    Any,
    Known,
    Literal,
    NotQuantity,
    Value,
)
from gnomon.units.algebra import NUMBER, Product

DIGITS = 400
"""The largest power of ten of a number that is computed with."""


def number(node: Node, frame: Frame) -> Value:
    """A bare number; text and what has too many digits is no number to compute with."""
    if node.is_string:
        return NotQuantity("text", constant=node.name)
    return Literal(parsed(node.name))


def parsed(text: str) -> frozenset[Fraction] | None:
    """The number that a token says."""
    mantissa, _, power = text.lower().partition("e")
    if len(mantissa) > DIGITS or len(power) > 4 or (power and abs(int(power)) > DIGITS):
        return None
    try:
        return frozenset({Fraction(text)})
    except ValueError:
        return None


def computed(left: Literal, right: Literal, rule: Callable[[Fraction, Fraction], Fraction]) -> Literal:
    """Two bare numbers as one."""
    a, b = left.number, right.number
    if a is None or b is None:
        return Literal()
    try:
        result = rule(a, b)
    except (ZeroDivisionError, OverflowError):
        return Literal()
    small = result.numerator.bit_length() + result.denominator.bit_length() < 4 * DIGITS
    return Literal(frozenset({result})) if small else Literal()


# Sums


def sum_or_difference(node: Node, frame: Frame) -> Value:
    """`a + b`, `a - b`."""
    left, right = operands(node, frame)
    return summed(node, left, right, frame)


def summed(node: Node, left: Value, right: Value, frame: Frame) -> Value:
    """Both sides agree, unless one of them is an instant or an interval."""
    is_difference = isinstance(node, exp.Sub | exp.SafeSubtract)
    if isinstance(left, Literal) and isinstance(right, Literal):
        return computed(left, right, lambda a, b: a - b if is_difference else a + b)
    if isinstance(left, NotQuantity) or isinstance(right, NotQuantity):
        return (difference if is_difference else shifted)(left, right, frame)
    if isinstance(left, Any) or isinstance(right, Any):
        return ANY
    result = frame.agree(node, [node.this, node.expression], [left, right])
    if isinstance(result, Known) and isinstance(left, Known) and isinstance(right, Known):
        return replace(result, origin=None, nature=nature_of_sum(left, right, is_difference))
    return result


def nature_of_sum(left: Known, right: Known, is_difference: bool) -> Node:
    """The difference of two instants is a duration; what is moved by a duration is an instant still."""
    natures = (left.nature, right.nature)
    if "instant" in natures:
        return None if is_difference and natures == ("instant", "instant") else "instant"
    return left.nature if left.nature == right.nature else None


# Products


def multiply(node: Node, frame: Frame) -> Value:
    return frame.lifted(operands(node, frame), lambda values: times(values[0], values[1], frame))


def divide(node: Node, frame: Frame) -> Value:
    return frame.lifted(operands(node, frame), lambda values: over(values[0], values[1], frame))


def operands(node: Node, frame: Frame) -> Sequence[Value]:
    return [frame.value(node.this), frame.value(node.expression)]


def times(left: Value, right: Value, frame: Frame) -> Value:
    """The product: units multiply, bare numbers go to the ledger."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return computed(left, right, lambda a, b: a * b)
    if isinstance(left, Literal):
        left, right = right, left
    if isinstance(left, Known) and isinstance(right, Literal):
        return with_number(left, right, frame, inverse=False)
    if isinstance(left, Known) and isinstance(right, Known):
        return ledger_joined(left.product * right.product, left, right.ledger)
    return rest(left, right)


def over(left: Value, right: Value, frame: Frame) -> Value:
    """The quotient. A literal over a quantity is per that quantity."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return computed(left, right, lambda a, b: a / b)
    if isinstance(left, Known) and isinstance(right, Literal):
        return with_number(left, right, frame, inverse=True)
    if not isinstance(right, Known):
        return rest(left, right)
    inverse = tuple(1 / each for each in right.ledger)
    if isinstance(left, Literal):
        return with_number(Known(NUMBER / right.product, inverse, nature="rate"), left, frame, inverse=False)
    if not isinstance(left, Known):
        return rest(left, right)
    if left.nature == "stocks" and is_days(right.product):
        return replace(left, nature="stock", origin=None)
    return replace(ledger_joined(left.product / right.product, left, inverse), nature="rate")


def is_days(unit: Product) -> bool:
    """Whether a unit is days: a stock that is added up has one value for each."""
    return unit.scale == 1 and [(symbol.code, exponent) for symbol, exponent in unit.powers] == [("d", Fraction(1))]


def ledger_joined(product: Product, left: Known, ledger: Sequence[Fraction]) -> Known:
    result = Known(product, left.ledger)
    for each in ledger:
        result = entered(result, each)
    return result


def with_number(known: Known, literal: Literal, frame: Frame, *, inverse: bool) -> Value:
    """A quantity times or over a bare number. Several numbers at once (a CASE) convert to nothing that has a name."""
    numbers = literal.numbers
    if numbers is None:
        return UNKNOWN
    known = replace(known, nature=known.nature if known.nature != "instant" else None)
    factors = [1 / each if inverse else each for each in numbers if each]
    if len(numbers) == 1:
        return entered(known, factors[0] if factors else None)
    could_convert = any(frame.run.named(whole(known.product, (abs(f),))) for f in factors if abs(f) != 1)
    return UNKNOWN if could_convert else known


def rest(left: Value, right: Value) -> Value:
    """A product or quotient with something that is no quantity."""
    if isinstance(left, Any) or isinstance(right, Any):
        return ANY
    for one, other in ((left, right), (right, left)):
        if isinstance(one, NotQuantity) and one.kind == "interval" and isinstance(other, Literal):
            return NotQuantity("interval")
    return UNKNOWN


def negate(node: Node, frame: Frame) -> Value:
    value = frame.value(node.this)
    return (
        computed(Literal(frozenset({Fraction(0)})), value, lambda a, b: a - b) if isinstance(value, Literal) else value
    )


def remainder(node: Node, frame: Frame) -> Value:
    """What is left of a quantity is that quantity."""
    parts = [node.this, node.expression]
    values = [frame.value(part) for part in parts]
    if all(isinstance(value, Literal) for value in values):
        return Literal()
    if isinstance(values[0], Literal):
        return UNKNOWN
    return frame.agree(node, parts, values)


# Powers


def power(node: Node, frame: Frame) -> Value:
    """A quantity to a power that is written out; of one that is not, only a number has a unit."""
    base, exponent = operands(node, frame)
    if isinstance(base, Literal) and isinstance(exponent, Literal):
        return raised_number(base, exponent)
    number = exponent.number if isinstance(exponent, Literal) else None
    if number is not None:
        return frame.lifted([base], lambda values: raised(values[0], number))
    if isinstance(base, Known) and base.product.is_number:
        return UNITLESS if not isinstance(exponent, Known) else dimensionless(node, frame, node.expression, exponent)
    return UNKNOWN


def raised_number(base: Literal, exponent: Literal) -> Literal:
    n = exponent.number
    if n is None or n.denominator != 1 or abs(n) > DIGITS:
        return Literal()
    return computed(base, exponent, lambda a, b: a ** int(b))


def raised(value: Value, exponent: Fraction) -> Value:
    """A plain value to a power."""
    if not isinstance(value, Known):
        return value if isinstance(value, Any) else UNKNOWN
    if value.ledger and exponent.denominator != 1:
        return UNKNOWN
    ledger = tuple(each**exponent.numerator for each in value.ledger) if abs(exponent) <= 32 else ()
    return ledger_joined(value.product**exponent, Known(NUMBER), ledger)


def to_power(exponent: Fraction) -> Callable[[Node, Frame], Value]:
    """A rule for a function that is one power: SQRT, CBRT, a variance."""

    def rule(node: Node, frame: Frame) -> Value:
        value = frame.value(node.this)
        return Literal() if isinstance(value, Literal) else frame.lifted([value], lambda v: raised(v[0], exponent))

    return rule

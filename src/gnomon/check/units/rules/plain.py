"""Rules that many classes share: keep the unit, a bare number, not a quantity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.messages import shown, side
from gnomon.check.units.values import ANY, NOT_QUANTITY, UNKNOWN, Diagnostic, Known, Literal, Value
from gnomon.units.algebra import number_of
from gnomon.units.text import text_of

UNITLESS = Known(number_of("unitless"))
PROPORTION = Known(number_of("proportion"))


def transcendental(node: Node, frame: Frame) -> Value:
    """LN, EXP, SIN: of a number they are a number; the logarithm of dollars has no unit."""
    result: Value = UNITLESS
    for part in node.iter_expressions():
        found = dimensionless(node, frame, part, frame.value(part))
        result = UNKNOWN if found is UNKNOWN else result
    return result


def dimensionless(node: exp.Expr, frame: Frame, part: exp.Expr, value: Value) -> Value:
    """A value that has to be a number; a warning where it has a dimension."""
    value = frame.alone(part, value)
    if isinstance(value, Known) and not value.product.is_number:
        unit = text_of(value.product, frame.run.vocabulary)
        help = f"make it a number first: {shown(part, frame.run)} / @qty(1, '{unit}')"
        message = f"{node.key.upper()} of {unit} has no meaning"
        found = Diagnostic(
            code="not_dimensionless",
            severity="warning",
            message=message,
            node=node,
            notes=(side(part, value, frame.run),),
            help=help,
        )
        frame.run.report(found)
    return UNITLESS if isinstance(value, Known | Literal) else UNKNOWN


def unitless(node: Node, frame: Frame) -> Value:
    """A number whatever the arguments are; these are read for mistakes."""
    frame.visit(*node.args.values())
    return UNITLESS


def rank(node: Node, frame: Frame) -> Value:
    """A place in an order: a number, and as good a count of the rows up to it."""
    frame.visit(*node.args.values())
    return replace(UNITLESS, nature="count")


def not_a_quantity(node: Node, frame: Frame) -> Value:
    """Text, conditions and the like; the arguments are read for mistakes."""
    frame.visit(*node.args.values())
    return NOT_QUANTITY


def keep(node: Node, frame: Frame) -> Value:
    """The unit of the first argument; the others (digits of ROUND) are read for mistakes."""
    value = frame.value(node.this)
    frame.visit(*(argument for name, argument in node.args.items() if name != "this"))
    return value


def proportion(node: Node, frame: Frame) -> Value:
    """A share of the whole; the arguments are read for mistakes."""
    frame.visit(*node.args.values())
    return PROPORTION


def null(node: Node, frame: Frame) -> Value:
    return ANY


def unknown(node: Node, frame: Frame) -> Value:
    """Nothing can be said; the arguments are read for mistakes."""
    frame.visit(*node.args.values())
    return UNKNOWN


def unread(node: Node, frame: Frame) -> Value:
    """What has names of its own inside: a lambda."""
    return UNKNOWN

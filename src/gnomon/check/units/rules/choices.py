"""CASE, COALESCE, comparisons and casts: values that stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.answers import terms_of
from gnomon.check.units.facts import Fact
from gnomon.check.units.frames import Frame
from gnomon.check.units.types import is_number, kind_of
from gnomon.check.units.values import (
    ANY,
    UNKNOWN,
    Any,
    Known,
    NotQuantity,
    RowTyped,
    Unknown,
    Value,
)


def case(node: Node, frame: Frame) -> Value:
    """CASE: the branches agree, each read where its condition is true and none before it was."""
    subject = node.this
    if subject is not None:
        compare_all(node, [subject, *(branch.this for branch in node.args["ifs"])], frame)
    parts: list[exp.Expr] = []
    values: list[Value] = []
    for branch in node.args["ifs"]:
        condition = branch.this if subject is None else exp.EQ(this=subject.copy(), expression=branch.this.copy())
        if subject is None:
            frame.visit(condition)
        parts.append(branch.args["true"])
        values.append(frame.where(condition).value(branch.args["true"]))
        frame = frame.under(Fact(condition, holds=False))
    default = node.args.get("default")
    parts.append(default if default is not None else node)
    values.append(frame.value(default))
    return frame.agree(node, parts, values)


def if_(node: Node, frame: Frame) -> Value:
    """IF(condition, a, b): a CASE with one branch."""
    frame.visit(node.this)
    yes, no = node.args.get("true"), node.args.get("false")
    values = [frame.where(node.this).value(yes), frame.under(Fact(node.this, holds=False)).value(no)]
    return frame.agree(node, [yes if yes is not None else node, no if no is not None else node], values)


def alternatives(node: Node, frame: Frame) -> Value:
    """COALESCE, GREATEST, LEAST: the arguments agree."""
    parts = [node.this, *node.expressions]
    return frame.agree(node, parts, [frame.value(part) for part in parts])


def nullif(node: Node, frame: Frame) -> Value:
    """NULLIF: the first argument, compared with the second."""
    value = frame.value(node.this)
    compare(node, [node.this, node.expression], [value, frame.value(node.expression)], frame)
    return value


# Comparisons


def comparison(node: Node, frame: Frame) -> Value:
    """`a = b`, `a < b`: both agree; the result has no unit."""
    compare_all(node, [node.this, node.expression], frame)
    return NotQuantity("boolean")


def between(node: Node, frame: Frame) -> Value:
    compare_all(node, [node.this, node.args["low"], node.args["high"]], frame)
    return NotQuantity("boolean")


def within(node: Node, frame: Frame) -> Value:
    """`x IN (a, b)` and `x IN (SELECT ...)`."""
    parts = [node.this, *node.expressions]
    query = node.args.get("query")
    compare_all(node, [*parts, *([query] if query is not None else [])], frame)
    frame.visit(node.args.get("unnest"))
    return NotQuantity("boolean")


def compare_all(node: exp.Expr, parts: Sequence[exp.Expr], frame: Frame) -> None:
    """Hold the first expression against each of the others."""
    values = [frame.value(part) for part in parts]
    for part, value in zip(parts[1:], values[1:], strict=True):
        compare(node, [parts[0], part], [values[0], value], frame)


def compare(node: exp.Expr, parts: Sequence[exp.Expr], values: Sequence[Value], frame: Frame) -> None:
    if any(isinstance(value, Known | RowTyped) for value in values):
        frame.agree(node, parts, values)


# Conditions


def connected(node: Node, frame: Frame) -> Value:
    """AND and OR, however many: what AND has on its left is true on its right."""
    terms = [*terms_of(node)]
    for position, term in enumerate(terms):
        frame.visit(term)
        if isinstance(node, exp.And) and position < len(terms) - 1 and len(terms) <= FACTS_USED:
            frame = frame.where(term)
    return NotQuantity("boolean")


FACTS_USED = 12
"""In longer conditions no term says anything to the next one."""


# Casts


def cast(node: Node, frame: Frame) -> Value:
    """CAST: to a number it keeps the unit; what becomes text or an instant has none."""
    value = frame.value(node.this)
    kind = kind_of(node.args["to"])
    if kind is not None:
        entity = value.entity if isinstance(value, Unknown | NotQuantity) else None
        constant = value.constant if kind == "text" and isinstance(value, NotQuantity) else None
        return NotQuantity(kind, entity, constant)
    if not is_number(node.args["to"]):
        return ANY if isinstance(value, Any) else UNKNOWN
    return Unknown(value.entity) if isinstance(value, NotQuantity) else value


def to_number(node: Node, frame: Frame) -> Value:
    """A conversion function to a number."""
    value = frame.value(node.this)
    return UNKNOWN if isinstance(value, NotQuantity) else value


def to_kind(kind: Node) -> Callable[[Node, Frame], Value]:
    """A rule for functions that give something of a kind; the arguments are read for mistakes."""

    def rule(node: Node, frame: Frame) -> Value:
        frame.visit(*node.args.values())
        return NotQuantity(kind)

    return rule


# Names


def column(node: Node, frame: Frame) -> Value:
    return frame.column(node) if not isinstance(node.this, exp.Star) else UNKNOWN


def inner(node: Node, frame: Frame) -> Value:
    """What only wraps another expression."""
    return frame.value(node.this)


def distinct(node: Node, frame: Frame) -> Value:
    """`SUM(DISTINCT x)`: x."""
    frame.visit(node.expressions[1:])
    return frame.value(node.expressions[0]) if len(node.expressions) == 1 else UNKNOWN


def subquery(node: Node, frame: Frame) -> Value:
    """A scalar subquery, or one that a value is compared with: its only column."""
    found = frame.run.relation(node, frame)
    if len(found.columns) != 1 or not found.is_complete:
        return UNKNOWN
    value = found.columns[0][1]
    is_own = isinstance(value, RowTyped) and value.key.args.get("table") is None
    return UNKNOWN if is_own else value


def exists(node: Node, frame: Frame) -> Value:
    frame.visit(node.this)
    return NotQuantity("boolean")

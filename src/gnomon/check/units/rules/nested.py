"""Structs, arrays and maps."""

from __future__ import annotations

from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.values import UNKNOWN, Fields, Literal, RowTyped, Value


def struct(node: Node, frame: Frame) -> Value:
    """A struct, field by field."""
    fields: dict[str, Value] = {}
    for position, part in enumerate(node.expressions):
        named = isinstance(part, exp.PropertyEQ | exp.Alias)
        content = part.expression if isinstance(part, exp.PropertyEQ) else part.unalias()
        value = frame.value(content)
        name = part.this.name if isinstance(part, exp.PropertyEQ) else part.alias_or_name
        fields[name if named or name else f"_{position}"] = frame.alone(content, value)
    return Fields(fields)


def dot(node: Node, frame: Frame) -> Value:
    """`s.field`."""
    return field(frame.value(node.this), node.expression.name)


def bracket(node: Node, frame: Frame) -> Value:
    """`array[1]`, `struct['field']`."""
    value = frame.value(node.this)
    frame.visit(node.expressions)
    if isinstance(value, Fields):
        only = node.expressions[0] if len(node.expressions) == 1 else None
        return field(value, only.name) if isinstance(only, exp.Literal) and only.is_string else UNKNOWN
    return value


def field(value: Value, name: str) -> Value:
    if not isinstance(value, Fields):
        return UNKNOWN
    folded = {key.lower(): each for key, each in value.values.items()}
    return value.values.get(name) or folded.get(name.lower(), UNKNOWN)


def array(node: Node, frame: Frame) -> Value:
    """An array of values that agree has their unit; one of different units has none, which is no mistake."""
    values = [frame.value(part) for part in node.expressions]
    with frame.run.muted():
        value = frame.agree(node, node.expressions, values) if values else UNKNOWN
    return UNKNOWN if isinstance(value, Literal | RowTyped) else value


def element(node: Node, frame: Frame) -> Value:
    """UNNEST and EXPLODE of an array: an element."""
    value = frame.value(node.this)
    frame.visit(node.expressions)
    return value if not isinstance(value, Literal) else UNKNOWN

"""Window functions: their partition is their group."""

from __future__ import annotations

from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.rules.aggregates import gather, is_mixed
from gnomon.check.units.values import UNKNOWN, Value


def window(node: Node, frame: Frame) -> Value:
    """A window function: its partition is its group. Neither the frame nor the order changes a unit."""
    windows = [node, *named_windows(node, frame)]
    partition = [part for each in windows for part in each.args.get("partition_by") or []]
    frame.visit(partition)
    keys = (frame.canonical(part) if isinstance(part, exp.Column) else part for part in partition)
    inner = frame.over(tuple(keys))
    orders = [each.args["order"] for each in windows if each.args.get("order")]
    terms = [term.this for order in orders for term in order.expressions]
    mixed = [term for term in terms if is_mixed(term, term, inner)]
    value = inner.value(node.this)
    return UNKNOWN if mixed else value


def named_windows(node: exp.Expr, frame: Frame) -> list[exp.Expr]:
    """The windows that one is made of by name: `OVER w`, where w is `(v ORDER BY x)`."""
    found: list[exp.Expr] = []
    base = frame.windows.get(node.alias) or frame.windows.get(node.name)
    while base is not None and base not in found:
        found.append(base)
        base = frame.windows.get(base.alias)
    return found


def neighbour(node: Node, frame: Frame) -> Value:
    """LAG and LEAD: the value of another row, or the default."""
    value = gather(node, node.this, frame)
    default = node.args.get("default")
    frame.visit(node.args.get("offset"))
    return frame.agree(node, [node.this, default], [value, frame.value(default)]) if default is not None else value

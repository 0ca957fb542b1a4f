"""The outputs of a SELECT: stars spelled out as far as columns are known, row-typed columns with their keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from gnomon.check.units.answers import is_of_key, is_same
from gnomon.check.units.frames import Frame
from gnomon.check.units.values import UNKNOWN, Fields, RowTyped, Value

Output = tuple[str, exp.Expr, Value]
"""A column that comes out: its name, the expression it is, its value. A bare star is columns that nobody declared."""


def walk_flat(nodes: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    """The nodes of expressions, without those of the queries in them."""
    for node in nodes:
        yield from node.walk(prune=lambda part: isinstance(part, exp.Query))


def projections(node: exp.Select, frame: Frame) -> Iterator[Output]:
    """What a SELECT lists, with stars spelled out as far as columns are known."""
    for position, projection in enumerate(node.expressions):
        inner = projection.unalias()
        is_columns = isinstance(inner, exp.Columns) and isinstance(inner.this, exp.Star)
        if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
            yield from starred(inner, frame)
        elif is_columns and projection.alias in ("", f"_col_{position}"):
            yield from starred(inner.this, frame)
        elif any(isinstance(part, exp.Columns) for part in walk_flat([inner])):
            frame.visit(inner)
            yield "*", exp.Star(), UNKNOWN
        else:
            value = frame.naming(projection.alias).value(inner)
            if projection.alias:
                frame.aliases.setdefault(projection.alias, value)
            yield projection.alias_or_name or f"_col_{position}", inner, value
            if isinstance(value, Fields) and isinstance(inner, exp.Unnest | exp.Explode):  # its fields are outputs
                yield "*", exp.Star(), UNKNOWN


def starred(star: exp.Expr, frame: Frame) -> Iterator[Output]:
    """The columns that a star stands for."""
    table = star.table if isinstance(star, exp.Column) else ""
    options = (star.this if isinstance(star, exp.Column) else star).args
    left_out = {node.name for node in options.get("except_") or options.get("except") or []}
    replaced = {node.alias: node.unalias() for node in options.get("replace") or []}
    renamed = {node.this.name: node.alias for node in options.get("rename") or []}
    for alias, found in frame.sources.items():
        if table and alias != table:
            continue
        for name, _ in found.columns:
            if name not in left_out:
                part = replaced.get(name) or exp.column(name, table=alias)
                yield renamed.get(name, name), part, frame.value(part)
        if not found.is_complete:
            yield "*", exp.Star(), UNKNOWN
    if table and table not in frame.sources:
        yield "*", exp.Star(), UNKNOWN


def carried(outputs: Sequence[Output], frame: Frame) -> list[tuple[str, Value]]:
    """The columns as the next query sees them: a row-typed one has to bring its key along."""
    return [
        (name, keyed(node, value, outputs, frame) if isinstance(value, RowTyped) else value)
        for name, node, value in outputs
        if name != "*"
    ]


def keyed(node: exp.Expr, value: RowTyped, outputs: Sequence[Output], frame: Frame) -> Value:
    """A row-typed column by the output that is its key, or is made of its key alone."""
    if frame.is_outer(value.key):
        return value
    for name, other, _ in outputs:
        if (found := frame.by_key(value, other)) is not None:
            return replace(found, key=exp.column(name))
    others = [each for each in outputs if each[1] is not node and any(is_same(n, value.key) for n in each[1].walk())]
    for name, other, _ in others:
        if (found := frame.recoded(node, value, other)) is not None:
            return replace(found, key=exp.column(name))
    return frame.gathered(node, value, tuple(other for _, other, _ in others if is_of_key(other, value.key)))

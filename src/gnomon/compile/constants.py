"""Text constants in generated models: units, and what stands for a value that is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any

from sqlglot import exp


def unit_text(unit: Mapping[str, Any]) -> str:
    """A unit's canonical JSON as text, the same for every spelling of the same unit.

    >>> unit_text({"code": "stars", "kind": "count"})
    '{"kind": "count", "code": "stars"}'
    """
    return json.dumps(in_order(unit), ensure_ascii=False)


def in_order(unit: Mapping[str, Any]) -> dict[str, Any]:
    """Unit JSON with its keys in the canonical order."""
    found = {key: unit[key] for key in ("numerator", "denominator", "kind", "code") if unit.get(key) is not None}
    return {key: in_order(part) if isinstance(part, Mapping) else part for key, part in found.items()}


def unit_constant(unit: Mapping[str, Any] | None) -> exp.Expr:
    """A unit as a text literal, NULL where it is unset."""
    return no_text() if unit is None else exp.Literal.string(unit_text(unit))


def text_constant(value: str, dialect: str) -> exp.Expr:
    """A text literal. Spark replaces `${name}` in a statement before it reads it, so there the two signs are parted.

    >>> text_constant("a ${b}", "spark").sql("spark")
    "'a $' || '{b}'"
    """
    parts = value.split("${") if dialect in ("spark", "databricks") else [value]
    ends = [part + "$" for part in parts[:-1]] + parts[-1:]
    pieces: list[exp.Expr] = [exp.Literal.string("{" * (n > 0) + end) for n, end in enumerate(ends)]
    return reduce(lambda left, right: exp.DPipe(this=left, expression=right, safe=True), pieces)


def no_text() -> exp.Expr:
    """A NULL that every engine knows to be text, also where it is the first branch of a union."""
    return exp.cast(exp.null(), "TEXT")

"""Values and predicates over one row, with SQL's three-valued logic and exact numbers.

A row is a mapping of column to int, float, Decimal, str, bool, date, datetime or None. Numbers are computed as
fractions, so that nothing is rounded before the judge looks at it; only infinities and NaN stay floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

Row = Mapping[str, Any]
NUMBERS = (int, float, Decimal, Fraction)
NAN = float("nan")


def exactly(value: Any) -> Any:
    """A number as a fraction; everything else, also an infinity, as it is. There is one NaN: it equals itself in sets.

    >>> exactly(0.5), len({exactly(float("nan")), exactly(float("nan"))})
    (Fraction(1, 2), 1)
    """
    if isinstance(value, bool) or not isinstance(value, NUMBERS):
        return value
    if not isfinite(value):
        return NAN if value != value else value
    return Fraction(value)


@dataclass(frozen=True)
class Col:
    """A column of the row."""

    name: str


@dataclass(frozen=True)
class Lit:
    """A constant."""

    value: Any


@dataclass(frozen=True)
class Times:
    left: Value
    right: Value


@dataclass(frozen=True)
class Plus:
    left: Value
    right: Value


@dataclass(frozen=True)
class Coalesce:
    value: Value
    default: Value


@dataclass(frozen=True)
class Case:
    """`then` where the condition is true, else `otherwise`."""

    condition: Pred
    then: Value
    otherwise: Value


@dataclass(frozen=True)
class Together:
    """Two values as one, `(a, b)`: never null, and equal where both members are (null being equal to null)."""

    left: Value
    right: Value


@dataclass(frozen=True)
class Concat:
    """Two texts with a slash between; null where either is."""

    left: Value
    right: Value


Value = Col | Lit | Times | Plus | Coalesce | Case | Together | Concat


@dataclass(frozen=True)
class Compare:
    """`left op right` with `= <> < <= > >=`."""

    left: Value
    op: str
    right: Value


@dataclass(frozen=True)
class In:
    value: Value
    options: tuple[Any, ...]


@dataclass(frozen=True)
class IsNull:
    value: Value


@dataclass(frozen=True)
class Not:
    pred: Pred


@dataclass(frozen=True)
class And:
    left: Pred
    right: Pred


@dataclass(frozen=True)
class Or:
    left: Pred
    right: Pred


Pred = Compare | In | IsNull | Not | And | Or


def value_of(value: Value, row: Row) -> Any:
    """The value of an expression: a fraction for numbers, None for null."""
    match value:
        case Col(name):
            return exactly(row[name])
        case Lit(constant):
            return exactly(constant)
        case Times(left, right):
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None or b is None else a * b
        case Plus(left, right):
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None or b is None else a + b
        case Coalesce(first, default):
            a = value_of(first, row)
            return value_of(default, row) if a is None else a
        case Case(condition, then, otherwise):
            return value_of(then if truth(condition, row) is True else otherwise, row)
        case Together(left, right):
            return value_of(left, row), value_of(right, row)
        case Concat(left, right):
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None or b is None else f"{a}/{b}"


def compare(a: Any, op: str, b: Any) -> bool:
    """`a op b` for two values that are not null."""
    if op in ("=", "<>"):
        return bool((a == b) == (op == "="))
    if op in ("<", "<="):
        return bool(a < b or (op == "<=" and a == b))
    return bool(a > b or (op == ">=" and a == b))


def passes(where: Pred | None, row: Row) -> bool:
    """Whether a filter, if there is one, is true of a row."""
    return where is None or truth(where, row) is True


def truth(pred: Pred, row: Row) -> bool | None:
    """True, False, or None where SQL says unknown.

    >>> truth(Not(Compare(Col("x"), "=", Lit(1))), {"x": None}) is None
    True
    >>> truth(Or(IsNull(Col("x")), Compare(Col("x"), ">", Lit(1))), {"x": None})
    True
    """
    match pred:
        case Compare(left, op, right):
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None or b is None else compare(a, op, b)
        case In(value, options):
            a = value_of(value, row)
            return None if a is None else a in [exactly(option) for option in options]
        case IsNull(value):
            return value_of(value, row) is None
        case Not(inner):
            found = truth(inner, row)
            return None if found is None else not found
        case And(left, right):
            pair = truth(left, row), truth(right, row)
            return False if False in pair else None if None in pair else True
        case Or(left, right):
            pair = truth(left, row), truth(right, row)
            return True if True in pair else None if None in pair else False


def columns_of(node: Any) -> set[str]:
    """The columns that an expression, a predicate or an aggregate reads."""
    if isinstance(node, Col):
        return {node.name}
    parts = [getattr(node, name) for name in node.__dataclass_fields__]
    return set().union(*(columns_of(part) for part in parts if hasattr(part, "__dataclass_fields__")))

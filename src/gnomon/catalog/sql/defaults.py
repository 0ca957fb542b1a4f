"""A link's default value: what a dimension's column is for rows that have none, where that is a value of its type.

One value is for all columns of the dimension that it fits; a mapping names columns and has a value for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from gnomon.catalog.values import Column

Written = Callable[[Any], exp.Expr | None]
"""A value in SQL, None where it is none of a type."""


def default_of(value: Any, column: Column) -> exp.Expr | None:
    """A link's default for one column, None where it has none or the value is not of the column's type.

    >>> [tree and tree.sql() for tree in (default_of("none", Column("x", t)) for t in ("string", "int", "date", None))]
    ["'none'", None, None, "'none'"]
    >>> default_of({"Id": -1, "name": "nobody"}, Column("id", "bigint")).sql()
    '-1'
    """
    if isinstance(value, Mapping):
        value = {str(name).lower(): each for name, each in value.items()}.get(column.name.lower())
    if value is None or isinstance(value, Mapping | list | tuple):
        return None
    try:
        kind = exp.DataType.build(column.type or "unknown", dialect="spark").this
    except (ParseError, TokenError, ValueError):
        return exp.convert(value)
    return next((written(value) for kinds, written in WRITTEN if kind in kinds), None)


def as_text(value: Any) -> exp.Expr | None:
    return None if isinstance(value, bool) else exp.Literal.string(str(value))


def as_whole(value: Any) -> exp.Expr | None:
    found = number(value)
    return exp.convert(int(found)) if found is not None and found == int(found) else None


def as_number(value: Any) -> exp.Expr | None:
    found = number(value)
    return None if found is None else exp.convert(int(found) if found == int(found) else found)


def number(value: Any) -> float | int | None:
    """A finite number, also one written as text; truth values are none."""
    if isinstance(value, bool):
        return None
    for read in (int, float):
        try:
            found = read(value) if isinstance(value, str) else value
        except ValueError:
            continue
        return found if isinstance(found, int | float) and math.isfinite(found) else None
    return None


def as_flag(value: Any) -> exp.Expr | None:
    word = str(value).lower()
    return exp.Boolean(this=word == "true") if word in ("true", "false") else None


def as_date(value: Any) -> exp.Expr | None:
    return moment(value, date, "date")


def as_time(value: Any) -> exp.Expr | None:
    return moment(value, datetime, "timestamp")


def moment(value: Any, kind: type[date], type_: str) -> exp.Expr | None:
    """A date or a time from its ISO text."""
    try:
        found = kind.fromisoformat(str(value))
    except ValueError:
        return None
    return exp.cast(exp.Literal.string(str(found)), type_)


TIMES = exp.DataType.TEMPORAL_TYPES - {exp.DType.DATE, exp.DType.DATE32}
WRITTEN: tuple[tuple[frozenset[exp.DType], Written], ...] = (
    (frozenset(exp.DataType.TEXT_TYPES), as_text),
    (frozenset(exp.DataType.INTEGER_TYPES), as_whole),
    (frozenset(exp.DataType.NUMERIC_TYPES), as_number),
    (frozenset({exp.DType.BOOLEAN}), as_flag),
    (frozenset({exp.DType.DATE, exp.DType.DATE32}), as_date),
    (frozenset(TIMES), as_time),
    (frozenset({exp.DType.UNKNOWN}), exp.convert),
)
"""How a default is written for columns of each type; of arrays, structs and bytes there is none."""

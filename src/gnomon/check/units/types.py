"""SQL types, as far as units depend on them: instants, intervals, texts, numbers."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from gnomon.check.units.values import Kind

TYPES = exp.DataType.Type
DATES = {TYPES.DATE, TYPES.DATE32}
TEXTS = {*exp.DataType.TEXT_TYPES, TYPES.UUID, TYPES.JSON, TYPES.JSONB, TYPES.BINARY, TYPES.VARBINARY, TYPES.INET}


def kind_of(type_: exp.DataType | None) -> Kind | None:
    """What a SQL type is that is no number; None for numbers, nested types and what is not known."""
    this = type_.this if type_ is not None else None
    if this in DATES:
        return "date"
    if this in exp.DataType.TEMPORAL_TYPES:
        return "timestamp"
    if this in TEXTS:
        return "text"
    if this in (TYPES.BOOLEAN, TYPES.BIT):
        return "boolean"
    is_interval = isinstance(this, exp.Interval) or str(getattr(this, "value", "")).startswith("INTERVAL")
    return "interval" if is_interval else None


def is_number(type_: exp.DataType | None) -> bool:
    return type_ is not None and type_.this in exp.DataType.NUMERIC_TYPES


@lru_cache(maxsize=1024)
def kind_of_type(name: str | None) -> Kind | None:
    """What a declared type is that is no number.

    >>> kind_of_type("timestamp with time zone"), kind_of_type("decimal(10, 2)"), kind_of_type("varchar")
    ('timestamp', None, 'text')
    """
    if not name:
        return None
    try:
        return kind_of(exp.DataType.build(name, udt=True))
    except (SqlglotError, ValueError):
        return None

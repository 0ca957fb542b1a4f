"""Many rows at once: written by COPY on Postgres, and looked up by one parameter there instead of one a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

from sqlalchemy import ARRAY, JSON, ColumnElement, Connection, Table, bindparam, func, insert, select

T = TypeVar("T")

CHUNK = 5_000
"""Values in one condition. SQLite takes 32 766."""
FEW = 20
"""Rows that are sooner inserted than copied."""


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that a column's value is one of these."""
    if connection.dialect.name == "postgresql":
        return column.in_(select(func.unnest(bindparam(None, list(values), type_=ARRAY(column.type)))))
    return column.in_(values)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Stretches of a sequence.

    >>> list(chunks([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    yield from (values[start : start + size] for start in range(0, len(values), size))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all of which have the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) > FEW:
        copy_rows(connection, table, rows)
    else:
        connection.execute(insert(table), rows)


def copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by Postgres's COPY, in the connection's own transaction."""
    quoted = connection.dialect.identifier_preparer.format_column
    columns = [table.c[name] for name in rows[0]]
    names = ", ".join(quoted(column) for column in columns)
    written = [(column.name, as_json if isinstance(column.type, JSON) else as_is) for column in columns]
    statement = f"COPY {connection.dialect.identifier_preparer.format_table(table)} ({names}) FROM STDIN"
    with closing(connection.connection.cursor()) as driver, driver.copy(statement) as copy:
        for row in rows:
            copy.write_row([write(row[name]) for name, write in written])


def as_is(value: Any) -> Any:
    """A value that the driver writes."""
    return value


def as_json(value: Any) -> str | None:
    """JSON as text; None is SQL's null."""
    return None if value is None else json.dumps(value)

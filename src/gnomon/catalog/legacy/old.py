"""The tables of a DataJunction-like database, as far as they are there: only four must be."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, FromClause, MetaData, Row, Table, inspect, null, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks

REQUIRED = ("node", "noderevision", "column", "metricmetadata")
OPTIONAL = (
    "attributetype",
    "availabilitystate",
    "catalog",
    "columnattribute",
    "cube",
    "dimensionlink",
    "metric_required_dimensions",
    "node_owners",
    "nodeavailabilitystate",
    "nodecolumns",
    "nodenamespace",
    "noderelationship",
    "partition",
    "tag",
    "tagnoderelationship",
    "users",
)


def is_old(names: Iterable[str]) -> bool:
    """Whether these tables are those of an older database."""
    return set(REQUIRED) <= set(names)


class Old:
    """The older tables, reflected. Every read names its columns; one that is missing there reads as null."""

    def __init__(self, engine: Engine) -> None:
        there = set(inspect(engine).get_table_names())
        metadata = MetaData()
        wanted = [name for name in (*REQUIRED, *OPTIONAL) if name in there]
        metadata.reflect(engine, only=wanted, resolve_fks=False)
        self.tables = {table.name: table for table in metadata.tables.values()}
        self.is_there = is_old(self.tables)

    def __contains__(self, name: str) -> bool:
        return name in self.tables

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def pick(self, connection: Connection, name: str, names: Sequence[str], key: str, keys: Sequence[Any]) -> Rows:
        """Rows of a table whose `key` is among `keys`, by that key; nothing of a table that is not there."""
        if name not in self or not keys or key not in self[name].c:
            return defaultdict(list)
        return self.read(connection, self[name], names, key, keys)

    def read(
        self, connection: Connection, table: FromClause, names: Sequence[str], key: str, keys: Sequence[Any]
    ) -> Rows:
        """Rows by a key, in the order of their own numbers."""
        found: Rows = defaultdict(list)
        wanted = [table.c[n].label(n) if n in table.c else null().label(n) for n in names if n != key]
        order = [table.c.id] if "id" in table.c else []
        statement = select(table.c[key].label("key_"), *wanted).order_by(*order)
        for chunk in chunks(keys):
            for row in connection.execute(statement.where(among(connection, table.c[key], chunk))):
                found[row.key_].append(row)
        return found

    def next_nodes(self, connection: Connection, after: int, size: int) -> Sequence[Row[Any]]:
        """The next nodes, by number, that have not been carried over."""
        node, done = self["node"], tables.carried
        there = select(done.c.old_node_id).where(done.c.old_node_id == node.c.id).exists()
        names = ("id", "name", "type", "namespace", "current_version", "created_at", "deactivated_at")
        wanted = [node.c[n] if n in node.c else null().label(n) for n in names]
        statement = select(*wanted).where(node.c.id > after, ~there).order_by(node.c.id).limit(size)
        return connection.execute(statement).all()


Rows = dict[Any, list[Row[Any]]]


def columns_of(old: Old) -> FromClause:
    """The columns with the revision that each belongs to; the oldest databases keep that in a table between."""
    column = old["column"]
    if "node_revision_id" in column.c or "nodecolumns" not in old:
        return column
    between = old["nodecolumns"]
    joined = select(column, between.c.node_id.label("node_revision_id")).join(
        between, between.c.column_id == column.c.id
    )
    return joined.subquery()


def decoded(value: Any) -> Any:
    """A JSON value, where a database gives it as text."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def word(value: Any) -> str | None:
    """An enumeration's word, which is kept in capital letters there."""
    return None if value is None else str(value).lower()

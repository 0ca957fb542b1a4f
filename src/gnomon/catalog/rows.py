"""Definitions as rows and back, many at a time: one statement a table, however many revisions.

A value's field is the column of the same name; a tuple is a JSON list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks, insert_rows
from gnomon.catalog.values import Column, CubeDetails, Definition, Link, MetricDetails, Revision

T = TypeVar("T")

OWN = (
    *("kind", "display_name", "description", "mode", "query", "catalog", "schema", "table"),
    *("owners", "custom", "authored"),
)
"""The fields of a definition that stand in `revisions` itself."""
LISTS: Mapping[str, tuple[Table, type[Any]]] = {
    "columns": (tables.columns, Column),
    "links": (tables.dimension_links, Link),
}
NAMES: Mapping[str, Table] = {"parents": tables.parents, "tags": tables.revision_tags}
DETAILS: Mapping[str, tuple[Table, type[Any]]] = {
    "metric": (tables.metric_metadata, MetricDetails),
    "cube": (tables.cubes, CubeDetails),
}


def fields_of(kind: Any) -> Mapping[str, bool]:
    """The fields of a value's class, and whether each is a tuple, which is a list in JSON."""
    return {field.name: str(field.type).startswith("tuple") for field in fields(kind)}


shape_of: Callable[[Any], Mapping[str, bool]] = cache(fields_of)


def plain(value: Any) -> Any:
    """A field's value as a column takes it."""
    return list(value) if isinstance(value, tuple) else value


def row_of(value: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The columns of a value."""
    wanted = names if names is not None else shape_of(type(value))
    return {name: plain(getattr(value, name)) for name in wanted}


def value_of(kind: type[T], row: Mapping[str, Any] | RowMapping) -> T:
    """The value that a row's columns hold."""
    shape = shape_of(kind).items()
    return kind(
        **{name: tuple(row[name]) if is_tuple and row[name] is not None else row[name] for name, is_tuple in shape}
    )


def write_revisions(connection: Connection, written: Sequence[tuple[int, Revision]]) -> None:
    """Write revisions, each of the node whose id stands before it."""
    own = [
        {
            "node_id": node_id,
            "version": str(revision.version),
            "at": revision.at,
            "by": revision.by,
            **row_of(revision.definition, OWN),
        }
        for node_id, revision in written
    ]
    insert_rows(connection, tables.revisions, own)
    ids = revision_ids(connection, sorted({node_id for node_id, _ in written}))
    gathered: dict[Table, list[dict[str, Any]]] = defaultdict(list)
    for node_id, revision in written:
        for table, row in parts_of(revision.definition):
            gathered[table].append({"revision_id": ids[node_id, str(revision.version)], **row})
    for table, rows in gathered.items():
        insert_rows(connection, table, rows)


def revision_ids(connection: Connection, node_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """The numbers of nodes' revisions, by node and version."""
    revisions = tables.revisions
    found: dict[tuple[int, str], int] = {}
    for chunk in chunks(node_ids):
        wanted = select(revisions.c.id, revisions.c.node_id, revisions.c.version)
        for row in connection.execute(wanted.where(among(connection, revisions.c.node_id, chunk))):
            found[row.node_id, row.version] = row.id
    return found


def parts_of(definition: Definition) -> Iterable[tuple[Table, dict[str, Any]]]:
    """The rows of a definition in the tables beside `revisions`."""
    for name, (table, _) in LISTS.items():
        for position, value in enumerate(getattr(definition, name)):
            yield table, {"position": position, **row_of(value)}
    for name, table in NAMES.items():
        for position, word in enumerate(getattr(definition, name)):
            yield table, {"position": position, "name": word}
    for name, (table, _) in DETAILS.items():
        value = getattr(definition, name)
        if value is not None:
            yield table, row_of(value)


def read_definitions(connection: Connection, ids: Sequence[int]) -> dict[int, Definition]:
    """The definitions of revisions, by their ids."""
    found: dict[int, Definition] = {}
    for chunk in chunks(ids):
        found |= read_chunk(connection, chunk)
    return found


def read_chunk(connection: Connection, ids: Sequence[int]) -> dict[int, Definition]:
    """The definitions of a few revisions."""
    parts: dict[int, dict[str, Any]] = {key: {} for key in ids}
    for name, (table, kind) in LISTS.items():
        for key, values in grouped(connection, table, ids).items():
            parts[key][name] = tuple(value_of(kind, row) for row in values)
    for name, table in NAMES.items():
        for key, values in grouped(connection, table, ids).items():
            parts[key][name] = tuple(row["name"] for row in values)
    for name, (table, kind) in DETAILS.items():
        for key, values in grouped(connection, table, ids).items():
            parts[key][name] = value_of(kind, values[0])
    own = select(tables.revisions).where(among(connection, tables.revisions.c.id, ids))
    for row in connection.execute(own).mappings():
        parts[row["id"]] |= {name: row[name] for name in OWN} | {"owners": tuple(row["owners"])}
    return {key: Definition(**part) for key, part in parts.items()}


def grouped(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """A table's rows of some revisions, in their order."""
    rows: dict[int, list[RowMapping]] = defaultdict(list)
    statement = select(table).where(among(connection, table.c.revision_id, ids)).order_by(*table.primary_key)
    for row in connection.execute(statement).mappings():
        rows[row["revision_id"]].append(row)
    return rows

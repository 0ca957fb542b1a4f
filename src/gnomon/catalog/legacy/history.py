"""Older rows as definitions: a few nodes at a time, each with all its revisions and what became of its units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from gnomon.catalog.files.deployment import authored_json
from gnomon.catalog.legacy.old import Old, Rows, columns_of, decoded, word
from gnomon.catalog.legacy.parts import Parts, cube_of, link_of, metric_of, reference_of
from gnomon.catalog.legacy.units import Move, moved, read_column_unit
from gnomon.catalog.values import Column, Definition, Link, Revision
from gnomon.catalog.versions import FIRST, Version

REVISION = (
    *("id", "version", "display_name", "description", "query", "mode", "schema_", "table", "catalog_id"),
    *("metric_metadata_id", "created_by_id", "updated_at", "cube_filters", "custom_metadata"),
    *("fixed_grain", "reaggregate"),
)
COLUMN = (
    *("id", "order", "name", "display_name", "type", "description", "unit"),
    *("dimension_id", "dimension_column"),
)


@dataclass(frozen=True, slots=True)
class OldNode:
    """A node of the older database: its row, its revisions from the oldest on, which of them is current, and the
    moves of each version's units."""

    row: Row[Any]
    revisions: tuple[Revision, ...]
    current: int
    current_id: int | None
    moves: tuple[tuple[Version, Move], ...]


def read_old(connection: Connection, old: Old, nodes: Sequence[Row[Any]]) -> Iterator[OldNode]:
    """The nodes of these rows, with everything that belongs to them."""
    rows = old.pick(connection, "noderevision", REVISION, "node_id", [node.id for node in nodes])
    parts = Parts(connection, old, [node.id for node in nodes], [row for found in rows.values() for row in found])
    columns = read_columns(connection, old, parts)
    for node in nodes:
        yield old_node(node, rows[node.id], parts, columns)


def read_columns(connection: Connection, old: Old, parts: Parts) -> Rows:
    """The columns of revisions, in their order."""
    rows = old.read(connection, columns_of(old), COLUMN, "node_revision_id", parts.revision_ids)
    ids = [row.id for found in rows.values() for row in found]
    parts.read_of_columns(connection, old, ids, {r.dimension_id for found in rows.values() for r in found})
    for found in rows.values():
        found.sort(key=lambda row: (row.order is None, row.order, row.id))
    return rows


def old_node(node: Row[Any], rows: Sequence[Row[Any]], parts: Parts, columns: Rows) -> OldNode:
    """One node, its revisions and its moves."""
    revisions: list[Revision] = []
    moves: list[tuple[Version, Move]] = []
    current = max(len(rows) - 1, 0)
    for position, row in enumerate(rows):
        version = next_version(row.version, revisions[-1].version if revisions else None)
        definition, found = definition_of(node, row, parts, columns[row.id])
        moves += [(version, move) for move in found]
        at = instant(row.updated_at) or instant(node.created_at) or datetime.fromtimestamp(0, UTC)
        revisions.append(Revision(version, definition, at, parts.user(row.created_by_id)))
        if row.version is not None and row.version == node.current_version:
            current = position
    current_id = rows[current].id if rows else None
    return OldNode(node, tuple(revisions), current, current_id, tuple(moves))


def next_version(text: str | None, before: Version | None) -> Version:
    """A revision's version; the one after where it says none that is later than the revision before it."""
    try:
        version = Version.read(text or "")
    except ValueError:
        version = before or Version(0, 0, 0)
    if before is None:
        return version if text else FIRST
    return version if version > before else before.after("patch")


def definition_of(
    node: Row[Any], row: Row[Any], parts: Parts, rows: Sequence[Row[Any]]
) -> tuple[Definition, tuple[Move, ...]]:
    """What a revision says, its metric's unit moved."""
    moves: list[Move] = []
    kind = str(word(node.type))
    columns = tuple(column_of(column, kind, parts, moves) for column in rows)
    definition = Definition(
        kind=kind,  # type: ignore[arg-type]
        display_name=row.display_name,
        description=row.description,
        mode=word(row.mode) or "published",
        query=row.query,
        catalog=parts.catalogs.get(row.catalog_id),
        schema=row.schema_,
        table=row.table,
        columns=columns,
        links=links_of(kind, rows, parts.links[row.id], parts),
        metric=metric_of(row, parts) if kind == "metric" else None,
        cube=cube_of(row, parts) if kind == "cube" else None,
        parents=tuple(parts.parents.get(row.id, ())),
        tags=tuple(parts.tags.get(node.id, ())),
        owners=tuple(parts.owners.get(node.id, ())),
        custom=decoded(row.custom_metadata) or None,
        authored=authored_json(inferred=types_of(kind, columns)),
    )
    definition, move = moved(node.name, definition, parts.legacy_unit(row))
    return definition, (*moves, *([move] if move else []))


def types_of(kind: str, columns: Sequence[Column]) -> dict[str, Any]:
    """What nobody has said of a metric's column: the type, which the older server found in its SQL."""
    return {each.name: {"type": each.type} for each in columns[:1] if kind == "metric" and each.type is not None}


def links_of(kind: str, columns: Sequence[Row[Any]], joins: Sequence[Row[Any]], parts: Parts) -> tuple[Link, ...]:
    """A revision's links: joins, and columns that are a dimension's themselves. A cube's columns use those fields
    for roles."""
    found = [link_of(row, parts.names) for row in joins if row.dimension_id in parts.names]
    if kind != "cube":
        found += [reference_of(row, parts.names) for row in columns if row.dimension_id in parts.names]
    return tuple(found)


def column_of(row: Row[Any], kind: str, parts: Parts, moves: list[Move]) -> Column:
    """A column; a unit that cannot be read is noted among the moves."""
    unit, readable = read_column_unit(row.unit)
    name = f"{row.name}{row.dimension_column or ''}" if kind == "cube" else row.name
    if not readable:
        moves.append(Move(name, "unreadable", None, None, decoded(row.unit)))
    return Column(
        name=name,
        type=None if row.type is None else str(row.type),
        unit=unit,
        display_name=row.display_name,
        description=row.description,
        attributes=tuple(parts.attributes.get(row.id, ())),
        partition=parts.partitions.get(row.id),
    )


def instant(value: Any) -> datetime | None:
    """An instant of an older table: UTC where it keeps no zone, text where it was written as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

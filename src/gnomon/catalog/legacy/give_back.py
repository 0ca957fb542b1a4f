"""Going down: what was carried over leaves the catalog, and units that changed here are written back where the older
shape can say them.

A node that has not changed here is taken out: the older tables hold it. One that has stays in the catalog, which is
the note of what the older tables cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from gnomon.catalog import tables
from gnomon.catalog.bulk import among
from gnomon.catalog.database import reading, writing
from gnomon.catalog.legacy.carry import BATCH, Report, write_moves
from gnomon.catalog.legacy.old import Old
from gnomon.catalog.legacy.units import Move
from gnomon.catalog.nodes import NODES, REVISIONS
from gnomon.catalog.rows import read_definitions
from gnomon.catalog.values import Definition
from gnomon.units.legacy import legacy_of

CARRIED = tables.carried


def give_back(engine: Engine, report: Report, batch: int = BATCH) -> None:
    """Return every node that was carried over, a batch at a time; what is noted as carried is what is left to do."""
    old = Old(engine)
    if not old.is_there:
        return
    with reading(engine) as connection:
        total = connection.scalar(select(func.count()).select_from(CARRIED)) or 0
    done = 0
    while True:
        with writing(engine, "carry") as connection:
            rows = connection.execute(next_rows(batch)).all()
            if not rows:
                break
            give_back_batch(connection, old, rows)
        done += len(rows)
        report(done, total)


def next_rows(batch: int) -> Any:
    """Carried nodes, with what they are now."""
    current = (REVISIONS.c.node_id == NODES.c.id) & (REVISIONS.c.version == NODES.c.version)
    return (
        select(CARRIED, NODES.c.name, NODES.c.version.label("now"), REVISIONS.c.id.label("revision_id"))
        .select_from(CARRIED)
        .outerjoin(NODES, NODES.c.id == CARRIED.c.node_id)
        .outerjoin(REVISIONS, current)
        .order_by(CARRIED.c.old_node_id)
        .limit(batch)
    )


def give_back_batch(connection: Connection, old: Old, rows: Sequence[Row[Any]]) -> None:
    """Return some nodes."""
    at = datetime.now(UTC)
    here = [row for row in rows if row.node_id is not None]
    touched = names_with_events(connection, [row.name for row in here])
    changed = [row for row in here if row.name in touched]
    same = [row for row in here if row.name not in touched]
    was = versions_before(connection, changed)
    definitions = read_definitions(connection, [row.revision_id for row in changed] + list(was.values()))
    moves: list[tuple[str, str, Move]] = []
    for row in changed:
        before, after = definitions[was[row.node_id]], definitions[row.revision_id]
        moves += [(row.name, row.now, move) for move in returned(connection, old, row.old_revision_id, before, after)]
    write_moves(connection, moves, at)
    connection.execute(
        delete(CARRIED).where(among(connection, CARRIED.c.old_node_id, [row.old_node_id for row in rows]))
    )
    gone = [row.name for row in same]
    connection.execute(delete(tables.unit_moves).where(among(connection, tables.unit_moves.c.node, gone)))
    connection.execute(delete(NODES).where(among(connection, NODES.c.id, [row.node_id for row in same])))


def names_with_events(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those nodes to which something happened here: carrying them over is no event."""
    events = tables.events
    return set(
        connection.execute(select(events.c.node).where(among(connection, events.c.node, names)).distinct()).scalars()
    )


def versions_before(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int]:
    """The revision that each node had when it was carried over."""
    wanted = select(REVISIONS.c.node_id, REVISIONS.c.id).join(CARRIED, CARRIED.c.node_id == REVISIONS.c.node_id)
    wanted = wanted.where(
        REVISIONS.c.version == CARRIED.c.version, among(connection, REVISIONS.c.node_id, [r.node_id for r in rows])
    )
    return dict(connection.execute(wanted).tuples().all())


def returned(
    connection: Connection, old: Old, old_revision_id: int, before: Definition, after: Definition
) -> list[Move]:
    """Write a changed metric's unit back, if a flat name says it, and note each unit that differs from what it was."""
    were = {column.name: column.unit for column in before.columns}
    moves = []
    for position, column in enumerate(after.columns):
        if column.unit == were.get(column.name):
            continue
        flat = legacy_of(column.unit)
        if after.kind == "metric" and position == 0:
            write_flat(connection, old, old_revision_id, flat)
            outcome = "returned" if flat or column.unit is None else "not_said"
        else:
            outcome = "not_said"
        moves.append(Move(column.name, outcome, flat, column.unit, were.get(column.name)))
    return moves


def write_flat(connection: Connection, old: Old, revision_id: int, flat: str | None) -> None:
    """Let an older revision have a flat unit, or none. Other revisions may share its metadata, so it gets a copy."""
    revision, metadata = old["noderevision"], old["metricmetadata"]
    shared = select(metadata).join(revision, revision.c.metric_metadata_id == metadata.c.id)
    row = connection.execute(shared.where(revision.c.id == revision_id)).mappings().first()
    values = {c.name: row[c.name] for c in metadata.c if c.name != "id"} if row is not None else {}
    values["unit"] = None if flat is None else flat.upper()
    copy = connection.scalar(insert(metadata).values(values).returning(metadata.c.id))
    connection.execute(update(revision).where(revision.c.id == revision_id).values(metric_metadata_id=copy))

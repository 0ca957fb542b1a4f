"""Going up: nodes of an older database become nodes of the catalog, their units on columns.

Each batch is a transaction of its own and writes down, in `carried`, which nodes it took. So a process that is killed
loses at most the batch it was at, and the next one goes on with the nodes that are not written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import insert_rows
from gnomon.catalog.database import reading, writing
from gnomon.catalog.legacy.beside import carry_availability, carry_namespaces, make_tags
from gnomon.catalog.legacy.census import check
from gnomon.catalog.legacy.history import OldNode, instant, read_old
from gnomon.catalog.legacy.old import Old
from gnomon.catalog.legacy.units import Move
from gnomon.catalog.nodes import ids_of, make_namespaces, read_named
from gnomon.catalog.rows import write_revisions
from gnomon.catalog.values import Node, namespace_of
from gnomon.catalog.versions import Version

BATCH = 1_000
"""Nodes in one transaction."""
Report = Callable[[int, int], None]
"""Told the nodes done and the nodes in all."""


def carry(engine: Engine, report: Report, batch: int = BATCH) -> None:
    """Carry over every node that has not been, and count units on both sides; RunError `units_lost` if they differ."""
    old = Old(engine)
    if not old.is_there:
        return
    with reading(engine) as connection:
        total = connection.scalar(select(func.count()).select_from(old["node"])) or 0
        done = connection.scalar(select(func.count()).select_from(tables.carried)) or 0
    with writing(engine, "carry") as connection:
        carry_namespaces(connection, old, datetime.now(UTC))
    after = 0
    while True:
        with writing(engine, "carry") as connection:
            nodes = old.next_nodes(connection, after, batch)
            if not nodes:
                break
            carry_batch(connection, old, nodes)
        after = nodes[-1].id
        done += len(nodes)
        report(done, total)
    with reading(engine) as connection:
        check(connection, old)


def carry_batch(connection: Connection, old: Old, nodes: Sequence[Any]) -> None:
    """Carry over some nodes; one whose name stands in the catalog already is noted and stays as it is."""
    at = datetime.now(UTC)
    found = list(read_old(connection, old, nodes))
    there = read_named(connection, [node.row.name for node in found])
    new = [node for node in found if node.row.name not in there and node.revisions]
    make_namespaces(connection, {namespace_of(node.row.name) for node in new}, at)
    make_tags(connection, old, {word for node in new for r in node.revisions for word in r.definition.tags})
    insert_rows(connection, tables.nodes, [node_row(node) for node in new])
    ids = ids_of(connection, [node.row.name for node in new])
    write_revisions(connection, [(ids[node.row.name], r) for node in new for r in node.revisions])
    write_moves(connection, [(node.row.name, str(v), move) for node in new for v, move in node.moves], at)
    write_moves(connection, list(standing(found, there)), at)
    current = {node.current_id: ids[node.row.name] for node in new if node.current_id is not None}
    carry_availability(connection, old, current)
    ids |= ids_of(connection, list(there))
    insert_rows(connection, tables.carried, [carried_row(n, ids.get(n.row.name), there.get(n.row.name)) for n in found])


def node_row(node: OldNode) -> dict[str, Any]:
    """The catalog's row of a node."""
    current = node.revisions[node.current]
    return {
        "name": node.row.name,
        "namespace": namespace_of(node.row.name),
        "kind": current.definition.kind,
        "version": str(current.version),
        "created_at": instant(node.row.created_at) or current.at,
        "deactivated_at": instant(node.row.deactivated_at),
    }


def carried_row(node: OldNode, node_id: int | None, there: Node | None) -> dict[str, Any]:
    """The note that a node has been carried over, or that it stood in the catalog already."""
    current = there.revision.version if there else node.revisions[node.current].version if node.revisions else None
    return {
        "old_node_id": node.row.id,
        "old_revision_id": node.current_id,
        "node_id": node_id,
        "version": None if current is None else str(current),
        "stood": there is not None,
    }


def standing(found: Iterable[OldNode], there: dict[str, Node]) -> Iterable[tuple[str, str, Move]]:
    """For nodes that stand in the catalog: the columns whose units were others in the older database."""
    for node in found:
        if node.row.name not in there or not node.revisions:
            continue
        now = there[node.row.name].revision
        mine = {column.name: column.unit for column in now.definition.columns}
        for column in node.revisions[node.current].definition.columns:
            unit = mine.get(column.name)
            if column.unit is not None and column.unit != unit:
                yield node.row.name, str(now.version), Move(column.name, "kept", None, unit, column.unit)


def write_moves(connection: Connection, moves: Sequence[tuple[str, str | Version, Move]], at: datetime) -> None:
    """Note what became of units."""
    rows = [
        {"node": node, "version": str(version), "column": m.column, "outcome": m.outcome, "at": at}
        | {"legacy": m.legacy, "unit": m.unit, "found": m.found}
        for node, version, m in moves
    ]
    insert_rows(connection, tables.unit_moves, rows)

"""Units counted on both sides of the migration, by SQL and by nothing that the migration itself uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, cast, func, select

from gnomon.catalog import tables
from gnomon.catalog.legacy.old import Old, columns_of
from gnomon.catalog.legacy.units import GOING_BACK
from gnomon.errors import Problem, RunError

CARRIED = and_(tables.carried.c.node_id.is_not(None), ~tables.carried.c.stood)
"""The condition that a node came over, and did not stand in the catalog already."""


@dataclass(frozen=True, slots=True)
class There:
    """What the older tables hold: revisions of metrics by flat unit, and columns, with and without a unit."""

    nodes: int
    columns: int
    legacy: dict[str, int]
    units: int


@dataclass(frozen=True, slots=True)
class Here:
    """What the catalog holds of what was carried: columns with a unit, flat units that only say unknown, and what
    became of the others, by outcome. `back` is what became of units that were changed here and went back."""

    nodes: int
    columns: int
    units: int
    unknown: int
    moves: dict[str, int]
    back: dict[str, int] = field(default_factory=dict)


def count_there(connection: Connection, old: Old, carried: bool = False) -> There:
    """Count the older tables: all of them, or only the nodes that were carried over."""
    node, revision, metadata = old["node"], old["noderevision"], old["metricmetadata"]
    column = columns_of(old)
    done = select(tables.carried.c.old_node_id).where(CARRIED)
    of_columns = select(func.count()).select_from(column).join(revision, column.c.node_revision_id == revision.c.id)
    unit = func.lower(func.trim(cast(metadata.c.unit, Text)))
    flat: Select[Any] = select(unit, func.count()).select_from(revision)
    flat = flat.join(metadata, revision.c.metric_metadata_id == metadata.c.id)
    flat = flat.where(metadata.c.unit.is_not(None)).group_by(unit)
    of_nodes = select(func.count()).select_from(node)
    if carried:
        of_nodes = of_nodes.where(node.c.id.in_(done))
        of_columns, flat = (statement.where(revision.c.node_id.in_(done)) for statement in (of_columns, flat))
    with_unit = 0
    if "unit" in column.c:
        said = of_columns.where(column.c.unit.is_not(None), cast(column.c.unit, Text) != "null")
        with_unit = connection.scalar(said) or 0
    return There(
        nodes=connection.scalar(of_nodes) or 0,
        columns=connection.scalar(of_columns) or 0,
        legacy=dict(connection.execute(flat).tuples().all()),
        units=with_unit,
    )


def count_here(connection: Connection) -> Here:
    """Count what was carried, at the versions that came with it."""
    columns, revisions, moves = tables.columns, tables.revisions, tables.unit_moves
    done = select(tables.carried.c.node_id).where(CARRIED)
    ours = select(func.count()).select_from(columns).join(revisions).where(revisions.c.node_id.in_(done))
    flat = select(func.count()).select_from(tables.metric_metadata).join(revisions)
    outcomes = (
        select(moves.c.outcome, func.count()).where(moves.c.node.in_(names_of_carried())).group_by(moves.c.outcome)
    )
    back = select(moves.c.outcome, func.count()).where(moves.c.outcome.in_(GOING_BACK)).group_by(moves.c.outcome)
    return Here(
        nodes=connection.scalar(select(func.count()).select_from(done.subquery())) or 0,
        columns=connection.scalar(ours) or 0,
        units=connection.scalar(ours.where(columns.c.unit.is_not(None))) or 0,
        unknown=connection.scalar(
            flat.where(revisions.c.node_id.in_(done), tables.metric_metadata.c.legacy_unit == "unknown")
        )
        or 0,
        moves=dict(connection.execute(outcomes).tuples().all()),
        back=dict(connection.execute(back).tuples().all()),
    )


def names_of_carried() -> Select[Any]:
    """The names of the nodes that were carried over."""
    return (
        select(tables.nodes.c.name).join(tables.carried, tables.carried.c.node_id == tables.nodes.c.id).where(CARRIED)
    )


def check(connection: Connection, old: Old) -> None:
    """Raise RunError `units_lost` unless each unit there is a unit, or a note about one, here."""
    there, here = count_there(connection, old, carried=True), count_here(connection)
    outcomes = dict(here.moves)
    lost_columns = unreadable_columns(connection)
    flat = sum(outcomes.values()) - lost_columns + here.unknown
    wrong = []
    if there.nodes != here.nodes:
        wrong.append(f"{there.nodes} nodes there and {here.nodes} here")
    if there.units + outcomes.get("moved", 0) != here.units + lost_columns:
        wrong.append(f"{there.units + outcomes.get('moved', 0)} units of columns there and {here.units} here")
    if sum(there.legacy.values()) != flat:
        wrong.append(f"{sum(there.legacy.values())} flat units there, and {flat} accounted for")
    if wrong:
        help = "was something written to the older tables meanwhile? run gnomon catalog migrate again"
        raise RunError(Problem("units_lost", "the counts of units differ", notes=tuple(wrong), help=help))


def unreadable_columns(connection: Connection) -> int:
    """The columns whose unit could not be read: noted without a flat name."""
    moves = tables.unit_moves
    noted = select(func.count()).select_from(moves)
    noted = noted.where(moves.c.outcome == "unreadable", moves.c.legacy.is_(None), moves.c.node.in_(names_of_carried()))
    return connection.scalar(noted) or 0

"""What can be reached from a node up and down the SQL: what it reads, and what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, func, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks
from gnomon.catalog.database import reading
from gnomon.catalog.nodes import CURRENT, NODES, REVISIONS


def walk(engine: Engine, name: str, direction: Literal["up", "down"]) -> tuple[str, ...]:
    """The names of all active nodes that a node reads, or that read it, at any distance, the nearest first."""
    seen: dict[str, None] = {}
    frontier = [name]
    with reading(engine) as connection:
        while frontier:
            near = neighbours(connection, frontier, direction)
            frontier = [one for one in near if one not in seen and one != name]
            seen |= dict.fromkeys(frontier)
    return tuple(seen)


@dataclass(frozen=True, slots=True)
class Below:
    """A node that reads others, `depth` steps from the nearest of its `causes`. `parents` are those that it reads."""

    name: str
    depth: int
    causes: tuple[str, ...]
    parents: tuple[str, ...]


def downstream(engine: Engine, starts: Sequence[str]) -> tuple[Below, ...]:
    """What reads some nodes, also nodes that are not active, at any distance, the nearest first."""
    causes: dict[str, set[str]] = {name: {name} for name in starts}
    found: dict[str, Below] = {}
    frontier, depth = list(starts), 0
    with reading(engine) as connection:
        while frontier:
            depth += 1
            parents = readers(connection, frontier)
            for name, read in parents.items():
                causes[name] = causes.get(name, set()).union(*(causes[one] for one in read))
            new = [name for name in parents if name not in found and name not in starts]
            found |= {name: Below(name, depth, tuple(sorted(causes[name])), tuple(parents[name])) for name in new}
            frontier = new
    return tuple(found.values())


def readers(connection: Connection, names: Sequence[str]) -> dict[str, list[str]]:
    """The active nodes that read some nodes, each with those of them that it reads."""
    parents = tables.parents
    step = select(NODES.c.name, parents.c.name.label("parent")).join(REVISIONS, CURRENT)
    step = step.join(parents, parents.c.revision_id == REVISIONS.c.id).where(NODES.c.deactivated_at.is_(None))
    found: dict[str, list[str]] = {}
    for chunk in chunks(list(names)):
        rows = connection.execute(step.where(among(connection, parents.c.name, chunk)).order_by(NODES.c.name))
        for row in rows:
            found.setdefault(row.name, []).append(row.parent)
    return dict(sorted(found.items()))


def neighbours(connection: Connection, names: Sequence[str], direction: Literal["up", "down"]) -> list[str]:
    """The active nodes one step up or down from some, by name."""
    parents, other = tables.parents, NODES.alias("other")
    child, parent = NODES.c.name, parents.c.name
    start, end = (child, parent) if direction == "up" else (parent, child)
    step = (
        select(end).select_from(NODES).join(REVISIONS, CURRENT).join(parents, parents.c.revision_id == REVISIONS.c.id)
    )
    step = step.join(other, other.c.name == parent).where(other.c.deactivated_at.is_(None))
    found: set[str] = set()
    for chunk in chunks(list(names)):
        here = step.where(among(connection, start, chunk), NODES.c.deactivated_at.is_(None))
        found |= set(connection.execute(here).scalars())
    return sorted(found)


def in_degrees(engine: Engine) -> dict[str, int]:
    """How many links of active nodes lead to each dimension."""
    links = tables.dimension_links
    counted = select(links.c.dimension, func.count().label("number")).join(
        REVISIONS, REVISIONS.c.id == links.c.revision_id
    )
    counted = counted.join(NODES, CURRENT).where(NODES.c.deactivated_at.is_(None)).group_by(links.c.dimension)
    with reading(engine) as connection:
        return {row.dimension: row.number for row in connection.execute(counted)}

"""Circles of nodes: none may read itself, however many namespaces lie between, and whoever wrote which part of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from sqlalchemy import ColumnElement, Connection, and_, select, true

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks
from gnomon.catalog.checks import roots
from gnomon.catalog.database import GRAPH, lock
from gnomon.errors import Problem, UsageError

Reads = Mapping[str, Sequence[str]]
"""Names of nodes, and those that each reads."""


def refuse_circles(connection: Connection, wanted: Reads, gone: Container[str] = ()) -> None:
    """Raise UsageError `node_cycle` where nodes would read themselves once they read what is wanted.

    `gone` are nodes that leave meanwhile, and read nothing any more. A circle through several roots can be closed by
    several writers, none of whom sees the others' part: whoever writes into one waits for the others, and looks again.
    """
    reads = reached(connection, wanted, gone)
    if roots(reads) - roots(wanted):
        lock(connection, GRAPH)
        reads = reached(connection, wanted, gone)
    found = circle_through(wanted, reads)
    if found is not None:
        message = f"nodes read each other in a circle: {' reads '.join(found)}"
        raise UsageError(Problem("node_cycle", message, help="one of them has to read something else"))


def reached(connection: Connection, wanted: Reads, gone: Container[str]) -> dict[str, Sequence[str]]:
    """What some nodes would read, and what that reads, at any distance. Names that no active node has read nothing."""
    found: dict[str, Sequence[str]] = dict(wanted)
    frontier = list(wanted.values())
    while frontier:
        new = dict.fromkeys(name for names in frontier for name in names if name not in found)
        kept = [name for name in new if name not in gone]
        found |= dict.fromkeys(new, ()) | current_reads(connection, kept, tables.nodes.c.deactivated_at.is_(None))
        frontier = [found[name] for name in new]
    return found


def current_reads(
    connection: Connection, names: Sequence[str], condition: ColumnElement[bool] | None = None
) -> dict[str, Sequence[str]]:
    """What some nodes read at their current revisions; those that read nothing are left out."""
    nodes, revisions, parents = tables.nodes, tables.revisions, tables.parents
    current = and_(revisions.c.node_id == nodes.c.id, revisions.c.version == nodes.c.version)
    step = select(nodes.c.name, parents.c.name.label("parent")).join(revisions, current)
    step = step.join(parents, parents.c.revision_id == revisions.c.id).order_by(nodes.c.name, parents.c.position)
    step = step.where(true() if condition is None else condition)
    found: dict[str, list[str]] = {}
    for chunk in chunks(names):
        for row in connection.execute(step.where(among(connection, nodes.c.name, chunk))):
            found.setdefault(row.name, []).append(row.parent)
    return dict(found)


def circle_through(names: Iterable[str], reads: Reads) -> list[str] | None:
    """A shortest circle that one of some nodes is in, from it back to it; None where there is none.

    Circles elsewhere are not these nodes' fault, and do not count.

    >>> circle_through(["a"], {"a": ["b", "c"], "b": [], "c": ["d", "a"], "d": ["c"]})
    ['a', 'c', 'a']
    >>> circle_through(["a"], {"a": ["c"], "c": ["d"], "d": ["c"]})
    """
    sorter = TopologicalSorter(reads)
    try:
        sorter.prepare()
        return None
    except CycleError:
        free: set[str] = set()
    while ready := sorter.get_ready():
        free.update(ready)
        sorter.done(*ready)
    ways = (way_back(name, reads) for name in names if name not in free)
    return next((way for way in ways if way is not None), None)


def way_back(start: str, reads: Reads) -> list[str] | None:
    """A shortest way from a node back to itself; None where no way leads back."""
    before: dict[str, str] = {}
    queue = deque([start])
    while queue and start not in before:
        name = queue.popleft()
        new = [parent for parent in reads.get(name, ()) if parent not in before]
        before |= dict.fromkeys(new, name)
        queue.extend(new)
    if start not in before:
        return None
    way = [start]
    while len(way) == 1 or way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]

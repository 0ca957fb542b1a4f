"""Nodes in lists: what a line about each shows, without its columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks
from gnomon.catalog.database import reading
from gnomon.catalog.nodes import CURRENT, NODES, REVISIONS, within
from gnomon.catalog.values import Kind


@dataclass(frozen=True, slots=True)
class Summary:
    """A line about an active node. `is_whole` unless a node that it reads is not there, or not active."""

    name: str
    kind: Kind
    version: str
    mode: str
    at: datetime
    display_name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    is_whole: bool = True


def summaries(
    engine: Engine,
    namespace: str | None = None,
    *,
    kinds: Iterable[Kind] = (),
    tag: str | None = None,
    prefix: str = "",
    after: str = "",
    limit: int | None = None,
    named: Sequence[str] | None = None,
) -> tuple[Summary, ...]:
    """Active nodes of a namespace and of those inside it, by name; a page begins after a name. `named` chooses some."""
    conditions = list(chosen(namespace, kinds, prefix, after))
    if tag is not None:
        tagged = select(tables.revision_tags.c.revision_id).where(tables.revision_tags.c.name == tag)
        conditions.append(REVISIONS.c.id.in_(tagged))
    statement = (
        select(NODES.c.name, NODES.c.kind, NODES.c.version)
        .add_columns(REVISIONS.c.id, REVISIONS.c.mode, REVISIONS.c.at)
        .add_columns(REVISIONS.c.display_name, REVISIONS.c.description)
        .join(REVISIONS, CURRENT)
        .order_by(NODES.c.name)
        .limit(limit)
    )
    with reading(engine) as connection:
        if named is not None:
            conditions.append(among(connection, NODES.c.name, list(named)))
        rows = connection.execute(statement.where(*conditions)).all()
        ids = [row.id for row in rows]
        tags, broken = tags_of(connection, ids), broken_among(connection, ids)
    return tuple(summary_of(row, tags, broken) for row in rows)


def summary_of(row: Row[Any], tags: Mapping[int, list[str]], broken: Container[int]) -> Summary:
    """The line that a row makes."""
    own = (row.name, cast(Kind, row.kind), row.version, row.mode, row.at, row.display_name, row.description)
    return Summary(*own, tags=tuple(tags.get(row.id, ())), is_whole=row.id not in broken)


def names(engine: Engine, *, kinds: Iterable[Kind] = (), prefix: str = "") -> list[str]:
    """The names of active nodes, in order."""
    statement = select(NODES.c.name).where(*chosen(None, kinds, prefix, "")).order_by(NODES.c.name)
    with reading(engine) as connection:
        return list(connection.execute(statement).scalars())


def chosen(namespace: str | None, kinds: Iterable[Kind], prefix: str, after: str) -> Iterable[ColumnElement[bool]]:
    """The conditions that choose active nodes."""
    yield NODES.c.deactivated_at.is_(None)
    if namespace is not None:
        yield within(namespace)
    if wanted := list(kinds):
        yield NODES.c.kind.in_(wanted)
    if prefix:
        yield func.substr(NODES.c.name, 1, len(prefix)) == prefix
    if after:
        yield NODES.c.name > after


def tags_of(connection: Connection, ids: list[int]) -> dict[int, list[str]]:
    """The tags of revisions, in their order."""
    table = tables.revision_tags
    found: dict[int, list[str]] = defaultdict(list)
    for chunk in chunks(ids):
        of_these = select(table).where(among(connection, table.c.revision_id, chunk))
        for row in connection.execute(of_these.order_by(table.c.revision_id, table.c.position)):
            found[row.revision_id].append(row.name)
    return found


def broken_among(connection: Connection, ids: list[int]) -> set[int]:
    """Those of some revisions that read a node which is not there, or not active."""
    read = tables.parents
    is_there = select(NODES.c.id).where(NODES.c.name == read.c.name, NODES.c.deactivated_at.is_(None))
    found: set[int] = set()
    for chunk in chunks(ids):
        of_these = select(read.c.revision_id).where(among(connection, read.c.revision_id, chunk), ~is_there.exists())
        found |= set(connection.execute(of_these).scalars())
    return found


def catalogs(engine: Engine) -> list[str]:
    """The catalogs in which active sources have their tables, in order."""
    statement = select(REVISIONS.c.catalog).join(NODES, CURRENT).distinct()
    with reading(engine) as connection:
        rows = connection.execute(statement.where(NODES.c.deactivated_at.is_(None), REVISIONS.c.catalog.is_not(None)))
        return sorted(rows.scalars())


def active_among(engine: Engine, wanted: Iterable[str]) -> set[str]:
    """Those of some names that active nodes have."""
    found: set[str] = set()
    with reading(engine) as connection:
        for chunk in chunks(sorted(set(wanted))):
            here = select(NODES.c.name).where(among(connection, NODES.c.name, chunk), NODES.c.deactivated_at.is_(None))
            found |= set(connection.execute(here).scalars())
    return found

"""Nodes in a transaction: read, compared with what is wanted, written. `store` holds the calls made of these.

A plan is made and carried out under the locks of `writing`, so it is of what is there. Where it was not (a writer that
takes no locks), the versions that it began from are not found any more, and all of it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, insert, or_, select, update

from gnomon.catalog import tables
from gnomon.catalog.bulk import among, chunks, insert_rows
from gnomon.catalog.circles import refuse_circles
from gnomon.catalog.database import HISTORY, lock
from gnomon.catalog.differences import differences, level_of
from gnomon.catalog.rows import read_definitions, write_revisions
from gnomon.catalog.values import Change, Definition, Node, Revision, namespace_of
from gnomon.catalog.versions import FIRST, Version
from gnomon.errors import Problem, UsageError

NODES, REVISIONS = tables.nodes, tables.revisions
ANY = REVISIONS.c.node_id == NODES.c.id
CURRENT = and_(ANY, REVISIONS.c.version == NODES.c.version)

T = TypeVar("T")
Seen = Mapping[str, Node | None]
"""Nodes as a writer has read them, None where there was none: it means to change these and no others."""
NOTHING_SEEN: Seen = {}


class ChangedMeanwhile(UsageError):
    """Nodes are no longer what a writer has read; nothing was written. Its code is `catalog_changed`."""

    def __init__(self, names: Iterable[str]) -> None:
        message = "'{}' was changed by another writer in the meantime"
        help = "nothing was written: look at it again, and repeat the change"
        super().__init__(*(Problem("catalog_changed", message.format(name), help=help) for name in names))


def within(namespace: str) -> ColumnElement[bool]:
    """The condition that a node is in a namespace or in one inside it. LIKE would do, but on SQLite it takes `a` for
    `A`."""
    prefix = f"{namespace}."
    return or_(NODES.c.namespace == namespace, func.substr(NODES.c.namespace, 1, len(prefix)) == prefix)


def read_nodes(
    connection: Connection, chosen: ColumnElement[bool], *conditions: ColumnElement[bool], limit: int | None = None
) -> tuple[Node, ...]:
    """Nodes, each with the revisions that `chosen` joins to it, by name and age."""
    statement = (
        select(NODES.c.name, NODES.c.created_at, NODES.c.deactivated_at)
        .add_columns(REVISIONS.c.id, REVISIONS.c.version, REVISIONS.c.at, REVISIONS.c.by)
        .select_from(NODES)
        .join(REVISIONS, chosen)
        .where(*conditions)
        .order_by(NODES.c.name, REVISIONS.c.id)
        .limit(limit)
    )
    rows = connection.execute(statement).all()
    definitions = read_definitions(connection, [row.id for row in rows])
    return tuple(node_of(row, definitions[row.id]) for row in rows)


def node_of(row: Row[Any], definition: Definition) -> Node:
    """The node that a row and its definition make."""
    revision = Revision(Version.read(row.version), definition, row.at, row.by)
    return Node(row.name, revision, row.created_at, row.deactivated_at)


def read_named(connection: Connection, names: Sequence[str]) -> dict[str, Node]:
    """Those of some nodes that there are, at their current revisions."""
    found: dict[str, Node] = {}
    for chunk in chunks(names):
        found |= {node.name: node for node in read_nodes(connection, CURRENT, among(connection, NODES.c.name, chunk))}
    return found


def planned(
    connection: Connection,
    wanted: Mapping[str, Definition],
    namespace: str | None = None,
    seen: Seen = NOTHING_SEEN,
) -> tuple[Change, ...]:
    """What it takes that nodes say what is wanted, and that a namespace holds no others.

    Raises UsageError for all that is impossible or unknown, and ChangedMeanwhile where nodes are not what was seen.
    """
    there = read_named(connection, list({**wanted, **seen}))
    if moved := [name for name, node in seen.items() if standing(there.get(name)) != standing(node)]:
        raise ChangedMeanwhile(moved)
    refuse_impossible(connection, wanted, there)
    changes = tuple(change_of(name, there.get(name), definition) for name, definition in wanted.items())
    going = leaving(connection, namespace, wanted) if namespace is not None else ()
    reads = {c.name: wanted[c.name].parents for c in changes if starts_reading(there.get(c.name), wanted[c.name])}
    refuse_circles(connection, reads, {change.name for change in going})
    return changes + going


def require_shown(namespace: str, shown: T | None, planned: T) -> None:
    """Raise UsageError `catalog_changed` where something was shown and something else would happen."""
    if shown is not None and shown != planned:
        message = f"another writer has changed '{namespace}' since the difference was shown"
        raise UsageError(Problem("catalog_changed", message, help="nothing was written: look at it again"))


def standing(node: Node | None) -> tuple[Version, datetime | None] | None:
    """What of a node is another whenever somebody has changed it: its version, and since when it is not active."""
    return None if node is None else (node.revision.version, node.deactivated_at)


def starts_reading(node: Node | None, wanted: Definition) -> bool:
    """Whether a node would read other nodes than it does: an inactive one reads nothing."""
    if node is None or node.deactivated_at is not None:
        return bool(wanted.parents)
    return node.revision.definition.parents != wanted.parents


def refuse_impossible(connection: Connection, wanted: Mapping[str, Definition], there: Mapping[str, Node]) -> None:
    """Raise UsageError with all tags that there are not, and all nodes that would become of another kind."""
    tags = {word for definition in wanted.values() for word in definition.tags}
    known = set(connection.execute(select(tables.tags.c.name)).scalars()) if tags else set()
    problems = [Problem("unknown_tag", f"there is no tag '{word}'") for word in sorted(tags - known)]
    problems += [
        other_kind(name, there[name].revision.definition.kind, definition.kind)
        for name, definition in wanted.items()
        if name in there and there[name].revision.definition.kind != definition.kind
    ]
    if problems:
        raise UsageError(*problems)


def other_kind(name: str, before: str, after: str) -> Problem:
    """A node's kind is for ever, because its name stands in the SQL of others."""
    message = f"'{name}' is a {before} and cannot become a {after}"
    return Problem("kind_changed", message, help="give the new node another name")


def change_of(name: str, node: Node | None, wanted: Definition) -> Change:
    """What it takes that one node says what is wanted."""
    if node is None:
        return Change(name, "create", None, FIRST)
    found = differences(node.revision.definition, wanted)
    before = node.revision.version
    after = before.after(level_of(found))
    fields = tuple(path for path, _ in found)
    if node.deactivated_at is not None:
        return Change(name, "restore", before, after, fields)
    return Change(name, "update" if found else "none", before, after, fields)


def leaving(connection: Connection, namespace: str, staying: Iterable[str]) -> tuple[Change, ...]:
    """The changes that take out a namespace's active nodes, but for those that stay."""
    kept = set(staying)
    active = select(NODES.c.name, NODES.c.version).where(within(namespace), NODES.c.deactivated_at.is_(None))
    rows = connection.execute(active.order_by(NODES.c.name)).all()
    return tuple(leave(row.name, Version.read(row.version)) for row in rows if row.name not in kept)


def leave(name: str, version: Version) -> Change:
    """The change that takes a node out."""
    return Change(name, "deactivate", version, version)


def apply(
    connection: Connection, changes: Sequence[Change], wanted: Mapping[str, Definition], at: datetime, by: str | None
) -> None:
    """Write planned changes, and the history of them."""
    make_namespaces(connection, {namespace_of(c.name) for c in changes if c.action in ("create", "restore")}, at)
    make_nodes(connection, [(c.name, wanted[c.name].kind, c.after) for c in changes if c.action == "create"], at)
    revised = [c for c in changes if c.after is not None and c.after != c.before]
    ids = ids_of(connection, [change.name for change in revised])
    write_revisions(connection, [(ids[c.name], Revision(c.after, wanted[c.name], at, by)) for c in revised if c.after])
    move_nodes(connection, [c for c in changes if c.action in ("update", "restore", "deactivate")], at)
    record(connection, changes, at, by)


def make_namespaces(connection: Connection, names: set[str], at: datetime) -> None:
    """Make those namespaces that there are not, and those active that are not."""
    spaces = tables.namespaces
    found = dict(connection.execute(select(spaces.c.name, spaces.c.deactivated_at)).tuples().all())
    new = [{"name": name, "created_at": at} for name in sorted(names - set(found))]
    if new:
        connection.execute(insert(spaces), new)
    back = [name for name in names if found.get(name) is not None]
    if back:
        connection.execute(update(spaces).where(spaces.c.name.in_(back)).values(deactivated_at=None))


def make_nodes(connection: Connection, made: Sequence[tuple[str, str, Version | None]], at: datetime) -> None:
    """Make nodes of these names, kinds and versions, without their revisions."""
    rows = [
        {"name": name, "namespace": namespace_of(name), "kind": kind, "version": str(version), "created_at": at}
        for name, kind, version in made
    ]
    insert_rows(connection, NODES, rows)


def move_nodes(connection: Connection, moved: Sequence[Change], at: datetime) -> None:
    """Let nodes stand at other versions, or be active no more. Raises ChangedMeanwhile where one has moved already."""
    if not moved:
        return
    row = update(NODES).where(NODES.c.name == bindparam("moved"), NODES.c.version == bindparam("seen"))
    to = row.values(version=bindparam("to"), deactivated_at=bindparam("left"))
    gone = {change.name: at for change in moved if change.action == "deactivate"}
    rows = [{"moved": c.name, "seen": str(c.before), "to": str(c.after), "left": gone.get(c.name)} for c in moved]
    if connection.execute(to, rows).rowcount != len(rows):
        raise ChangedMeanwhile(change.name for change in moved)


def ids_of(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """The ids of nodes."""
    found: dict[str, int] = {}
    for chunk in chunks(names):
        wanted = select(NODES.c.name, NODES.c.id).where(among(connection, NODES.c.name, chunk))
        found |= dict(connection.execute(wanted).tuples().all())
    return found


def record(connection: Connection, changes: Sequence[Change], at: datetime, by: str | None) -> None:
    """The history of changes; what changed nothing has none.

    Its numbers grow in the order in which writers end, so that whoever knows the last one knows all before it.
    """
    rows = [
        {"node": c.name, "action": c.action, "version": c.after and str(c.after), "at": at, "by": by}
        | {"details": {"fields": list(c.fields), "level": c.level}}
        for c in changes
        if c.action != "none"
    ]
    if rows:
        lock(connection, HISTORY)
        insert_rows(connection, tables.events, rows)

"""The store: nodes in and out of the database. Each call is one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine, and_, false, or_, select

from gnomon.catalog import tables
from gnomon.catalog.checks import check_definitions, check_name, own_codes, roots, wrong_name
from gnomon.catalog.database import reading, writing
from gnomon.catalog.migrate import require_newest
from gnomon.catalog.nodes import (
    ANY,
    CURRENT,
    NODES,
    NOTHING_SEEN,
    REVISIONS,
    ChangedMeanwhile,
    Seen,
    apply,
    leave,
    planned,
    read_named,
    read_nodes,
    require_shown,
)
from gnomon.catalog.nodes import within as in_namespace
from gnomon.catalog.readers import with_readers
from gnomon.catalog.values import Change, Column, Definition, Event, Kind, Node, Revision
from gnomon.catalog.versions import Version
from gnomon.errors import Problem, UsageError
from gnomon.units.wire import NOTHING_OWN, Own

TRIES = 100
"""How often an edit that other writers come before is repeated. Of n writers one wins each time."""


def utc_now() -> datetime:
    """The instant of a change."""
    return datetime.now(UTC)


class Store:
    """Nodes of a catalog at the newest schema.

    Opening it raises UsageError `catalog_behind`, `catalog_newer` or `not_a_catalog` where the schema is another, and
    any call RunError `catalog_unreachable`, and `catalog_busy` where another writer takes too long.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        require_newest(engine)
        self.engine = engine
        self.clock = clock
        self.editing = threading.Lock()

    def get(self, name: str, version: Version | None = None) -> Node:
        """A node at its current revision or at another, also one that is deactivated.

        Raises UsageError `unknown_node`.
        """
        chosen = CURRENT if version is None else and_(ANY, REVISIONS.c.version == str(version))
        with reading(self.engine) as connection:
            found = read_nodes(connection, chosen, NODES.c.name == name)
        if not found:
            raise UsageError(unknown(name, version))
        return found[0]

    def list(
        self,
        namespace: str | None = None,
        *,
        kind: Kind | None = None,
        tag: str | None = None,
        inactive: bool = False,
        after: str = "",
        limit: int | None = None,
    ) -> tuple[Node, ...]:
        """Nodes of a namespace and of those inside it, by name; a page begins after a name."""
        conditions = [NODES.c.name > after]
        if namespace is not None:
            conditions.append(in_namespace(namespace))
        if kind is not None:
            conditions.append(NODES.c.kind == kind)
        if tag is not None:
            tagged = select(tables.revision_tags.c.revision_id).where(tables.revision_tags.c.name == tag)
            conditions.append(REVISIONS.c.id.in_(tagged))
        if not inactive:
            conditions.append(NODES.c.deactivated_at.is_(None))
        with reading(self.engine) as connection:
            return read_nodes(connection, CURRENT, *conditions, limit=limit)

    def revisions(self, name: str) -> tuple[Revision, ...]:
        """All revisions of a node, the oldest first; none of an unknown name."""
        with reading(self.engine) as connection:
            return tuple(node.revision for node in read_nodes(connection, ANY, NODES.c.name == name))

    def history(self, name: str) -> tuple[Event, ...]:
        """What happened to a node, the oldest first."""
        events = tables.events
        with reading(self.engine) as connection:
            rows = connection.execute(select(events).where(events.c.node == name).order_by(events.c.id)).all()
        return tuple(
            Event(r.node, r.action, Version.read(r.version) if r.version else None, r.at, r.by, r.details) for r in rows
        )

    def put(
        self,
        definitions: Mapping[str, Definition],
        *,
        by: str | None = None,
        own: Own = NOTHING_OWN,
        seen: Seen = NOTHING_SEEN,
        dry_run: bool = False,
    ) -> tuple[Change, ...]:
        """Make nodes say this, all or none; a revision is written only where something differs.

        Nodes that read them and follow are changed with them, and stand last in the answer. A node that was deactivated
        is active again. `own` are the codes of a project's own units. `seen` are nodes as they were read before. Raises
        UsageError with every definition that cannot be kept, and ChangedMeanwhile where nodes are no longer what was
        seen.
        """
        checked = self.checked(definitions, own)
        if dry_run:
            with reading(self.engine) as connection:
                return planned(connection, with_readers(connection, checked), seen=seen)
        with writing(self.engine, *roots([*checked, *seen])) as connection:
            whole = with_readers(connection, checked)
            changes = planned(connection, whole, seen=seen)
            apply(connection, changes, whole, self.clock(), by)
            return changes

    def edit(self, name: str, change: Callable[[Node], Definition], *, by: str | None = None) -> tuple[Change, ...]:
        """Let a node say what `change` makes of what it says now; nothing that others write meanwhile is lost.

        The answer has the node's change, and then those of nodes that follow. Where another writer comes between
        reading and writing, `change` is asked again, about the node as it is then: what it says may depend on nothing
        else. It may raise, and then nothing is written. Raises UsageError `unknown_node`, and ChangedMeanwhile where
        others come between each time.
        """
        with self.editing:
            for _ in range(TRIES):
                node = self.get(name)
                with suppress(ChangedMeanwhile):
                    return self.put({name: change(node)}, by=by, seen={name: node})
        raise ChangedMeanwhile([name])

    def push(
        self,
        namespace: str,
        definitions: Mapping[str, Definition],
        *,
        by: str | None = None,
        own: Own = NOTHING_OWN,
        shown: tuple[Change, ...] | None = None,
        dry_run: bool = False,
    ) -> tuple[Change, ...]:
        """Make a namespace hold these nodes and no others: as `put`, and what is not among them is deactivated.

        `shown` are the changes of a dry run that somebody has agreed to. Raises UsageError `catalog_changed` where they
        would be others now.
        """
        check_name(namespace)
        checked = self.checked(definitions, own, namespace)
        if dry_run:
            with reading(self.engine) as connection:
                return planned(connection, with_readers(connection, checked, namespace), namespace)
        with writing(self.engine, *roots([f"{namespace}.*"])) as connection:
            whole = with_readers(connection, checked, namespace)
            changes = planned(connection, whole, namespace)
            require_shown(namespace, shown, changes)
            apply(connection, changes, whole, self.clock(), by)
            return changes

    def checked(
        self, definitions: Mapping[str, Definition], own: Own = NOTHING_OWN, namespace: str | None = None
    ) -> dict[str, Definition]:
        """Definitions as they are kept. Raises UsageError with all that is wrong with any of them.

        The codes of own units that the nodes' namespaces use already are known: what was pushed with units.yaml can be
        changed without it.
        """
        try:
            return check_definitions(definitions, own, namespace)
        except UsageError as error:
            if all(problem.code != "wrong_unit" for problem in error.problems):
                raise
        named = [name for name in definitions if not any(wrong_name(name))]
        return check_definitions(definitions, {**self.own_codes(roots(named)), **own}, namespace)

    def own_codes(self, namespaces: Iterable[str]) -> Own:
        """The codes of a project's own units that nodes of some namespaces use, also nodes that are deactivated."""
        columns = tables.columns
        used = (
            select(columns.c.unit, columns.c.unit_by)
            .distinct()
            .join(REVISIONS, REVISIONS.c.id == columns.c.revision_id)
        )
        used = used.join(NODES, CURRENT).where(or_(false(), *map(in_namespace, namespaces)))
        has_unit = or_(columns.c.unit.is_not(None), columns.c.unit_by.is_not(None))
        with reading(self.engine) as connection:
            rows = connection.execute(used.where(has_unit)).all()
        return own_codes(Column("", unit=row.unit, unit_by=row.unit_by) for row in rows)

    def deactivate(self, names: Sequence[str], *, by: str | None = None) -> tuple[Change, ...]:
        """Take nodes out of the listings; their revisions stay, and `put` brings them back.

        Raises UsageError `unknown_node` for each name that there is not, and then changes none.
        """
        with writing(self.engine, *roots(names)) as connection:
            found = read_named(connection, names)
            missing = [unknown(name) for name in names if name not in found]
            if missing:
                raise UsageError(*missing)
            active = [node for node in found.values() if node.deactivated_at is None]
            changes = tuple(leave(node.name, node.revision.version) for node in active)
            whole = with_readers(connection, {}, gone=[change.name for change in changes])
            changes += planned(connection, whole)
            apply(connection, changes, whole, self.clock(), by)
            return changes


def unknown(name: str, version: Version | None = None) -> Problem:
    """There is no such node, or no such version of it."""
    what = f"node named '{name}'" if version is None else f"version {version} of a node named '{name}'"
    return Problem("unknown_node", f"there is no {what}")

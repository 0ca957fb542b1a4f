"""The store: nodes in and out of the database. Each call is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, and_, select

from gnomon.catalog import tables
from gnomon.catalog.checks import check_definitions, check_name, roots
from gnomon.catalog.database import reading, writing
from gnomon.catalog.migrate import require_newest
from gnomon.catalog.nodes import ANY, CURRENT, NODES, REVISIONS, apply, leave, leaving, planned, read_named, read_nodes
from gnomon.catalog.nodes import within as in_namespace
from gnomon.catalog.values import Change, Definition, Event, Kind, Node, Revision
from gnomon.catalog.versions import Version
from gnomon.errors import Problem, UsageError
from gnomon.units.wire import NOTHING_OWN, Own


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
        dry_run: bool = False,
    ) -> tuple[Change, ...]:
        """Make nodes say this, all or none; a revision is written only where something differs.

        A node that was deactivated is active again. `own` are the codes of a project's own units.
        Raises UsageError with every definition that cannot be kept.
        """
        checked = check_definitions(definitions, own)
        if dry_run:
            with reading(self.engine) as connection:
                return planned(connection, checked)
        with writing(self.engine, *roots(checked)) as connection:
            changes = planned(connection, checked)
            apply(connection, changes, checked, self.clock(), by)
            return changes

    def push(
        self,
        namespace: str,
        definitions: Mapping[str, Definition],
        *,
        by: str | None = None,
        own: Own = NOTHING_OWN,
        dry_run: bool = False,
    ) -> tuple[Change, ...]:
        """Make a namespace hold these nodes and no others: as `put`, and what is not among them is deactivated."""
        check_name(namespace)
        checked = check_definitions(definitions, own, namespace)
        if dry_run:
            with reading(self.engine) as connection:
                return planned(connection, checked) + leaving(connection, namespace, checked)
        with writing(self.engine, *roots([f"{namespace}.*"])) as connection:
            changes = planned(connection, checked) + leaving(connection, namespace, checked)
            apply(connection, changes, checked, self.clock(), by)
            return changes

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
            apply(connection, changes, {}, self.clock(), by)
            return changes


def unknown(name: str, version: Version | None = None) -> Problem:
    """There is no such node, or no such version of it."""
    what = f"node named '{name}'" if version is None else f"version {version} of a node named '{name}'"
    return Problem("unknown_node", f"there is no {what}")

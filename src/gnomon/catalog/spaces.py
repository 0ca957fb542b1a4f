"""Namespaces by themselves: listed, made before they have nodes, and taken away with what is in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, false, func, or_, select, update

from gnomon.catalog import tables
from gnomon.catalog.checks import check_name, roots
from gnomon.catalog.database import reading, writing
from gnomon.catalog.nodes import CURRENT, NODES, apply, leaving, make_namespaces, planned, read_nodes, within
from gnomon.catalog.readers import with_readers
from gnomon.catalog.store import utc_now
from gnomon.catalog.values import Change
from gnomon.errors import Problem, UsageError

SPACES = tables.namespaces


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace, and how many active nodes stand in it itself."""

    name: str
    nodes: int
    created_at: datetime


class Spaces:
    """The namespaces of a catalog at the newest schema."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.clock = clock

    def list(self, inside: str | None = None) -> tuple[Space, ...]:
        """Active namespaces, by name; of one and of those inside it."""
        here = and_(NODES.c.namespace == SPACES.c.name, NODES.c.deactivated_at.is_(None))
        statement = (
            select(SPACES.c.name, SPACES.c.created_at, func.count(NODES.c.id).label("number"))
            .outerjoin(NODES, here)
            .where(SPACES.c.deactivated_at.is_(None))
            .group_by(SPACES.c.name, SPACES.c.created_at)
            .order_by(SPACES.c.name)
        )
        with reading(self.engine) as connection:
            rows = connection.execute(statement if inside is None else statement.where(of(inside))).all()
        return tuple(Space(row.name, row.number, row.created_at) for row in rows)

    def make(self, name: str, with_parents: bool = False) -> tuple[str, ...]:
        """Make a namespace, or an inactive one active again: those that are new, none where all were there.

        Raises UsageError `wrong_node_name`.
        """
        check_name(name)
        words = name.split(".")
        wanted = [".".join(words[:end]) for end in range(1, len(words) + 1)] if with_parents else [name]
        with writing(self.engine, *roots([f"{name}.*"])) as connection:
            new = tuple(one for one in wanted if not is_active(connection, one))
            make_namespaces(connection, set(new), self.clock())
        return new

    def leave(self, name: str, *, cascade: bool = False, by: str | None = None) -> tuple[Change, ...]:
        """Take a namespace and those inside it away, with `cascade` also with their nodes.

        Raises UsageError `unknown_namespace`, and `namespace_not_empty` without `cascade`.
        """
        with writing(self.engine, *roots([f"{name}.*"])) as connection:
            require_active(connection, name)
            changes = leaving(connection, name, ())
            if changes and not cascade:
                message = f"the namespace `{name}` holds {len(changes)} active nodes"
                raise UsageError(Problem("namespace_not_empty", message, help="take them away too with cascade=true"))
            at = self.clock()
            whole = with_readers(connection, {}, gone=[change.name for change in changes])
            changes += planned(connection, whole)
            apply(connection, changes, whole, at, by)
            active = SPACES.c.deactivated_at.is_(None)
            connection.execute(update(SPACES).where(of(name), active).values(deactivated_at=at))
        return changes

    def come_back(self, name: str, *, cascade: bool = False, by: str | None = None) -> tuple[Change, ...]:
        """Bring a namespace back, with `cascade` also the namespaces and nodes that went with it.

        Raises UsageError `unknown_namespace`, `namespace_exists` where it is active, and `node_cycle` where its nodes
        have come to read themselves.
        """
        with writing(self.engine, *roots([f"{name}.*"])) as connection:
            row = connection.execute(select(SPACES).where(SPACES.c.name == name)).first()
            if row is None:
                raise UsageError(unknown(name))
            if row.deactivated_at is None:
                raise UsageError(Problem("namespace_exists", f"Node namespace `{name}` already exists and is active."))
            went = and_(within(name), NODES.c.deactivated_at == row.deactivated_at) if cascade else false()
            nodes = {node.name: node.revision.definition for node in read_nodes(connection, CURRENT, went)}
            whole = with_readers(connection, nodes)
            changes = planned(connection, whole)
            apply(connection, changes, whole, self.clock(), by)
            back = and_(of(name), SPACES.c.deactivated_at == row.deactivated_at) if cascade else SPACES.c.name == name
            connection.execute(update(SPACES).where(back).values(deactivated_at=None))
        return changes


def unknown(name: str) -> Problem:
    """There is no such namespace."""
    return Problem("unknown_namespace", f"A namespace with name `{name}` does not exist.")


def of(name: str) -> ColumnElement[bool]:
    """The condition that a namespace is this one, or inside it."""
    prefix = f"{name}."
    return or_(SPACES.c.name == name, func.substr(SPACES.c.name, 1, len(prefix)) == prefix)


def is_active(connection: Connection, name: str) -> bool:
    """Whether there is an active namespace of this name itself."""
    found = select(SPACES.c.name).where(SPACES.c.name == name, SPACES.c.deactivated_at.is_(None))
    return connection.scalar(found) is not None


def require_active(connection: Connection, name: str) -> None:
    """Raise UsageError `unknown_namespace` unless there is an active namespace of this name, or one inside it."""
    found = select(SPACES.c.name).where(of(name), SPACES.c.deactivated_at.is_(None))
    if connection.scalar(found.limit(1)) is None:
        raise UsageError(unknown(name))

"""What follows from nodes that change: the columns, types and units of all that reads them, in whichever namespace."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError

from sqlalchemy import Connection

from gnomon.catalog.checks import check_definitions, own_codes, roots
from gnomon.catalog.database import GRAPH, lock
from gnomon.catalog.files.again import inferred_again
from gnomon.catalog.files.deployment import authored
from gnomon.catalog.files.graph import ordered
from gnomon.catalog.files.inferred import follows
from gnomon.catalog.nodes import leaving, read_named
from gnomon.catalog.reach import readers
from gnomon.catalog.values import Definition, Node
from gnomon.units.vocabulary import VOCABULARY

SEEN = ("name", "type", "unit", "unit_ext", "unit_by")
"""What of a column those that read it see."""


def with_readers(
    connection: Connection,
    wanted: Mapping[str, Definition],
    namespace: str | None = None,
    gone: Iterable[str] = (),
) -> dict[str, Definition]:
    """Definitions that are wanted, and after them those of all active nodes below that become others with them.

    `gone` are nodes that leave, and so do those of a namespace that are not wanted. What is wanted may have been
    inferred from nodes that somebody has changed since: where it reads nodes outside, it is inferred again.
    """
    left = {change.name for change in leaving(connection, namespace, wanted)} if namespace is not None else set()
    stands = read_named(connection, list(wanted))
    moved = {name for name, definition in wanted.items() if seen_of(definition) != seen_of(active(stands.get(name)))}
    going = {*left, *gone} - set(wanted)
    spread = Spread(dict(wanted), going, moved | going, stands)
    spread.load(connection)
    if roots(spread.there) - roots([*wanted, *going]):  # writers of several roots come one after another
        lock(connection, GRAPH)
        spread = Spread(dict(wanted), going, moved | going, stands)
        spread.load(connection)
    return spread.followed()


def active(node: Node | None) -> Definition | None:
    """What a node says to those that read it: nothing while it is not there."""
    return node.revision.definition if node is not None and node.deactivated_at is None else None


def seen_of(definition: Definition | None) -> object:
    """What those that read a node see of it."""
    if definition is None:
        return None
    return [tuple(getattr(column, each) for each in SEEN) for column in definition.columns]


@dataclass(slots=True)
class Spread:
    """A change on its way down. `there` are the nodes as they will be, `moved` those that look another way then."""

    wanted: dict[str, Definition]
    gone: Container[str]
    moved: set[str]
    stands: Mapping[str, Node]
    there: dict[str, Definition] = field(default_factory=dict)
    below: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)

    def load(self, connection: Connection) -> None:
        """Read all that may have to follow, and what it reads."""
        frontier = set(self.moved)
        while frontier:
            near = set(readers(connection, sorted(frontier))) - self.below
            near |= {
                name for name, each in self.wanted.items() if name not in self.below and frontier & {*each.parents}
            }
            frontier = {name for name in near if name not in self.gone}
            self.below |= frontier
        self.again = {name for name in self.wanted if self.is_doubtful(name)}
        self.below |= self.again
        self.add(connection, self.below)
        self.below &= self.there.keys()
        self.add(connection, {parent for name in self.below for parent in self.there[name].parents})

    def is_doubtful(self, name: str) -> bool:
        """Whether a node is wanted anew with something that follows from nodes outside."""
        definition, before = self.wanted[name], active(self.stands.get(name))
        inferred = authored(definition, "inferred") or authored(definition, "undeclared")
        is_new = before is None or before.query != definition.query or name in self.moved
        return bool(inferred) and is_new and not self.wanted.keys() >= {*definition.parents}

    def add(self, connection: Connection, names: Iterable[str]) -> None:
        """Read nodes as they will be: those that are wanted, and others that are active and stay."""
        new = [name for name in names if name not in self.there and name not in self.gone]
        self.there |= {name: self.wanted[name] for name in new if name in self.wanted}
        found = read_named(connection, [name for name in new if name not in self.wanted])
        self.there |= {name: said for name, node in found.items() if (said := active(node)) is not None}

    def followed(self) -> dict[str, Definition]:
        """What is wanted, and what follows. A circle is left for whoever refuses it."""
        own = own_codes(column for each in self.there.values() for column in each.columns)
        vocabulary = replace(VOCABULARY, own=own)
        try:
            order = ordered({name: self.there[name] for name in self.below})
        except CycleError:
            return self.wanted
        for name in order:
            before = self.there[name]
            if name not in self.again and not any(self.is_news(parent, name) for parent in before.parents):
                continue
            if not follows(before):
                continue
            after = check_definitions({name: inferred_again(name, before, self.there, vocabulary)}, own)[name]
            if after != before:
                self.there[name] = self.wanted[name] = after
                self.again.add(name)
                if seen_of(after) != seen_of(before):
                    self.moved.add(name)
        return self.wanted

    def is_news(self, parent: str, name: str) -> bool:
        """Whether a node was inferred before one that it reads has become another."""
        was_known = name in self.wanted and parent in self.wanted and parent not in self.again
        return parent in self.moved and not was_known

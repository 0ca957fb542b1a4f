"""A deployment into the catalog: its tags and its nodes in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from gnomon.catalog import tables
from gnomon.catalog.checks import check_name, roots
from gnomon.catalog.database import writing
from gnomon.catalog.nodes import apply, planned, require_shown
from gnomon.catalog.readers import with_readers
from gnomon.catalog.rows import row_of, value_of
from gnomon.catalog.store import Store
from gnomon.catalog.values import Change, Definition, Tag
from gnomon.errors import Problem, UsageError
from gnomon.units.wire import NOTHING_OWN, Own

TAGS = tables.tags


@dataclass(frozen=True, slots=True)
class TagChange:
    """What became, or would become, of a tag."""

    name: str
    action: Literal["create", "update", "none"]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What became, or would become, of all that was deployed."""

    tags: tuple[TagChange, ...]
    nodes: tuple[Change, ...]


class Undone(Exception):
    """Ends a transaction whose outcome was wanted and not its effect."""

    def __init__(self, deployed: Deployed) -> None:
        super().__init__()
        self.deployed = deployed


def deploy(
    store: Store,
    namespace: str,
    definitions: dict[str, Definition],
    tags: Sequence[Tag] = (),
    *,
    by: str | None = None,
    own: Own = NOTHING_OWN,
    shown: Deployed | None = None,
    dry_run: bool = False,
    allow_empty: bool = False,
) -> Deployed:
    """Make a namespace hold these nodes and no others, with these tags beside those that there are.

    A dry run does everything and takes it back, so that it says exactly what would happen. `own` are the codes of a
    project's own units; `shown` is what a dry run said that somebody has agreed to. Raises UsageError with all that is
    wrong, `empty_deployment` where no nodes are to take the place of some, unless `allow_empty`, and `catalog_changed`
    where something else would happen than was shown.
    """
    check_name(namespace)
    checked = store.checked(definitions, own, namespace)

    def written(connection: Connection) -> Deployed:
        tagged = write_tags(connection, tags)
        whole = with_readers(connection, checked, namespace)
        changes = planned(connection, whole, namespace)
        going = sum(change.action == "deactivate" for change in changes)
        if going and not checked and not allow_empty:
            message = f"the deployment has no nodes, and would take {going} out of '{namespace}'"
            raise UsageError(
                Problem("empty_deployment", message, help="say allow_empty: true if that is meant, or --allow-empty")
            )
        deployed = Deployed(tagged, changes)
        require_shown(namespace, shown, deployed)
        apply(connection, changes, whole, store.clock(), by)
        return deployed

    return in_transaction(store, [f"{namespace}.*"], written, dry_run)


def in_transaction(
    store: Store, names: Iterable[str], write: Callable[[Connection], Deployed], dry_run: bool
) -> Deployed:
    """Write to the namespaces of some names and to the tags, and with a dry run take it back."""
    try:
        with writing(store.engine, *roots(names), "tags") as connection:
            deployed = write(connection)
            if dry_run:
                raise Undone(deployed)
            return deployed
    except Undone as undone:
        return undone.deployed


def write_tags(connection: Connection, tags: Iterable[Tag]) -> tuple[TagChange, ...]:
    """Make tags, or let those that there are say what these say."""
    wanted = {tag.name: tag for tag in tags}
    rows = connection.execute(select(TAGS).where(TAGS.c.name.in_(wanted))).mappings()
    there = {row["name"]: value_of(Tag, row) for row in rows}
    return tuple(write_tag(connection, tag, there.get(tag.name)) for tag in wanted.values())


def write_tag(connection: Connection, tag: Tag, there: Tag | None) -> TagChange:
    """Make one tag, or let it say something else."""
    if there is None:
        connection.execute(insert(TAGS), row_of(tag))
        return TagChange(tag.name, "create")
    if there == tag:
        return TagChange(tag.name, "none")
    connection.execute(update(TAGS).where(TAGS.c.name == tag.name).values(row_of(tag)))
    return TagChange(tag.name, "update")

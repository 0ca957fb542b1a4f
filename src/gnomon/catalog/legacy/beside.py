"""What an older database says about nodes from outside their revisions: namespaces, tags, and where rows are built."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gnomon.catalog import tables
from gnomon.catalog.bulk import insert_rows
from gnomon.catalog.legacy.history import instant
from gnomon.catalog.legacy.old import Old, decoded

TAG = ("name", "tag_type", "display_name", "description", "tag_metadata")
BUILT = ("catalog", "schema_", "table", "valid_through_ts", "min_temporal_partition", "max_temporal_partition")
NOTED = ("valid_through_ts", "min_temporal_partition", "max_temporal_partition")
"""`valid_through_ts` is a date as a number, or seconds, or milliseconds, as the job chose: kept as it was said."""


def carry_namespaces(connection: Connection, old: Old, at: datetime) -> None:
    """Make those namespaces that there are not, also those without nodes."""
    if "nodenamespace" not in old:
        return
    spaces, there = tables.namespaces, old["nodenamespace"]
    known = set(connection.execute(select(spaces.c.name)).scalars())
    rows = connection.execute(select(there.c.namespace, there.c.deactivated_at)).all()
    new = [
        {"name": row.namespace, "created_at": at, "deactivated_at": instant(row.deactivated_at)}
        for row in rows
        if row.namespace not in known
    ]
    insert_rows(connection, spaces, new)


def make_tags(connection: Connection, old: Old, words: set[str]) -> None:
    """Make those tags that there are not."""
    known = set(connection.execute(select(tables.tags.c.name)).scalars()) if words else set()
    found = old.pick(connection, "tag", TAG, "name", sorted(words - known))
    for name, (tag, *_) in found.items():
        row = {"name": name, "tag_type": tag.tag_type or "", "metadata": decoded(tag.tag_metadata) or None}
        said = {"display_name": tag.display_name, "description": tag.description}
        connection.execute(insert(tables.tags), {**row, **said})


def carry_availability(connection: Connection, old: Old, nodes: Mapping[int, int]) -> None:
    """Where rows are built, of nodes by their current revisions there: the last that was said."""
    of_nodes = old.pick(connection, "nodeavailabilitystate", ["availability_id"], "node_id", sorted(nodes))
    last = {max(row.availability_id for row in rows): key for key, rows in of_nodes.items()}
    states = old.pick(connection, "availabilitystate", BUILT, "id", sorted(last))
    rows = [
        {"node_id": nodes[last[number]], "catalog": state.catalog, "schema": state.schema_, "table": state.table}
        | {"details": {name: value for name in NOTED if (value := decoded(getattr(state, name))) is not None}}
        for number, (state, *_) in states.items()
    ]
    insert_rows(connection, tables.availability, rows)

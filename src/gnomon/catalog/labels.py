"""What is said about nodes from outside their definitions: tags to find them by, and where their rows are built."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, delete, insert, select, update

from gnomon.catalog import tables
from gnomon.catalog.database import reading, writing
from gnomon.catalog.rows import row_of, value_of
from gnomon.catalog.values import Availability, Tag
from gnomon.errors import Problem, UsageError


def put_tags(engine: Engine, tags: Iterable[Tag]) -> None:
    """Make tags, or say other things about those that there are."""
    with writing(engine, "tags") as connection:
        known = set(connection.execute(select(tables.tags.c.name)).scalars())
        for tag in {tag.name: tag for tag in tags}.values():
            if tag.name in known:
                connection.execute(update(tables.tags).where(tables.tags.c.name == tag.name).values(row_of(tag)))
            else:
                connection.execute(insert(tables.tags), row_of(tag))


def get_tags(engine: Engine) -> tuple[Tag, ...]:
    """All tags, by name."""
    with reading(engine) as connection:
        rows = connection.execute(select(tables.tags).order_by(tables.tags.c.name)).mappings()
        return tuple(value_of(Tag, row) for row in rows)


def put_availability(engine: Engine, name: str, availability: Availability | None) -> None:
    """Say where a node's rows are built; None: nowhere any more. Raises UsageError `unknown_node`."""
    with writing(engine, "availability") as connection:
        node_id = connection.scalar(select(tables.nodes.c.id).where(tables.nodes.c.name == name))
        if node_id is None:
            raise UsageError(Problem("unknown_node", f"there is no node named '{name}'"))
        connection.execute(delete(tables.availability).where(tables.availability.c.node_id == node_id))
        if availability is not None:
            connection.execute(insert(tables.availability), {"node_id": node_id, **row_of(availability)})


def get_availability(engine: Engine, name: str) -> Availability | None:
    """Where a node's rows are built, None where nothing is known."""
    of_node = tables.availability.c.node_id == tables.nodes.c.id
    wanted = select(tables.availability).join(tables.nodes, of_node).where(tables.nodes.c.name == name)
    with reading(engine) as connection:
        row = connection.execute(wanted).mappings().first()
        return None if row is None else value_of(Availability, row)

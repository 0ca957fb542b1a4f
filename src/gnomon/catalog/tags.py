"""One tag made or changed by a writer among others; `labels` says many of them at once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, insert, select, update

from gnomon.catalog import tables
from gnomon.catalog.database import writing
from gnomon.catalog.rows import row_of, value_of
from gnomon.catalog.values import Tag
from gnomon.errors import Problem, UsageError

TAGS = tables.tags


def make_tag(engine: Engine, tag: Tag) -> bool:
    """Make a tag; False, and nothing is written, where there is one of its name."""
    with writing(engine, "tags") as connection:
        if read_tag(connection, tag.name) is not None:
            return False
        connection.execute(insert(TAGS), row_of(tag))
        return True


def edit_tag(engine: Engine, name: str, change: Callable[[Tag], Tag]) -> Tag:
    """Let a tag say what `change` makes of what it says now; the tag after it. Other writers wait meanwhile.

    Raises UsageError `unknown_tag_name`.
    """
    with writing(engine, "tags") as connection:
        before = read_tag(connection, name)
        if before is None:
            raise UsageError(Problem("unknown_tag_name", f"A tag with name `{name}` does not exist."))
        after = change(before)
        connection.execute(update(TAGS).where(TAGS.c.name == name).values(row_of(after)))
        return after


def read_tag(connection: Connection, name: str) -> Tag | None:
    """A tag, None where there is none of this name."""
    row = connection.execute(select(TAGS).where(TAGS.c.name == name)).mappings().first()
    return None if row is None else value_of(Tag, row)

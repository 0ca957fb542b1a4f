"""The catalog's tables, as the newest migration leaves them: a test compares the two.

Names are plural, so that they stand beside those of a DataJunction database, which are not.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant, in UTC on the way in and out, also where a database keeps no zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An instant as UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An instant as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def data() -> Any:
    """JSON, as JSONB on Postgres. None is SQL's null, not JSON's."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def number() -> Any:
    """A row's own number. SQLite counts only INTEGER by itself."""
    return BigInteger().with_variant(Integer, "sqlite")


METADATA = MetaData(naming_convention=NAMING)


def revision_id(**extra: Any) -> Column[int]:
    """The revision that a row is a part of."""
    return Column("revision_id", number(), ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True, **extra)


def position() -> Column[int]:
    """A row's place among those of its revision, from 0."""
    return Column("position", Integer, primary_key=True)


namespaces = Table(
    "namespaces",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("deactivated_at", Instant),
)

nodes = Table(
    "nodes",
    METADATA,
    Column("id", number(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("namespace", Text, ForeignKey("namespaces.name"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("deactivated_at", Instant),
)

revisions = Table(
    "revisions",
    METADATA,
    Column("id", number(), primary_key=True),
    Column("node_id", number(), ForeignKey("nodes.id", ondelete="CASCADE"), nullable=False),
    Column("version", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text),
    Column("kind", Text, nullable=False),
    Column("display_name", Text),
    Column("description", Text),
    Column("mode", Text, nullable=False),
    Column("query", Text),
    Column("catalog", Text),
    Column("schema", Text),
    Column("table", Text),
    Column("owners", data(), nullable=False),
    Column("custom", data()),
    Column("authored", data()),
    UniqueConstraint("node_id", "version"),
)

columns = Table(
    "columns",
    METADATA,
    revision_id(),
    position(),
    Column("name", Text, nullable=False),
    Column("type", Text),
    Column("unit", data()),
    Column("unit_ext", data()),
    Column("unit_by", data()),
    Column("display_name", Text),
    Column("description", Text),
    Column("attributes", data(), nullable=False),
    Column("partition", data()),
    Column("lineage", data(), nullable=False),
)

metric_metadata = Table(
    "metric_metadata",
    METADATA,
    revision_id(),
    Column("direction", Text),
    Column("legacy_unit", Text),
    Column("significant_digits", Integer),
    Column("min_decimal_exponent", Integer),
    Column("max_decimal_exponent", Integer),
    Column("required_dimensions", data(), nullable=False),
    Column("fixed_grain", data()),
    Column("reaggregate", data()),
)

cubes = Table(
    "cubes",
    METADATA,
    revision_id(),
    Column("metrics", data(), nullable=False),
    Column("dimensions", data(), nullable=False),
    Column("filters", data(), nullable=False),
    Column("materialization", data()),
)

dimension_links = Table(
    "dimension_links",
    METADATA,
    revision_id(),
    position(),
    Column("dimension", Text, nullable=False, index=True),
    Column("role", Text),
    Column("kind", Text, nullable=False),
    Column("join_on", Text),
    Column("join_type", Text, nullable=False),
    Column("cardinality", Text, nullable=False),
    Column("default_value", data()),
    Column("hints", Text),
    Column("column", Text),
    Column("dimension_column", Text),
)

parents = Table("parents", METADATA, revision_id(), position(), Column("name", Text, nullable=False, index=True))

tags = Table(
    "tags",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("tag_type", Text, nullable=False),
    Column("display_name", Text),
    Column("description", Text),
    Column("metadata", data()),
)

revision_tags = Table(
    "revision_tags",
    METADATA,
    revision_id(),
    position(),
    Column("name", Text, ForeignKey("tags.name"), nullable=False, index=True),
)

availability = Table(
    "availability",
    METADATA,
    Column("node_id", number(), ForeignKey("nodes.id", ondelete="CASCADE"), primary_key=True),
    Column("catalog", Text),
    Column("schema", Text),
    Column("table", Text, nullable=False),
    Column("valid_through", Instant),
    Column("details", data()),
)

events = Table(
    "events",
    METADATA,
    Column("id", number(), primary_key=True),
    Column("node", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("version", Text),
    Column("at", Instant, nullable=False),
    Column("by", Text),
    Column("details", data(), nullable=False),
    Index("ix_events_node", "node", "id"),
)

accounts = Table(
    "accounts",
    METADATA,
    Column("id", number(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("deactivated_at", Instant),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("account_id", number(), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
)

carried = Table(
    "carried",
    METADATA,
    Column("old_node_id", number(), primary_key=True, autoincrement=False),
    Column("old_revision_id", number()),
    Column("node_id", number(), ForeignKey("nodes.id", ondelete="SET NULL"), index=True),
    Column("version", Text),
    Column("stood", Boolean, nullable=False),
)
"""Which nodes of an older database have been carried over: the current revision there, the node here and its version
then, and whether a node of that name stood here already."""

unit_moves = Table(
    "unit_moves",
    METADATA,
    Column("id", number(), primary_key=True),
    Column("node", Text, nullable=False, index=True),
    Column("version", Text),
    Column("column", Text),
    Column("outcome", Text, nullable=False),
    Column("legacy", Text),
    Column("unit", data()),
    Column("found", data()),
    Column("at", Instant, nullable=False),
)
"""What became of each unit that an older database kept with a metric: the note that migrations leave."""

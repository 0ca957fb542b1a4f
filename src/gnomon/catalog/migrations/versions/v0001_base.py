"""The catalog's tables, as they first were. A migration never changes: later ones change what it made."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Instant = DateTime(timezone=True)


def upgrade() -> None:
    """Make every table."""
    create_nodes()
    create_parts()
    create_details()
    create_accounts()
    create_notes()


def downgrade() -> None:
    """Drop every table, the newest first."""
    for name in reversed(TABLES):
        op.drop_table(name)


TABLES = (
    "namespaces",
    "nodes",
    "revisions",
    "columns",
    "dimension_links",
    "parents",
    "tags",
    "revision_tags",
    "metric_metadata",
    "cubes",
    "availability",
    "events",
    "accounts",
    "tokens",
    "carried",
    "unit_moves",
)


def data() -> Any:
    """JSON, as JSONB on Postgres. None is SQL's null, not JSON's."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def number() -> Any:
    """A row's own number. SQLite counts only INTEGER by itself."""
    return BigInteger().with_variant(Integer, "sqlite")


def revision_id(**extra: Any) -> Column[int]:
    """The revision that a row is a part of."""
    return Column("revision_id", number(), ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True, **extra)


def position() -> Column[int]:
    """A row's place among those of its revision, from 0."""
    return Column("position", Integer, primary_key=True)


def create_nodes() -> None:
    """Namespaces, nodes and their revisions."""
    op.create_table(
        "namespaces",
        Column("name", Text, primary_key=True),
        Column("created_at", Instant, nullable=False),
        Column("deactivated_at", Instant),
    )
    op.create_table(
        "nodes",
        Column("id", number(), primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("namespace", Text, ForeignKey("namespaces.name"), nullable=False, index=True),
        Column("kind", Text, nullable=False),
        Column("version", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("deactivated_at", Instant),
    )
    op.create_table(
        "revisions",
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


def create_parts() -> None:
    """What every revision may have."""
    op.create_table(
        "columns",
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
    op.create_table(
        "dimension_links",
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
    op.create_table("parents", revision_id(), position(), Column("name", Text, nullable=False, index=True))
    op.create_table(
        "tags",
        Column("name", Text, primary_key=True),
        Column("tag_type", Text, nullable=False),
        Column("display_name", Text),
        Column("description", Text),
        Column("metadata", data()),
    )
    op.create_table(
        "revision_tags",
        revision_id(),
        position(),
        Column("name", Text, ForeignKey("tags.name"), nullable=False, index=True),
    )


def create_details() -> None:
    """What only metrics and cubes have, and what belongs to nodes."""
    op.create_table(
        "metric_metadata",
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
    op.create_table(
        "cubes",
        revision_id(),
        Column("metrics", data(), nullable=False),
        Column("dimensions", data(), nullable=False),
        Column("filters", data(), nullable=False),
        Column("materialization", data()),
    )
    op.create_table(
        "availability",
        Column("node_id", number(), ForeignKey("nodes.id", ondelete="CASCADE"), primary_key=True),
        Column("catalog", Text),
        Column("schema", Text),
        Column("table", Text, nullable=False),
        Column("valid_through", Instant),
        Column("details", data()),
    )
    op.create_table(
        "events",
        Column("id", number(), primary_key=True),
        Column("node", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("version", Text),
        Column("at", Instant, nullable=False),
        Column("by", Text),
        Column("details", data(), nullable=False),
        Index("ix_events_node", "node", "id"),
    )


def create_accounts() -> None:
    """Who may do what."""
    op.create_table(
        "accounts",
        Column("id", number(), primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("password", Text),
        Column("is_admin", Boolean, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("deactivated_at", Instant),
    )
    op.create_table(
        "tokens",
        Column("digest", Text, primary_key=True),
        Column("account_id", number(), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("label", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("expires_at", Instant),
    )


def create_notes() -> None:
    """What migrations from older databases write down."""
    op.create_table(
        "carried",
        Column("old_node_id", number(), primary_key=True, autoincrement=False),
        Column("old_revision_id", number()),
        Column("node_id", number(), ForeignKey("nodes.id", ondelete="SET NULL"), index=True),
        Column("version", Text),
        Column("stood", Boolean, nullable=False),
    )
    op.create_table(
        "unit_moves",
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

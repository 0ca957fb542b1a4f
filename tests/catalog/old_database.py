"""A database as DataJunction's own server made it before units moved: its tables, and nodes to fill them with.

The tables are those of its schema in spring 2026 as far as a migration reads them, with the enumerations of Postgres
and the columns that must not be null. `Shape` says which of its ages they have.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Engine,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

UNITS = (
    *("UNKNOWN", "UNITLESS", "PERCENTAGE", "PROPORTION", "DOLLAR", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY"),
    *("WEEK", "MONTH", "YEAR", "BIT", "BYTE"),
)
KINDS = ("SOURCE", "TRANSFORM", "METRIC", "DIMENSION", "CUBE")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Shape:
    """An age of the schema: `unit` whether columns have one already, `between` whether columns belong to revisions
    through a table of their own, as in the oldest."""

    unit: bool = False
    between: bool = False


def key() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def refers(name: str, to: str, **extra: Any) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(f"{to}.id"), **extra)


def old_tables(shape: Shape) -> MetaData:
    """The tables of an age."""
    metadata = MetaData()
    kinds, modes = Enum(*KINDS, name="nodetype"), Enum("PUBLISHED", "DRAFT", name="nodemode")
    Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
    Table("users", metadata, key(), Column("username", String, nullable=False))
    Table("catalog", metadata, key(), Column("name", String, nullable=False))
    Table(
        "metricmetadata",
        metadata,
        key(),
        Column("direction", Enum("HIGHER_IS_BETTER", "LOWER_IS_BETTER", "NEUTRAL", name="metricdirection")),
        Column("unit", Enum(*UNITS, name="metricunit")),
        Column("significant_digits", Integer),
        Column("min_decimal_exponent", Integer),
        Column("max_decimal_exponent", Integer),
    )
    Table(
        "node",
        metadata,
        key(),
        Column("name", String, nullable=False, unique=True),
        Column("type", kinds, nullable=False),
        Column("namespace", String, nullable=False),
        Column("current_version", String, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("deactivated_at", DateTime(timezone=True)),
        Column("missing_table", Boolean, nullable=False),
        refers("created_by_id", "users", nullable=False),
    )
    Table(
        "noderevision",
        metadata,
        key(),
        Column("name", String, nullable=False),
        Column("type", kinds, nullable=False),
        Column("display_name", String),
        Column("description", String, nullable=False),
        Column("query", String),
        Column("mode", modes, nullable=False),
        Column("version", String),
        refers("node_id", "node", nullable=False),
        refers("catalog_id", "catalog"),
        Column("schema_", String),
        Column("table", String),
        refers("metric_metadata_id", "metricmetadata"),
        Column("updated_at", DateTime(timezone=True), nullable=False),
        refers("created_by_id", "users", nullable=False),
        Column("cube_filters", JSON),
        Column("custom_metadata", JSON),
    )
    old_parts(metadata, shape)
    return metadata


def old_parts(metadata: MetaData, shape: Shape) -> None:
    """The tables of what belongs to revisions."""
    unit = [Column("unit", JSON(none_as_null=False).with_variant(JSONB(), "postgresql"))] if shape.unit else []
    owner = [] if shape.between else [refers("node_revision_id", "noderevision", nullable=False, index=True)]
    Table(
        "column",
        metadata,
        key(),
        Column("order", Integer),
        Column("name", String, nullable=False),
        Column("display_name", String),
        Column("type", String),
        Column("description", String),
        refers("dimension_id", "node"),
        Column("dimension_column", String),
        *owner,
        *unit,
    )
    if shape.between:
        two = (("node_id", "noderevision"), ("column_id", "column"))
        Table("nodecolumns", metadata, *(refers(name, to, primary_key=True) for name, to in two))
    Table("attributetype", metadata, key(), Column("name", String, nullable=False))
    Table(
        "columnattribute", metadata, key(), refers("attribute_type_id", "attributetype"), refers("column_id", "column")
    )
    Table(
        "dimensionlink",
        metadata,
        key(),
        Column("role", String),
        refers("node_revision_id", "noderevision", nullable=False),
        refers("dimension_id", "node", nullable=False),
        Column("join_sql", String, nullable=False),
        Column("join_type", Enum("LEFT", "RIGHT", "INNER", "FULL", "CROSS", name="jointype")),
        Column("join_cardinality", Enum("MANY_TO_ONE", "ONE_TO_MANY", name="joincardinality"), nullable=False),
        Column("default_value", String),
    )
    Table(
        "nodenamespace",
        metadata,
        Column("namespace", String, primary_key=True),
        Column("deactivated_at", DateTime(timezone=True)),
    )
    Table(
        "availabilitystate",
        metadata,
        key(),
        Column("catalog", String, nullable=False),
        Column("schema_", String),
        Column("table", String, nullable=False),
        Column("valid_through_ts", BigInteger, nullable=False),
        Column("max_temporal_partition", JSON),
    )
    for name, one, two in (
        ("nodeavailabilitystate", ("availability_id", "availabilitystate"), ("node_id", "noderevision")),
        ("noderelationship", ("parent_id", "node"), ("child_id", "noderevision")),
        ("cube", ("cube_id", "noderevision"), ("cube_element_id", "column")),
        ("metric_required_dimensions", ("metric_id", "noderevision"), ("bound_dimension_id", "column")),
        ("tagnoderelationship", ("tag_id", "tag"), ("node_id", "node")),
        ("node_owners", ("node_id", "node"), ("user_id", "users")),
    ):
        Table(name, metadata, *(refers(column, to, primary_key=True) for column, to in (one, two)))
    Table(
        "tag",
        metadata,
        key(),
        Column("name", String, nullable=False, unique=True),
        Column("tag_type", String, nullable=False),
        Column("display_name", String, nullable=False),
        Column("description", String),
        Column("tag_metadata", JSON),
        refers("created_by_id", "users", nullable=False),
    )


@dataclass
class OldDatabase:
    """The rows of an old database, gathered and then written at once."""

    engine: Engine
    shape: Shape = Shape()
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.metadata = old_tables(self.shape)
        self.add("users", username="dj")
        self.add("catalog", name="warehouse")
        self.add("attributetype", name="primary_key")
        self.rows["alembic_version"] = [{"version_num": "6d7e8f9a0b1c"}]

    def add(self, table: str, /, **values: Any) -> int:
        """A row, whose number is its place from 1."""
        rows = self.rows.setdefault(table, [])
        rows.append({"id": len(rows) + 1, **values})
        return len(rows)

    def pair(self, table: str, /, **values: Any) -> None:
        """A row of a table between two others."""
        self.rows.setdefault(table, []).append(values)

    def node(self, name: str, kind: str, version: str = "v1.0", **values: Any) -> int:
        namespace = name.rpartition(".")[0]
        row = {"deactivated_at": None, "missing_table": False, "created_at": AT, "created_by_id": 1, **values}
        return self.add("node", name=name, type=kind, namespace=namespace, current_version=version, **row)

    def revision(self, node: int, version: str = "v1.0", unit: str | None = None, **values: Any) -> int:
        """A revision; a metric with a unit has metric metadata."""
        owner = self.rows["node"][node - 1]
        metadata = None
        if unit is not None:
            metadata = self.add("metricmetadata", unit=unit, direction="NEUTRAL", significant_digits=3)
        row = {
            "name": owner["name"],
            "type": owner["type"],
            "display_name": None,
            "description": "",
            "query": None,
            "mode": "PUBLISHED",
            "catalog_id": None,
            "schema_": None,
            "table": None,
            "updated_at": AT,
            "created_by_id": 1,
            "metric_metadata_id": metadata,
            "cube_filters": None,
            "custom_metadata": None,
            **values,
        }
        return self.add("noderevision", node_id=node, version=version, **row)

    def column(self, revision: int, name: str, type: str = "bigint", unit: Any = None, **values: Any) -> int:
        row = {"order": None, "display_name": None, "description": None, "dimension_id": None, "dimension_column": None}
        row |= {"name": name, "type": type, **values}
        if self.shape.unit:
            row["unit"] = unit
        if self.shape.between:
            number = self.add("column", **row)
            self.pair("nodecolumns", node_id=revision, column_id=number)
            return number
        return self.add("column", node_revision_id=revision, **row)

    def write(self) -> None:
        """Make the tables and write the rows."""
        self.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            for table in self.metadata.sorted_tables:
                if self.rows.get(table.name):
                    connection.execute(insert(table), self.rows[table.name])
                    if self.engine.dialect.name == "postgresql" and "id" in table.c:
                        sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                        connection.execute(text(f"SELECT setval({sequence}, {len(self.rows[table.name])})"))


def fill(old: OldDatabase, sources: int, width: int, metrics: int, seed: int = 1) -> None:
    """Sources of so many columns, and metrics of every flat unit, some of them with an earlier revision."""
    chance = random.Random(seed)
    for number in range(sources):
        node = old.node(f"shop.source_{number}", "SOURCE")
        revision = old.revision(node, catalog_id=1, schema_="raw", table=f"t{number}")
        for position in range(width):
            unit = {"kind": "data_size", "code": "GB"} if position % 7 == 0 else None
            old.column(revision, f"c{position}", order=position, unit=unit)
    for number in range(metrics):
        versions = ("v1.0", "v1.1") if number % 5 == 0 else ("v1.0",)
        node = old.node(f"shop.metric_{number}", "METRIC", versions[-1])
        for version in versions:
            unit = chance.choice((*UNITS, None))
            revision = old.revision(node, version, unit, query=f"SELECT SUM(c1) FROM shop.source_{number}")
            chosen = chance.choice(
                (None, None, None, {"kind": "currency", "code": "GBP"}, {"kind": "time", "code": "s"})
            )
            old.column(revision, f"shop_DOT_metric_{number}", "double", chosen)

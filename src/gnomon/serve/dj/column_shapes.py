"""The shapes of columns, with their units, and of links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gnomon.serve.dj.shapes import Json, Name


@dataclass
class UnitOut:
    """The unit of a column; what a structured unit cannot say stands beside it."""

    name: str
    unit: Json | None
    unit_ext: Json | None = None
    unit_by: Json | None = None


@dataclass
class AttributeType:
    """An attribute's name."""

    namespace: str
    name: str


@dataclass
class ColumnAttribute:
    """An attribute of a column."""

    attribute_type: AttributeType


@dataclass
class ColumnOut:
    """A column. `unit` is structured, null while unset."""

    name: str
    display_name: str
    type: str
    description: str | None
    attributes: list[ColumnAttribute]
    dimension: Name | None
    dimension_column: str | None
    partition: Json | None
    unit: Json | None
    unit_ext: Json | None = None
    unit_by: Json | None = None
    lineage: list[str] | None = None


@dataclass
class LinkOut:
    """A join to a dimension."""

    dimension: Name
    join_type: str
    join_sql: str
    join_cardinality: str
    role: str | None
    foreign_keys: dict[str, str | None]
    default_value: Any
    spark_hints: str | None

"""The shapes of metrics, and of the dimensions that they can be asked for by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gnomon.serve.dj.shapes import Json


@dataclass
class EnumeratedUnit:
    """A unit of the old enumeration."""

    name: str
    label: str
    category: str
    abbreviation: str | None
    description: str | None


@dataclass
class MetricMetadataOut:
    """What is said of a metric. `unit` is derived from its column's, null where the enumeration has no word."""

    direction: str | None
    unit: EnumeratedUnit | None
    significant_digits: int | None
    min_decimal_exponent: int | None
    max_decimal_exponent: int | None


@dataclass
class MetricOptions:
    """Every direction and every unit of the old enumeration."""

    directions: list[str]
    units: list[EnumeratedUnit]


@dataclass
class DimensionOut:
    """A dimension that can be asked for."""

    name: str
    node_name: str
    node_display_name: str
    column_display_name: str
    properties: list[str]
    type: str
    path: list[str]
    filter_only: bool
    unit: Json | None


@dataclass
class MetricOut:
    """A metric. `unit` is its structured unit."""

    name: str
    display_name: str
    current_version: str
    description: str
    created_at: datetime
    updated_at: datetime
    query: str
    upstream_node: str | None
    expression: str
    dimensions: list[DimensionOut]
    metric_metadata: MetricMetadataOut | None
    unit: Json | None
    required_dimensions: list[str]
    reaggregate: Json | None
    fixed_grain: list[str] | None
    is_measure: bool
    custom_metadata: Json | None


@dataclass
class Titled:
    """A node that can be grouped by a dimension."""

    name: str
    display_name: str
    description: str
    query: str | None


@dataclass
class Ranked:
    """A dimension node, and how many links lead to it."""

    name: str
    indegree: int

"""The shapes of DataJunction's answers, for the OpenAPI document; a test holds the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import StrictBool

Json = dict[str, Any]
Status = Literal["valid", "invalid"]
NodeKind = Literal["source", "transform", "dimension", "metric", "cube"]


@dataclass
class Message:
    """Something was done."""

    message: str


@dataclass
class Token:
    """A token for `Authorization: Bearer`."""

    token: str


@dataclass
class WhoAmI:
    """The account that asks; without accounts it has no name."""

    username: str | None
    name: str | None
    email: str | None
    oauth_provider: str
    is_admin: bool


@dataclass
class Name:
    """A node's name."""

    name: str


@dataclass
class Username:
    """An account's name."""

    username: str


@dataclass
class Namespace:
    """A namespace, and how many active nodes stand in it itself."""

    namespace: str
    num_nodes: int
    github_repo_path: str | None
    git_branch: str | None


@dataclass
class GitConfig:
    """What a client says of its checkout. It is answered and not kept."""

    github_repo_path: str | None = None
    git_branch: str | None = None
    git_path: str | None = None
    default_branch: str | None = None
    parent_namespace: str | None = None
    git_only: StrictBool | None = None


@dataclass
class NodeLine:
    """A node in a listing."""

    name: str
    display_name: str
    description: str
    version: str
    type: NodeKind
    status: Status
    mode: str
    updated_at: datetime
    tags: list[Name]
    edited_by: list[str]


@dataclass
class UnitOut:
    """The unit of a column; what a structured unit cannot say stands beside it."""

    name: str
    unit: Json | None
    unit_ext: Json | None = None
    unit_by: Json | None = None


@dataclass
class LineageLine(NodeLine):
    """A node up or down from another, with the units of its columns."""

    columns: list[UnitOut]


@dataclass
class NodeTitle:
    """A node's name and words."""

    name: str
    display_name: str
    description: str
    type: NodeKind


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
class TagOut:
    """A tag."""

    name: str
    tag_type: str
    display_name: str
    description: str | None
    tag_metadata: Json
    owned_by_namespace: str | None


@dataclass
class CatalogOut:
    """Where tables are."""

    name: str
    engines: list[Json]


@dataclass
class EngineOut:
    """What runs SQL."""

    name: str
    version: str | None


@dataclass
class RevisionOut:
    """A node at one revision."""

    name: str
    namespace: str
    type: NodeKind
    display_name: str
    description: str
    version: str
    status: Status
    mode: str
    catalog: CatalogOut | None
    schema_: str | None
    table: str | None
    query: str | None
    columns: list[ColumnOut]
    parents: list[Name]
    dimension_links: list[LinkOut]
    metric_metadata: MetricMetadataOut | None
    unit: Json | None
    required_dimensions: list[str]
    fixed_grain: list[str] | None
    reaggregate: Json | None
    cube_filters: list[str] | None
    materializations: list[Json]
    custom_metadata: Json | None
    updated_at: datetime


@dataclass
class NodeOut(RevisionOut):
    """A node at its current revision."""

    current_version: str
    created_at: datetime
    deactivated_at: datetime | None
    created_by: Username | None
    owners: list[Username]
    tags: list[TagOut]
    availability: Json | None
    missing_table: bool


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
class CubeElement:
    """A metric or a dimension of a cube."""

    name: str
    display_name: str
    node_name: str
    type: Literal["metric", "dimension"]
    role: str | None
    partition: Json | None
    unit: Json | None


@dataclass
class CubeOut(NodeOut):
    """A cube: a node with its elements."""

    cube_elements: list[CubeElement]
    cube_node_metrics: list[str]
    cube_node_dimensions: list[str]


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


@dataclass
class EventOut:
    """A line of the history."""

    id: int
    entity_type: str
    entity_name: str
    node: str
    activity_type: str
    user: str | None
    pre: Json
    post: Json
    details: Json
    created_at: datetime


@dataclass
class ErrorOut:
    """One error or warning. `context` is Gnomon's own code of it."""

    code: str
    message: str
    debug: Json | None
    context: str


@dataclass
class ErrorsOut:
    """What goes wrong, as DataJunction's clients read it."""

    message: str
    errors: list[ErrorOut]
    warnings: list[ErrorOut]


@dataclass
class ValidationOut:
    """A node that could be made, or why not."""

    message: str
    status: Status
    dependencies: list[Name]
    columns: list[ColumnOut]
    errors: list[ErrorOut]
    missing_parents: list[str]

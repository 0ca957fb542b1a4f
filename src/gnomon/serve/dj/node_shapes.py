"""The shapes of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gnomon.serve.dj.column_shapes import ColumnOut, LinkOut, UnitOut
from gnomon.serve.dj.metric_shapes import MetricMetadataOut
from gnomon.serve.dj.shapes import ErrorOut, Json, Name, NodeKind, Status, Username
from gnomon.serve.dj.space_shapes import NodeLine, TagOut


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
class Follower:
    """A node that was inferred again because one that it reads has changed, with the units of its columns."""

    name: str
    version: str
    columns: list[UnitOut]


@dataclass
class ChangedNodeOut(NodeOut):
    """A node that was changed, and the nodes below it that have changed with it."""

    followers: list[Follower]


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
class NodeTitle:
    """A node's name and words."""

    name: str
    display_name: str
    description: str
    type: NodeKind


@dataclass
class LineageLine(NodeLine):
    """A node up or down from another, with the units of its columns."""

    columns: list[UnitOut]


@dataclass
class ValidationOut:
    """A node that could be made, or why not."""

    message: str
    status: Status
    dependencies: list[Name]
    columns: list[ColumnOut]
    errors: list[ErrorOut]
    missing_parents: list[str]

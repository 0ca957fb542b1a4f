"""The shapes of what calls send as nodes and deployments, for the OpenAPI document.

The catalog's own reader reads them, so that a wrong node is refused as a wrong file is. It reads older spellings too,
takes null for what is not said, and keeps keys that it does not know, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, WithJsonSchema

from gnomon.serve.dj.shapes import Json, NodeKind

COMPONENTS = "#/components/schemas/"


@dataclass
class AttributeIn:
    """An attribute of a column, by its name."""

    name: str
    namespace: str | None = None


@dataclass(kw_only=True)
class ColumnIn:
    """A column. `unit` is structured: `{"kind": "currency", "code": "USD"}`."""

    name: str
    type: str | None = None
    unit: Json | None = None
    unit_ext: Json | None = None
    unit_by: Json | None = None
    display_name: str | None = None
    description: str | None = None
    attributes: list[str | AttributeIn] | None = None
    partition: Json | None = None
    lineage: list[str] | None = None


@dataclass(kw_only=True)
class LinkIn:
    """A link to a dimension: a join, or by a column that is the dimension's column itself."""

    type: Literal["join", "reference"] | None = None
    dimension_node: str | None = None
    join_on: str | None = None
    join_type: Literal["left", "right", "inner", "full", "cross"] | None = None
    join_cardinality: Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"] | None = None
    role: str | None = None
    default_value: str | int | float | bool | None = None
    spark_hints: str | None = None
    node_column: str | None = None
    dimension: str | None = None


@dataclass(kw_only=True)
class MetricMetadataIn:
    """What is said of a metric. `unit` is structured, or a word of the old enumeration."""

    direction: Literal["higher_is_better", "lower_is_better", "neutral"] | None = None
    unit: Json | str | None = None
    significant_digits: int | None = None
    min_decimal_exponent: int | None = None
    max_decimal_exponent: int | None = None


@dataclass(kw_only=True)
class NodeChangeIn:
    """What is said of a node: of every kind, then of a source, of what has SQL, of a metric, and of a cube."""

    display_name: str | None = None
    description: str | None = None
    mode: Literal["published", "draft"] | None = None
    owners: list[str] | None = None
    tags: list[str] | None = None
    custom_metadata: Json | None = None
    columns: list[ColumnIn] | None = None
    primary_key: list[str] | None = None
    dimension_links: list[LinkIn] | None = None
    catalog: str | None = None
    schema_: str | None = None
    table: str | None = None
    query: str | None = None
    unit: Json | str | None = None
    metric_metadata: MetricMetadataIn | None = None
    required_dimensions: list[str] | None = None
    fixed_grain: list[str] | None = None
    reaggregate: Json | None = None
    metrics: list[str] | None = None
    dimensions: list[str] | None = None
    filters: list[str] | None = None


@dataclass(kw_only=True)
class NodeIn(NodeChangeIn):
    """A node that is made."""

    name: str


@dataclass(kw_only=True)
class TypedNodeIn(NodeIn):
    """A node with its type."""

    type: NodeKind


@dataclass(kw_only=True)
class DeployedNodeIn(NodeIn):
    """A node of a deployment. `${prefix}` in names and in SQL stands for the namespace and a dot.

    `parents` are those of a source that a project builds. A source without catalog says `catalog: null`.
    """

    node_type: NodeKind
    parents: list[str] | None = None


@dataclass(kw_only=True)
class TagIn:
    """A tag of a deployment."""

    name: str
    display_name: str | None = None
    description: str | None = None
    tag_type: str | None = None
    tag_metadata: Json | None = None


@dataclass(kw_only=True)
class DeploymentIn:
    """A namespace, its nodes and tags. Without nodes it is refused, unless `allow_empty` is true."""

    namespace: str
    nodes: list[DeployedNodeIn] | None = None
    tags: list[TagIn] | None = None
    source: Json | None = None
    allow_empty: bool | None = None


SENT = (NodeChangeIn, NodeIn, TypedNodeIn, DeploymentIn)


def described_as(shape: type[Any]) -> WithJsonSchema:
    """Let a body that is read as it is be described by a shape."""
    return WithJsonSchema({"$ref": f"{COMPONENTS}{shape.__name__}"})


def sent_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each shape that is sent, by its name, with those that stand inside it."""
    for shape in SENT:
        schema = TypeAdapter(shape).json_schema(ref_template=COMPONENTS + "{model}")
        yield from schema.pop("$defs", {}).items()
        yield shape.__name__, schema

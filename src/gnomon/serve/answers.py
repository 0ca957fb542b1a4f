"""Nodes of the catalog as JSON: what a call answers, of plain dicts and lists."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from gnomon.catalog.sql import Dimension
from gnomon.catalog.summaries import Summary
from gnomon.catalog.values import Availability, Column, Definition, Event, Link, Node, Revision, Tag
from gnomon.serve.units import metric_metadata, metric_unit

DIALECT = "spark"
"""The dialect in which the SQL of DataJunction's nodes is written."""
ACTIVITIES = {"deactivate": "delete"}
"""What DataJunction calls a step of the history, where that is another word."""


def titled(name: str) -> str:
    """What a node or a column is shown as where nobody has said it.

    >>> titled("shop.num_repair_orders"), titled("shop_DOT_revenue")
    ('Num Repair Orders', 'Revenue')
    """
    return name.replace("_DOT_", ".").rpartition(".")[2].replace("_", " ").title()


def summary_json(summary: Summary) -> dict[str, Any]:
    """A line of a listing."""
    return {
        "name": summary.name,
        "display_name": summary.display_name or titled(summary.name),
        "description": summary.description or "",
        "version": summary.version,
        "type": summary.kind,
        "status": "valid" if summary.is_whole else "invalid",
        "mode": summary.mode,
        "updated_at": summary.at,
        "tags": [{"name": tag} for tag in summary.tags],
        "edited_by": [],
    }


def units_of(definition: Definition) -> list[dict[str, Any]]:
    """The columns of a node with their units; `unit_ext` and `unit_by` stand there only where they say something."""
    found = [(column, {"unit_ext": column.unit_ext, "unit_by": column.unit_by}) for column in definition.columns]
    return [
        {"name": column.name, "unit": column.unit} | {key: value for key, value in more.items() if value}
        for column, more in found
    ]


def revision_json(
    name: str, revision: Revision, active: Collection[str], published_client: bool = False
) -> dict[str, Any]:
    """A node at one revision. `active` are those that there are of the nodes which it names."""
    definition = revision.definition
    whole = all(parent in active for parent in definition.parents)
    return {
        "name": name,
        "namespace": name.rpartition(".")[0] or "default",
        "type": definition.kind,
        "display_name": definition.display_name or titled(name),
        "description": definition.description or "",
        "version": str(revision.version),
        "status": "valid" if whole else "invalid",
        "mode": definition.mode,
        "catalog": {"name": definition.catalog, "engines": []} if definition.catalog else None,
        "schema_": definition.schema,
        "table": definition.table,
        "query": definition.query,
        "columns": [column_json(column, definition) for column in definition.columns],
        "parents": [{"name": parent} for parent in definition.parents],
        "dimension_links": [
            link_json(name, link) for link in definition.links if link.kind == "join" and link.dimension in active
        ],
        "metric_metadata": metric_metadata(definition, published_client),
        "unit": metric_unit(definition) if definition.kind == "metric" else None,
        "required_dimensions": list(definition.metric.required_dimensions) if definition.metric else [],
        "fixed_grain": grain(definition),
        "reaggregate": dict(definition.metric.reaggregate)
        if definition.metric and definition.metric.reaggregate
        else None,
        "cube_filters": list(definition.cube.filters) if definition.cube else None,
        "materializations": [],
        "custom_metadata": dict(definition.custom) if definition.custom else None,
        "updated_at": revision.at,
    }


def grain(definition: Definition) -> list[str] | None:
    """A metric's fixed grain; an empty one is another thing than none."""
    fixed = definition.metric.fixed_grain if definition.metric is not None else None
    return None if fixed is None else list(fixed)


def node_json(
    node: Node,
    active: Collection[str],
    tags: Mapping[str, Tag],
    availability: Availability | None = None,
    published_client: bool = False,
) -> dict[str, Any]:
    """A node at its current revision, with what is said about it from outside."""
    definition = node.revision.definition
    return revision_json(node.name, node.revision, active, published_client) | {
        "current_version": str(node.revision.version),
        "created_at": node.created_at,
        "deactivated_at": node.deactivated_at,
        "created_by": {"username": node.revision.by} if node.revision.by else None,
        "owners": [{"username": owner} for owner in definition.owners],
        "tags": [tag_json(tags.get(name, Tag(name))) for name in definition.tags],
        "availability": availability_json(availability),
        "missing_table": False,
    }


def column_json(column: Column, definition: Definition) -> dict[str, Any]:
    """A column. `unit_ext` and `unit_by` stand there only where they say something."""
    reference = next(
        (link for link in definition.links if link.kind == "reference" and link.column == column.name), None
    )
    said = {
        "name": column.name,
        "display_name": column.display_name or titled(column.name),
        "type": column.type or "unknown",
        "description": column.description,
        "attributes": [{"attribute_type": {"namespace": "system", "name": word}} for word in column.attributes],
        "dimension": {"name": reference.dimension} if reference else None,
        "dimension_column": reference.dimension_column if reference else None,
        "partition": column.partition,
        "unit": column.unit,
    }
    more = {"unit_ext": column.unit_ext, "unit_by": column.unit_by, "lineage": list(column.lineage)}
    return said | {key: value for key, value in more.items() if value}


def link_json(name: str, link: Link) -> dict[str, Any]:
    """A join to a dimension."""
    return {
        "dimension": {"name": link.dimension},
        "join_type": link.join_type,
        "join_sql": link.join_on or "",
        "join_cardinality": link.cardinality,
        "role": link.role,
        "foreign_keys": foreign_keys(name, link.dimension, link.join_on),
        "default_value": link.default_value,
        "spark_hints": link.hints,
    }


@functools.lru_cache(maxsize=10_000)
def foreign_keys(name: str, dimension: str, join_on: str | None) -> dict[str, str | None]:
    """The columns of a node that a join compares with the dimension's, each with what it is compared with.

    >>> foreign_keys("shop.orders", "shop.users", "shop.orders.user_id = shop.users.id AND shop.orders.day > 1")
    {'shop.orders.user_id': 'shop.users.id'}
    """
    try:
        condition = sqlglot.parse_one(join_on or "TRUE", read=DIALECT)
    except (SqlglotError, RecursionError, AttributeError):  # the last is SQLMesh's parser's
        return {}
    found: dict[str, str | None] = {}
    for equality in condition.find_all(exp.EQ):
        sides = {table_of(side): side.name for side in (equality.left, equality.right) if isinstance(side, exp.Column)}
        if name in sides and dimension in sides:
            found[f"{name}.{sides[name]}"] = f"{dimension}.{sides[dimension]}"
    return found


def table_of(column: exp.Column) -> str:
    """Everything before the last dot of a column's name."""
    return ".".join(part.name for part in column.parts[:-1])


def dimension_json(dimension: Dimension) -> dict[str, Any]:
    """A dimension that can be asked for."""
    home, title = dimension.node_name, dimension.node_display_name
    return {
        "name": dimension.name,
        "node_name": home,
        "node_display_name": titled(home) if title == home else title,
        "column_display_name": dimension.column_display_name or titled(dimension.name.partition("[")[0]),
        "properties": list(dimension.properties),
        "type": dimension.type or "unknown",
        "path": list(dimension.path),
        "filter_only": dimension.filter_only,
        "unit": dimension.unit,
    }


def tag_json(tag: Tag) -> dict[str, Any]:
    """A tag."""
    return {
        "name": tag.name,
        "tag_type": tag.tag_type,
        "display_name": tag.display_name or titled(tag.name),
        "description": tag.description,
        "tag_metadata": dict(tag.metadata or {}),
        "owned_by_namespace": None,
    }


def availability_json(availability: Availability | None) -> dict[str, Any] | None:
    """Where a node's rows are built; the instant up to which they are whole as seconds since 1970."""
    if availability is None:
        return None
    through = availability.valid_through
    return dict(availability.details or {}) | {
        "catalog": availability.catalog,
        "schema_": availability.schema,
        "table": availability.table,
        "valid_through_ts": int(through.timestamp()) if through is not None else None,
    }


def event_json(number: int, event: Event) -> dict[str, Any]:
    """A line of the history; `number` counts a node's own."""
    return {
        "id": number,
        "entity_type": "node",
        "entity_name": event.node,
        "node": event.node,
        "activity_type": ACTIVITIES.get(event.action, event.action),
        "user": event.by,
        "pre": {},
        "post": {"version": str(event.version)} if event.version else {},
        "details": dict(event.details),
        "created_at": event.at,
    }

"""What a catalog holds, as values: they know nothing of tables, and the store knows how to keep them.

Node        a name, whether it is active, and the revision that is current
Revision    a definition under a version; it never changes
Definition  what a node says: columns, links, SQL, words
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gnomon.catalog.versions import Version

Kind = Literal["source", "transform", "dimension", "metric", "cube"]
KINDS: tuple[Kind, ...] = ("source", "transform", "dimension", "metric", "cube")

Json = Mapping[str, Any]
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
"""A node's or a namespace's name: words with dots between them."""
LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a node.

    `unit` is canonical unit JSON, None while unset. `unit_ext` says a unit that this shape cannot (its product form);
    `unit_by` is `{"by": column, "map": {value: unit}}` where another column's value decides. `lineage` names the
    columns that it is computed from, as `node.column`. `attributes` are words such as `primary_key`.
    """

    name: str
    type: str | None = None
    unit: Json | None = None
    unit_ext: Json | None = None
    unit_by: Json | None = None
    display_name: str | None = None
    description: str | None = None
    attributes: tuple[str, ...] = ()
    partition: Json | None = None
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a node to a dimension: a join, or (`kind` reference) a column that is a dimension's column itself.

    A join has `join_on`, SQL over both nodes' names, unless it is a cross join. A reference has `column`, and
    `dimension_column` on the other side. Several links to one dimension differ by `role`.
    """

    dimension: str
    role: str | None = None
    kind: Literal["join", "reference"] = "join"
    join_on: str | None = None
    join_type: str = "left"
    cardinality: str = "many_to_one"
    default_value: Any = None
    hints: str | None = None
    column: str | None = None
    dimension_column: str | None = None


@dataclass(frozen=True, slots=True)
class MetricDetails:
    """What only a metric says. Its unit is its output column's; `legacy_unit` keeps a flat name that no unit can
    say (`bit`, `unknown`)."""

    direction: str | None = None
    legacy_unit: str | None = None
    significant_digits: int | None = None
    min_decimal_exponent: int | None = None
    max_decimal_exponent: int | None = None
    required_dimensions: tuple[str, ...] = ()
    fixed_grain: tuple[str, ...] | None = None
    reaggregate: Json | None = None


@dataclass(frozen=True, slots=True)
class CubeDetails:
    """What only a cube says: its elements in order, a dimension as `node.column[role]`, and the filters put on all."""

    metrics: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    materialization: Json | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a node says. `catalog`, `schema` and `table` place a source; `parents` names the nodes that `query` reads.

    `custom` is the author's own metadata, kept as it is. `authored` is what only the file says: a unit's spelling, keys
    that have no place here, and what was inferred and so stands in no file (`catalog.files.authored`).
    """

    kind: Kind
    display_name: str | None = None
    description: str | None = None
    mode: str = "published"
    query: str | None = None
    catalog: str | None = None
    schema: str | None = None
    table: str | None = None
    columns: tuple[Column, ...] = ()
    links: tuple[Link, ...] = ()
    metric: MetricDetails | None = None
    cube: CubeDetails | None = None
    parents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    custom: Json | None = None
    authored: Json | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A definition as it was from `at` on."""

    version: Version
    definition: Definition
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A named entry of the catalog. A node that is deactivated keeps its revisions and its name."""

    name: str
    revision: Revision
    created_at: datetime
    deactivated_at: datetime | None = None

    @property
    def namespace(self) -> str:
        """Everything before the last dot."""
        return namespace_of(self.name)


@dataclass(frozen=True, slots=True)
class Change:
    """What became, or with a dry run would become, of one node: `before` and `after` are versions, `fields` what
    differs (`columns.amount.unit`)."""

    name: str
    action: Literal["create", "update", "restore", "deactivate", "none"]
    before: Version | None = None
    after: Version | None = None
    fields: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The size of an update: `major`, `minor` or `patch`; otherwise `none`."""
        if self.action not in ("update", "restore") or self.before is None or self.after is None:
            return "none"
        return self.after.step_from(self.before)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    node: str
    action: str
    version: Version | None
    at: datetime
    by: str | None
    details: Json


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that nodes can be found by."""

    name: str
    tag_type: str = ""
    display_name: str | None = None
    description: str | None = None
    metadata: Json | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """The table in which a node's rows are materialized, and up to when it is whole; `details` is what the job said."""

    catalog: str | None
    schema: str | None
    table: str
    valid_through: datetime | None = None
    details: Json | None = None


def namespace_of(name: str) -> str:
    """Everything before a name's last dot; `default` where there is none.

    >>> namespace_of("shop.eu.orders"), namespace_of("orders")
    ('shop.eu', 'default')
    """
    return name.rpartition(".")[0] or "default"

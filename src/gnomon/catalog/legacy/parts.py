"""What belongs to older revisions and stands in tables beside them: read for a batch, one statement a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from gnomon.catalog.legacy.old import Old, Rows, columns_of, decoded, word
from gnomon.catalog.values import CubeDetails, Link, MetricDetails

METADATA = ("unit", "direction", "significant_digits", "min_decimal_exponent", "max_decimal_exponent")
LINK = ("role", "join_sql", "join_type", "join_cardinality", "default_value", "spark_hints", "dimension_id")


class Parts:
    """The rows beside some nodes' revisions, by what they belong to, with numbers replaced by names."""

    def __init__(
        self, connection: Connection, old: Old, node_ids: Sequence[int], revisions: Sequence[Row[Any]]
    ) -> None:
        def pick(name: str, names: Sequence[str], key: str, keys: Iterable[Any]) -> Rows:
            return old.pick(connection, name, names, key, sorted({k for k in keys if k is not None}))

        self.revision_ids = [row.id for row in revisions]
        self.catalogs = one(pick("catalog", ["name"], "id", (row.catalog_id for row in revisions)), "name")
        self.metadata = pick("metricmetadata", METADATA, "id", (row.metric_metadata_id for row in revisions))
        parents = pick("noderelationship", ["parent_id"], "child_id", self.revision_ids)
        tagged = pick("tagnoderelationship", ["tag_id"], "node_id", node_ids)
        owned = pick("node_owners", ["user_id"], "node_id", node_ids)
        self.links = pick("dimensionlink", LINK, "node_revision_id", self.revision_ids)
        required = pick("metric_required_dimensions", ["ref", "bound_dimension_id"], "metric_id", self.revision_ids)
        elements = pick("cube", ["cube_element_id"], "cube_id", self.revision_ids)
        self.elements = Elements(
            connection, old, numbers(elements, "cube_element_id") | numbers(required, "bound_dimension_id")
        )
        self.required = {key: tuple(filter(None, map(self.elements.required, rows))) for key, rows in required.items()}
        self.made_of = {key: self.elements.of(rows) for key, rows in elements.items()}

        people = {row.created_by_id for row in revisions} | numbers(owned, "user_id")
        self.users = one(pick("users", ["username"], "id", people), "username")
        known = pick("node", ["name"], "id", numbers(parents, "parent_id") | numbers(self.links, "dimension_id"))
        self.names = one(known, "name")
        words = one(pick("tag", ["name"], "id", numbers(tagged, "tag_id")), "name")
        self.parents = {key: named(rows, "parent_id", self.names) for key, rows in parents.items()}
        self.tags = {key: named(rows, "tag_id", words) for key, rows in tagged.items()}
        self.owners = {key: named(rows, "user_id", self.users) for key, rows in owned.items()}
        self.attributes: dict[int, tuple[str, ...]] = {}
        self.partitions: dict[int, dict[str, Any]] = {}

    def read_of_columns(
        self, connection: Connection, old: Old, ids: Sequence[int], dimensions: set[int | None]
    ) -> None:
        """Read what belongs to columns: their attributes, partitions, and the dimensions that they refer to."""
        missing = sorted({key for key in dimensions if key is not None} - set(self.names))
        self.names |= one(old.pick(connection, "node", ["name"], "id", missing), "name")
        given = old.pick(connection, "columnattribute", ["attribute_type_id"], "column_id", ids)
        kinds = old.pick(connection, "attributetype", ["name"], "id", sorted(numbers(given, "attribute_type_id")))
        self.attributes = {key: named(rows, "attribute_type_id", one(kinds, "name")) for key, rows in given.items()}
        cut = old.pick(connection, "partition", ["type_", "granularity", "format"], "column_id", ids)
        self.partitions = {key: partition_of(rows[0]) for key, rows in cut.items() if rows}

    def user(self, number: int | None) -> str | None:
        """Who a number stands for."""
        return self.users.get(number) if number is not None else None

    def details(self, row: Row[Any]) -> Row[Any] | None:
        """A revision's metric metadata."""
        found = self.metadata.get(row.metric_metadata_id) if row.metric_metadata_id is not None else None
        return found[0] if found else None

    def legacy_unit(self, row: Row[Any]) -> str | None:
        """A revision's flat unit."""
        found = self.details(row)
        return None if found is None or found.unit is None else str(found.unit)


def one(rows: Rows, name: str) -> dict[Any, Any]:
    """A field of the only row of each key."""
    return {key: getattr(found[0], name) for key, found in rows.items() if found}


def numbers(rows: Rows, name: str) -> set[Any]:
    """All values of a field, but null."""
    return {getattr(row, name) for found in rows.values() for row in found} - {None}


def named(rows: Sequence[Row[Any]], name: str, names: Mapping[Any, str]) -> tuple[str, ...]:
    """The names that a field's numbers stand for, each once, in alphabetic order."""
    return tuple(sorted({names[number] for row in rows if (number := getattr(row, name)) in names}))


def partition_of(row: Row[Any]) -> dict[str, Any]:
    """A column's partition, as definitions write it."""
    said = {"type": word(row.type_), "granularity": word(row.granularity), "format": row.format}
    return {name: value for name, value in said.items() if value is not None}


class Elements:
    """Columns that cubes are made of, and that metrics require, by what they are columns of."""

    def __init__(self, connection: Connection, old: Old, ids: set[int]) -> None:
        names = ["name", "node_revision_id"]
        self.columns = one_row(old.read(connection, columns_of(old), names, "id", sorted(ids)))
        owners = sorted({column.node_revision_id for column in self.columns.values()})
        self.owners = one_row(old.pick(connection, "noderevision", ["name", "type"], "id", owners))

    def name(self, number: int) -> tuple[str, str] | None:
        """A column as (kind, name): a metric's output is the metric, another column is `node.column`."""
        column = self.columns.get(number)
        owner = self.owners.get(column.node_revision_id) if column is not None else None
        if column is None or owner is None:
            return None
        return ("metric", owner.name) if word(owner.type) == "metric" else ("dimension", f"{owner.name}.{column.name}")

    def of(self, rows: Sequence[Row[Any]]) -> list[tuple[str, str]]:
        """A cube's elements; one whose column is gone is left out."""
        return [found for row in rows if (found := self.name(row.cube_element_id)) is not None]

    def required(self, row: Row[Any]) -> str | None:
        """A required dimension, as it was written, or by its column where an older database kept that."""
        found = self.name(row.bound_dimension_id) if row.bound_dimension_id is not None else None
        return row.ref or (found[1] if found else None)


def one_row(rows: Rows) -> dict[Any, Row[Any]]:
    """The only row of each key."""
    return {key: found[0] for key, found in rows.items() if found}


def link_of(row: Row[Any], names: Mapping[Any, str]) -> Link:
    """A join to a dimension."""
    return Link(
        dimension=names[row.dimension_id],
        role=row.role,
        join_on=row.join_sql,
        join_type=word(row.join_type) or "left",
        cardinality=word(row.join_cardinality) or "many_to_one",
        default_value=row.default_value,
        hints=word(row.spark_hints),
    )


def reference_of(row: Row[Any], names: Mapping[Any, str]) -> Link:
    """A column that is a dimension's column itself; a role stands in brackets behind the other side's name."""
    there, _, role = (row.dimension_column or "").partition("[")
    return Link(names[row.dimension_id], role.rstrip("]") or None, "reference", column=row.name, dimension_column=there)


def metric_of(row: Row[Any], parts: Parts) -> MetricDetails:
    """What only a metric says, but for its unit."""
    found = parts.details(row)
    grain = decoded(row.fixed_grain)
    return MetricDetails(
        direction=word(found.direction) if found else None,
        significant_digits=found.significant_digits if found else None,
        min_decimal_exponent=found.min_decimal_exponent if found else None,
        max_decimal_exponent=found.max_decimal_exponent if found else None,
        required_dimensions=parts.required.get(row.id, ()),
        fixed_grain=None if grain is None else tuple(grain),
        reaggregate=decoded(row.reaggregate),
    )


def cube_of(row: Row[Any], parts: Parts) -> CubeDetails:
    """What only a cube says."""
    elements = parts.made_of.get(row.id, [])
    return CubeDetails(
        metrics=tuple(name for kind, name in elements if kind == "metric"),
        dimensions=tuple(name for kind, name in elements if kind == "dimension"),
        filters=tuple(decoded(row.cube_filters) or ()),
    )

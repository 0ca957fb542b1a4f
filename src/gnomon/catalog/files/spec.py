"""Definitions as the JSON of a deployment, in DataJunction's current shape.

Keys stand in one order, and what is unset is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.catalog.files.columns import PRIMARY_KEY
from gnomon.catalog.files.deployment import authored
from gnomon.catalog.files.links import key_of
from gnomon.catalog.files.metric_units import default_spelling, output_name
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.values import Column, Definition, Json, Link, Tag
from gnomon.units.wire import UnitError, parse_unit


def to_spec(
    definitions: Mapping[str, Definition], namespace: str, tags: Iterable[Tag] = (), rest: Json | None = None
) -> dict[str, Any]:
    """The body of a call to deploy these nodes, by name. `rest` is what the catalog does not keep, as it was read.

    Names in the namespace and in SQL are written with `${prefix}`, so that the nodes can be deployed to another one.
    A metric's unit is spelled as its author did, and else by its flat name where it has one. What was inferred is not
    written.
    """
    writing = Writing(Prefix(namespace), definitions)
    return {
        "namespace": namespace,
        "tags": [tag_json(tag) for tag in sorted(tags, key=lambda tag: tag.name)],
        "nodes": [writing.node(name, definitions[name]) for name in sorted(definitions)],
        **(rest or {}),
    }


def said(**values: Any) -> dict[str, Any]:
    """The values that are set: not None, and no empty list."""
    return {key.rstrip("_"): value for key, value in values.items() if value is not None and value != []}


def in_order(value: Any) -> Any:
    """Unit JSON and the like with their keys in the usual order: a database may have put them into its own.

    >>> in_order({"code": "USD", "kind": "currency"})
    {'kind': 'currency', 'code': 'USD'}
    """
    if not isinstance(value, Mapping):
        return value
    keys = [*(key for key in ORDER if key in value), *(key for key in value if key not in ORDER)]
    return {key: in_order(value[key]) for key in keys}


def as_written(definition: Definition) -> list[Column]:
    """A definition's columns in the order of its file, and then those that stand in none."""
    places = {name: place for place, name in enumerate(authored(definition, "order"))}
    return sorted(definition.columns, key=lambda column: places.get(column.name, len(places)))


def attributes_of(column: Column) -> list[str]:
    """A column's attributes without the primary key, which is a list of its own, unless their order says something."""
    *others, last = column.attributes or ("",)
    return others if last == PRIMARY_KEY else list(column.attributes)


def tag_json(tag: Tag) -> dict[str, Any]:
    """A tag."""
    return said(
        name=tag.name,
        display_name=tag.display_name,
        description=tag.description,
        tag_type=tag.tag_type or None,
        tag_metadata=tag.metadata,
    )


ORDER = ("kind", "code", "numerator", "denominator", "by", "map", "type", "granularity", "format")


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes the nodes of one namespace."""

    prefix: Prefix
    definitions: Mapping[str, Definition]

    def node(self, name: str, definition: Definition) -> dict[str, Any]:
        """A node."""
        keys = [column.name for column in as_written(definition) if PRIMARY_KEY in column.attributes]
        return {
            **said(
                name=self.prefix.short(name),
                node_type=definition.kind,
                display_name=definition.display_name,
                description=definition.description,
                mode=definition.mode if definition.mode != "published" else None,
                owners=list(definition.owners),
                tags=list(definition.tags),
            ),
            **self.table(definition),
            **said(
                query=self.sql(definition.query),
                columns=self.columns(name, definition),
                primary_key=[self.column_name(key, definition) for key in keys],
                dimension_links=[self.link(link, definition) for link in definition.links],
            ),
            **self.metric(name, definition),
            **self.cube(definition),
            **said(custom_metadata=definition.custom),
            **authored(definition, "keys"),
        }

    def table(self, definition: Definition) -> dict[str, Any]:
        """What only a source says. That it is in no catalog is said, as a reader takes it for left out otherwise."""
        if definition.kind != "source":
            return {}
        placed = {"catalog": definition.catalog, **said(schema=definition.schema, table=definition.table)}
        return placed | said(parents=self.names(definition.parents))

    def sql(self, text: str | None) -> str | None:
        """SQL with the prefix in the names of these nodes."""
        return text and self.prefix.inject(text, self.definitions)

    def column_name(self, name: str, definition: Definition) -> str:
        """A column's name; a cube's columns go by those of other nodes."""
        return self.prefix.short(name) if definition.kind == "cube" else name

    def columns(self, name: str, definition: Definition) -> list[dict[str, Any]]:
        """The columns that somebody declared, or that somebody said something about."""
        undeclared, found = authored(definition, "undeclared"), []
        for column in as_written(definition):
            is_output = definition.metric is not None and column.name == output_name(name)
            parts = self.column(column, definition, is_output)
            if len(parts) > 1 or not (is_output or column.name in undeclared):
                found.append(parts)
        return found

    def column(self, column: Column, definition: Definition, is_output: bool) -> dict[str, Any]:
        """A column without what was inferred, without the primary key, and of a metric's output without its unit."""
        inferred = authored(definition, "inferred").get(column.name, {})
        own = {
            field: in_order(value)
            for field in ("type", "unit", "unit_ext", "unit_by")
            if (value := getattr(column, field)) is not None and inferred.get(field) != value
        }
        if is_output:
            own.pop("unit", None)
        return {
            **said(
                name=self.column_name(column.name, definition),
                type=own.pop("type", None),
                display_name=column.display_name,
                description=column.description,
                attributes=attributes_of(column),
                partition=in_order(column.partition),
                lineage=self.names(column.lineage),
            ),
            **own,
            **authored(definition, "column_keys").get(column.name, {}),
        }

    def link(self, link: Link, definition: Definition) -> dict[str, Any]:
        """A link to a dimension."""
        keys = authored(definition, "link_keys").get(key_of(link), {})
        if link.kind == "reference":
            target = f"{self.prefix.short(link.dimension)}.{link.dimension_column}"
            return {**said(type=link.kind, node_column=link.column, dimension=target, role=link.role), **keys}
        return {
            **said(
                type=link.kind,
                dimension_node=self.prefix.short(link.dimension),
                join_on=self.sql(link.join_on),
                join_type=link.join_type,
                join_cardinality=link.cardinality,
                role=link.role,
                default_value=link.default_value,
                spark_hints=link.hints,
            ),
            **keys,
        }

    def metric(self, name: str, definition: Definition) -> dict[str, Any]:
        """What only a metric says; `fixed_grain: []` says something too."""
        details = definition.metric
        if details is None:
            return {}
        grain = details.fixed_grain
        return {
            **said(required_dimensions=self.names(details.required_dimensions)),
            **({"fixed_grain": self.names(grain)} if grain is not None else {}),
            **said(
                reaggregate=self.prefix.short_all(details.reaggregate),
                direction=details.direction,
                unit=spelled(name, definition),
                significant_digits=details.significant_digits,
                min_decimal_exponent=details.min_decimal_exponent,
                max_decimal_exponent=details.max_decimal_exponent,
            ),
        }

    def cube(self, definition: Definition) -> dict[str, Any]:
        """What only a cube says."""
        cube = definition.cube
        if cube is None:
            return {}
        how = cube.materialization
        if how is not None and how == {"strategy": "none"}:
            materialization: Any = "none"
        else:
            materialization = list(how["each"]) if how is not None and set(how) == {"each"} else how
        return said(
            metrics=self.names(cube.metrics),
            dimensions=self.names(cube.dimensions),
            filters=[self.sql(each) for each in cube.filters],
            materialization=materialization,
        )

    def names(self, names: Iterable[str]) -> list[str]:
        return [self.prefix.short(name) for name in names]


def spelled(name: str, definition: Definition) -> Any:
    """A metric's unit as its author spelled it, where that still is its unit; None where it is unset or inferred."""
    column = next((each for each in definition.columns if each.name == output_name(name)), None)
    legacy = definition.metric.legacy_unit if definition.metric is not None else None
    unit = column.unit if column is not None else None
    if (
        column is not None
        and unit is not None
        and authored(definition, "inferred").get(column.name, {}).get("unit") == unit
    ):
        unit = None
    written = (definition.authored or {}).get("unit")
    return in_order(written if is_spelling(written, unit, legacy) else default_spelling(unit, legacy))


def is_spelling(written: Any, unit: Json | None, legacy: str | None) -> bool:
    """Whether a spelling says a unit, or the flat name that stands for none."""
    if written is None:
        return False
    if unit is None:
        return isinstance(written, str) and written.strip().lower() == legacy
    try:
        return bool(parse_unit(written) == unit)
    except UnitError:
        return bool(written == unit)

"""A project's tables and metrics as nodes of a catalog.

source      each declared table and each table that is built: variants, views, the calendar, metadata
dimension   each entity: its key, and its display name where there is one
metric      each variant's amount; the columns of the row's key are its required dimensions, so that every sum over
            its table is one row's own number
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from gnomon.catalog.files.graph import parents_of
from gnomon.catalog.values import Column, Definition, Link, MetricDetails
from gnomon.check.lineage import Origin, column_lineage
from gnomon.compile.metadata import covered
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.compile.project import compile_project
from gnomon.model import Column as DeclaredColumn
from gnomon.model import Entity, Key, Project, Reference, SourceTable, Variant
from gnomon.rewrite import Memo, rewrite

Nodes = dict[str, Definition]
DATES, SAMPLE_DATE = "sample_date", "metrics_sample_date"
"""The dimension of the sample dates of all variants, and its column."""


def project_nodes(project: Project, specs: Sequence[ModelSpec] | None = None) -> Nodes:
    """Every node of a project, by name, in its own namespace. Raises DefinitionError for definitions that are wrong."""
    projection = Projection(project, specs if specs is not None else compile_project(project))
    return dict(projection.nodes())


def namespace(project: Project) -> str:
    """The namespace of a project's nodes: its name, in letters, digits and underscores.

    >>> from types import SimpleNamespace
    >>> namespace(SimpleNamespace(name="my-shop 2"))
    'my_shop_2'
    """
    name = re.sub(r"\W+", "_", project.name, flags=re.ASCII)
    return name if re.match("[A-Za-z_]", name) else f"_{name}"


class Projection:
    """One project on its way into a catalog."""

    def __init__(self, project: Project, specs: Sequence[ModelSpec]) -> None:
        self.project = project
        self.namespace = namespace(project)
        self.specs = specs
        self.memo: Memo = {}

    def nodes(self) -> Iterator[tuple[str, Definition]]:
        tables: list[SourceTable | Reference] = [*self.project.sources.values(), *self.project.references.values()]
        for table in [*tables, *self.bridges()]:
            yield self.node_of(table.name), self.declared(table)
        for entity in self.project.entities.values():
            if (definition := self.dimension(entity)) is not None:
                yield self.node_of(entity.name), definition
        if (definition := self.sample_dates()) is not None:
            yield self.node_of(DATES), definition
        for spec in self.specs:
            yield self.node_of(spec.name), self.built(spec)
            if spec.variant is not None:
                yield self.node_of(spec.variant.table), self.metric(spec, spec.variant)

    def node_of(self, table: str) -> str:
        """The name of a table's node: below the namespace, by its schema and its own name."""
        return ".".join((self.namespace, *table.split(".")[-2:]))

    # Sources

    def bridges(self) -> Iterator[Reference]:
        """The tables of relationships that are declared nowhere else, with the columns that those name."""
        found: dict[str, dict[str, DeclaredColumn]] = {}
        for each in self.project.relationships:
            if each.table not in self.project.sources and each.table not in self.project.references:
                named = (*each.from_columns, *each.to_columns, each.valid_from, each.valid_to)
                columns = found.setdefault(each.table, {})
                columns |= {name: DeclaredColumn(name) for name in named if name is not None}
        yield from (Reference(table, columns, False) for table, columns in found.items())

    def declared(self, table: SourceTable | Reference) -> Definition:
        """A declared table. Its keys are links to the entities that they identify."""
        keys = table.keys if isinstance(table, SourceTable) else ()
        links = [self.link(table.name, key) for key in keys if key.entity in self.project.entities]
        catalog, schema, name = placed(table.name)
        about = {"rows": table.rows, "time": table.time} if isinstance(table, SourceTable) else {}
        return Definition(
            "source",
            catalog=catalog,
            schema=schema,
            table=name,
            columns=tuple(declared_column(column) for column in table.columns.values()),
            links=tuple(link for link in links if link is not None),
            custom={"gnomon": {name: value for name, value in about.items() if value is not None}},
        )

    def built(self, spec: ModelSpec) -> Definition:
        """A table or view that the project builds, with what its rows cover and what each column is made of."""
        catalog, schema, name = placed(spec.name)
        lineage = self.lineage(spec.variant) if spec.variant is not None else {}
        keys = [
            column.name for column in spec.columns if column.role in ("sample_date", "entity", "dimension", "metric")
        ]
        links = [self.date_link(column) for column in spec.columns if spec.variant and column.role == "sample_date"]
        if spec.variant is not None and spec.variant.entity in self.project.entities:
            own = tuple(column.name for column in spec.columns if column.role == "entity")
            links.append(self.link(spec.name, Key(own, spec.variant.entity)))
        return Definition(
            "source",
            description=spec.description or None,
            catalog=catalog,
            schema=schema,
            table=name,
            columns=tuple(built_column(each, lineage.get(each.name, ()), keys) for each in spec.columns),
            links=tuple(link for link in links if link is not None),
            parents=tuple(sorted(self.node_of(table) for table in spec.depends_on)),
            tags=spec.tags,
            owners=(spec.owner,) if spec.owner else (),
            custom={"gnomon": self.about(spec)},
        )

    def about(self, spec: ModelSpec) -> dict[str, Any]:
        """What the catalog says of a built table beside its columns."""
        if spec.variant is None:
            return {"built_as": spec.kind}
        metric, interval = spec.variant.metric, spec.variant.interval
        return {
            "built_as": spec.kind,
            "metric": metric.key,
            "entity": spec.variant.entity,
            "interval": interval.suffix,
            "each_row_covers": covered(interval, metric.start, self.project.calendar),
            "plan": spec.plan.name if spec.plan is not None else None,
            "defined_in": metric.sql.path,
        }

    def lineage(self, variant: Variant) -> Mapping[str, tuple[str, ...]]:
        """The columns of other nodes that each column of a variant is computed from."""
        query, _ = rewrite(self.project, variant, self.project.dialect, memo=self.memo)
        return {name: tuple(map(self.column_of, origins)) for name, origins in column_lineage(query).items()}

    def has_labels(self, variant: Variant) -> bool:
        """Whether a variant's rows may have several metric names; a SELECT that writes a constant has that one."""
        query, _ = rewrite(self.project, variant, self.project.dialect, memo=self.memo)
        named = [each for each in query.selects if each.alias_or_name.lower() == "metric"]
        return not isinstance(query, exp.Select) or any(each.find(exp.Column, exp.Query) for each in named)

    def column_of(self, origin: Origin) -> str:
        table, column = origin
        return f"{self.node_of(table)}.{column}"

    # Dimensions

    def dimension(self, entity: Entity) -> Definition | None:
        """An entity, from the table of its display names or else from a source that has its key; None without."""
        names = entity.key or (f"{entity.name}_id",)
        found = self.key_of(entity.name)
        extra: tuple[str, ...] = ()
        if (display := entity.display) is not None:
            found, extra = (display.table, display.key), (display.column,)
        if found is None:
            return None
        table, key = found
        outputs = [own if own == name else f"{own} AS {name}" for own, name in zip(key, names, strict=True)]
        columns = [*outputs, *extra]
        return Definition(
            "dimension",
            query=f"SELECT DISTINCT {', '.join(columns)} FROM {self.node_of(table)}",
            columns=(
                *(Column(name, self.type_of(table, own), attributes=("primary_key",))
                  for own, name in zip(key, names, strict=True)),
                *(Column(name, self.type_of(table, name)) for name in extra),
            ),
            parents=(self.node_of(table),),
            custom={"gnomon": {"entity": entity.name}},
        )  # fmt: skip

    def sample_dates(self) -> Definition | None:
        """The dates of all variants, by which metrics of several tables are asked for together; None without variants,
        or where an entity is called so."""
        dated = [spec for spec in self.specs if spec.variant is not None]
        if not dated or DATES in self.project.entities:
            return None
        types = {column.type for spec in dated for column in spec.columns if column.role == "sample_date"}
        selects = (f"SELECT {SAMPLE_DATE} FROM {self.node_of(spec.name)}" for spec in dated)
        definition = Definition(
            "dimension",
            query=" UNION ".join(selects),
            columns=(Column(SAMPLE_DATE, types.pop() if len(types) == 1 else None, attributes=("primary_key",)),),
            custom={"gnomon": {}},
        )
        return replace(definition, parents=parents_of(definition, ()))

    def date_link(self, column: OutputColumn) -> Link | None:
        """A sample date as that dimension itself."""
        if DATES in self.project.entities:
            return None
        node = self.node_of(DATES)
        return Link(node, kind="reference", column=column.name, dimension_column=SAMPLE_DATE)

    def key_of(self, entity: str) -> tuple[str, tuple[str, ...]] | None:
        """A source with an entity's key, and the columns that are it."""
        found = ((source.name, key.columns) for source in self.project.sources.values() for key in source.keys
                 if key.entity == entity)  # fmt: skip
        return next(found, None)

    def type_of(self, table: str, column: str) -> str | None:
        declared: SourceTable | Reference | None
        declared = self.project.sources.get(table) or self.project.references.get(table)
        known = declared.columns.get(column) if declared is not None else None
        return known.type if known is not None else None

    def link(self, table: str, key: Key) -> Link | None:
        """The way from a table's columns to the entity that they identify; None where the entity is no node."""
        entity = self.project.entities[key.entity]
        if entity.display is None and self.key_of(entity.name) is None:
            return None
        node, dimension = self.node_of(table), self.node_of(entity.name)
        names = entity.key or (f"{entity.name}_id",)
        equal = (f"{node}.{own} = {dimension}.{name}" for own, name in zip(key.columns, names, strict=True))
        role = None if key.columns[0] in names or len(key.columns) > 1 else key.columns[0]
        return Link(dimension, role=role, join_on=" AND ".join(equal))

    # Metrics

    def metric(self, spec: ModelSpec, variant: Variant) -> Definition:
        """The amount of a variant. A row of its table is one number, so a sum is asked for by the row's whole key."""
        name, table = self.node_of(variant.table), self.node_of(spec.name)
        amount = next(column for column in spec.columns if column.role == "amount")
        roles = {"sample_date", "entity", "dimension"} | ({"metric"} if self.has_labels(variant) else set())
        keys = [column.name for column in spec.columns if column.role in roles]
        shown = variant.metric.metadata.display_name or variant.metric.key
        return Definition(
            "metric",
            display_name=f"{shown} by {variant.entity}, {variant.suffix.replace('_', ' ')}",
            description=spec.description or None,
            query=f"SELECT SUM({table}.{amount.name}) FROM {table}",
            columns=(built_column(amount, (f"{table}.{amount.name}",), (), name.replace(".", "_DOT_")),),
            metric=MetricDetails(required_dimensions=tuple(f"{table}.{key}" for key in keys)),
            parents=(table,),
            tags=spec.tags,
            owners=(spec.owner,) if spec.owner else (),
            custom={"gnomon": self.about(spec)},
        )


def placed(table: str) -> tuple[str | None, str | None, str]:
    """A dotted table's catalog, schema and name.

    >>> placed("raw.flights"), placed("db.raw.flights")
    ((None, 'raw', 'flights'), ('db', 'raw', 'flights'))
    """
    *above, name = table.split(".")
    catalog, schema = [None, None, *above][-2:]
    return catalog, schema, name


def declared_column(column: DeclaredColumn) -> Column:
    """A declared column with its unit."""
    by = column.unit_by
    unit, unit_by = column.unit, None
    if by is not None:
        unit = column.unit if by.map is not None else {"kind": "currency"}
        unit_by = {"by": by.column, "map": dict(by.map or {})}
    return Column(column.name, column.type, unit, unit_by=unit_by)


def built_column(column: OutputColumn, lineage: Iterable[str], keys: Iterable[str], name: str | None = None) -> Column:
    """A column of a built table with its unit and its lineage."""
    unit, unit_by = column.unit, None
    if unit is not None and "by" in unit:
        unit_by = {"by": unit["by"], "map": dict(unit.get("map", {}))}
        unit = {"kind": unit["kind"]} if "kind" in unit else None
    return Column(
        name or column.name,
        column.type,
        unit,
        column.unit_ext,
        unit_by,
        attributes=("dimension",) if column.name in keys else (),
        lineage=tuple(lineage),
    )

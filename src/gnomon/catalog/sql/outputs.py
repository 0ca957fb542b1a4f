"""The names of a statement's columns, and what each column is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.reach import Reference
from gnomon.catalog.sql.request import Request
from gnomon.catalog.sql.row_units import RowUnit
from gnomon.catalog.sql.statement import OutputColumn
from gnomon.catalog.sql.words import Names
from gnomon.catalog.values import Column


@dataclass(frozen=True, slots=True)
class Outputs:
    """Names in SQL: of the dimensions and metrics asked for, of all metrics computed, and of base metrics."""

    metrics: tuple[str, ...]
    dimensions: dict[str, str]
    measured: dict[str, str]
    bases: dict[str, str]

    def listed(self) -> Iterable[tuple[str, str]]:
        """What the statement shows, and under which name: dimensions, then metrics."""
        return [*self.dimensions.items(), *((name, self.measured[name]) for name in self.metrics)]


def outputs_of(request: Request) -> Outputs:
    """Short names where they are free, longer ones where not: `year`, `year_placed`, `date_year`."""
    names = Names()
    dimensions = {each: names.new(*candidates(Reference.read(each))) for each in request.dimensions}
    shown = {each: names.new(*endings(each)) for each in request.metrics}
    measured = shown | {each: names.new(*endings(each)) for each in request.measured if each not in shown}
    bases = dict.fromkeys(base for each in request.parents.values() for base in each)
    return Outputs(
        request.metrics,
        dimensions,
        measured,
        {base: measured.get(base) or names.new(*endings(base)) for base in bases},
    )


def candidates(reference: Reference) -> list[str]:
    """Names for a dimension, the shortest first; the last of its roles ends it.

    >>> candidates(Reference.read("shop.date.year[customer->birth]"))
    ['year_birth', 'date_year_birth', 'shop_date_year_birth']
    """
    ending = f"_{reference.roles[-1]}" if reference.roles else ""
    return [f"{name}{ending}" for name in endings(f"{reference.node}.{reference.column}")]


def endings(name: str) -> list[str]:
    """Names for a dotted name, the shortest first.

    >>> endings("shop.eu.revenue")
    ['revenue', 'eu_revenue', 'shop_eu_revenue']
    """
    parts = name.split(".")
    return ["_".join(parts[at:]) for at in range(len(parts) - 1, -1, -1)]


def columns_of(graph: Graph, outputs: Outputs, units: Mapping[str, RowUnit] | None = None) -> tuple[OutputColumn, ...]:
    """What each column of a statement is. A dimension's unit is its own column's, also where a key stands for it;
    `units` are those of metrics that have another one in this answer than in the catalog."""
    found = []
    for name, output in outputs.dimensions.items():
        reference = Reference.read(name)
        known = graph.column(reference.node, reference.column) if graph.get(reference.node) else None
        found.append(described(known, output, name, "dimension", beside(reference, outputs.dimensions)))
    for name in outputs.metrics:
        columns = graph.definition(name).columns
        metric = described(columns[0] if columns else None, outputs.measured[name], name, "metric")
        own = (units or {}).get(name)
        found.append(
            metric if own is None else replace(metric, unit=own.unit, unit_ext=own.unit_ext, unit_by=own.unit_by)
        )
    return tuple(found)


def beside(reference: Reference, dimensions: Mapping[str, str]) -> dict[str, str]:
    """The columns of a dimension's row that are asked for as well, by lower-case name, and what they are called."""
    asked = ((Reference.read(name), output) for name, output in dimensions.items())
    own = (reference.node, reference.roles)
    return {each.column.lower(): output for each, output in asked if (each.node, each.roles) == own}


def described(
    known: Column | None,
    output: str,
    name: str,
    kind: Literal["dimension", "metric"],
    beside: Mapping[str, str] | None = None,
) -> OutputColumn:
    """A column of a statement, as the catalog describes it; `beside` are outputs by their columns' lower-case names."""
    column = known or Column(output)
    by = column.unit_by
    if by is not None and beside:
        by = {**by, "by": beside.get(str(by.get("by")).lower(), by.get("by"))}
    return OutputColumn(output, column.type or "unknown", name, kind, column.unit, column.unit_ext, by)

"""Metrics over columns whose unit depends on the row: the unit that an answer has, and what it adds that differs.

What is asked decides: by the key column, or with a filter that leaves one of its values, each row of the answer has one
unit; in all rows together there is none, whatever the metric declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.request import Request
from gnomon.catalog.sql.totals import bound, inputs_of, measured
from gnomon.catalog.sql.words import column, identifier, names_in
from gnomon.catalog.values import Column, Definition, Json
from gnomon.check.denomination import column_json, unit_extension
from gnomon.check.units import ColumnUnit, TableUnits, infer
from gnomon.check.units.api import qualified
from gnomon.check.units.declarations import value_of
from gnomon.check.units.values import Origin, RowTyped, Value
from gnomon.errors import Problem
from gnomon.units.vocabulary import VOCABULARY
from gnomon.units.wire import UnitError

MIXED, VALUE = "mixed_units", "value of the metric"


@dataclass(frozen=True, slots=True)
class RowUnit:
    """The unit that a metric has in one answer; `differs` says why it has none."""

    unit: Json | None = None
    unit_ext: Json | None = None
    unit_by: Json | None = None
    differs: Problem | None = None

    @property
    def is_one(self) -> bool:
        """Whether all values are in one unit, or none is known."""
        return self.differs is None and self.unit_by is None


@dataclass(frozen=True, slots=True)
class NodeUnits:
    """Answers inference for the one table that is read."""

    definition: Definition

    def units_of(self, table: exp.Table) -> TableUnits:
        """The columns of the node."""
        known = {each.name.lower(): ColumnUnit(declared(each), each.type) for each in self.definition.columns}
        return TableUnits(known, None, True)


def declared(said: Column) -> Value | None:
    """A column's unit as inference reads it; None where it is unset, or of a vocabulary that is not here."""
    unit: Json | None = said.unit
    if said.unit_by is not None:
        by_code = {"kind": (said.unit or {}).get("kind", "currency"), "by": said.unit_by.get("by")}
        unit = said.unit_by if said.unit_by.get("map") else by_code
    try:
        return value_of(unit, Origin(said.name), VOCABULARY, str.lower) if unit is not None else None
    except UnitError:
        return None


def row_units(graph: Graph, request: Request, dimensions: Mapping[str, str]) -> dict[str, RowUnit]:
    """The metrics of a request that have another unit in its answer than in the catalog, and which.

    `dimensions` are the names of outputs. What is made of a metric without one unit has none that is known.
    """
    bases, found = base_units(graph, request, dimensions), dict[str, RowUnit]()
    for name, each in request.measured.items():
        units = [bases[base] for base in each.bases if base in bases]
        if name in bases:
            found[name] = bases[name]
        elif not all(unit.is_one for unit in units):
            found[name] = RowUnit(differs=next((unit.differs for unit in units if unit.differs), None))
    return found


def base_units(graph: Graph, request: Request, dimensions: Mapping[str, str]) -> dict[str, RowUnit]:
    """The base metrics of a request over columns whose unit depends on the row."""
    found: dict[str, RowUnit] = {}
    for parent, bases in request.parents.items():
        by_row = {each.name.lower() for each in graph.columns(parent).values() if each.unit_by}
        for base in bases if by_row else ():
            formula = graph.formula(base)
            if by_row & {name.lower() for name in inputs_of(graph, formula)}:
                unit = row_unit(graph, request, base, parent, dimensions)
                found |= {base: unit} if unit is not None else {}
    return found


def row_unit(graph: Graph, request: Request, base: str, parent: str, dimensions: Mapping[str, str]) -> RowUnit | None:
    """The unit of one base metric's values, None where it is not known, over its parent alone: what is joined to that
    says nothing of its units. What the metric declares is kept where it fits."""
    table = parent.rpartition(".")[2]
    local = {
        name: column(attribute.column, table)
        for name, attribute in request.attributes[parent].items()
        if not attribute.path
    }
    keys = [exp.alias_(local[name].copy(), output) for name, output in dimensions.items() if name in local]
    where = [bound(each.tree, local) for each in request.before if set(names_in(each.tree)) <= set(local)]
    value = exp.alias_(measured(graph, graph.formula(base), table), VALUE, quoted=True)
    query = exp.select(*keys, value).from_(exp.Table(this=identifier(table))).where(*where)
    query = query.group_by(*(key.this.copy() for key in keys)) if keys else query
    said = next((declared(each) for each in graph.definition(base).columns), None)
    found = infer(
        qualified(query, graph.authored),
        NodeUnits(graph.definition(parent)),
        dialect=graph.authored,
        declared={VALUE: said} if said is not None else None,
    )
    mixed = next((each for each in found.diagnostics if each.code == MIXED), None)
    if mixed is not None:
        message = f"metric '{base}' has no unit in this answer: {'; '.join((mixed.message, *mixed.notes))}"
        help = "ask by that column too, or filter it to one value"
        return RowUnit(differs=Problem(MIXED, message, severity="warning", help=help))
    return said_of(found.columns.get(VALUE), {output.lower(): output for output in dimensions.values()})


def said_of(value: Value | None, outputs: Mapping[str, str]) -> RowUnit | None:
    """What inference found, as a column says it."""
    unit, extension = column_json(value, VOCABULARY), unit_extension(value, VOCABULARY)
    if isinstance(value, RowTyped) and unit is not None:
        kind = {"kind": unit["kind"]} if "kind" in unit else None
        return RowUnit(kind, unit_by={"by": outputs.get(unit["by"], unit["by"]), "map": dict(unit.get("map", {}))})
    return RowUnit(unit, extension if unit is None else None) if unit is not None or extension is not None else None

"""Columns, types and units that follow from nodes' SQL, node by node in the order in which they read each other.

What a file declares is kept: where the SQL says otherwise, that is a warning. What was filled in is noted in
`Definition.authored`, and no file is written with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from gnomon.catalog.files.deployment import authored, authored_json
from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.graph import UnreadableSql, element_of, read_sql
from gnomon.catalog.files.metric_units import output_name
from gnomon.catalog.files.places import warn_at
from gnomon.catalog.files.prepared import Prepared, output_types, prepare
from gnomon.catalog.values import Column, Definition, Json
from gnomon.check.denomination import column_json, unit_extension
from gnomon.check.units import ColumnUnit, TableUnits, infer
from gnomon.check.units.declarations import value_of
from gnomon.check.units.values import Origin, Value
from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import UnitError

INFERRED = ("type", "unit", "unit_ext", "unit_by")
OWN = "gnomon"
"""The key of `custom` in nodes of a project, whose units the project says: nothing is inferred for them here."""


def follows(definition: Definition) -> bool:
    """Whether columns, types or units of a node may follow from what it reads."""
    is_read = definition.query is not None or definition.cube is not None
    return is_read and OWN not in (definition.custom or {})


@dataclass(frozen=True, slots=True)
class NodeTables:
    """Answers inference from the columns of the nodes that one query reads."""

    nodes: Mapping[str, tuple[str, Definition]]
    vocabulary: Vocabulary

    def units_of(self, table: exp.Table) -> TableUnits | None:
        """The columns of the node that stands for a table."""
        found = self.nodes.get(table.name)
        if found is None or not found[1].columns:
            return None
        name, definition = found
        columns = {
            column.name.lower(): ColumnUnit(declared_value(column, name, self.vocabulary), column.type)
            for column in definition.columns
        }
        return TableUnits(columns, None, True)


def declared_value(column: Column, node: str, vocabulary: Vocabulary) -> Value | None:
    """A column's unit as inference reads it; None where it is unset, or is of a vocabulary that is not here."""
    unit = column.unit_by or column.unit
    try:
        return value_of(unit, Origin(f"{node}.{column.name}"), vocabulary, str.lower) if unit is not None else None
    except UnitError:
        return None


def with_inferred(
    definitions: Mapping[str, Definition],
    order: Sequence[str],
    known: Mapping[str, Definition],
    vocabulary: Vocabulary,
    parts: Mapping[str, Fields],
) -> dict[str, Definition]:
    """Definitions with what their SQL says, in the order in which they are. `known` are nodes outside them.

    `order` has each name after those that it reads; `parts` is where each is written, for warnings.
    """
    there = {**known, **definitions}
    for name in order:
        if name in definitions and follows(there[name]):
            there[name] = inferred(name, there[name], there, vocabulary, parts[name])
    return {name: there[name] for name in definitions}


def inferred(
    name: str, definition: Definition, there: Mapping[str, Definition], vocabulary: Vocabulary, part: Fields
) -> Definition:
    """A node that follows from others with what follows; warnings stand at `part`."""
    if definition.query is not None:
        return from_query(name, definition, there, vocabulary, part)
    return from_elements(definition, there)


def from_query(
    name: str, definition: Definition, there: Mapping[str, Definition], vocabulary: Vocabulary, part: Fields
) -> Definition:
    """A node with the columns of its query; as it is, with a warning, where the SQL cannot be read."""
    try:
        tree = read_sql(definition.query or "")
    except UnreadableSql as error:
        message = f"the SQL of '{name}' cannot be read, so nothing follows from it: {error}"
        warn_at(part, message, definition.query or "", error.span, code="sql_not_read")
        return definition
    prepared = prepare(tree, name, definition, there)
    declared = {
        prepared.folded(column.name): value
        for column in definition.columns
        if (value := declared_value(column, name, vocabulary)) is not None
    }
    tables = NodeTables({key: (node, there[node]) for key, node in prepared.nodes.items()}, vocabulary)
    found = infer(prepared.tree, tables, dialect="spark", vocabulary=vocabulary, declared=declared)
    for diagnostic in found.diagnostics:
        if diagnostic.severity != "info":
            help = None if "@" in (diagnostic.help or "") else diagnostic.help  # nodes have no macros
            notes = diagnostic.notes
            warn_at(
                part, diagnostic.message, definition.query or "", diagnostic.node, help, notes, code=diagnostic.code
            )
    types = output_types(prepared)
    outputs = {key: said_of(value, types.get(key), vocabulary) for key, value in found.columns.items()}
    if definition.metric is not None and definition.metric.legacy_unit == "bit":
        outputs = {key: {"type": said["type"]} for key, said in outputs.items()}
    return filled(definition, named(outputs, prepared, definition))


def said_of(value: Value, type_: str | None, vocabulary: Vocabulary) -> dict[str, Any]:
    """The fields of a column that follow from SQL."""
    unit = column_json(value, vocabulary)
    if unit is not None and "by" in unit:
        return {"type": type_, "unit_by": dict(unit) if "map" in unit else None}
    return {"type": type_, "unit": unit, "unit_ext": unit_extension(value, vocabulary) if unit is None else None}


def named(outputs: Mapping[str, Json], prepared: Prepared, definition: Definition) -> dict[str, Json]:
    """Outputs by the names of columns, as the author spells them; those without a name of their own are left out."""
    declared = {prepared.folded(column.name): column.name for column in definition.columns}
    spelled = declared if definition.metric is not None else {**prepared.spellings, **declared}
    return {spelled[key]: said for key, said in outputs.items() if key in spelled}


def from_elements(definition: Definition, there: Mapping[str, Definition]) -> Definition:
    """A cube with a column for each element, in that one's type and unit."""
    cube = definition.cube
    outputs: dict[str, Json] = {}
    for metric in cube.metrics if cube is not None else ():
        outputs[metric] = copied(there.get(metric), output_name(metric))
    for dimension in cube.dimensions if cube is not None else ():
        node, column = element_of(dimension, there)
        outputs[dimension] = copied(there.get(node), column)
    return filled(definition, outputs)


def copied(node: Definition | None, name: str) -> Json:
    """What follows for a cube's column from the column that it is."""
    column = next((each for each in node.columns if each.name == name), None) if node is not None else None
    return {field: getattr(column, field) for field in INFERRED} if column is not None else {}


def filled(definition: Definition, outputs: Mapping[str, Json]) -> Definition:
    """A definition with columns for its outputs, in their order, and those that are declared and no output."""
    columns = {column.name: column for column in definition.columns}
    undeclared = [*authored(definition, "undeclared"), *(name for name in outputs if name not in columns)]
    filled_in: dict[str, Json] = {}
    for name, said in outputs.items():
        column = columns.get(name, Column(name))
        has_unit = any(getattr(column, field) is not None for field in INFERRED[1:])
        new = {
            field: value
            for field, value in said.items()
            if value is not None and getattr(column, field) is None and not (has_unit and field != "type")
        }
        columns[name] = replace(column, **new)
        if new:
            filled_in[name] = new
    places = [*outputs, *(name for name in columns if name not in outputs)]
    written = [column.name for column in definition.columns]
    moved = written if [name for name in places if name in written] != written else []
    said_by_file = {**(definition.authored or {}), "undeclared": undeclared, "inferred": filled_in, "order": moved}
    return replace(definition, columns=tuple(columns[name] for name in places), authored=authored_json(**said_by_file))

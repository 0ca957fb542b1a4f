"""What a project declares about the units of the tables that one variant's query reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from gnomon.check.units.declarations import value_of
from gnomon.check.units.values import ColumnUnit, Known, Origin, TableUnits, Value
from gnomon.model import Column, Project, Reference, SourceTable, Variant
from gnomon.rewrite import rewrite
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import AMOUNT
from gnomon.rewrite.tables import table_name
from gnomon.units.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class DeclaredUnits:
    """Answers inference from the declarations around one variant."""

    context: Context

    def units_of(self, table: exp.Table) -> TableUnits | None:
        """The declared columns of a source or reference; of a peer those that its own query gives."""
        name, context = table_name(table), self.context
        if name in context.peers:
            return peer_units(context.peers[name], context)
        return table_units(name, context.project)


def table_units(name: str, project: Project) -> TableUnits | None:
    """What is declared for a source or a reference; None for any other table."""
    declared: SourceTable | Reference | None = project.sources.get(name) or project.references.get(name)
    if declared is None:
        return None
    columns = {each.name: column_unit(each, name, project.vocabulary) for each in declared.columns.values()}
    rows = declared.rows if isinstance(declared, SourceTable) else None
    return TableUnits(columns, rows, declared.columns_known)


def column_unit(column: Column, table: str, vocabulary: Vocabulary) -> ColumnUnit:
    """A declared column as inference reads it."""
    unit = column.unit
    if (by := column.unit_by) is not None:
        unit = {"by": by.column, "map": by.map} if by.map is not None else {"kind": "currency", "by": by.column}
    origin = Origin(f"{table}.{column.name}", column.span)
    value = value_of(unit, origin, vocabulary) if unit is not None else None
    if isinstance(value, Known):
        value = replace(value, nature=column.additivity)
    return ColumnUnit(value, column.type, column.entity)


def peer_units(variant: Variant, context: Context) -> TableUnits:
    """The columns of a peer: its amount in the unit that it declares, the rest as its query gives it."""
    from gnomon.check.denomination import inferred_units

    declared = declared_outputs(variant, context.project.vocabulary)
    if AMOUNT in declared:
        return TableUnits({name: ColumnUnit(value) for name, value in declared.items()})
    query, own = rewrite(context.project, variant, context.dialect, vars=context.vars, memo=context.memo)
    return TableUnits({name: ColumnUnit(value) for name, value in inferred_units(query, own).columns.items()})


def declared_outputs(variant: Variant, vocabulary: Vocabulary) -> dict[str, Value]:
    """The output columns of a variant for which its definition says a unit."""
    metric = variant.metric
    columns = {each.name: column_unit(each, metric.key, vocabulary).value for each in metric.columns.values()}
    if metric.metadata.unit is not None:
        origin = Origin(f"{metric.key}.{AMOUNT}", metric.span("metadata", "unit"))
        columns[AMOUNT] = value_of(metric.metadata.unit, origin, vocabulary)
    return {name: value for name, value in columns.items() if value is not None}

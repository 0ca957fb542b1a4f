"""A table's columns: what its definition declares, joined with what the warehouse says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gnomon.errors import did_you_mean
from gnomon.load.column_units import unit_of_column
from gnomon.load.definitions import ColumnDef
from gnomon.load.external import ExternalTables
from gnomon.load.findings import Findings
from gnomon.model import Column
from gnomon.source import Span

if TYPE_CHECKING:
    from gnomon.load.declared import Entry


def merged_columns(
    table: str,
    declared: Mapping[str, ColumnDef] | None,
    entry: Entry,
    external: ExternalTables,
    needed: Mapping[str, Span | None],
    findings: Findings,
) -> tuple[dict[str, Column], bool]:
    """A table's columns by lower-case name, and whether these are all.

    A declared type wins over the warehouse's. `needed` columns (the time, the keys) are there without being
    declared; where the warehouse's columns are known, they and the declared ones must be among them.
    """
    found = external.columns(table)
    columns = dict(found or {})
    spans = {column: entry.key("columns", column) for column in declared or ()}
    for name, column in (declared or {}).items():
        known = columns.get(name.lower())
        columns[name.lower()] = build_column(name, column, known.type if known else None, spans[name])
    for name in needed:
        columns.setdefault(name, Column(name))
    used = {**{name.lower(): span for name, span in spans.items()}, **needed}
    for name, span in used.items():
        if found is not None and name not in found:
            help = f"{did_you_mean(name, found)} (these are from external_models.yaml: see 'gnomon sources pull')"
            findings.error("unknown_column", f"there is no column '{name}' in '{table}'", span, help)
    check_unit_columns(table, declared or {}, columns, entry, findings)
    return columns, declared is not None or found is not None


def check_unit_columns(
    table: str,
    declared: Mapping[str, ColumnDef],
    columns: Mapping[str, Column],
    entry: Entry,
    findings: Findings,
) -> None:
    """Refuse units that depend on a column which is not there, or on the numbers themselves."""
    for name in declared:
        unit_by = columns[name.lower()].unit_by
        if unit_by is None:
            continue
        path = ("unit_by", "column") if declared[name].unit_by is not None else ("unit", "by")
        span, others = entry.span("columns", name, *path), sorted({*columns} - {name.lower()})
        if unit_by.column not in others:
            message = f"the unit of '{name}' depends on '{unit_by.column}', which is no other column of '{table}'"
            help = f"{did_you_mean(unit_by.column, others)} (declare it under columns:)"
            findings.error("unknown_column", message, span, help)


def build_column(name: str, column: ColumnDef, type: str | None, span: Span | None) -> Column:
    """A declared column as a value; `type` is the warehouse's."""
    unit, unit_by = unit_of_column(column.unit, column.unit_by)
    return Column(name.lower(), column.type or type, unit, column.additivity, column.entity, span, unit_by)

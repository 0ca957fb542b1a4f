"""dbt and Frictionless: tables with all their columns. Both hold JSON of ours, so no unit is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from gnomon.compile.exports.documents import Document
from gnomon.compile.exports.series import Series
from gnomon.compile.models import OutputColumn
from gnomon.model import Project
from gnomon.units.exports import dbt_meta, frictionless_properties

FIELD_TYPES = (
    ("date", {exp.DataType.Type.DATE}),
    ("datetime", exp.DataType.TEMPORAL_TYPES),
    ("string", exp.DataType.TEXT_TYPES),
    ("integer", exp.DataType.INTEGER_TYPES),
    ("number", exp.DataType.NUMERIC_TYPES),
    ("boolean", {exp.DataType.Type.BOOLEAN}),
)
"""Field types of a Table Schema, the first that fits; `any` for the rest."""
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def dbt(project: Project, series: Sequence[Series]) -> Document:
    """Properties of dbt models that are called as the tables, units under `config.meta`."""
    models = [
        {
            "name": one.table,
            "description": one.description,
            "columns": [column_properties(project, column) for column in one.columns],
        }
        for one in series
    ]
    return Document({"version": 2, "models": models})


def column_properties(project: Project, column: OutputColumn) -> dict[str, Any]:
    meta = dbt_meta(column.unit, project.vocabulary)
    configured = {"config": {"meta": meta}} if meta else {}
    return {"name": column.name, "data_type": column.type.lower(), **configured}


def frictionless(project: Project, series: Sequence[Series]) -> Document:
    """A data package with one resource a table, whose path is where a CSV file of it would lie."""
    resources = [
        {
            "name": one.name.lower(),
            "type": "table",
            "path": f"{one.table}.csv",
            "description": one.description,
            "schema": {"fields": [field(project, column) for column in one.columns]},
        }
        for one in series
    ]
    return Document({"$schema": PROFILE, "name": project.name, "resources": resources})


def field(project: Project, column: OutputColumn) -> dict[str, Any]:
    kind = exp.DataType.build(column.type, dialect=project.dialect).this
    fitting = next((name for name, types in FIELD_TYPES if kind in types), "any")
    return {"name": column.name, "type": fitting, **frictionless_properties(column.unit, project.vocabulary)}

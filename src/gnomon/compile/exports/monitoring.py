"""OpenTelemetry, Prometheus and Grafana: one entry for each quantity.

Every series is a gauge: a late event or a restatement may lower any of its values, which a counter's never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from gnomon.compile.exports.documents import Document
from gnomon.compile.exports.series import Quantity, Series, quantities
from gnomon.model import Project
from gnomon.units.exports import PrometheusUnit, grafana_id, metric_name, prometheus_unit, ucum_code
from gnomon.units.exports.parts import UnitJson


def otel(project: Project, series: Sequence[Series]) -> Document:
    """A registry of semantic conventions, one group a metric. The form asks for a `unit`: an empty one is unset.

    Names are those of the tables, with what a name may not hold as `_`.
    """
    found = [(each, ucum_code(each.unit, project.vocabulary)) for one in series for each in quantities(one)]
    return Document({"groups": [group(each, code) for each, code in found]}, unsaid(found))


def group(quantity: Quantity, code: str | None) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9_./-]", "_", quantity.name)
    return {
        "id": f"metric.{name}",
        "type": "metric",
        "metric_name": name,
        "stability": "development",
        "brief": quantity.description,
        "instrument": "gauge",
        "unit": code or "",
    }


def prometheus(project: Project, series: Sequence[Series]) -> Document:
    """OpenMetrics metadata, and as `data` its rows with the exact factor from the column to the base unit."""
    found = [(each, prometheus_unit(each.unit, project.vocabulary)) for one in series for each in quantities(one)]
    rows = [family(each, unit) for each, unit in found]
    lines = [line for row in rows for line in metadata(row)]
    return Document(rows, unsaid(found), "\n".join([*lines, "# EOF", ""]))


def family(quantity: Quantity, unit: PrometheusUnit | None) -> dict[str, Any]:
    factor = unit.factor if unit is not None else Fraction(1)
    scaled = "" if factor == 1 else f"; the column times {factor}"
    return {
        "name": metric_name(quantity.name, unit),
        "type": "gauge",
        "help": f"{quantity.description}{scaled}",
        "unit": unit.name if unit is not None else "",
        "factor": str(factor),
        "table": quantity.series.name,
        "column": quantity.column.name,
    }


def metadata(row: dict[str, Any]) -> Iterator[str]:
    """The lines of one metric family. HELP is one line, with backslash and quote escaped."""
    said = row["help"].replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    yield f"# TYPE {row['name']} {row['type']}"
    if row["unit"]:
        yield f"# UNIT {row['name']} {row['unit']}"
    yield f"# HELP {row['name']} {said}"


def grafana(project: Project, series: Sequence[Series]) -> Document:
    """A panel's `fieldConfig`: the unit of each field, by the names that fields have.

    A field is called as the metric or its label (one column each), as its id in the rows (one series each), as a key,
    or as the column where that is an extra one. `amount` is said where all its units agree. A name that has several
    units is not said.
    """
    names: dict[str, list[UnitJson | None]] = {}
    for one in series:
        for each in quantities(one):
            for name in fields(each):
                names.setdefault(name, []).append(each.unit)
    overrides, left = [], []
    for name, units in names.items():
        id = grafana_id(units[0], project.vocabulary) if all(unit == units[0] for unit in units) else None
        if id is not None:
            overrides.append(override(name, id))
        elif any(units):
            several = any(unit != units[0] for unit in units)
            left.append(f"field {name}: " + ("its units differ" if several else "Grafana cannot say its unit"))
    return Document({"fieldConfig": {"defaults": {}, "overrides": overrides}}, tuple(left))


def fields(quantity: Quantity) -> tuple[str, ...]:
    if quantity.key is not None:
        return (quantity.key,)
    column = quantity.column.name
    return (*quantity.series.fields, column) if quantity.column.role == "amount" else (column,)


def override(name: str, id: str) -> dict[str, Any]:
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": id}]}


def unsaid(found: Sequence[tuple[Quantity, object]]) -> tuple[str, ...]:
    """A sentence for each unit that is known and has no spelling."""
    return tuple(f"{each.place}: its unit cannot be said" for each, spelled in found if spelled is None and each.unit)

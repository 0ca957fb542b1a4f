"""A structure as the files of a project and the statements that fill its tables. Text only."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from oracle.clock import AllTime, Bucket, OwnCalendar, Rolling, ToDate
from oracle.logic import Row
from oracle.model import Bridge, Data, Metric, Project, Table
from oracle.spell_sql import metric_sql

BATCH = 500
TWIN = "_twin"
"""A metric whose name is another's with this suffix is spelled in the same way."""


def project_files(project: Project, seed: int = 0) -> dict[str, str]:
    """The files of a project by path. `seed` chooses among spellings that mean the same. JSON is YAML."""
    files = {
        "gnomon.yaml": {
            "name": "generated",
            "schema": "metrics",
            "start": project.start.isoformat(),
            "time_zone": project.clock.zone,
            "week_start": project.clock.week_start,
            "default_dialect": "duckdb",
        },
        "sources.yaml": sources(project),
        "metrics.yaml": {metric.name: definition(project, metric) for metric in project.metrics},
    }
    texts = {path: json.dumps(content, indent=2) for path, content in files.items()}
    for metric in project.metrics:
        text = metric_sql(project, metric, random.Random(f"{seed} {metric.name.removesuffix(TWIN)}"))
        texts[f"queries/{metric.name}.sql"] = text + "\n"
    return texts


def sources(project: Project) -> dict[str, Any]:
    """The content of sources.yaml."""
    return {
        "sources": {table.name: source(table) for table in project.tables},
        "references": {
            reference.name: {"columns": {name: {"type": kind} for name, kind in reference.columns.items()}}
            for reference in project.references
        },
        "entities": {name: {"key": list(key)} if key else {} for name, key in project.entities.items()},
        "relationships": [relationship(bridge) for bridge in project.bridges],
        **own_calendars(project),
    }


def own_calendars(project: Project) -> dict[str, Any]:
    """The calendars of sources.yaml: the project's own, of a table named as it is, where a metric needs it."""
    own = own_calendar(project)
    if own is None:
        return {}
    return {"calendars": {own.name: {"table": f"ref.{own.name}", "grains": [grain for grain, _ in own.starts]}}}


def own_calendar(project: Project) -> OwnCalendar | None:
    """The project's own calendar, if some metric has windows to date of it."""
    intervals = (interval for metric in project.metrics for interval in metric.intervals)
    return project.clock.own if any(isinstance(each, ToDate) and each.is_own for each in intervals) else None


def source(table: Table) -> dict[str, Any]:
    return {
        "time": table.time,
        "time_zone": table.zone,
        "keys": {", ".join(columns): entity for columns, entity in table.keys},
        "columns": {name: {"type": kind} for name, kind in table_columns(table).items()},
    }


def relationship(bridge: Bridge) -> dict[str, Any]:
    def side(entity: str, columns: tuple[str, ...]) -> dict[str, Any]:
        return {entity: columns[0] if len(columns) == 1 else list(columns)}

    found: dict[str, Any] = {
        "table": bridge.table,
        "from": side(bridge.from_entity, bridge.from_columns),
        "to": side(bridge.to_entity, bridge.to_columns),
    }
    return found | {
        name: column
        for name, column in (("valid_from", bridge.valid_from), ("valid_to", bridge.valid_to))
        if column is not None
    }


def definition(project: Project, metric: Metric) -> dict[str, Any]:
    """One entry of metrics.yaml. All rolling intervals of a metric share a unit and a cron, those to date a cron."""
    found: dict[str, Any] = {"ref": f"{metric.name}.sql", "entity_types": list(metric.entities)}
    if words := [interval.word for interval in metric.intervals if isinstance(interval, Bucket)]:
        found["time_aggregations"] = words
    if rolling := [interval for interval in metric.intervals if isinstance(interval, Rolling)]:
        shared = {(interval.unit, interval.cron) for interval in rolling}
        assert len(shared) == 1, "one metric has one unit and one cron"
        found["rolling"] = {"windows": [r.count for r in rolling], "unit": rolling[0].unit, "cron": rolling[0].cron}
    if to_date := [interval for interval in metric.intervals if isinstance(interval, ToDate)]:
        assert len({interval.cron for interval in to_date}) == 1, "one metric has one cron for windows to date"
        grains, cron = [interval.grain for interval in to_date], to_date[0].cron
        found["to_date"] = grains if cron == "@daily" else {"grains": grains, "cron": cron}
    if any(isinstance(interval, AllTime) for interval in metric.intervals):
        found["over_all_time"] = True
    if metric.direct:
        domain = {project.domain(metric): list(metric.key)}
        found["entity_key"] = domain | {entity: list(columns) for entity, columns in metric.direct.items()}
    elif metric.key != ("to_artifact_id",):
        found["entity_key"] = list(metric.key)
    if metric.start is not None:
        found["start"] = metric.start.isoformat()
    if metric.fill != "none":
        found["fill"] = metric.fill
    if metric.stock is not None:
        days = metric.stock.carry
        carry = {"forward": f"{days} day{'s' * (days > 1)}"} if days else "none"
        word = {"average": "avg"}.get(metric.stock.over_time, metric.stock.over_time)
        found["additivity"] = {"over_time": word, "carry": carry}
    return found


def table_columns(table: Table) -> dict[str, str]:
    """Every column of a source with its type: its time, its keys, its measures."""
    keys = {column: "varchar" for columns, _ in table.keys for column in columns}
    return {table.time: table.time_type, **keys, **table.columns}


def tables(project: Project, data: Data) -> dict[str, tuple[dict[str, str], Sequence[Row]]]:
    """Each table by its name: its columns with their types, as the project declares them, and its rows."""
    columns = {
        **{table.name: table_columns(table) for table in project.tables},
        **{bridge.table: dict(bridge.columns) for bridge in project.bridges},
        **{reference.name: dict(reference.columns) for reference in project.references},
    }
    if (own := own_calendar(project)) is not None:
        rows = list(own.rows())
        columns[f"ref.{own.name}"] = dict.fromkeys(rows[0], "date")
        data = {**data, f"ref.{own.name}": rows}
    return {name: (types, data.get(name, ())) for name, types in columns.items()}


def statements(project: Project, data: Data) -> Iterator[str]:
    """DDL and INSERTs for DuckDB."""
    found = tables(project, data)
    for schema in sorted({name.partition(".")[0] for name in found}):
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for name, (types, rows) in found.items():
        yield f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in types.items())})"
        yield from inserts(name, tuple(types), rows)


def inserts(table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Iterator[str]:
    for start in range(0, len(rows), BATCH):
        values = (", ".join(literal(row[column]) for column in columns) for row in rows[start : start + BATCH])
        yield f"INSERT INTO {table} VALUES {', '.join(f'({row})' for row in values)}"


def literal(value: Any) -> str:
    """A value as DuckDB reads it back unchanged."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return f"{'TIMESTAMPTZ' if value.tzinfo else 'TIMESTAMP'} '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        return f"'{value!r}'::DOUBLE"
    if isinstance(value, (int, Decimal)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"

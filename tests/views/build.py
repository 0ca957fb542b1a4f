"""Small projects and hand-made specs for the tests of generated models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.model import Entity, Metadata, Metric, Project, Variant
from gnomon.source import Source
from gnomon.time import Calendar, Interval

STARS = {"kind": "count", "code": "stars"}


def project(
    *metrics: Metric, dialect: str = "duckdb", schema: str = "metrics", calendar: Calendar | None = None
) -> Project:
    return Project(
        root=Path("."),
        name="small",
        schema=schema,
        start=date(2024, 3, 5),
        calendar=calendar or Calendar(),
        dialect=dialect,
        sources={},
        references={},
        entities={name: Entity(name) for name in ("artifact", "project")}
        | {"route": Entity("route", ("origin", "dest"))},
        relationships=(),
        metrics={metric.key: metric for metric in metrics},
    )


def metric(key: str, *intervals: Interval, is_intermediate: bool = False, **metadata: Any) -> Metric:
    return Metric(
        key=key,
        name=key,
        sql=Source(f"queries/{key}.sql", "SELECT 1"),
        dialect="duckdb",
        intervals=intervals,
        entity_types=("artifact",),
        entity_keys={"": ("to_artifact_id",)},
        start=date(2024, 3, 5),
        metadata=Metadata(**metadata),
        is_intermediate=is_intermediate,
    )


def spec(
    of: Metric,
    interval: Interval,
    entity: str = "artifact",
    *,
    keys: Sequence[OutputColumn] = (OutputColumn("to_artifact_id", "TEXT", "entity"),),
    extra: Sequence[OutputColumn] = (),
    date_type: str = "DATE",
    unit: Mapping[str, Any] | None = None,
    dialect: str = "duckdb",
    sql: str = "SELECT 1 AS amount",
) -> ModelSpec:
    variant = Variant(of, entity, interval)
    columns = (
        OutputColumn("metrics_sample_date", date_type, "sample_date"),
        *extra,
        *keys,
        OutputColumn("metric", "TEXT", "metric"),
        OutputColumn("amount", "DOUBLE", "amount", unit),
    )
    query = sqlglot.parse_one(sql, read=dialect)
    for node in list(query.find_all(exp.Parameter)):  # what a bound is parsed to once SQLMesh is imported
        node.replace(exp.Placeholder(this=node.name))
    return ModelSpec(variant.name, query, dialect, "series", columns, (), variant=variant)  # type: ignore[arg-type]

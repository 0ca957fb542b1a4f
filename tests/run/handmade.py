"""Hand-made model specs over one small events table: what the compiler makes, written by hand.

`config_with` is called by the config.py files of the tests' projects, also from a stock `sqlmesh` process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlglot
from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig

from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.loader import GnomonLoader
from gnomon.model import Key, Metric, Project, Relationship, SourceTable, Variant
from gnomon.source import Source
from gnomon.time import ALL_TIME, Calendar, Cron, Grain, Interval, Rolling, TimeAggregation

COLUMNS = (
    OutputColumn("metrics_sample_date", "DATE", "sample_date"),
    OutputColumn("to_artifact_id", "TEXT", "entity"),
    OutputColumn("metric", "TEXT", "metric"),
    OutputColumn("amount", "DOUBLE", "amount", {"kind": "count", "code": "stars"}, unit_text="stars"),
)
HOURLY = (OutputColumn("metrics_sample_date", "TIMESTAMP", "sample_date"), *COLUMNS[1:])
STEPS = {"day": "1 DAY", "week": "7 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}


def trunc(grain: str, day: str) -> str:
    return f"CAST(DATE_TRUNC('{grain}', {day}) AS DATE)"


def bucket_query(grain: str, name: str) -> str:
    start, end, execution = (f"CAST(:{bound}_ds AS DATE)" for bound in ("start", "end", "execution"))
    return f"""
    SELECT {trunc(grain, "day")} AS metrics_sample_date, artifact AS to_artifact_id, '{name}' AS metric,
      CAST(SUM(amount) AS DOUBLE) AS amount
    FROM src.events -- a comment that must not matter
    WHERE day >= {trunc(grain, start)}
      AND day < LEAST({trunc(grain, end)} + INTERVAL {STEPS[grain]}, {trunc(grain, execution)})
    GROUP BY 1, 2"""


HOUR_QUERY = """
    SELECT DATE_TRUNC('hour', moment) AS metrics_sample_date, artifact AS to_artifact_id, 'stars_hourly' AS metric,
      CAST(SUM(amount) AS DOUBLE) AS amount
    FROM src.events
    WHERE moment >= CAST(:start_ds AS DATE) - 2
      AND moment < LEAST(CAST(:end_ds AS DATE) + 3, CAST(:execution_ds AS DATE) + 1)
    GROUP BY 1, 2"""


def rolling_query(window: int, name: str, source: str = "src.events", day: str = "day", key: str = "artifact") -> str:
    return f"""
    WITH dates AS (
      SELECT CAST(UNNEST(GENERATE_SERIES(
        CAST(:start_ds AS DATE),
        LEAST(CAST(:end_ds AS DATE) + {window - 1}, CAST(:execution_ds AS DATE) - 1), INTERVAL 1 DAY)) AS DATE) AS d)
    SELECT d AS metrics_sample_date, e.{key} AS to_artifact_id, '{name}' AS metric,
      CAST(SUM(e.amount) AS DOUBLE) AS amount
    FROM dates JOIN {source} AS e ON e.{day} > d - {window} AND e.{day} <= d
    GROUP BY 1, 2"""


ALL_TIME_QUERY = """
    SELECT CAST(:execution_ds AS DATE) - 1 AS metrics_sample_date, artifact AS to_artifact_id,
      'stars_over_all_time' AS metric, CAST(SUM(amount) AS DOUBLE) AS amount
    FROM src.events WHERE day < CAST(:execution_ds AS DATE) GROUP BY 1, 2"""

PROJECT_QUERY = """
    SELECT day AS metrics_sample_date, b.project_id AS to_artifact_id, 'stars_daily' AS metric,
      CAST(SUM(amount) AS DOUBLE) AS amount
    FROM src.events JOIN (SELECT DISTINCT artifact_id, project_id FROM src.bridge) AS b ON b.artifact_id = artifact
    WHERE day >= CAST(:start_ds AS DATE) AND day <= CAST(:end_ds AS DATE)
    GROUP BY 1, 2"""


def metric(key: str, start: date, **fields: Any) -> Metric:
    return Metric(
        key=key, name=key, sql=Source(f"queries/{key}.sql", "SELECT 1"), dialect="duckdb", intervals=(),
        entity_types=("artifact",), entity_keys={"": ("to_artifact_id",)}, start=start, **fields,
    )  # fmt: skip


def spec(
    interval: Interval,
    query: str,
    *,
    start: date,
    key: str = "stars",
    entity: str = "artifact",
    lateness: int = 3,
    **more: Any,
) -> ModelSpec:
    variant = Variant(metric(key, start, end=more.pop("end", None)), entity, interval)
    fields: dict[str, Any] = {
        "name": variant.name,
        "query": sqlglot.parse_one(query, dialect="duckdb"),
        "dialect": "duckdb",
        "kind": "full" if interval == ALL_TIME else "series",
        "columns": COLUMNS,
        "depends_on": ("src.events",),
        "start": start,
        "lookback": 0 if interval == ALL_TIME else lateness,
        "time_column": "metrics_sample_date",
        "grain": ("metrics_sample_date", "to_artifact_id"),
        "tags": ("model_type=full",),
        "description": "stars",
        "variant": variant,
        **more,
    }
    return ModelSpec(**fields)


def specs_of(settings: Mapping[str, Any]) -> tuple[ModelSpec, ...]:
    """The specs that a project's settings.json asks for."""
    start = date.fromisoformat(settings.get("start", "2024-01-01"))
    batch = settings.get("batch_size")
    made = []
    for grain in settings.get("grains", ()):
        interval = TimeAggregation(Grain(grain))
        options: dict[str, Any] = {"batch_size": batch, "audits": tuple(map(tuple, settings.get("audits", ())))}
        if end := settings.get("end"):
            options["end"] = date.fromisoformat(end)
        if grain == "hour":
            made.append(spec(interval, HOUR_QUERY, start=start, columns=HOURLY, cron="@hourly", **options))
        else:
            if unit := settings.get("unit"):
                amount = OutputColumn("amount", "DOUBLE", "amount", unit, unit_text=unit["code"])
                options["columns"] = (*COLUMNS[:3], amount)
            made.append(spec(interval, bucket_query(grain, f"stars_{interval.suffix}"), start=start, **options))
    for window in settings.get("windows", ()):
        interval = Rolling(window, Grain.DAY, Cron.DAILY)
        made.append(spec(interval, rolling_query(window, f"stars_{interval.suffix}"), start=start, batch_size=batch))
    if settings.get("peer"):
        query = rolling_query(5, "peer_over_5_day_window", "metrics.stars_to_artifact_over_7_day_window",
                              "metrics_sample_date", "to_artifact_id")  # fmt: skip
        depends = ("metrics.stars_to_artifact_over_7_day_window",)
        made.append(spec(Rolling(5), query, key="peer", start=start, depends_on=depends))
    if settings.get("all_time"):
        made.append(spec(ALL_TIME, ALL_TIME_QUERY, start=start))
    if settings.get("bridge"):
        above = {"properties": {"bridges": ("src.bridge",)}, "depends_on": ("src.events", "src.bridge")}
        made.append(spec(TimeAggregation(Grain.DAY), PROJECT_QUERY, entity="project", start=start, **above))
    if late := settings.get("late_metric"):
        begins = date.fromisoformat(late)
        query = bucket_query("month", "young_monthly")
        made.append(spec(TimeAggregation(Grain.MONTH), query, key="young", start=begins))
    return tuple(made)


def project_of(root: Path, settings: Mapping[str, Any]) -> Project:
    relation = Relationship("src.bridge", "artifact", ("artifact_id",), "project", ("project_id",),
                            valid_from=settings.get("valid_from"), valid_to=settings.get("valid_to"))  # fmt: skip
    source = SourceTable(
        "src.events", "day", (Key(("artifact",), "artifact"),), {}, False, "UTC", delay=timedelta(hours=6)
    )
    return Project(
        root=root, name="handmade", schema="metrics", start=date(2024, 1, 1),
        calendar=Calendar(settings.get("time_zone", "UTC"), settings.get("week_start", "monday")), dialect="duckdb",
        sources={"src.events": source}, references={}, entities={}, relationships=(relation,), metrics={},
    )  # fmt: skip


class HandmadeLoader(GnomonLoader):
    """Gnomon's loader with the compiler left out."""

    def _settings(self) -> dict[str, Any]:
        return dict(json.loads((self.config_path / "settings.json").read_text()))

    def project(self) -> Project:
        return project_of(self.config_path, self._settings())

    def specs(self, project: Project) -> tuple[ModelSpec, ...]:
        return specs_of(self._settings())


def config_with(root: Path) -> Config:
    """The configuration of a hand-made project: DuckDB with its state beside it."""
    return Config(
        gateways={
            "local": GatewayConfig(
                connection=DuckDBConnectionConfig(database=str(root / "warehouse.duckdb")),
                state_connection=DuckDBConnectionConfig(database=str(root / "state.duckdb")),
            )
        },
        default_gateway="local",
        model_defaults=ModelDefaultsConfig(dialect="duckdb"),
        loader=HandmadeLoader,
        disable_anonymized_analytics=True,
    )

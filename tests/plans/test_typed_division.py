"""Metrics written in Postgres's SQL: their plans are the metric's own SQL, date by date, in types as in values."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import gnomon
from gnomon.compile.sql import per_date
from gnomon.expand import expand
from oracle.model import Project
from oracle.spell import project_files
from plans.picked import BOUNDS, DAILY, SAMPLE, world_of
from plans.warehouses import PostgresWarehouse

FIRST, DAYS = date(2024, 2, 20), 20
AMOUNTS = {
    "of_sums": "SUM(e.amount) / COUNT(*)",
    "of_filtered_sums": "SUM(e.amount) FILTER (WHERE e.flag) / COUNT(*)",
    "of_counts": "COUNT(DISTINCT e.kind) / COUNT(*)",
    "of_extremes": "MAX(e.amount) / 3",
    "inside": "SUM(e.amount / 2)",
    "mean": "ROUND(AVG(e.amount), 1)",
    "mean_price": "ROUND(AVG(e.price), 3)",
    "over_a_mean": "ROUND(SUM(e.price) / NULLIF(AVG(e.amount), 0), 1)",
    "spread": "ROUND(VAR_SAMP(e.price), 2)",
    "deviation": "ROUND(STDDEV(e.amount), 3)",
    "rounded": "ROUND(SUM(e.price), 1)",
    "in_letters": "LENGTH(CAST(SUM(e.amount) AS TEXT))",
    "row_values": "COUNT(DISTINCT (e.kind, e.flag))",
}
WHOLE = {
    "in_having": f"""SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
        FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2, 3 HAVING SUM(e.amount) / 4 >= 1""",
    "above": f"""WITH parts AS (
        SELECT {SAMPLE}, e.to_artifact_id, SUM(e.amount) AS total, COUNT(*) AS size
        FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2)
        SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, total / size AS amount FROM parts""",
    "of_rows_below": f"""WITH chosen AS (
        SELECT e.happened, e.to_artifact_id, ROW(e.kind, e.flag) AS pair FROM raw.events AS e WHERE {BOUNDS})
        SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
        COUNT(DISTINCT pair) AS amount FROM chosen GROUP BY 1, 2, 3""",
}
METRICS = WHOLE | {
    name: f"SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, {amount} AS amount "
    f"FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2, 3"
    for name, amount in AMOUNTS.items()
}


def load(folder: Path, project: Project) -> Any:
    """The metrics in a project whose dialect is Postgres's."""
    texts = project_files(project)
    settings = {**json.loads(texts["gnomon.yaml"]), "default_dialect": "postgres"}
    interval = {"rolling": {"windows": [7], "unit": "day", "cron": "@daily"}}
    metrics = {name: {"ref": f"{name}.sql", "entity_types": ["project"], **interval} for name in METRICS}
    texts |= {"gnomon.yaml": json.dumps(settings), "metrics.yaml": json.dumps(metrics)}
    texts["sources.yaml"] = texts["sources.yaml"].replace("hugeint", "numeric").replace("double", "double precision")
    for path, text in {**texts, **{f"queries/{name}.sql": sql for name, sql in METRICS.items()}}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return gnomon.load(folder)


@pytest.mark.parametrize("name", METRICS)
def test_windows_keep_the_types_that_divide(name: str, postgres_warehouse: PostgresWarehouse, tmp_path: Path) -> None:
    project, data = world_of(DAILY)
    rows = [{**row, **({"kind": None, "flag": None} if n % 2 == 0 else {})} for n, row in enumerate(data["raw.events"])]
    postgres_warehouse.fill(project, {**data, "raw.events": rows})
    loaded = load(tmp_path, project)
    variant = next(variant for variant in expand(loaded) if variant.metric.name == name)
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    wanted = {
        row[:-1]: row[-1]
        for day in days
        for row in postgres_warehouse.execute(per_date(loaded, variant, day, "postgres")).fetchall()
    }
    sql = gnomon.render(loaded, name, start=days[0], end=days[-1])[0].sql
    got = {row[:-1]: row[-1] for row in postgres_warehouse.execute(sql).fetchall()}
    assert wanted and got == wanted, sql

"""Metrics that are hard to say alike in every dialect, over rows that are small and nasty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gnomon
from oracle.model import Data, Project
from oracle.spell import project_files
from property.world import Knobs, rows_of, world

DAILY, HOURLY = Knobs(seed=11, nulls=0.3, rows=60), Knobs(seed=12, nulls=0.2, rows=60, time_type="timestamp")
BOUNDS = "e.happened BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
SAMPLE = "@metrics_sample_date(e.happened) AS metrics_sample_date"

AMOUNTS = {
    "rows_seen": "COUNT(*)",
    "actors": "COUNT(DISTINCT e.from_artifact_id)",
    "active": "COUNT(DISTINCT CASE WHEN e.kind <> 'b' THEN e.from_artifact_id END)",
    "two_distinct": "COUNT(DISTINCT e.from_artifact_id) FILTER (WHERE e.flag) - COUNT(DISTINCT e.kind)",
    "distinct_rows": "COUNT(DISTINCT (e.kind, e.flag))",
    "distinct_dates": "COUNT(DISTINCT e.happened)",
    "of_integers": "SUM(e.amount)",
    "of_bigints": "SUM(e.big)",
    "of_decimals": "SUM(e.price)",
    "of_doubles": "SUM(e.x)",
    "mean": "AVG(e.amount)",
    "mean_price": "AVG(e.price) FILTER (WHERE e.kind IS NOT NULL)",
    "lowest": "MIN(e.rate)",
    "highest": "MAX(e.amount) - MIN(e.amount)",
    "any_flag": "CAST(BOOL_OR(e.flag) AS INTEGER) + CAST(BOOL_AND(e.flag) AS INTEGER)",
    "ratio": "SUM(e.amount) / NULLIF(SUM(CASE WHEN e.flag THEN e.amount END), 0)",
    "whole_ratio": "SUM(e.amount) // COUNT(*)",
    "rounded": "ROUND(AVG(e.amount), 1)",
    "spread": "VARIANCE(e.amount)",
    "deviation": "STDDEV_POP(e.amount) FILTER (WHERE e.kind IS NOT NULL)",
    "burstiness": "POWER(VAR_SAMP(e.amount), 2) / NULLIF(AVG(e.amount), 0)",
    "middle": "MEDIAN(e.amount)",
    "nine_tenths": "QUANTILE_CONT(e.amount, 0.9)",
    "one_of_them": "QUANTILE_DISC(e.amount, 0.3)",
    "weekdays": "SUM(EXTRACT(DOW FROM e.happened) + 10 * EXTRACT(ISODOW FROM e.happened))",
    "digits": "SUM(LOG(ABS(e.amount) + 1))",
}
"""What is aggregated over the rows of a window."""

WHOLE = {
    "kept": f"""SELECT {SAMPLE}, e.to_artifact_id, e.kind, e.flag, @metric_name() AS metric, SUM(e.amount) AS amount
        FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2, 3, 4, 5 HAVING COUNT(DISTINCT e.from_artifact_id) > 0""",
    "chained": f"""WITH chosen AS (SELECT e.* FROM raw.events AS e WHERE {BOUNDS}),
        kept AS (SELECT * FROM chosen WHERE kind IS NOT NULL)
        SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, COALESCE(kind, 'none') AS slot,
        @metric_name() AS metric, COUNT(DISTINCT from_artifact_id) AS amount FROM kept GROUP BY ALL""",
    "united": f"""WITH both_tables AS (
        SELECT e.happened, e.to_artifact_id, e.amount FROM raw.events AS e WHERE {BOUNDS}
        UNION ALL SELECT e.happened, e.to_artifact_id, NULL AS amount FROM raw.others AS e WHERE {BOUNDS})
        SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
        COALESCE(SUM(amount), -1) AS amount FROM both_tables GROUP BY ALL""",
    "parts_united": f"""WITH parts AS (
        SELECT {SAMPLE}, e.to_artifact_id, SUM(e.amount) AS part FROM raw.events AS e WHERE {BOUNDS} GROUP BY ALL
        UNION ALL
        SELECT {SAMPLE}, e.to_artifact_id, SUM(e.amount) AS part FROM raw.others AS e WHERE {BOUNDS} GROUP BY ALL)
        SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, MAX(part) AS amount
        FROM parts GROUP BY ALL""",
    "joined": f"""WITH lefts AS (
        SELECT {SAMPLE}, e.to_artifact_id, SUM(e.amount) AS part FROM raw.events AS e WHERE {BOUNDS} GROUP BY ALL),
        rights AS (
        SELECT {SAMPLE}, e.to_artifact_id, COUNT(*) AS part FROM raw.others AS e WHERE {BOUNDS} GROUP BY ALL)
        SELECT a.metrics_sample_date, a.to_artifact_id, @metric_name() AS metric,
        a.part - COALESCE(b.part, 0) AS amount FROM lefts AS a LEFT JOIN rights AS b
        ON a.metrics_sample_date = b.metrics_sample_date AND a.to_artifact_id = b.to_artifact_id""",
    "distinct_below": f"""WITH pairs AS (SELECT DISTINCT e.happened, e.to_artifact_id, e.from_artifact_id, e.kind
        FROM raw.events AS e WHERE {BOUNDS})
        SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
        COUNT(kind) AS amount FROM pairs GROUP BY ALL""",
    "once": f"""WITH actors AS (SELECT DISTINCT {SAMPLE}, e.to_artifact_id, e.from_artifact_id AS n
        FROM raw.events AS e WHERE {BOUNDS})
        SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, COUNT(n) AS amount
        FROM actors GROUP BY ALL""",
    "last_one": f"""SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, e.amount AS amount
        FROM raw.events AS e WHERE {BOUNDS} AND e.amount IS NOT NULL
        QUALIFY ROW_NUMBER() OVER (PARTITION BY e.to_artifact_id ORDER BY e.happened DESC, e.amount) = 1""",
    "reserved": f"""SELECT {SAMPLE}, e.to_artifact_id, e.kind AS n, e.flag AS following, e.carrier AS expires,
        @metric_name() AS metric, SUM(e.amount) AS amount FROM raw.events AS e WHERE {BOUNDS} GROUP BY ALL""",
    "per_date": f"""WITH three AS (SELECT {SAMPLE}, e.to_artifact_id, e.amount FROM raw.events AS e
        WHERE {BOUNDS} AND e.amount IS NOT NULL ORDER BY e.amount, e.to_artifact_id LIMIT 3)
        SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
        FROM three GROUP BY ALL""",
}
"""Queries whose shape is what is hard."""

METRICS = WHOLE | {
    name: f"SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, {amount} AS amount "
    f"FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2, 3"
    for name, amount in AMOUNTS.items()
}
FAMILIES: tuple[dict[str, Any], ...] = (
    {"rolling": {"windows": [7], "unit": "day", "cron": "@daily"}, "time_aggregations": ["monthly"]},
    {"rolling": {"windows": [1], "unit": "month", "cron": "@daily"}, "time_aggregations": ["daily"]},
    {"rolling": {"windows": [30], "unit": "day", "cron": "@weekly"}, "to_date": ["month"]},
    {"rolling": {"windows": [1], "unit": "quarter", "cron": "@monthly"}, "to_date": ["year"]},
)
BY_HOUR = {"rolling": {"windows": [24], "unit": "hour", "cron": "@hourly"}, "time_aggregations": ["hourly"]}
IN_HOURS = ("actors", "of_doubles", "mean", "lowest", "joined", "rows_seen")
"""The metrics that are asked for by the hour as well."""


def world_of(kind: Knobs) -> tuple[Project, Data]:
    """The tables of a kind, and rows for them."""
    return world(kind), rows_of(kind)


def load(folder: Path, kind: Knobs, family: dict[str, Any], names: list[str]) -> Any:
    """A project with some of the metrics, each in the intervals of a family."""
    texts = project_files(world(kind))
    metrics = {name: {"ref": f"{name}.sql", "entity_types": ["project"], **family} for name in names}
    texts |= {"metrics.yaml": json.dumps(metrics), **{f"queries/{name}.sql": METRICS[name] for name in names}}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return gnomon.load(folder)

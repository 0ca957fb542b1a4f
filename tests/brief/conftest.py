"""The brief's own example: its SQL and its definition word for word, over real events of 17 repositories."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"

DEFINITIONS = """from gnomon import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics

timeseries_metrics(
    start="2023-01-01",
    schema="metrics",
    default_dialect="duckdb",
    timeseries_sources=["int_events_daily__github"],
    metric_queries={
"stars": MetricQueryDef(
    ref="code/stars.sql",
    time_aggregations=["daily", "monthly", "quarterly"],
    rolling=RollingConfig(
        windows=[30, 90, 180],
        unit="day",
        cron="@daily",
    ),
    entity_types=["artifact", "project", "collection"],
    metadata=MetricMetadata(
        display_name="GitHub Stars",
        description="Aggregates GitHub stars across repositories and projects.",
    ),
),
    },
)
"""

STARS = """SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  SUM(events.amount) AS amount
FROM oso.int_events_daily__github AS events
WHERE
  event_type IN ('STARRED')
  AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
"""

EVENTS = """
CREATE SCHEMA oso;
CREATE TABLE oso.int_events_daily__github AS
SELECT
  CAST(committed_at AS DATE) AS bucket_day,
  'GITHUB' AS event_source,
  CASE event_type WHEN 'PULL_REQUEST_MERGED' THEN 'STARRED' ELSE event_type END AS event_type,
  repo AS to_artifact_id,
  dev AS from_artifact_id,
  CAST(COUNT(*) AS DOUBLE) AS amount
FROM '{data}/oss_events.parquet'
GROUP BY ALL;
CREATE TABLE oso.artifacts_by_project_v1 AS FROM read_csv('{data}/artifacts_by_project.csv');
CREATE TABLE oso.projects_by_collection_v1 AS FROM read_csv('{data}/projects_by_collection.csv');
"""


@pytest.fixture(scope="session")
def events() -> duckdb.DuckDBPyConnection:
    """The events as the original's table, with the real, overlapping projects and collections."""
    if not DATA.exists():
        pytest.skip("the events of 17 repositories are not beside this checkout (shared/data)")
    connection = duckdb.connect()
    connection.execute(EVENTS.format(data=DATA))
    return connection


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that holds the brief's two snippets and nothing else."""
    root = tmp_path_factory.mktemp("brief")
    (root / "models").mkdir()
    (root / "queries" / "code").mkdir(parents=True)
    (root / "models" / "metrics_factories.py").write_text(DEFINITIONS)
    (root / "queries" / "code" / "stars.sql").write_text(STARS)
    (root / "gnomon.yaml").write_text("name: brief\nstart: 2023-01-01\n")
    return root

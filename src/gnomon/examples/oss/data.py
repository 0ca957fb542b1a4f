"""Load histories into the tables that the metrics read: daily events per author and repository, and memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gnomon.examples.oss.checkouts import Checkout
from gnomon.examples.oss.git import Commit

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVENTS = """
CREATE OR REPLACE TABLE oso.int_events_daily__github AS
SELECT
  CAST(timezone('UTC', committed_at) AS DATE) AS bucket_day,
  event_type,
  $source AS event_source,
  repo AS to_artifact_id,
  dev AS from_artifact_id,
  CAST(COUNT(*) AS DOUBLE) AS amount
FROM {events}
GROUP BY ALL
ORDER BY ALL
"""

BOTS = """
CREATE OR REPLACE TABLE oso.int_github_users_bot_filtered AS
SELECT dev AS artifact_id, BOOL_OR(is_bot) AS is_bot FROM {events} GROUP BY 1 ORDER BY 1
"""

PROJECTS = """
CREATE OR REPLACE TABLE oso.artifacts_by_project_v1 AS
SELECT DISTINCT artifact_id, project_id FROM {artifacts} ORDER BY ALL
"""

COLLECTIONS = """
CREATE OR REPLACE TABLE oso.projects_by_collection_v1 AS
SELECT DISTINCT project_id, collection_id FROM {projects} ORDER BY ALL
"""

HISTORY = """
SELECT to_timestamp(committed_at) AS committed_at, 'COMMIT_CODE' AS event_type, repo, dev, is_bot FROM history
UNION ALL
SELECT to_timestamp(committed_at), 'PULL_REQUEST_MERGED', repo, dev, is_bot FROM history WHERE is_merge
"""

CSV = "read_csv($file, header = true, all_varchar = true)"
TABLES = (
    "int_events_daily__github",
    "int_github_users_bot_filtered",
    "artifacts_by_project_v1",
    "projects_by_collection_v1",
)


def load_histories(
    database: Path, places: Sequence[Checkout], histories: Mapping[Path, Sequence[Commit]]
) -> dict[str, int]:
    """Replace the schema `oso` of a DuckDB file by what the histories hold; returns the rows of each table.

    Each commit is an event COMMIT_CODE, and each merge also an event PULL_REQUEST_MERGED, on its UTC commit date.
    """
    import duckdb
    import pyarrow as pa

    artifacts = {place.path: place.artifact for place in places}
    commits = [(artifacts[path], commit) for path in artifacts for commit in histories[path]]
    history = pa.table(
        {
            "repo": pa.array([repo for repo, _ in commits], pa.string()),
            "dev": pa.array([commit.author for _, commit in commits], pa.string()),
            "is_bot": pa.array([commit.is_bot for _, commit in commits], pa.bool_()),
            "is_merge": pa.array([commit.is_merge for _, commit in commits], pa.bool_()),
            "committed_at": pa.array([commit.committed_at for _, commit in commits], pa.int64()),
        }
    )
    members = pa.table(
        {
            "artifact_id": pa.array([place.artifact for place in places], pa.string()),
            "project_id": pa.array([place.project for place in places], pa.string()),
            "collection_id": pa.array([place.collection for place in places], pa.string()),
        }
    )
    with duckdb.connect(str(database)) as connection:
        connection.register("history", history)
        connection.register("members", members)
        connection.execute("BEGIN")
        connection.execute("CREATE SCHEMA IF NOT EXISTS oso")
        fill_events(connection, f"({HISTORY})", "GIT", {})
        connection.execute(PROJECTS.format(artifacts="members"))
        connection.execute(COLLECTIONS.format(projects="members"))
        connection.execute("COMMIT")
        return counts(connection)


def load_parquet(database: Path, events: Path, artifacts: Path, projects: Path) -> dict[str, int]:
    """Replace the schema `oso` by a Parquet file of events and two CSV files; returns the rows of each table.

    Columns read: `repo, dev, is_bot, committed_at, event_type` of the events (one row each), `artifact_id,
    project_id` of the first CSV file and `project_id, collection_id` of the second.
    """
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE SCHEMA IF NOT EXISTS oso")
        fill_events(connection, "read_parquet($file)", "GITHUB", {"file": str(events)})
        connection.execute(PROJECTS.format(artifacts=CSV), {"file": str(artifacts)})
        connection.execute(COLLECTIONS.format(projects=CSV), {"file": str(projects)})
        connection.execute("COMMIT")
        return counts(connection)


def fill_events(connection: DuckDBPyConnection, events: str, source: str, parameters: Mapping[str, str]) -> None:
    """Write the events and the authors; `events` is a table expression of one row an event."""
    connection.execute(EVENTS.format(events=events), {"source": source, **parameters})
    connection.execute(BOTS.format(events=events), dict(parameters))


def counts(connection: DuckDBPyConnection) -> dict[str, int]:
    """The rows of each table, as `{"oso.int_events_daily__github": 12, ...}`."""
    return {f"oso.{table}": scalar(connection, f"SELECT COUNT(*) FROM oso.{table}") for table in TABLES}


def scalar(connection: DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def span(database: Path) -> tuple[date, date, str]:
    """The first and the last day with an event, and the repository with the most events."""
    import duckdb

    sql = """
    SELECT MIN(bucket_day), MAX(bucket_day), (
      SELECT to_artifact_id FROM oso.int_events_daily__github GROUP BY 1 ORDER BY SUM(amount) DESC, 1 LIMIT 1)
    FROM oso.int_events_daily__github
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0], row[1], row[2]

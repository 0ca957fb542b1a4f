"""What the original got wrong when it ran on the wrong day, end to end: plan, run, look at the tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from gnomon.run.advance import run
from gnomon.run.plan import plan

DEFINITIONS = """
visits:
  ref: visits.sql
  time_aggregations: [weekly, quarterly]
  over_all_time: true
  entity_types: [artifact]
"""
SOURCES = """
sources:
  raw.events:
    time: day
    keys: {to_artifact_id: artifact}
    columns: {day: {type: date}, to_artifact_id: {type: text}}
entities: {artifact: {}}
"""
VISITS = """
SELECT
  @metrics_sample_date(e.day) AS metrics_sample_date, e.to_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
FROM raw.events AS e
WHERE e.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
"""
SUNDAY = date(2024, 3, 3)
Rows = list[tuple[date, float]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One event a day from 2024 on, and a weekly, a quarterly and an all-time count of them."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("name: visits\nstart: 2024-01-01\n")
    (tmp_path / "config.py").write_text(
        "from gnomon.loader import project_config\n\nconfig = project_config(__file__)\n"
    )
    (tmp_path / "metrics.yaml").write_text(DEFINITIONS)
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "queries" / "visits.sql").write_text(VISITS)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA raw")
        days = "SELECT DATE '2024-01-01' + CAST(n AS INTEGER) AS day, 'a' AS to_artifact_id FROM range(400) AS t(n)"
        connection.execute(f"CREATE TABLE raw.events AS {days}")
    return tmp_path


def rows(project: Path, interval: str) -> Rows:
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        table = f"metrics.visits_to_artifact_{interval}"
        return connection.execute(f"SELECT metrics_sample_date, amount FROM {table} ORDER BY 1").fetchall()


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30)


@pytest.mark.parametrize("first", range(7))
def test_a_week_of_seven_events_shows_seven_whatever_day_it_is_run_on(project: Path, first: int) -> None:
    day = SUNDAY + timedelta(days=first)
    plan(project, execution_time=str(at(day)))
    run(project, execution_time=str(at(day + timedelta(days=3))))
    run(project, execution_time=str(at(day + timedelta(days=11))))
    found = rows(project, "weekly")
    monday = date(2024, 1, 1)
    weeks = (day + timedelta(days=11) - monday).days // 7
    assert found == [(monday + timedelta(weeks=n), 7.0) for n in range(weeks)]


def test_all_time_depends_on_the_execution_date_alone(project: Path) -> None:
    plan(project, execution_time=str(at(SUNDAY)))
    before = rows(project, "over_all_time")
    assert before == [(date(2024, 3, 2), 62.0)]
    run(project, execution_time=str(at(SUNDAY)))  # again, for the same date: the same row, whatever today is
    assert rows(project, "over_all_time") == before
    run(project, execution_time=str(at(SUNDAY + timedelta(days=1))))
    assert rows(project, "over_all_time") == [(date(2024, 3, 3), 63.0)]


def test_a_quarter_is_a_quarter_and_is_there_once_it_is_over(project: Path) -> None:
    plan(project, execution_time=str(at(date(2024, 3, 31))))
    assert rows(project, "quarterly") == []
    run(project, execution_time=str(at(date(2024, 4, 1))))
    assert rows(project, "quarterly") == [(date(2024, 1, 1), 91.0)]

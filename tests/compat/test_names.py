"""Bare names over tables whose columns nothing declares: what an engine reads, or an error; never another column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon

HEAD = """SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, to_artifact_id, '' AS from_artifact_id,
  @metric_name() AS metric, """
WHERE = "WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') "
CODE = "oso.int_events_daily__code"
BOTS = f"{CODE} AS e JOIN oso.int_accounts AS b ON e.from_artifact_id = b.artifact_id"
GROUP = " GROUP BY 1, 2, 3, 4"


def made(tmp_path: Path, sql: str) -> Any:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "m.sql").write_text(sql)
    (tmp_path / "metrics.yaml").write_text("m: {ref: m.sql, time_aggregations: [monthly], entity_types: [artifact]}\n")
    (tmp_path / "gnomon.yaml").write_text("{name: names, start: 2024-01-01, compat: oso}\n")
    return gnomon.load(tmp_path)


@pytest.mark.parametrize(
    ("sql", "by_hand"),
    [
        (f"{HEAD} COUNT(DISTINCT from_artifact_id) AS amount FROM {CODE} {WHERE} {GROUP}", "COUNT(DISTINCT e.person)"),
        (f"{HEAD} SUM(amount) AS amount FROM {CODE} {WHERE} {GROUP} HAVING amount > 20",
         "CASE WHEN SUM(e.amount) > 20 THEN SUM(e.amount) END"),
        (f"{HEAD} SUM(amount) AS total, total / COUNT(*) AS amount FROM {CODE} {WHERE} {GROUP}", "AVG(e.amount)"),
        (f"{HEAD} SUM(e.amount) AS amount FROM {BOTS} {WHERE} AND is_bot {GROUP}", None),
    ],
    ids=["counted", "having", "other-output", "joined"],
)  # fmt: skip
def test_a_name_is_read_as_engines_read_it(
    sql: str, by_hand: str | None, tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    project = made(tmp_path, sql)
    if by_hand is None:  # bucket_day and is_bot could each be of either table
        assert [p.code for p in gnomon.check(project) if p.severity == "error"] == ["ambiguous_column"]
        return
    (rendered,) = gnomon.render(project, "m", dialect="duckdb", end=date(2024, 6, 30))
    found = warehouse.execute(
        f"SELECT metrics_sample_date, to_artifact_id, amount FROM ({rendered.sql}) ORDER BY ALL"
    ).fetchall()
    expected = warehouse.execute(
        f"""SELECT * FROM (SELECT date_trunc('month', bucket_day)::DATE, to_artifact_id, {by_hand} AS amount
        FROM (SELECT *, from_artifact_id AS person FROM {CODE}) AS e
        WHERE bucket_day BETWEEN DATE '2024-01-01' AND DATE '2024-06-30' GROUP BY 1, 2)
        WHERE amount IS NOT NULL ORDER BY ALL"""
    ).fetchall()
    assert found == expected and len(found) > 20


def test_an_output_does_not_hide_a_column_of_two_tables(tmp_path: Path) -> None:
    """SQLGlot would count the output '', which is one for every group."""
    bare = "COUNT(DISTINCT from_artifact_id) AS amount"
    bounds = "WHERE e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
    head = HEAD.replace("(bucket_day)", "(e.bucket_day)").replace(" to_artifact_id", " e.to_artifact_id")
    project = made(tmp_path, f"{head} {bare} FROM {BOTS} {bounds} GROUP BY 1, 2, 3, 4")
    (problem,) = [problem for problem in gnomon.check(project) if problem.severity == "error"]
    assert problem.code == "ambiguous_column" and problem.help == "write it with its table, as in e.from_artifact_id"

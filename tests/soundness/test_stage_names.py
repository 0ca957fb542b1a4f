"""Wrong numbers once produced where a column of the author's is called as a column of a plan's stages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

import gnomon

QUERY = """SELECT @metrics_sample_date(day) AS metrics_sample_date, k, {dim}, @metric_name() AS metric,
  COUNT(DISTINCT actor) + 0 * SUM({dim}) AS amount
FROM raw.e WHERE @metrics_in_window(day) GROUP BY 1, 2, 3"""
DATA = """CREATE SCHEMA raw; CREATE TABLE raw.e AS FROM (VALUES
  (DATE '2024-01-01', 'x', 'u', 1), (DATE '2024-01-02', 'x', 'u', 99999),
  (DATE '2024-01-02', 'x', 'v', 99999), (DATE '2024-01-03', 'x', 'u', 1)) AS e (day, k, actor, {dim})"""
NAMES = [
    "actor_left", "actor_back", "entered_actor", "left_actor", "weight_actor", "n", "slot", "leaves", "opens",
    "following", "expires", "first_n", "last_n",
]  # fmt: skip


@pytest.mark.parametrize("interval", ["over_3_day_window", "over_1_month_window"])
@pytest.mark.parametrize("dim", NAMES)
def test_a_dimension_may_be_called_as_a_stages_column(dim: str, interval: str, tmp_path: Path) -> None:
    """`actor_left` beside COUNT(DISTINCT actor) was taken for where the actor's earlier row left: a key was lost."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("{name: stages, start: 2024-01-01, default_dialect: duckdb}")
    columns = f"day: {{type: date}}, k: {{type: text}}, actor: {{type: text}}, {dim}: {{type: integer}}"
    source = f"raw.e: {{time: day, keys: {{k: thing}}, columns: {{{columns}}}}}"
    (tmp_path / "sources.yaml").write_text(f"sources: {{{source}}}\nentities: {{thing: {{}}}}\n")
    (tmp_path / "queries" / "m.sql").write_text(QUERY.format(dim=dim))
    count, unit = interval.split("_")[1:3]
    rolling = f"{{windows: [{count}], unit: {unit}, cron: '@daily'}}"
    (tmp_path / "metrics.yaml").write_text(f"m: {{ref: m.sql, entity_key: k, rolling: {rolling}}}")
    [query] = gnomon.render(gnomon.load(tmp_path), "m", start=date(2024, 1, 1), end=date(2024, 1, 3))
    assert query.plan.name == "windows"
    connection = duckdb.connect()
    connection.execute(DATA.format(dim=dim))
    rows = connection.sql(f"SELECT day(metrics_sample_date), {dim}, amount FROM ({query.sql}) ORDER BY ALL").fetchall()
    assert rows == [(1, 1, 1), (2, 1, 1), (2, 99999, 2), (3, 1, 1), (3, 99999, 2)]


LAST_DAY = """SELECT @metrics_sample_date(day) AS metrics_sample_date, k, @metric_name() AS metric,
  DATE_DIFF('day', MAX(day), @metrics_end('DATE')) AS amount
FROM {rows} AS e WHERE @metrics_in_window(day) GROUP BY 1, 2, 3"""


@pytest.mark.parametrize(
    "rows", ["raw.e", "(SELECT day, k, dates FROM raw.e)", "(SELECT day, k, k AS dates FROM raw.e)"]
)
def test_a_column_may_be_called_as_the_dates_of_a_query_that_is_computed_for_each(rows: str, tmp_path: Path) -> None:
    """`dates.window_end` was to DuckDB a field of the source's own column `dates`, and nothing ran."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("{name: stages, start: 2024-01-01, default_dialect: duckdb}")
    columns = "{day: {type: date}, k: {type: text}, dates: {type: text}}"
    source = f"raw.e: {{time: day, keys: {{k: thing}}, columns: {columns}}}"
    (tmp_path / "sources.yaml").write_text(f"sources: {{{source}}}\nentities: {{thing: {{}}}}\n")
    (tmp_path / "queries" / "m.sql").write_text(LAST_DAY.format(rows=rows))
    (tmp_path / "metrics.yaml").write_text("m: {ref: m.sql, entity_key: k, rolling: {windows: [3]}}")
    [query] = gnomon.render(gnomon.load(tmp_path), "m", start=date(2024, 1, 1), end=date(2024, 1, 4))
    assert query.plan.name == "per_date"
    connection = duckdb.connect()
    connection.execute(
        "CREATE SCHEMA raw; CREATE TABLE raw.e AS SELECT DATE '2024-01-02' AS day, 'x' AS k, '' AS dates"
    )
    rows_of = connection.sql(f"SELECT day(metrics_sample_date), amount FROM ({query.sql}) ORDER BY ALL").fetchall()
    assert rows_of == [(2, 0), (3, 1), (4, 2)]

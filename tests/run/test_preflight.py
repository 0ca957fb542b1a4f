"""What the warehouse lacks is said before anything is written."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from gnomon.errors import DefinitionError
from gnomon.run.plan import plan

SOURCES = """
sources:
  raw.events:
    time: day
    keys: {shop_id: shop}
    columns: {day: {type: date}, shop_id: {type: text}}
entities: {shop: {}}
"""
SALES = """
SELECT @metrics_sample_date(e.day) AS metrics_sample_date, e.shop_id, @metric_name() AS metric, COUNT(*) AS amount
FROM raw.events AS e
WHERE @metrics_in_window(e.day)
GROUP BY 1, 2, metric
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("name: sales\nstart: 2024-01-01\n")
    (tmp_path / "config.py").write_text(
        "from gnomon.loader import project_config\n\nconfig = project_config(__file__)\n"
    )
    (tmp_path / "metrics.yaml").write_text("sales: {ref: sales.sql, time_aggregations: [daily], entity_key: shop_id}\n")
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "queries" / "sales.sql").write_text(SALES)
    return tmp_path


@pytest.mark.parametrize(
    ("ddl", "code", "said"),
    [
        ("SELECT 1", "missing_table", "'raw.events' is not in the warehouse"),
        ("CREATE TABLE raw.events (dya DATE, shop_id TEXT)", "missing_column", "no column 'day'"),
        ("CREATE TABLE raw.events (day DATE, shop TEXT)", "missing_column", "no column 'shop_id'"),
        ("CREATE TABLE raw.events (day DATE, shop_id TEXT)", "empty_source", "'raw.events' has no rows"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused(project: Path, ddl: str, code: str, said: str) -> None:
    with duckdb.connect(str(project / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA raw")
        connection.execute(ddl)
    with pytest.raises(DefinitionError) as refused:
        plan(project, execution_time="2024-02-01 12:00:00")
    problem = refused.value.problems[0]
    assert (problem.code, str(problem.span)) == (code, "sources.yaml:3:3")
    assert said in problem.message and problem.help
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.execute("SELECT table_schema FROM information_schema.tables").fetchall()
    assert {schema for (schema,) in tables} <= {"raw"}

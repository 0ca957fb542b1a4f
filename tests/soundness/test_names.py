"""Wrong numbers once produced where a source's or a query's own column is called as the entity's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

import gnomon

SOURCES = """
sources:
  raw.events:
    time: day
    keys: {artifact_id: artifact}
    columns: {day: {type: date}, artifact_id: {type: varchar}, project_id: {type: varchar}}
  raw.builds:
    time: day
    keys: {artifact_id: artifact}
    columns: {day: {type: date}, artifact_id: {type: varchar}}
relationships:
  - {table: ref.members, from: {artifact: artifact_id}, to: {project: project_id}}
entities: {artifact: {}, project: {}}
"""
DATA = """CREATE SCHEMA raw; CREATE SCHEMA ref;
CREATE TABLE raw.events AS SELECT DATE '2024-01-05' AS day, 'a' AS artifact_id, 'own' AS project_id;
CREATE TABLE raw.builds AS SELECT DATE '2024-01-05' AS day, 'b' AS artifact_id;
CREATE TABLE ref.members AS FROM (VALUES ('a', 'p'), ('b', 'p')) AS m (artifact_id, project_id)"""
WHOLE = """@metric_name() AS metric, COUNT(*) AS amount FROM c WHERE @metrics_in_window(c.day) GROUP BY ALL"""
TAGGED = "SELECT @metrics_sample_date(c.day) AS metrics_sample_date, c.artifact_id, c.project_id AS tag, " + WHOLE


def rendered(folder: Path, sql: str, key: str = "artifact_id", entity: str = "project") -> str:
    """The SQL of a metric's months at an entity."""
    (folder / "queries").mkdir()
    (folder / "gnomon.yaml").write_text("name: names\nstart: 2024-01-01\n")
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "queries" / "m.sql").write_text(sql)
    (folder / "metrics.yaml").write_text(
        f"m: {{ref: m.sql, entity_key: {key}, entity_types: [artifact, project], time_aggregations: [monthly]}}"
    )
    days = {"start": date(2024, 1, 1), "end": date(2024, 1, 1)}
    [found] = gnomon.render(gnomon.load(folder), "m", entity=entity, **days)  # type: ignore[arg-type]
    return found.sql


def result(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(DATA)
        rows: list[tuple[object, ...]] = connection.execute(sql).fetchall()
    return rows


def repeated(sql: str) -> list[list[str]]:
    """The SELECTs that give two columns of one name."""
    names = [select.named_selects for select in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Select)]
    return [found for found in names if len(set(found)) < len(found)]


JOINED = """SELECT @metrics_sample_date(b.day) AS metrics_sample_date, e.artifact_id, e.project_id AS tag,
  @metric_name() AS metric, COUNT(*) AS amount FROM raw.builds AS b JOIN raw.events AS e ON e.day = b.day
WHERE @metrics_in_window(b.day) AND @metrics_in_window(e.day) GROUP BY ALL"""


def test_a_joined_sources_own_column_keeps_its_value(tmp_path: Path) -> None:
    """The subquery that binds a source after JOIN gave out the bridge's column in the place of the source's own."""
    assert result(rendered(tmp_path, JOINED)) == [(date(2024, 1, 1), "p", "own", "m_monthly", 1.0)]


ONE_EXPRESSION = {
    "the key twice": ("e.artifact_id AS project_id", "artifact_id", "p"),
    "what the row says itself": ("e.project_id", "{artifact: artifact_id, project: project_id}", "own"),
}


@pytest.mark.parametrize("way", ONE_EXPRESSION)
def test_one_value_under_one_name_is_one_column(way: str, tmp_path: Path) -> None:
    """Postgres refuses two columns of one name as ambiguous, be they the same."""
    second, key, project = ONE_EXPRESSION[way]
    sql = f"WITH b AS (SELECT e.day, e.artifact_id, {second} FROM raw.events AS e), c AS (SELECT * FROM b) {TAGGED}"
    found = rendered(tmp_path, sql, key)
    assert repeated(found) == []
    assert "project_id_" not in found
    assert result(found) == [(date(2024, 1, 1), project, project, "m_monthly", 1.0)]


def test_a_branch_of_a_union_keeps_its_columns(tmp_path: Path) -> None:
    branches = " UNION ALL ".join(
        f"SELECT e.day, e.artifact_id, {value} AS project_id FROM raw.events AS e"
        for value in ("e.project_id", "UPPER(e.project_id)")
    )
    found = rendered(tmp_path, f"WITH c AS ({branches}) {TAGGED}", "{artifact: artifact_id, project: project_id}")
    assert sorted(result(found)) == [
        (date(2024, 1, 1), "own", "OWN", "m_monthly", 1.0),
        (date(2024, 1, 1), "own", "own", "m_monthly", 1.0),
    ]


def test_a_name_in_other_case_is_the_same_name(tmp_path: Path) -> None:
    """DuckDB takes the first of two columns whose names differ in case only."""
    sql = f"""WITH c AS (SELECT e.day, e.artifact_id, UPPER(e.project_id) AS "Project_Id" FROM raw.events AS e)
    {TAGGED.replace("c.project_id", 'c."Project_Id"')}"""
    assert result(rendered(tmp_path, sql)) == [(date(2024, 1, 1), "p", "OWN", "m_monthly", 1.0)]


@pytest.mark.parametrize("second", ["e.project_id", "UPPER(e.project_id) AS project_id", "e.artifact_id AS project_id"])
def test_two_outputs_of_one_name_are_refused(second: str, tmp_path: Path) -> None:
    sql = f"""SELECT @metrics_sample_date(e.day) AS metrics_sample_date, e.artifact_id, {second},
    {WHOLE.replace("c.day", "e.day").replace("FROM c", "FROM raw.events AS e")}"""
    with pytest.raises(gnomon.DefinitionError, match=r"duplicate_output_column\]: the query gives two columns 'proj"):
        rendered(tmp_path, sql)


def test_an_order_by_the_keys_output_is_by_the_entity(tmp_path: Path) -> None:
    """ORDER BY kept the key's name, which the query no longer gives."""
    sql = f"""WITH c AS (SELECT e.day, e.artifact_id, e.project_id FROM raw.events AS e
    ORDER BY artifact_id, project_id LIMIT 3) {TAGGED}"""
    assert result(rendered(tmp_path, sql)) == [(date(2024, 1, 1), "p", "own", "m_monthly", 1.0)]

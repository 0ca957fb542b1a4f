"""A metric's own tests: rows given in the definition, and the rows that a series must then have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import gnomon
from gnomon.run.expected import column_types, differences, expected_results, same, tables
from gnomon.run.local_result import VariantResult

SOURCES = """
sources:
  raw.events:
    time: day
    keys: {artifact_id: artifact}
    columns: {day: {type: date}, artifact_id: {type: text}, amount: {type: double}}
entities: {artifact: {}, project: {}}
relationships:
  - {table: raw.members, from: {artifact: artifact_id}, to: {project: project_id}}
"""
SALES = """
SELECT @metrics_sample_date(e.day) AS metrics_sample_date, e.artifact_id, @metric_name() AS metric,
  SUM(e.amount) AS amount
FROM raw.events AS e
WHERE @metrics_in_window(e.day)
GROUP BY 1, 2, metric
"""
METRIC = """
sales:
  ref: sales.sql
  entity_key: artifact_id
  time_aggregations: [monthly]
  tests:
    - entity: project
      given:
        raw.events:
          - {day: 2024-01-05, artifact_id: a, amount: 2}
          - {day: 2024-01-31, artifact_id: a, amount: 3.5}
          - {day: 2024-02-01, artifact_id: nobody's, amount: 1}
        raw.members: [{artifact_id: a, project_id: p}, {artifact_id: a, project_id: p}]
      expect: [EXPECTED]
"""


def results(root: Path, expected: str) -> list[VariantResult]:
    (root / "queries").mkdir()
    (root / "gnomon.yaml").write_text("name: sales\nstart: 2024-01-01\n")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "metrics.yaml").write_text(METRIC.replace("EXPECTED", expected))
    (root / "queries" / "sales.sql").write_text(SALES)
    project = gnomon.load(root)
    assert gnomon.check(project) == []
    return list(expected_results(project, date(2024, 3, 1)))


def test_given_rows_have_the_expected_ones(tmp_path: Path) -> None:
    [result] = results(tmp_path, "{metrics_sample_date: 2024-01-01, project_id: p, amount: 5.5}")
    assert (result.ok, result.rows, result.name) == (True, 1, "metrics.sales_to_project_monthly, test 1")


@pytest.mark.parametrize(
    ("expected", "differing"),
    [
        ("{metrics_sample_date: 2024-01-01, project_id: p, amount: 5.6}", 2),  # one is missing, one too many
        ("{project_id: q}", 2),
        ("{project_id: p}, {project_id: p}", 1),
        ("{project_id: p, amount: null}", 2),
        ("", 1),
    ],
)
def test_each_row_that_is_not_there_or_not_expected_is_told(tmp_path: Path, expected: str, differing: int) -> None:
    [result] = results(tmp_path, expected)
    assert not result.ok and len(result.differences) == differing


@pytest.mark.parametrize(
    ("built", "wanted", "equal"),
    [
        (1.0, 1 + 5e-10, True),
        (1.0, 1 + 5e-9, False),
        (1e12, 1e12 + 500, True),
        (1e12, 1e12 + 5000, False),
        (-1e12, -1e12 - 500, True),
        (1e-12, 0, True),
        (date(2024, 1, 1), "2024-01-01", True),
        (True, True, True),
        (1, True, False),
        (None, None, True),
        (None, "None", False),
        ("None", None, False),
        (0, None, False),
    ],
)
def test_a_value_is_the_one_that_is_spelled(built: object, wanted: object, equal: bool) -> None:
    assert same(built, wanted) is equal


def test_an_expected_row_is_met_by_one_row_only() -> None:
    found = [{"day": 1, "amount": 2.0}, {"day": 2, "amount": 2.0}]
    assert list(differences("one", found, [{"amount": 2}, {"day": 2}])) == []
    assert [each.built for each in differences("one", found, [{"amount": 2}] * 3)] == ["no"]
    assert [each.built for each in differences("one", found, [{"day": 2}])] == ["yes"]


def test_a_row_is_left_to_the_expected_one_that_needs_it() -> None:
    found = [{"day": day, "amount": 2} for day in (1, 2, 3)]
    assert list(differences("x", found, [{"amount": 2}, {"day": 2}, {"day": 1}])) == []
    (missing, beyond) = differences("x", found, [{"amount": 2}, {"day": 1}, {"day": 1}])
    assert (missing.key, beyond.key) == ({"row": "day 1"}, {"row": "day 3, amount 2"})


def test_tables_have_declared_columns_then_what_the_values_look_like(tmp_path: Path) -> None:
    (tmp_path / "gnomon.yaml").write_text("name: sales\nstart: 2024-01-01\n")
    (tmp_path / "sources.yaml").write_text(SOURCES)
    project = gnomon.load(tmp_path)
    given = [{"amount": "x", "note": None}, {"note": 5}, {"note": "later"}]
    found = {"day": "DATE", "artifact_id": "TEXT", "amount": "DOUBLE", "note": "BIGINT"}
    assert {name: kind.upper() for name, kind in column_types(project, "raw.events", given).items()} == found
    assert column_types(project, "raw.members", []) == {"artifact_id": "TEXT", "project_id": "TEXT"}
    statements = list(tables(project, ["raw.members"], {"raw.members": [{"project_id": "p"}]}))
    assert statements[-1] == """INSERT INTO "raw"."members" VALUES (NULL, 'p')"""

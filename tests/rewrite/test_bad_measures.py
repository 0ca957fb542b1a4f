"""Measures that do not mean what they look like: refused, warned of, or computed exactly all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import gnomon
from gnomon.check import check
from gnomon.cli.main import cli
from gnomon.compile.project import compile_project

SOURCES = """
sources:
  oso.accounts:
    time: day
    keys: {to_artifact_id: artifact}
    columns:
      day: date
      to_artifact_id: text
      user: text
      amount: double
      balance: {type: double, additivity: stock}
"""
METRICS = """
checked:
  ref: checked.sql
  time_aggregations: [monthly]
  rolling: {windows: [7]}
  over_all_time: true
  entity_types: [artifact]
"""
PLAIN = """SELECT
  @metrics_sample_date(a.day) AS metrics_sample_date,
  a.to_artifact_id,
  @metric_name() AS metric,
  {amount} AS amount
FROM oso.accounts AS a
WHERE @metrics_in_window(a.day)
GROUP BY 1, 2, 3
"""
NESTED = """WITH by_user AS (
  SELECT @metrics_sample_date(a.day) AS metrics_sample_date, a.to_artifact_id, a.user, {inner} AS value
  FROM oso.accounts AS a
  WHERE @metrics_in_window(a.day)
  GROUP BY 1, 2, 3
){more}
SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric,
  {outer} AS amount
FROM {table}
GROUP BY 1, 2, 3
"""


def written(root: Path, sql: str, metrics: str = METRICS) -> Path:
    (root / "queries").mkdir()
    (root / "gnomon.yaml").write_text("name: bad\nstart: 2024-01-01\n")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "metrics.yaml").write_text(metrics)
    (root / "queries" / "checked.sql").write_text(sql)
    return root


def found(root: Path, sql: str, metrics: str = METRICS) -> list[gnomon.Problem]:
    return check(gnomon.load(written(root, sql, metrics)))


def nested(outer: str, inner: str = "AVG(a.amount)", more: str = "", table: str = "by_user") -> str:
    return NESTED.format(inner=inner, outer=outer, more=more, table=table)


DEEPER = ", halves AS (SELECT metrics_sample_date, to_artifact_id, value / 2 AS half FROM by_user)"
BRANCHES = (
    ", both_kinds AS (SELECT metrics_sample_date, to_artifact_id, 1.0 AS v FROM by_user "
    "UNION ALL SELECT metrics_sample_date, to_artifact_id, COALESCE(value, 0) FROM by_user)"
)
AVERAGED = {
    "an average of averages": nested("AVG(value)"),
    "through arithmetic": nested("ROUND(AVG(value * 2), 1)"),
    "inner arithmetic": nested("AVG(value)", "AVG(a.amount) / 2"),
    "through another scope": nested("AVG(half)", more=DEEPER, table="halves"),
    "in a branch of a union": nested("AVG(v)", more=BRANCHES, table="both_kinds"),
    "under a filter": nested("AVG(value) FILTER (WHERE user <> 'x')"),
}
FINE = {
    "a sum of averages": nested("SUM(value)"),
    "an average of sums": nested("AVG(value)", "SUM(a.amount)"),
    "the largest average": nested("MAX(value)"),
    "an average of another column": nested("AVG(LENGTH(user))"),
    "an average of different values": PLAIN.format(amount="AVG(DISTINCT a.amount)"),
    "two averages side by side": PLAIN.format(amount="AVG(a.amount) / AVG(LENGTH(a.user))"),
    "a count of levels": PLAIN.format(amount="COUNT(a.balance)"),
    "the highest level": PLAIN.format(amount="MAX(a.balance)"),
    "a sum where a level is high": PLAIN.format(amount="SUM(CASE WHEN a.balance > 10 THEN 1 ELSE 0 END)"),
    "a sum under a filter by level": PLAIN.format(amount="SUM(a.amount) FILTER (WHERE a.balance > 10)"),
}
NESTINGS = {
    "an aggregate of an aggregate": (PLAIN.format(amount="AVG(AVG(a.amount))"), "'AVG(AVG(a.amount))' holds"),
    "of a window function": (PLAIN.format(amount="SUM(1 + SUM(a.amount) OVER ())"), "holds 'SUM(a.amount)'"),
    "in a filter": (PLAIN.format(amount="SUM(a.amount) FILTER (WHERE COUNT(*) > 1)"), "holds 'COUNT(*)'"),
    "in a scope below": (nested("SUM(value)", "MAX(MIN(a.amount))"), "holds 'MIN(a.amount)'"),
}
BESIDE = {
    "a window function over an aggregate": PLAIN.format(
        amount="SUM(SUM(a.amount)) OVER (PARTITION BY a.to_artifact_id)"
    ),
    "under a filter": PLAIN.format(amount="SUM(SUM(a.amount)) FILTER (WHERE COUNT(*) > 1) OVER ()"),
    "in its order": PLAIN.format(amount="RANK() OVER (ORDER BY SUM(a.amount) DESC)"),
    "an aggregate of a subquery": PLAIN.format(amount="SUM(a.amount) / (SELECT MAX(b.amount) FROM raw.actions AS b)"),
}
STOCKS = {
    "a sum of a stock": PLAIN.format(amount="SUM(a.balance)"),
    "in arithmetic": PLAIN.format(amount="1 + SUM(2 * a.balance)"),
    "in a case": PLAIN.format(amount="SUM(CASE WHEN a.amount > 0 THEN a.balance END)"),
    "through a scope": nested("SUM(value)", "MAX(a.amount)").replace("MAX(a.amount) AS value", "a.balance AS value"),
}


@pytest.mark.parametrize("title", NESTINGS)
def test_an_aggregate_within_an_aggregate_is_an_error(title: str, tmp_path: Path) -> None:
    sql, says = NESTINGS[title]
    (problem,) = found(tmp_path, sql)
    assert (problem.code, problem.severity) == ("nested_aggregate", "error")
    assert says in problem.message and problem.span is not None


@pytest.mark.parametrize("title", BESIDE)
def test_aggregates_in_window_functions_and_subqueries_are_fine(title: str, tmp_path: Path) -> None:
    assert "nested_aggregate" not in {problem.code for problem in found(tmp_path, BESIDE[title])}


@pytest.mark.parametrize("title", AVERAGED)
def test_an_average_of_averages_is_a_warning_that_shows_both(title: str, tmp_path: Path) -> None:
    (problem,) = found(tmp_path, AVERAGED[title])
    assert (problem.code, problem.severity) == ("average_of_averages", "warning")
    assert problem.span is not None and problem.span.source.path == "queries/checked.sql"
    assert "checked.sql:2:" in problem.notes[0], "the place of the inner one"
    assert "SUM and COUNT" in (problem.help or "")


@pytest.mark.parametrize("title", FINE)
def test_what_is_exact_as_it_stands_is_silent(title: str, tmp_path: Path) -> None:
    assert found(tmp_path, FINE[title]) == []


@pytest.mark.parametrize("title", STOCKS)
def test_a_stock_without_its_rule_is_refused(title: str, tmp_path: Path) -> None:
    (problem,) = found(tmp_path, STOCKS[title])
    assert (problem.code, problem.severity) == ("stock_without_rule", "error")
    assert "balance'" in problem.message and "over_time: last" in (problem.help or "")


def test_different_values_are_averaged_date_by_date(tmp_path: Path) -> None:
    project = gnomon.load(written(tmp_path, FINE["an average of different values"]))
    plans = {spec.variant.suffix: spec.plan.name for spec in compile_project(project) if spec.variant and spec.plan}
    assert plans["over_7_day_window"] in ("window_join", "per_date"), "no plan adds up what is distinct"


FRAME = """WITH running AS (
  SELECT @metrics_sample_date(a.day) AS metrics_sample_date, a.to_artifact_id,
    SUM(a.amount) OVER (PARTITION BY a.to_artifact_id ORDER BY a.day) AS value
  FROM oso.accounts AS a
  WHERE @metrics_in_window(a.day)
)
SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, MAX(value) AS amount
FROM running
GROUP BY 1, 2, 3
"""


def test_a_cumulative_frame_over_the_time_column_is_a_warning(tmp_path: Path) -> None:
    problems = found(tmp_path, FRAME)
    assert [problem.code for problem in problems] == ["frame_restarts"]
    assert "begins again in each bucket" in problems[0].message


DEFINITIONS = {
    "a window of 0": ("rolling: {windows: [0]}", "window_out_of_range"),
    "a window of -1": ("rolling: {windows: [-1]}", "window_out_of_range"),
    "an unknown unit": ("rolling: {windows: [7], unit: fortnight}", "unknown_unit"),
    "months by the hour": ('rolling: {windows: [1], unit: month, cron: "@hourly"}', "hourly_window_unit"),
    "hours by the day": ("rolling: {windows: [6], unit: hour}", "hourly_window_unit"),
}


@pytest.mark.parametrize("title", DEFINITIONS)
def test_impossible_windows_are_refused_by_the_command(title: str, tmp_path: Path) -> None:
    field, code = DEFINITIONS[title]
    root = written(tmp_path, PLAIN.format(amount="SUM(a.amount)"), METRICS.replace("rolling: {windows: [7]}", field))
    result = CliRunner().invoke(cli, ["check", "--project", str(root)])
    assert result.exit_code == 2, result.output
    assert f"error[{code}]" in result.output and "metrics.yaml:5" in result.output and "help:" in result.output
    assert "Traceback" not in result.output

"""Queries that are not those of a stock: each is one error, at its place in the metric's SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

import gnomon

SQL = """SELECT
  @metrics_sample_date(b.day) AS metrics_sample_date,
  b.to_artifact_id,
  b.chain,
  @metric_name() AS metric,
  SUM(b.tvl) AS amount
FROM oso.balances AS b
WHERE b.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
"""
SOURCES = """
sources:
  oso.balances:
    time: day
    keys: {to_artifact_id: artifact}
    columns: {day: date, to_artifact_id: text, chain: text, tvl: {type: double, additivity: stock}}
references:
  oso.names: {columns: {id: text, name: text}}
entities: {artifact: {}, project: {}}
relationships:
  - {table: oso.members, from: {artifact: artifact_id}, to: {project: project_id}}
"""
METRICS = """
tvl:
  ref: tvl.sql
  time_aggregations: [weekly]
  rolling: {windows: [7]}
  over_all_time: true
  additivity: {over_time: last}
"""
MISTAKES = {
    "another aggregate": ("SUM(b.tvl)", "MAX(b.tvl)", "6:3"),
    "an aggregate beside it": ("SUM(b.tvl)", "SUM(b.tvl) / COUNT(*)", "6:16"),
    "two sums": ("SUM(b.tvl)", "SUM(b.tvl) - SUM(2 * b.tvl)", "6:16"),
    "a sum of distinct values": ("SUM(b.tvl)", "SUM(DISTINCT b.tvl)", "6:3"),
    "a condition of its own": ("SUM(b.tvl)", "SUM(b.tvl) FILTER (WHERE b.chain = 'op')", "6:3"),
    "no sum": ("SUM(b.tvl) AS amount", "1 AS amount", "6:3"),
    "a CTE": (SQL, f"WITH x AS ({SQL}) SELECT * FROM x", "1:6"),
    "a union": (SQL, f"{SQL} UNION ALL {SQL}", "2:3"),
    "a limit": ("GROUP BY 1, 2, 3, 4", "GROUP BY 1, 2, 3, 4 LIMIT 3", "9:27"),
    "a window function": ("SUM(b.tvl)", "SUM(SUM(b.tvl)) OVER ()", "6:3"),
    "a second source": ("AS b\n", "AS b JOIN oso.balances AS c USING (to_artifact_id)\n", "7:22"),
    "a subquery": ("oso.balances AS b", "(SELECT * FROM oso.balances) AS b", "7:38"),
    "no end": ("BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')", "< @metrics_end('DATE')", "8:7"),
    "a bound as a value": ("GROUP", "AND b.day <> @metrics_start('DATE')\nGROUP", "9:14"),
    "the date within a condition": ("GROUP", "AND b.day < @metrics_sample_date(b.day)\nGROUP", "9:13"),
    "a column that is not grouped": ("SUM(b.tvl)", "b.tvl + SUM(b.tvl)", "6:3"),
    "the length of the window": ("SUM(b.tvl)", "SUM(b.tvl) / @metrics_sample_interval_length(b.day, 'day')", "6:16"),
}  # fmt: skip


def problems(root: Path, sql: str, metrics: str = METRICS) -> list[gnomon.Problem]:
    (root / "queries").mkdir()
    (root / "gnomon.yaml").write_text("name: bad\nstart: 2024-01-01\n")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "metrics.yaml").write_text(metrics)
    (root / "queries" / "tvl.sql").write_text(sql)
    return gnomon.check(gnomon.load(root))


@pytest.mark.parametrize("title", MISTAKES)
def test_a_mistake_is_one_error(title: str, tmp_path: Path) -> None:
    before, after, at = MISTAKES[title]
    assert before in SQL
    (problem,) = problems(tmp_path, SQL.replace(before, after, 1))
    assert (problem.code, problem.severity) == ("stock_shape", "error"), str(problem)
    assert str(problem.span) == f"queries/tvl.sql:{at}", str(problem)
    assert problem.help and "one SUM" in problem.help


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(b.tvl)", "2 * SUM(b.tvl) + COALESCE(SUM(b.tvl), 0)"),
        ("SUM(b.tvl)", "SUM(CASE WHEN b.chain = 'op' THEN b.tvl ELSE 0 END)"),
        ("AS b\n", "AS b JOIN oso.names AS n ON n.id = b.chain\n"),
        ("GROUP", "AND b.chain IN (SELECT id FROM oso.names)\nGROUP"),
        ("4\n", "4\nHAVING SUM(b.tvl) > 0\nORDER BY 1\n"),
    ],
)
def test_what_a_stock_may_be(before: str, after: str, tmp_path: Path) -> None:
    assert before in SQL
    assert problems(tmp_path, SQL.replace(before, after, 1)) == []


PLAIN = METRICS.replace("  additivity: {over_time: last}\n", "")
DAILY = "\ntvl: {ref: tvl.sql, time_aggregations: [daily], rolling: {windows: [1]}}\n"


def test_a_sum_of_a_stock_needs_a_rule(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SQL, PLAIN)
    assert (problem.code, str(problem.span)) == ("stock_without_rule", "queries/tvl.sql:6:3")
    assert "in 'weekly'" in problem.message and "additivity: {over_time: last}" in (problem.help or "")


@pytest.mark.parametrize(
    ("metrics", "sql"),
    [
        (DAILY, SQL),
        (PLAIN, SQL.replace("SUM(b.tvl)", "AVG(b.tvl)")),
        (PLAIN, SQL.replace("SUM(b.tvl)", "MAX(b.tvl)")),
        (PLAIN, SQL.replace("SUM(b.tvl)", "SUM(CASE WHEN b.tvl > 0 THEN 1 END)")),
        (PLAIN, f"WITH days AS ({SQL.replace('AS amount', 'AS tvl, b.day').replace('3, 4', '3, 4, b.day')})\n"
                "SELECT metrics_sample_date, to_artifact_id, chain, metric, AVG(tvl) AS amount FROM days GROUP BY ALL"),
    ],
    ids=["days", "average", "greatest", "a condition", "an average of the days' sums"],
)  # fmt: skip
def test_what_needs_none(metrics: str, sql: str, tmp_path: Path) -> None:
    assert problems(tmp_path, sql, metrics) == []

"""Each mistake in a metric's SQL is one clear error: its code, its place in the file, and what to type."""

from __future__ import annotations

from pathlib import Path

import pytest

import gnomon

STARS = """SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.to_artifact_id,
  @metric_name() AS metric,
  SUM(events.amount) AS amount
FROM oso.events AS events
WHERE events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""
SOURCES = """
sources:
  oso.events:
    time: bucket_day
    keys: {to_artifact_id: artifact}
    columns: {bucket_day: {type: date}, to_artifact_id: {type: text}, amount: {type: double}}
references:
  oso.names: {columns: {artifact_id: {type: text}, name: {type: text}}}
"""

MISTAKES = {
    "an unknown column": (("SUM(events.amount)", "SUM(events.amout)"), "unknown_column", "5:7"),
    "an undeclared table": (("oso.events AS", "oso.evnts AS"), "undeclared_table", "6:6"),
    "an unknown macro": (("@metric_name()", "@metric_nam()"), "unknown_macro", "4:3"),
    "a macro with too many arguments": (("@metric_name()", "@metric_name('a', 'b')"), "macro_arguments", "4:3"),
    "a macro without its argument": (("@metric_name()", "@metrics_peer_ref()"), "macro_arguments", "4:3"),
    "an unknown variable": (("SUM(events.amount)", "@factor * SUM(events.amount)"), "unknown_variable", "5:3"),
    "an unknown peer": (("FROM oso.events", "FROM @metrics_peer_ref(nope)"), "unknown_peer", "6:6"),
    "a natural join": (("FROM oso.events AS events", "FROM oso.events AS events NATURAL JOIN oso.names AS names"),
                       "natural_join", "6:40"),
    "no amount": (("AS amount", "AS value"), "missing_output_column", "5:3"),
    "two columns of one name": (("@metric_name() AS metric", "@metric_name() AS amount, 1 AS metric"),
                                "duplicate_output_column", "5:3"),
    "an extra measure": (("SUM(events.amount) AS amount", "SUM(events.amount) AS amount, COUNT(*) AS n"),
                         "undeclared_output_column", "5:33"),
    "a key inside a function": (("  events.to_artifact_id,", "  UPPER(events.to_artifact_id) AS to_artifact_id,"),
                                "entity_key_unbound", "3:3"),
    "a statement that is no query": ((STARS, "DELETE FROM oso.events"), "not_one_select", "1:13"),
    "two statements": (("GROUP BY 1, 2, 3", "GROUP BY 1, 2, 3; SELECT 1"), "not_one_select", "8:26"),
    "half an expression": (("SUM(events.amount) AS amount", "SUM(events.amount +) AS amount"), "sql_syntax", "5:22"),
    "a quote that does not end": (("GROUP BY 1, 2, 3", "GROUP BY 1, 2, 'x"), "sql_syntax", "8:16"),
    "200 parentheses": (("SUM(events.amount)", "(" * 200 + "SUM(events.amount)" + ")" * 200), "sql_too_deep", "5:103"),
    "an unknown entity": (("FROM oso.events AS events", "FROM oso.events AS events JOIN "
                           "@entity_relationships('artifact', 'galaxy') AS g ON g.artifact_id = events.to_artifact_id"),
                          "unknown_entity", "6:32"),
    "a missing path": (("FROM oso.events AS events", "FROM oso.events AS events JOIN "
                        "@entity_relationships('collection', 'artifact') AS g ON g.artifact_id = to_artifact_id"),
                       "missing_path", "6:32"),
}  # fmt: skip


def project(root: Path, sql: str) -> gnomon.Project:
    (root / "queries").mkdir()
    (root / "gnomon.yaml").write_text("name: bad\nstart: 2024-01-01\n")
    (root / "metrics.yaml").write_text("stars: {ref: stars.sql, time_aggregations: [daily, monthly]}\n")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "queries" / "stars.sql").write_text(sql)
    return gnomon.load(root)


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_error(tmp_path: Path, name: str) -> None:
    (old, new), code, place = MISTAKES[name]
    assert old in STARS
    problems = [p for p in gnomon.check(project(tmp_path, STARS.replace(old, new))) if p.severity == "error"]
    assert [problem.code for problem in problems] == [code]
    assert str(problems[0].span) == f"queries/stars.sql:{place}"
    assert problems[0].help or code == "duplicate_output_column"


def test_the_same_sql_without_a_mistake_is_fine(tmp_path: Path) -> None:
    assert gnomon.check(project(tmp_path, STARS)) == []

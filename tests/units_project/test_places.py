"""Findings stand at the author's lines, also in files in which SQLMesh's macros fire."""

from __future__ import annotations

from pathlib import Path

import pytest

import gnomon

SOURCES = """
sources:
  raw.calls:
    time: day
    keys: {host: host}
    columns:
      day: {type: date}
      host: {type: text}
      spent: {type: double, unit: {kind: currency, code: USD}}
      took: {type: double, unit: {kind: time, code: s}}
entities: {host: {}}
"""
HEAD = """
@DEF(limit, 3);

SELECT @metrics_sample_date(c.day) AS metrics_sample_date, c.host, @metric_name() AS metric,
"""
TAIL = """
FROM raw.calls AS c
WHERE c.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  AND @AND(@EACH(['a', 'b'], name -> c.host <> name), c.took > @limit)
GROUP BY 1, 2, 3
"""
CASES = {
    "beside a macro": ("  SUM(c.spent) + SUM(c.took) AS amount", 5, 3),
    "in a macro's argument": ("  @IF(TRUE,\n    MAX(c.spent) - MAX(c.took),\n    0) AS amount", 6, 5),
    "made by a macro": ("  @REDUCE([SUM(c.spent), SUM(c.took)],\n    (a, b) -> a + b) AS amount", 5, 12),
}


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_the_authors(tmp_path: Path, case: str) -> None:
    expression, line, column = CASES[case]
    (tmp_path / "queries").mkdir()
    (tmp_path / "gnomon.yaml").write_text("{name: calls, start: 2024-01-01}\n")
    (tmp_path / "sources.yaml").write_text(SOURCES)
    (tmp_path / "metrics.yaml").write_text("m: {ref: m.sql, time_aggregations: [daily], entity_key: host}\n")
    (tmp_path / "queries/m.sql").write_text(f"{HEAD}{expression}{TAIL}")
    found = [problem for problem in gnomon.check(gnomon.load(tmp_path)) if problem.code == "incompatible_units"]
    assert [(problem.span.line, problem.span.column) for problem in found if problem.span] == [(line, column)]

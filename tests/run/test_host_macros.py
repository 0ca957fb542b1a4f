"""SQLMesh's macros and a project's own, beside Gnomon's, in metric files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gnomon.errors import DefinitionError
from gnomon.run.context import opened
from gnomon.run.plan import plan

from .test_project import execute, project

__all__ = ["project"]
QUERY = """
@DEF(least, 2);
SELECT @metrics_sample_date(day) AS metrics_sample_date, artifact_id, @metric_name('stars') AS metric,
  @IF(@entity_type = 'project', SUM(amount), @doubled(SUM(amount))) AS amount
FROM raw.events
WHERE day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') AND amount >= @least
  AND @AND(@EACH(['x', 'y'], name -> dev <> name))
GROUP BY 1, 2, 3
"""
MACRO = """
from sqlmesh import macro

@macro()
def doubled(evaluator, value):
    return f"2 * {value.sql()}"
"""


def test_they_expand_by_variant(project: Path) -> None:
    (project / "macros").mkdir()
    (project / "macros" / "__init__.py").touch()
    (project / "macros" / "doubled.py").write_text(MACRO)
    (project / "queries" / "stars.sql").write_text(QUERY)
    execute(project, "INSERT INTO raw.events VALUES ('2024-01-02', 'a', 'x', 7), ('2024-01-02', 'a', 'd', 5)")
    execute(project, "INSERT INTO raw.events VALUES ('2024-01-02', 'a', 'd', 1)")
    plan(project, execution_time="2024-01-03 01:00:00")
    assert execute(project, "SELECT amount FROM metrics.stars_to_artifact_daily") == [(10.0,)]
    assert execute(project, "SELECT amount FROM metrics.stars_to_project_daily") == [(5.0,)]
    (project / "macros" / "doubled.py").write_text(MACRO.replace("2 *", "3 *"))
    plan(project, execution_time="2024-01-03 02:00:00")
    assert execute(project, "SELECT amount FROM metrics.stars_to_artifact_daily") == [(15.0,)]


def test_a_macro_that_fails_is_a_problem_of_the_definition(project: Path) -> None:
    (project / "queries" / "stars.sql").write_text(QUERY)
    with pytest.raises(DefinitionError, match="no macro '@doubled'"), opened(project, "test", write=False):
        raise AssertionError("opened")

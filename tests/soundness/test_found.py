"""Wrong numbers once produced."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from oracle.clock import Bucket, Interval, Rolling
from oracle.model import Agg, Measure
from soundness.case import Case

COUNT = Measure("raw.events", Agg("count_rows"))
COUNT_SQL = """SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
  COUNT(*) AS amount FROM raw.events WHERE @metrics_in_window(happened) GROUP BY """


@pytest.mark.parametrize("interval", [Rolling(2), Bucket("daily"), Bucket("monthly")])
def test_group_by_all(interval: Interval, tmp_path: Path) -> None:
    """The plan put its own groups after GROUP BY ALL, and the query did not parse."""
    rows = ({"happened": date(2024, 2, 1), "to_artifact_id": "a"},)
    case = Case(COUNT, interval, rows, sql=COUNT_SQL + "ALL")
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 3)) == []


@pytest.mark.parametrize("unit", ["month", "quarter"])
def test_a_run_over_the_end_of_february_writes_the_whole_reach(unit: str, tmp_path: Path) -> None:
    """29 February stays in a month's window until 30 March, not until `29 February + 1 month`: a restatement of 29
    February deleted the rows of 30 March and did not write them again."""
    rows = ({"happened": date(2024, 2, 29), "to_artifact_id": "a"},)
    case = Case(COUNT, Rolling(1, unit), rows, sql=COUNT_SQL + "1, 2, 3")
    assert case.run_problems(tmp_path, date(2024, 2, 29), date(2024, 3, 1), date(2024, 8, 1)) == []

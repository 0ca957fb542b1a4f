"""What `gnomon metrics show` says that a run reads again is what the models look back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

import gnomon
from calendars.retail import DAY
from calendars.to_date import write_to_date
from gnomon.cli.late import late_line, rewritten
from gnomon.compile.project import compile_project
from gnomon.compile.sqlmesh_fields import model_fields
from gnomon.model import Project

TODAY = date(2024, 5, 20)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return gnomon.load(write_to_date(tmp_path_factory.mktemp("late") / "shop", ["sales"], ["year"]))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("hours", [0, 1, 24, 72, 73])
def test_the_days_that_a_run_reads_again(zone: str, hours: int, project: Project) -> None:
    source = replace(project.sources["raw.orders"], lateness=timedelta(hours=hours))
    given = replace(project, calendar=replace(project.calendar, time_zone=zone), sources={"raw.orders": source})
    (spec,) = [spec for spec in compile_project(given) if spec.name == "metrics.sales_to_shop_daily"]
    lookback = model_fields(spec, given.calendar)["kind"].get("lookback", 0)
    assert spec.variant is not None
    said = rewritten(given, spec.variant.metric, spec.variant.interval, [source], TODAY)
    assert said == {"first": str(TODAY - DAY * (1 + lookback)), "last": str(TODAY - DAY)}
    assert (
        lookback
        == {
            "UTC": {0: 0, 1: 1, 24: 1, 72: 3, 73: 4},
            "America/New_York": {0: 1, 1: 2, 24: 2, 72: 4, 73: 5},
            "Asia/Tokyo": {0: 1, 1: 1, 24: 1, 72: 3, 73: 4},
        }[zone][hours]
    )


def test_of_an_own_calendar_its_table_is_named(project: Project) -> None:
    (interval,) = [each for each in project.metrics["sales"].intervals if each.suffix == "fiscal_year_to_date"]
    said = rewritten(project, project.metrics["sales"], interval, [project.sources["raw.orders"]], TODAY)
    line = late_line(said, str(TODAY))
    assert line.endswith("the run of 2024-05-20 writes the rows whose days it reads again, as ref.fiscal says")

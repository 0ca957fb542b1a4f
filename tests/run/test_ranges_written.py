"""Which sample dates the materialization writes, from a model's properties alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlglot import exp

from gnomon.compile.sqlmesh_fields import interval_properties
from gnomon.run.materialization import _built_until, as_literal, interval_of, sample_range, written_days
from gnomon.run.sharing import days_of
from gnomon.time import Cron, Grain, OwnAggregation, OwnGrain, Rolling, TimeAggregation, ToDate

from .sessions import snapshot, stamp

DAILY, WEEKLY, HOURLY = (TimeAggregation(grain) for grain in (Grain.DAY, Grain.WEEK, Grain.HOUR))
OWN = OwnAggregation(OwnGrain("fiscal", Grain.MONTH, "ref.fiscal", "day", "month_start"))
BY_HOUR = Rolling(24, Grain.HOUR, Cron.HOURLY)


def properties(interval: Any, **more: str) -> Mapping[str, str]:
    return {"time_zone": "UTC", "week_start": "monday", **interval_properties(interval), **more}


def written(interval: Any, first: str, after: str, built: str | None = None, **more: str) -> tuple[str, str]:
    """The first and the last sample date that is written on 1 March 2024, as texts."""
    days = {"start": date.fromisoformat(first), "end": date.fromisoformat(after)}
    until = None if built is None else date.fromisoformat(built)
    execution = more.pop("execution", "2024-03-01 01:00:00")
    low, high = sample_range(properties(interval, **more), **days, built_until=until, execution=execution)  # type: ignore[arg-type]
    return str(low), str(high)


@pytest.mark.parametrize("interval", [DAILY, WEEKLY, HOURLY, OWN, BY_HOUR, Rolling(3, Grain.MONTH, Cron.WEEKLY),
                                      ToDate(Grain.HALF_YEAR, Cron.MONTHLY)], ids=lambda one: one.suffix)  # fmt: skip
def test_an_interval_is_what_its_properties_spell(interval: Any) -> None:
    assert interval_of(properties(interval)) == interval


def test_windows_are_rewritten_up_to_what_is_built() -> None:
    days = "2024-02-01", "2024-02-03"
    assert written(Rolling(7), *days, "2024-02-20") == ("2024-02-01 00:00:00", "2024-02-09 00:00:00")
    assert written(Rolling(7), *days, "2024-02-05") == ("2024-02-01 00:00:00", "2024-02-05 00:00:00")
    assert written(Rolling(7), *days) == ("2024-02-01 00:00:00", "2024-02-03 00:00:00")


def test_nothing_outside_a_series_own_start_and_end_is_written() -> None:
    days = "2024-02-01", "2024-02-20"
    bounds = {"start": "2024-02-05", "end": "2024-02-10"}
    assert written(DAILY, *days, **bounds) == ("2024-02-05 00:00:00", "2024-02-11 00:00:00")
    assert written(DAILY, *days, start="2024-01-01", end="2024-03-10") == ("2024-02-01 00:00:00", "2024-02-20 00:00:00")
    low, high = written(DAILY, *days, start="2024-03-05")
    assert low >= high


def test_hours_are_written_by_local_days_as_instants() -> None:
    days, zone = ("2024-03-10", "2024-03-11"), {"time_zone": "America/New_York", "execution": "2024-03-12 12:00:00"}
    assert written(HOURLY, *days, **zone) == ("2024-03-10 05:00:00", "2024-03-11 04:00:00")
    assert written(BY_HOUR, *days, **zone) == ("2024-03-10 05:00:00", "2024-03-11 04:00:00")
    assert written(DAILY, *days, **zone) == ("2024-03-10 00:00:00", "2024-03-11 00:00:00")


def test_the_execution_date_is_the_projects_own() -> None:
    days = "2024-02-26", "2024-03-04"
    at = "2024-03-04 02:00:00"
    assert written(WEEKLY, *days, execution=at) == ("2024-02-26 00:00:00", "2024-03-04 00:00:00")
    local = written(WEEKLY, *days, execution=at, time_zone="America/New_York")
    assert local == ("2024-02-26 00:00:00", "2024-02-26 00:00:00")
    sunday = written(WEEKLY, *days, execution=at, week_start="sunday")
    assert sunday == ("2024-02-25 00:00:00", "2024-03-03 00:00:00")


def test_a_bound_has_the_type_of_the_sample_date() -> None:
    moment = datetime(2024, 3, 10, 5, 30, 1)
    kinds = {kind: as_literal(moment, exp.DataType.build(kind)).sql("duckdb") for kind in ("DATE", "TIMESTAMP")}
    assert kinds == {
        "DATE": "CAST('2024-03-10' AS DATE)", "TIMESTAMP": "CAST('2024-03-10 05:30:01.000000' AS TIMESTAMP)",
    }  # fmt: skip


def test_a_table_of_dev_is_built_as_far_as_its_own_days() -> None:
    both = snapshot("one", ("2024-01-01", "2024-01-20"), ("2024-01-22", "2024-02-01"))
    both.dev_intervals = [(stamp("2024-01-01"), stamp("2024-01-10"))]
    shared, own = (SimpleNamespace(is_deployable=lambda _, there=there: there) for there in (True, False))
    assert (_built_until(both, shared), _built_until(both, own)) == (date(2024, 2, 1), date(2024, 1, 10))
    assert _built_until(snapshot("none"), shared) is None
    both.model = SimpleNamespace(custom_materialization_properties=properties(Rolling(30)))
    days, evaluation = (
        (date(2024, 1, 5), date(2024, 1, 6)),
        {"deployability_index": own, "execution_time": "2024-03-01"},
    )
    assert written_days(both, days, evaluation=evaluation) == (date(2024, 1, 5), date(2024, 1, 10))


def test_days_are_named_by_utc() -> None:
    bounds = datetime(2024, 3, 9, tzinfo=UTC), stamp("2024-03-11")
    assert days_of(*bounds) == (date(2024, 3, 9), date(2024, 3, 11))

"""The law of increments on SQLMesh and DuckDB: however it is run, a table ends as one full rebuild would leave it."""

from __future__ import annotations

from typing import Any

import pytest

from gnomon.run.advance import run
from gnomon.run.plan import plan
from gnomon.run.restate import restate

from .world import World, day

GRAINS = ["day", "week", "month", "quarter"]


def agrees(world: World, execution: str, start: str = "2024-01-01") -> None:
    names = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly"}
    for grain, suffix in names.items():
        assert world.table(f"stars_to_artifact_{suffix}") == world.buckets(grain, execution, start), suffix
    assert world.table("stars_to_artifact_over_7_day_window") == world.rolling(7, execution, start)


def test_plan_equals_truth_and_runs_on_any_day_keep_it(world: World) -> None:
    world.settings(grains=GRAINS, windows=[7])
    world.daily("2023-12-20", "2024-07-20")
    assert plan(world.root, execution_time="2024-03-06 12:00:00").applied
    agrees(world, "2024-03-06")
    for moment in ("2024-03-07", "2024-03-10", "2024-03-11", "2024-04-01", "2024-04-03", "2024-07-01"):
        run(world.root, execution_time=f"{moment} 01:00:00")
        agrees(world, moment)
    assert world.table("stars_to_artifact_weekly")[day("2024-06-24"), "a"] == 7


def test_a_week_of_seven_events_shows_seven_whatever_day_it_is_run_on(world: World) -> None:
    world.settings(grains=["week"], start="2024-01-01")
    world.daily("2024-01-01", "2024-01-28")
    plan(world.root, execution_time="2024-01-09 03:00:00")
    for n in range(10, 29):
        run(world.root, execution_time=f"2024-01-{n} 03:00:00")
        table = world.table("stars_to_artifact_weekly")
        assert set(table.values()) == {7.0}
        assert len(table) == (n - 1) // 7


def test_restating_one_day_reaches_its_buckets_and_windows_and_peers(world: World) -> None:
    world.settings(grains=GRAINS, windows=[7], peer=True, all_time=True)
    world.daily("2024-01-01", "2024-07-09")
    plan(world.root, execution_time="2024-07-10 12:00:00")
    world.add([(day("2024-03-06"), "a", 100), (day("2024-03-06"), "b", 5)])
    result = restate(world.root, since="2024-03-06", until="2024-03-06", execution_time="2024-07-10 12:00:00")
    agrees(world, "2024-07-10")
    weekly, quarterly = world.table("stars_to_artifact_weekly"), world.table("stars_to_artifact_quarterly")
    assert (weekly[day("2024-03-04"), "a"], quarterly[day("2024-01-01"), "a"]) == (107, 191)
    first = world.rolling(7, "2024-07-10")
    world.events = [(sample, entity, int(amount)) for (sample, entity), amount in first.items()]
    assert world.table("peer_to_artifact_over_5_day_window") == world.rolling(5, "2024-07-10")
    assert world.table("stars_to_artifact_over_all_time") == {
        (day("2024-07-09"), "a"): 191 + 100.0,
        (day("2024-07-09"), "b"): 5,
    }
    assert "metrics.peer_to_artifact_over_5_day_window" in result.restated


def test_one_metric_is_restated_with_its_readers_only(world: World) -> None:
    world.settings(grains=["day"], windows=[7], peer=True)
    world.daily("2024-01-01", "2024-02-10")
    plan(world.root, execution_time="2024-02-10")
    shown = restate(world.root, since="2024-01-15", metric="peer", dry_run=True, execution_time="2024-02-10")
    assert (shown.restated, shown.applied) == (("metrics.peer_to_artifact_over_5_day_window",), False)
    shown = restate(world.root, since="2 weeks ago", dry_run=True, execution_time="2024-02-10")
    assert len(shown.restated) == 3
    assert {first for first, _ in shown.days.values()} == {day("2024-01-27")}


def test_dev_ending_in_mid_bucket_is_promoted_whole(world: World) -> None:
    world.settings(grains=GRAINS, windows=[7])
    world.daily("2023-12-25", "2024-03-31")
    plan(world.root, "dev", start="2024-01-01", end="2024-02-14", execution_time="2024-02-16 12:00:00")
    assert world.table("stars_to_artifact_weekly", "metrics__dev")[day("2024-02-05"), "a"] == 7
    assert (day("2024-02-12"), "a") not in world.table("stars_to_artifact_weekly", "metrics__dev")
    plan(world.root, execution_time="2024-03-06 12:00:00")
    agrees(world, "2024-03-06")


def test_dev_that_starts_in_mid_bucket_leaves_no_hole(world: World) -> None:
    world.settings(grains=GRAINS, windows=[7])
    world.daily("2023-12-25", "2024-03-31")
    plan(world.root, "dev", start="2024-02-14", end="2024-02-20", execution_time="2024-03-06 12:00:00")
    plan(world.root, execution_time="2024-03-06 13:00:00")
    agrees(world, "2024-03-06")


@pytest.mark.parametrize("size", [1, 4, 30])
def test_batches_overlap_without_doubling(world: World, size: int) -> None:
    world.settings(grains=GRAINS, windows=[7], batch_size=size)
    world.daily("2023-12-25", "2024-02-20")
    plan(world.root, execution_time="2024-02-20")
    agrees(world, "2024-02-20")
    world.add([(day("2024-01-20"), "a", 10)])
    restate(world.root, since="2024-01-18", until="2024-01-22", execution_time="2024-02-20")
    agrees(world, "2024-02-20")


def test_start_and_end_bound_sample_dates_and_not_events(world: World) -> None:
    world.settings(grains=["day", "month"], windows=[7], start="2024-01-15", end="2024-03-15")
    world.daily("2023-12-25", "2024-05-20")
    plan(world.root, execution_time="2024-03-20")
    run(world.root, execution_time="2024-05-20")
    assert world.table("stars_to_artifact_monthly") == {(day("2024-02-01"), "a"): 29, (day("2024-03-01"), "a"): 31}
    assert sorted(world.table("stars_to_artifact_daily"))[-1] == (day("2024-03-15"), "a")
    rolling = world.table("stars_to_artifact_over_7_day_window")
    assert sorted(rolling)[0] == (day("2024-01-15"), "a") and rolling[day("2024-01-15"), "a"] == 7


def test_a_metric_without_a_complete_bucket_still_plans(world: World) -> None:
    world.settings(grains=["day"])
    world.daily("2024-01-01", "2024-03-20")
    plan(world.root, execution_time="2024-02-10")
    world.settings(grains=["day", "week"], late_metric="2024-03-01")
    result = plan(world.root, execution_time="2024-02-12")
    assert "metrics.young_to_artifact_monthly" in result.added
    assert world.table("young_to_artifact_monthly") == {}
    run(world.root, execution_time="2024-04-01")
    assert world.table("young_to_artifact_monthly") == {(day("2024-03-01"), "a"): 20}


def test_an_event_that_is_late_is_in_after_the_next_run_of_the_same_day(world: World) -> None:
    world.settings(grains=GRAINS, windows=[7], all_time=True)
    world.daily("2024-01-01", "2024-06-30")
    plan(world.root, execution_time="2024-06-29 01:00:00")
    assert run(world.root, execution_time="2024-07-01 01:00:00").reread == ()
    for hour, amount in ((12, 10), (13, 20)):
        world.add([(day("2024-06-29"), "a", amount), (day("2024-06-30"), "b", amount)])
        result = run(world.root, execution_time=f"2024-07-01 {hour}:00:00")
        assert "metrics.stars_to_artifact_monthly" in result.reread
        assert sum(world.table("stars_to_artifact_over_all_time").values()) == sum(n for _, _, n in world.events)
        agrees(world, "2024-07-01")
    run(world.root, execution_time="2024-07-02 01:00:00")
    agrees(world, "2024-07-02")


def test_a_run_killed_after_reopening_is_made_good_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlmesh import Context

    world.settings(grains=GRAINS, windows=[7])
    world.daily("2024-01-01", "2024-06-30")
    plan(world.root, execution_time="2024-07-01 01:00:00")
    world.add([(day("2024-06-30"), "a", 10)])

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Context, "run", killed)
        run(world.root, execution_time="2024-07-01 12:00:00")
    run(world.root, execution_time="2024-07-01 13:00:00")
    agrees(world, "2024-07-01")


def test_hours_of_local_days_in_a_zone_west_of_utc(world: World) -> None:
    world.settings(grains=["hour"], time_zone="America/New_York", start="2024-03-09")
    world.daily("2024-03-08", "2024-03-14")  # each at 05:00 UTC: midnight in winter, 01:00 in summer
    plan(world.root, execution_time="2024-03-12 03:30:00")  # still the 11th in New York
    hours = [sample.isoformat() for sample, _ in sorted(world.table("stars_to_artifact_hourly"))]
    assert hours == ["2024-03-09T05:00:00", "2024-03-10T05:00:00"]
    run(world.root, execution_time="2024-03-12 04:30:00")  # half past midnight
    hours = [sample.isoformat() for sample, _ in sorted(world.table("stars_to_artifact_hourly"))]
    assert hours == ["2024-03-09T05:00:00", "2024-03-10T05:00:00", "2024-03-11T05:00:00"]


def test_a_local_day_is_written_when_it_is_over(world: World) -> None:
    world.settings(grains=["day"], time_zone="Asia/Tokyo", start="2024-03-01")
    world.daily("2024-03-01", "2024-03-14")
    plan(world.root, execution_time="2024-03-05 14:00:00")
    assert max(world.table("stars_to_artifact_daily"))[0] == day("2024-03-04")
    run(world.root, execution_time="2024-03-06 00:30:00")
    assert max(world.table("stars_to_artifact_daily"))[0] == day("2024-03-05")

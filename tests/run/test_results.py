"""What commands are told, and what runs leave in the warehouse."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from gnomon.errors import RunError, UsageError
from gnomon.run.advance import run
from gnomon.run.plan import plan
from gnomon.run.restate import restate

from .world import World, day


def test_a_plan_says_what_it_adds_and_builds(world: World) -> None:
    world.settings(grains=["day", "week"])
    world.daily("2024-01-01", "2024-01-31")
    seen: list[tuple[int, int, str]] = []
    shown = plan(world.root, execution_time="2024-02-01", dry_run=True)
    assert (shown.applied, shown.batches) == (False, 0)
    assert shown.added == ("metrics.stars_to_artifact_daily", "metrics.stars_to_artifact_weekly")
    assert shown.days["metrics.stars_to_artifact_daily"] == (day("2024-01-01"), day("2024-01-31"))
    refused = plan(world.root, execution_time="2024-02-01", auto_apply=False, confirm=lambda _: False)
    assert not refused.applied
    done = plan(world.root, execution_time="2024-02-01", progress=lambda *step: seen.append(step))
    assert (done.models, done.batches, done.built_until) == (2, 2, day("2024-02-01"))
    assert done.rows == 31 + 4
    assert seen[-1][:2] == (2, 2)
    again = plan(world.root, execution_time="2024-02-01")
    assert again.is_empty and again.applied
    world.settings(grains=["day"])
    assert plan(world.root, dry_run=True).removed == ("metrics.stars_to_artifact_weekly",)


def test_the_data_through_of_sources_is_the_runs_end_less_the_delay(world: World) -> None:
    world.settings(grains=["day"])
    world.daily("2024-01-01", "2024-01-31")
    plan(world.root, execution_time="2024-01-20 12:00:00")
    run(world.root, execution_time="2024-01-22 01:30:00")
    query = "SELECT environment, source, data_through, run_end, execution_time FROM metrics.gnomon_runs"
    assert world.execute(query) == [
        ("prod", "src.events", datetime(2024, 1, 21, 18), day("2024-01-22"), datetime(2024, 1, 22, 1, 30))
    ]


def test_wrong_use_is_one_clear_error(world: World, tmp_path: Path) -> None:
    world.settings(grains=["day"])
    world.daily("2024-01-01", "2024-01-31")
    with pytest.raises(UsageError, match="no environment 'prod' yet"):
        run(world.root, execution_time="2024-02-01")
    with pytest.raises(UsageError, match="always covers all days"):
        plan(world.root, start="1 week ago")
    with pytest.raises(UsageError, match=r"no config\.py"):
        plan(tmp_path / "nowhere")
    plan(world.root, execution_time="2024-02-01")
    with pytest.raises(UsageError, match="known: stars"):
        restate(world.root, since="2024-01-05", metric="xyz", execution_time="2024-02-01")
    with pytest.raises(UsageError, match="no complete day"):
        restate(world.root, since="2024-03-01", execution_time="2024-02-01")
    with pytest.raises(UsageError, match="is not a date"):
        restate(world.root, since="yesterweek", execution_time="2024-02-01")


def test_a_failing_query_names_its_table_and_the_next_plan_repairs_it(world: World) -> None:
    world.settings(grains=["day"])
    world.daily("2024-01-01", "2024-01-31")
    world.execute("ALTER TABLE src.events RENAME amount TO quantity")
    with pytest.raises(RunError, match=r"metrics\.stars_to_artifact_daily was not built: .*amount"):
        plan(world.root, execution_time="2024-02-01")
    world.execute("ALTER TABLE src.events RENAME quantity TO amount")
    plan(world.root, execution_time="2024-02-01")
    assert world.table("stars_to_artifact_daily") == world.buckets("day", "2024-02-01")


def test_dev_is_planned_with_relative_dates(world: World) -> None:
    world.settings(grains=["day"])
    world.daily("2024-01-01", "2024-01-31")
    plan(world.root, "dev", start="1 week", end="now", execution_time="2024-01-20 12:00:00")
    samples = sorted(sample for sample, _ in world.table("stars_to_artifact_daily", "metrics__dev"))
    assert (samples[0], samples[-1]) == (day("2024-01-13"), day("2024-01-19"))

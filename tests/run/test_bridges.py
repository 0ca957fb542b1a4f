"""A bridge that changes restates what is built on it, and says so."""

from __future__ import annotations

import pytest

from gnomon.run.advance import run
from gnomon.run.plan import plan

from .world import World, day

PROJECTS = "stars_to_project_daily"


def bridged(world: World, **settings: str) -> None:
    world.settings(grains=["day"], bridge=True, **settings)
    world.daily("2024-01-01", "2024-02-20", "a")
    world.daily("2024-01-01", "2024-02-20", "b", 2)


def test_current_membership_is_rebuilt_in_full(world: World) -> None:
    bridged(world)
    world.execute("INSERT INTO src.bridge VALUES ('a', 'p', NULL, NULL)")
    first = plan(world.root, execution_time="2024-02-10 01:00:00")
    assert first.bridges == ()
    assert [(lack.source, lack.bridge, lack.keys) for lack in first.unmatched] == [("src.events", "src.bridge", 1)]
    assert run(world.root, execution_time="2024-02-11 01:00:00").bridges == ()
    world.execute("INSERT INTO src.bridge VALUES ('b', 'p', NULL, NULL), ('b', 'p', NULL, NULL)")
    shown = plan(world.root, dry_run=True, execution_time="2024-02-11 02:00:00")
    assert [str(change) for change in shown.bridges] == [
        "src.bridge changed: the variants above it are rebuilt in full"
    ]
    result = run(world.root, execution_time="2024-02-11 03:00:00")
    assert [change.table for change in result.bridges] == ["src.bridge"]
    table = world.table(PROJECTS)
    assert len(table) == 41 and set(table.values()) == {3.0}
    assert result.unmatched == ()
    again = run(world.root, execution_time="2024-02-11 04:00:00")
    assert again.bridges == ()


def test_a_lost_row_counts_as_a_change_and_a_doubled_one_does_not(world: World) -> None:
    bridged(world)
    world.execute("INSERT INTO src.bridge VALUES ('a', 'p', NULL, NULL), ('b', 'q', NULL, NULL)")
    plan(world.root, execution_time="2024-02-10 01:00:00")
    world.execute("INSERT INTO src.bridge VALUES ('a', 'p', NULL, NULL)")
    assert run(world.root, execution_time="2024-02-10 02:00:00").bridges == ()
    world.execute("DELETE FROM src.bridge WHERE artifact_id = 'b'")
    assert len(run(world.root, execution_time="2024-02-10 03:00:00").bridges) == 1
    assert {project for _, project in world.table(PROJECTS)} == {"p"}


def test_a_dated_bridge_names_the_earliest_date_that_moved(world: World) -> None:
    bridged(world, valid_from="valid_from", valid_to="valid_to")
    world.execute("INSERT INTO src.bridge VALUES ('a', 'p', NULL, NULL), ('b', 'p', '2024-01-05', NULL)")
    plan(world.root, execution_time="2024-02-10 01:00:00")
    world.execute("UPDATE src.bridge SET valid_to = '2024-02-01' WHERE artifact_id = 'b'")
    [change] = run(world.root, execution_time="2024-02-10 02:00:00").bridges
    assert change.since == day("2024-02-01")
    world.execute("UPDATE src.bridge SET valid_from = '2024-01-09' WHERE artifact_id = 'b'")
    [change] = run(world.root, execution_time="2024-02-10 03:00:00").bridges
    assert change.since == day("2024-01-05")


def test_a_restatement_that_fails_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from gnomon.run.agree import Agreement

    bridged(world)
    world.execute("INSERT INTO src.bridge VALUES ('a', 'p', NULL, NULL)")
    plan(world.root, execution_time="2024-02-10 01:00:00")
    world.execute("INSERT INTO src.bridge VALUES ('b', 'p', NULL, NULL)")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Agreement, "_restate", killed)
        run(world.root, execution_time="2024-02-11 01:00:00")
    assert len(run(world.root, execution_time="2024-02-11 02:00:00").bridges) == 1
    assert set(world.table(PROJECTS).values()) == {3.0}

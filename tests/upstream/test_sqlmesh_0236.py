"""What gnomon.run.upstream relies on in SQLMesh 0.236: when one of these fails, read that file again."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest


@pytest.fixture(autouse=True)
def _quiet() -> None:
    pytest.importorskip("sqlmesh")


def test_the_version_is_the_one_that_is_corrected() -> None:
    from gnomon.run.upstream import CORRECTED

    assert version("sqlmesh").startswith(CORRECTED)


def test_creation_is_handed_all_snapshots_and_evaluation_the_parents() -> None:
    from sqlmesh.core.scheduler import Scheduler

    created = inspect.getsource(Scheduler.run_merged_intervals)
    assert "self.snapshot_evaluator.create_snapshot(" in created
    assert "snapshots=self.snapshots_by_name," in created, "upstream may have mended the quadratic creation"
    assert "parent_snapshots_by_name(snapshot, self.snapshots)" in inspect.getsource(Scheduler.evaluate)


def test_the_signatures_that_are_wrapped() -> None:
    from sqlmesh.core.plan.evaluator import BuiltInPlanEvaluator
    from sqlmesh.core.snapshot import SnapshotEvaluator

    create = list(inspect.signature(inspect.unwrap(SnapshotEvaluator.create_snapshot)).parameters)
    assert create[:4] == ["self", "snapshot", "snapshots", "deployability_index"]
    visit = list(inspect.signature(inspect.unwrap(BuiltInPlanEvaluator.visit_backfill_stage)).parameters)
    assert visit == ["self", "stage", "plan"]


def test_a_model_that_starts_in_the_future_gets_an_interval_that_ends_before_it_begins() -> None:
    """gnomon.run.upstream leaves it out; if upstream does so itself, the correction can go."""
    from types import SimpleNamespace

    from gnomon.run.upstream import _without_inverted

    found = {"tomorrow": [(2, 1)], "both": [(2, 1), (3, 4)], "today": [(0, 1)]}
    merged = _without_inverted(lambda self, *args, **kwargs: found)
    assert merged(SimpleNamespace()) == {"both": [(3, 4)], "today": [(0, 1)]}


def test_corrections_are_installed_once() -> None:
    from sqlmesh.core.snapshot import SnapshotEvaluator

    from gnomon.run.upstream import correct_sqlmesh

    assert correct_sqlmesh()
    installed = SnapshotEvaluator.create_snapshot
    assert correct_sqlmesh() and SnapshotEvaluator.create_snapshot is installed
    assert not hasattr(inspect.unwrap(installed), "_gnomon_original")


def test_only_parents_reach_the_creation() -> None:
    from types import SimpleNamespace

    from gnomon.run.upstream import _with_parents_only

    seen: list[set[str]] = []
    create = _with_parents_only(lambda self, snapshot, snapshots, *args, **kwargs: seen.append(set(snapshots)))
    child = SimpleNamespace(name="child", parents=(SimpleNamespace(name="parent"), SimpleNamespace(name="external")))
    create(None, child, {"child": child, "parent": object(), "stranger": object()})
    assert seen == [{"child", "parent"}]


def test_the_last_days_are_read_again_when_a_day_is_missing_and_only_then() -> None:
    """gnomon.run.advance opens one day; SQLMesh's lookback does the rest."""
    from sqlmesh.core.node import IntervalUnit
    from sqlmesh.core.snapshot.definition import compute_missing_intervals

    day = 24 * 60 * 60 * 1000
    assert compute_missing_intervals(IntervalUnit.DAY, ((0, 10 * day),), 0, 10 * day, 3, None) == []
    opened = compute_missing_intervals(IntervalUnit.DAY, ((0, 9 * day),), 0, 10 * day, 3, None)
    assert opened == [(n * day, (n + 1) * day) for n in range(6, 10)]

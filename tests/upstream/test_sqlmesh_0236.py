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

    found = {"tomorrow": [(2, 1)], "both": [(2, 1), (3, 4)], "today": [(0, 1)], "empty": [(1, 1)]}
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


def test_a_changed_stamp_is_a_change_of_which_nothing_is_known() -> None:
    from types import SimpleNamespace

    from gnomon.run.upstream import _with_stamps

    is_breaking = _with_stamps(lambda self, previous: False)
    stars, forks = SimpleNamespace(stamp="stars"), SimpleNamespace(stamp="forks")
    assert (is_breaking(stars, forks), is_breaking(stars, stars)) == (None, False)


@pytest.mark.parametrize(
    ("empty", "built", "selected", "idle"),
    [
        (False, ["old"], ["old", "new"], ["new"]),
        (False, ["old", "new"], ["old", "new"], []),
        (False, ["old"], ["old"], []),
        (False, [], ["old", "new"], []),
        (True, ["old"], ["old", "new"], []),
    ],
)
def test_new_models_without_days_to_build_are_idle(
    empty: bool, built: list[str], selected: list[str], idle: list[str]
) -> None:
    from types import SimpleNamespace

    from gnomon.run.upstream import _idle

    class Snapshot(SimpleNamespace):
        __hash__ = object.__hash__  # type: ignore[assignment]

    each = {name: Snapshot(name=name, snapshot_id=name) for name in ("old", "new")}
    stage = SimpleNamespace(
        snapshot_to_intervals={each[name]: [(0, 1)] for name in built}, selected_snapshot_ids=set(selected)
    )
    plan = SimpleNamespace(empty_backfill=empty, new_snapshots=[each["new"]])
    assert [snapshot.name for snapshot in _idle(stage, plan)] == idle


def test_tables_of_idle_models_are_made_before_the_days_and_views_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from gnomon.run import upstream

    def model(name: str, *, materialized: bool = True, annotated: bool = True) -> SimpleNamespace:
        parts = ("table_format", "storage_format", "partitioned_by", "partition_interval_unit", "clustered_by")
        rest = dict.fromkeys((*parts, "physical_properties", "description", "column_descriptions"))
        fields = {"gateway": None, "annotated": annotated, "columns_to_types_or_raise": {}, **rest}
        return SimpleNamespace(
            snapshot_id=name, is_materialized=materialized, model=SimpleNamespace(**fields),
            table_name=lambda is_deployable: f"{name} {is_deployable}",
        )  # fmt: skip

    said: list[str] = []
    adapter = SimpleNamespace(create_table=lambda name, **_: said.append(f"table {name}"))
    evaluator = SimpleNamespace(
        create_physical_schemas=lambda found, _: said.append(f"schemas of {len(found)}"),
        get_adapter=lambda _: adapter,
        create=lambda found, snapshots, deployability_index: said.append(f"{len(found)} created"),
    )
    idle = [model("declared"), model("asked", annotated=False), model("view", materialized=False)]
    monkeypatch.setattr(upstream, "_idle", lambda stage, plan: idle)
    visit = upstream._with_idle_tables(lambda self, stage, plan: said.append("days"))
    stage = SimpleNamespace(deployability_index=SimpleNamespace(is_deployable=lambda one: False), all_snapshots={})
    visit(SimpleNamespace(snapshot_evaluator=evaluator), stage, None)
    assert said == ["schemas of 1", "table declared False", "days", "3 created"]


def test_the_last_days_are_read_again_when_a_day_is_missing_and_only_then() -> None:
    """gnomon.run.advance opens one day; SQLMesh's lookback does the rest."""
    from sqlmesh.core.node import IntervalUnit
    from sqlmesh.core.snapshot.definition import compute_missing_intervals

    day = 24 * 60 * 60 * 1000
    assert compute_missing_intervals(IntervalUnit.DAY, ((0, 10 * day),), 0, 10 * day, 3, None) == []
    opened = compute_missing_intervals(IntervalUnit.DAY, ((0, 9 * day),), 0, 10 * day, 3, None)
    assert opened == [(n * day, (n + 1) * day) for n in range(6, 10)]


def test_no_processes_are_forked_and_no_analytics_sent_though_sqlmesh_was_imported_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sqlmesh.core import analytics, constants
    from sqlmesh.core.analytics.collector import AnalyticsCollector
    from sqlmesh.core.analytics.dispatcher import NoopEventDispatcher

    from gnomon.run.context import prepare_environment

    stopped: list[bool] = []

    class Sending(NoopEventDispatcher):
        def shutdown(self, flush: bool = True) -> None:
            stopped.append(flush)

    monkeypatch.setattr(constants, "MAX_FORK_WORKERS", 8)
    monkeypatch.setattr(analytics, "collector", AnalyticsCollector(Sending()))
    monkeypatch.delenv("MAX_FORK_WORKERS", raising=False)
    prepare_environment()
    assert constants.MAX_FORK_WORKERS == 1
    assert stopped == [False]
    monkeypatch.setenv("MAX_FORK_WORKERS", "3")
    prepare_environment()
    assert constants.MAX_FORK_WORKERS == 3


def test_installed_packages_are_read_only_for_models_that_import(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from sqlmesh.core import context_diff
    from sqlmesh.utils.metaprogramming import Executable, ExecutableKind

    from gnomon.run.upstream import correct_sqlmesh

    def snapshot(**env: Executable) -> SimpleNamespace:
        return SimpleNamespace(is_model=True, model=SimpleNamespace(python_env=env))

    assert correct_sqlmesh() and "_build_requirements(" in inspect.getsource(context_diff.ContextDiff.create)
    read: list[str] = []
    packages = SimpleNamespace(
        packages_distributions=lambda: read.append("all") or {"numpy": ["numpy"]}, version=lambda name: "1.2"
    )
    monkeypatch.setattr(context_diff, "metadata", packages)
    given, plain = {"a": "1", "b": "2"}, Executable(payload="def f(): ...", kind=ExecutableKind.DEFINITION)
    audit = SimpleNamespace(is_model=False)
    assert context_diff._build_requirements(given, {"b"}, [snapshot(), snapshot(f=plain), audit]) == {"a": "1"}
    assert read == []
    imports = snapshot(f=plain, np=Executable(payload="import numpy as np", kind=ExecutableKind.IMPORT))
    assert context_diff._build_requirements(given, {"b"}, [snapshot(), imports], False) == {"a": "1"}
    assert context_diff._build_requirements(given, {"b"}, [snapshot(), imports]) == {"a": "1", "numpy": "1.2"}
    assert read == ["all"]

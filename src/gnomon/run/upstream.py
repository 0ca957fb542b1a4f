"""Five small corrections of SQLMesh 0.236, made only in Gnomon's own commands and only for that version.

1. `SnapshotEvaluator.create_snapshot` is handed every snapshot of the project and maps all their tables to render one
   query, so that applying N models costs N x N. It needs the parents, which is what `Scheduler.evaluate` hands on.
2. A plan in which one model has days to build and a new one has none fails, because the new one's table is never made
   (SQLMesh issue 5612): a metric that starts tomorrow, say. Such tables are made before the backfill, which makes the
   union views that read them; without asking their queries, because what these read is made by the backfill.
3. A run gives a model that starts in the future an interval that ends before it begins, and fails on it. Such
   intervals are left out.
4. A changed stamp, which is where a model's units are, counts as an added column: a change that breaks nothing. Numbers
   of another unit do break what reads them, so it counts as a change whose nature is not known.
5. Each plan reads the metadata of every installed package, to name those that Python models import. Without such
   imports it is left out.

What they rely on is pinned in tests/upstream.
"""

from __future__ import annotations

from functools import wraps
from importlib.metadata import version
from typing import Any

from sqlmesh.core import context_diff
from sqlmesh.core.model.definition import SqlModel
from sqlmesh.core.plan.evaluator import BuiltInPlanEvaluator
from sqlmesh.core.scheduler import Scheduler
from sqlmesh.core.snapshot import SnapshotEvaluator

CORRECTED = "0.236."
_MARK = "_gnomon_original"


def correct_sqlmesh() -> bool:
    """Installs the corrections once; False, and nothing done, under another version of SQLMesh."""
    if not version("sqlmesh").startswith(CORRECTED):
        return False
    if not hasattr(SnapshotEvaluator.create_snapshot, _MARK):
        SnapshotEvaluator.create_snapshot = _with_parents_only(SnapshotEvaluator.create_snapshot)
        BuiltInPlanEvaluator.visit_backfill_stage = _with_idle_tables(BuiltInPlanEvaluator.visit_backfill_stage)
        Scheduler.merged_missing_intervals = _without_inverted(Scheduler.merged_missing_intervals)
        SqlModel.is_breaking_change = _with_stamps(SqlModel.is_breaking_change)
        context_diff._build_requirements = _with_imports_only(context_diff._build_requirements)
    return True


def _with_parents_only(create_snapshot: Any) -> Any:
    @wraps(create_snapshot)
    def create(self: Any, snapshot: Any, snapshots: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        names = [parent.name for parent in snapshot.parents]
        needed = {name: snapshots[name] for name in names if name in snapshots}
        return create_snapshot(self, snapshot, {**needed, snapshot.name: snapshot}, *args, **kwargs)

    setattr(create, _MARK, create_snapshot)
    return create


def _with_idle_tables(visit_backfill_stage: Any) -> Any:
    @wraps(visit_backfill_stage)
    def visit(self: Any, stage: Any, plan: Any) -> None:
        idle = _idle(stage, plan)
        _make_empty(self.snapshot_evaluator, idle, stage.deployability_index)
        visit_backfill_stage(self, stage, plan)
        if idle:  # views, and tables whose columns only their queries tell
            snapshots = {snapshot.snapshot_id: snapshot for snapshot in stage.all_snapshots.values()}
            self.snapshot_evaluator.create(idle, snapshots, deployability_index=stage.deployability_index)

    setattr(visit, _MARK, visit_backfill_stage)
    return visit


def _without_inverted(merged_missing_intervals: Any) -> Any:
    @wraps(merged_missing_intervals)
    def merged(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = merged_missing_intervals(self, *args, **kwargs)
        right = {snapshot: [each for each in intervals if each[0] < each[1]] for snapshot, intervals in found.items()}
        return {snapshot: intervals for snapshot, intervals in right.items() if intervals}

    setattr(merged, _MARK, merged_missing_intervals)
    return merged


def _with_stamps(is_breaking_change: Any) -> Any:
    @wraps(is_breaking_change)
    def is_breaking(self: Any, previous: Any) -> bool | None:
        if self.stamp != previous.stamp:
            return None
        found: bool | None = is_breaking_change(self, previous)
        return found

    setattr(is_breaking, _MARK, is_breaking_change)
    return is_breaking


def _with_imports_only(build_requirements: Any) -> Any:
    @wraps(build_requirements)
    def build(provided: Any, excluded: Any, snapshots: Any, infer_python_dependencies: bool = True) -> Any:
        found = (each for snapshot in snapshots if snapshot.is_model for each in snapshot.model.python_env.values())
        infer = infer_python_dependencies and any(executable.kind == "import" for executable in found)
        return build_requirements(provided, excluded, snapshots, infer)

    setattr(build, _MARK, build_requirements)
    return build


def _idle(stage: Any, plan: Any) -> list[Any]:
    """The new models of a plan that has days to build, but none of theirs."""
    if plan.empty_backfill or not stage.snapshot_to_intervals:
        return []
    return [
        snapshot
        for snapshot in plan.new_snapshots
        if snapshot.snapshot_id in stage.selected_snapshot_ids and snapshot not in stage.snapshot_to_intervals
    ]


def _make_empty(evaluator: Any, snapshots: list[Any], deployability: Any) -> None:
    """Makes the tables whose models declare their columns, without rows."""
    declared = [snapshot for snapshot in snapshots if snapshot.is_materialized and snapshot.model.annotated]
    evaluator.create_physical_schemas(declared, deployability)
    for snapshot in declared:
        model = snapshot.model
        evaluator.get_adapter(model.gateway).create_table(
            snapshot.table_name(is_deployable=deployability.is_deployable(snapshot)),
            target_columns_to_types=model.columns_to_types_or_raise,
            table_format=model.table_format,
            storage_format=model.storage_format,
            partitioned_by=model.partitioned_by,
            partition_interval_unit=model.partition_interval_unit,
            clustered_by=model.clustered_by,
            table_properties=model.physical_properties,
            table_description=model.description,
            column_descriptions=model.column_descriptions,
        )

"""Plans: what an environment lacks, and building it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from gnomon.errors import Problem, UsageError
from gnomon.run.agree import Agreement, agree
from gnomon.run.bridges import unmatched_keys
from gnomon.run.console import Progress, table_name
from gnomon.run.context import Session, day_of, local_day, names, opened
from gnomon.run.counts import rows_of
from gnomon.run.history import record_run
from gnomon.run.preflight import check_tables
from gnomon.run.results import PlanResult
from gnomon.run.reused import forget_what_changed

PROD = "prod"


def plan(
    root: str | Path,
    environment: str = PROD,
    *,
    start: Any = None,
    end: Any = None,
    execution_time: Any = None,
    auto_apply: bool = True,
    no_prompts: bool = True,
    dry_run: bool = False,
    confirm: Callable[[PlanResult], bool] | None = None,
    gateway: str | None = None,
    progress: Progress | None = None,
) -> PlanResult:
    """Compares the definitions with an environment and builds what it lacks.

    `start`, `end` and `execution_time` are whatever SQLMesh takes, also "1 week" and "now"; both dates are included,
    and the plan of prod takes neither. With `auto_apply` off, or `no_prompts` off, `confirm` is asked with the plan
    before it is applied, and without `confirm` nothing is. Raises UsageError, DefinitionError or RunError.
    """
    if environment == PROD and (start is not None or end is not None):
        help = "leave --start and --end out, or plan another environment: `gnomon plan dev --start ...`"
        raise UsageError(Problem("prod_is_whole", "the plan of prod always covers all days", help=help))
    began = monotonic()
    purpose = f"gnomon plan {environment}"
    with opened(root, purpose, execution_time=execution_time, gateway=gateway, progress=progress) as session:
        check_tables(session, may_be_empty=False)
        agreement = agree(session, environment)
        built = _built(session, environment, start, end, execution_time)
        if not dry_run and forget_what_changed(session, environment, built):
            built = _built(session, environment, start, end, execution_time)
        shown = described(session, built)
        if dry_run or not _wanted(shown, auto_apply and no_prompts, confirm):
            return replace(shown, bridges=agreement.pending(), seconds=monotonic() - began)
        session.context.apply(built)
        return finished(session, shown, agreement, began)


def _built(session: Session, environment: str, start: Any, end: Any, execution_time: Any) -> Any:
    """SQLMesh's plan, not yet applied."""
    builder = session.context.plan_builder(
        environment,
        start=None if start is None else day_of(session, start).isoformat(),
        end=None if end is None else _end(session, end),
        execution_time=execution_time,
        skip_tests=True,
    )
    return builder.build()


def _end(session: Session, end: Any) -> Any:
    """The last day to build, or the execution time itself for one that is not over."""
    last = day_of(session, end)
    return session.execution if last >= session.today else last.isoformat()


def _wanted(shown: PlanResult, unasked: bool, confirm: Callable[[PlanResult], bool] | None) -> bool:
    if unasked or shown.is_empty:
        return True
    return confirm is not None and confirm(shown)


def described(session: Session, built: Any) -> PlanResult:
    """SQLMesh's plan as a result that has not been applied."""
    diff = built.context_diff
    days = {
        table_name(missing.snapshot_id.name): (
            local_day(missing.intervals[0][0]),
            local_day(missing.intervals[-1][1] - 1),
        )
        for missing in built.missing_intervals
        if missing.intervals
    }
    return PlanResult(
        environment=built.environment_naming_info.name,
        applied=False,
        added=names(snapshot.name for snapshot in diff.added),
        modified=names(diff.modified_snapshots),
        removed=names(snapshot.name for snapshot in diff.removed_snapshots),
        restated=names(snapshot.name for snapshot in built.restatements),
        days=days,
        units={
            table_name(name): (old.node.stamp, new.node.stamp)
            for name, (new, old) in diff.modified_snapshots.items()
            if old.node.stamp != new.node.stamp
        },
    )


def finished(session: Session, shown: PlanResult, agreement: Agreement, began: float) -> PlanResult:
    """The result of an applied plan, after its bridges were compared and its history was written."""
    bridges = agreement.reach()
    built_until = record_run(session, shown.environment)
    console = session.console
    return replace(
        shown,
        applied=True,
        batches=console.batches,
        models=len(console.models),
        rows=rows_of(session, shown.environment, console.models),
        seconds=monotonic() - began,
        built_until=built_until,
        bridges=bridges,
        unmatched=tuple(unmatched_keys(session)),
        warnings=tuple(dict.fromkeys(console.warnings)),
    )

"""Runs: new days, and the days before them that late events may have changed."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

from gnomon.errors import Problem, RunError, UsageError
from gnomon.run.agree import agree
from gnomon.run.bridges import unmatched_keys
from gnomon.run.console import Progress
from gnomon.run.context import Session, failed, names, opened
from gnomon.run.counts import rows_of
from gnomon.run.history import record_run
from gnomon.run.plan import PROD
from gnomon.run.preflight import check_tables
from gnomon.run.results import RunResult

DAY_MS = 24 * 60 * 60 * 1000


def run(
    root: str | Path,
    *,
    environment: str = PROD,
    execution_time: Any = None,
    gateway: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Builds the days that have ended since the last run, and reads again those within the sources' lateness.

    Several runs on one day read the same days again each time. Raises UsageError where the environment was never
    planned, RunError where a table was not built.
    """
    began = monotonic()
    purpose = f"gnomon run {environment}"
    with opened(root, purpose, execution_time=execution_time, gateway=gateway, progress=progress) as session:
        check_tables(session, may_be_empty=True)
        snapshots = session.snapshots(environment)
        if not snapshots:
            help = f"`gnomon plan {environment}` makes it"
            raise UsageError(Problem("unknown_environment", f"there is no environment '{environment}' yet", help=help))
        agreement = agree(session, environment)
        reread = reopen(session, snapshots) if environment == PROD else ()
        status = session.context.run(environment, execution_time=session.execution, skip_janitor=True)
        if status.is_failure:
            raise RunError(*failed(RuntimeError("the run failed"), session.console))
        bridges = agreement.reach()
        built_until = record_run(session, environment)
        return RunResult(
            environment=environment,
            batches=session.console.batches,
            models=len(session.console.models),
            rows=rows_of(session, environment, session.console.models),
            seconds=monotonic() - began,
            built_until=built_until,
            reread=reread,
            bridges=bridges,
            unmatched=tuple(unmatched_keys(session)),
            warnings=tuple(dict.fromkeys(session.console.warnings)),
        )


def reopen(session: Session, snapshots: dict[str, Any]) -> tuple[str, ...]:
    """Marks the last built day as missing for every model that has no new day and may hold late events.

    SQLMesh looks back by a model's lateness whenever it builds a day, and never otherwise: an event of June that
    arrives on 1 July at noon, after that day's run, would wait for 2 July. With its last day open again a model takes
    part in this run as in any other. If the run is killed, the day stays open and the next run builds it.
    """
    opened_again: dict[str, Any] = {}
    for name in session.context.dag:
        snapshot = snapshots.get(name)
        if snapshot is None or not snapshot.intervals or not _may_be_late(session, snapshot, opened_again):
            continue
        first, last = snapshot.intervals[0][0], snapshot.intervals[-1][1]
        if not snapshot.missing_intervals(first, session.execution, execution_time=session.execution):
            opened_again[name] = (snapshot, (max(first, last - DAY_MS), last))
    session.context.state_sync.remove_intervals(list(opened_again.values()))
    return names(opened_again)


def _may_be_late(session: Session, snapshot: Any, opened_again: dict[str, Any]) -> bool:
    spec = session.specs.get(snapshot.name)
    if spec is None or spec.variant is None or spec.kind == "view":
        return False
    # What is rebuilt whole has no lookback, and counts late events all the same.
    return spec.kind == "full" or spec.lookback > 0 or any(parent.name in opened_again for parent in snapshot.parents)

"""Restatements: rewriting what events that came too late, or corrections of a source, have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from gnomon.compile.models import ModelSpec
from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.run.agree import agree
from gnomon.run.console import Progress
from gnomon.run.context import Session, day_of, local_day, opened
from gnomon.run.plan import PROD, described, finished
from gnomon.run.results import PlanResult
from gnomon.run.reused import record_change
from gnomon.time import Calendar, TimeAggregation, Windowed, own_grain
from gnomon.time.ranges import DAY, written_range


def restate(
    root: str | Path,
    *,
    since: Any,
    until: Any = None,
    metric: str | None = None,
    environment: str = PROD,
    execution_time: Any = None,
    dry_run: bool = False,
    gateway: str | None = None,
    progress: Progress | None = None,
) -> PlanResult:
    """Rewrites every sample date that the source's rows of the days `since` to `until` (both included) can change.

    Windows reach past `until` by their length, and so does what is built on them; a metric with `fill`, `carry` or an
    unbounded scan is rewritten to the end of what is built. `until` defaults to the last complete day; `metric` is a
    metric's key, None for all. Raises UsageError for an unknown metric or an empty range, and what `plan` raises.
    """
    began = monotonic()
    purpose = f"gnomon restate --since {since}"
    with opened(root, purpose, execution_time=execution_time, gateway=gateway, progress=progress) as session:
        first = day_of(session, since)
        last = session.today - DAY if until is None else min(day_of(session, until), session.today - DAY)
        if first > last:
            raise UsageError(Problem("empty_range", f"there is no complete day from {first} to {last}"))
        models = _chosen(session, metric, environment)
        agreement = agree(session, environment)
        built = _plan(session, environment, models, first, last)
        shown = described(session, built)
        if dry_run:
            return replace(shown, bridges=agreement.pending(), seconds=monotonic() - began)
        record_change(session, environment, first)
        session.context.apply(built)
        return finished(session, shown, agreement, began)


def _plan(session: Session, environment: str, models: list[str], first: date, last: date) -> Any:
    """SQLMesh's restatement plan, with each model's days widened to what its parents' rewritten rows reach."""
    built = session.context.plan_builder(
        environment,
        restate_models=models,
        start=first.isoformat(),
        end=last.isoformat(),
        execution_time=session.execution,
        skip_tests=True,
    ).build()
    parents = {name: session.context.dag.graph.get(name, set()) for name in session.specs}
    order = [name for name in session.context.dag if name in {snapshot.name for snapshot in built.restatements}]
    ends = affected_until(session.specs, parents, order, first, last + DAY, session.today, session.project.calendar)
    built_ends = built_until(session, environment)
    reached = {name: min(end, built_ends.get(name, end)) for name, end in ends.items()}
    restatements = {
        snapshot: (low, _stamp(reached[snapshot.name])) if snapshot.name in reached else (low, high)
        for snapshot, (low, high) in built.restatements.items()
        if first < reached.get(snapshot.name, session.today)
    }
    return built.copy(update={"restatements": restatements})


def built_until(session: Session, environment: str) -> dict[str, date]:
    """The day (exclusive) up to which each series is built: a restatement past it would leave a gap behind."""
    snapshots = session.snapshots(environment)
    return {
        name: local_day(max(end for _, end in snapshot.intervals))
        for name, snapshot in snapshots.items()
        if name in session.specs and snapshot.intervals
    }


def affected_until(
    specs: Mapping[str, ModelSpec],
    parents: Mapping[str, Iterable[str]],
    order: Iterable[str],
    first: date,
    end: date,
    today: date,
    calendar: Calendar,
) -> dict[str, date]:
    """The day (exclusive) up to which each series, parents before children, has to be restated.

    The materialization itself widens a model's days to its buckets or ahead by its window; what is added here is what
    the parents' rewritten rows reach. `end` is exclusive, nothing goes past `today`.
    """
    ends: dict[str, date] = {}
    rewritten: dict[str, date] = {}
    for name in order:
        spec = specs.get(name)
        reached = max([end, *(rewritten[parent] for parent in parents.get(name, ()) if parent in rewritten)])
        if spec is None or spec.kind != "series":
            rewritten[name] = today
            continue
        unbounded = bool(spec.properties.get("unbounded"))
        begins = spec.start or first  # the first windows read days before the first sample date
        ends[name] = today if unbounded else min(max(reached, begins + DAY), today)
        interval = spec.properties.get("interval") or (spec.variant.interval if spec.variant else None)
        if interval is not None and own_grain(interval) is not None:
            rewritten[name] = today  # its buckets are in the warehouse: their ends are not known here
        elif isinstance(interval, TimeAggregation | Windowed):
            rewritten[name] = max(written_range(interval, first, ends[name], today, today, calendar)[1], ends[name])
    return ends


def _chosen(session: Session, metric: str | None, environment: str) -> list[str]:
    """The variants of a metric, or of all, that the environment has: others are built when they are planned."""
    variants = {name: spec for name, spec in session.specs.items() if spec.variant is not None and spec.kind != "view"}
    known = {spec.variant.metric.key for spec in variants.values() if spec.variant}
    if metric is not None and metric not in known:
        raise UsageError(Problem("unknown_metric", f"there is no metric '{metric}'", help=did_you_mean(metric, known)))
    present = session.snapshots(environment)
    chosen = [
        spec.name
        for name, spec in variants.items()
        if name in present and spec.variant and metric in (None, spec.variant.metric.key)
    ]
    if not chosen:
        what = f"'{metric}' is not built" if metric else "nothing is built"
        help = f"`gnomon plan {environment}` builds it"
        raise UsageError(Problem("nothing_to_restate", f"{what} in '{environment}'", help=help))
    return chosen


def _stamp(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)

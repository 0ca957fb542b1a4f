"""A project -> everything that an engine builds: the calendar, the variants, the union views, the metadata."""

from __future__ import annotations

from datetime import date, timedelta

from gnomon.check.refused import Refusals
from gnomon.compile.calendar import calendar_model
from gnomon.compile.lateness import lookback
from gnomon.compile.marked import marked_views
from gnomon.compile.metadata import metadata_models
from gnomon.compile.models import ModelSpec
from gnomon.compile.modify import modified
from gnomon.compile.sql import Compiled, Options, incremental
from gnomon.compile.views import union_views
from gnomon.errors import DefinitionError, Problem
from gnomon.expand import expand
from gnomon.model import Project, Variant
from gnomon.time import AllTime, Cron, Grain, OwnAggregation, TimeAggregation, Windowed
from gnomon.time.grain import add

BATCH_DAYS = 365
"""How many sample dates a run over a long range computes at a time, where each row belongs to many of them."""


def compile_project(project: Project) -> tuple[ModelSpec, ...]:
    """All models of a project, each after the ones that it reads; without what `compat: oso` refuses by name.

    Raises one DefinitionError with every problem of every metric.
    """
    calendar = calendar_model(project)
    specs: list[ModelSpec] = []
    compiled: dict[str, Compiled] = {}
    options = Options()
    problems: dict[tuple[object, ...], Problem] = {}
    refusals = Refusals(project)
    for variant in expand(project):
        if refusals.has(variant):
            continue
        try:
            one = incremental(project, variant, calendar.name, options)
        except DefinitionError as error:
            if refusals.takes(variant, error):
                continue
            for problem in error.problems:
                problems.setdefault((problem.code, problem.span, problem.message), problem)
            continue
        if refusals.takes_peers(variant, one.peers):
            continue
        compiled[variant.name] = one
        specs.append(modified(series(project, one, compiled), variant))
    if problems:
        raise DefinitionError(*problems.values())
    views = (*marked_views(project, specs), *union_views(project, specs))
    return (calendar, *specs, *views, *metadata_models(project, specs))


def series(project: Project, compiled: Compiled, others: dict[str, Compiled]) -> ModelSpec:
    """One variant's model. `others` holds what is compiled already, the variant's peers among it."""
    variant, metric = compiled.variant, compiled.variant.metric
    is_series = metric.incremental and not isinstance(variant.interval, AllTime)
    upstream = [compiled, *(others[name] for name in all_peers(compiled, others))]
    days = lookback((project.sources[name] for one in upstream for name in one.sources), project.calendar)
    audits = (*metric.audits, *(metric.incremental_audits if is_series else ()))
    return ModelSpec(
        name=variant.name,
        query=compiled.query,
        dialect=project.dialect,
        kind="series" if is_series else "full",
        columns=compiled.columns,
        depends_on=compiled.reads,
        cron="@hourly" if is_hourly(variant) else "@daily",
        start=metric.start,
        end=last_day(project, variant, days) if is_series else None,
        lookback=days if is_series else 0,
        batch_size=(metric.batch_size or default_batch(compiled)) if is_series else None,
        time_column="metrics_sample_date",
        grain=tuple(c.name for c in compiled.columns if c.role in ("sample_date", "entity", "dimension", "metric")),
        tags=metric.tags,
        audits=audits,
        description=metric.metadata.description or metric.metadata.display_name,
        owner=metric.owner,
        variant=variant,
        plan=compiled.plan,
        properties={
            "bridges": tuple(sorted({table for one in upstream for table in one.bridges})),
            "sources": tuple(sorted({name for one in upstream for name in one.sources})),
            "unbounded": any(one.is_unbounded or one.plan.name == "peers" for one in upstream),
        },
        warnings=compiled.warnings,
    )


def all_peers(compiled: Compiled, others: dict[str, Compiled]) -> list[str]:
    """The names of the peers of a variant, and of their peers."""
    names: list[str] = []
    for peer in compiled.peers:
        if peer.name in others and peer.name not in names:
            names += [peer.name, *all_peers(others[peer.name], others)]
    return list(dict.fromkeys(names))


def is_hourly(variant: Variant) -> bool:
    """Whether a variant's sample dates are hours."""
    interval = variant.interval
    if isinstance(interval, Windowed):
        return interval.cron is Cron.HOURLY
    return isinstance(interval, TimeAggregation) and interval.grain is Grain.HOUR


def last_day(project: Project, variant: Variant, late: int) -> date | None:
    """The last day of a metric that ends: that of its last bucket, and then as long as events may be late."""
    if variant.metric.end is None:
        return None
    last = variant.metric.end
    if isinstance(variant.interval, OwnAggregation):
        last = add(last, variant.interval.grain.grain, 2)  # its buckets are not known here, and none is twice as long
    if isinstance(variant.interval, TimeAggregation) and variant.interval.grain is not Grain.HOUR:
        first = project.calendar.floor(last, variant.interval.grain)
        last = variant.interval.bounds(first, project.calendar)[1] - timedelta(days=1)
    return last + timedelta(days=late + 1)


def default_batch(compiled: Compiled) -> int | None:
    """Buckets and windows take any range at once; where each row is joined to many dates, ranges are cut."""
    return None if compiled.plan.name in ("buckets", "windows", "peers") else BATCH_DAYS

"""Variants -> SQL text for people and engines: `gnomon metrics render`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gnomon.check.refused import Refusals
from gnomon.compile.models import OutputColumn, PlanNote
from gnomon.compile.sql import Compiled, Options, incremental, standalone
from gnomon.errors import DefinitionError, Problem, UsageError, did_you_mean
from gnomon.expand import expand
from gnomon.limits import limit
from gnomon.model import Project, Variant
from gnomon.rewrite.dialects import DIALECTS


@dataclass(frozen=True, slots=True)
class Rendered:
    """One variant's SQL.

    `start` and `end` are the first and last sample date that it was asked for, both included. `units` maps output
    columns to unit JSON, None where unset.
    """

    name: str
    metric: str
    entity: str
    interval: str
    dialect: str
    sql: str
    start: date
    end: date
    plan: PlanNote
    columns: tuple[OutputColumn, ...]

    @property
    def units(self) -> dict[str, Mapping[str, Any] | None]:
        return {column.name: column.unit for column in self.columns}

    def to_dict(self) -> dict[str, Any]:
        """The wire shape: JSON values only; `unit_ext` only where a unit is not expressible in unit JSON."""
        extended = {column.name: column.unit_ext for column in self.columns if column.unit_ext is not None}
        return {
            "name": self.name,
            "metric": self.metric,
            "entity": self.entity,
            "interval": self.interval,
            "dialect": self.dialect,
            "sql": self.sql,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "plan": {"name": self.plan.name, "reason": self.plan.reason, "aggregate": self.plan.aggregate},
            "units": self.units,
            **({"unit_ext": extended} if extended else {}),
        }


def render(
    project: Project,
    metric: str | None = None,
    *,
    dialect: str | None = None,
    entity: str | None = None,
    interval: str | None = None,
    full: bool = True,
    start: date | None = None,
    end: date | None = None,
    execution_time: date | None = None,
    vars: Mapping[str, Any] | None = None,
) -> list[Rendered]:
    """The SQL of every variant that fits, peers first.

    With `full`, each query runs as it stands and returns the rows of the sample dates from `start` (default: the
    metric's) to `end` (default: the day before `execution_time`, which defaults to `end`'s next day and must be given
    where `end` is not). Without, it is the query of the SQLMesh model, with the bounds of a run as placeholders.

    What `compat: oso` refuses by name is left out. Raises DefinitionError for definitions that cannot be compiled, and
    where all that fits is refused; UsageError for what does not exist.
    """
    dialect = check_dialect(dialect or project.dialect)
    last = end or (execution_time - timedelta(days=1) if execution_time else None)
    if last is None:
        raise UsageError(Problem("missing_argument", "render needs an end or an execution_time"))
    options = Options(vars or {})
    found, refusals = [], Refusals(project)
    for variant in select_variants(project, metric, entity, interval):
        first = max(start or variant.metric.start, variant.metric.start)
        until = min(last, variant.metric.end or last)
        check_range(variant, first, until)
        try:
            compiled = (
                standalone(project, variant, first, until, dialect, options)
                if full
                else incremental(project, variant, f"{project.schema}.calendar", options)
            )
        except DefinitionError as error:
            if refusals.takes(variant, error):
                continue
            raise
        if not refusals.takes_peers(variant, compiled.peers):
            found.append(rendered(compiled, dialect, first, until))
    if refusals.problems and not found:
        raise DefinitionError(*(replace(problem, severity="error") for problem in refusals.problems.values()))
    return found


def rendered(compiled: Compiled, dialect: str, start: date, end: date) -> Rendered:
    variant = compiled.variant
    return Rendered(
        name=variant.name,
        metric=variant.metric.key,
        entity=variant.entity,
        interval=variant.suffix,
        dialect=dialect,
        sql=compiled.query.sql(dialect, pretty=True, copy=False),
        start=start,
        end=end,
        plan=compiled.plan,
        columns=compiled.columns,
    )


def check_dialect(dialect: str) -> str:
    if dialect not in DIALECTS:
        raise UsageError(
            Problem("unknown_dialect", f"there is no dialect '{dialect}'", help=did_you_mean(dialect, DIALECTS))
        )
    return dialect


def check_range(variant: Variant, start: date, end: date) -> None:
    if (end - start).days > limit("render_days"):
        raise UsageError(
            Problem("range_too_long", f"{start} to {end} is more than {limit('render_days')} days", help="give --start")
        )


def select_variants(
    project: Project, metric: str | None, entity: str | None = None, interval: str | None = None
) -> list[Variant]:
    """The variants that fit; `metric` is a metric's key or name, or the table of one variant.

    Raises UsageError `unknown_metric`, `unknown_entity` or `unknown_interval`.
    """
    variants = expand(project)
    if metric is not None:
        fitting = [v for v in variants if metric in (v.metric.key, v.metric.name, v.table, v.name)]
        if not fitting:
            known = {v.metric.key for v in variants}
            message = f"there is no metric '{metric}'"
            raise UsageError(Problem("unknown_metric", message, help=did_you_mean(metric, known)))
        variants = tuple(fitting)
    for word, what, attribute in ((entity, "entity", "entity"), (interval, "interval", "suffix")):
        if word is None:
            continue
        known = {getattr(variant, attribute) for variant in variants}
        if word not in known:
            of = f" of '{metric}'" if metric else ""
            message = f"there is no variant{of} with {what} '{word}'"
            raise UsageError(Problem(f"unknown_{what}", message, help=did_you_mean(word, known)))
        variants = tuple(v for v in variants if getattr(v, attribute) == word)
    return list(variants)

"""Metadata tables: what each metric is, its unit, its SQL and what its rows cover, as text that engines can read.

Everything is a constant, so a table is built again only when what it says has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlglot import exp

from gnomon.compile.constants import text_constant, unit_constant
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.model import Metric, Project
from gnomon.time import AllTime, Calendar, Cron, Grain, Interval, OwnAggregation, Rolling, ToDate, grain_words

LIST_TYPES = {"snowflake": "ARRAY", "redshift": "SUPER"}
"""The type of a list of texts, where it is not ARRAY<TEXT>."""

GRAIN_WORDS = {
    Grain.HOUR: "the hour that begins at the sample date, in UTC",
    Grain.DAY: "the day of the sample date",
    Grain.WEEK: "the week that begins on the sample date, a {weekday}",
    Grain.MONTH: "the month that begins on the sample date",
    Grain.QUARTER: "the quarter that begins on the sample date",
    Grain.HALF_YEAR: "the half-year that begins on the sample date",
    Grain.YEAR: "the year that begins on the sample date",
}


def metadata_models(project: Project, specs: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
    """`<schema>.metrics_metadata_<key>` for each metric that has variants among `specs`, and their union.

    Columns: `display_name`, `description`, `metric` (its key), `unit` (canonical JSON, NULL if unset),
    `sql_source_path`, `rendered_sql` (one text per variant), `bounds` (one text per interval).
    """
    by_metric: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        if spec.variant is not None:
            by_metric.setdefault(spec.variant.metric.key, []).append(spec)
    tables = tuple(metadata_model(project, own) for own in by_metric.values())
    return (*tables, union_model(project, tables)) if tables else ()


def metadata_model(project: Project, specs: Sequence[ModelSpec]) -> ModelSpec:
    """One metric's table: a single row."""
    assert specs[0].variant is not None
    metric = specs[0].variant.metric
    text = partial(text_constant, dialect=project.dialect)
    values = {
        "display_name": text(metric.metadata.display_name or metric.key),
        "description": text(metric.metadata.description),
        "metric": text(metric.key),
        "unit": unit_constant(metric.metadata.unit or common_unit(specs)),
        "sql_source_path": text(metric.sql.path),
        "rendered_sql": texts([rendered(spec) for spec in specs], project.dialect),
        "bounds": texts(all_bounds(metric, specs, project.calendar), project.dialect),
    }
    query = exp.select(*(exp.alias_(value, name, copy=False) for name, value in values.items()), copy=False)
    return ModelSpec(
        name=f"{project.schema}.metrics_metadata_{metric.key}",
        query=query,
        dialect=project.dialect,
        kind="full",
        columns=columns(project.dialect),
        depends_on=(),
        start=project.start,
        description=f"What {metric.key} is, its unit, its SQL and what its rows cover",
        owner=metric.owner,
    )


def union_model(project: Project, tables: Sequence[ModelSpec]) -> ModelSpec:
    """All metrics' rows in one view."""
    names = [column.name for column in columns(project.dialect)]
    branches = [exp.select(*names).from_(exp.to_table(table.name, dialect=project.dialect)) for table in tables]
    return ModelSpec(
        name=f"{project.schema}.metrics_metadata",
        query=exp.union(*branches, distinct=False, copy=False) if len(branches) > 1 else branches[0],
        dialect=project.dialect,
        kind="view",
        columns=columns(project.dialect),
        depends_on=tuple(table.name for table in tables),
        start=project.start,
        description="What each metric is, its unit, its SQL and what its rows cover",
    )


def columns(dialect: str) -> tuple[OutputColumn, ...]:
    """The columns of every metadata table."""
    lists = LIST_TYPES.get(dialect) or exp.DataType.build("ARRAY<TEXT>").sql(dialect)
    plain = ("display_name", "description", "metric", "unit", "sql_source_path")
    return (
        *(OutputColumn(name, "TEXT", "extra") for name in plain),
        *(OutputColumn(name, lists, "extra") for name in ("rendered_sql", "bounds")),
    )


def common_unit(specs: Sequence[ModelSpec]) -> Mapping[str, Any] | None:
    """The unit of the amounts, where every variant has the same one in every row."""
    units = [column.unit for spec in specs for column in spec.columns if column.role == "amount"]
    one = units[0] if units else None
    return one if one is not None and "by" not in one and all(unit == one for unit in units) else None


def rendered(spec: ModelSpec) -> str:
    """A variant's SQL under its name, with the bounds of a run as SQLMesh spells them."""
    query = spec.query.copy()
    for node in list(query.find_all(exp.Placeholder)):
        node.replace(exp.var(f"@{node.name}"))
    return f"-- {spec.name}\n{query.sql(spec.dialect, pretty=True, comments=False)}"


def all_bounds(metric: Metric, specs: Sequence[ModelSpec], calendar: Calendar) -> list[str]:
    """What the rows of each of a metric's intervals cover, in the order of the definition."""
    built = {spec.variant.interval for spec in specs if spec.variant is not None}
    return [f"{one.suffix}: {covered(one, metric.start, calendar)}" for one in metric.intervals if one in built]


def covered(interval: Interval, start: date, calendar: Calendar) -> str:
    """What a row of an interval covers, as a phrase.

    >>> covered(Rolling(30), date(2024, 1, 1), Calendar())
    'the 30 days up to and including the sample date, sampled each day'
    """
    if isinstance(interval, AllTime):
        return f"everything from {start} to the sample date, both included"
    if isinstance(interval, Rolling):
        unit = interval.unit.value
        units = f"{interval.window} {unit}s" if interval.window > 1 else unit
        until = "hour" if interval.cron is Cron.HOURLY else "sample date"
        return f"the {units} up to and including the {until}, sampled {sampled(interval.cron)}"
    if isinstance(interval, ToDate):
        words = f"the {grain_words(interval)} of the sample date, up to and including that date"
        return f"{words}, sampled {sampled(interval.cron)}"
    if isinstance(interval, OwnAggregation):
        return f"the {interval.grain.words} that begins on the sample date"
    return GRAIN_WORDS[interval.grain].format(weekday=calendar.week_start.capitalize())


def sampled(cron: Cron) -> str:
    """How often a window is sampled, as a phrase."""
    period = cron.grain.value
    return f"each {period}" if cron in (Cron.HOURLY, Cron.DAILY) else f"the last day of each {period}"


def texts(values: Sequence[str], dialect: str) -> exp.Expr:
    return exp.Array(expressions=[text_constant(value, dialect) for value in values])

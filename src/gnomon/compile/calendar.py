"""The calendar: one row a day with every grain's bucket, which every engine reads in place of date functions."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.limits import limit
from gnomon.model import Metric, Project
from gnomon.plan.frame import window_start
from gnomon.rewrite.dates import bucket_start, calendar_query, move
from gnomon.time import Grain, Windowed, own_grain

GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF_YEAR, Grain.YEAR)


def calendar_model(project: Project) -> ModelSpec:
    """The model `<schema>.calendar`: `day`, and `<grain>_start` and `<grain>_end` (exclusive) of each longer grain.

    All columns are DATEs. It covers the year before the first sample date, and every day that a window reads, to the
    end of the year after the execution date, in the project's weeks.
    """
    dialect = project.dialect
    start = first_day(project)
    execution = exp.cast(exp.Placeholder(this="execution_ds"), "DATE")
    this_year = bucket_start(execution, Grain.YEAR, calendar=project.calendar, dialect=dialect)
    end = move(move(this_year, Grain.YEAR, 2, dialect=dialect), Grain.DAY, -1, dialect=dialect)
    query = calendar_query(
        start, end, grains=GRAINS, calendar=project.calendar, dialect=dialect, max_days=limit("render_days")
    )
    names = (f"{grain.value}_{side}" for grain in GRAINS for side in ("start", "end"))
    return ModelSpec(
        name=f"{project.schema}.calendar",
        query=query,
        dialect=dialect,
        kind="full",
        columns=(OutputColumn("day", "DATE", "sample_date"), *(OutputColumn(name, "DATE", "extra") for name in names)),
        depends_on=(),
        start=start,
        grain=("day",),
        description="One row a day, with the first day and the end (exclusive) of each bucket that holds it",
    )


def first_day(project: Project) -> date:
    """1 January of the year before the earliest start, or of the first day that any window reads."""
    starts = [project.start, *(metric.start for metric in project.metrics.values())]
    first = min([project.start, *(read_from(metric, project) for metric in project.metrics.values())])
    return date(max(min(min(starts).year - 1, first.year), 1), 1, 1)


def read_from(metric: Metric, project: Project) -> date:
    """The first day that the windows of a metric's first sample date read."""
    windowed = [one for one in metric.intervals if isinstance(one, Windowed) and own_grain(one) is None]
    return min([metric.start, *(window_start(metric.start, one, project.calendar) for one in windowed)])

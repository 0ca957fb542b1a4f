"""What a run of one variant's model writes, executed on DuckDB over any days, and judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import duckdb
from sqlglot import exp

from gnomon.compile.sql import incremental
from gnomon.expand import expand
from gnomon.time.ranges import written_range
from increments.scheduler import calendar_of, in_gnomon
from oracle.clock import DAY, AllTime, Bucket, Clock, local_midnight
from oracle.judge import expected_rows
from oracle.model import Data, PeerOver, PeerPair, Project
from property.trial import Trial, compared

CALENDAR = "metrics.calendar"


@dataclass(frozen=True)
class Run:
    """A run of a variant over the days `[start, end)` on an execution date, on a table that was built until then."""

    trial: Trial
    start: date
    end: date
    execution: date


def fill_calendar(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> None:
    """The calendar model's days."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS metrics")
    connection.execute(
        f"""CREATE OR REPLACE TABLE {CALENDAR} AS SELECT CAST(d AS DATE) AS day
            FROM generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) AS g(d)"""
    )


def run_sql(loaded: Any, run: Run) -> str:
    """The query of a variant's model with the run's days put in."""
    variants = expand(loaded)
    name = (run.trial.metric.name, run.trial.entity, run.trial.interval.suffix)
    variant = next(v for v in variants if (v.metric.name, v.entity, v.suffix) == name)
    return bounded_sql(incremental(loaded, variant, CALENDAR).query, run)


def bounded_sql(query: exp.Query, run: Run) -> str:
    """A model's query with the run's days put in."""
    query = query.copy()
    bounds = {"start_ds": run.start, "end_ds": run.end - DAY, "execution_ds": run.execution}
    for placeholder in list(query.find_all(exp.Placeholder)):
        placeholder.replace(exp.Literal.string(bounds[placeholder.name].isoformat()))
    return query.sql("duckdb", pretty=True)


def written(run: Run, project: Project) -> tuple[date, date]:
    """The sample dates `[low, high)` that the run replaces."""
    interval = run.trial.interval
    assert not isinstance(interval, AllTime)
    calendar = calendar_of(project.clock)
    low, high = written_range(in_gnomon(interval), run.start, run.end, run.execution, run.execution, calendar)
    return max(low, run.trial.metric.start or project.start), high


def run_problems(connection: duckdb.DuckDBPyConnection, project: Project, data: Data, run: Run, sql: str) -> list[str]:
    """How the rows that a run writes differ from the judge's rows of that range."""
    low, high = written(run, project)

    def inside(row: tuple[Any, ...]) -> bool:
        return within(row[0], low, high, project.clock)

    trial = run.trial
    judged = expected_rows(
        project, trial.metric, data, trial.entity, trial.interval, project.start, high - DAY, run.execution
    )
    return compared(connection, trial, sql, [row for row in judged if inside(row)], inside)


def within(sample: date, low: date, high: date, clock: Clock) -> bool:
    """Whether a sample date, or an hour of one, is in `[low, high)`."""
    if isinstance(sample, datetime):
        return local_midnight(low, clock) <= sample < local_midnight(high, clock)
    return low <= sample < high


def build(connection: duckdb.DuckDBPyConnection, loaded: Any, project: Project, trial: Trial, until: date) -> None:
    """The table of a variant, rebuilt in full up to a day: what its users read."""
    run = Run(trial, trial.metric.start or project.start, until, until)
    table = f"metrics.{trial.metric.name}_to_{trial.entity}_{trial.interval.suffix}"
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS {run_sql(loaded, run)}")


def peers_of(project: Project, trial: Trial) -> list[Trial]:
    """The variants that a variant reads."""
    match trial.metric.shape:
        case PeerPair(left=left, right=right):
            return [replace(trial, metric=project.metric(name)) for name in (left, right)]
        case PeerOver(peer=peer):
            return [replace(trial, metric=project.metric(peer), interval=Bucket("daily"))]
    return []

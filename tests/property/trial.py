"""One variant tried: written as a project, rendered, run on DuckDB, and judged.

A failing trial is made smaller by dropping rows while it still fails, and shown with everything that it takes to see
it again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb

import gnomon
from gnomon.compile.render import Rendered
from gnomon.compile.sql import per_date
from oracle.clock import Interval, Moment, Rolling, ToDate
from oracle.compare import disagreements
from oracle.judge import expected_rows
from oracle.logic import Row
from oracle.model import Data, Metric, Project
from oracle.spell import project_files, statements
from property.failure import Failure, Trial

__all__ = [
    "Failure",
    "Trial",
    "compared",
    "connect",
    "judged",
    "load",
    "one_date_sql",
    "problems",
    "rendered",
    "trials",
]


def load(project: Project, folder: Path, seed: int = 0) -> Any:
    """The project as Gnomon reads it."""
    for path, text in project_files(project, seed).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return gnomon.load(folder)


def trials(project: Project) -> Iterator[tuple[Metric, str, Interval]]:
    """Every variant of a project."""
    for metric in project.metrics:
        yield from ((metric, *pair) for pair in itertools.product(metric.entities, metric.intervals))


def chosen(project: Project, rng: Random, count: int) -> list[tuple[Metric, str, Interval]]:
    """Some of a project's variants: two thirds of them windows, if there are so many."""
    variants = list(trials(project))
    rng.shuffle(variants)
    windows = [variant for variant in variants if isinstance(variant[2], Rolling | ToDate)]
    others = [variant for variant in variants if variant not in windows]
    few = max(count - len(windows), count // 3)
    found = [*windows[: count - min(few, len(others))], *others[:few]]
    rng.shuffle(found)
    return found


def rendered(loaded: Any, trial: Trial) -> Rendered:
    """The self-contained query of one variant, per the public facade."""
    name, suffix = trial.metric.name, trial.interval.suffix
    found = gnomon.render(loaded, name, entity=trial.entity, interval=suffix, start=trial.start, end=trial.end)
    assert len(found) == 1, [one.name for one in found]
    return found[0]


def one_date_sql(loaded: Any, trial: Trial, sample: Moment) -> str:
    """The query of one variant over exactly the bucket or window of a sample date."""
    name = (trial.metric.name, trial.entity, trial.interval.suffix)
    variant = next(v for v in gnomon.expand(loaded) if (v.metric.name, v.entity, v.suffix) == name)
    return per_date(loaded, variant, sample, "duckdb")


def connect(project: Project, data: Data, session_zone: str = "UTC") -> duckdb.DuckDBPyConnection:
    """DuckDB with the project's tables; what a query returns must not depend on the session's zone."""
    connection = duckdb.connect()
    connection.execute(f"LOAD icu; SET TimeZone = '{session_zone}'; SET threads = 1")
    fill(connection, project, data)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, project: Project, data: Data) -> None:
    for statement in statements(project, data):
        connection.execute(statement)


def problems(connection: duckdb.DuckDBPyConnection, project: Project, data: Data, trial: Trial, sql: str) -> list[str]:
    """How the rows of a query differ from the judge's."""
    expected = expected_rows(project, trial.metric, data, trial.entity, trial.interval, trial.start, trial.end)
    return compared(connection, trial, sql, expected)


def compared(
    connection: duckdb.DuckDBPyConnection,
    trial: Trial,
    sql: str,
    expected: list[tuple[Any, ...]],
    keep: Callable[[tuple[Any, ...]], bool] = lambda row: True,
) -> list[str]:
    """How a query's rows, of which `keep` chooses, differ from the expected ones: columns, labels and amounts."""
    try:
        cursor = connection.execute(sql)
        rows = cursor.fetchall()
    except duckdb.Error as error:
        return [f"{type(error).__name__}: {error}"]
    names = [column[0] for column in cursor.description or ()]
    dims = [dim.name for dim in getattr(trial.metric.shape, "dims", ())]
    ends = ("metrics_sample_date", "metric", "amount")
    keys = [name for name in names if name not in (*dims, *ends)]
    if missing := [name for name in (*ends, *dims) if name not in names]:
        return [f"columns {names} lack {missing}"]
    label = f"{trial.metric.name}_{trial.interval.suffix}"
    wrong = {row[names.index("metric")] for row in rows} - {label}
    order = [names.index(name) for name in ("metrics_sample_date", *keys, *dims, "amount")]
    got = [tuple(row[place] for place in order) for row in rows]
    found = [f"metric is {wrong}, should be {label}"] if wrong else []
    return found + disagreements(expected, [row for row in got if keep(row)])


def smallest(project: Project, data: Data, trial: Trial, sql: str, session_zone: str) -> dict[str, list[Row]]:
    """The data with rows dropped, half of a table at a time and then one by one, as long as the query is wrong."""
    connection = connect(project, data, session_zone)

    def fails(candidate: Data) -> bool:
        fill(connection, project, candidate)
        return bool(problems(connection, project, candidate, trial, sql))

    current = {table: list(rows) for table, rows in data.items()}
    for table in current:
        size = max(1, len(current[table]) // 2)
        while size:
            place = 0
            while place < len(current[table]):
                rows = current[table]
                fewer = {**current, table: rows[:place] + rows[place + size :]}
                if fails(fewer):
                    current = fewer
                else:
                    place += size
            size //= 2
    return current


def judged(
    connection: duckdb.DuckDBPyConnection, loaded: Any, project: Project, data: Data, trial: Trial, session_zone: str,
    found: Rendered,
) -> Failure | None:  # fmt: skip
    """The failure of a trial, if any."""
    if not problems(connection, project, data, trial, found.sql):
        return None
    less = smallest(project, data, trial, found.sql, session_zone)
    with connect(project, less, session_zone) as fresh:
        wrong = problems(fresh, project, less, trial, found.sql)
    written = loaded.metrics[trial.metric.name].sql.text
    return Failure(trial, tuple(wrong), f"-- plan {found.plan.name}\n{found.sql}", written, less, project)

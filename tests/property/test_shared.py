"""Random runs of all variants of random metrics together: what is built over shared tables is the judge's, too."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from gnomon.compile.forms import can_share, table_of
from gnomon.compile.shared import Sharing, Work, shared
from gnomon.expand import expand
from oracle.clock import DAY, AllTime
from oracle.model import Measure, OrZero, Project
from oracle.spell import TWIN
from property.numbers import EXAMPLES, SHARDS, case_number, numbers
from property.runs import CALENDAR, Run, bounded_sql, fill_calendar, run_problems, written
from property.strategies import project_number
from property.trial import Trial, connect, load, trials
from property.world import Knobs, rows_of

USES = 8
"""How many of the variants that share are judged, of each project."""


def random_days(rng: Random, kind: Knobs, project: Project, trial: Trial) -> Run:
    """A full rebuild, or a few days of it: one and the same for every variant of a metric."""
    execution = trial.end + DAY
    start = max(project.start, trial.metric.start or project.start)
    if rng.random() < 0.5:
        return Run(trial, start, execution, execution)
    first = max(start, kind.center + timedelta(days=rng.randrange(-10, 11)))
    return Run(trial, first, min(execution, first + DAY * rng.choice([1, 1, 4, 20])), execution)


def with_twins(project: Project) -> Project:
    """A project in which metrics have a twin that is made of the same parts, and finished in another way."""
    twins = []
    for metric in project.metrics:
        if isinstance(metric.shape, Measure) and metric.stock is None:
            finished = replace(metric.shape, agg=OrZero(metric.shape.agg))
            twins.append(replace(metric, name=f"{metric.name}{TWIN}", shape=finished))
    return replace(project, metrics=(*project.metrics, *twins))


def runs_of(project: Project, kind: Knobs, rng: Random) -> list[Run]:
    """A run of every variant, over the same days for those of one metric and its twin."""
    found, end = [], kind.center + timedelta(days=rng.randrange(5, 40))
    for name in dict.fromkeys(metric.name.removesuffix(TWIN) for metric in project.metrics):
        seed = rng.randrange(2**30)
        for metric, entity, interval in trials(project):
            if metric.name.removesuffix(TWIN) == name and not isinstance(interval, AllTime):
                trial = Trial(metric, entity, interval, project.start, end)
                run = random_days(Random(seed), kind, project, trial)
                if run.start < run.end:
                    found.append(run)
    return found


def sharing_of(loaded: Any, project: Project, runs: list[Run]) -> tuple[Sharing, list[Run]]:
    """What the runs share, and those of them that may, by their place."""
    variants = {(v.metric.name, v.entity, v.suffix): v for v in expand(loaded)}
    works, asked = [], []
    for run in runs:
        variant = variants[run.trial.metric.name, run.trial.entity, run.trial.interval.suffix]
        if can_share(variant):
            works.append(Work(variant, (run.start, run.end), written(run, project)))
            asked.append(run)
    return shared(loaded, works, CALENDAR), asked


def make(connection: duckdb.DuckDBPyConnection, sharing: Sharing) -> None:
    for name, query in sharing.tables.items():
        connection.execute(f"CREATE TEMP TABLE {table_of(name).sql('duckdb')} AS {query.sql('duckdb')}")


@pytest.mark.parametrize("shard", range(SHARDS))
@settings(
    max_examples=max(1, EXAMPLES // 2 // SHARDS),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(numbers())
def test_what_shares_writes_the_judges_rows(
    shard: int, record_property: Callable[[str, object], None], number: int
) -> None:
    project, kind = project_number(case_number(number, shard))
    project = with_twins(project)
    data, rng = rows_of(kind), Random(kind.seed)
    with tempfile.TemporaryDirectory() as folder, connect(project, data) as connection:
        fill_calendar(connection, project.start - 400 * DAY, kind.center + 800 * DAY)
        loaded = load(project, Path(folder), kind.seed)
        sharing, runs = sharing_of(loaded, project, runs_of(project, kind, rng))
        make(connection, sharing)
        places = [*sharing.uses]
        rng.shuffle(places)
        for place in places[:USES]:
            run, sql = runs[place], bounded_sql(sharing.uses[place].query, runs[place])
            record_property("cases", 1)
            if wrong := run_problems(connection, project, data, run, sql):
                text = loaded.metrics[run.trial.metric.name].sql.text
                made = [f"-- {name}\n{query.sql('duckdb', pretty=True)}" for name, query in sharing.tables.items()]
                shown = [f"case {case_number(number, shard)}", str(run), str(project.clock), *wrong[:5], text, sql]
                pytest.fail("\n\n".join([*shown, *made]), pytrace=False)

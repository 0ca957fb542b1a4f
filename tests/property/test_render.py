"""Random metrics over random data: what `gnomon.render` returns on DuckDB is what the judge says, row by row.

GNOMON_EXAMPLES sets how many projects are generated; each is asked for about a dozen variants.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from oracle.clock import DAY, AllTime, Moment, windows
from oracle.judge import expected_rows
from oracle.model import Data, Project
from property.strategies import asked_range, projects
from property.trial import Trial, compared, connect, judged, load, one_date_sql, trials
from property.world import Knobs, rows_of

EXAMPLES = int(os.environ.get("GNOMON_EXAMPLES", "30"))
VARIANTS = 12
"""How many variants of a project are tried."""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 40,
    database=None,
    phases=[Phase.generate],  # trials are made smaller by dropping rows, which is quicker
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
@given(projects())
def test_rendered_rows_are_the_judges_rows(generated: tuple[Project, Knobs]) -> None:
    project, kind = generated
    data, rng = rows_of(kind), Random(kind.seed)
    session_zone = rng.choice(["UTC", "UTC", kind.zone, "Asia/Tokyo"])
    variants = list(trials(project))
    rng.shuffle(variants)
    with tempfile.TemporaryDirectory() as folder, connect(project, data, session_zone) as connection:
        loaded = load(project, Path(folder), kind.seed)
        for metric, entity, interval in variants[:VARIANTS]:
            start, end = asked_range(kind, project, interval, rng.randrange(10))
            trial = Trial(metric, entity, interval, start, end)
            failure = judged(connection, loaded, project, data, trial, session_zone)
            if failure is not None:
                pytest.fail(str(failure), pytrace=False)


@settings(
    max_examples=max(1, EXAMPLES // 3),
    deadline=None,
    derandomize=EXAMPLES <= 40,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(projects())
def test_the_per_date_plan_is_right_too(generated: tuple[Project, Knobs]) -> None:
    """The query that every plan is compared with, over exactly one bucket or window."""
    project, kind = generated
    data, rng = rows_of(kind), Random(kind.seed)
    variants = list(trials(project))
    rng.shuffle(variants)
    with tempfile.TemporaryDirectory() as folder, connect(project, data) as connection:
        loaded = load(project, Path(folder), kind.seed)
        for metric, entity, interval in variants[:VARIANTS]:
            start, end = asked_range(kind, project, interval, rng.randrange(10))
            trial = Trial(metric, entity, interval, start, end)
            sample = one_sample(rng, project, trial)
            if sample is None:
                continue
            sql = one_date_sql(loaded, trial, sample)
            rows = [row for row in judge_of(project, data, trial, sample) if row[0] == sample]
            if wrong := compared(connection, trial, sql, rows):
                text = loaded.metrics[metric.name].sql.text
                pytest.fail("\n\n".join([f"{trial} at {sample}", *wrong[:5], text, sql]), pytrace=False)


def one_sample(rng: Random, project: Project, trial: Trial) -> Moment | None:
    """One of the sample dates that a trial asks for, if there is one."""
    if isinstance(trial.interval, AllTime):
        return trial.end
    found = [sample for sample, *_ in windows(trial.interval, trial.start, trial.end, project.clock)]
    return rng.choice(found) if found else None


def judge_of(project: Project, data: Data, trial: Trial, sample: Moment) -> list[tuple[Any, ...]]:
    """The judge's rows around one sample date."""
    start, end = (sample.date() - DAY, sample.date() + DAY) if isinstance(sample, datetime) else (sample, sample)
    return expected_rows(project, trial.metric, data, trial.entity, trial.interval, start, end)

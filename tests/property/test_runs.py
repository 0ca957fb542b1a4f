"""Random runs of random metrics: the rows that a run writes are the judge's rows of exactly the written range."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from gnomon.errors import DefinitionError
from oracle.clock import DAY, AllTime
from oracle.model import Project
from property.numbers import EXAMPLES, SHARDS, case_number, numbers
from property.runs import Run, build, fill_calendar, peers_of, run_problems, run_sql
from property.strategies import asked_range, project_number
from property.trial import Trial, connect, load, trials
from property.world import Knobs, rows_of

VARIANTS = 5


def random_run(rng: Random, kind: Knobs, project: Project, trial: Trial) -> Run:
    """A full rebuild, or a few days of it, by an execution on or after their end."""
    execution = trial.end + DAY
    start = max(project.start, trial.metric.start or project.start)
    if rng.random() < 0.4:
        return Run(trial, start, execution, execution)
    first = max(start, kind.center + timedelta(days=rng.randrange(-10, 11)))
    return Run(trial, first, min(execution, first + DAY * rng.choice([1, 1, 4, 20])), execution)


@pytest.mark.parametrize("shard", range(SHARDS))
@settings(
    max_examples=max(1, EXAMPLES // 2 // SHARDS),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(numbers())
def test_a_run_writes_the_judges_rows(shard: int, record_property: Callable[[str, object], None], number: int) -> None:
    project, kind = project_number(case_number(number, shard))
    data, rng = rows_of(kind), Random(kind.seed)
    variants = [variant for variant in trials(project) if not isinstance(variant[2], AllTime)]
    rng.shuffle(variants)
    with tempfile.TemporaryDirectory() as folder, connect(project, data) as connection:
        fill_calendar(connection, project.start - 400 * DAY, kind.center + 800 * DAY)
        loaded = load(project, Path(folder), kind.seed)
        for metric, entity, interval in variants[:VARIANTS]:
            end = asked_range(kind, project, interval, rng.randrange(10))[1]
            trial = Trial(metric, entity, interval, project.start, end)
            run = random_run(rng, kind, project, trial)
            for peer in peers_of(project, trial):
                build(connection, loaded, project, peer, run.execution)
            try:
                sql = run_sql(loaded, run)
            except DefinitionError as error:
                if metric.fill == "none" or "error[fill_not_possible]" not in str(error):
                    raise
                continue
            record_property("cases", 1)
            if wrong := run_problems(connection, project, data, run, sql):
                text = loaded.metrics[metric.name].sql.text
                pytest.fail("\n\n".join([str(run), str(project.clock), *wrong[:5], text, sql]), pytrace=False)

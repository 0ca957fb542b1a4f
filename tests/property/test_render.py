"""Random metrics over random data: what `gnomon.render` returns on DuckDB is what the judge says, row by row.

GNOMON_EXAMPLES sets how many projects are generated; each is asked for about a dozen variants.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from oracle.model import Project
from property.strategies import asked_range, projects
from property.trial import Trial, connect, judged, load, trials
from property.world import Knobs, rows_of

EXAMPLES = int(os.environ.get("GNOMON_EXAMPLES", "40"))
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

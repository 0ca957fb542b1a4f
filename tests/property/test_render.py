"""Random metrics over random data: what `gnomon.render` returns on DuckDB is what the judge says, row by row.

GNOMON_EXAMPLES sets how many projects are generated. Each is asked for about a dozen variants, each variant is compiled
once and tried on several sets of data: a case is one of these. GNOMON_CASE=<number> tries one project again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NoReturn, TypeVar

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import gnomon
from oracle.clock import DAY, AllTime, Moment, windows
from oracle.judge import expected_rows
from oracle.model import Data, Project
from property.failure import Failure
from property.numbers import EXAMPLES, SHARDS, case_number, numbers
from property.strategies import asked_range, data_kinds, project_number
from property.trial import Trial, chosen, compared, connect, judged, load, one_date_sql, rendered
from property.world import Knobs, rows_of

T = TypeVar("T")
VARIANTS = 12
"""How many variants of a project are tried."""
DATA_SETS = 3
"""On how many sets of data each: running a query costs a tenth of compiling it."""

settled = settings(
    max_examples=max(1, EXAMPLES // SHARDS),
    deadline=None,
    database=None,
    phases=[Phase.generate],  # trials are made smaller by dropping rows, which is quicker
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@dataclass
class Tried:
    """A generated project, loaded, with sets of data for it."""

    number: int
    project: Project
    kind: Knobs
    loaded: Any
    zone: str
    data: Sequence[tuple[Data, duckdb.DuckDBPyConnection]]
    rng: Random

    def trials(self) -> Iterator[Trial]:
        """Some of the variants, each over some sample dates."""
        for metric, entity, interval in chosen(self.project, self.rng, VARIANTS):
            start, end = asked_range(self.kind, self.project, interval, self.rng.randrange(10))
            yield Trial(metric, entity, interval, start, end)

    def fail(self, failure: Failure) -> NoReturn:
        pytest.fail(replace(failure, case=self.number).shown(), pytrace=False)

    def compiled(self, trial: Trial, compile: Callable[[], T]) -> T | None:
        """What compiling a trial gives. That it cannot be compiled is a failure too, unless filling it is refused."""
        try:
            return compile()
        except Exception as error:
            if trial.metric.fill != "none" and "error[fill_not_possible]" in str(error):
                return None
            text = self.loaded.metrics[trial.metric.name].sql.text
            self.fail(Failure(trial, (f"{type(error).__name__}: {error}",), "", text, {}, self.project))


def tried(number: int, stack: ExitStack, data_sets: int) -> Tried:
    """The project of a number; `stack` closes what it opens."""
    project, kind = project_number(number)
    rng = Random(f"trials {number}")
    zone = rng.choice(["UTC", "UTC", kind.zone, "Asia/Tokyo"])
    rows = [rows_of(one) for one in data_kinds(kind, data_sets)]
    filled = [(data, stack.enter_context(connect(project, data, zone))) for data in rows]
    try:
        loaded = load(project, Path(stack.enter_context(tempfile.TemporaryDirectory())), kind.seed)
    except gnomon.DefinitionError as error:
        pytest.fail(f"case {number} (GNOMON_CASE={number}) does not load: {error}", pytrace=False)
    return Tried(number, project, kind, loaded, zone, filled, rng)


@pytest.mark.parametrize("shard", range(SHARDS))
@settled
@given(numbers())
def test_rendered_rows_are_the_judges_rows(
    shard: int, record_property: Callable[[str, object], None], number: int
) -> None:
    with ExitStack() as stack:
        case = tried(case_number(number, shard), stack, DATA_SETS)
        for trial in case.trials():
            found = case.compiled(trial, partial(rendered, case.loaded, trial))
            if found is None:
                continue
            record_property("cases", len(case.data))
            for data, connection in case.data:
                failure = judged(connection, case.loaded, case.project, data, trial, case.zone, found)
                if failure is not None:
                    case.fail(failure)


@pytest.mark.parametrize("shard", range(SHARDS))
@settings(settled, max_examples=max(1, EXAMPLES // SHARDS // 3))
@given(numbers())
def test_the_per_date_plan_is_right_too(
    shard: int, record_property: Callable[[str, object], None], number: int
) -> None:
    """The query that every plan is compared with, over exactly one bucket or window."""
    with ExitStack() as stack:
        case = tried(case_number(number, shard), stack, DATA_SETS)
        for trial in case.trials():
            sample = one_sample(case.rng, case.project, trial)
            if sample is None:
                continue
            sql = case.compiled(trial, partial(one_date_sql, case.loaded, trial, sample))
            if sql is None:
                continue
            record_property("cases", len(case.data))
            for data, connection in case.data:
                rows = [row for row in judge_of(case.project, data, trial, sample) if row[0] == sample]
                if wrong := compared(connection, trial, sql, rows):
                    text = case.loaded.metrics[trial.metric.name].sql.text
                    said = (f"at {sample}", *wrong)
                    case.fail(Failure(trial, said, sql, text, data, case.project))


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

"""Random metrics over random data: what `gnomon.render` returns on Postgres is what the judge says, row by row.

GNOMON_EXAMPLES sets how many projects are tried, GNOMON_CASE one of them. Compiling is tried in `tests/property`.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

import gnomon
from gnomon.errors import DefinitionError
from oracle.judge import expected_rows
from plans.warehouses import PostgresWarehouse, Refused
from property.failure import Failure
from property.numbers import CASE
from property.strategies import asked_range, project_number
from property.trial import Trial, chosen, compared, load
from property.world import rows_of

EXAMPLES = int(os.environ.get("GNOMON_EXAMPLES", "16"))
VARIANTS = 6
NUMBERS = [int(CASE)] if CASE else range(EXAMPLES)


@pytest.mark.parametrize("number", NUMBERS)
def test_rows_on_postgres_are_the_judges_rows(
    number: int, postgres_warehouse: PostgresWarehouse, tmp_path: Path
) -> None:
    project, kind = project_number(number)
    rng, data = Random(f"trials {number}"), rows_of(kind)
    postgres_warehouse.zone(rng.choice(["UTC", kind.zone, "Asia/Tokyo"]))
    postgres_warehouse.fill(project, data)
    loaded = load(project, tmp_path, kind.seed)
    for metric, entity, interval in chosen(project, rng, VARIANTS):
        trial = Trial(metric, entity, interval, *asked_range(kind, project, interval, rng.randrange(10)))
        asked = {"entity": entity, "interval": interval.suffix, "start": trial.start, "end": trial.end}
        try:
            found = gnomon.render(loaded, metric.name, dialect="postgres", **asked)[0]
        except DefinitionError as error:
            if metric.fill != "none" and "error[fill_not_possible]" in str(error):
                continue  # no row of a source can be said to be a key's first, in any dialect
            raise
        expected = expected_rows(project, metric, data, entity, interval, trial.start, trial.end)
        try:
            wrong = compared(postgres_warehouse, trial, found.sql, expected)  # type: ignore[arg-type]
        except Refused as error:
            wrong = [str(error)]
        if wrong:
            text = loaded.metrics[metric.name].sql.text
            failure = Failure(
                trial, tuple(wrong), f"-- plan {found.plan.name}\n{found.sql}", text, data, project, number
            )
            pytest.fail(failure.shown(), pytrace=False)

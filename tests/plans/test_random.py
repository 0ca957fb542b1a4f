"""Random metrics over random data: on Postgres and Spark, what `gnomon.render` returns is what the judge says.

GNOMON_EXAMPLES sets how many projects are tried, GNOMON_CASE one of them; on Spark it is a quarter of them, as a
statement takes it seconds. Compiling is tried in `tests/property`.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

import gnomon
from gnomon.errors import DefinitionError
from oracle.judge import expected_rows
from oracle.model import Data
from plans.warehouses import PostgresWarehouse, Refused, SparkWarehouse
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
    try_project(number, postgres_warehouse, tmp_path)


@pytest.mark.parametrize("number", [int(CASE)] if CASE else range(EXAMPLES // 4))
def test_rows_on_spark_are_the_judges_rows(number: int, spark_warehouse: SparkWarehouse, tmp_path: Path) -> None:
    try_project(number, spark_warehouse, tmp_path)


def shown_once(data: Data) -> Data:
    """The rows whose wall clocks show no hour for the second time: Spark takes it for the first."""
    once = {name: [row for row in rows if not any(getattr(value, "fold", 0) for value in row.values())]
            for name, rows in data.items()}  # fmt: skip
    return once


def try_project(number: int, warehouse: PostgresWarehouse | SparkWarehouse, tmp_path: Path) -> None:
    """Hold some variants of a generated project against the judge."""
    project, kind = project_number(number)
    rng, data = Random(f"trials {number}"), rows_of(kind)
    if warehouse.dialect == "spark":
        data = shown_once(data)
    warehouse.zone(rng.choice(["UTC", kind.zone, "Asia/Tokyo"]))
    warehouse.fill(project, data)
    loaded = load(project, tmp_path, kind.seed)
    for metric, entity, interval in chosen(project, rng, VARIANTS):
        trial = Trial(metric, entity, interval, *asked_range(kind, project, interval, rng.randrange(10)))
        asked = {"entity": entity, "interval": interval.suffix, "start": trial.start, "end": trial.end}
        try:
            found = gnomon.render(loaded, metric.name, dialect=warehouse.dialect, **asked)[0]
        except DefinitionError as error:
            if metric.fill != "none" and "error[fill_not_possible]" in str(error):
                continue  # no row of a source can be said to be a key's first, in any dialect
            raise
        expected = expected_rows(project, metric, data, entity, interval, trial.start, trial.end)
        try:
            wrong = compared(warehouse, trial, found.sql, expected)  # type: ignore[arg-type]
        except Refused as error:
            wrong = [str(error)]
        if wrong:
            text = loaded.metrics[metric.name].sql.text
            failure = Failure(
                trial, tuple(wrong), f"-- plan {found.plan.name}\n{found.sql}", text, data, project, number
            )
            pytest.fail(failure.shown(), pytrace=False)

"""The plans of hand-picked metrics give on Postgres and Spark what they give on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon
from plans.picked import BY_HOUR, DAILY, FAMILIES, HOURLY, IN_HOURS, METRICS, load, world_of
from plans.warehouses import Warehouse
from property.trial import connect

NAMES = list(METRICS)
BY_DAY, FEW_HOURS = (date(2024, 2, 1), date(2024, 4, 10)), (date(2024, 2, 28), date(2024, 3, 2))
NOT_EXECUTED = {
    ("spark", "of_bigints"): "Spark's SUM of BIGINT wraps around beyond 64 bits, whatever the plan",
}
"""What an engine adds up otherwise, with the reason."""
Rows = dict[tuple[Any, ...], Any]


def keyed(rows: list[tuple[Any, ...]], names: list[str]) -> Rows:
    """The amount of each key; a key is there once."""
    place = names.index("amount")
    found = {tuple(value for at, value in enumerate(row) if at != place): row[place] for row in rows}
    assert len(found) == len(rows), "a key has two rows"
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two amounts are the same number, as far as the order of addition lets them."""
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def compare(loaded: Any, warehouse: Warehouse, local: duckdb.DuckDBPyConnection, range: tuple[date, date]) -> int:
    """Compare each variant's rows; gives how many rows there were."""
    counted = 0
    given = {"start": range[0], "end": range[1]}
    for one in gnomon.render(loaded, dialect="duckdb", **given):
        other = gnomon.render(
            loaded, one.metric, dialect=warehouse.dialect, entity=one.entity, interval=one.interval, **given
        )[-1]
        cursor = local.execute(one.sql)
        wanted = keyed(cursor.fetchall(), [column[0] for column in cursor.description or ()])
        answer = warehouse.execute(other.sql)
        got = keyed(answer.fetchall(), [column[0] for column in answer.description])
        wrong = [(key, got.get(key, "no row"), wanted.get(key, "no row")) for key in {*wanted, *got}
                 if key not in got or key not in wanted or not same(got[key], wanted[key])]  # fmt: skip
        assert not wrong, f"{one.name} as (key, {warehouse.dialect}'s, DuckDB's): {wrong[:5]}\n{other.sql}"
        counted += len(wanted)
    return counted


@pytest.fixture(scope="module")
def days(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the tables by day; the engine has the same."""
    project, data = world_of(DAILY)
    warehouse.fill(project, data)
    with connect(project, data) as local:
        yield local


@pytest.mark.parametrize("name", NAMES)
def test_windows_by_day(name: str, warehouse: Warehouse, days: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    if reason := NOT_EXECUTED.get((warehouse.dialect, name)):
        pytest.skip(reason)
    turn = NAMES.index(name)
    families = (
        [FAMILIES[turn % 4], FAMILIES[(turn + 1) % 4]] if warehouse.dialect == "postgres" else [FAMILIES[turn % 4]]
    )
    for place, family in enumerate(families):
        loaded = load(tmp_path / str(place), DAILY, family, [name])
        assert compare(loaded, warehouse, days, BY_DAY)


def test_windows_by_hour(warehouse: Warehouse, tmp_path: Path) -> None:
    project, data = world_of(HOURLY)
    warehouse.fill(project, data)
    with connect(project, data) as local:
        assert compare(load(tmp_path, HOURLY, BY_HOUR, list(IN_HOURS)), warehouse, local, FEW_HOURS)

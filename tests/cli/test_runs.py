"""Runs over time: what a late order changes, by `gnomon run` and by `gnomon restate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .shop_orders import orders, write_orders

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own_shop(tmp_path_factory: pytest.TempPathFactory, gnomon: Any) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_orders(folder / "orders.csv")
    assert gnomon("init", "shop", "--from", "orders.csv", cwd=folder).exit_code == 0
    planned = gnomon("plan", "--yes", "--json", "--execution-time", "2024-02-20", cwd=folder / "shop")
    assert planned.exit_code == 0, planned.stderr
    assert json.loads(planned.stdout)["built_until"] == "2024-02-20"
    return folder / "shop"


def order(shop: Path, day: str, customer: str = "anna") -> None:
    with duckdb.connect(str(shop / "warehouse.duckdb")) as connection:
        connection.execute(f"INSERT INTO raw.orders VALUES (TIMESTAMP '{day} 18:00', '{customer}', 'late', 1)")


def daily(gnomon: Any, shop: Path, day: str, interval: str = "daily") -> float:
    ask = ("query", "--metric", "orders", "--by", "customer", "--interval", interval, "--format", "json")
    result = gnomon(*ask, "--start", day, "--end", day, "--entity-id", "anna", cwd=shop)
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)["rows"]
    return float(rows[0]["orders"]) if rows else 0.0


def test_late_orders_are_counted_by_the_next_run_and_stragglers_by_a_restatement(gnomon: Any, own_shop: Path) -> None:
    assert daily(gnomon, own_shop, "2024-02-18") == 1
    order(own_shop, "2024-02-18")
    order(own_shop, "2024-02-02")
    ran = gnomon("run", "--json", "--execution-time", "2024-02-21", cwd=own_shop)
    assert ran.exit_code == 0, ran.stderr
    assert daily(gnomon, own_shop, "2024-02-18") == 2
    assert daily(gnomon, own_shop, "2024-02-20") == 1
    assert daily(gnomon, own_shop, "2024-02-02") == 1
    args = ("restate", "--since", "2024-02-02", "--until", "2024-02-02", "--execution-time", "2024-02-21")
    restated = gnomon(*args, cwd=own_shop)
    assert restated.exit_code == 0, restated.stderr
    assert daily(gnomon, own_shop, "2024-02-02") == 2
    assert daily(gnomon, own_shop, "2024-02-08", "over_7_day_window") == 8
    assert daily(gnomon, own_shop, "2024-02-09", "over_7_day_window") == 7


def test_another_environment_takes_a_range(gnomon: Any, own_shop: Path) -> None:
    whole = gnomon("plan", "--start", "2024-02-01", "--yes", cwd=own_shop)
    assert whole.exit_code == 2 and "prod_is_whole" in whole.stderr


def test_the_local_test_compares_every_value(gnomon: Any, own_shop: Path) -> None:
    words = ("plan", "dev", "--start", "1 week", "--end", "now")
    result = gnomon("local", "sqlmesh-test", "--duckdb", *words, cwd=own_shop)
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "10 variants" in result.stdout and "0 differences" in result.stdout
    assert len(orders()) == 96

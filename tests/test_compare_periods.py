"""The page on growth does what it shows, and its metrics are right: rendered and built, over more than a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

import gnomon
from cases.rows import assert_same, fetch
from doc_blocks import Reader, blocks
from gnomon.run.local_test import local_test
from gnomon.run.plan import plan
from gnomon.run.restate import restate

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "compare-periods.md"
CASES: dict[str, Any] = YAML(typ="safe").load((ROOT / "tests" / "cases" / "growth.yaml").read_text())
START, TODAY = CASES["start"], CASES["today"]
MONTH_TO_DATE = "SELECT * FROM metrics.sales_to_shop_month_to_date"


@dataclass(frozen=True)
class Built:
    """The page's project, with its tables built over the cases' orders."""

    project: Any
    warehouse: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("growth") / "shop"
    root.mkdir()
    Reader(root, PAGE).follow([block for block in blocks(PAGE.read_text()) if {"title", "append"} & set(block.words)])
    with duckdb.connect(str(root / "warehouse.duckdb")) as warehouse:
        warehouse.execute("CREATE SCHEMA raw")
        warehouse.execute(CASES["orders"])
    plan(root, execution_time=f"{TODAY} 06:00:00")
    return Built(gnomon.load(root), root / "warehouse.duckdb")


@pytest.fixture
def warehouse(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        yield connection


def test_the_page_does_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, PAGE)
    reader.follow(blocks(PAGE.read_text()))
    assert reader.outputs


@pytest.mark.parametrize("case", [pytest.param(case, id=case["interval"]) for case in CASES["cases"]])
def test_growth(case: dict[str, Any], built: Built, warehouse: duckdb.DuckDBPyConnection) -> None:
    expected, label = fetch(warehouse, case["check_query"]), f"growth_{case['interval']}"
    assert len(expected.rows) > 20
    assert_same(fetch(warehouse, f"SELECT * FROM metrics.growth_to_shop_{case['interval']}"), expected, label)
    last = date(2025, 3, 31) if case["interval"] == "monthly" else TODAY - timedelta(days=1)
    (query,) = gnomon.render(built.project, "growth", interval=case["interval"], start=START, end=last)
    assert_same(fetch(warehouse, query.sql), expected, label)


def test_each_date_alone_is_the_same(built: Built, warehouse: duckdb.DuckDBPyConnection) -> None:
    from gnomon.compile.sql import per_date

    (variant,) = [v for v in gnomon.expand(built.project) if v.table == "growth_to_shop_month_to_date"]
    for sample in (date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 29), date(2024, 3, 31), date(2025, 3, 30)):
        found = fetch(warehouse, per_date(built.project, variant, sample, "duckdb"))
        rows = fetch(warehouse, f"SELECT * FROM metrics.{variant.table} WHERE metrics_sample_date = DATE '{sample}'")
        assert_same(found, rows, "")


def test_a_late_order_changes_its_month_to_date_and_the_next(built: Built, tmp_path: Path) -> None:
    """An order of 10 January is in the windows of 10 to 31 January, and under the growth of 10 to 29 February."""
    root = tmp_path / "shop"
    copytree(built.project.root, root)
    with duckdb.connect(str(root / "warehouse.duckdb")) as warehouse:
        before = fetch(warehouse, MONTH_TO_DATE).rows
        warehouse.execute("INSERT INTO raw.orders VALUES (DATE '2024-01-10', 'north', 1000)")
    restate(root, since="2024-01-10", until="2024-01-10", execution_time=f"{TODAY} 06:00:00")
    project = gnomon.load(root)
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as warehouse:
        after = fetch(warehouse, MONTH_TO_DATE).rows
        changed = sorted({row[0] for row in {*after} - {*before}})
        assert (changed[0], changed[-1], len(changed)) == (date(2024, 1, 10), date(2024, 1, 31), 22)
        for query in gnomon.render(project, interval="month_to_date", start=START, end=TODAY - timedelta(days=1)):
            assert_same(fetch(warehouse, f"SELECT * FROM {query.name}"), fetch(warehouse, query.sql), "")


def test_small_tables_hold_the_days_that_the_first_ones_are_compared_with(built: Built) -> None:
    """The first of a month to date is compared with a day of the month before, which is far more than a window away."""
    words = ["plan", "dev", "--start", "2026-11-01", "--end", "2026-11-03"]
    result = local_test(built.project.root, words, execution_time="2026-11-04")
    assert result.ok, str(result)
    assert all(found.rows for found in result.results if found.name.endswith("growth_to_shop_month_to_date"))

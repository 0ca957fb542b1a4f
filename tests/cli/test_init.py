"""`gnomon init`: what it guesses, and that it never overwrites."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

import gnomon as library


def test_the_scaffold_of_a_data_file_is_a_project_without_problems(shop: Path) -> None:
    project = library.load(shop)
    source = project.sources["raw.orders"]
    assert source.time == "ordered_at"
    assert {key.columns: key.entity for key in source.keys} == {("customer_id",): "customer"}
    assert list(project.metrics) == ["orders", "total_price"]
    assert str(project.start) == "2024-01-01"
    assert library.check(project) == []


def test_config_is_three_lines(shop: Path) -> None:
    assert (shop / "config.py").read_text().splitlines() == [
        "from gnomon.loader import project_config",
        "",
        "config = project_config(__file__)",
    ]


def test_nothing_is_overwritten(gnomon: object, tmp_path: Path) -> None:
    (tmp_path / "metrics.yaml").write_text("mine")
    result: Result = gnomon("init", cwd=tmp_path)  # type: ignore[operator]
    assert result.exit_code == 2
    assert "file_exists" in result.stderr and "metrics.yaml" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.yaml"]


def test_without_data_there_is_an_example_to_edit(gnomon: object, tmp_path: Path) -> None:
    result: Result = gnomon("init", "my-shop", cwd=tmp_path)  # type: ignore[operator]
    assert result.exit_code == 0
    assert result.stdout.split() == [
        "gnomon.yaml", "sources.yaml", "metrics.yaml", "queries/example.sql", "queries/total_amount.sql", "config.py",
    ]  # fmt: skip
    project = library.load(tmp_path / "my-shop")
    assert project.name == "my_shop"
    assert library.check(project) == []


def test_a_dry_run_writes_nothing(gnomon: object, tmp_path: Path) -> None:
    result: Result = gnomon("init", "shop", "--dry-run", cwd=tmp_path)  # type: ignore[operator]
    assert result.exit_code == 0 and "-- metrics.yaml" in result.stdout
    assert list(tmp_path.iterdir()) == []


BAD = {
    "no_time_column": ("data.csv", "customer_id,amount\na,1\na,2\nb,3\nb,4\n"),
    "no_key": ("data.csv", "at,amount\n2024-01-01,1.5\n2024-01-02,2.5\n"),
    "empty_file": ("data.csv", "at,customer_id\n"),
    "unreadable_file": ("data.parquet", "PAR1 not"),
    "unknown_format": ("data.xlsx", "x"),
}


@pytest.mark.parametrize("code", BAD)
def test_a_file_that_says_too_little_is_refused(gnomon: object, tmp_path: Path, code: str) -> None:
    name, text = BAD[code]
    (tmp_path / name).write_text(text)
    result: Result = gnomon("init", "--from", name, cwd=tmp_path)  # type: ignore[operator]
    assert result.exit_code == 2 and f"error[{code}]" in result.stderr, result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_odd_names_are_quoted_where_they_must_be(gnomon: object, tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02},{'ab'[day % 2]},{day}.5\n" for day in range(1, 11))
    (tmp_path / "My Data-1.csv").write_text(f"Order Date,on,Net amount\n{rows}")
    result: Result = gnomon("init", "shop", "--from", "My Data-1.csv", cwd=tmp_path)  # type: ignore[operator]
    assert result.exit_code == 0, result.stderr
    project = library.load(tmp_path / "shop")
    assert list(project.sources) == ["raw.my_data_1"]
    assert library.check(project) == []
    checked: Result = gnomon("check", "--data", cwd=tmp_path / "shop")  # type: ignore[operator]
    assert checked.exit_code == 0 and "10 rows" in checked.stdout

"""What a demo ends with: numbers that are in the tables, and commands that work."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import gnomon as library
from gnomon.cli.demo import what_next
from gnomon.cli.highlights import built_rows, highlights
from gnomon.examples import ExampleInfo


@pytest.fixture
def info(shop: Path) -> ExampleInfo:
    show = ("orders", "customer", "ben", "over_7_day_window")
    days = date(2024, 1, 1), date(2024, 2, 29)
    return ExampleInfo("shop", shop, shop / "warehouse.duckdb", {"raw.orders": 96}, *days, show)


def test_the_numbers_are_those_of_the_shown_entity(shop: Path, info: ExampleInfo) -> None:
    found = {each.metric: each for each in highlights(library.load(shop), info)}
    assert (found["orders"].entity, found["orders"].interval) == ("ben", "monthly")
    assert (found["orders"].value, found["orders"].at, found["orders"].spark) == ("14 orders", "2024-02-01", "█▁")
    assert found["total_price"].value == "42"


def test_all_rows_are_counted(shop: Path) -> None:
    variants, rows = built_rows(library.load(shop))
    assert variants == 10
    assert rows > 2 * 96


def test_what_to_type_next_works(gnomon: Any, shop: Path, info: ExampleInfo, tmp_path: Path) -> None:
    commands = what_next(library.load(shop), info)
    assert [shlex.split(command)[1] for command in commands] == ["query", "metrics", "metrics", "metrics", "metrics"]
    for command in commands:
        words = [str(tmp_path / word) if word.endswith(".png") else word for word in shlex.split(command)[1:]]
        result = gnomon(*words, cwd=shop)
        assert result.exit_code == 0, f"{command}\n{result.stderr}"
        assert result.stdout or "wrote" in result.stderr


MISTAKES = {
    "unknown_example": ("shops",),
    "unknown_option": ("flights", "--checkout", "."),
    "folder_taken": ("flights", "--dir", "."),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_demo_takes_no_folder_of_yours(gnomon: Any, tmp_path: Path, code: str) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = gnomon("demo", *MISTAKES[code], cwd=tmp_path)
    assert result.exit_code == 2 and f"error[{code}]" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

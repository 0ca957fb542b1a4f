"""What is rendered for each of the nine dialects is SQL of that dialect, as far as a parser can tell."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from sqlglot import exp

import gnomon
from gnomon.rewrite.dialects import DIALECTS
from plans.picked import BY_HOUR, DAILY, FAMILIES, HOURLY, WHOLE, load
from plans.test_picked import BY_DAY, FEW_HOURS

NAMES = [*WHOLE, "active", "two_distinct", "distinct_rows", "mean_price", "any_flag", "ratio", "rounded", "burstiness"]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    """Each metric over one kind of window, and some by the hour, with the dates that are asked for."""
    folder = tmp_path_factory.mktemp("projects")
    windows = [{"rolling": family["rolling"]} for family in FAMILIES]
    by_day = [(load(folder / str(at), DAILY, family, NAMES[at::4]), BY_DAY) for at, family in enumerate(windows)]
    return [*by_day, (load(folder / "hours", HOURLY, BY_HOUR, ["actors", "mean"]), FEW_HOURS)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_parses_again(dialect: str, projects: list[tuple[Any, Any]]) -> None:
    for loaded, (start, end) in projects:
        for found in gnomon.render(loaded, dialect=dialect, start=start, end=end):
            (parsed,) = sqlglot.parse(found.sql, read=dialect)
            assert isinstance(parsed, exp.Query), found.name
            assert parsed.named_selects == [column.name for column in found.columns]

"""What is rendered for each of the nine dialects is SQL of that dialect, as far as a parser can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

import gnomon
from gnomon.rewrite.dialects import DIALECTS
from plans.picked import BY_HOUR, DAILY, FAMILIES, HOURLY, IN_HOURS, METRICS, load
from plans.test_picked import BY_DAY, FEW_HOURS


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    """Every metric in one family of intervals, and some by the hour, with the dates that are asked for."""
    names, folder = list(METRICS), tmp_path_factory.mktemp("projects")
    by_day = [(load(folder / str(turn), DAILY, family, names[turn::4]), BY_DAY) for turn, family in enumerate(FAMILIES)]
    return [*by_day, (load(folder / "hours", HOURLY, BY_HOUR, list(IN_HOURS)), FEW_HOURS)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_parses_again(dialect: str, projects: list[tuple[Any, Any]]) -> None:
    for loaded, (start, end) in projects:
        for found in gnomon.render(loaded, dialect=dialect, start=start, end=end):
            (parsed,) = sqlglot.parse(found.sql, read=dialect)
            assert isinstance(parsed, exp.Query), found.name
            again = parsed.sql(dialect, pretty=True)
            assert sqlglot.parse_one(again, read=dialect).sql(dialect, pretty=True) == again, found.name

"""What the product refuses is not generated, and is generated as soon as it no longer refuses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

import gnomon
from oracle.clock import Bucket
from oracle.formula import Agg
from oracle.logic import Col
from oracle.model import Measure, Metric, Stock
from property import strategies
from property.strategies import stocks
from property.trial import load
from property.world import KEYS, Knobs, world

DAY = date(2024, 2, 1)
SUM = Measure("raw.events", Agg("sum", Col("amount")))
LEVEL = Metric("m", SUM, ("artifact",), (Bucket("daily"),), stock=Stock("last", 3))
FILLED = replace(LEVEL, stock=None, fill="zero")


@pytest.mark.parametrize(("switch", "metric"), [("FILL", FILLED), ("STOCKS", LEVEL)])
def test_a_switch_is_off_only_while_its_metrics_are_refused(switch: str, metric: Metric, tmp_path: Path) -> None:
    project = replace(world(Knobs(1)), metrics=(metric,))
    try:
        gnomon.render(load(project, tmp_path), "m", start=DAY, end=DAY)
    except gnomon.DefinitionError as error:
        refused = {problem.code for problem in error.problems} == {"unsupported_option"}
    else:
        refused = False
    assert getattr(strategies, switch) is not refused, f"set property.strategies.{switch} to {not refused}"


def test_generated_levels_are_spelled_so_that_their_shape_is_read(tmp_path: Path) -> None:
    """Whatever rule and carry: refused, if at all, as not computed yet, and not as misspelled."""
    found = [stocks(f"s{number}").throw(Random(number)) for number in range(20)]
    assert {metric.stock.over_time for metric in found if metric.stock} == {"last", "average", "min", "max"}
    assert all(metric.key in [key for key, _ in KEYS] for metric in found)
    project = replace(world(Knobs(1)), metrics=tuple(found))
    try:
        gnomon.render(load(project, tmp_path), "s0", start=DAY, end=DAY)
    except gnomon.DefinitionError as error:
        assert {problem.code for problem in error.problems} == {"unsupported_option"}

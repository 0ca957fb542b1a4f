"""Generated cases hold what plans for many dates get wrong, often enough to be met in a small run."""

from __future__ import annotations

from functools import cache

import pytest

from property.features import counted

PROJECTS = 150
LEAST = {
    "rolling": 30,
    "rolling day @daily": 4,
    "rolling month @daily": 2,
    "to date @daily": 2,
    "to date of an own calendar": 1,
    "function count_distinct": 20,
    "function sum": 5,
    "function avg": 0.5,
    "function min": 2,
    "function var_samp": 1,
    "function stddev_pop": 1,
    "variance of noise on a large number": 0.5,
    "several distinct arguments": 4,
    "distinct counts with different filters": 3,
    "distinct of Together": 0.5,
    "an actor twice on a day": 25,
    "entity of one row": 10,
    "entity whose arguments are all null": 5,
    "null entity key": 10,
    "null dimension": 4,
    "dimension by expression": 5,
    "FILTER": 20,
    "HAVING over what is not selected": 5,
    "CTE parts": 5,
    "CTE chain": 2,
    "CTE union": 2,
    "event on the first day of a window": 10,
    "event on the day before a window": 10,
    "event on the last day of a window": 15,
    "event that stays longer than its date plus the months": 0.3,
    "gap longer than the window": 1.5,
    "gap exactly as long as the window": 0.3,
    "nothing in the last window": 8,
    "window shorter than the time between samples": 4,
    "window that begins before the start": 4,
    "hourly window over such a day": 0.6,
    "infinite or 1e18 beside small floats": 1,
    "key in two entities": 12,
    "key in an entity by two paths": 2,
    "dated membership": 10,
    "reference left": 0.7,
    "shape Joined": 2,
    "shape Nested": 2,
    "all time": 3,
}
"""Per cent of the trials."""


@cache
def shares() -> dict[str, float]:
    found, trials = counted(PROJECTS, first=10_000)
    return {feature: 100 * count / trials for feature, count in found.items()}


@pytest.mark.parametrize("feature", LEAST)
def test_a_feature_is_generated_often_enough(feature: str) -> None:
    assert shares().get(feature, 0) >= LEAST[feature]

"""The judge of units itself: it agrees with the authors of queries, sees a wrong exponent, and meets what it should."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from property.units_cases import Case, case
from property.units_kinds import NUMBER, S, Unit, unit_of
from property.units_trial import NO_RANGE, Keyed, disagreements

QUERIES = 300
SECOND = unit_of(S)
LEAST = {
    "CTE": 30,
    "subquery in FROM": 20,
    "join": 25,
    "UNION": 12,
    "PIVOT": 2,
    "UNPIVOT": 2,
    "VALUES": 3,
    "HAVING": 3,
    "QUALIFY": 1,
    "narrowed by CASE": 25,
    "narrowed by WHERE": 3,
    "pivot by CASE": 3,
    "long carried": 2,
    "long by GROUP BY": 1,
    "long by UNION": 1.5,
    "aggregate keeping": 30,
    "aggregate squared": 8,
    "aggregate paired": 12,
    "aggregate counted": 12,
    "aggregate shared": 4,
    "window running": 12,
    "window shifted": 6,
    "window valued": 4,
    "window ranked": 2,
    "elapsed": 15,
    "subquery": 8,
    "product": 40,
    "sum_of_two": 40,
    "times_literal": 20,
    "case": 25,
    "rooted": 10,
    "packed": 5,
    "converted": 4,
    "clash": 3,
    "COALESCE": 12,
    "NULLIF": 5,
    "GREATEST": 5,
    "LEAST": 5,
    "remainder": 5,
    "rounded": 6,
    "meeting comparison": 30,
    "meeting default": 4,
    "meeting subquery": 4,
    "meeting CASE": 25,
    "shape swapped": 0.5,
    "shape shadowed": 0.5,
}
"""Per cent of the queries."""


@cache
def shares() -> dict[str, float]:
    found = Counter(feature for number in range(QUERIES) for feature in case(number).pen.features)
    return {feature: 100 * count / QUERIES for feature, count in found.items()}


@pytest.mark.parametrize("feature", LEAST)
def test_a_feature_is_written_often_enough(feature: str) -> None:
    assert shares().get(feature, 0) >= LEAST[feature]


def test_a_number_is_always_the_same_case_and_another_number_another() -> None:
    assert case(7).sql() == case(7).sql() and case(7).tables == case(7).tables
    assert case(7).sql() != case(8).sql()


def meant(one: Case) -> dict[str, Unit | Keyed]:
    """What the author says of each output."""
    return {name: term.unit for name, term in one.terms.items() if term.unit is not None}


def test_the_judge_agrees_with_authors_and_sees_a_wrong_exponent() -> None:
    """The judge would see a wrong unit: of outputs with values other than 0, one of a wrong dimension is seen."""
    seen = told = 0
    for number in range(40):
        one = case(number)
        try:
            told_here, wrong = disagreements(one, meant(one))
            assert not wrong, (number, wrong)
            spoilt = {name: unit * SECOND for name, unit in meant(one).items() if isinstance(unit, Unit)}
            seen += bool(disagreements(one, spoilt, ["time"])[1])
            told += bool(told_here)
        except NO_RANGE:
            continue
    assert told > 20 and seen == told


def test_a_bare_number_does_not_scale() -> None:
    one = case(0)
    assert NUMBER.growth({"time": 4096.0}) == 1 and one.tables

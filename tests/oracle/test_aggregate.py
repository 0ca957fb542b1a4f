"""Aggregates on numbers that floats cannot hold, or that are none; each also against DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isnan
from random import Random
from typing import Any

import duckdb
import pytest

from oracle.aggregate import aggregate, keeps
from oracle.compare import agrees
from oracle.formula import Add, Agg, AggExpr, Having, Minus, Number, OrZero, Ratio, When
from oracle.logic import Case, Coalesce, Col, Compare, Concat, In, IsNull, Lit, Times, Together
from oracle.spell import literal
from oracle.spell_expr import Expressions
from property.world import MEASURES, Knobs, event

INF, NAN = float("inf"), float("nan")
AMOUNT, KIND, ACTOR = Col("amount"), Col("kind"), Col("actor")
TYPES = {**MEASURES, "actor": "varchar"}


def rows(column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    return [{**dict.fromkeys(TYPES), column: value} for value in values]


HAND: list[tuple[AggExpr, list[dict[str, Any]], Any]] = [
    (Agg("sum", Col("w")), rows("w", [1e18, 0.2, -1e18]), Fraction(0.2)),
    (Agg("sum", Col("w")), rows("w", [1.0, INF]), INF),
    (Agg("sum", Col("w")), rows("w", [INF, -INF]), NAN),
    (Agg("avg", Col("w")), rows("w", [NAN, 1.0, None]), NAN),
    (Agg("max", Col("w")), rows("w", [INF, NAN]), NAN),
    (Agg("min", Col("w")), rows("w", [INF, NAN]), INF),
    (Agg("min", Col("w")), rows("w", [NAN, None]), NAN),
    (Agg("count_distinct", Col("w")), rows("w", [NAN, float("nan"), INF, None]), 2),
    (Agg("count", Col("w")), rows("w", [NAN, None]), 1),
    (Agg("sum", Col("big")), rows("big", [2**53 + 1, -(2**53)]), 1),
    (Agg("count_distinct", Col("big")), rows("big", [2**53 + 1, 2**53]), 2),
    (Agg("sum", Col("huge")), rows("huge", [10**30 + 1, -(10**30)]), 1),
    (Agg("sum", Col("rate")), rows("rate", [Decimal("12345678901234.5678"), Decimal("-12345678901234.5677")]),
     Fraction(1, 10000)),
    (Agg("avg", Col("rate")), rows("rate", [Decimal("0.0001"), Decimal("0.0002")]), Fraction(3, 20000)),
    (Agg("sum_distinct", AMOUNT), rows("amount", [2, 2, 3, None]), 5),
    (Agg("avg_distinct", AMOUNT), rows("amount", [2, 2, 4]), 3),
    (Agg("bool_and", Col("flag")), rows("flag", [True, None]), 1),
    (Agg("bool_and", Col("flag")), rows("flag", [True, False]), 0),
    (Agg("bool_or", Col("flag")), rows("flag", [None]), None),
    (Agg("stddev_pop", AMOUNT), rows("amount", [2, 4, 4, 4, 5, 5, 7, 9]), 2),
    (Agg("stddev_samp", AMOUNT), rows("amount", [3]), None),
    (Agg("count_distinct", Together(AMOUNT, KIND)), rows("amount", [1, 1, None, None]), 2),
    (Agg("count_distinct", Concat(KIND, KIND)), rows("kind", ["a", "a", None]), 1),
    (When(Agg("count_rows"), ">", 1, Agg("sum", AMOUNT), None), rows("amount", [1, 2]), 3),
    (When(Agg("sum", AMOUNT), ">", 1, Agg("count_rows"), None), rows("amount", [None]), None),
    (Add(OrZero(Agg("sum", AMOUNT)), Agg("count_rows")), rows("amount", [None, None]), 2),
]  # fmt: skip


@pytest.mark.parametrize(("agg", "given", "expected"), HAND)
def test_by_hand(agg: AggExpr, given: list[dict[str, Any]], expected: Any) -> None:
    found = aggregate(agg, given, TYPES).value
    assert found == expected or (isinstance(found, float) and isnan(found) and isnan(expected))


@pytest.mark.parametrize(
    ("having", "kept"),
    [
        (Having(Agg("sum", AMOUNT), "is null"), False),
        (Having(Agg("sum", AMOUNT), "is not null"), True),
        (Having(Minus(Agg("max", AMOUNT), Agg("min", AMOUNT)), ">", 1), False),
        (Having(Agg("max", AMOUNT, Compare(AMOUNT, ">", Lit(9))), "<", 100), False),
    ],
)
def test_having(having: Having, kept: bool) -> None:
    assert keeps(having, rows("amount", [1, 2]), TYPES) is kept


@pytest.mark.parametrize(
    ("number", "amount", "agreed"),
    [
        (Number(INF), INF, True),
        (Number(INF), -INF, False),
        (Number(NAN), NAN, True),
        (Number(NAN), None, False),
        (Number(Fraction(1)), INF, False),
        (Number(INF, INF), 1.0, False),
        (Number(Fraction(1, 5), Fraction(1, 10**9)), 0.2, True),
        (Number(Fraction(1, 5), Fraction(1, 10**9)), -0.1, False),
    ],
)
def test_numbers_that_are_none_agree_only_with_themselves(number: Number, amount: Any, agreed: bool) -> None:
    assert agrees(number, amount) is agreed


MINUS_ONE = Case(Compare(AMOUNT, "<", Lit(0)), Lit(-1), Lit(None))
FUNCTIONS = ["sum", "avg", "min", "max", "count", "count_distinct", "sum_distinct", "avg_distinct"]
SPREAD = ["median", "var_pop", "var_samp", "stddev_pop", "stddev_samp"]
FORMULAS: list[AggExpr] = [
    *(Agg(func, Col(column)) for func in FUNCTIONS for column in ("amount", "price", "rate", "big", "x", "w")
      if (func, column) not in {("sum_distinct", "x"), ("avg_distinct", "x")}),
    *(Agg(func, Col(column)) for func in SPREAD for column in ("amount", "price", "rate", "x")),
    *(Agg(func, Col("huge")) for func in ("sum", "min", "max", "count_distinct")),
    *(Agg(func, Col("flag")) for func in ("bool_and", "bool_or", "count", "count_distinct")),
    *(Agg("quantile", Col(column), at=at) for column in ("amount", "price", "rate", "x") for at in (0.1, 0.9)),
    *(Agg("count_distinct", value) for value in (
        Together(ACTOR, KIND), Concat(ACTOR, KIND), Times(AMOUNT, AMOUNT), Coalesce(KIND, Lit("none")), MINUS_ONE)),
    *(Agg(func, AMOUNT, In(KIND, ("a", "b"))) for func in ("sum", "count_distinct", "max")),
    Agg("count_rows", None, IsNull(AMOUNT)),
    Ratio(Agg("sum", Col("x")), Agg("count_distinct", ACTOR)),
    Minus(Agg("count_distinct", ACTOR, In(KIND, ("a",))), Agg("count_distinct", ACTOR, Compare(AMOUNT, ">", Lit(0)))),
    Add(Minus(Agg("count_rows"), Agg("count", AMOUNT)), OrZero(Agg("sum", AMOUNT, In(KIND, ("a",))))),
    When(Agg("count_distinct", KIND), ">", 1, Agg("sum", AMOUNT), Agg("max", AMOUNT)),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_against_duckdb(seed: int) -> None:
    """Every formula in whichever spelling the dice give, over groups of few rows, many of them null."""
    rng = Random(seed)
    knobs = Knobs(seed, nulls=rng.choice([0.0, 0.5, 0.9]), wild=seed % 2 == 1)
    given = [{**event(rng, knobs, ["r"]), "actor": rng.choice(["p", "q", None]), "g": n % 7} for n in range(40)]
    columns = [*TYPES, "g"]
    values = ", ".join("(" + ", ".join(literal(row[name]) for name in columns) + ")" for row in given)
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in {**TYPES, "g": "integer"}.items())
    spelled = ", ".join(f"CAST({Expressions(rng, count_spellings=False).agg(agg)} AS DOUBLE)" for agg in FORMULAS)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {typed} FROM (VALUES {values}) AS v({', '.join(columns)})")
        for group, *amounts in connection.execute(f"SELECT g, {spelled} FROM t GROUP BY g").fetchall():
            mine = [row for row in given if row["g"] == group]
            for agg, amount in zip(FORMULAS, amounts, strict=True):
                number = aggregate(agg, mine, TYPES)
                assert agrees(number, amount), (agg, mine, amount, number)

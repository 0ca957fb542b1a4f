"""What generated metrics filter, group and aggregate by."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any

from oracle.logic import And, Case, Coalesce, Col, Compare, Concat, In, IsNull, Lit, Not, Or, Plus, Times, Together
from oracle.model import Add, Agg, Dim, Having, Measure, Minus, OrZero, Ratio, RefJoin, When
from property import dice as st

AMOUNT, PRICE, X, WILD, BIG, LEVEL = (Col(name) for name in ("amount", "price", "x", "w", "big", "level"))
ACTOR, OWN, KIND, FLAG = Col("from_artifact_id"), Col("to_artifact_id"), Col("kind"), Col("flag")
DIMS = (
    Dim("kind", KIND),
    Dim("flag", FLAG),
    Dim("from_artifact_id", Lit("")),
    Dim("from_artifact_id", ACTOR),
    Dim("carrier", Col("carrier")),
    Dim("size", Case(Compare(AMOUNT, ">", Lit(1)), Lit("big"), Lit("small"))),
    Dim("flagged_kind", Case(Compare(FLAG, "=", Lit(True)), KIND, Lit(None))),
    Dim("kind_or_none", Coalesce(KIND, Lit("none"))),
    Dim("pair", Concat(KIND, Col("carrier"))),
    Dim("steps", AMOUNT),
)
"""Columns, constants and expressions; most of them are null for some rows."""
DISTINCT = (
    ACTOR, ACTOR, ACTOR, OWN, AMOUNT, KIND, FLAG, PRICE, X, WILD, BIG, Col("happened"),
    Case(Compare(AMOUNT, ">", Lit(0)), ACTOR, Lit(None)),
    Coalesce(KIND, Lit("none")),
    Times(AMOUNT, AMOUNT),
    Together(ACTOR, KIND),
    Concat(ACTOR, KIND),
)  # fmt: skip
"""Arguments of COUNT(DISTINCT): text, numbers, booleans, the time, expressions, and two columns together."""
NAME = attrgetter("name")


@cache
def predicates() -> st.SearchStrategy[Any]:
    """Filters over one row, three-valued, also on the source's own key."""
    leaf = st.sampled_from(
        [
            Compare(KIND, "=", Lit("a")),
            Compare(KIND, "<>", Lit("b")),
            In(KIND, ("a", "c")),
            Compare(AMOUNT, ">", Lit(1)),
            Compare(AMOUNT, "<=", Lit(0)),
            IsNull(AMOUNT),
            Not(IsNull(KIND)),
            Compare(FLAG, "=", Lit(True)),
            Compare(OWN, "=", Lit("r0")),
            In(ACTOR, ("r0", "r1")),
        ]
    )
    return st.one_of(leaf, leaf, st.builds(And, leaf, leaf), st.builds(Or, leaf, leaf), st.builds(Not, leaf))


@cache
def filters() -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), predicates())


@cache
def numbers() -> st.SearchStrategy[Any]:
    """Numbers of a row: integers, decimals, floats, and arithmetic over them."""
    return st.one_of(
        st.sampled_from([AMOUNT, PRICE, X, LEVEL, Col("rate"), BIG, Times(AMOUNT, Lit(-2)), Plus(AMOUNT, AMOUNT)]),
        st.builds(Coalesce, st.just(AMOUNT), st.just(Lit(5))),
        st.builds(Case, predicates(), st.just(AMOUNT), st.sampled_from([Lit(0), Lit(None)])),
    )


@cache
def exact_aggs() -> st.SearchStrategy[Any]:
    """Aggregates of small integers and counts."""
    where = filters()
    distinct = st.builds(Agg, st.just("count_distinct"), st.sampled_from(DISTINCT), where)
    return st.one_of(
        st.builds(Agg, st.just("count_rows"), st.none(), where),
        st.builds(Agg, st.sampled_from(["sum", "count", "min", "max"]), st.just(AMOUNT), where),
        distinct,
        distinct,
    )


SPREADS = ("var_pop", "var_samp", "stddev_pop", "stddev_samp")


@cache
def spreads() -> st.SearchStrategy[Any]:
    """Variances and deviations, most of them of small integers or of noise on a large number."""
    value = st.one_of(st.sampled_from([AMOUNT, LEVEL]), numbers())
    return st.builds(Agg, st.sampled_from(SPREADS), value, filters())


@cache
def single_aggs() -> st.SearchStrategy[Any]:
    """One function: additive, distinct, min and max, decomposable, holistic."""
    funcs = ["sum", "sum", "avg", "avg", "min", "max", "median"]
    any_number = st.builds(Agg, st.sampled_from(funcs), numbers(), filters())
    exact = exact_aggs()
    return st.one_of(
        exact, exact, exact,
        any_number, any_number, any_number, spreads(), spreads(),
        st.builds(Agg, st.sampled_from(["sum", "sum", "avg", "min", "max", "count"]), st.just(WILD), filters()),
        st.builds(Agg, st.sampled_from(["sum", "min", "max", "count_distinct"]), st.just(Col("huge")), filters()),
        st.builds(Agg, st.sampled_from(["sum_distinct", "avg_distinct"]), st.sampled_from([AMOUNT, PRICE]), filters()),
        st.builds(Agg, st.sampled_from(["bool_and", "bool_or"]), st.just(FLAG), filters()),
        st.builds(Agg, st.just("quantile"), numbers(), st.none(), st.sampled_from([0.1, 0.5, 0.9])),
    )  # fmt: skip


@cache
def aggs() -> st.SearchStrategy[Any]:
    """Single aggregates, and arithmetic, NULLIF, COALESCE and CASE over them."""
    exact, single = exact_aggs(), single_aggs()
    above = st.one_of(exact, st.builds(Agg, st.just("sum"), st.sampled_from([PRICE, X]), filters()))
    return st.one_of(
        *[single] * 6,
        spreads(),
        st.builds(Ratio, st.one_of(above, st.builds(Minus, exact, exact)), exact),
        st.builds(Minus, exact, exact),
        st.builds(Add, st.one_of(exact, st.builds(OrZero, exact)), exact),
        st.builds(OrZero, exact),
        st.builds(Ratio, st.one_of(spreads(), exact), st.builds(Agg, st.just("avg"), st.just(AMOUNT), filters())),
        st.builds(
            When, exact, st.sampled_from([">", ">=", "="]), st.integers(0, 2), exact, st.one_of(st.none(), exact)
        ),
    )


@cache
def havings() -> st.SearchStrategy[Having]:
    """Conditions on groups, over aggregates that need not be selected."""
    compared = st.builds(Having, exact_aggs(), st.sampled_from([">", ">=", "<"]), st.integers(0, 3))
    known = st.builds(Having, st.builds(Agg, st.sampled_from(["sum", "max"]), st.just(AMOUNT), filters()),
                      st.sampled_from(["is null", "is not null"]))  # fmt: skip
    difference = st.builds(Having, st.builds(Minus, exact_aggs(), exact_aggs()), st.just(">"), st.integers(-1, 1))
    return st.one_of(compared, compared, known, difference)


@cache
def dims() -> st.SearchStrategy[tuple[Dim, ...]]:
    """Grouped columns; a quarter of the metrics have none."""
    return st.lists(st.sampled_from(DIMS), unique_by=NAME, max_size=2).map(tuple)


@cache
def measures() -> st.SearchStrategy[Measure]:
    """Plain metrics, some with dimensions, HAVING or a reference joined."""
    join = st.builds(RefJoin, st.just("ref.bots"), st.just("from_artifact_id"), st.just("id"),
                     st.sampled_from(["inner", "left", "semi", "anti"]))  # fmt: skip
    return st.builds(
        Measure,
        st.just("raw.events"),
        aggs(),
        filters(),
        st.one_of(st.just(()), dims()),
        st.one_of(st.none(), st.none(), havings()),
        st.one_of(st.none(), st.none(), st.none(), join),
        st.sampled_from([False] * 9 + [True]),
    )

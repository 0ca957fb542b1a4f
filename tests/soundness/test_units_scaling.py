"""Wrong units once inferred, found by scaling the data and running the query (`tests/property/test_units.py`)."""

from __future__ import annotations

from typing import Any

import pytest

import gnomon

USD, MS, MB = (
    {"kind": kind, "code": code} for kind, code in (("currency", "USD"), ("time", "ms"), ("data_size", "MB"))
)
LONG = {"long.amount": {"by": "metric", "map": {"paid": USD, "took": MS}}}


def units(sql: str, columns: dict[str, Any]) -> dict[str, Any]:
    return gnomon.infer_units(sql, columns).units


def test_a_column_wins_over_an_alias_of_its_name() -> None:
    """The second `b` was read as the alias, so both were in USD."""
    assert units("SELECT a AS b, b AS a FROM t", {"t.a": USD, "t.b": MS}) == {"b": USD, "a": MS}
    swapped = "WITH t AS (SELECT a AS b, b AS a FROM t) SELECT a, b FROM t"
    assert units(swapped, {"t.a": USD, "t.b": MS}) == {"a": MS, "b": USD}


@pytest.mark.parametrize("condition", ["metric = 'paid'", "COALESCE(metric, 'took') = 'paid'", "metric LIKE 'p%'"])
def test_a_branch_of_case_does_not_narrow_the_rows_of_a_window(condition: str) -> None:
    """The window adds up dollars and milliseconds, whatever the row is that asks."""
    for window in ("SUM(amount) OVER ()", "LAG(amount) OVER (ORDER BY id)", "FIRST_VALUE(amount) OVER (ORDER BY id)"):
        assert units(f"SELECT CASE WHEN {condition} THEN {window} END AS x FROM long", LONG) == {"x": None}
        assert units(f"SELECT {window} AS x FROM long QUALIFY {condition}", LONG) == {"x": None}
    apart = "SELECT CASE WHEN metric = 'paid' THEN SUM(amount) OVER (PARTITION BY metric) END AS x FROM long"
    assert units(apart, LONG) == {"x": USD}


@pytest.mark.parametrize("function", ["CORR(amount, amount * amount)", "REGR_R2(amount, amount)", "SKEWNESS(amount)"])
def test_a_number_made_of_rows_in_different_units_is_not_known(function: str) -> None:
    """The correlation of a column that mixes dollars and milliseconds changes with cents; it was unitless."""
    assert units(f"SELECT {function} AS x FROM long", LONG) == {"x": None}
    assert units(f"SELECT metric AS m, {function} AS x FROM long GROUP BY ROLLUP (metric)", LONG)["x"] is None
    assert units(f"SELECT metric || NULL AS m, {function} AS x FROM long GROUP BY ALL", LONG)["x"] is None
    assert units(f"SELECT {function} AS x FROM long WHERE metric = 'paid'", LONG)["x"] == {"kind": "unitless"}


def test_what_an_anti_join_matches_is_what_it_leaves_out() -> None:
    """Its condition was taken as true of the rows that stay: the milliseconds were dollars."""
    for join in ("ANTI JOIN", "LEFT ANTI JOIN"):
        sql = f"SELECT z.amount AS x FROM long AS z {join} (SELECT 1 AS i) AS w ON z.metric = 'paid'"
        assert gnomon.infer_units(sql, LONG, dialect="spark").units == {"x": None}
    semi = "SELECT z.amount AS x FROM long AS z SEMI JOIN (SELECT 1 AS i) AS w ON z.metric = 'paid'"
    assert units(semi, LONG) == {"x": USD}


def test_a_bare_number_in_one_branch_of_a_long_union_takes_the_other_branchs_unit() -> None:
    """`mixes units: USD where it is 'a', not known where it is 'b'` was said of a sum with a 0, and of an undeclared
    column, of which nothing is to be said."""
    for other, unit in (("0", USD), ("NULL", USD), ("undeclared", None)):
        sql = f"SELECT SUM(x) AS x FROM (SELECT 'a' AS k, a AS x FROM t UNION ALL SELECT 'b', {other} FROM t) AS u"
        found = gnomon.infer_units(sql, {"t.a": USD})
        assert not found.diagnostics and found.units["x"] in (unit, None)


def test_a_pattern_is_not_a_key() -> None:
    """`LIKE '%paid'` made '%paid' a key of the column, of an unknown unit, and a sum over it an error."""
    found = gnomon.infer_units("SELECT SUM(amount) AS x FROM long WHERE metric LIKE '%paid'", LONG)
    assert (found.units, found.diagnostics) == ({"x": USD}, [])


def test_branches_of_a_union_that_differ_are_named_where_they_stand() -> None:
    """The place was that of the CTE's name in WITH, on another line."""
    sql = "WITH c AS (\n  SELECT a, b FROM t\n)\nSELECT a AS x FROM c\nUNION ALL\nSELECT b FROM c"
    (found,) = gnomon.infer_units(sql, {"t.a": USD, "t.b": MS}).diagnostics
    assert found.code == "incompatible_units" and found.line in (4, 6)


@pytest.mark.parametrize("operator", ["NOT LIKE", "NOT ILIKE"])
def test_not_like_is_not_like(operator: str) -> None:
    """SQLGlot keeps the NOT of some dialects inside LIKE, where it was overlooked: milliseconds were dollars."""
    for dialect in ("duckdb", "bigquery", "snowflake", "spark"):
        found = gnomon.infer_units(f"SELECT amount AS x FROM long WHERE metric {operator} 'pa%'", LONG, dialect=dialect)
        assert next(iter(found.units.values())) == MS, dialect

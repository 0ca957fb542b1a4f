"""Queries over long tables that are right and once were errors: a condition or a group that decides by the key.

Where nobody can work out which keys it leaves, nothing is known, and nothing is said.
"""

from __future__ import annotations

from typing import Any

import pytest

import gnomon

USD, MS = {"kind": "currency", "code": "USD"}, {"kind": "time", "code": "ms"}
LONG: dict[str, Any] = {
    "long.amount": {"by": "metric", "map": {"paid": USD, "took": MS, "cost": USD}},
    "num.amount": {"by": "kind", "map": {1: USD, 2: MS, 3: USD}},
    "pay.amount": {"kind": "currency", "by": "code"},
    "t.usd": USD,
}


def inferred(sql: str) -> tuple[Any, list[str]]:
    found = gnomon.infer_units(sql, LONG)
    return [*found.units.values()][-1], [each.code for each in found.diagnostics if each.severity != "info"]


@pytest.mark.parametrize(
    "condition",
    [
        "regexp_matches(metric, '^p')",
        "LEFT(metric, 1) = 'p'",
        "metric[1] = 'p'",
        "TRIM(metric) = 'paid'",
        "metric > 'q'",
        "metric = ANY(['paid', 'cost'])",
        "metric IN (SELECT name FROM kinds WHERE is_money)",
        "metric = (SELECT MIN(name) FROM kinds)",
    ],
)
@pytest.mark.parametrize("value", ["SUM(amount)", "SUM(CASE WHEN {} THEN amount END)", "SUM(amount) FILTER (WHERE {})"])
def test_a_condition_that_cannot_be_worked_out(condition: str, value: str) -> None:
    where = f" WHERE {condition}" if "{}" not in value else ""
    assert inferred(f"SELECT {value.format(condition)} AS y FROM long{where}") == (None, [])
    assert inferred(f"SELECT SUM(amount) + SUM(usd) AS y FROM long, t WHERE {condition}") == (None, [])


def test_what_is_declared_is_held_against_the_keys_that_may_be_left() -> None:
    sql = "SELECT metric, amount AS y FROM long WHERE regexp_matches(metric, '^p')"
    assert gnomon.infer_units(sql, LONG, declared={"y": USD}).diagnostics == []
    days = {"kind": "time", "code": "d"}
    assert [each.code for each in gnomon.infer_units(sql, LONG, declared={"y": days}).diagnostics] == [
        "declared_mismatch"
    ]


@pytest.mark.parametrize(
    ("condition", "unit"),
    [
        ("metric IS DISTINCT FROM 'took'", USD),
        ("metric IS NOT DISTINCT FROM 'took'", MS),
        ("NULLIF(metric, 'took') IS NOT NULL", USD),
        ("COALESCE(NULLIF(metric, 'took'), '') <> ''", USD),
    ],
)
def test_conditions_on_what_is_null(condition: str, unit: Any) -> None:
    assert inferred(f"SELECT SUM(amount) AS y FROM long WHERE {condition}") == (unit, [])


@pytest.mark.parametrize(
    "condition", ["metric <> 'cost'", "day > '2024-01-01'", "metric = 'paid' OR day > '2024-01-01'"]
)
def test_what_surely_mixes_is_still_said(condition: str) -> None:
    assert inferred(f"SELECT SUM(amount) AS y FROM long WHERE {condition}") == (None, ["mixed_units"])


def test_a_query_beside_the_key_decides_nothing_by_it() -> None:
    """Conditions on other columns that hold a query, and a key that is told apart already."""
    other = "IF(CASE WHEN metric = 'took' THEN amount ELSE 0 END > 9 OR EXISTS (SELECT 1 FROM t), {}, usd)"
    value = other.format("CASE metric WHEN 'took' THEN amount END")
    assert inferred(f"SELECT {value} AS y FROM long, t")[1] == ["mixed_units"]
    assert inferred("SELECT SUM(amount) AS y FROM long WHERE metric <> 'cost' AND EXISTS (SELECT 1 FROM t)")[1] == [
        "mixed_units"
    ]
    assert inferred("SELECT SUM(amount) AS y FROM long WHERE EXISTS (SELECT 1 FROM t WHERE t.k = long.metric)")[1] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT LEFT(metric, 1) AS m, SUM(amount) AS y FROM long GROUP BY 1",
        "SELECT REPLACE(metric, 'a', 'o') AS m, amount AS y FROM long",
        "SELECT kind % 2 AS m, SUM(amount) AS y FROM num GROUP BY 1",
        "SELECT LOWER(code) AS c, SUM(amount) AS y FROM pay GROUP BY 1",
    ],
)
def test_a_key_spelled_anew_in_a_way_that_cannot_be_worked_out(sql: str) -> None:
    assert inferred(sql) == (None, [])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT metric AS m, SUM(amount) AS y FROM long GROUP BY m",  # `m` could have been a column of the table
        "SELECT metric, SUM(amount) AS y FROM long GROUP BY GROUPING SETS ((metric), (metric, day), metric)",
        "SELECT metric, SUM(amount) AS y FROM long GROUP BY metric, ROLLUP (day)",
        "SELECT metric, SUM(amount) AS y FROM long GROUP BY GROUPING SETS ((metric, day), GROUPING SETS ((metric)))",
    ],
)
def test_the_key_is_among_the_groups(sql: str) -> None:
    found = gnomon.infer_units(sql, LONG)
    assert found.diagnostics == [] and found.row_typed["y"]["map"]["took"] == MS


@pytest.mark.parametrize("sets", ["((metric), (day))", "((metric), ())", "((metric), ROLLUP (metric))"])
def test_the_key_is_not_in_every_set(sets: str) -> None:
    sql = f"SELECT metric, SUM(amount) AS y FROM long GROUP BY GROUPING SETS {sets}"
    assert inferred(sql) == (None, ["mixed_units"])


def test_a_branch_of_a_union_may_be_named_null() -> None:
    rows = "SELECT NULL AS k, usd AS v FROM t UNION ALL SELECT 'b', amount FROM long WHERE metric = 'took'"
    assert inferred(f"SELECT v FROM ({rows}) AS u WHERE k IS NULL") == (USD, [])
    assert inferred(f"SELECT v FROM ({rows}) AS u WHERE k = 'b'") == (MS, [])
    assert inferred(f"SELECT SUM(v) AS y FROM ({rows}) AS u") == (None, ["mixed_units"])


def test_columns_of_a_correlated_query_are_its_tables() -> None:
    """SQLGlot makes `t.long.amount` of a bare `amount` where the subquery also names a column of t."""
    sql = "SELECT (SELECT SUM(amount) FROM long WHERE metric = 'took' AND long.id = t.id) AS y FROM t"
    assert inferred(sql) == (MS, [])


def test_the_order_within_an_aggregate() -> None:
    assert inferred("SELECT FIRST(usd ORDER BY day DESC) AS y FROM t") == (USD, [])


def test_columns_are_spelled_out() -> None:
    assert gnomon.infer_units("SELECT COLUMNS(*) FROM (SELECT usd, 1 AS n FROM t)", LONG).units == {
        "usd": USD,
        "n": None,
    }
    assert gnomon.infer_units("SELECT MAX(COLUMNS(*)) FROM (SELECT usd FROM t)", LONG).units == {}


@pytest.mark.parametrize(
    "joined",
    [
        "JOIN (SELECT 'took' AS metric) AS w ON x.metric = w.metric",
        "JOIN (SELECT 'took' AS metric) AS w USING (metric)",
        "SEMI JOIN (SELECT 'took' AS metric) AS w ON x.metric = w.metric",
        "ANTI JOIN (SELECT 'took' AS metric) AS w ON x.metric = w.metric",
        "RIGHT JOIN kinds AS w ON x.metric = w.name",
        "LEFT JOIN kinds AS w ON x.metric = w.name WHERE w.is_money AND w.name <> 'x'",
        "LEFT JOIN (SELECT 'took' AS metric) AS w ON x.metric = w.metric WHERE w.metric IS NULL",
        ", kinds AS w WHERE x.metric = w.name",
        "JOIN (SELECT metric, amount FROM long WHERE metric = 'paid') AS w ON x.metric = w.metric",
    ],
)
def test_a_join_leaves_the_keys_that_the_other_table_has(joined: str) -> None:
    assert inferred(f"SELECT SUM(x.amount) AS y FROM long AS x {joined}") == (None, [])


@pytest.mark.parametrize(
    "joined",
    [
        "JOIN long AS w ON x.metric = w.metric",  # which has every key
        "JOIN long AS w USING (metric)",
        "LEFT JOIN kinds AS w ON x.metric = w.name",
        "JOIN kinds AS w ON x.id = w.id",
    ],
)
def test_a_join_leaves_all_keys(joined: str) -> None:
    assert inferred(f"SELECT SUM(x.amount) AS y FROM long AS x {joined}") == (None, ["mixed_units"])


def test_the_key_of_the_query_around_narrows_too() -> None:
    total = "(SELECT SUM(l.amount) FROM long AS l WHERE l.metric = o.metric)"
    assert inferred(f"SELECT {total} AS y FROM long AS o WHERE o.metric = 'took'") == (MS, [])
    assert inferred(f"SELECT {total} AS y FROM long AS o WHERE o.metric <> 'cost'") == (None, ["mixed_units"])


def test_money_by_currency_takes_in_a_branch_of_one() -> None:
    rows = "SELECT code, amount FROM pay UNION ALL SELECT 'USD', usd FROM t"
    assert gnomon.infer_units(rows, LONG).row_typed["amount"] == {"kind": "currency", "by": "code", "map": {"USD": USD}}
    found = gnomon.infer_units(rows.replace("'USD'", "'EUR'"), LONG)
    assert [each.code for each in found.diagnostics] == ["mixed_units"]


def test_a_natural_join_leaves_the_keys_that_both_have() -> None:
    assert inferred("SELECT SUM(amount) AS y FROM long NATURAL JOIN (SELECT 'took' AS metric) AS w") == (None, [])


def test_a_window_is_made_of_others() -> None:
    windows = "w AS (v ORDER BY day), v AS (PARTITION BY metric)"
    found = gnomon.infer_units(f"SELECT metric, SUM(amount) OVER w AS y FROM long WINDOW {windows}", LONG)
    assert found.diagnostics == [] and found.row_typed["y"]["map"]["took"] == MS


def test_a_pivot_spells_its_keys_as_names() -> None:
    rows = "(SELECT metric, amount FROM long) AS s"
    sql = f"SELECT took FROM {rows} PIVOT (SUM(amount) FOR metric IN ([paid], [took])) AS p"
    found = gnomon.infer_units(sql, LONG, dialect="tsql")
    assert (found.units, found.diagnostics) == ({"took": MS}, [])

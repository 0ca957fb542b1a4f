"""Bad input to `infer_units`: one clear error that says what is valid."""

from __future__ import annotations

from typing import Any

import pytest

import gnomon
from gnomon.errors import UsageError

USD = {"kind": "currency", "code": "USD"}


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("", "not_one_select"),
        ("SELECT 1; SELECT 2", "not_one_select"),
        ("DROP TABLE t", "not_one_select"),
        ("SELECT FROM WHERE", "sql_syntax"),
        ("SELECT 'a", "sql_syntax"),
        ("SELECT " + "(" * 200 + "1" + ")" * 200, "sql_too_deep"),
        ("SELECT " + "CASE WHEN k THEN 1 ELSE " * 500 + "1" + " END" * 500, "sql_too_deep"),
        ("CREATE TABLE x AS SELECT a FROM t", "not_one_select"),
        ("INSERT INTO x SELECT a FROM t", "not_one_select"),
    ],
)
def test_what_is_no_query(sql: str, code: str) -> None:
    with pytest.raises(gnomon.DefinitionError) as raised:
        gnomon.infer_units(sql, {})
    assert [problem.code for problem in raised.value.problems] == [code]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"columns": {"t.a": {"kind": "currencyy"}}}, "wrong_unit", "t.a (kind): unknown kind of unit"),
        ({"columns": {"t.a": {"kind": "percentage", "code": "x"}}}, "wrong_unit", "has no code"),
        ({"columns": {"t.a": 5}}, "wrong_unit", "write {kind: currency, code: USD}"),
        ({"columns": {"t.a": "min"}}, "wrong_unit", "write {kind: time, code: min}"),
        ({"columns": {"t.a": USD, "T.A": {"kind": "unitless"}}}, "wrong_argument", "'T.A' is declared twice"),
        ({"columns": {"t.a": {"by": "k"}}}, "wrong_unit", "a unit by key is a column and a map"),
        ({"columns": {"t.a": {"by": "k", "map": {}}}}, "wrong_unit", "a unit by key is a column and a map"),
        ({"columns": {"t.a": {"by": 3, "map": {"x": USD}}}}, "wrong_unit", "names the key column"),
        ({"columns": {"a": USD}}, "column_without_table", "'a' names no column of a table"),
        ({"columns": {"t.": USD}}, "column_without_table", "names no column of a table"),
        ({"columns": {}, "declared": {"y": {"kind": "time"}}}, "wrong_unit", "needs a code"),
        ({"columns": {}, "declared": {"z": USD}}, "wrong_argument", "'z', no output of the query"),
        ({"columns": {}, "dialect": "klingon"}, "unknown_dialect", "klingon"),
        ({"columns": {}, "dialect": "DuckDB"}, "unknown_dialect", "did you mean 'duckdb'?"),
        ({"columns": {}, "dialect": None}, "wrong_argument", "dialect is NoneType, not text"),
        ({"columns": {}, "types": {"t.a": None}}, "wrong_argument", "the type of 't.a' is NoneType"),
        ({"columns": {}, "project_units": {"unitz": {}}}, "wrong_unit_definition", "unitz"),
    ],
)
def test_what_is_no_argument(arguments: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(gnomon.UsageError) as raised:
        gnomon.infer_units("SELECT a AS y FROM t", **arguments)
    assert [problem.code for problem in raised.value.problems] == [code]
    assert words in str(raised.value)


def test_the_compound_of_the_readme() -> None:
    found = gnomon.infer_units(
        "SELECT SUM(c) / SUM(i) AS ctr FROM t",
        {"t.c": {"kind": "count", "code": "clicks"}, "t.i": {"kind": "count", "code": "impressions"}},
    )
    clicks, impressions = {"kind": "count", "code": "clicks"}, {"kind": "count", "code": "impressions"}
    assert found.units == {"ctr": {"numerator": clicks, "denominator": impressions}}


def test_what_json_cannot_say_is_said_beside_it() -> None:
    found = gnomon.infer_units("SELECT VARIANCE(a) AS y FROM t", {"t.a": USD})
    assert (found.units, found.unit_expr) == ({"y": None}, {"y": "USD^2"})
    assert found.unit_ext == {"y": {"product": [["currency", "USD", 2]], "scale": "1"}}


def test_money_by_currency_stays_so() -> None:
    found = gnomon.infer_units(
        "SELECT currency, SUM(a) AS y FROM t GROUP BY 1", {"t.a": {"kind": "currency", "by": "currency"}}
    )
    assert found.row_typed == {"y": {"kind": "currency", "by": "currency", "map": {}}}


def test_a_declared_long_table() -> None:
    units = {"by": "metric", "map": {"a": USD, "b": {"kind": "time", "code": "s"}}}
    wrong = {"by": "metric", "map": {"a": USD, "b": USD}}
    sql = "SELECT metric, x AS y FROM t"
    assert gnomon.infer_units(sql, {"t.x": units}, declared={"y": units}).diagnostics == []
    (found,) = gnomon.infer_units(sql, {"t.x": units}, declared={"y": wrong}).diagnostics
    assert found.code == "declared_mismatch" and "'b'" in found.message


def test_a_finding_as_text() -> None:
    (found,) = gnomon.infer_units(
        "SELECT a +\n  b AS y FROM t", {"t.a": USD, "t.b": {"kind": "time", "code": "s"}}
    ).diagnostics
    assert str(found).splitlines() == [
        "1:8: error[incompatible_units]: USD and s do not go together",
        "  = 't.a' is USD",
        "  = 't.b' is s",
        "  = help: multiply 't.b' by something in USD/s, or say what it is: @as_unit(t.b, 'USD')",
    ]


def test_a_query_over_nothing_declared_is_left_alone() -> None:
    sql = "SELECT DATE_DIFF('day', a, b) + DATE_DIFF('hour', a, b) AS y, VARIANCE(COUNT(*)) OVER () AS z FROM t"
    found = gnomon.infer_units(sql, {"t.a": None}, types={"t.a": "date"})
    assert (found.units, found.diagnostics) == ({"y": None, "z": None}, [])
    assert [each.code for each in gnomon.infer_units(sql, {"t.c": USD}).diagnostics] == [
        "unit_scale_mismatch",
        "unit_not_expressible",
    ]


def test_long_sums_have_units() -> None:
    columns = {f"t.a{i}": USD for i in range(600)}
    found = gnomon.infer_units(f"SELECT {' + '.join(f'a{i}' for i in range(600))} AS y FROM t", columns)
    assert found.units == {"y": USD}


@pytest.mark.parametrize("operator", ["*", "/", "%", "||", "="])
def test_long_chains_are_read(operator: str) -> None:
    """They were an empty answer; what is said of one shows where it begins."""
    sql = f"SELECT {f' {operator} '.join(['a'] * 800)} AS y, b FROM t"
    found = gnomon.infer_units(sql, {"t.a": USD, "t.b": USD})
    assert [*found.units] == ["y", "b"] and found.units["b"] == USD
    assert not [each for each in found.diagnostics if each.severity != "info"]


def test_a_long_condition_narrows() -> None:
    """Each OR was another step down; from some hundred on, nothing was known."""
    units = {"t.a": {"by": "k", "map": {"k0": USD, "other": {"kind": "time", "code": "s"}}}}
    listed = " OR ".join(f"k = 'k{i}'" for i in range(800))
    assert gnomon.infer_units(f"SELECT SUM(a) AS y FROM t WHERE {listed}", {**units}).units == {"y": None}
    kept = " AND ".join([f"k <> 'x{i}'" for i in range(800)] + ["k <> 'other'"])
    assert gnomon.infer_units(f"SELECT SUM(a) AS y FROM t WHERE {kept}", {**units}).units == {"y": USD}


def test_a_type_without_text_does_not_take_a_unit_away() -> None:
    """`types={"t.a": ""}` made the column unknown."""
    assert gnomon.infer_units("SELECT a AS y FROM t", {"t.a": USD}, types={"t.a": ""}).units == {"y": USD}


def test_a_price_times_a_count_says_what_to_declare() -> None:
    (found,) = gnomon.infer_units(
        "SELECT price * items AS y FROM t", {"t.price": USD, "t.items": {"kind": "count", "code": "items"}}
    ).diagnostics
    assert (found.code, found.fix) == (
        "unit_not_expressible",
        "if one of them is a price, declare it in USD/items",
    )


@pytest.mark.parametrize(
    "sql, columns, more",
    [
        (None, {}, {}),
        (b"SELECT 1", {}, {}),
        ("SELECT 1", ["t.a"], {}),
        ("SELECT 1", None, {}),
        ("SELECT 1", {5: {"kind": "count"}}, {}),
        ("SELECT 1", {}, {"declared": ["x"]}),
        ("SELECT 1", {}, {"types": "date"}),
    ],
)
def test_what_is_no_text_and_no_mapping(sql: Any, columns: Any, more: Any) -> None:
    with pytest.raises(UsageError) as raised:
        gnomon.infer_units(sql, columns, **more)
    assert raised.value.problems[0].code == "wrong_argument"


def test_the_unit_of_a_key_that_is_text() -> None:
    with pytest.raises(UsageError, match="the unit of a key is a mapping"):
        gnomon.infer_units("SELECT 1", {"t.a": {"by": "k", "map": {"x": "USD"}}})


def test_a_dialect_is_quoted_as_it_was_given() -> None:
    with pytest.raises(UsageError, match="unknown dialect 'DuckDB'"):
        gnomon.infer_units("SELECT 1", {}, dialect="DuckDB")

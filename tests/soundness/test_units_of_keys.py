"""Wrong units once inferred for rows whose key was taken for another, and for columns that were not the table's."""

from __future__ import annotations

from typing import Any

import pytest

import gnomon

USD, MS, DAY = ({"kind": kind, "code": code} for kind, code in (("currency", "USD"), ("time", "ms"), ("time", "d")))
T = {"t.usd": USD, "t.ms": MS}
LONG = {"long.amount": {"by": "metric", "map": {"paid": USD, "took": MS}}}
PAY = {"pay.amount": {"kind": "currency", "by": "code"}}


def units(sql: str, columns: dict[str, Any], dialect: str = "duckdb") -> list[Any]:
    return list(gnomon.infer_units(sql, columns, dialect=dialect).units.values())


@pytest.mark.parametrize(
    "dialect, group",
    [
        ("mysql", "metric WITH ROLLUP"),
        ("spark", "metric WITH CUBE"),
        ("databricks", "metric GROUPING SETS ((metric), ())"),
        ("clickhouse", "metric WITH TOTALS"),
    ],
)
def test_the_row_of_a_total_has_no_key(dialect: str, group: str) -> None:
    """Only `ROLLUP (metric)` was seen: in the others the total of dollars and milliseconds was keyed by metric."""
    found = gnomon.infer_units(f"SELECT metric, SUM(amount) AS y FROM long GROUP BY {group}", LONG, dialect=dialect)
    assert not found.row_typed and [each.code for each in found.diagnostics] == ["mixed_units"]
    sets = "SELECT metric, SUM(amount) AS y FROM long GROUP BY metric, GROUPING SETS ((day), ())"
    assert gnomon.infer_units(sets, LONG, dialect="postgres").row_typed


def test_a_row_that_a_join_leaves_without_key_can_be_of_any() -> None:
    """`k IS NULL` said nothing, so rows without a partner were dollars, whatever they were."""
    on = "LEFT JOIN long AS b ON a.metric = b.metric"
    for where, unit in (("k = 'paid'", USD), ("k = 'paid' OR k IS NULL", None), ("COALESCE(k, 'paid') = 'paid'", None)):
        rows = f"SELECT b.metric AS k, a.amount AS v FROM long AS a {on}"
        assert units(f"SELECT SUM(v) AS y FROM ({rows}) AS x WHERE {where}", LONG) == [unit]
        groups = f"SELECT b.metric AS k, SUM(a.amount) AS v FROM long AS a {on} GROUP BY b.metric"
        assert units(f"SELECT SUM(v) AS y FROM ({groups}) AS x WHERE {where}", LONG) == [unit]


def test_a_constant_of_an_outer_join_is_null_where_there_is_no_row() -> None:
    """The dollars of rows without `s` were no rows of 'a', so those without a key were milliseconds."""
    rows = "SELECT s.k, t.usd AS v FROM t LEFT JOIN (SELECT 'a' AS k, 1 AS id) AS s ON s.id = t.id"
    union = f"{rows} UNION ALL SELECT 'b', ms FROM t"
    assert units(f"SELECT SUM(v) AS y FROM ({union}) AS x WHERE COALESCE(k, 'b') = 'b'", T) == [None]
    inner = union.replace("LEFT JOIN", "JOIN")
    assert units(f"SELECT SUM(v) AS y FROM ({inner}) AS x WHERE COALESCE(k, 'b') = 'b'", T) == [MS]


@pytest.mark.parametrize("more", ["code LIKE 'US%'", "code > 'EUR'", "code BETWEEN 'A' AND 'F'", "LENGTH(code) = 3"])
def test_a_pattern_is_no_list_of_currencies(more: str) -> None:
    """Every currency but those that a condition spells out was taken to be excluded: dollars were euros."""
    assert units(f"SELECT SUM(amount) AS y FROM pay WHERE {more} OR code = 'EUR'", PAY) == [None]
    assert units(f"SELECT SUM(amount) AS y FROM pay WHERE ({more}) AND code = 'USD'", PAY) == [USD]


def test_whether_a_pattern_tells_capitals_apart_differs() -> None:
    """Where it does not, as in MySQL, `LIKE 'P%'` takes the milliseconds too."""
    keys = {"long.amount": {"by": "metric", "map": {"Paid": USD, "passed": MS}}}
    assert units("SELECT SUM(amount) AS y FROM long WHERE metric LIKE 'P%'", keys, "mysql") == [None]


def test_what_a_recursion_changes_late_is_not_known() -> None:
    """Unknown values move one column to the left in each round, and reached the first after the last round."""
    sql = """
        WITH RECURSIVE r(a, b, c, d, e, f) AS (
            SELECT usd, usd, usd, usd, usd, usd FROM t
            UNION ALL SELECT b, c, d, e, f, (SELECT MAX(x) FROM elsewhere) FROM r
        ) SELECT a, b, c, d, e, f FROM r"""
    assert units(sql, T) == [None] * 6


def test_a_part_of_an_interval_is_not_a_part_of_a_date() -> None:
    """`EXTRACT(DAY FROM a - b)` is days, of columns without a type too; it was unitless."""
    sql = "SELECT EXTRACT(DAY FROM closed - opened) AS y, usd FROM t"
    found = gnomon.infer_units(sql, T, dialect="postgres", declared={"y": DAY})
    assert (found.units, found.diagnostics) == ({"y": DAY, "usd": USD}, [])


@pytest.mark.parametrize("part", ["y", "dayofyear", "w", "weekday", "day"])
def test_days_of_the_year_are_days(part: str) -> None:
    """T-SQL's `DATEDIFF(y, ...)` counts days, and was in years."""
    assert units(f"SELECT DATEDIFF({part}, a, b) AS y FROM t", T, "tsql") == [DAY]


def test_columns_that_are_not_the_tables() -> None:
    """Those of MATCH_RECOGNIZE and of POSEXPLODE had the units of what they were made from."""
    measured = "MEASURES SUM(ms) AS usd ONE ROW PER MATCH PATTERN (A+) DEFINE A AS ms > 1"
    assert units(f"SELECT usd FROM t MATCH_RECOGNIZE (ORDER BY day {measured})", T, "snowflake") == [None]
    sql = "WITH a(p, v) AS (SELECT POSEXPLODE(ARRAY(usd)) FROM t) SELECT p FROM a"
    assert units(sql, T, "spark") == [None]

"""Wrong units once inferred for names that SQLGlot or a rule took for something else, each shown to scale otherwise."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import gnomon

USD, MS = {"kind": "currency", "code": "USD"}, {"kind": "time", "code": "ms"}
COLUMNS = {"t.usd": USD, "t.ms": MS, "s.usd": USD, "s.ms": MS}


def units(sql: str) -> dict[str, Any]:
    return gnomon.infer_units(sql, COLUMNS).units


def values(sql: str, dollar: int) -> list[tuple[Any, ...]]:
    """What DuckDB returns where amounts are in so many parts of a dollar."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS SELECT 1 AS id, {dollar} * 3.0 AS usd, 5.0 AS ms")
    connection.execute(f"CREATE TABLE s AS SELECT 1 AS id, {dollar} * 7.0 AS usd, 11.0 AS ms")
    return connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("inner", "around", "scales"),
    [
        ("COLUMNS(* EXCLUDE id)", "(SELECT ms AS usd FROM t)", 1),
        ("MAX(COLUMNS(['usd']))", "(SELECT ms AS usd FROM t)", 1),
        ("UNNEST({'usd': ms})", "t", 0),
    ],
)
def test_a_bare_name_is_of_the_nearest_table_that_may_have_it(inner: str, around: str, scales: int) -> None:
    """A subquery's `COLUMNS(...)` was one column, so the name was taken for that of the query around it."""
    sql = f"SELECT (SELECT MAX(usd) FROM (SELECT {inner} FROM s) AS q) AS y FROM {around}"
    ((cents,),), ((dollars,),) = values(sql, 100), values(sql, 1)
    assert cents == dollars * 100**scales
    assert units(sql) == {"y": None}


def test_an_own_name_is_of_the_query_around_where_it_is_written_so() -> None:
    sql = "SELECT (SELECT MAX(t.usd) FROM (SELECT COLUMNS(* EXCLUDE id) FROM s) AS q) AS y FROM t"
    assert units(sql) == {"y": USD}


def test_a_number_is_several_texts() -> None:
    """`k = 1` was taken for the key '1' alone, and DuckDB finds '01' too: dollars and milliseconds were dollars."""
    rows = "SELECT '1' AS k, usd AS v FROM t UNION ALL SELECT '01', ms FROM t"
    sql = f"SELECT SUM(v) AS y FROM ({rows}) AS u WHERE k = 1"
    assert (values(sql, 1), values(sql, 100)) == ([(8.0,)], [(305.0,)])
    assert units(sql) == {"y": None}
    assert units(sql.replace("k = 1", "k = '1'")) == {"y": USD}


def test_an_alias_comes_before_a_column_in_clickhouse() -> None:
    """`ms` is `usd` by its alias there, and was in milliseconds."""
    sql = "SELECT usd AS ms, ms AS z, t.ms AS w, SUM(usd) AS usd FROM t"
    found = gnomon.infer_units(sql, COLUMNS, dialect="clickhouse").units
    assert found == {"ms": None, "z": None, "w": MS, "usd": USD}
    assert gnomon.infer_units(sql, COLUMNS).units == {"ms": USD, "z": MS, "w": MS, "usd": USD}

"""UNPIVOT in every spelling: each name has the unit of the column that it was, held against what DuckDB returns."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import gnomon

USD, MS = {"kind": "currency", "code": "USD"}, {"kind": "time", "code": "ms"}
WIDE = {"t.a": USD, "t.b": MS, "t.c": USD, "t.d": MS}

TUPLES = "SELECT {} FROM t UNPIVOT ((v, w) FOR q IN ((a, b) AS 'x', (c, d) AS 'y'))"
CROSSED = "SELECT {} FROM t UNPIVOT ((v, w) FOR q IN ((a, b) AS 'x', (b, c) AS 'y')) {}"


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery", "oracle", "spark"])
def test_several_values_of_one_name(dialect: str) -> None:
    """They were unknown, and the columns they came of were said to be there still."""
    found = gnomon.infer_units(TUPLES.format("SUM(v) AS x, SUM(w) AS y"), WIDE, dialect=dialect)
    assert [*found.units.values()] == [USD, MS] and not found.diagnostics
    crossed = gnomon.infer_units(CROSSED.format("SUM(v) AS x, SUM(w) AS y", "WHERE q = 'y'"), WIDE, dialect=dialect)
    assert [*crossed.units.values()] == [MS, USD]
    mixed = gnomon.infer_units(CROSSED.format("SUM(v) AS x", ""), WIDE, dialect=dialect)
    assert [*mixed.units.values()] == [None] and [each.code for each in mixed.diagnostics] == ["mixed_units"]


@pytest.mark.parametrize(
    ("sql", "by_name"),
    [
        ("UNPIVOT t ON (a, b), (b, a) INTO NAME q VALUE v, w", {"v": {"a_b": USD, "b_a": MS}}),
        ("UNPIVOT t ON (a, b) AS x, (b, a) AS y INTO NAME q VALUE v, w", {"w": {"x": MS, "y": USD}}),
        ("UNPIVOT t ON a, b INTO NAME q VALUE v", {"v": {"a": USD, "b": MS}}),
        ("UNPIVOT t ON a, b", {"value": {"a": USD, "b": MS}}),
        ("SELECT * FROM t UNPIVOT (v FOR q IN (a, b AS 'z'))", {"v": {"a": USD, "z": MS}}),
        ("SELECT * FROM t UNPIVOT (v FOR q IN (a AS 'x', b AS 'x'))", {}),  # a name of two columns
        ("UNPIVOT t ON COLUMNS(* EXCLUDE (id)) INTO NAME q VALUE v", {}),
        ("UNPIVOT t ON a, (b / 2) AS z INTO NAME q VALUE v", {}),
    ],
)
def test_names_are_those_of_the_engine(sql: str, by_name: dict[str, Any]) -> None:
    found = gnomon.infer_units(sql, WIDE)
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT 1 AS id, 2.0 AS a, 3.0 AS b, 4.0 AS c, 5.0 AS d")
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    assert {*found.units} <= {*names}
    keys = {str(row[names.index("q" if "q" in names else "name")]) for row in result.fetchall()}
    for column, units in by_name.items():
        assert found.row_typed[column]["map"] == units and {*units} == keys
    assert by_name or not found.row_typed

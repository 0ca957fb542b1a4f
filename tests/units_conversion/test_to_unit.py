"""`@to_unit`, `@qty` and `@as_unit`: exact factors, never an integer division, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

import gnomon
from gnomon.rewrite.conversions import scaled
from gnomon.rewrite.dialects import DIALECTS
from units_conversion.shop import codes, day, series, shop, warehouse

ROW = {"waited": 1500, "age": 7, "weight": 3 * 2**20, "wei": 5e17, "ts": day(5), "score": 4.0}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("@to_unit(SUM(p.waited), 's')", 1.5),
        ("SUM(@to_unit(p.waited, 's'))", 1.5),
        ("@to_unit(SUM(p.waited), 'ms')", 1500),
        ("@to_unit(SUM(p.weight), 'MiB')", 3),
        ("@to_unit(SUM(p.weight), 'KiB')", 3 * 2**10),
        ("@to_unit(SUM(p.weight), 'MB')", 3 * 2**20 / 10**6),
        ("@to_unit(SUM(p.age), 'yr')", 7 / 12),
        ("@to_unit(SUM(p.age), 'd', month := '30.4375')", 7 * 30.4375),
        ("@to_unit(SUM(p.age), 'wk', month := 30)", 30),
        ("@to_unit(SUM(p.wei), 'ETH')", 0.5),
        ("@to_unit(SUM(p.waited) / SUM(p.weight), 's/MiB')", 0.5),
        ("1 / @to_unit(SUM(p.waited), 's')", 1 / 1.5),
        ("10 - @to_unit(SUM(p.waited) + SUM(p.waited), 's')", 7),
        ("SUM(p.waited) / @qty(5, 'd')", 300),
        ("SUM(p.waited) / @to_unit(@qty(5, 'd'), 'h')", 12.5),
        ("@to_unit(@as_unit(SUM(p.score), 'h'), 'min')", 240),
        ("@as_unit(SUM(p.score), 'USD/h')", 4),
        ("@to_unit(NULL, 's')", None),
    ],
)
def test_values(tmp_path: Path, amount: str, expected: float | None) -> None:
    project = shop(tmp_path, m=amount)
    assert codes(project) == []
    found = series(project, warehouse([ROW]), "m", "monthly")
    assert list(found.values()) == [pytest.approx(expected, rel=1e-15) if expected is not None else None]


def test_a_unit_for_each_row(tmp_path: Path) -> None:
    rows = [{"ts": day(5), "sort": sort, "size": 2.0} for sort in ("long", "short", None, "other")]
    project = shop(tmp_path, m="SUM(@to_unit(p.size, 'min'))")
    assert list(series(project, warehouse(rows), "m", "monthly").values()) == [120 + 2 / 60]


@pytest.mark.parametrize(
    ("amount", "code", "says"),
    [
        ("@to_unit(SUM(p.score), 's')", "unit_needed", "columns: {score: {unit: {kind: time, code: ms}}}"),
        ("@to_unit(SUM(p.waited), 'USD')", "incompatible_units", ""),
        ("@to_unit(SUM(p.waited), 'a b')", "wrong_unit", "write a unit"),
        ("@to_unit(SUM(p.age), 'd', month := '99')", "macro_arguments", "month := '30.4375'"),
        ("@to_unit(SUM(p.age), 'd', month := '1/0')", "macro_arguments", "month := '30.4375'"),
        ("@to_unit(SQRT(SUM(p.waited)), 's^(1/2)')", "incompatible_units", ""),
        ("@to_unit(SUM(p.waited))", "macro_arguments", "write @to_unit(value, unit, month?)"),
        ("@qty(SUM(p.waited), 'd')", "macro_arguments", "@as_unit(..., 'd')"),
        ("@as_unit(SUM(p.waited), '^')", "wrong_unit", "write a unit"),
    ],
)
def test_refused(tmp_path: Path, amount: str, code: str, says: str) -> None:
    (problem,) = [p for p in gnomon.check(shop(tmp_path, m=amount)) if p.severity == "error"]
    assert problem.code == code and problem.span is not None
    assert says in (problem.help or "")


def test_months_need_a_policy(tmp_path: Path) -> None:
    assert codes(shop(tmp_path, m="@to_unit(SUM(p.age), 'd')")) == ["calendar_policy_needed"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_division_is_never_that_of_integers(dialect: str) -> None:
    """Of integers, and of decimals in dialects that round them, the divisor or the dividend is made a DOUBLE."""
    text = scaled(exp.column("x"), Fraction(1, 1000), dialect).sql(dialect)
    tree = sqlglot.parse_one(text, dialect=dialect)
    literal = next((node for node in tree.find_all(exp.Literal)), None)
    is_double = any(cast.to.this in exp.DataType.FLOAT_TYPES for cast in tree.find_all(exp.Cast))
    assert is_double or (dialect in ("duckdb", "bigquery") and literal is not None and "." in literal.name), text


@pytest.mark.parametrize("factor", [Fraction(5, 3), Fraction(10**18), Fraction(1, 10**24), Fraction(2**40, 10**12)])
def test_factors_are_exact(factor: Fraction) -> None:
    import duckdb

    text = scaled(exp.column("x"), factor, "duckdb").sql("duckdb")
    row = duckdb.execute(f"SELECT CAST({text} AS DOUBLE) FROM (SELECT CAST(3 AS DOUBLE) AS x)").fetchone()
    assert row == (pytest.approx(float(3 * factor), rel=2e-16),)

"""Keys that are whole numbers: ranges of them narrow a row's unit, also where their texts would be in another order."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

import gnomon

USD, MS = {"kind": "currency", "code": "USD"}, {"kind": "time", "code": "ms"}
DOLLARS = (1, 2, 3, 9)
LONG: dict[str, Any] = {"t.x": {"by": "k", "map": {**dict.fromkeys(DOLLARS, USD), 10: MS, -5: MS}}}

CONDITIONS = [
    ("k >= 1 AND k < 10", USD),
    ("k BETWEEN 1 AND 9", USD),
    ("10 > k AND 0 < k", USD),
    ("k NOT BETWEEN 1 AND 9", MS),
    ("k NOT IN (1, 2, 3, 9)", MS),
    ("k > 9 OR k <= -5", MS),
    ("k < 0", MS),
    ("NOT k < 10", MS),
    ("CAST(k AS INT) > 9", MS),
    ("CAST(CAST(k AS VARCHAR) AS INT) = 3", USD),
    ("k > 3", None),
    ("k >= 9", None),
    ("k > 1 + 8", None),  # not worked out
    ("k % 2 = 0", None),
    ("k > 9.5", None),
    ("k > 'a'", None),  # how texts are ordered is the engine's
    ("k BETWEEN j AND 9", None),
    ("k BETWEEN 1 AND NULL", None),
]


@pytest.mark.parametrize(("condition", "unit"), CONDITIONS)
def test_a_range_leaves_the_keys_in_it(condition: str, unit: Any) -> None:
    for sql in (
        f"SELECT SUM(x) AS y FROM t WHERE {condition}",
        f"SELECT SUM(x) FILTER (WHERE {condition}) AS y FROM t",
        f"SELECT SUM(CASE WHEN {condition} THEN x END) AS y FROM t",
    ):
        assert gnomon.infer_units(sql, LONG).units == {"y": unit}


@pytest.mark.parametrize("condition", [condition for condition, unit in CONDITIONS if unit])
def test_the_engine_keeps_these_keys(condition: str) -> None:
    rows = "(VALUES (1), (2), (3), (9), (10), (-5), (NULL)) AS t(k)"
    kept = {key for (key,) in duckdb.sql(f"SELECT k FROM {rows} WHERE {condition}").fetchall()}
    unit = dict(CONDITIONS)[condition]
    assert kept and all((key in DOLLARS) == (unit is USD) for key in kept)


def test_a_symmetric_range_is_not_known() -> None:
    sql = "SELECT SUM(x) AS y FROM t WHERE k BETWEEN SYMMETRIC 9 AND 1"
    assert gnomon.infer_units(sql, LONG, dialect="postgres").units == {"y": None}

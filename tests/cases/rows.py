"""Compare rows as multisets, floats within a tolerance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

TOLERANCE = 1e-9
SHOWN = 5


@dataclass(frozen=True)
class Table:
    """Rows with the names of their columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def fetch(connection: duckdb.DuckDBPyConnection, sql: str) -> Table:
    """The rows of a query. Dates and timestamps come as such: a DATE and a TIMESTAMP are not the same."""
    cursor = connection.execute(sql)
    return Table(tuple(name[0] for name in cursor.description or ()), cursor.fetchall())


def assert_same(found: Table, expected: Table, default_metric: str) -> None:
    """Fail unless both hold the same columns and the same rows, in any order.

    Where the expectation says nothing of `metric`, each row's must be the default.
    """
    if "metric" in found.columns and "metric" not in expected.columns:
        rows = [(*row, default_metric) for row in expected.rows]
        expected = Table((*expected.columns, "metric"), rows)
    assert sorted(found.columns) == sorted(expected.columns)
    ours, theirs = keyed(found), keyed(expected)
    missing = [key for key in theirs if key not in ours]
    extra = [key for key in ours if key not in theirs]
    differ = [(k, ours[k], theirs[k]) for k in theirs if k in ours and not equal_lists(ours[k], theirs[k])]
    assert not (missing or extra or differ), (
        f"of {len(theirs)} rows {len(missing)} are missing: {missing[:SHOWN]}; {len(extra)} are too many: "
        f"{extra[:SHOWN]}; {len(differ)} differ (found, expected): {differ[:SHOWN]}"
    )
    assert theirs, "the check compares nothing"


def keyed(table: Table) -> dict[tuple[Any, ...], list[float | None]]:
    """The amounts by everything else, columns in alphabetical order."""
    order = sorted(range(len(table.columns)), key=lambda i: table.columns[i])
    amount = table.columns.index("amount")
    result: dict[tuple[Any, ...], list[float | None]] = {}
    for row in table.rows:
        key = tuple(plain(row[i], table.columns[i]) for i in order if i != amount)
        value = row[amount]
        result.setdefault(key, []).append(float(value) if isinstance(value, int | Decimal) else value)
    return result


def plain(value: Any, column: str) -> Any:
    """A sample date as a date with its type; everything else as it is."""
    if column == "metrics_sample_date":
        value = date.fromisoformat(value) if isinstance(value, str) else value
        return type(value).__name__, value
    return value


def equal_lists(ours: list[float | None], theirs: list[float | None]) -> bool:
    def order(values: list[float | None]) -> list[float | None]:
        return sorted(values, key=lambda value: (value is None, value or 0.0))

    return len(ours) == len(theirs) and all(map(equal, order(ours), order(theirs)))


def equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=0.0 if one and other else 1e-12)

"""Numbers that a catalog's SQL, which is Spark's, gave wrong on DuckDB: metrics, filters and nodes.

What Spark answers is from Spark: the other cases are in `tests/catalog/sql/spark_answers.jsonl`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from catalog.sql.shop import metric, nodes_of
from catalog.sql.spark_answers import COLUMNS, plain, table
from gnomon.catalog.sql import metrics_sql
from gnomon.catalog.values import Column, Definition

SOURCE = Definition("source", table="f", columns=tuple(Column(name, kind) for name, kind in COLUMNS.items()))
NODE = Definition("transform", query="SELECT id, CAST(y AS INT) AS cut, weekday(d) AS day, s, d FROM w.f")

METRICS: dict[str, tuple[str, Any]] = {
    "rounded, not cut": ("SELECT SUM(CAST(y AS INT)) FROM w.f", 1),
    "rounded in a node": ("SELECT SUM(cut) FROM w.t", 1),
    "a decimal rounded": ("SELECT SUM(CAST(n AS BIGINT)) FROM w.f", 10),
    "a value, not between two": ("SELECT PERCENTILE(x, 0.5) FROM w.f", 1.0),
    "some of them": ("SELECT PERCENTILE(x, array(0.25, 0.5)) FROM w.f", [-1.75, 1.0]),
    "null for a time": ("SELECT AVG(CAST(ts AS LONG)) FROM w.f", 1704361953.5),
    "the sample's": ("SELECT KURTOSIS(y) FROM w.f", -1.0),
    "the sample's too": ("SELECT SKEWNESS(y) FROM w.f", -0.6872431934890912),
    "Sundays": ("SELECT COUNT_IF(dayofweek(d) = 1) FROM w.f", 2),
    "Mondays": ("SELECT COUNT_IF(day = 0) FROM w.t", 2),
    "bounds that are passed": ("SELECT SUM(timestampdiff(HOUR, ts, TIMESTAMP '2024-01-08 00:00:00')) FROM w.f", 345),
    "a literal %": ("SELECT COUNT_IF(s LIKE 'a\\%b') FROM w.f", 1),
    "infinity": ("SELECT SUM(y) / SUM(y - y) FROM w.f", None),
    "not a number": ("SELECT SUM(y % 0) FROM w.f", None),
}
FILTERS = {
    "dayofweek(w.t.d) = 1": 2,
    "w.t.day = 6": 2,
    "w.t.s LIKE 'a\\%b'": 1,
    "CAST(w.t.s AS INT) = 1": 1,
    "w.t.d >= '2024-12'": 1,
}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE f AS {table('varchar')}")
        yield connection


def answer(warehouse: duckdb.DuckDBPyConnection, query: str, *filters: str) -> Any:
    """What a metric is on DuckDB."""
    nodes = nodes_of({"w.f": SOURCE, "w.t": NODE, "w.m": metric(query)})
    made = metrics_sql(lambda names: {n: nodes[n] for n in names if n in nodes}, ["w.m"], [], filters, dialect="duckdb")
    ((value,),) = warehouse.execute(made.sql).fetchall()
    return plain(value)


@pytest.mark.parametrize("case", METRICS)
def test_a_metric_is_what_spark_answers(case: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    query, expected = METRICS[case]
    assert answer(warehouse, query) == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize("condition", FILTERS)
def test_a_filter_keeps_what_spark_keeps(condition: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert answer(warehouse, "SELECT COUNT(*) FROM w.t", condition) == FILTERS[condition]

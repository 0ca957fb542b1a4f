"""Spark's SQL means on other engines what it means in Spark, is refused, or is warned of.

The oracle is Spark itself: `spark_answers.jsonl` holds what it answered.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import parse, parse_one

from catalog.sql.conftest import postgres
from catalog.sql.shop import metric, nodes_of
from catalog.sql.spark_answers import COLUMNS, answered, cases, plain, session, table
from gnomon.catalog.sql import Statement, metrics_sql, node_sql
from gnomon.catalog.sql.known_types import types_of
from gnomon.catalog.sql.meanings_duckdb import KEPT
from gnomon.catalog.values import Column, Definition
from gnomon.errors import UsageError

__all__ = ["postgres"]

CASES = cases()
SOURCE = Definition("source", table="f", columns=tuple(Column(name, kind) for name, kind in COLUMNS.items()))
UNTYPED = replace(SOURCE, columns=tuple(Column(name) for name in COLUMNS))
PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "catalog-sql.md"
SAID = {"meaning_differs", "not_in_dialect", "wrong_metric"}
"""The codes of a refusal."""


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE f AS {table('varchar')}")
        yield connection


def made(case: dict[str, Any], dialect: str = "duckdb", source: Definition = SOURCE) -> Statement:
    """A case as the SQL of a node or of a metric."""
    sql = case["sql"]
    if case["kind"] == "agg":
        found = nodes_of({"w.f": source, "w.m": metric(f"SELECT {sql} FROM w.f")})
        return metrics_sql(lambda names: {n: found[n] for n in names if n in found}, ["w.m"], dialect=dialect)
    query = re.sub(r"(FROM|JOIN) f\b", r"\1 w.f", sql) if case["kind"] == "query" else f"SELECT id, {sql} AS v FROM w.f"
    found = nodes_of({"w.f": source, "w.t": Definition("transform", query=query)})
    return node_sql(lambda names: {n: found[n] for n in names if n in found}, "w.t", dialect=dialect)


def same(case: dict[str, Any], rows: list[tuple[Any, ...]]) -> bool:
    """Whether rows are those of Spark."""
    here = [plain(row) for row in rows]
    if case["kind"] == "row":
        here = [[row[1]] for row in sorted(here)]
    spark = case["spark"]
    return alike(sorted(spark, key=str), sorted(here, key=str)) if case["kind"] == "query" else alike(spark, here)


def alike(left: Any, right: Any) -> bool:
    """Whether values are the same, numbers to nine digits."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    numbers = [isinstance(each, int | float) and not isinstance(each, bool) for each in (left, right)]
    if all(numbers):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    return type(left) is type(right) and left == right


def outcome(case: dict[str, Any], warehouse: duckdb.DuckDBPyConnection, source: Definition = SOURCE) -> str:
    """`same`, `refused`, `engine`, `warned` or `other`: what becomes of a case on DuckDB."""
    try:
        statement = made(case, source=source)
        rows = warehouse.execute(statement.sql).fetchall()
    except UsageError as error:
        return "refused" if {problem.code for problem in error.problems} <= SAID else str(error)
    except duckdb.Error:
        return "engine"
    warned = any(each.code == "meaning_unchecked" for each in statement.warnings)
    return "same" if same(case, rows) else "warned" if warned else "other"


@pytest.mark.parametrize("kind", ["row", "agg", "query"])
def test_duckdb_answers_what_spark_does(kind: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    some = [case for case in CASES if case["kind"] == kind]
    wrong = {case["sql"]: (found, case["here"]) for case in some if (found := outcome(case, warehouse)) != case["here"]}
    assert wrong == {}
    assert len(some) > 40


def test_nothing_else_ends_in_an_error_or_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The cases that are not answered, counted: a case is not made easy by writing `refused` beside it."""
    counts = {here: sum(case["here"] == here for case in CASES) for here in ("refused", "engine")}
    assert counts == {"refused": 51, "engine": 16}


@pytest.mark.parametrize("name", KEPT.split())
def test_what_is_called_kept_is_in_a_case(name: str) -> None:
    assert name in classes()


def classes() -> set[str]:
    """The classes of all cases that are answered."""
    if not SEEN:
        for case in CASES:
            if case["here"] == "same":
                text = case["sql"] if case["kind"] == "query" else f"SELECT {case['sql']}"
                SEEN.update(type(node).__name__ for node in parse_one(text, read="spark").walk())
    return SEEN


SEEN: set[str] = set()


@pytest.mark.parametrize(("heading", "here"), [("Kept on DuckDB", "same"), ("Refused on DuckDB", "refused")])
def test_what_the_page_lists_is_in_a_case(heading: str, here: str) -> None:
    table = PAGE.read_text().partition(f"| {heading}")[2].partition("\n\n")[0]
    first = [line.split(" | ")[0 if here == "refused" else 1] for line in table.splitlines()[2:]]
    words = {
        word.lower()
        for line in first
        for code in re.findall("`([^`]+)`", line)
        for word in re.findall("[a-z_]{4,}", code)
    }
    known = " ".join(case["sql"].lower() for case in CASES if case["here"] == here)
    assert {word for word in words if word not in known} == set()
    assert len(words) > 10


def test_spark_still_answers_so() -> None:
    """Each ninth case again, where pyspark is installed."""
    pytest.importorskip("pyspark", reason="pyspark is not installed, so what Spark answers is not asked again")
    spark = session()
    some = CASES[::9]
    wrong = [
        case["sql"]
        for case, now in zip(some, answered(spark, some), strict=True)
        if not alike(case["spark"], now["spark"])
    ]
    assert wrong == []


def test_without_types_nothing_differs_unsaid(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A catalog that knows no column's type: what depends on one is warned of."""
    wrong = [
        case["sql"]
        for case in CASES
        if outcome(case, warehouse, UNTYPED) not in ("same", "refused", "engine", "warned")
    ]
    assert wrong == []


def test_postgres_differs_nowhere_unsaid(postgres: str) -> None:
    """Most cases are answered alike; the others are refused, end in an error, or are warned of."""
    import psycopg

    counts: Counter[str] = Counter()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(b"SET TIME ZONE 'UTC'")
        connection.execute(f"CREATE TEMP TABLE f AS {table('varchar').replace('double', 'double precision')}".encode())
        for case in CASES:
            try:
                statement = made(case, "postgres")
                rows = connection.execute(statement.sql.encode()).fetchall()
            except (UsageError, psycopg.Error):
                counts["said"] += 1
                continue
            warned = bool(statement.warnings)
            counts["same" if same(case, rows) else "warned" if warned else case["sql"]] += 1
    assert counts.pop("SELECT x FROM f UNION ALL SELECT '2'") == 1, "the type of the column, not the number"
    assert set(counts) == {"same", "said", "warned"}, counts
    assert counts["same"] > 500


TEXTS = {
    ("weekday(placed)", "postgres"): "EXTRACT(ISODOW FROM",
    ("weekday(placed)", "snowflake"): "DAYOFWEEKISO(",
    ("weekday(placed)", "bigquery"): "EXTRACT(DAYOFWEEK FROM",
    ("dayofweek(placed)", "trino"): "% 7 + 1",
    ("dayofweek(placed)", "clickhouse"): "toDayOfWeek(",
    ("percentile(amount, 0.5)", "postgres"): "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY",
    ("percentile(amount, 0.5)", "snowflake"): "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY",
    ("sum(amount) / count(*)", "clickhouse"): "nullIf(COUNT(*), 0)",
    ("count_if(status LIKE 'a\\_b')", "snowflake"): "ESCAPE",
    ("sum(CAST(half AS INT))", "snowflake"): "TRUNC(",
    ("sum(CAST(half AS INT))", "bigquery"): "TRUNC(",
    ("every(isnull(amount))", "bigquery"): "IS NULL",
}


@pytest.mark.parametrize(("expression", "dialect"), TEXTS)
def test_what_other_engines_are_told(expression: str, dialect: str) -> None:
    """Engines that do not run here: the function they have, and SQL that reads back."""
    columns = (Column("placed", "date"), Column("amount", "int"), Column("half", "double"), Column("status", "string"))
    known = expression if expression.startswith(("percentile", "sum", "count", "every")) else f"max({expression})"
    nodes = nodes_of({"w.f": replace(SOURCE, columns=columns), "w.m": metric(f"SELECT {known} FROM w.f")})
    sql = metrics_sql(lambda names: {n: nodes[n] for n in names if n in nodes}, ["w.m"], dialect=dialect).sql
    assert TEXTS[expression, dialect] in sql
    assert len(parse(sql, dialect=dialect)) == 1


def test_a_refusal_says_what_to_write() -> None:
    with pytest.raises(UsageError) as caught:
        made({"kind": "row", "sql": "concat(y, '!'), crc32(s)"})
    assert [(problem.code, bool(problem.help)) for problem in caught.value.problems] == [("meaning_differs", True)] * 2
    assert "'CONCAT(y, '!')' has another meaning in duckdb" in caught.value.problems[1].message


@pytest.mark.parametrize("sql", ["BIGINT()", "pmod(x)", "date_part('dow')", "weekday()", "make_date(1)", "isnull()"])
def test_wrong_arguments_are_refused(sql: str) -> None:
    assert outcome({"kind": "row", "sql": sql}, duckdb.connect()) == "refused"


def test_what_repeats_its_argument_does_not_grow_without_end() -> None:
    sql = "x"
    for _ in range(30):
        sql = f"pmod({sql}, 3)"
    assert outcome({"kind": "row", "sql": sql}, duckdb.connect()) == "refused"
    sql = "d"
    for _ in range(10):
        sql = f"date_add(d, datediff(MONTH, d, {sql}))"
    assert outcome({"kind": "row", "sql": sql}, duckdb.connect()) == "refused"


def test_what_is_not_known_is_warned_of_once() -> None:
    found = made({"kind": "row", "sql": "my_function(x) + my_function(y)"}).warnings
    assert [(each.code, each.severity) for each in found] == [("meaning_unchecked", "warning")]
    assert "MY_FUNCTION" in found[0].message
    assert made({"kind": "row", "sql": "my_function(x)"}, "spark").warnings == ()


def test_two_sources_of_one_place_are_not_mixed_up() -> None:
    """Two catalogs have a table `s.t`, of other types: neither is believed."""
    one, other = (
        Definition("source", catalog=name, schema="s", table="t", columns=(Column("k", kind), Column("n", "int")))
        for name, kind in (("a", "double"), ("b", "string"))
    )
    assert types_of({"w.a": one, "w.b": other}) == {("s", "t"): {"n": "int"}}


def test_other_dialects_are_only_guarded() -> None:
    nodes = nodes_of({"w.f": SOURCE, "w.m": metric("SELECT SUM(x) / COUNT(y) FROM w.f")})
    sql = metrics_sql(
        lambda names: {n: nodes[n] for n in names if n in nodes}, ["w.m"], authored="mysql", dialect="duckdb"
    ).sql
    assert "NULLIF(COUNT(w_f.y), 0)" in sql

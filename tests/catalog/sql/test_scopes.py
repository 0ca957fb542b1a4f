"""Names in nodes' queries against an engine: the nodes are tables of one schema, and DuckDB reads the query as it is.

Aliases, stages and nodes share a few words, so that they hide each other in all ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlglot import parse_one

from catalog.sql.shop import columns, nodes_of, source
from gnomon.catalog.sql import metrics_sql
from gnomon.catalog.sql.scopes import node_name, node_tables, qualified_by_nodes
from gnomon.catalog.values import Definition
from gnomon.errors import UsageError

NODES = ("cor.customers", "cor.orders")
WORDS = ("customers", "orders", "cor_orders", "cor")
SOURCES = {name: source(name.partition(".")[2], columns("id int,x int")) for name in NODES}


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """The nodes as tables under their own names, and where the sources lie; anew, as an engine's mistake ends it."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for schema in ("cor", "wh"):
            connection.execute(f"CREATE SCHEMA {schema}")
            connection.execute(f"CREATE TABLE {schema}.customers AS SELECT i AS id, 10 - i AS x FROM range(1, 7) t(i)")
            connection.execute(f"CREATE TABLE {schema}.orders AS SELECT i AS id, i % 4 AS x FROM range(3, 9) t(i)")
        yield connection


class Writer:
    """Writes random queries with `id` and `x` for outputs."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def query(self, depth: int, stages: tuple[str, ...], outside: tuple[str, ...]) -> str:
        """A SELECT that sees stages, and the tables around it by `outside`."""
        made: list[str] = []
        for _ in range(self.random.choice((0, 0, 1)) if depth else 0):
            name = self.random.choice(WORDS)
            if name not in [each.partition(" ")[0] for each in made]:
                made.append(f"{name} AS ({self.query(depth - 1, stages, ())})")
                stages = (*stages, name)
        tables, names = self.tables(depth, stages)
        own = self.random.choice(names)
        where = " AND ".join(self.condition(depth, stages, tuple(names), outside) for _ in range(2))
        start = f"WITH {', '.join(made)} " if made else ""
        return f"{start}SELECT {own}.id, {own}.x FROM {tables} WHERE {where}"

    def tables(self, depth: int, stages: tuple[str, ...]) -> tuple[str, list[str]]:
        """What FROM opens, and what columns can be qualified by."""
        texts: list[str] = []
        names: list[str] = []
        for _ in range(self.random.choice((1, 1, 2))):
            kinds = ["node", "alias", *(["stage"] if stages else []), *(["query"] if depth else [])]
            kind, node, alias = self.random.choice(kinds), self.random.choice(NODES), self.random.choice(WORDS)
            text, word = f"{node} AS {alias}", alias
            if kind == "node":
                text, word = node, node.partition(".")[2]
            elif kind == "stage":
                text = word = self.random.choice(stages)
            elif kind == "query":
                text = f"({self.query(depth - 1, stages, ())}) AS {alias}"  # DuckDB's would see what is beside it
            if word not in [each.rpartition(".")[2] for each in names]:
                texts.append(text)
                names += [word, *([node] if kind == "node" else [])]
        return " CROSS JOIN ".join(texts), names

    def condition(self, depth: int, stages: tuple[str, ...], own: tuple[str, ...], outside: tuple[str, ...]) -> str:
        """A comparison over columns that are seen, or a subquery that sees them too."""
        if depth and self.random.random() < 0.6:
            return f"{self.random.choice(('', 'NOT '))}EXISTS ({self.query(depth - 1, stages, (*outside, *own))})"
        left, right = (self.random.choice((*own, *own, *outside)) for _ in range(2))
        return f"{left}.{self.random.choice(('id', 'x'))} {self.random.choice('<>')}= {right}.id"


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48))
def test_names_are_what_an_engine_takes_them_for(seed: int) -> None:
    query = Writer(Random(seed)).query(2, (), ())
    with engine() as own, engine() as other:
        try:
            expected = own.execute(f"SELECT COUNT(*), SUM(id) FROM ({query})").fetchall()
        except duckdb.Error:
            return event("the engine does not take it")
        try:
            sql = statement(query)
        except UsageError as error:
            assert [problem.code for problem in error.problems] == ["wrong_node_query"]
            return event("it is refused")
        assert other.execute(sql).fetchall() == expected, f"{query}\n{sql}"
        return event("it has rows" if expected[0][0] else "it has none")


def statement(query: str) -> str:
    """The SQL of two metrics over a node with a query."""
    made = SOURCES | {"cor.t": Definition("transform", query=query)}
    made |= {f"cor.{word}": Definition("metric", query=f"SELECT {word}(id) FROM cor.t") for word in ("count", "sum")}
    found = nodes_of(made)
    return metrics_sql(
        lambda names: {name: found[name] for name in names if name in found},
        ["cor.count", "cor.sum"],
        dialect="duckdb",
        catalogs={"default": ""},
    ).sql


def test_nodes_and_stages() -> None:
    tree = parse_one(
        "WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT a.x FROM a) SELECT * FROM a JOIN b.a ON a.x = b.a.x"
    )
    assert [node_name(table) for table in node_tables(tree)] == ["b.a"]
    with pytest.raises(UsageError, match="two of its tables are called 'a'"):
        qualified_by_nodes(tree, "n")  # type: ignore[arg-type]

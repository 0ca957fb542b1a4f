"""The shop in engines: what a statement answers, on DuckDB and on Postgres."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import pytest

from catalog.conftest import postgres
from catalog.sql.shop import TABLES, shop
from gnomon.catalog.sql import metrics_sql
from gnomon.catalog.sql.graph import Nodes

__all__ = ["postgres"]

Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]


@pytest.fixture(scope="session")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The shop's tables on DuckDB."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


@pytest.fixture(scope="session")
def postgres_warehouse(postgres: str) -> Iterator[Callable[[str], Rows]]:
    """The shop's tables on Postgres, and how to read them."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS wh CASCADE")
        connection.execute(TABLES.encode())

        def read(sql: str) -> Rows:
            return connection.execute(sql.encode()).fetchall()

        yield read
        connection.execute("DROP SCHEMA wh CASCADE")


@pytest.fixture(params=["duckdb", "postgres"])
def read(request: pytest.FixtureRequest, warehouse: duckdb.DuckDBPyConnection) -> tuple[str, Callable[[str], Rows]]:
    """A dialect, and an engine for it that has the shop's tables."""
    if request.param == "duckdb":
        return "duckdb", lambda sql: warehouse.execute(sql).fetchall()
    return "postgres", request.getfixturevalue("postgres_warehouse")


@pytest.fixture
def ask(read: tuple[str, Callable[[str], Rows]]) -> Ask:
    """What the shop answers to a request; rows in no order unless the request has one."""
    dialect, execute = read

    def asked(
        metrics: Sequence[str],
        dimensions: Sequence[str] = (),
        filters: Sequence[str] = (),
        nodes: Nodes = shop,
        **more: Any,
    ) -> Rows:
        names = ([f"shop.{name}" for name in part] for part in (metrics, dimensions))
        statement = metrics_sql(nodes, *names, filters, dialect=dialect, catalogs={"default": ""}, **more)
        return execute(statement.sql)

    return asked


def in_order(rows: Rows) -> Rows:
    """Rows in one order; numbers as floats, so that engines agree."""
    plain = [
        tuple(float(v) if isinstance(v, int | float) or hasattr(v, "as_tuple") else v for v in row) for row in rows
    ]
    return sorted(plain, key=lambda row: [(value is None, str(type(value)), value or 0) for value in row])

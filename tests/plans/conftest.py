"""A Postgres server and a Spark session for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dates.conftest import postgres
from plans.warehouses import PostgresWarehouse, SparkWarehouse, Warehouse

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def postgres_warehouse(postgres: str) -> Iterator[PostgresWarehouse]:
    """A connection to a server that lives as long as the tests."""
    found = PostgresWarehouse(postgres)
    yield found
    found.close()


@pytest.fixture(scope="session")
def spark_warehouse() -> Iterator[SparkWarehouse]:
    """A Spark session; skips where Spark is not installed."""
    found = SparkWarehouse()
    yield found
    found.close()


@pytest.fixture(scope="session", params=["postgres", "spark"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """Each engine that plans are executed on besides DuckDB; Spark only where it is installed."""
    found: Warehouse = request.getfixturevalue(f"{request.param}_warehouse")
    return found

"""Catalogs on SQLite and on a real Postgres: the address of an empty database for each test, and a store."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dates.conftest import postgres
from gnomon.catalog.database import connect
from gnomon.catalog.migrate import migrate
from gnomon.catalog.store import Store

__all__ = ["postgres"]

NUMBERS = itertools.count()


def empty_database(dsn: str) -> str:
    """The URL of a new database of a Postgres server."""
    import psycopg

    parts = dict(part.split("=") for part in dsn.split())
    name = f"catalog_{next(NUMBERS)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql://{parts['user']}@{parts['host']}:{parts['port']}/{name}"


@pytest.fixture
def postgres_address(postgres: str) -> str:
    """An empty database on Postgres."""
    return empty_database(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "catalog.db")
    found: str = request.getfixturevalue("postgres_address")
    return found


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    """An engine for an empty database."""
    found = connect(address)
    yield found
    found.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    """A store without nodes."""
    migrate(engine)
    return Store(engine)

"""Engines for the tests of dates, in two session zones, neither of which may matter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dates.engines import ClickhouseEngine, DuckdbEngine, Engine, PostgresEngine, SparkEngine, postgres_server

ENGINES = ("duckdb", "postgres", "spark", "clickhouse")
SESSION_ZONES = ("UTC", "America/Sao_Paulo")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a Postgres server that lives as long as the tests."""
    folder = Path(tempfile.mkdtemp(prefix="gnomon-postgres-"))
    try:
        with postgres_server(folder) as dsn:
            yield dsn
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=[(name, zone) for name in ENGINES for zone in SESSION_ZONES], ids="-".join)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in each session zone."""
    name, zone = request.param
    if name == "duckdb":
        found: Engine = DuckdbEngine(zone)
    elif name == "postgres":
        found = PostgresEngine(request.getfixturevalue("postgres"), zone)
    else:
        found = SparkEngine(zone) if name == "spark" else ClickhouseEngine(zone)
    yield found
    found.close()

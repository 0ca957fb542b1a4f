"""Statements timed as CREATE TABLE AS on a DuckDB file with two threads: ways in turn, the best of several rounds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

THREADS = 2
BEGIN = "BEGIN"
ENOUGH = 5.0
"""Seconds after which a way is not run for another round."""

Connection: TypeAlias = duckdb.DuckDBPyConnection


class TooSlow(Exception):
    """A statement was stopped at the time limit."""


@contextmanager
def opened(folder: Path, data: Path) -> Iterator[Connection]:
    """A new file to write into, in which the schema `raw` is what a data file holds."""
    path = folder / "scratch.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"SET threads = {THREADS}; SET temp_directory = '{folder / 'spill'}'")
        connection.execute("SET preserve_insertion_order = false")
        attach(connection, data)
        yield connection
    path.unlink()


def attach(connection: Connection, data: Path) -> None:
    connection.execute(f"ATTACH '{data}' AS data (READ_ONLY); CREATE SCHEMA raw; CREATE SCHEMA metrics")
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'data'")
    for (name,) in names.fetchall():
        connection.execute(f"CREATE VIEW raw.{name} AS SELECT * FROM data.raw.{name}")


def fetched(connection: Connection, query: str) -> tuple[Any, ...]:
    """The only row of a query."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def seconds(connection: Connection, statements: Sequence[str], limit: float) -> float:
    """The wall time of some statements. Raises TooSlow where they take longer than the limit together."""
    timer = threading.Timer(limit, connection.interrupt)
    before = time.perf_counter()
    timer.start()
    try:
        for statement in statements:
            connection.execute(statement)
    except duckdb.InterruptException:
        if statements[0] == BEGIN:
            connection.execute("ROLLBACK")
        raise TooSlow from None
    finally:
        timer.cancel()
        timer.join()
    return time.perf_counter() - before


@dataclass
class Way:
    """Statements that make `tables`, and what was measured.

    `scale` multiplies the time where only some of the dates are computed. `best` is None until a round has ended within
    the limit, and `limit` what a round was stopped at, if it was.
    """

    tables: Sequence[str]
    statements: Sequence[str]
    scale: float = 1
    best: float | None = None
    spent: float = 0
    limit: float | None = None

    @classmethod
    def of(cls, table: str, queries: Sequence[str], scale: float = 1) -> Way:
        """The way that creates a table from its first query and inserts the rows of the others, in one commit."""
        first, *others = queries
        made = [f"CREATE TABLE {table} AS {first}", *(f"INSERT INTO {table} {query}" for query in others)]
        return cls([table], [BEGIN, *made, "COMMIT"] if others else made, scale)

    @property
    def total(self) -> float | None:
        """The time of all dates, in seconds."""
        return None if self.best is None else self.best * self.scale

    def clear(self, connection: Connection) -> None:
        for table in self.tables:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("CHECKPOINT")


def measure(connection: Connection, ways: Sequence[Way], rounds: int, limit: float) -> None:
    """Run the ways in turn. The tables of each way's last round stay; a way that was stopped has none."""
    for _ in range(rounds):
        for way in ways:
            if way.limit or way.spent > ENOUGH:
                continue
            way.clear(connection)
            try:
                taken = seconds(connection, way.statements, limit)
            except TooSlow:
                way.limit = limit * way.scale
                way.clear(connection)
                continue
            way.spent += taken
            way.best = taken if way.best is None else min(way.best, taken)

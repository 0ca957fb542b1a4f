"""DuckDB as an engine: one file, read by many, written by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb
from sqlglot import exp

from gnomon.errors import Problem, RunError

if TYPE_CHECKING:
    import pyarrow as pa


class DuckDBEngine:
    """A connection to a DuckDB file."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, database: str, catalogs: Mapping[str, str] | None = None, *, read_only: bool = True) -> DuckDBEngine:
        """Open a file and attach further ones under their names."""
        memory = database == ":memory:"
        if read_only and not memory and not Path(database).exists():
            raise RunError(
                Problem("no_database", f"there is no database at {database}", help="build it first: gnomon plan")
            )
        try:
            connection = duckdb.connect(database, read_only=read_only and not memory)
            for name, path in (catalogs or {}).items():
                mode = " (READ_ONLY)" if read_only else ""
                connection.execute(f"ATTACH {quote_text(path)} AS {quote_name(name)}{mode}")
        except duckdb.Error as error:
            raise RunError(open_problem(database, error)) from None
        connection.execute("SET TimeZone = 'UTC'")
        return cls(connection)

    def execute(self, sql: str) -> pa.Table:
        """The rows of one statement."""
        try:
            return self._connection.execute(sql).to_arrow_table()
        except duckdb.Error as error:
            raise RunError(Problem("engine_error", first_line(error))) from None

    def columns(self, table: str) -> dict[str, str]:
        """Column names and types in order; empty where there is no such table."""
        named = exp.to_table(table, dialect="duckdb").sql("duckdb", identify=True)
        try:
            rows: list[tuple[Any, ...]] = self._connection.execute(f"DESCRIBE {named}").fetchall()
        except duckdb.CatalogException:
            return {}
        except duckdb.Error as error:
            raise RunError(Problem("engine_error", first_line(error))) from None
        return {name: kind for name, kind, *_ in rows}

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_problem(database: str, error: duckdb.Error) -> Problem:
    """Why a file did not open: mostly because another process writes to it."""
    text = first_line(error)
    if "lock" in text.lower():
        return Problem(
            "database_locked",
            f"{Path(database).name} is being written by another process",
            notes=(text,),
            help="wait for that plan or run to end, then try again",
        )
    return Problem("engine_error", f"{Path(database).name} cannot be opened: {text}")


def first_line(error: Exception) -> str:
    """The first line of what the engine said, without its prefix's capital."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return line[:1].lower() + line[1:]


def quote_text(text: str) -> str:
    """A string literal.

    >>> quote_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """A quoted identifier.

    >>> quote_name('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'

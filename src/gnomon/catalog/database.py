"""The connection to a catalog's database: SQLite for one, Postgres for a team.

A transaction that is going to write says so when it begins, so that two writers wait for each other at the start and
not half-way: `BEGIN IMMEDIATE` on SQLite, locks by name on Postgres. Every writer takes those in one order (the roots
of what it writes, by number; GRAPH; HISTORY), so that none waits for another that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError

from gnomon.errors import Problem, RunError, UsageError

WAIT = 10.0
"""Seconds that a writer waits for another."""
WRITES = "gnomon_writes"
LOCKS = crc32(b"gnomon catalog")
"""The space of Postgres's advisory locks that is ours."""
GRAPH, HISTORY = "/graph", "/history"
"""The locks that a writer takes after those of its own names. No namespace has a slash in its name."""
WAITED = ("55P03", "40P01", "40001")
"""Postgres's states for a lock that came too late: a timeout, a deadlock, and a transaction that has to be repeated."""
UNIQUE_VIOLATION = "23505"
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def connect(address: str | Path, wait: float = WAIT) -> Engine:
    """An engine for a URL (`postgresql://user@host/name`) or a SQLite file; nothing is opened yet.

    Raises UsageError `wrong_database` where the address is neither.
    """
    written = str(address)
    try:
        url = make_url(written if "://" in written else f"sqlite:///{written}")
        driver = DRIVERS[url.drivername]
    except (ArgumentError, KeyError):
        message = f"'{hidden(written)}' is no address of a catalog"
        raise UsageError(
            Problem("wrong_database", message, help="a SQLite file, or postgresql://user:password@host:5432/name")
        ) from None
    if driver.startswith("sqlite"):
        engine = create_engine(url.set(drivername=driver), connect_args={"timeout": wait})
        event.listen(engine, "connect", open_sqlite)
    else:
        engine = postgres(url.set(drivername=driver))
    event.listen(engine, "begin", begin)
    return engine.execution_options(gnomon_wait=wait)


@contextmanager
def opened(address: str | Path, wait: float = WAIT) -> Iterator[Engine]:
    """`connect`, for as long as a block lasts: its connections are closed with it."""
    engine = connect(address, wait)
    try:
        yield engine
    finally:
        engine.dispose()


def postgres(url: URL) -> Engine:
    """An engine for Postgres, whose driver is an extra."""
    try:
        return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError:
        help = "pip install 'gnomon[postgres]'"
        raise UsageError(
            Problem("missing_package", "a catalog on Postgres needs the package psycopg", help=help)
        ) from None


def open_sqlite(connection: Any, record: Any) -> None:
    """Leave transactions to `begin`, readers undisturbed by a writer, and keep what foreign keys promise."""
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin as the transaction means to go on."""
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
    elif options.get(WRITES):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(1000 * options.get('gnomon_wait', WAIT))}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: it sees one state of the database, whatever others write meanwhile."""
    with said(engine), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, *names: str) -> Iterator[Connection]:
    """A transaction that writes what has these names, alone; all of it is written or nothing.

    Waits for another writer, and raises RunError `catalog_busy` where that takes too long.
    """
    with said(engine), engine.execution_options(**{WRITES: True}).begin() as connection:
        lock(connection, *names)
        yield connection


def lock(connection: Connection, *names: str) -> None:
    """Keep other writers of these names out until the transaction ends. Where it only reads, and on SQLite, which has
    one writer in all, there is nothing to do.

    Waits for another writer, and raises OperationalError where that takes too long.
    """
    if connection.dialect.name != "postgresql" or not connection.get_execution_options().get(WRITES):
        return
    for key in sorted({signed(crc32(name.encode())) for name in names}):
        connection.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), {"space": signed(LOCKS), "key": key})


@contextmanager
def said(engine: Engine) -> Iterator[None]:
    """What a database refuses, as a Problem; other errors pass."""
    try:
        yield
    except (OperationalError, InterfaceError, DatabaseError, NoSuchModuleError) as error:
        found = problem(engine, error)
        if found is None:
            raise
        raise RunError(found) from error


def problem(engine: Engine, error: Exception) -> Problem | None:
    """The Problem that a driver's error means; None where it means a mistake of the program."""
    original = getattr(error, "orig", None)
    reason = " ".join(str(original or error).split())
    where = place(engine)
    state = getattr(original, "sqlstate", None)
    if state == UNIQUE_VIOLATION or reason.startswith("UNIQUE constraint failed"):
        message = f"another process wrote the same to {where} at the same time"
        return Problem("catalog_changed", message, help="nothing was written: try again")
    if state in WAITED or "database is locked" in reason:
        return Problem(
            "catalog_busy", f"another process is writing to {where}", help="wait for it to end, and try again"
        )
    if "file is not a database" in reason:
        return Problem("not_a_catalog", f"{where} is no SQLite database", help="name a database, or a new file")
    if isinstance(error, OperationalError | InterfaceError) and is_unreachable(original, reason):
        message = f"{where} cannot be reached: {reason[:300]}"
        return Problem(
            "catalog_unreachable", message, help="see that it runs, and that the address and password are right"
        )
    return None


def is_unreachable(original: Any, reason: str) -> bool:
    """Whether a connection could not be made, or was lost. Postgres says so in SQLSTATE classes 08, 28, 3D and 57."""
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return str(state)[:2] in ("08", "28", "3D", "57")
    return any(word in reason for word in ("connect", "unable to open", "readonly", "disk I/O", "resolve", "password"))


def place(engine: Engine) -> str:
    """An engine's database, as it may be shown."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return hidden(engine.url.set(drivername="postgresql").render_as_string(hide_password=True))


def hidden(address: str) -> str:
    """An address without its password.

    >>> hidden("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    """
    scheme, separator, rest = address.partition("://")
    login, at, host = rest.rpartition("@")
    if not (separator and at):
        return address
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}{':***' if colon else ''}@{host}"


def signed(number: int) -> int:
    """An unsigned 32-bit number as the signed one that Postgres takes."""
    return number - (1 << 32) if number >= 1 << 31 else number

"""The schema of a catalog's database, and the ways to the newest and back.

The migrations are Alembic's, kept in this package, so that they need no file of settings. Their version stands in a
table of our own: a DataJunction database, which has Alembic's usual one, stays what it is.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from gnomon.catalog.database import place, reading, said, signed
from gnomon.catalog.legacy.carry import BATCH, Report
from gnomon.catalog.legacy.census import Here, There, count_here, count_there
from gnomon.catalog.legacy.old import Old, is_old
from gnomon.errors import Problem, RunError, UsageError

VERSION_TABLE = "catalog_version"
BEFORE_UNITS = "0001"
"""The schema at which an older database keeps its own units and nothing of it has been carried over."""
MIGRATIONS = Path(__file__).parent / "migrations"

Target = Literal["newest", "before_units"]


@dataclass(frozen=True, slots=True)
class State:
    """What stands in a database. `version` is None where there is no catalog; `old` says that the tables of an older
    database are there."""

    version: str | None
    newest: str
    old: bool

    @property
    def is_newest(self) -> bool:
        return self.version == self.newest


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration that was made or, with a dry run, would be: versions, and the units counted on both sides.

    `there` and `here` are None where there is no older database; `here` also before it has been carried over.
    """

    before: str | None
    after: str
    there: There | None
    here: Here | None


def state(engine: Engine) -> State:
    """What stands in a database; nothing is written, and a SQLite file that is not there is not made.

    Raises UsageError `not_a_catalog` for a database of something else, and `catalog_newer`.
    """
    scripts = ScriptDirectory.from_config(settings(engine))
    newest = scripts.get_current_head() or ""
    if is_missing(engine):
        return State(None, newest, False)
    with said(engine):
        names = set(inspect(engine).get_table_names())
        version = None
        if VERSION_TABLE in names:
            with reading(engine) as connection:
                version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    if version is not None and version not in {script.revision for script in scripts.walk_revisions()}:
        message = f"{place(engine)} is a catalog of a newer Gnomon (schema {version}; this one knows up to {newest})"
        raise UsageError(Problem("catalog_newer", message, help="upgrade Gnomon"))
    if names and VERSION_TABLE not in names and not is_old(names):
        message = f"{place(engine)} holds other tables and no catalog"
        help = "name an empty database, or on Postgres a schema: ...?options=-csearch_path%3Dgnomon"
        raise UsageError(Problem("not_a_catalog", message, help=help))
    return State(version, newest, is_old(names))


def require_newest(engine: Engine) -> None:
    """Raise UsageError `catalog_behind` unless a database is a catalog at the newest schema."""
    found = state(engine)
    if not found.is_newest:
        what = (
            "there is no catalog yet" if found.version is None else f"its schema is {found.version}, not {found.newest}"
        )
        raise UsageError(Problem("catalog_behind", f"{place(engine)}: {what}", help="run gnomon catalog migrate"))


def migrate(
    engine: Engine,
    to: Target = "newest",
    *,
    dry_run: bool = False,
    report: Report = lambda done, total: None,
    batch: int = BATCH,
) -> Migration:
    """Bring a database to the newest schema, or back to where an older database keeps its own units.

    A migration that was killed is taken up where it was: `batch` nodes are one transaction. Raises UsageError
    `catalog_newer`, `not_a_catalog` and `no_older_database`, and RunError `catalog_unreachable`, `catalog_busy` and
    `units_lost`.
    """
    before = state(engine)
    target = before.newest if to == "newest" else BEFORE_UNITS
    if to == "before_units" and not before.old:
        message = f"{place(engine)} holds no older database to return units to"
        raise UsageError(Problem("no_older_database", message))
    if not dry_run and (to == "newest" or before.version is not None):
        with said(engine), alone(engine):
            before = state(engine)
            config = settings(engine, report, batch)
            (command.upgrade if to == "newest" else command.downgrade)(config, target)
    there = here = None
    if before.old:
        with reading(engine) as connection:
            there = count_there(connection, Old(engine))
            here = count_here(connection) if state(engine).version is not None else None
    return Migration(before.version, target, there, here)


def settings(engine: Engine, report: Report | None = None, batch: int = BATCH) -> Config:
    """What Alembic needs to know: where its scripts are, and what they work with."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(engine=engine, report=report, batch=batch, version_table=VERSION_TABLE)
    return config


def is_missing(engine: Engine) -> bool:
    """Whether a SQLite file is not there yet."""
    return engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists()


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """The only migration of a database; a lock that ends with its process.

    Raises RunError `catalog_busy` without waiting.
    """
    held = beside_file if engine.dialect.name == "sqlite" else by_name
    with held(engine) as is_free:
        if not is_free:
            message = f"another process is migrating {place(engine)}"
            raise RunError(Problem("catalog_busy", message, help="wait for it to end"))
        yield


@contextmanager
def by_name(engine: Engine) -> Iterator[bool]:
    """Postgres's lock by name, held by a connection of its own; whether it was free."""
    name = {"space": signed(crc32(b"gnomon catalog")), "key": signed(crc32(b"migration"))}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, :key)"), name))
        connection.execute(text("SELECT pg_advisory_unlock_all()"))


@contextmanager
def beside_file(engine: Engine) -> Iterator[bool]:
    """The operating system's lock on a file beside SQLite's; whether it was free."""
    file_path = Path(engine.url.database or "")
    path = file_path.with_name(f".{file_path.name}.lock")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "a", encoding="utf-8"))
        except OSError as error:
            message = f"{place(engine)} cannot be reached: {error.strerror}"
            help = "see that its folder is there, and may be written"
            raise RunError(Problem("catalog_unreachable", message, help=help)) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        with engine.connect() as connection:
            connection.connection.execute("PRAGMA journal_mode = WAL")
        yield True

"""`gnomon catalog`: the database of nodes, columns and units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from gnomon.cli.format import plural
from gnomon.cli.options import debug_option, find_root, json_option, print_json, say
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gnomon.catalog import Change
    from gnomon.catalog.migrate import Migration, Target

FILE = "catalog.db"


@click.group()
def catalog() -> None:
    """The catalog of nodes, columns and units."""


def database_option(command: click.decorators.FC) -> click.decorators.FC:
    """`--database`: where the catalog is."""
    described = f"The catalog: a SQLite file or a postgresql:// URL; by default {FILE} in the project."
    return click.option("--database", metavar="URL", envvar="GNOMON_DATABASE", help=described)(command)


def address_of(database: str | None) -> str:
    """The catalog's address: the one named, else the file in the project from here upward."""
    if database is not None:
        return database
    try:
        return str(find_root(None) / FILE)
    except UsageError:
        message = "there is no project here whose catalog it could be"
        raise UsageError(
            Problem("no_project", message, help=f"name the catalog with --database, such as --database {FILE}")
        ) from None


@contextmanager
def as_it_is(engine: Engine, dry_run: bool) -> Iterator[Engine]:
    """A catalog to look at: an empty one elsewhere while its SQLite file is not there, which a dry run says.

    So nothing is left of a first import or push that is refused.
    """
    from gnomon.catalog import migrate
    from gnomon.catalog.database import opened, place
    from gnomon.catalog.migrate import is_missing

    if not is_missing(engine):
        yield engine
        return
    if dry_run:
        say(f"{place(engine)} is not there yet and would be made")
    with TemporaryDirectory() as folder, opened(Path(folder) / FILE) as empty:
        migrate(empty)
        yield empty


def made(engine: Engine) -> Engine:
    """A catalog to write to, whose SQLite file is made if it is not there."""
    from gnomon.catalog import migrate
    from gnomon.catalog.migrate import is_missing

    if is_missing(engine):
        migrate(engine)
    return engine


def readable(change: Change) -> Change:
    """A change in the words of files; `as written` is the spelling of a unit, and keys that nobody knows."""
    fields = tuple(name for name in change.fields if name != "authored")
    return replace(change, fields=fields or ("as written",))


@catalog.command("migrate", short_help="Bring the catalog's database to the newest schema.")
@database_option
@click.option("--down", is_flag=True, help="Return units to the older tables that they came from.")
@click.option("--dry-run", is_flag=True, help="Count what would be migrated and write nothing.")
@json_option
@debug_option
def migrate(database: str | None, down: bool, dry_run: bool, as_json: bool) -> None:
    """Bring the catalog's database to the newest schema, or make it.

    Nodes of a DataJunction database are carried over, and the units that its metrics have become units of their output
    columns. What was killed is taken up where it was.
    """
    from gnomon.catalog.database import opened, place
    from gnomon.catalog.migrate import migrate as run
    from gnomon.cli.progress import progress

    with opened(address_of(database)) as engine, progress("migrate") as report:
        target: Target = "before_units" if down else "newest"
        result = run(engine, target, dry_run=dry_run, report=lambda done, total: report(done, total, "nodes"))
    if as_json:
        print_json({"database": place(engine), "written": not dry_run, **asdict(result)})
        return
    for line in counts(result):
        click.echo(line)
    moved = (
        f"{result.before or 'none'} to {result.after}" if result.before != result.after else f"{result.after} already"
    )
    say(f"{place(engine)}: schema {moved}; {'nothing was written' if dry_run else 'done'}")


def counts(result: Migration) -> list[str]:
    """The units of the older tables, and what became of them."""
    from gnomon.catalog.legacy.units import GOING_BACK, OUTCOMES

    if result.there is None:
        return []
    there, here = result.there, result.here
    flat = plural(sum(there.legacy.values()), "flat unit")
    lines = [
        f"older tables: {plural(there.nodes, 'node')}, {plural(there.columns, 'column')}, {there.units} with a unit,"
        f" {flat}",
        *(f"  {number} x {name}" for name, number in sorted(there.legacy.items())),
    ]
    if here is not None and here.nodes:
        lines.append(
            f"carried: {plural(here.nodes, 'node')}, {plural(here.columns, 'column')}, {here.units} with a unit"
        )
        lines += [f"  {here.moves[name]} x {name}: {words}" for name, words in OUTCOMES.items() if name in here.moves]
        lines += [f"  {here.unknown} x unknown: says nothing"] if here.unknown else []
    elif here is not None and here.back:
        lines.append(f"changed here: {plural(sum(here.back.values()), 'unit')}")
        lines += [f"  {here.back[name]} x {name}: {words}" for name, words in GOING_BACK.items() if name in here.back]
    return lines

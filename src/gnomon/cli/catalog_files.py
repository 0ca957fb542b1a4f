"""`gnomon catalog import` and `gnomon catalog export`: DataJunction's files into the catalog and out of it."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gnomon.cli.catalog import address_of, as_it_is, catalog, database_option, made, readable
from gnomon.cli.catalog_push import as_dict, print_changes
from gnomon.cli.catalog_units import unit_lines
from gnomon.cli.format import plural
from gnomon.cli.options import debug_option, json_option, print_json, say
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from gnomon.catalog import Definition
    from gnomon.catalog.files import Deployment
    from gnomon.units.wire import Own

PLACE = click.Path(path_type=Path)
DIALECT = "The engine that is to run the SQL, by default duckdb: what may mean something else there is warned of."
NAMESPACE = "The namespace; by default that of dj.yaml."


@catalog.command("import", short_help="Put DataJunction's files into the catalog.")
@click.argument("source", type=PLACE, metavar="FOLDER|ZIP")
@database_option
@click.option("--namespace", metavar="NAME", help=NAMESPACE)
@click.option("--dialect", default="duckdb", metavar="NAME", help=DIALECT)
@click.option("--allow-empty", is_flag=True, help="Take all nodes out where there are no files of any.")
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@json_option
@debug_option
def import_(
    source: Path,
    database: str | None,
    namespace: str | None,
    dialect: str,
    allow_empty: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a namespace of the catalog hold the nodes of a folder or a ZIP, and no others.

    All three layouts of DataJunction's files are read. What differs is shown before anything is written; what is gone
    is deactivated, and its revisions stay. Warnings go to stderr.
    """
    from gnomon.catalog import Store
    from gnomon.catalog.database import opened
    from gnomon.catalog.deploy import deploy
    from gnomon.catalog.sql.entry import known_dialect

    known_dialect(dialect)
    with opened(address_of(database)) as named, as_it_is(named, dry_run) as engine:
        store = Store(engine)
        known = {node.name: node.revision.definition for node in store.list()}
        read, own = read_from(source, namespace, known, dialect)
        for problem in read.findings:
            say(str(problem))
        nodes = dict(read.definitions)
        wanted = partial(deploy, namespace=read.namespace, definitions=nodes, tags=read.tags)
        put = partial(wanted, own=own, allow_empty=allow_empty)
        planned = put(store, dry_run=True)
        changed = [change for change in planned.nodes if change.action != "none"]
        tags = [tag for tag in planned.tags if tag.action != "none"]
        if as_json:
            found = {"warnings": len(read.findings), "tags": list(map(asdict, tags))}
            changes = list(map(as_dict, changed))
            print_json({"namespace": read.namespace, "written": not dry_run, "changes": changes, **found})
        else:
            for tag in tags:
                click.echo(f"{tag.action} tag {tag.name}")
            print_changes([readable(change) for change in changed])
            for line in unit_lines(changed, known, nodes):
                click.echo(line)
        if not dry_run:
            put(Store(made(named)), shown=planned)
    done = "would change" if dry_run else "changed"
    say(f"{read.namespace}: {plural(len(changed), 'node')} of {len(planned.nodes)} {done}")


def read_from(
    source: Path, namespace: str | None, known: dict[str, Definition], dialect: str
) -> tuple[Deployment, Own]:
    """The nodes of a folder or a ZIP, and own units. Raises UsageError `missing_file` where there is neither, and
    `not_a_zip` for one YAML file: it does not say what else is in the namespace."""
    from gnomon.catalog.checks import own_codes
    from gnomon.catalog.files.own_units import read_project

    own = own_codes(column for definition in known.values() for column in definition.columns)
    if source.suffix in (".yaml", ".yml") and source.is_file():
        help = f"name its folder, such as {source.parent}"
        raise UsageError(Problem("not_a_zip", f"{source} is one file, and an import is a whole namespace", help=help))
    try:
        content = source if source.is_dir() else source.read_bytes()
    except FileNotFoundError:
        raise UsageError(Problem("missing_file", f"there is no folder and no file {source}")) from None
    except OSError as error:
        raise UsageError(Problem("unreadable_file", f"{source} cannot be read: {error.strerror}")) from None
    return read_project(content, namespace, known=known, own=own, dialect=dialect)


@catalog.command("export", short_help="Write a namespace as DataJunction's files.")
@database_option
@click.option("--namespace", metavar="NAME", required=True, help="The namespace that is written.")
@click.option("--out", type=PLACE, metavar="DIR|FILE.zip", help="Write here; by default the paths are listed.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@debug_option
def export(database: str | None, namespace: str, out: Path | None, force: bool) -> None:
    """Write the active nodes of a namespace in DataJunction's current layout, one file a node.

    What is written loads again as it was. Files that are there and belong to no node are left and named.
    """
    from gnomon.catalog import Store
    from gnomon.catalog.database import opened
    from gnomon.catalog.files import files_of
    from gnomon.catalog.labels import get_tags

    with opened(address_of(database)) as engine:
        nodes = {node.name: node.revision.definition for node in Store(engine).list(namespace)}
        used = {word for definition in nodes.values() for word in definition.tags}
        tags = [tag for tag in get_tags(engine) if tag.name in used]
    if not nodes:
        raise UsageError(Problem("unknown_namespace", f"the namespace '{namespace}' has no active nodes"))
    files = files_of(nodes, namespace, tags)
    if out is None:
        for path in files:
            click.echo(path)
        say(f"{plural(len(files), 'file')}; nothing was written, as there is no --out")
        return
    written(files, out, force)
    say(f"wrote {plural(len(nodes), 'node')} to {out}")


def written(files: dict[str, str], out: Path, force: bool) -> None:
    """Write files into a folder, or into a ZIP where the name says so."""
    from gnomon.catalog.files import write_folder, zip_of
    from gnomon.catalog.files.write import put

    if out.suffix.lower() == ".zip":
        if out.exists() and not force:
            raise UsageError(
                Problem("file_exists", f"{out} is there already", help="name another file, or add --force")
            )
        put(out, zip_of(files))
        return
    for path in write_folder(out, files, force):
        say(f"left as it is: {out / path}")

"""`gnomon sources`: what the warehouse knows about the tables that metrics read."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli.format import plural
from gnomon.cli.options import json_option, load_project, print_json, project_option, say


@click.group()
def sources() -> None:
    """The warehouse's tables."""


@sources.command("pull", short_help="Column types of the tables into external_models.yaml.")
@click.option("--dry-run", is_flag=True, help="Show the columns and write nothing.")
@json_option
@project_option
def pull(project_path: Path | None, dry_run: bool, as_json: bool) -> int:
    """Write the column types of the warehouse's tables into external_models.yaml.

    Entries of other tables stay as they are. Loading a project reads this file and never a database.
    """
    from gnomon.cli.external_models import merge, pull_columns

    project = load_project(project_path)
    found, missing = pull_columns(project)
    target = project.root / "external_models.yaml"
    changed = merge(target, found, write=not dry_run)
    if as_json:
        print_json({"tables": found, "missing": missing, "changed": changed, "written": bool(changed) and not dry_run})
    else:
        for table, columns in found.items():
            click.echo(f"{table}: {', '.join(f'{name} {kind}' for name, kind in columns.items())}")
    for table in missing:
        say(f"{table}: the warehouse has no such table")
    written = "nothing was written" if dry_run or not changed else f"wrote {target.name}"
    say(f"{plural(len(found), 'table')}, {len(changed)} changed; {written}")
    return 1 if missing else 0

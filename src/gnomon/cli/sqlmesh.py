"""`gnomon sqlmesh`: SQLMesh's own command line in this project."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli.options import find_root, project_option

PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": ["-h"]}


@click.command("sqlmesh", context_settings=PASS_ON, short_help="SQLMesh's own command line in this project.")
@project_option
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="ARGS...")
def sqlmesh(args: tuple[str, ...], project_path: Path | None) -> int:
    """SQLMesh's own CLI in this project; what writes takes the writer's lock."""
    from gnomon.run.stock import sqlmesh_cli

    return sqlmesh_cli(find_root(project_path), list(args))

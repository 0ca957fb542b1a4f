"""`gnomon local`: try definitions on seeded data, away from the warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli.options import find_root, json_option, print_json, project_option

PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.group()
def local() -> None:
    """Try definitions on seeded data."""


@local.command("sqlmesh-test", context_settings=PASS_ON, short_help="Seed, plan, and compare every value.")
@click.option("--duckdb", is_flag=True, help="In a DuckDB file of its own, not in a scratch schema of the gateway.")
@json_option
@project_option
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="plan [ENV] [--start WHEN] [--end WHEN] [--keep]")
def sqlmesh_test(duckdb: bool, args: tuple[str, ...], as_json: bool, project_path: Path | None) -> int:
    """Seed small tables, plan, and compare every row with the metric's own SQL.

    As in: gnomon local sqlmesh-test --duckdb plan dev --start '1 week' --end now
    """
    from gnomon.run.local_test import local_test

    result = local_test(find_root(project_path), list(args), duckdb=duckdb)
    if as_json:
        print_json(result.to_dict())
    else:
        click.echo(str(result))
    return result.exit_code

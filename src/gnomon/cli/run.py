"""`gnomon run`: build the days that have ended, and read again those that late events may have changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gnomon.cli.options import execution_time_option, find_root, json_option, project_option


@click.command("run", short_help="Build what became due since the last run.")
@click.argument("environment", metavar="[ENV]", default="prod")
@click.option("--dry-run", is_flag=True, help="Show what a plan would build and write nothing.")
@click.option("--gateway", metavar="NAME", help="Another gateway than the default one.")
@execution_time_option
@json_option
@project_option
def run(
    environment: str,
    dry_run: bool,
    gateway: str | None,
    execution_time: date | None,
    as_json: bool,
    project_path: Path | None,
) -> None:
    """Build what became due since the last run: call it once a day or as often as you like."""
    from gnomon.cli.applied import print_plan, print_run
    from gnomon.cli.progress import progress

    root = find_root(project_path)
    if dry_run:
        from gnomon.run.plan import plan

        print_plan(plan(root, environment, execution_time=execution_time, dry_run=True, gateway=gateway), as_json)
        return
    from gnomon.run.advance import run as advance

    with progress(f"run {environment}") as report:
        result = advance(root, environment=environment, execution_time=execution_time, gateway=gateway, progress=report)
    print_run(result, as_json)

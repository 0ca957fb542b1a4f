"""`gnomon restate`: rewrite what corrections, or events that came too late, have changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from gnomon.cli.options import execution_time_option, find_root, json_option, project_option


@click.command("restate", short_help="Rewrite what changed rows of past days can change.")
@click.option("--since", required=True, metavar="WHEN", help="The first day whose rows changed.")
@click.option("--until", metavar="WHEN", help="The last one, included; by default the last complete day.")
@click.option("--metric", metavar="M", help="Only this metric, and what reads it.")
@click.option("--environment", default="prod", metavar="ENV", show_default=True, help="The environment to rewrite.")
@click.option("--dry-run", is_flag=True, help="Show what would be rewritten and write nothing.")
@click.option("--gateway", metavar="NAME", help="Another gateway than the default one.")
@execution_time_option
@json_option
@project_option
def restate(
    since: str,
    until: str | None,
    metric: str | None,
    environment: str,
    dry_run: bool,
    gateway: str | None,
    execution_time: date | None,
    as_json: bool,
    project_path: Path | None,
) -> None:
    """Rewrite every bucket and window that the rows of the days since D can change."""
    from gnomon.cli.applied import print_plan
    from gnomon.cli.progress import progress
    from gnomon.run.restate import restate as rewrite

    root = find_root(project_path)
    with progress(f"restate {environment}") as report:
        result = rewrite(
            root,
            since=since,
            until=until,
            metric=metric,
            environment=environment,
            execution_time=execution_time,
            dry_run=dry_run,
            gateway=gateway,
            progress=report,
        )
    print_plan(result, as_json)

"""`gnomon plan`: compare the definitions with an environment and build what it lacks."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gnomon.cli.options import execution_time_option, find_root, json_option, project_option

if TYPE_CHECKING:
    from gnomon.run.results import PlanResult

WHEN = "A date, or words such as '1 week ago'."


@click.command("plan", short_help="Build what an environment lacks.")
@click.argument("environment", metavar="[ENV]", default="prod")
@click.option("--start", metavar="WHEN", help=f"First sample date, for environments other than prod. {WHEN}")
@click.option("--end", metavar="WHEN", help="Last sample date, included.")
@click.option("--yes", "-y", is_flag=True, help="Apply without asking. A program at the other end is never asked.")
@click.option("--dry-run", is_flag=True, help="Show the plan and write nothing.")
@click.option("--gateway", metavar="NAME", help="Another gateway than the default one.")
@execution_time_option
@json_option
@project_option
def plan(
    environment: str,
    start: str | None,
    end: str | None,
    yes: bool,
    dry_run: bool,
    gateway: str | None,
    execution_time: date | None,
    as_json: bool,
    project_path: Path | None,
) -> None:
    """Build what the environment ENV (by default prod) lacks."""
    from gnomon.cli.applied import print_plan
    from gnomon.cli.progress import progress
    from gnomon.run.plan import plan as make

    root = find_root(project_path)
    ask = not (yes or dry_run or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    confirm = confirmed if ask else None
    with progress(f"plan {environment}") as report:
        result = make(
            root,
            environment,
            start=start,
            end=end,
            execution_time=execution_time,
            auto_apply=not ask,
            dry_run=dry_run,
            confirm=confirm,
            gateway=gateway,
            progress=report,
        )
    print_plan(result, as_json)


def confirmed(shown: PlanResult) -> bool:
    """Show a plan and ask."""
    from gnomon.cli.applied import print_plan

    print_plan(shown, as_json=False)
    return click.confirm("apply this plan?", default=True, err=True)

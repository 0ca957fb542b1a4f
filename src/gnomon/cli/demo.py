"""`gnomon demo`: a project on real data, planned and applied, then the numbers and where to look."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import plural
from gnomon.cli.options import debug_option, execution_time_option, json_option, print_json, say
from gnomon.errors import Problem, UsageError, did_you_mean

if TYPE_CHECKING:
    from gnomon.cli.highlights import Highlight
    from gnomon.examples import ExampleInfo
    from gnomon.model import Project


@click.command("demo", short_help="A project on real data, planned and applied, with its numbers.")
@click.argument("name", metavar="[flights|oss|shop]", default="flights")
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder to make; by default demo-NAME.",
)
@click.option(
    "--checkout",
    "checkouts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="DIR",
    help="oss: a git checkout to read; repeat for several.",
)
@execution_time_option
@json_option
@debug_option
def demo(
    name: str, directory: Path | None, checkouts: tuple[Path, ...], execution_time: date | None, as_json: bool
) -> None:
    """A fresh project on real data, planned and applied, then its numbers."""
    from gnomon.examples import EXAMPLES

    if name not in EXAMPLES:
        hint = did_you_mean(name, EXAMPLES)
        raise UsageError(Problem("unknown_example", f"there is no example '{name}'", help=hint))
    if checkouts and name != "oss":
        raise UsageError(Problem("unknown_option", f"the example '{name}' reads no checkouts", help="gnomon demo oss"))
    root = (directory or Path(f"demo-{name}")).resolve()
    began = monotonic()
    info, project, result = make(name, root, checkouts, execution_time)
    from gnomon.cli.highlights import built_rows, highlights

    found = highlights(project, info)
    variants, rows = built_rows(project)
    seconds = monotonic() - began
    commands = what_next(project, info)
    if as_json:
        counts = {"variants": variants, "rows": rows, "seconds": round(seconds, 1), "plan_seconds": result.seconds}
        print_json({"root": root, **counts, "metrics": [each.to_dict() for each in found], "next": commands})
        return
    show(found)
    built = f"{plural(len(project.metrics), 'metric')}, {plural(variants, 'variant')}, {plural(rows, 'row')}"
    click.echo(f"\n{built} in {seconds:.0f} s")
    click.echo("\nWhat to type next:")
    click.echo("\n".join(f"  {command}" for command in [f"cd {shown_path(root)}", *commands]))


def make(
    name: str, root: Path, checkouts: tuple[Path, ...], execution_time: date | None
) -> tuple[ExampleInfo, Project, Any]:
    """Write the example, check its definitions, and build it."""
    import gnomon
    from gnomon.cli.progress import progress
    from gnomon.errors import DefinitionError
    from gnomon.examples import create
    from gnomon.run.plan import plan

    say(f"1/3  data: {name} into {shown_path(root)}")
    info = create(name, root, **({"checkouts": list(checkouts)} if checkouts else {}))
    loaded = ", ".join(f"{table} {count:,}" for table, count in info.counts.items())
    say(f"     {loaded} ({info.start} to {info.end})")
    say("2/3  check: every definition, its SQL and its columns")
    project = gnomon.load(root)
    problems = [problem for problem in gnomon.check(project) if problem.severity == "error"]
    if problems:
        raise DefinitionError(*problems)
    say(f"     {plural(len(project.metrics), 'metric')}, no problems")
    say("3/3  plan: build every series")
    with progress("building") as report:
        result = plan(root, execution_time=execution_time, progress=report)
    say(f"     {plural(result.models, 'model')} in {result.seconds:.0f} s" if result.models else "     up to date")
    return info, project, result


def show(found: list[Highlight]) -> None:
    """The numbers: each metric's last value and its course."""
    from gnomon.cli.table import print_table

    click.echo()
    if not found:
        click.echo("No series has a row yet: rows appear once a bucket or a day of the data is over.")
        return
    heads = ("metric", "of", "interval", "last", "at", "course")
    cells = [(each.title, each.entity, each.interval, each.value, each.at, each.spark) for each in found]
    print_table(heads, cells, ("left", "left", "left", "right", "left", "left"), wide=True)


def what_next(project: Project, info: ExampleInfo) -> list[str]:
    """Commands that work in the new folder."""
    metric, entity, entity_id, interval = info.show
    shared = [
        other.key
        for other in project.metrics.values()
        if entity in other.entity_types
        and interval in {each.suffix for each in other.intervals}
        and other.key != metric
    ]
    beside = "".join(f" --metric {other}" for other in [metric, *shared[:1]])
    return [
        f"gnomon query{beside} --by {entity} --interval {interval} --entity-id {entity_id}"
        f" --start {info.end - timedelta(days=9)} --end {info.end}",
        f"gnomon metrics plot {metric} --entity-id {entity_id} --interval {interval}",
        f"gnomon metrics plot {metric} --entity-id {entity_id} --interval {interval} --out {metric}.png",
        f"gnomon metrics show {metric}",
        f"gnomon metrics render {metric} --full-render --dialect postgres --entity {entity} --interval {interval}"
        f" --start {info.start} --end {info.end}",
    ]


def shown_path(root: Path) -> str:
    """A folder as one would type it from here."""
    try:
        return str(root.relative_to(Path.cwd()))
    except ValueError:
        return str(root)

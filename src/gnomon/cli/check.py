"""`gnomon check`: every problem of the definitions at once; with --data also what only the warehouse knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import number, plural
from gnomon.cli.options import compat_of, find_root, json_option, print_json, project_option, say

if TYPE_CHECKING:
    from gnomon.errors import Problem
    from gnomon.model import Project


CACHE = Path(".cache") / "gnomon"
"""Where a project keeps what can be made again, beside SQLMesh's own."""


@click.command("check", short_help="Every problem of the definitions, with what to type.")
@click.option("--data", is_flag=True, help="Connect, and count the keys that no bridge row matches.")
@json_option
@project_option
def check(project_path: Path | None, data: bool, as_json: bool) -> int:
    """Find every problem in the definitions, with its place and what to type."""
    import gnomon
    from gnomon.compile.check_cache import check_remembering
    from gnomon.errors import DefinitionError

    root = find_root(project_path)
    project = None
    try:
        project = gnomon.load(root, compat=compat_of(root))
        problems = check_remembering(project, root / CACHE)
    except DefinitionError as error:
        problems = list(error.problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    findings = examine(project) if data and project is not None and not errors else None
    if as_json:
        print_json({"problems": [as_dict(problem) for problem in problems], "data": findings})
    else:
        for problem in problems:
            click.echo(f"{problem}\n")
        if project is not None and not errors:
            click.echo(f"{project.name}: {summary(project)}")
        print_findings(findings)
    warnings = len(problems) - len(errors)
    say(", ".join([plural(len(errors), "error"), *([plural(warnings, "warning")] if warnings else [])]))
    if errors:
        return 2
    return int(any(each.get("problem") for each in findings or ()))


def summary(project: Project) -> str:
    """What a project without errors holds."""
    import gnomon
    from gnomon.check import refused

    left_out = refused(project)
    variants = sum((variant.metric.key, variant.entity) not in left_out for variant in gnomon.expand(project))
    counts = (
        (len(project.metrics), "metric"),
        (variants, "variant"),
        (len(project.sources), "source"),
    )
    return ", ".join(plural(count, word) for count, word in counts)


def as_dict(problem: Problem) -> dict[str, Any]:
    """A problem for programs."""
    span = problem.span
    place = {"file": span.source.path, "line": span.line, "column": span.column} if span else None
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "place": place,
        "notes": list(problem.notes),
        "help": problem.help,
    }


def examine(project: Project) -> list[dict[str, Any]]:
    """What the warehouse says about the sources."""
    from gnomon.engine import connect
    from gnomon.query.unmatched import examine_sources

    with connect(project) as engine:
        return examine_sources(engine, project)


def print_findings(findings: list[dict[str, Any]] | None) -> None:
    """Each source with its rows, and for each way to another entity the keys that are left out."""
    for source in findings or ():
        if problem := source.get("problem"):
            click.echo(f"{source['source']}: {problem}")
            continue
        span = f", {source['first']} to {source['last']}" if source["first"] else ""
        click.echo(f"{source['source']}: {plural(source['rows'], 'row')}{span}")
        for bridge in source["bridges"]:
            share = 100 * bridge["unmatched_rows"] / source["rows"] if source["rows"] else 0
            click.echo(
                f"  {bridge['key']} -> {bridge['entity']} ({bridge['path']}): {bridge['unmatched_keys']:,} of "
                f"{plural(bridge['keys'], 'key')} unmatched, {plural(bridge['unmatched_rows'], 'row')} left out "
                f"({number(share)} %)"
            )

"""`gnomon metrics render`: the SQL of each combination of entity and interval, ready for a shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from gnomon.cli.format import plural, unit_label
from gnomon.cli.options import (
    IsoDate,
    JsonObject,
    execution_date,
    execution_time_option,
    json_option,
    load_project,
    print_json,
    project_option,
    say,
)


@click.command("render", short_help="The SQL of each combination of entity and interval.")
@click.argument("name", required=False)
@click.option(
    "--full-render", is_flag=True, help="Self-contained queries over sources only, which run before any plan."
)
@click.option("--dialect", metavar="D", help="The SQL dialect to print; by default the project's.")
@click.option("--entity", metavar="E", help="Only this entity type.")
@click.option("--interval", metavar="I", help="Only this interval, such as monthly or over_30_day_window.")
@click.option("--start", type=IsoDate(), metavar="DATE", help="First sample date; by default the metric's start.")
@click.option("--end", type=IsoDate(), metavar="DATE", help="Last sample date; by default the last complete day.")
@click.option("--vars", "variables", type=JsonObject(), metavar="JSON", help="Values for the metric's variables.")
@click.option(
    "--factory-path",
    type=click.Path(exists=True, path_type=Path),
    metavar="P",
    help="One more Python file of definitions, or the project's folder.",
)
@execution_time_option
@json_option
@project_option
def render(
    name: str | None,
    full_render: bool,
    dialect: str | None,
    entity: str | None,
    interval: str | None,
    start: date | None,
    end: date | None,
    variables: Mapping[str, Any] | None,
    factory_path: Path | None,
    execution_time: date | None,
    as_json: bool,
    project_path: Path | None,
) -> None:
    """The SQL of metric NAME (or of all), for each combination of entity and interval."""
    import gnomon

    factory = factory_path if factory_path is not None and factory_path.is_file() else None
    project = load_project(project_path or folder_of(factory_path), factory)
    rendered = gnomon.render(
        project,
        name,
        dialect=dialect,
        entity=entity,
        interval=interval,
        full=full_render,
        start=start,
        end=end,
        execution_time=execution_date(project, execution_time),
        vars=variables,
    )
    if as_json:
        print_json([each.to_dict() for each in rendered])
    else:
        click.echo("\n\n".join(f"{header(each, full_render)}\n{each.sql.rstrip().rstrip(';')}\n;" for each in rendered))
    say(f"{plural(len(rendered), 'query')}{span_of(rendered)}")


def folder_of(path: Path | None) -> Path | None:
    """Where to look for the project of a file of definitions, or the folder itself."""
    return path.absolute().parent if path is not None and path.is_file() else path


PLACEHOLDERS = "a run fills in $start_ds and $end_ds, its first and last day, and $execution_ds"


def header(rendered: Any, full: bool) -> str:
    """The comment above a query: what it is, which rows it returns, how it is computed."""
    scope = "self-contained" if full else "as it is built"
    labels = {column.name: unit_label(column.shown_unit) for column in rendered.columns}
    units = {column: label for column, label in labels.items() if label}
    said = [
        f"{rendered.name}",
        f"{rendered.metric} by {rendered.entity}, {rendered.interval} ({rendered.dialect}, {scope})",
        f"sample dates {rendered.start} to {rendered.end}, both included" if full else PLACEHOLDERS,
        f"plan {rendered.plan.name}: {rendered.plan.reason}",
        *([f"aggregate {rendered.plan.aggregate}"] if rendered.plan.aggregate else []),
        *([f"units {', '.join(f'{column}: {unit}' for column, unit in units.items())}"] if units else []),
    ]
    return "\n".join(f"-- {line}" for text in said for line in text.splitlines())


def span_of(rendered: Sequence[Any]) -> str:
    """The sample dates of all queries, for the line on stderr."""
    if not rendered:
        return ""
    return f", sample dates {min(each.start for each in rendered)} to {max(each.end for each in rendered)}"

"""`gnomon metrics plot`: a series as a picture, in a file or in the terminal."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.options import IsoDate, load_project, locale_option, project_option, say
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from gnomon.model import Project, Variant

SERIES = 8
"""As many lines as one can tell apart."""


@click.command("plot", short_help="Series as a picture, in a file or in the terminal.")
@click.argument("name")
@click.option(
    "--entity-id", "entity_ids", multiple=True, required=True, metavar="X", help="An entity; repeat for several."
)
@click.option("--by", metavar="E", help="The entity type; by default the first one that has the ids.")
@click.option("--interval", metavar="I", help="An interval; by default the metric's first.")
@click.option("--start", type=IsoDate(), metavar="DATE", help="First sample date.")
@click.option("--end", type=IsoDate(), metavar="DATE", help="Last sample date, included.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A .png, .svg or .html file; by default the plot is drawn in the terminal.",
)
@locale_option
@project_option
def plot(
    name: str,
    entity_ids: tuple[str, ...],
    by: str | None,
    interval: str | None,
    start: date | None,
    end: date | None,
    out: Path | None,
    locale: str,
    project_path: Path | None,
) -> None:
    """Plot metric NAME for one or several entities; what is not complete is dashed."""
    from gnomon.cli.picture import compose

    check_out(out)
    project = load_project(project_path)
    project, variant, rows, about = read(project, name, entity_ids, by, interval, start, end)
    picture = compose(project, variant, in_order(rows, about, entity_ids), about, locale)
    if len(picture.lines) > SERIES:
        message = f"{len(picture.lines)} series are more than one can tell apart"
        raise UsageError(Problem("too_many_series", message, help=f"name at most {SERIES} with --entity-id"))
    if out is None:
        from gnomon.cli.terminal import draw

        width = min(120, shutil.get_terminal_size((100, 40)).columns) if sys.stdout.isatty() else 100
        click.echo(draw(picture, width))
        return
    from gnomon.cli.chart import write

    write(picture, out)
    say(f"wrote {out}")


def check_out(out: Path | None) -> None:
    """Refuse a file that cannot be written before anything is read."""
    if out is None:
        return
    if out.suffix.lower() not in (".png", ".svg", ".html"):
        message = f"a plot cannot be written as '{out.suffix or out.name}'"
        raise UsageError(Problem("unknown_format", message, help="name a file that ends in .png, .svg or .html"))
    if not out.resolve().parent.is_dir():
        raise UsageError(Problem("no_folder", f"there is no folder {out.resolve().parent}", help="make it first"))


def read(
    project: Project,
    name: str,
    entity_ids: tuple[str, ...],
    by: str | None,
    interval: str | None,
    start: date | None,
    end: date | None,
) -> tuple[Project, Variant, list[dict[str, Any]], dict[str, Any]]:
    """The project with the buckets that the rows are of, the variant that was meant, its rows and what they are."""
    from gnomon.engine import connect
    from gnomon.query import query
    from gnomon.query.answer import about
    from gnomon.query.own import with_buckets
    from gnomon.query.request import find_metric, find_variant

    metric = find_metric(project, name)
    suffix = interval or metric.intervals[0].suffix
    candidates = [by] if by else fitting(project, metric.entity_types, entity_ids)
    with connect(project) as engine:
        for entity in candidates:
            variant = find_variant(project, name, entity, suffix)
            table = query(project, name, entity, suffix, (), start, end, entity_ids=entity_ids, engine=engine)
            if table.num_rows:
                said = about(table)
                if sum(column["role"] == "value" for column in said["columns"]) > 1:
                    message = f"metric '{name}' emits several labels: {', '.join(metric.labels)}"
                    raise UsageError(Problem("several_labels", message, help="query them: gnomon query"))
                return with_buckets(project, engine, [variant.interval]), variant, table.to_pylist(), said
    message = f"{name} has no rows at {suffix} for {', '.join(entity_ids)} by {' or '.join(candidates)}"
    raise UsageError(Problem("unknown_entity_id", message, help=f"look for ids: gnomon query --metric {name} ..."))


def in_order(rows: list[dict[str, Any]], about: dict[str, Any], entity_ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows entity by entity, as the ids were given; legends and panels keep that order."""
    keys = [column["name"] for column in about["columns"] if column["role"] == "entity"]
    places = {entity_id.replace(" ", ""): place for place, entity_id in enumerate(entity_ids)}
    return sorted(rows, key=lambda row: places.get(",".join(str(row[key]) for key in keys).replace(" ", ""), 0))


def fitting(project: Project, entity_types: tuple[str, ...], entity_ids: tuple[str, ...]) -> list[str]:
    """The entity types whose ids have as many parts as the given ones."""
    parts = {entity_id.count(",") + 1 for entity_id in entity_ids}
    sizes = {entity: len(project.entities[entity].key) or 1 for entity in entity_types if entity in project.entities}
    return [entity for entity in entity_types if {sizes.get(entity, 1)} == parts or sizes.get(entity, 1) == 1]

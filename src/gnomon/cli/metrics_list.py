"""`gnomon metrics list`: every metric in one line."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import plural, unit_label
from gnomon.cli.options import execution_date, json_option, load_project, print_json, project_option, say

if TYPE_CHECKING:
    from gnomon.model import Metric, Project


@click.command("list", short_help="Every metric with its entities, intervals, unit and plan.")
@json_option
@project_option
def list_metrics(project_path: Path | None, as_json: bool) -> None:
    """Every metric: its entities, intervals, unit and plan."""
    import gnomon
    from gnomon.check import refused

    project = load_project(project_path)
    left_out = refused(project)
    rows = [summary(project, metric, left_out) for metric in project.metrics.values()]
    if as_json:
        print_json(rows)
        return
    from gnomon.cli.table import print_table

    heads = ("metric", "name", "by", "intervals", "unit", "plan")
    print_table(heads, [tuple(cells(row)) for row in rows])
    for problem in left_out.values():
        say(f"refused: {problem.message}")
    variants = sum((variant.metric.key, variant.entity) not in left_out for variant in gnomon.expand(project))
    say(f"{plural(len(rows), 'metric')}, {plural(variants, 'variant')}")


def cells(row: Mapping[str, Any]) -> list[str]:
    """One metric's line in the table."""
    listed = (", ".join(row[name]) for name in ("entities", "intervals"))
    return [row["metric"], row["display_name"], *listed, row["unit_text"], ", ".join(row["plans"])]


def summary(project: Project, metric: Metric, left_out: Container[tuple[str, str]]) -> dict[str, Any]:
    """What a list says about a metric; `refused` are the entities that it is not built for.

    `plans` is empty where its SQL does not compile yet.
    """
    import gnomon
    from gnomon.errors import DefinitionError

    built = [entity for entity in metric.entity_types if (metric.key, entity) not in left_out]
    try:
        rendered = gnomon.render(
            project,
            metric.key,
            entity=(built or metric.entity_types)[0],
            full=False,
            execution_time=execution_date(project, None),
        )
    except DefinitionError:
        rendered = []
    amounts = [amount(each) for each in rendered]
    return {
        "metric": metric.key,
        "display_name": metric.metadata.display_name,
        "description": metric.metadata.description,
        "entities": built,
        "refused": [entity for entity in metric.entity_types if entity not in built],
        "intervals": [interval.suffix for interval in metric.intervals],
        "unit": metric.metadata.unit or (amounts[0].unit if amounts else None),
        "unit_text": unit_label(metric.metadata.unit or (amounts[0].shown_unit if amounts else None)),
        "plans": list(dict.fromkeys(each.plan.name for each in rendered)),
        "intermediate": metric.is_intermediate,
    }


def amount(rendered: Any) -> Any:
    """The column of a variant's values."""
    return next(column for column in rendered.columns if column.role == "amount")

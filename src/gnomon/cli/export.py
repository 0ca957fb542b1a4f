"""`gnomon export`: the units of a project's series, in the form of other systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import plural
from gnomon.cli.options import json_option, load_project, project_option, say
from gnomon.cli.written import check_destination, deliver, destination_options, json_text, yaml_text

if TYPE_CHECKING:
    from gnomon.compile.exports import Document
    from gnomon.model import Project


@dataclass(frozen=True, slots=True)
class Form:
    """How a target's document is written. `has_json` where JSON is another form than its own."""

    short: str
    about: str
    text: Callable[[Document], str]
    has_json: bool = False


def as_json(document: Document) -> str:
    return json_text(document.data)


FORMS = {
    "otel": Form(
        "OpenTelemetry: names, UCUM units and descriptions.",
        "Print a registry of semantic conventions, in YAML: each series' name, its unit in UCUM and its description.",
        lambda document: yaml_text(document.data, flow_from=9),
        has_json=True,
    ),
    "prometheus": Form(
        "Prometheus: names that end in a base unit.",
        "Print OpenMetrics metadata: each series' name, type, base unit, and in its help the factor from the column.",
        lambda document: document.text or "",
        has_json=True,
    ),
    "grafana": Form(
        "Grafana: the unit of each field of a panel.",
        "Print a panel's fieldConfig, in JSON: the unit of each field, by the field's name.",
        as_json,
    ),
    "dbt": Form(
        "dbt: models and columns, with config.meta.unit.",
        "Print a schema.yml: each series as a model, with its columns and their units in config.meta.",
        lambda document: yaml_text(document.data, flow_from=4),
        has_json=True,
    ),
    "frictionless": Form(
        "Frictionless: a datapackage.json.",
        "Print a datapackage.json: each series as a resource, with its fields' types and units.",
        as_json,
    ),
}


@click.group()
def export() -> None:
    """The units of the series, for other systems."""


def command(name: str, form: Form) -> click.Command:
    """The verb of one target."""

    def run(
        metric: str | None, out: Path | None, force: bool, dry_run: bool, project_path: Path | None, **more: Any
    ) -> None:
        check_destination(out, force, dry_run)
        document, count = made(name, load_project(project_path), metric)
        text = as_json(document) if more.get("as_json") else form.text(document)
        deliver(text, out, dry_run)
        for sentence in document.unsaid:
            say(sentence)
        say(f"{plural(count, 'table')}" + (f", {len(document.unsaid)} left out" if document.unsaid else ""))

    run = project_option(json_option(run) if form.has_json else run)
    run = click.option("--metric", metavar="M", help="Only this metric, or one table of it.")(destination_options(run))
    return click.command(name, short_help=form.short, help=form.about)(run)


def made(target: str, project: Project, metric: str | None) -> tuple[Document, int]:
    """The document of a project's tables, and their number."""
    import gnomon
    from gnomon.compile.exports import TARGETS, described

    rendered = gnomon.render(project, metric, full=False, end=project.start)  # units do not depend on it
    return TARGETS[target](project, described(project, rendered)), len(rendered)


for each in FORMS:
    export.add_command(command(each, FORMS[each]))

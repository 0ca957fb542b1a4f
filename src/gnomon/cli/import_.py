"""`gnomon import`: units that other systems' documents hold, as a part of sources.yaml or as a table of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import plural
from gnomon.cli.options import MARKERS, find_root, json_option, project_option, say
from gnomon.cli.written import check_destination, deliver, destination_options, json_text, yaml_text
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from gnomon.cli.imported import Item
    from gnomon.source import Source
    from gnomon.units import Vocabulary

ABOUT = {
    "otel": ("OpenTelemetry: UCUM units of metrics.", "Read the units of a registry of semantic conventions."),
    "prometheus": ("Prometheus: UNIT lines of metrics.", "Read the UNIT lines of an OpenMetrics exposition."),
    "grafana": ("Grafana: units of a dashboard's fields.", "Read the units of the fields of a dashboard or a panel."),
    "dbt": ("dbt: config.meta.unit of columns.", "Read the units of the columns of a schema.yml."),
    "frictionless": ("Frictionless: units of fields.", "Read the units of the fields of a datapackage.json."),
}
FRAGMENT = "# Join this with sources.yaml: each source needs its time and its keys too.\n"


@click.group("import")
def import_() -> None:
    """Units from the files of other systems."""


def command(name: str, short: str, about: str) -> click.Command:
    """The verb of one kind of file."""

    def run(file: Path, out: Path | None, force: bool, dry_run: bool, as_json: bool, project_path: Path | None) -> int:
        from gnomon.cli.imported import READERS, TABLES

        check_destination(out, force, dry_run)
        items = list(READERS[name](read_source(file), vocabulary_of(project_path)))
        known, left = settled(items)
        if name in TABLES:
            data = fragment(known)
            text = FRAGMENT + yaml_text(data, flow_from=4)
        else:
            data = {each.name: each.unit for each in known}
            text = yaml_text(data, flow_from=1)
        deliver(json_text(data) if as_json else text, out, dry_run)
        for sentence in left:
            say(sentence)
        without = sum(each.unit is None and each.reason is None for each in items)
        say(f"{plural(len(known), 'unit')} read, {len(left)} not; {without} without a unit")
        return 1 if left or not known else 0

    options = destination_options(json_option(project_option(run)))
    argument = click.argument("file", type=click.Path(path_type=Path))
    return click.command(name, short_help=short, help=about + IMPORT_HELP)(argument(options))


IMPORT_HELP = " What does not say a unit exactly is not read, and is named on stderr; the exit code is then 1."


def read_source(path: Path) -> Source:
    """A file's text; UsageError where there is none."""
    from gnomon.source import Source

    try:
        return Source(str(path), path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(Problem("missing_file", f"there is no file {path}")) from None
    except UnicodeDecodeError as error:
        raise UsageError(Problem("not_utf8", f"{path} is not UTF-8 text at byte {error.start}")) from None
    except OSError as error:
        raise UsageError(Problem("unreadable_file", f"{path} cannot be read: {error.strerror}")) from None


def vocabulary_of(path: Path | None) -> Vocabulary:
    """The units of the project that is named, or found upward from here; without a project, those that all have."""
    from gnomon.load.findings import Findings
    from gnomon.load.units import read_vocabulary
    from gnomon.units import VOCABULARY

    here = Path.cwd()
    if path is None and not any((folder / marker).is_file() for folder in (here, *here.parents) for marker in MARKERS):
        return VOCABULARY
    root = find_root(path)
    findings = Findings(root)
    vocabulary = read_vocabulary(root, findings)
    findings.finish()
    return vocabulary


def settled(items: Iterable[Item]) -> tuple[list[Item], list[str]]:
    """The units that are read, each once, and a sentence for every other one."""
    known: dict[tuple[str, str], Item] = {}
    left: list[str] = []
    several: set[tuple[str, str]] = set()
    for each in items:
        key = (each.table, each.name)
        shown = f"{each.span}: {'.'.join(part for part in key if part)}"
        if each.reason is not None:
            left.append(f"{shown}: {each.reason}")
        elif each.unit is not None and key in known and known[key].unit != each.unit:
            several.add(key)
            left.append(f"{shown}: it has another unit at {known[key].span}")
        elif each.unit is not None:
            known.setdefault(key, each)
    return [each for key, each in known.items() if key not in several], left


def fragment(known: Iterable[Item]) -> dict[str, Any]:
    """The columns that have units, as sources.yaml spells them."""
    sources: dict[str, dict[str, Any]] = {}
    for each in known:
        columns = sources.setdefault(each.table, {"columns": {}})["columns"]
        typed = {"type": each.type} if each.type else {}
        columns[each.name] = {**typed, **said(each.unit or {})}
    return {"sources": sources}


def said(unit: Mapping[str, Any]) -> dict[str, Any]:
    """A unit as a column of sources.yaml has it."""
    return {"unit_by": {"column": unit["by"], "map": unit["map"]}} if "map" in unit else {"unit": dict(unit)}


for name, (short, about) in ABOUT.items():
    import_.add_command(command(name, short, about))

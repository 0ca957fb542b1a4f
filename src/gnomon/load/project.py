"""A project's files -> `model.Project`, or every problem in them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from gnomon.errors import DefinitionError, Problem, UsageError, did_you_mean
from gnomon.load.calendars import build_own_grains
from gnomon.load.collisions import check_collisions
from gnomon.load.column_units import own_units
from gnomon.load.declared import Declared, read_declared
from gnomon.load.document import Document
from gnomon.load.entities import build_entities
from gnomon.load.external import ExternalTables, read_external
from gnomon.load.factories import Defaults, python_metrics, yaml_metrics
from gnomon.load.files import GnomonFile
from gnomon.load.findings import Findings
from gnomon.load.original import BRIDGES, ENTITY_NAMES, default_entities, named_sources, undeclared_sources
from gnomon.load.rates import build_rates, rate_references
from gnomon.load.tables import build_references, build_relationships, build_sources
from gnomon.load.units import read_vocabulary
from gnomon.model import Entity, Metric, Project, Reference, Relationship, SourceTable
from gnomon.source import Source
from gnomon.time import Calendar, OwnGrain
from gnomon.units import Vocabulary

SETTINGS = "gnomon.yaml"
CONFIG = "config.py"
LOCAL = {"local": {"connection": {"type": "duckdb", "database": "warehouse.duckdb"}}}


def load(
    path: str | Path = ".", *, compat: Literal["oso"] | None = None, factory_path: str | Path | None = None
) -> Project:
    """Read the project that a path is in: the nearest folder above it with a gnomon.yaml or a config.py.

    `compat="oso"` turns what older files may do into warnings, as `compat: oso` in gnomon.yaml does. `factory_path`
    is one more Python file of definitions, wherever it is. Python definitions are executed; nothing else is, and no
    database is asked. Raises DefinitionError with every problem of all files, by file and place.
    """
    if compat not in (None, "oso"):
        raise UsageError(Problem("unknown_compat", f"unknown compat '{compat}'", help="known: oso"))
    root = find_root(Path(path))
    findings = Findings(root)
    vocabulary = read_vocabulary(root, findings)
    scripts = [] if factory_path is None else [script_at(Path(factory_path))]
    with own_units(vocabulary.own):
        return read_project(root, compat, scripts, vocabulary, findings)


def read_project(
    root: Path, compat: Literal["oso"] | None, scripts: list[Path], vocabulary: Vocabulary, findings: Findings
) -> Project:
    settings, document = read_settings(root, findings)
    tables = read_tables(root, settings, findings)
    defaults = Defaults(root, settings, document, tables.entities, tables.entity_names, tables.own_grains)
    made = yaml_metrics(defaults, findings)
    from_python = python_metrics(defaults, scripts, made, findings)
    metrics = {**made.metrics, **from_python.metrics}
    check_collisions(metrics.values(), findings)
    mode = compat or settings.compat
    named = [*made.sources, *from_python.sources]
    zone = settings.time_zone
    tables.sources |= named_sources(named, tables.sources, tables.entities, tables.external, zone, findings)
    if mode == "oso":
        known = [*tables.sources, *tables.references, *(hop.table for hop in tables.relationships)]
        tables.sources |= undeclared_sources(metrics.values(), known, tables.entities, tables.external, zone, findings)
    tables.references |= read_references(metrics.values(), tables)
    start = project_start(settings, from_python.starts, metrics.values(), document, findings)
    if not metrics and not findings.problems:
        findings.warn("no_metrics", "the project defines no metrics", None, "write them in metrics.yaml")
    rates = build_rates(tables.declared, findings)
    gateways, gateway = gateways_of(settings, document, findings)
    findings.finish()
    return Project(
        root=root,
        name=settings.name or root.name,
        schema=settings.schema_ or next(iter(from_python.schemas), "metrics"),
        start=start,
        calendar=Calendar(settings.time_zone, settings.week_start),
        dialect=settings.default_dialect or next(iter(from_python.dialects), "duckdb"),
        sources=tables.sources,
        references=tables.references,
        entities=tables.entities,
        relationships=tables.relationships,
        metrics=metrics,
        compat=mode,
        gateways=gateways,
        default_gateway=gateway,
        warnings=tuple(findings.warnings),
        own_grains=tables.own_grains,
        rates=rates,
        vocabulary=vocabulary,
    )


def find_root(path: Path) -> Path:
    """The nearest folder, from a path upwards, that holds a project."""
    start = path.absolute()
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file() or (folder / CONFIG).is_file():
            return folder.resolve()
    what = "there is no project in" if path.exists() else "there is no folder"
    help = f"give the folder that holds {SETTINGS} or {CONFIG}, or make one with 'gnomon init'"
    raise DefinitionError(Problem("no_project", f"{what} {path}", help=help))


def script_at(path: Path) -> Path:
    if not path.is_file():
        help = "give a Python file that calls timeseries_metrics"
        raise UsageError(Problem("missing_file", f"there is no file {path}", help=help))
    return path.resolve()


def read_settings(root: Path, findings: Findings) -> tuple[GnomonFile, Document | None]:
    """gnomon.yaml; its defaults where it is wrong or not there."""
    path = root / SETTINGS
    document = findings.read_mapping(path) if path.is_file() else None
    made = findings.validate(GnomonFile, document.data, document) if document is not None else None
    return made or GnomonFile(), document


@dataclass(slots=True)
class Tables:
    """What is declared around the metrics."""

    declared: Declared
    external: ExternalTables
    entities: dict[str, Entity]
    relationships: tuple[Relationship, ...]
    sources: dict[str, SourceTable]
    references: dict[str, Reference]
    entity_names: Iterable[str] = field(default=())
    own_grains: tuple[OwnGrain, ...] = ()


def read_tables(root: Path, settings: GnomonFile, findings: Findings) -> Tables:
    """Sources, references, entities and relationships; without entities, the original's three and their bridges."""
    declared, external = read_declared(root, findings), read_external(root, findings)
    original = not declared.names["entities"]
    if original:
        declared.names["entities"] = dict.fromkeys(ENTITY_NAMES)
    entities = default_entities(external) if original else build_entities(declared, external, findings)
    relationships = build_relationships(declared, entities, external, findings)
    references = build_references(declared, external, findings)
    references |= rate_references(declared, references, external, findings)
    return Tables(
        declared,
        external,
        entities,
        BRIDGES if original and not declared.relationships else relationships,
        build_sources(declared, entities, external, settings.time_zone, findings),
        references,
        tuple(declared.names["entities"]),
        build_own_grains(declared, references, findings),
    )


def read_references(metrics: Iterable[Metric], tables: Tables) -> dict[str, Reference]:
    """The warehouse's other tables that queries name: references too, unless they look like an undeclared source."""
    words = {word for metric in metrics for word in re.findall(r"\w+", metric.sql.text.lower())}
    taken = {*tables.sources, *tables.references, *(hop.table for hop in tables.relationships)}
    found = {}
    for name, columns in tables.external.tables.items():
        short = ".".join(name.split(".")[-2:])
        if short not in taken and short.rpartition(".")[2] in words and not looks_like_source(columns, tables):
            found[short] = Reference(short, columns, True)
    return found


def looks_like_source(columns: Mapping[str, Any], tables: Tables) -> bool:
    """Whether a table has the time column and a key of a declared source, so that reading it unbound would be wrong."""
    return any(
        source.time in columns and any(set(key.columns) <= set(columns) for key in source.keys)
        for source in tables.sources.values()
    )


def project_start(
    settings: GnomonFile,
    starts: Iterable[date],
    metrics: Iterable[Metric],
    document: Document | None,
    findings: Findings,
) -> date:
    """gnomon.yaml's start, or else the earliest of the definitions'."""
    if settings.start is not None:
        return settings.start
    known = [*starts, *(metric.start for metric in metrics)]
    if not known and not findings.problems:
        span = document.span() if document is not None else Source(SETTINGS, "").span(0)
        findings.error("missing_field", "the project has no start", span, "add start: 2023-01-01 to gnomon.yaml")
    return min(known, default=date.min)


def gateways_of(settings: GnomonFile, document: Document | None, findings: Findings) -> tuple[Mapping[str, Any], str]:
    """The declared connections, or a DuckDB file in the project; and which of them is used."""
    gateways = settings.gateways or LOCAL
    chosen = settings.default_gateway or next(iter(gateways))
    if chosen not in gateways:
        span = document.span("default_gateway") if document is not None else None
        findings.error("unknown_gateway", f"gateway '{chosen}' is not declared", span, did_you_mean(chosen, gateways))
    return gateways, chosen

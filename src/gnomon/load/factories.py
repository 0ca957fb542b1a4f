"""Families of metrics: those of metrics.yaml, and those of each call of `timeseries_metrics`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gnomon.load.construct import FactoryCall
from gnomon.load.declared import yaml_files
from gnomon.load.definitions import MetricQueryDef
from gnomon.load.document import Document
from gnomon.load.files import FactoryOptions, GnomonFile, TimeseriesMetricsOptions
from gnomon.load.findings import Findings
from gnomon.load.metrics import Factory, Written, build_metric
from gnomon.load.modifiers import Modifier, audit_factory, metadata_modifier
from gnomon.load.python import definition_scripts, run_scripts
from gnomon.load.queries import query_folder
from gnomon.load.wording import kind_of
from gnomon.model import Entity, Metric
from gnomon.source import Span
from gnomon.time import OwnGrain

FILE = "metrics.yaml"
FOLDER = "metrics"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the project says for all of its metrics."""

    root: Path
    settings: GnomonFile
    document: Document | None
    entities: Mapping[str, Entity]
    entity_names: Iterable[str]
    own_grains: tuple[OwnGrain, ...] = ()

    def factory(self, own: FactoryOptions, document: Document | None, findings: Findings) -> Factory | None:
        """What holds for one family: its own options, and the project's where it has none."""
        settings = self.settings
        name, place = (own.queries_dir, document) if own.queries_dir else (settings.queries_dir, self.document)
        queries = query_folder(self.root, name, findings, place.span("queries_dir") if place else None)
        if queries is None:
            return None
        calls_own = isinstance(own, TimeseriesMetricsOptions)
        return Factory(
            queries=queries,
            entities=self.entities,
            known_entities=self.entity_names,
            schema=own.schema_ or settings.schema_ or "metrics",
            start=own.start or settings.start,
            end=own.end or settings.end,
            dialect=own.default_dialect or settings.default_dialect or "duckdb",
            audits=own.audits + (settings.audits if calls_own else ()),
            incremental_audits=own.incremental_audits + (settings.incremental_audits if calls_own else ()),
            modifiers=modifiers_of(own),
            own_grains=self.own_grains,
        )


def modifiers_of(own: FactoryOptions) -> tuple[Modifier, ...]:
    if not isinstance(own, TimeseriesMetricsOptions):
        return ()
    return (*map(audit_factory, own.audit_factories), *map(metadata_modifier, own.metadata_modifiers))


@dataclass(slots=True)
class Made:
    """What a set of definitions came to. `seen` holds every metric's name, also of those that are left out."""

    metrics: dict[str, Metric] = field(default_factory=dict)
    seen: dict[str, Span | None] = field(default_factory=dict)
    sources: list[tuple[str, Span | None]] = field(default_factory=list)
    starts: list[date] = field(default_factory=list)
    schemas: list[str] = field(default_factory=list)
    dialects: list[str] = field(default_factory=list)

    def add(self, written: Written, factory: Factory, findings: Findings) -> None:
        metric = build_metric(written, factory, findings)
        if metric is not None:
            self.metrics[written.key] = metric

    def new(self, key: str, span: Span | None, findings: Findings) -> bool:
        """Whether a metric's name is a name and is used for the first time."""
        if not findings.name(key, span):
            return False
        if key in self.seen:
            note = f"first at {self.seen[key]}"
            findings.error("duplicate_metric", f"metric '{key}' is defined twice", span, "rename one of them", note)
            return False
        self.seen[key] = span
        return True


def yaml_metrics(defaults: Defaults, findings: Findings) -> Made:
    """The metrics of metrics.yaml and metrics/."""
    made, settings = Made(), defaults.settings
    made.sources += named(settings.timeseries_sources, defaults.document)
    paths = yaml_files(defaults.root, FILE, FOLDER)
    factory = defaults.factory(settings, defaults.document, findings) if paths else None
    for path in paths:
        document = findings.read_mapping(path)
        if document is not None:
            for key in document.data:
                read_metric(key, document, factory, made, findings)
    return made


def read_metric(key: str, document: Document, factory: Factory | None, made: Made, findings: Findings) -> None:
    named = document.key(key)
    if not made.new(key, named, findings):
        return
    definition = findings.validate(MetricQueryDef, document.data[key], document, key)
    if definition is not None and definition.enabled and factory is not None:
        made.add(Written(key, definition, document, (key,), named), factory, findings)


def python_metrics(defaults: Defaults, scripts: Iterable[Path], others: Made, findings: Findings) -> Made:
    """The metrics of the scripts in models/, and of those given."""
    made = Made(seen=dict(others.seen))
    known = definition_scripts(defaults.root)
    collector = run_scripts([*known, *(script for script in scripts if script not in known)], findings)
    for call in collector.calls:
        read_call(call, defaults, made, findings)
    return made


def read_call(call: FactoryCall, defaults: Defaults, made: Made, findings: Findings) -> None:
    """The metrics of one call of `timeseries_metrics`."""
    options = findings.validate(TimeseriesMetricsOptions, call.options, call.document)
    if options is None:
        options = TimeseriesMetricsOptions()
    if not options.enabled:
        return
    queries = call.options.get("metric_queries")
    if not isinstance(queries, Mapping):
        span = call.document.span("metric_queries") if call.document else None
        help = "write metric_queries={'stars': MetricQueryDef(...)}"
        findings.error("wrong_type", f"expected metrics by name, found {kind_of(queries)}", span, help)
        return
    note_options(options, call, made)
    factory = defaults.factory(options, call.document, findings)
    for key, value in queries.items():
        named = call.document.key("metric_queries", key) if call.document else None
        if made.new(str(key), named, findings) and factory is not None:
            written = read_definition(str(key), value, call, named, defaults.root, findings)
            if written is not None and written.definition.enabled:
                made.add(written, factory, findings)


def note_options(options: TimeseriesMetricsOptions, call: FactoryCall, made: Made) -> None:
    names = options.timeseries_sources
    made.sources += named(names, call.document)
    made.starts += [options.start] if options.start is not None else []
    made.schemas += [options.schema_] if options.schema_ is not None else []
    made.dialects += [options.default_dialect] if options.default_dialect is not None else []


def read_definition(
    key: str, value: Any, call: FactoryCall, named: Span | None, root: Path, findings: Findings
) -> Written | None:
    """One metric of a call; None where it is wrong, which has been reported."""
    if isinstance(value, MetricQueryDef):
        return None if value.broken else Written(key, value, value.document(root), (), named)
    definition = findings.validate(MetricQueryDef, value, call.document, "metric_queries", key)
    return Written(key, definition, call.document, ("metric_queries", key), named) if definition is not None else None


def named(names: Iterable[str], document: Document | None) -> list[tuple[str, Span | None]]:
    """Names of sources with their places."""
    return [
        (name, document.span("timeseries_sources", position) if document is not None else None)
        for position, name in enumerate(names)
    ]

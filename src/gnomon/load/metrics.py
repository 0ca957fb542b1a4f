"""Definitions of metrics -> metrics: names, files, intervals and entities are looked up and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gnomon.errors import did_you_mean
from gnomon.load.calendars import unknown_aggregation, unknown_grain
from gnomon.load.columns import build_column
from gnomon.load.definitions import AGGREGATIONS, MetricQueryDef, MetricTest, RollingConfig
from gnomon.load.document import DataPath, Document
from gnomon.load.findings import Findings
from gnomon.load.metric_units import warn_of_units
from gnomon.load.modifiers import Modifier
from gnomon.load.queries import QueryFolder
from gnomon.load.stock import AdditivityDef
from gnomon.model import Entity, Metadata, Metric, StockRule
from gnomon.source import Span
from gnomon.time import (
    ALL_TIME,
    Cron,
    Grain,
    Interval,
    OwnAggregation,
    OwnGrain,
    Rolling,
    TimeAggregation,
    ToDate,
    Windowed,
    parse_interval,
)
from gnomon.time.grain import TO_DATE_GRAINS

DEFAULT_KEY = ("to_artifact_id",)
Audit = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Factory:
    """What the metrics of one file, or of one call, have in common."""

    queries: QueryFolder
    entities: Mapping[str, Entity]
    known_entities: Iterable[str]
    schema: str
    start: date | None
    end: date | None
    dialect: str
    audits: tuple[Audit, ...] = ()
    incremental_audits: tuple[Audit, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    own_grains: tuple[OwnGrain, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A metric's definition and where it is: `document` holds its fields below `path`, `named` its name."""

    key: str
    definition: MetricQueryDef
    document: Document | None
    path: DataPath
    named: Span | None

    def span(self, *path: str | int) -> Span | None:
        if self.document is None:
            return self.named
        place, exact = self.document.nearest((*self.path, *path))
        if place is None or (not exact and not path):
            return self.named
        return place.value

    def spans(self) -> dict[str, Span]:
        """The place of every field, by dotted path; of the whole under ""."""
        below = self.document.below(*self.path) if self.document is not None else ()
        spans = {".".join(map(str, path)): place.value for path, place in below}
        return {**spans, "": self.named} if self.named is not None else spans


def build_metric(written: Written, factory: Factory, findings: Findings) -> Metric | None:
    """The metric; None, with problems, where it refers to what does not exist."""
    definition, before = written.definition, len(findings.problems)
    sql = factory.queries.read(definition.ref, written.span("ref"))
    entity_types = checked_entities(written, factory, findings)
    check_keys(written, factory, findings)
    intervals = intervals_of(written, factory.own_grains, findings)
    check_tests(written, entity_types, intervals, findings)
    check_stock(written, intervals, findings)
    warn_ignored(written, findings)
    warn_of_units(written, findings)
    start, end = definition.start or factory.start, definition.end or factory.end
    if start is None:
        help = "add start: 2023-01-01 to gnomon.yaml or to the metric"
        findings.error("missing_field", f"metric '{written.key}' has no start", written.named, help)
    elif end is not None and start > end:
        span = written.span("start" if definition.start is not None else "end")
        findings.error("start_after_end", f"start {start} is after end {end}", span, "swap them, or leave end out")
    if sql is None or start is None or len(findings.problems) > before:
        return None
    rolling, metadata = definition.rolling, definition.metadata
    return Metric(
        key=written.key,
        name=definition.name or written.key,
        sql=sql,
        dialect=definition.dialect or factory.dialect,
        intervals=intervals,
        entity_types=entity_types,
        entity_keys=definition.entity_key or {"": DEFAULT_KEY},
        start=start,
        end=end,
        vars=definition.vars,
        metadata=Metadata(metadata.display_name, metadata.description, metadata.unit) if metadata else Metadata(),
        is_intermediate=definition.is_intermediate,
        incremental=definition.incremental,
        batch_size=rolling.model_batch_size if rolling is not None else None,
        audits=definition.audits + factory.audits,
        incremental_audits=definition.incremental_audits + factory.incremental_audits,
        tags=definition.additional_tags,
        labels=definition.labels,
        columns={name.lower(): build_column(name, column, None, written.span("columns", name))
                 for name, column in definition.columns.items()},
        fill=definition.fill,
        partial=definition.partial,
        additivity=additivity_of(definition.additivity),
        owner=definition.owner,
        tests=tuple(test_of(test) for test in definition.tests),
        schema=factory.schema,
        modifiers=factory.modifiers,
        spans=written.spans(),
    )  # fmt: skip


def intervals_of(written: Written, own_grains: tuple[OwnGrain, ...], findings: Findings) -> tuple[Interval, ...]:
    """The grains in their order, also those of own calendars, then the windows, those to date, and all time."""
    definition, own = written.definition, {grain.aggregation: OwnAggregation(grain) for grain in own_grains}
    grains: list[Interval] = []
    for position, word in enumerate(definition.time_aggregations):
        interval = own.get(word) or parse_interval(word)
        if interval is None:
            message, help = unknown_aggregation(word, own_grains, AGGREGATIONS)
            findings.error("unknown_aggregation", message, written.span("time_aggregations", position), help)
        else:
            grains.append(interval)
    whole = [ALL_TIME] * definition.over_all_time
    return (*grains, *windows_of(definition.rolling), *windows_to_date(written, own_grains, findings), *whole)


def windows_to_date(written: Written, own_grains: tuple[OwnGrain, ...], findings: Findings) -> list[ToDate]:
    """The windows to date, of the calendar's grains and of own ones."""
    given, spans = written.definition.to_date, written.spans()
    known: dict[str, Grain | OwnGrain] = {grain.value: grain for grain in own_grains}
    known |= {grain.value: grain for grain in TO_DATE_GRAINS}
    found: list[ToDate] = []
    for position, word in enumerate(given.grains if given is not None else ()):
        if given is not None and word in known:
            found.append(ToDate(known[word], Cron(given.cron)))
        else:
            message, help = unknown_grain(word, own_grains, [*known])
            span = (
                spans.get(f"to_date.{position}") or spans.get(f"to_date.grains.{position}") or written.span("to_date")
            )
            findings.error("unknown_grain", message, span, help)
    return found


def windows_of(rolling: RollingConfig | None) -> tuple[Rolling, ...]:
    if rolling is None:
        return ()
    return tuple(Rolling(window, Grain(rolling.unit), Cron(rolling.cron)) for window in rolling.windows)


def checked_entities(written: Written, factory: Factory, findings: Findings) -> tuple[str, ...]:
    definition, known = written.definition, sorted(factory.known_entities)
    named: list[tuple[str, DataPath]] = [
        (entity, ("entity_types", i)) for i, entity in enumerate(definition.entity_types or ())
    ]
    named += [(entity, ("entity_key", entity)) for entity in definition.entity_key or () if entity]
    for entity, path in named:
        if entity not in known:
            help = f"{did_you_mean(entity, known)} (declare it in sources.yaml under entities:)"
            findings.error("unknown_entity", f"entity '{entity}' is not declared", written.span(*path), help)
    return definition.entity_types if definition.entity_types is not None else tuple(factory.entities)


def check_keys(written: Written, factory: Factory, findings: Findings) -> None:
    """Refuse a key with another number of columns than the id of the entity it is said to hold."""
    for entity, columns in (written.definition.entity_key or {}).items():
        known = factory.entities.get(entity)
        if known is not None and len(columns) != max(1, len(known.key)):
            message = f"the id of '{entity}' has {max(1, len(known.key))} columns, found {', '.join(columns)}"
            help = f"write {entity}: [{', '.join(known.key or (f'{entity}_id',))}]"
            findings.error("key_columns_mismatch", message, written.span("entity_key", entity), help)


def check_tests(
    written: Written, entity_types: tuple[str, ...], intervals: tuple[Interval, ...], findings: Findings
) -> None:
    suffixes = [interval.suffix for interval in intervals]
    for position, test in enumerate(written.definition.tests):
        if test.entity is not None and test.entity not in entity_types:
            message = f"the metric is not measured of '{test.entity}'"
            span = written.span("tests", position, "entity")
            findings.error("unknown_entity", message, span, did_you_mean(test.entity, entity_types))
        if test.interval is not None and test.interval not in suffixes:
            message = f"the metric has no interval '{test.interval}'"
            span = written.span("tests", position, "interval")
            findings.error("unknown_interval", message, span, did_you_mean(test.interval, suffixes))


def warn_ignored(written: Written, findings: Findings) -> None:
    definition, help = written.definition, "remove the field"
    if definition.use_python_model is not None:
        message = "use_python_model has no effect: every table is built by SQL"
        findings.warn("ignored_field", message, written.span("use_python_model"), help)
    if definition.rolling is not None and definition.rolling.slots is not None:
        message = "slots has no effect: the engine schedules its own work"
        findings.warn("ignored_field", message, written.span("rolling", "slots"), help)


def additivity_of(additivity: AdditivityDef | None) -> StockRule | None:
    """The rule of a stock; its carry in days."""
    if additivity is None:
        return None
    return StockRule(additivity.over_time, additivity.carry.forward.days if additivity.carry else 0)


def check_stock(written: Written, intervals: tuple[Interval, ...], findings: Findings) -> None:
    """Refuse hours of a stock, whose values are those of days."""
    if written.definition.additivity is None:
        return
    for position, interval in enumerate(intervals):
        if isinstance(interval, TimeAggregation) and interval.grain is Grain.HOUR:
            span, help = written.span("time_aggregations", position), "leave hourly out, or leave additivity out"
        elif isinstance(interval, Windowed) and interval.cron is Cron.HOURLY:
            span, help = written.span("rolling", "cron"), "write cron: '@daily', or leave additivity out"
        else:
            continue
        message = "a metric with additivity has a value for each day, not for each hour"
        findings.error("hourly_stock", message, span, help)
        return


def test_of(test: MetricTest) -> dict[str, Any]:
    return {
        "given": {table: tuple(rows) for table, rows in test.given.items()},
        "expect": tuple(test.expect),
        "entity": test.entity,
        "interval": test.interval,
        "start": test.start,
        "end": test.end,
    }

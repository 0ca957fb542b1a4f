"""What a project gets that declares no entities, as the original factory's projects do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gnomon.load.external import ExternalTables
from gnomon.load.findings import Findings
from gnomon.model import Display, Entity, Key, Metric, Relationship, SourceTable
from gnomon.source import Span

SCHEMA = "oso"
ENTITY_NAMES = ("artifact", "project", "collection")
KEYS = ("to_artifact_id", "from_artifact_id")
DEFAULT_SOURCE = "events_daily_to_artifact"
BRIDGES = (
    Relationship(f"{SCHEMA}.artifacts_by_project_v1", "artifact", ("artifact_id",), "project", ("project_id",)),
    Relationship(f"{SCHEMA}.projects_by_collection_v1", "project", ("project_id",), "collection", ("collection_id",)),
)
EVENT_TABLE = re.compile(r"\b(?:(\w+)\.)?(int_events_(?:daily|aux)_\w+|events_daily_\w+)\b", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def default_entities(external: ExternalTables) -> dict[str, Entity]:
    """artifact, project and collection; with their names where a bridge's columns are known to hold them."""
    made = {}
    for name in ENTITY_NAMES:
        found = None
        for bridge in BRIDGES:
            known = external.columns(bridge.table) or {}
            for entity, columns in ((bridge.from_entity, bridge.from_columns), (bridge.to_entity, bridge.to_columns)):
                if entity == name and f"{name}_name" in known:
                    found = found or Display(bridge.table, columns, f"{name}_name")
        made[name] = Entity(name, (), found)
    return made


def named_source(
    name: str, entities: Mapping[str, Entity], external: ExternalTables, time_zone: str, span: Span | None
) -> SourceTable:
    """The event table of a bare name. Its time is the column that a query bounds; its keys are the usual ones."""
    table = name.lower() if "." in name else f"{SCHEMA}.{name.lower()}"
    columns = external.columns(table)
    if columns is None:
        keys = tuple(Key((key,), "artifact") for key in KEYS)
    else:
        pairs = [(f"{side}_{entity}_id", entity) for side in ("to", "from") for entity in entities]
        keys = tuple(Key((column,), entity) for column, entity in pairs if column in columns)
    return SourceTable(table, None, keys, columns or {}, columns is not None, time_zone, span=span)


def named_sources(
    names: Iterable[tuple[str, Span | None]],
    declared: Mapping[str, SourceTable],
    entities: Mapping[str, Entity],
    external: ExternalTables,
    time_zone: str,
    findings: Findings,
) -> dict[str, SourceTable]:
    """The sources of `timeseries_sources` that no file declares."""
    made: dict[str, SourceTable] = {}
    for name, span in names:
        if any(table == name.lower() or table.endswith(f".{name.lower()}") for table in declared):
            continue
        if "artifact" not in entities:
            help = "declare it in sources.yaml under sources:, with its time and its keys"
            findings.error("unknown_source", f"source '{name}' is not declared", span, help)
            continue
        source = named_source(name, entities, external, time_zone, span)
        made.setdefault(source.name, source)
    return made


def undeclared_sources(
    metrics: Iterable[Metric],
    declared: Iterable[str],
    entities: Mapping[str, Entity],
    external: ExternalTables,
    time_zone: str,
    findings: Findings,
) -> dict[str, SourceTable]:
    """The event tables, by the original's names, that queries read and nothing declares; each is warned of."""
    known = set(declared)
    made: dict[str, SourceTable] = {}
    for metric in metrics:
        for match in EVENT_TABLE.finditer(COMMENT.sub(lambda found: " " * len(found[0]), metric.sql.text)):
            table = f"{(match[1] or SCHEMA).lower()}.{match[2].lower()}"
            if table in known or table in made:
                continue
            made[table] = named_source(table, entities, external, time_zone, None)
            help = f"add '{match[2].lower()}' to timeseries_sources, or declare it in sources.yaml"
            message = f"'{table}' is taken for a source by its name"
            findings.warn("undeclared_source", message, metric.sql.span(match.start(), match.end()), help)
    return made

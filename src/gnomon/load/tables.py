"""Sources, references and relationships, and the checks of their graph that need no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.errors import did_you_mean
from gnomon.load.calendars import needed_columns
from gnomon.load.columns import merged_columns
from gnomon.load.declared import Declared, Entry
from gnomon.load.entities import check_entity, check_width, columns_of
from gnomon.load.external import ExternalTables
from gnomon.load.files import RelationshipDef, SourceDef
from gnomon.load.findings import Findings
from gnomon.model import Entity, Key, Reference, Relationship, SourceTable


def build_sources(
    declared: Declared, entities: Mapping[str, Entity], external: ExternalTables, time_zone: str, findings: Findings
) -> dict[str, SourceTable]:
    """The declared sources, with their time and key columns among their columns."""
    return {
        name: build_source(name, entry, declared, entities, external, time_zone, findings)
        for name, entry in declared.entries["sources"].items()
    }


def build_source(
    name: str,
    entry: Entry,
    declared: Declared,
    entities: Mapping[str, Entity],
    external: ExternalTables,
    time_zone: str,
    findings: Findings,
) -> SourceTable:
    source: SourceDef = entry.value
    spelled = dict(zip(source.keys, key_places(entry), strict=True))
    needed = {source.time: entry.span("time")}
    for (key, entity), place in spelled.items():
        check_entity(entity, declared, entry.span("keys", place), findings)
        check_width(key, entities.get(entity), entry.span("keys", place), findings)
        needed.update({column: entry.key("keys", place) for column in key})
    columns, known = merged_columns(name, source.columns, entry, external, needed, findings)
    return SourceTable(
        name=name,
        time=source.time,
        keys=tuple(Key(key, entity) for key, entity in source.keys),
        columns=columns,
        columns_known=known,
        time_zone=source.time_zone or time_zone,
        lateness=source.lateness,
        delay=source.delay,
        rows=source.rows,
        span=entry.key(),
    )


def key_places(entry: Entry) -> list[str | int]:
    """The steps that lead to each key in the file: the mapping's key or the list's index."""
    *above, last = entry.path
    data: Any = entry.document.data
    for step in (*above, last):
        data = data[step]
    written = data["keys"]
    return list(written) if isinstance(written, dict) else list(range(len(written)))


def build_references(declared: Declared, external: ExternalTables, findings: Findings) -> dict[str, Reference]:
    """The declared references, and the tables of the project's own calendars."""
    references = {}
    for name, entry in declared.entries["references"].items():
        if (span := declared.names["sources"].get(name)) is not None:
            help = "remove one of them: only a source is bound to entities and to time"
            findings.error("duplicate_table", f"'{name}' is a source too", entry.key(), help, f"as a source at {span}")
        columns, known = merged_columns(name, entry.value.columns, entry, external, {}, findings)
        references[name] = Reference(name, columns, known, entry.key())
    for entry in declared.entries["calendars"].values():
        table = entry.value.table
        if table not in references and table not in declared.names["sources"]:
            columns, known = merged_columns(
                table, entry.value.columns, entry, external, needed_columns(entry), findings
            )
            references[table] = Reference(table, columns, known, entry.key())
    return references


def build_relationships(
    declared: Declared, entities: Mapping[str, Entity], external: ExternalTables, findings: Findings
) -> tuple[Relationship, ...]:
    """The declared bridges."""
    made: dict[tuple[str, str, str], Relationship] = {}
    for entry in declared.relationships:
        hop = build_relationship(entry, declared, entities, external, findings)
        same = (hop.table, hop.from_entity, hop.to_entity)
        if same in made:
            message = f"'{hop.table}' relates {hop.from_entity} to {hop.to_entity} twice"
            note = f"first at {made[same].span}"
            findings.error("duplicate_relationship", message, hop.span, "remove one of them", note)
        made.setdefault(same, hop)
    return tuple(made.values())


def build_relationship(
    entry: Entry,
    declared: Declared,
    entities: Mapping[str, Entity],
    external: ExternalTables,
    findings: Findings,
) -> Relationship:
    rule: RelationshipDef = entry.value
    (from_entity, from_columns), (to_entity, to_columns) = rule.from_, rule.to
    for end, entity, columns in (("from", from_entity, from_columns), ("to", to_entity, to_columns)):
        check_entity(entity, declared, entry.key(end, entity), findings)
        check_width(columns, entities.get(entity), entry.span(end, entity), findings)
    if from_entity == to_entity:
        help = "a relationship leads from a finer entity to a coarser one"
        findings.error("self_relationship", f"'{from_entity}' is related to itself", entry.span("to"), help)
    known = columns_of(rule.table, declared, external)
    used = {column: entry.span("from") for column in from_columns} | {column: entry.span("to") for column in to_columns}
    used |= {getattr(rule, end): entry.span(end) for end in ("valid_from", "valid_to") if getattr(rule, end)}
    for column, span in used.items():
        if known is not None and column not in known:
            message = f"there is no column '{column}' in '{rule.table}'"
            findings.error("unknown_column", message, span, did_you_mean(column, known))
    return Relationship(
        rule.table, from_entity, from_columns, to_entity, to_columns,
        rule.cardinality, rule.valid_from, rule.valid_to, entry.span("table"),
    )  # fmt: skip

"""Entities: their ids, their display names, and the checks of everything that refers to them."""

from __future__ import annotations

from collections.abc import Iterable

from gnomon.errors import did_you_mean
from gnomon.load.declared import Declared, Entry
from gnomon.load.external import ExternalTables
from gnomon.load.files import SourceDef
from gnomon.load.findings import Findings
from gnomon.model import Display, Entity
from gnomon.source import Span


def build_entities(declared: Declared, external: ExternalTables, findings: Findings) -> dict[str, Entity]:
    """The declared entities, each with the place of its display names."""
    made = {}
    for name, entry in declared.entries["entities"].items():
        key = entry.value.key or ()
        display = find_display(name, entry, declared, external, findings) if entry.value.display else None
        made[name] = Entity(name, key if len(key) > 1 else (), display, entry.key())
    return made


def find_display(
    name: str, entry: Entry, declared: Declared, external: ExternalTables, findings: Findings
) -> Display | None:
    """Where an entity's display names are: as declared, or the first table with its key that may have the column."""
    wanted = entry.value.display
    candidates = list(tables_with_key(name, declared))
    if wanted.table is not None:
        key = wanted.key or next((key for table, key in candidates if table == wanted.table), (f"{name}_id",))
        candidates = [(wanted.table, key)]
    open_ended = None
    for table, key in candidates:
        known = columns_of(table, declared, external)
        if known is None:
            open_ended = open_ended or Display(table, key, wanted.column)
        elif wanted.column in known and set(key) <= set(known):
            return Display(table, key, wanted.column)
    if open_ended is None:
        tried = f"looked in {', '.join(table for table, _ in candidates)}" if candidates else "no table has its key"
        help = "write display: {table: ..., key: ..., column: ...}"
        message = f"the display column '{wanted.column}' of '{name}' is nowhere beside its key"
        findings.error("unknown_display", message, entry.span("display"), help, tried)
    return open_ended


def tables_with_key(entity: str, declared: Declared) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Tables that hold an entity's id, and its columns there: bridges, references with the same columns, sources."""
    keys: dict[tuple[str, ...], None] = {(f"{entity}_id",): None}
    for relation in declared.relationships:
        for end in (relation.value.from_, relation.value.to):
            if end[0] == entity:
                keys[end[1]] = None
                yield relation.value.table, end[1]
    for entry in declared.entries["sources"].values():
        keys |= {columns: None for columns, of in entry.value.keys if of == entity}
    for name, entry in declared.entries["references"].items():
        for key in keys:
            if entry.value.columns is not None and set(key) <= set(map(str.lower, entry.value.columns)):
                yield name, key
    for name, entry in declared.entries["sources"].items():
        yield from ((name, columns) for columns, of in entry.value.keys if of == entity)


def columns_of(table: str, declared: Declared, external: ExternalTables) -> Iterable[str] | None:
    """What is known of a table's columns, from wherever it is declared."""
    entry = declared.entries["references"].get(table) or declared.entries["sources"].get(table)
    if entry is not None and entry.value.columns is not None:
        known = {*map(str.lower, entry.value.columns), *(external.columns(table) or ())}
        if isinstance(entry.value, SourceDef):
            known |= {entry.value.time, *(column for key, _ in entry.value.keys for column in key)}
        return known
    return external.columns(table)


def check_entity(entity: str, declared: Declared, span: Span | None, findings: Findings) -> None:
    known = declared.names["entities"]
    if entity not in known:
        help = f"{did_you_mean(entity, known)} (declare it in sources.yaml under entities:)"
        findings.error("unknown_entity", f"entity '{entity}' is not declared", span, help)


def check_width(columns: tuple[str, ...], entity: Entity | None, span: Span | None, findings: Findings) -> None:
    """Refuse a key with another number of columns than its entity's id has."""
    if entity is None or len(columns) == max(1, len(entity.key)):
        return
    wanted = f"{len(entity.key)} columns ({', '.join(entity.key)})" if entity.key else "one column"
    help = f"write {wanted}, or declare {entity.name}: {{key: [{', '.join(columns)}]}} under entities:"
    message = f"the id of '{entity.name}' is {wanted}, found {', '.join(columns)}"
    findings.error("key_columns_mismatch", message, span, help)

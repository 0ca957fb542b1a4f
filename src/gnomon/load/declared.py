"""What the files of sources declare, entry by entry, before anything is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from gnomon.errors import did_you_mean
from gnomon.load.document import DataPath, Document
from gnomon.load.fields import read_table
from gnomon.load.files import CalendarDef, EntityDef, RatesDef, ReferenceDef, RelationshipDef, SourceDef, SourcesFile
from gnomon.load.findings import Findings
from gnomon.load.wording import kind_of
from gnomon.source import Span

FILE = "sources.yaml"
FOLDER = "sources"
SECTIONS: Mapping[str, type[BaseModel]] = {
    "sources": SourceDef,
    "references": ReferenceDef,
    "entities": EntityDef,
    "calendars": CalendarDef,
    "rates": RatesDef,
}
WORDS = {
    "sources": "source",
    "references": "reference",
    "entities": "entity",
    "calendars": "calendar",
    "rates": "rates",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid definition and where it is."""

    value: Any
    document: Document
    path: DataPath

    def span(self, *path: str | int) -> Span | None:
        return self.document.span(*self.path, *path)

    def key(self, *path: str | int) -> Span | None:
        return self.document.key(*self.path, *path)


@dataclass(slots=True)
class Declared:
    """What the files of sources declare, by section. `names` also holds what was declared and found wrong."""

    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in SECTIONS})
    names: dict[str, dict[str, Span | None]] = field(default_factory=lambda: {section: {} for section in SECTIONS})
    relationships: list[Entry] = field(default_factory=list)


def read_declared(root: Path, findings: Findings) -> Declared:
    """Everything in sources.yaml and sources/."""
    declared = Declared()
    for path in yaml_files(root, FILE, FOLDER):
        document = findings.read_mapping(path)
        if document is not None:
            read_file(document, declared, findings)
    return declared


def yaml_files(root: Path, file: str, folder: str) -> list[Path]:
    """A file of the project, and the YAML files of the folder of the same name."""
    below = [path for path in (root / folder).rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file()]
    return [path for path in (root / file, *sorted(below)) if path.is_file()]


def read_file(document: Document, declared: Declared, findings: Findings) -> None:
    known = [info.alias or name for name, info in SourcesFile.model_fields.items()]
    for section, value in document.data.items():
        if section not in known:
            findings.error(
                "unknown_field", f"unknown field '{section}'", document.key(section), did_you_mean(section, known)
            )
        elif section == "relationships":
            read_relationships(document, declared, findings)
        elif isinstance(value, dict):
            for name in value:
                read_entry(section, name, document, declared, findings)
        elif value is not None:
            message = f"expected a mapping, found {kind_of(value)}"
            findings.error("wrong_type", message, document.span(section), f"write names below {section}:")


def read_entry(section: str, name: str, document: Document, declared: Declared, findings: Findings) -> None:
    span = document.key(section, name)
    clean = clean_name(section, name, span, findings)
    if clean is None:
        return
    word, names = WORDS[section], declared.names[section]
    if clean in names:
        help = "remove one of them, or merge them"
        message = f"{word} '{clean}' is declared twice"
        findings.error(f"duplicate_{word}", message, span, help, f"first at {names[clean]}")
        return
    names[clean] = span
    value = document.data[section][name]
    optional = section in ("references", "entities")
    made = findings.validate(SECTIONS[section], {} if value is None and optional else value, document, section, name)
    if made is not None:
        declared.entries[section][clean] = Entry(made, document, (section, name))


def clean_name(section: str, name: str, span: Span | None, findings: Findings) -> str | None:
    if section in ("entities", "calendars"):
        return name if findings.name(name, span) else None
    try:
        table: str = read_table(name)
    except PydanticCustomError as error:
        findings.error(error.type, error.message(), span, "write schema.table")
        return None
    return table


def read_relationships(document: Document, declared: Declared, findings: Findings) -> None:
    value = document.data["relationships"]
    if value is not None and not isinstance(value, list):
        help = "write - {table: ..., from: {artifact: artifact_id}, to: {project: project_id}}"
        findings.error("wrong_type", f"expected a list, found {kind_of(value)}", document.span("relationships"), help)
        return
    for position, item in enumerate(value or ()):
        made = findings.validate(RelationshipDef, item, document, "relationships", position)
        if made is not None:
            declared.relationships.append(Entry(made, document, ("relationships", position)))

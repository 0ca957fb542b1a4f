"""external_models.yaml: the columns of the warehouse's tables, in SQLMesh's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from gnomon.load.document import Document
from gnomon.load.fields import read_table
from gnomon.load.findings import Findings
from gnomon.model import Column

FILE = "external_models.yaml"
FOLDER = "external_models"


@dataclass(frozen=True, slots=True)
class ExternalTables:
    """Columns by table name, as the files spell it (lower case, without quotes)."""

    tables: Mapping[str, Mapping[str, Column]]

    def columns(self, table: str) -> Mapping[str, Column] | None:
        """The columns of a table, by its name or by the last parts of a longer one; None where it is not known."""
        if (exact := self.tables.get(table)) is not None:
            return exact
        found = [columns for name, columns in self.tables.items() if name.endswith(f".{table}")]
        found += [columns for name, columns in self.tables.items() if table.endswith(f".{name}") and "." in name]
        return found[0] if len(found) == 1 else None


def read_external(root: Path, findings: Findings) -> ExternalTables:
    """The tables of external_models.yaml and of the files in external_models/."""
    tables: dict[str, Mapping[str, Column]] = {}
    paths = [root / FILE, *sorted((root / FOLDER).rglob("*.yaml"))]
    for path in paths:
        if not path.is_file():
            continue
        document = findings.read_document(path)
        if document is None or document.data is None:
            continue
        if not isinstance(document.data, list):
            help = "write - {name: schema.table, columns: {...}}"
            findings.error("wrong_type", "expected a list of tables", document.span(), help)
            continue
        for position, entry in enumerate(document.data):
            if (table := read_entry(entry, position, document, findings)) is not None:
                tables.setdefault(*table)
    return ExternalTables(tables)


def read_entry(
    entry: Any, position: int, document: Document, findings: Findings
) -> tuple[str, Mapping[str, Column]] | None:
    """One table's name and columns; other keys are SQLMesh's own."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        findings.error("missing_field", "a table has no name", document.span(position), "add name: schema.table")
        return None
    columns = entry.get("columns") or {}
    if not isinstance(columns, dict):
        findings.error("wrong_type", "expected columns and types", document.span(position, "columns"))
        return None
    try:
        name: str = read_table(entry["name"])
    except PydanticCustomError as error:
        findings.error(error.type, error.message(), document.span(position, "name"), "write schema.table")
        return None
    made = [
        Column(column.lower(), str(type) if type else None, span=document.key(position, "columns", column))
        for column, type in columns.items()
    ]
    return name, {column.name: column for column in made}

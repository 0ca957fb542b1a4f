"""external_models.yaml: column types from the warehouse, written beside what is there already."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from gnomon.model import Project

MODEL_NAME = re.compile(r"\bMODEL\s*\(\s*(?:[^;]*?,\s*)?name\s+([\w.\"`]+)", re.IGNORECASE)
Tables = dict[str, dict[str, str]]


def pull_columns(project: Project) -> tuple[Tables, list[str]]:
    """Columns and types of every table that the project reads, and the tables that the warehouse does not have.

    Types are spelled in the project's dialect. The project's own SQLMesh models are left out.
    """
    from sqlglot import exp

    from gnomon.engine import connect

    own = own_models(project.root)
    found: Tables = {}
    missing: list[str] = []
    with connect(project) as engine:
        for table in dict.fromkeys(tables_of(project)):
            if table in own:
                continue
            columns = engine.columns(table)
            if columns:
                types = {name: exp.DataType.build(kind, dialect=engine.dialect) for name, kind in columns.items()}
                found[table] = {name.lower(): kind.sql(project.dialect) for name, kind in types.items()}
            else:
                missing.append(table)
    return found, missing


def tables_of(project: Project) -> Iterator[str]:
    """The tables that are declared, in the order of sources.yaml."""
    yield from project.sources
    yield from project.references
    yield from (hop.table for hop in project.relationships)
    yield from (entity.display.table for entity in project.entities.values() if entity.display)


def own_models(root: Path) -> set[str]:
    """The names of the SQL models in models/."""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in (root / "models").rglob("*.sql"))
    return {name.replace('"', "").replace("`", "").lower() for text in texts for name in MODEL_NAME.findall(text)}


def merge(path: Path, found: Mapping[str, Mapping[str, str]], *, write: bool = True) -> list[str]:
    """Put columns into the file, keeping its other entries and comments; returns the tables that changed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=2, offset=0)
    try:
        entries: Any = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else None
    except YAMLError as error:
        problem = f"{path.name} is not YAML: {str(error).splitlines()[0]}"
        raise UsageError(Problem("yaml_syntax", problem, help="mend or remove the file")) from None
    entries = [] if entries is None else entries
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "name" in entry for entry in entries):
        raise UsageError(
            Problem("wrong_type", f"{path.name} is not a list of tables", help="write - name: schema.table")
        )
    changed = [table for table, columns in found.items() if put(entries, table, columns)]
    if write and changed:
        part = path.with_name(f"{path.name}.part")
        with part.open("w", encoding="utf-8") as file:
            yaml.dump(entries, file)
        os.replace(part, path)
    return changed


def put(entries: list[Any], table: str, columns: Mapping[str, str]) -> bool:
    """Set one table's columns, and say whether that changed anything."""
    for entry in entries:
        if matches(str(entry["name"]), table):
            if dict(entry.get("columns") or {}) == dict(columns):
                return False
            entry["columns"] = dict(columns)
            return True
    entries.append({"name": table, "columns": dict(columns)})
    return True


def matches(written: str, table: str) -> bool:
    """Whether a name in the file, perhaps quoted and with a catalog, is a table's.

    >>> matches('"Warehouse"."raw".flights', "raw.flights"), matches("law.flights", "raw.flights")
    (True, False)
    """
    name = written.replace('"', "").replace("`", "").lower()
    return name == table or name.endswith(f".{table}")

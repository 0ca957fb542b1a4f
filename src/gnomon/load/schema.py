"""JSON Schema of the YAML files, for editors. `python -m gnomon.load.schema` writes the files beside this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from gnomon.load.definitions import MetricQueryDef
from gnomon.load.files import GnomonFile, SourcesFile
from gnomon.load.units import UnitsFile
from gnomon.names import NAME

FOLDER = Path(__file__).parent


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each file, by the name that it is stored under."""
    metrics = TypeAdapter(dict[str, MetricQueryDef]).json_schema()
    metrics["propertyNames"] = {"pattern": f"^{NAME.pattern}$"}
    return {
        "gnomon.schema.json": titled("gnomon.yaml: what holds for the whole project", schema_of(GnomonFile)),
        "metrics.schema.json": titled("metrics.yaml: metrics by name", metrics),
        "sources.schema.json": titled("sources.yaml: tables, entities and how they relate", schema_of(SourcesFile)),
        "units.schema.json": titled("units.yaml: units of the project's own", schema_of(UnitsFile)),
    }


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def titled(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the titles that pydantic makes up from field names, which editors would show as prose."""
    untitled = bare(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **untitled, "title": title}


def bare(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: bare(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return [bare(item) for item in schema] if isinstance(schema, list) else schema


def text_of(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write all schemas."""
    for name, schema in schemas().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")


if __name__ == "__main__":
    write()

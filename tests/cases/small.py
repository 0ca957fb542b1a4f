"""Small projects over inline tables, written to files as a user would write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml import YAML

CHECKED = "checked"
"""The metric that a case is about; its peers keep their own names."""

PROJECT = {"name": "small", "schema": "metrics", "start": "2024-01-01", "default_dialect": "duckdb"}


def build(root: Path, shared: Mapping[str, Any], case: Mapping[str, Any]) -> Path:
    """Write the project of one case: the shared sources, entities and relationships, the case's own, its metrics."""
    sources = {key: shared[key] for key in ("sources", "references")}
    sources["entities"] = {**shared["entities"], **case.get("entities", {})}
    sources["relationships"] = [*shared["relationships"], *case.get("relationships", [])]
    entities = [case["entity"]]
    metrics = {CHECKED: definition(CHECKED, entities, case) | case.get("metric", {})}
    queries = {CHECKED: case["sql"], **case.get("peers", {})}
    for peer in case.get("peers", {}):
        metrics[peer] = definition(peer, case.get("peer_entities", entities), case)
    (root / "queries").mkdir()
    for name, sql in queries.items():
        (root / "queries" / f"{name}.sql").write_text(sql, encoding="utf-8")
    for name, content in {"gnomon": PROJECT, "sources": sources, "metrics": metrics}.items():
        write_yaml(root / f"{name}.yaml", content)
    return root


def definition(name: str, entities: list[str], case: Mapping[str, Any]) -> dict[str, Any]:
    """A metric at the one interval that the case asks for."""
    interval = case.get("interval", "monthly")
    fields: dict[str, Any] = {"ref": f"{name}.sql", "entity_types": entities}
    if interval == "over_all_time":
        return {**fields, "over_all_time": True}
    if interval.startswith("over_"):
        _, window, unit, _ = interval.split("_")
        return {**fields, "rolling": {"windows": [int(window)], "unit": unit, "cron": "@daily"}}
    return {**fields, "time_aggregations": [interval]}


def write_yaml(path: Path, content: Any) -> None:
    yaml = YAML(typ="safe")
    yaml.representer.ignore_aliases = lambda *_: True
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Any]) -> None:
    """Create the inline tables."""
    for name, table in tables.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
        columns = ", ".join(f"{column} {type}" for column, type in table["columns"].items())
        connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" for _ in table["columns"])
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", table["rows"])

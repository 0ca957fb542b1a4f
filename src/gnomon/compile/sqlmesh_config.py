"""gnomon.yaml -> SQLMesh's Config, so that a project's config.py is three lines."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from gnomon.load.findings import Findings
from gnomon.load.project import gateways_of, read_settings

DUCKDB = "duckdb"
IN_MEMORY = ":memory:"

CONFIG_PY = """from gnomon.loader import project_config

config = project_config(__file__)
"""
"""The config.py that `gnomon init` writes."""

ENGINE_DEFAULTS = {
    "spark": {"storage_format": "parquet"},  # without one Spark makes text tables, one directory a day
}
"""Model defaults that an engine needs."""

SHORT_NAMES = {"postgres", "redshift", "mysql"}
"""Engines whose names are so short that a physical table has to be named by a digest."""


def config_fields(root: Path) -> dict[str, Any]:
    """The arguments of SQLMesh's Config for the project at `root`. Raises DefinitionError if gnomon.yaml is wrong."""
    findings = Findings(root)
    settings, document = read_settings(root, findings)
    declared, chosen = gateways_of(settings, document, findings)
    findings.finish()
    gateways = {name: completed(gateway, root) for name, gateway in declared.items()}
    engine = str((gateways[chosen].get("connection") or {}).get("type", ""))
    defaults: dict[str, Any] = {"dialect": settings.default_dialect or DUCKDB, **ENGINE_DEFAULTS.get(engine, {})}
    if settings.start is not None:
        defaults["start"] = settings.start.isoformat()
    fields: dict[str, Any] = {
        "gateways": gateways,
        "default_gateway": chosen,
        "model_defaults": defaults,
        "disable_anonymized_analytics": True,
        "linter": {"enabled": True, "rules": ["unitsdisagree"], "warn_rules": ["unitsdoubtful"]},
    }
    if engine in SHORT_NAMES:
        fields["physical_table_naming_convention"] = "hash_md5"
    return fields


def completed(gateway: dict[str, Any], root: Path) -> dict[str, Any]:
    """A gateway with its DuckDB files in the project, and SQLMesh's state in a file beside the warehouse's.

    In one file the two would wait for each other's transactions.

    >>> from pathlib import Path
    >>> made = completed({"connection": {"type": "duckdb", "database": "w.duckdb"}}, Path("/p"))
    >>> made["connection"]["database"], made["state_connection"]["database"]
    ('/p/w.duckdb', '/p/w.state.duckdb')
    """
    gateway = deepcopy(dict(gateway))
    for name in ("connection", "state_connection"):
        connection = gateway.get(name) or {}
        database = connection.get("database")
        if connection.get("type") == DUCKDB and database and database != IN_MEMORY:
            connection["database"] = str(root / database)
    connection = gateway.get("connection") or {}
    database = connection.get("database")
    if connection.get("type") == DUCKDB and database and database != IN_MEMORY:
        beside = Path(database).with_suffix(".state" + Path(database).suffix)
        gateway.setdefault("state_connection", {"type": DUCKDB, "database": str(beside)})
    return gateway

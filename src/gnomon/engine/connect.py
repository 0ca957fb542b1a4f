"""From a project's gateway to an open engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnomon.engine.protocol import Engine
from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.model import Project

DEFAULT_DATABASE = "warehouse.duckdb"


def connect(project: Project, gateway: str | None = None, *, read_only: bool = True) -> Engine:
    """Open a project's gateway, by default its default one.

    Raises UsageError for a gateway that is not declared or of a kind that cannot be opened here, and RunError where
    the database is missing (when only reading) or locked by a writer.
    """
    name = gateway or project.default_gateway
    connection = connection_of(project, name)
    kind = str(connection.get("type", "duckdb")).lower()
    if kind != "duckdb":
        raise UsageError(
            Problem(
                "engine_unsupported",
                f"gateway '{name}' is of type '{kind}', and only duckdb can be read directly",
                help="use a duckdb gateway, or query the built tables with the engine's own client",
            )
        )
    from gnomon.engine.duckdb import DuckDBEngine

    database, catalogs = databases(project.root, connection)
    return DuckDBEngine.open(database, catalogs, read_only=read_only)


def connection_of(project: Project, name: str) -> Mapping[str, Any]:
    """A gateway's connection settings; the gateway `local` exists in every project."""
    declared = project.gateways.get(name)
    if declared is None and name != "local":
        problem = f"gateway '{name}' is not declared in gnomon.yaml"
        raise UsageError(Problem("unknown_gateway", problem, help=did_you_mean(name, ["local", *project.gateways])))
    settings: Mapping[str, Any] = declared or {}
    connection = settings.get("connection", settings)
    return connection if isinstance(connection, Mapping) else {}


def databases(root: Path, connection: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The database file and the further files attached to it by name; paths start at the project's folder."""
    listed = connection.get("catalogs") or {}
    paths = {name: value["path"] if isinstance(value, Mapping) else value for name, value in listed.items()}
    files = {name: resolve(root, str(path)) for name, path in paths.items()}
    if "database" in connection or not files:
        return resolve(root, str(connection.get("database") or DEFAULT_DATABASE)), files
    first = next(iter(files))
    return files.pop(first), files


def resolve(root: Path, path: str) -> str:
    """A database path seen from a project's folder.

    >>> resolve(Path("/shop"), "warehouse.duckdb"), resolve(Path("/shop"), ":memory:")
    ('/shop/warehouse.duckdb', ':memory:')
    """
    return path if path == ":memory:" or "://" in path else str(root / path)

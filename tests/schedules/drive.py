"""Driving a schedule through `gnomon plan`, `run` and `restate` on DuckDB, and comparing with one full rebuild."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any

import duckdb

from gnomon.errors import RunError
from gnomon.run.advance import run
from gnomon.run.plan import plan
from gnomon.run.restate import restate
from schedules.definitions import Definitions
from schedules.schedule import Dated, Event, Schedule, Step, Undated

Table = dict[tuple[Any, ...], Any]
OWN = ("gnomon_", "calendar", "metrics_metadata")
"""Tables that are not series: runs differ in them by right."""


class Warehouse:
    """A project folder and its DuckDB file."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root, self.cache = root, cache
        root.mkdir(parents=True)
        with self.connected() as connection:
            connection.execute("CREATE SCHEMA raw")
            columns = "happened TIMESTAMP, to_artifact_id TEXT, actor TEXT, amount BIGINT, price DOUBLE"
            connection.execute(f"CREATE TABLE raw.events ({columns})")
            connection.execute("CREATE TABLE raw.projects (artifact_id TEXT, project_id TEXT, since DATE, until DATE)")
            connection.execute("CREATE TABLE raw.teams (artifact_id TEXT, team_id TEXT)")

    def connected(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.root / "warehouse.duckdb"))

    def fill(self, events: Iterable[Event], projects: Iterable[Dated], teams: Iterable[Undated]) -> None:
        """Makes the source and the bridges hold exactly these rows."""
        rows = [(e.at, e.artifact, e.actor, e.amount, e.price) for e in events]
        tables: dict[str, list[Any]] = {"events": rows, "projects": list(projects), "teams": list(teams)}
        with self.connected() as connection:
            for name, found in tables.items():
                connection.execute(f"DELETE FROM raw.{name}")
                if found:
                    places = f"({', '.join('?' * len(found[0]))})"
                    values = [value for row in found for value in row]
                    connection.execute(f"INSERT INTO raw.{name} VALUES {', '.join([places] * len(found))}", values)

    def define(self, definitions: Definitions) -> None:
        definitions.write(self.root, self.cache)

    def tables(self, schema: str = "metrics") -> dict[str, Table]:
        """Every series and union view: how often each key is there, and its amount."""
        with self.connected() as connection:
            found = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY 1", [schema]
            ).fetchall()
            names = [name for (name,) in found if not name.startswith(OWN)]
            return {name: table(connection, f"{schema}.{name}") for name in names}

    def do(self, step: Step) -> None:
        """The step's command, at its instant."""
        at = f"{step.at:%Y-%m-%d %H:%M:%S}"
        if step.verb == "run":
            run(self.root, environment=step.environment, execution_time=at)
        elif step.verb == "plan":
            try:
                plan(self.root, step.environment, start=step.start, end=step.end, execution_time=at)
            except RunError as refused:
                if step.environment == "prod" or "requires a change" not in str(refused):
                    raise  # SQLMesh makes no environment that would be equal to prod
        elif step.verb == "restate":
            environment, metric = step.environment, step.metric
            restate(
                self.root, since=step.start, until=step.end, metric=metric, environment=environment, execution_time=at
            )


def table(connection: duckdb.DuckDBPyConnection, name: str) -> Table:
    """A table's rows by all columns but the amount; a key that is there twice has a number added to it."""
    result = connection.execute(f"SELECT * EXCLUDE (amount), amount FROM {name} ORDER BY ALL")
    seen: Counter[tuple[Any, ...]] = Counter()
    rows: Table = {}
    for row in result.fetchall():
        seen[row[:-1]] += 1
        rows[(*row[:-1], *([f"copy {seen[row[:-1]]}"] if seen[row[:-1]] > 1 else []))] = row[-1]
    return rows


def differences(schedule: Schedule, cache: Path) -> list[str]:
    """How the tables at the end of a schedule differ from those of one full rebuild; empty where the law holds."""
    with tempfile.TemporaryDirectory() as folder:
        kept = driven(schedule, Path(folder) / "kept", cache)
        rebuilt = Warehouse(Path(folder) / "rebuilt", cache)
        last = schedule.steps[-1]
        rebuilt.fill(known(schedule.events, last.at), *schedule.bridges(len(schedule.steps)))
        rebuilt.define(schedule.final)
        rebuilt.do(Step(last.at, "plan"))
        return compared(kept.tables(), rebuilt.tables())


def driven(schedule: Schedule, root: Path, cache: Path) -> Warehouse:
    """A warehouse in which a schedule has happened."""
    warehouse = Warehouse(root, cache)
    warehouse.define(schedule.definitions)
    definitions = schedule.definitions
    for number, step in enumerate(schedule.steps):
        if step.change:
            definitions = definitions.with_change(step.change)
            warehouse.define(definitions)
        warehouse.fill(known(schedule.events, step.at), *schedule.bridges(number))
        warehouse.do(step)
    return warehouse


def known(events: Iterable[Event], at: datetime) -> list[Event]:
    return [event for event in events if event.arrival <= at]


def compared(kept: dict[str, Table], rebuilt: dict[str, Table]) -> list[str]:
    """What differs, a line for each row; floats may differ by rounding."""
    lines = [f"{name}: only {'kept' if name in kept else 'rebuilt'}" for name in sorted({*kept} ^ {*rebuilt})]
    for name in sorted({*kept} & {*rebuilt}):
        ours, whole = kept[name], rebuilt[name]
        for key in sorted({*ours, *whole}, key=repr):
            if key not in whole or key not in ours or not same(ours[key], whole[key]):
                got, wanted = (repr(rows[key]) if key in rows else "no row" for rows in (ours, whole))
                lines.append(f"{name} {' '.join(map(str, key))}: {got}, rebuilt {wanted}")
    return lines


def same(ours: float | None, whole: float | None) -> bool:
    if ours is None or whole is None:
        return ours is whole
    return isclose(ours, whole, rel_tol=1e-9, abs_tol=1e-9)

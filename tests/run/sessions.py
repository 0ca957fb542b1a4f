"""A session without SQLMesh's state: snapshots made by hand, and a DuckDB in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlmesh.core.config import DuckDBConnectionConfig

from gnomon.compile.models import ModelSpec
from gnomon.model import Project
from gnomon.run.context import Session
from gnomon.time import Grain, Interval, TimeAggregation

from .handmade import project_of, spec

START = date(2024, 1, 1)
ABOVE = {"properties": {"bridges": ("src.bridge",)}}
"""What makes a spec one above the bridge."""


def stamp(day: str) -> int:
    """SQLMesh's timestamp of a day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def series(name: str, interval: Interval | None = None, **more: Any) -> ModelSpec:
    """A spec that its session knows by `name`."""
    return spec(interval or TimeAggregation(Grain.DAY), "SELECT 1 AS amount", start=START, name=name, **more)


class Snapshot(SimpleNamespace):
    """What Gnomon reads of a snapshot; one is not another, though all be equal in it."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def snapshot(name: str, *intervals: tuple[str, str], **more: Any) -> Any:
    """A snapshot of version 1 that is built over some days, made on 1 January 2024."""
    built = [(stamp(first), stamp(after)) for first, after in intervals]
    fields = {"version": "1", "created_ts": stamp("2024-01-01"), "dev_intervals": [], "parents": (), **more}
    return Snapshot(name=name, intervals=built, **fields)


@dataclass
class State:
    """Environments by name, and the intervals that were taken away from snapshots."""

    environments: dict[str, list[Any]] = field(default_factory=dict)
    removed: list[Any] = field(default_factory=list)

    def get_environment(self, name: str) -> Any:
        found = self.environments.get(name)
        return None if found is None else SimpleNamespace(snapshots=found)

    def get_snapshots(self, found: Iterable[Any]) -> dict[int, Any]:
        return dict(enumerate(found))

    def remove_intervals(self, found: Iterable[Any], remove_shared_versions: bool = False) -> None:
        self.removed += [(one.name, days, remove_shared_versions) for one, days in found]


def session_of(
    *specs: ModelSpec, execution: str = "2024-02-10 01:00:00", project: Project | None = None, **more: Any
) -> tuple[Session, State]:
    """A session over some specs at an instant in UTC, and its state; settings are those of `handmade.project_of`."""
    state, adapter = State(), DuckDBConnectionConfig().create_engine_adapter()
    adapter.execute("CREATE SCHEMA src")
    context = SimpleNamespace(
        engine_adapter=adapter, state_reader=state, state_sync=state, dag=[each.name for each in specs]
    )
    made = project or project_of(Path("."), more)
    instant = datetime.fromisoformat(execution).replace(tzinfo=UTC)
    known = {each.name: each for each in specs}
    return Session(Path("."), context, SimpleNamespace(), made, known, instant), state  # type: ignore[arg-type]


def bridge(session: Session, *rows: str) -> None:
    """The bridge holds these rows: artifact, project and validity, as SQL."""
    session.context.engine_adapter.execute(
        "CREATE OR REPLACE TABLE src.bridge (artifact_id TEXT, project_id TEXT, valid_from DATE, valid_to DATE)"
    )
    for row in rows:
        session.context.engine_adapter.execute(f"INSERT INTO src.bridge VALUES ({row})")

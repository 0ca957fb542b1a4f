"""A schedule: what happens in the world and to a project, instant by instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from schedules.definitions import Definitions

Dated = tuple[str, str, date | None, date | None]
"""A row of the bridge with validity: artifact, project, since, until (exclusive)."""
Undated = tuple[str, str]
"""A row of the bridge without: artifact, team."""


@dataclass(frozen=True)
class Event:
    """A row of the source: it happened `at`, and is in the warehouse from `arrival` on (naive UTC)."""

    at: datetime
    arrival: datetime
    artifact: str
    actor: str
    amount: int | None
    price: float | None


@dataclass(frozen=True)
class Step:
    """What happens `at` an instant: a `run`, a `plan` over the days [start, end], a `restate` of them.

    `change` is made to the definitions before it. `projects` and `teams` are what the bridges hold from then on, None
    for no change. An `edit` only changes definitions and bridges.
    """

    at: datetime
    verb: str = "run"
    start: date | None = None
    end: date | None = None
    environment: str = "prod"
    metric: str | None = None
    change: str | None = None
    projects: tuple[Dated, ...] | None = None
    teams: tuple[Undated, ...] | None = None

    def __str__(self) -> str:
        days = f" {self.start or ''}..{self.end or ''}" if self.start or self.end else ""
        parts = [f"{self.at:%m-%d %H:%M} {self.verb} {self.environment}{days}", self.metric or ""]
        parts += [f"change={self.change}"] if self.change else []
        parts += [f"projects={_rows(self.projects)}"] if self.projects is not None else []
        parts += [f"teams={_rows(self.teams)}"] if self.teams is not None else []
        return " ".join(filter(None, parts))


@dataclass(frozen=True)
class Schedule:
    """Everything that happens; the first step is a plan of prod, the last one a run of it."""

    definitions: Definitions
    events: tuple[Event, ...]
    projects: tuple[Dated, ...]
    teams: tuple[Undated, ...]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        lines = [str(self.definitions), f"projects={_rows(self.projects)}", f"teams={_rows(self.teams)}"]
        lines += [
            f"{e.at:%m-%d %H:%M} {e.artifact} {e.actor} {e.amount} {e.price}, known {e.arrival:%m-%d %H:%M}"
            for e in self.events
        ]
        return "\n  ".join([*lines, *map(str, self.steps)])

    @property
    def final(self) -> Definitions:
        """The definitions as they are in the end."""
        found = self.definitions
        for step in self.steps:
            found = found.with_change(step.change) if step.change else found
        return found

    def bridges(self, upto: int) -> tuple[tuple[Dated, ...], tuple[Undated, ...]]:
        """What the bridges hold at the step of an index."""
        projects, teams = self.projects, self.teams
        for step in self.steps[: upto + 1]:
            projects = projects if step.projects is None else step.projects
            teams = teams if step.teams is None else step.teams
        return projects, teams


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    return "; ".join(" ".join("-" if part is None else str(part) for part in row) for row in rows)

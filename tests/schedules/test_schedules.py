"""The law of increments on SQLMesh and DuckDB: random schedules, and the ones that once broke it.

`python bench/increments.py` runs hundreds more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest

from schedules.definitions import Definitions
from schedules.drive import compared, differences
from schedules.generate import schedule
from schedules.schedule import Event, Schedule, Step
from schedules.shrink import smallest

pytestmark = pytest.mark.slow
SEEDS = (26, 97, 106, 192, 225, 281, 326, 331, 336, 367)
"""Short ones that have every metric, zones, both bridges, restatements and changed definitions between them."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the projects of all schedules share: their compiled models."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("seed", SEEDS)
def test_any_schedule_ends_in_a_full_rebuild(seed: int, cache: Path) -> None:
    one = schedule(seed)
    assert differences(one, cache) == [], one


at = partial(datetime, 2024, 2)
DAILY = tuple(Event(at(day, 12), at(day, 12), artifact, "ann", 1, 1.0) for day in range(1, 12) for artifact in "ab")
EARLY = Event(datetime(2024, 1, 20), datetime(2024, 1, 20), "a", "ann", 1, 1.0)
STRAGGLER = Event(at(3, 5), at(12), "a", "bob", 100, 1.0)
PROJECTS, TEAMS = (("a", "p", None, None), ("b", "q", None, None)), (("a", "x"), ("b", "y"))
MOVED = (("a", "p", None, date(2024, 2, 5)), ("a", "q", date(2024, 2, 5), None), PROJECTS[1])
OTHER_TEAMS = (("a", "y"), ("b", "y"))
RESTATED = Step(at(12, 2), "restate", date(2024, 2, 3), date(2024, 2, 3))
FIRST, LAST = Step(at(10, 1), "plan"), Step(at(14, 1))
plan = partial(Step, verb="plan")


def of(*steps: Step, entity: str = "team", metrics: tuple[str, ...] = ("total",), straggler: bool = False) -> Schedule:
    events = (*DAILY, STRAGGLER) if straggler else DAILY
    return Schedule(Definitions(metrics, (entity,)), events, PROJECTS, TEAMS, (FIRST, *steps, LAST))


PINNED: dict[str, Callable[[], Schedule]] = {
    "a definition changed back after a restatement": lambda: of(
        plan(at(11), change="query"), RESTATED, plan(at(13), change="-query"), straggler=True
    ),
    "a definition changed back after a membership changed": lambda: of(
        plan(at(11), change="query"), Step(at(12), teams=OTHER_TEAMS), plan(at(13), change="-query")
    ),
    "a window planned for dev before a membership changed": lambda: of(
        plan(at(11), environment="dev", change="window"), Step(at(12), teams=OTHER_TEAMS), plan(at(13))
    ),
    "a window planned for dev before a dated membership changed": lambda: of(
        plan(at(11), environment="dev", change="window"), Step(at(12), projects=MOVED), plan(at(13)), entity="project"
    ),
    "a window planned for dev before a restatement": lambda: of(
        plan(at(11), environment="dev", change="window"), RESTATED, plan(at(13)), straggler=True
    ),
    "a window that was removed and comes back": lambda: of(
        plan(at(11), change="window"), plan(at(11, 3), change="-window"), Step(at(12), teams=OTHER_TEAMS),
        plan(at(13), change="window"),
    ),
    "a membership that begins in the future": lambda: of(
        Step(at(12), projects=(*PROJECTS, ("a", "q", date(2024, 2, 20), None))), entity="project"
    ),
    "a membership that changed beside a metric that is not planned yet": lambda: of(
        Step(at(11), "edit", change="window"), Step(at(12), teams=OTHER_TEAMS), plan(at(13))
    ),
    "a metric that starts after the first plan": lambda: replace(
        of(plan(at(11), change="young"), metrics=("highest",)), events=DAILY
    ),
    "a first plan before a metric's start": lambda: Schedule(
        Definitions(("ended",), ("project",)), (EARLY, *DAILY), PROJECTS, TEAMS,
        (Step(datetime(2024, 1, 22), "plan"), Step(datetime(2024, 1, 24)), LAST),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PINNED)
def test_pinned(name: str, cache: Path) -> None:
    assert differences(PINNED[name](), cache) == []


def test_a_difference_is_seen() -> None:
    """A row that is missing, twice, or other than it should be."""
    key, other = ("2024-02-01", "x"), ("2024-02-02", "x")
    assert compared({"t": {key: 1.0}}, {"t": {key: 1.0 + 1e-12}}) == []
    assert compared({"t": {key: 1.0}}, {"t": {key: 2.0}}) == ["t 2024-02-01 x: 1.0, rebuilt 2.0"]
    assert compared({"t": {key: 1.0, (*key, "copy 2"): 1.0}}, {"t": {key: 1.0, other: None}}) == [
        "t 2024-02-01 x copy 2: 1.0, rebuilt no row",
        "t 2024-02-02 x: no row, rebuilt None",
    ]
    assert compared({}, {"t": {}}) == ["t: only rebuilt"]


def test_schedules_are_shrunk() -> None:
    """Only what the failure needs is left: here an event of a certain actor, and the first and the last step."""
    small = smallest(schedule(3), lambda one: any(event.actor == "bob" for event in one.events), 2000)
    assert [event.actor for event in small.events] == ["bob"]
    assert len(small.definitions.metrics) == 1
    assert all(step.verb == "restate" for step in small.steps[1:-1])

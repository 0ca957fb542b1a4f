"""The smallest schedule, as dropping parts one by one finds it, that still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from schedules.definitions import NEEDS
from schedules.schedule import Schedule


def smallest(schedule: Schedule, fails: Callable[[Schedule], bool], attempts: int = 150) -> Schedule:
    """A schedule of which no part can be left out, or what `attempts` tries have come to.

    Restatements stay: without one its straggler would be lost by right.
    """
    tried = 0
    progress = True
    while progress:
        progress = False
        for candidate in smaller(schedule):
            tried += 1
            if tried > attempts:
                return schedule
            if fails(candidate):
                schedule, progress = candidate, True
                break
    return schedule


def smaller(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule without some events, a step, a metric or a change; the big parts first."""
    metrics = schedule.definitions.metrics
    for metric in metrics:
        rest = tuple(name for name in metrics if name != metric)
        if rest and not any(metric in NEEDS.get(name, ()) for name in rest):
            yield replace(schedule, definitions=replace(schedule.definitions, metrics=rest))
    for index, step in enumerate(schedule.steps[:-1]):
        if index and step.verb != "restate" and not (step.projects or step.teams or step.change):
            yield with_steps(schedule, index)
    for index, step in enumerate(schedule.steps):
        for part in ("change", "projects", "teams"):
            if getattr(step, part) is not None:
                yield with_steps(schedule, index, replace(step, **{part: None}))
    for size in (16, 8, 4, 2, 1):
        for start in range(0, len(schedule.events), size):
            yield replace(schedule, events=schedule.events[:start] + schedule.events[start + size :])
    for name in ("projects", "teams"):
        rows = getattr(schedule, name)
        for index in range(len(rows)):
            yield replace(schedule, **{name: rows[:index] + rows[index + 1 :]})


def with_steps(schedule: Schedule, index: int, *instead: object) -> Schedule:
    steps = (*schedule.steps[:index], *instead, *schedule.steps[index + 1 :])
    return replace(schedule, steps=steps)  # type: ignore[arg-type]

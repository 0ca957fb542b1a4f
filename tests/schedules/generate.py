"""Random schedules: skipped days, several runs a day, late events, stragglers, changed members and definitions."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from schedules.definitions import CHANGES, METRICS, NEEDS, Definitions
from schedules.schedule import Dated, Event, Schedule, Step, Undated

DAY = timedelta(days=1)
LATENESS = timedelta(days=3)
ARTIFACTS = ("a", "b", "c", "late")
ACTORS = ("ann", "bob", "cy", "di")
PROJECTS, TEAMS = ("p", "q", "r"), ("x", "y")


def schedule(seed: int) -> Schedule:
    """The schedule of a seed."""
    rng = random.Random(seed)
    first = datetime(2024, 1, 20) + timedelta(hours=rng.uniform(0, 24 * 25))
    span = rng.choice([1.5, 4, 15, 45])
    times = [first, *sorted(first + timedelta(days=rng.uniform(0.02, span)) for _ in range(rng.randrange(2, 7)))]
    last = times[-1] + timedelta(hours=rng.uniform(1, 24 * rng.choice([0.5, 3, 9])))
    events = with_one_before([event(rng, last) for _ in range(rng.randrange(8, 45))], first)
    steps = [Step(times[0], "plan"), *(random_step(rng, at) for at in times[1:])]
    for _ in range(rng.choice([0, 0, 1, 2])):
        straggler, restated = late_for_good(rng, times, last)
        events.append(straggler)
        steps.append(restated)
    steps.sort(key=lambda step: step.at)
    steps.append(Step(last))  # a plan without a new day would not read late events again
    members = replace(Schedule(chosen(rng), tuple(events), (), (), tuple(steps)), **membership(rng, first))
    return with_definition_changes(rng, with_membership_changes(rng, members))


def chosen(rng: random.Random) -> Definitions:
    """A few metrics, and what they read."""
    picked = rng.sample([*METRICS], rng.choice([1, 1, 2]))
    needed = [name for metric in picked for name in NEEDS.get(metric, ())]
    entities = rng.choice([("project",), ("project",), ("team",), ("artifact",)])
    zone = rng.choice(["UTC", "UTC", "UTC", "America/New_York", "Asia/Tokyo"])
    metrics = tuple(dict.fromkeys([*needed, *picked]))
    return Definitions(metrics, entities, (), rng.choice([None, None, None, 20]), zone)


def event(rng: random.Random, last: datetime) -> Event:
    """An event that arrives within its lateness, often at its very end, often at the edge of a day."""
    at = last - timedelta(hours=rng.uniform(0, 24 * rng.choice([4, 12, 70])))
    if rng.random() < 0.5:
        at = at.replace(hour=rng.choice([0, 5, 23]), minute=rng.choice([0, 59]), second=0, microsecond=0)
    at = at.replace(microsecond=0)
    late = rng.choice([timedelta(0), LATENESS, LATENESS * rng.random()])
    artifact = rng.choice(ARTIFACTS if at > last - 6 * DAY else ARTIFACTS[:-1])
    amount = rng.choice([None, *range(-3, 10)])
    return Event(at, at + late, artifact, rng.choice(ACTORS), amount, rng.choice([None, 0.5, 2.25, 1e3, -7.125]))


def with_one_before(events: list[Event], first: datetime) -> list[Event]:
    """The events, and one more where the first plan would find none: an empty source is refused."""
    if any(each.arrival <= first for each in events):
        return events
    at = first - 2 * DAY
    return [*events, Event(at, at, ARTIFACTS[0], ACTORS[0], 1, 0.5)]


def late_for_good(rng: random.Random, times: list[datetime], last: datetime) -> tuple[Event, Step]:
    """An event that comes later than its lateness, and the restatement that it needs."""
    found = event(rng, times[-1])
    arrival = max(found.at + LATENESS + DAY, rng.choice(times))
    straggler = replace(found, arrival=min(arrival, last - timedelta(minutes=30)))
    straggler = replace(straggler, at=min(straggler.at, straggler.arrival - DAY))
    since, until = straggler.at.date() - DAY, straggler.at.date() + DAY * rng.choice([1, 1, 9])
    at = straggler.arrival + timedelta(minutes=rng.uniform(1, 20))
    return straggler, Step(at, "restate", since, until if until > since and rng.random() < 0.8 else None)


def random_step(rng: random.Random, at: datetime) -> Step:
    """Mostly runs, and some plans without a change."""
    return Step(at, "run" if rng.random() < 0.75 else "plan")


def dev_plan(rng: random.Random, at: datetime, change: str) -> Step:
    """A plan of dev for a change, often over some days only: it ends and starts in mid-bucket."""
    start = rng.choice([None, None, at.date() - DAY * rng.randrange(2, 30)])
    end = rng.choice([None, at.date() - DAY * rng.randrange(1, 12)])
    start = None if start and end and start >= end else start
    return Step(at, "plan", max(start, date(2024, 1, 12)) if start else None, end, "dev", change=change)


def membership(rng: random.Random, first: datetime) -> dict[str, tuple[tuple[object, ...], ...]]:
    """The bridges as they are in the beginning; some artifacts are in none, some in two at a time."""
    projects = [
        dated_row(rng, first.date(), artifact) for artifact in ARTIFACTS[:-1] for _ in range(rng.choice([1, 2]))
    ]
    teams = [(artifact, rng.choice(TEAMS)) for artifact in ARTIFACTS[:-1] if rng.random() < 0.8]
    return {"projects": tuple(projects), "teams": tuple(teams)}


def dated_row(rng: random.Random, around: date, artifact: str) -> Dated:
    since = rng.choice([None, around - DAY * rng.randrange(-4, 25)])
    until = rng.choice([None, None, around + DAY * rng.randrange(-15, 30)])
    return artifact, rng.choice(PROJECTS), since, until


def with_membership_changes(rng: random.Random, given: Schedule) -> Schedule:
    """The schedule with the bridges changed before some of its steps."""
    projects, teams = list(given.projects), list(given.teams)
    steps = list(given.steps)
    for number in sorted(rng.sample(range(1, len(steps)), min(len(steps) - 1, rng.choice([0, 0, 1, 2])))):
        if rng.random() < 0.6:
            projects = moved(rng, projects, steps[number].at.date())
            steps[number] = replace(steps[number], projects=tuple(projects))
        if rng.random() < 0.5:
            teams = swapped(rng, teams)
            steps[number] = replace(steps[number], teams=tuple(teams))
    return replace(given, steps=tuple(steps))


def moved(rng: random.Random, rows: list[Dated], today: date) -> list[Dated]:
    """Dated membership after a change: a row more, a row less, another validity, or a copy that means nothing."""
    place = rng.randrange(len(rows)) if rows else 0
    match rng.choice(["add", "late", "drop", "end", "copy"]) if rows else "add":
        case "add":
            return [*rows, dated_row(rng, today, rng.choice(ARTIFACTS))]
        case "late":
            return [*rows, ("late", rng.choice(PROJECTS), rng.choice([None, today - 3 * DAY]), None)]
        case "drop":
            return rows[:place] + rows[place + 1 :]
        case "end":
            artifact, project, since, _ = rows[place]
            until = today + DAY * rng.randrange(-20, 5)
            return [*rows[:place], (artifact, project, since, until), *rows[place + 1 :]]
    return [*rows, rows[place]]


def swapped(rng: random.Random, rows: list[Undated]) -> list[Undated]:
    """Undated membership after a change."""
    place = rng.randrange(len(rows)) if rows else 0
    if rows and rng.random() < 0.4:
        return rows[:place] + rows[place + 1 :]
    return [*rows, (rng.choice(ARTIFACTS), rng.choice(TEAMS))]


def with_definition_changes(rng: random.Random, given: Schedule) -> Schedule:
    """The schedule with changes of definitions: planned for prod, for dev first, or only written before a run.

    What was changed is planned in the end.
    """
    steps = list(given.steps)
    for change in rng.sample(CHANGES, rng.choice([0, 0, 1, 1, 2])):
        place = rng.randrange(1, len(steps))
        steps.insert(place, written(rng, steps[place].at - timedelta(minutes=1), change))
        if place + 1 < len(steps) and rng.random() < 0.3:
            later = rng.randrange(place + 1, len(steps))
            steps.insert(later, written(rng, steps[later].at - timedelta(seconds=30), f"-{change}"))
    if any(step.change for step in steps):
        steps.insert(len(steps) - 1, Step(steps[-1].at - timedelta(seconds=5), "plan"))
    return replace(given, steps=tuple(steps))


def written(rng: random.Random, at: datetime, change: str) -> Step:
    """A change that is planned for prod, or for dev first, or only written to the files."""
    verb = rng.choice(["prod", "dev", "dev", "edit"])
    if verb == "dev" and not change.startswith("-"):
        return dev_plan(rng, at, change)
    return Step(at, "edit" if verb == "edit" else "plan", change=change)

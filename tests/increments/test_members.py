"""The law of increments where membership changes, where tables are promoted, and where metrics read metrics."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from increments import members as simulated
from increments.members import Chain, Member, MemberScheduler, PeerScheduler
from increments.scheduler import Scheduler, Step, hours, local_day
from increments.test_law import HORIZON, INTERVALS, START, random_schedule, random_step
from oracle.clock import DAY, Bucket, Clock, Interval, Rolling, ToDate

CLOCKS = {"utc": (Clock(), 3), "sunday": (Clock(week_start="sunday"), 3), "new york": (Clock("America/New_York"), 4)}
SEEDS = 250


def random_members(rng: random.Random, around: date) -> tuple[Member, ...]:
    """Three artifacts in two entities: for ever, for a while, never, or in both at once."""
    found = []
    for _ in range(rng.randrange(5)):
        since = rng.choice([None, around - DAY * rng.randrange(-10, 90)])
        until = rng.choice([None, None, around + DAY * rng.randrange(-60, 20)])
        found.append(Member(rng.choice("012"), rng.choice("pq"), since, until))
    return tuple(found)


def changed(rng: random.Random, members: tuple[Member, ...], around: date) -> tuple[Member, ...]:
    """One row more, one less, one that ends otherwise, or other rows altogether."""
    place = rng.randrange(len(members)) if members else 0
    match rng.randrange(4) if members else 3:
        case 0:
            return (*members, *random_members(rng, around)[:1])
        case 1:
            return members[:place] + members[place + 1 :]
        case 2:
            ended = replace(members[place], until=around - DAY * rng.randrange(-5, 60))
            return (*members[:place], ended, *members[place + 1 :])
    return random_members(rng, around)


def undated(members: tuple[Member, ...]) -> tuple[Member, ...]:
    return tuple(Member(member.artifact, member.entity) for member in members)


def breaks(seed: int, clock: Clock, lookback: int) -> bool:
    """Whether a random schedule with changes of membership ends in a table that differs from a full rebuild."""
    rng = random.Random(seed)
    schedule, dated = random_schedule(rng, clock, lookback), rng.random() < 0.6
    kept: Callable[..., Any] = tuple if dated else undated
    last = schedule.steps[-1].at
    members = kept(random_members(rng, last.date()))
    world = MemberScheduler(schedule.interval, START, HORIZON, list(schedule.events), lookback, schedule.batch_size)
    world.clock, world.members, world.dated = clock, members, dated
    for step in schedule.steps:
        world.step(step)
        if rng.random() < 0.3:
            world.agree(kept(changed(rng, world.members, step.at.date())), step.at)
    return world.table != world.rebuilt(last)


@pytest.mark.parametrize("name", CLOCKS)
def test_changed_memberships_end_in_a_full_rebuild(name: str) -> None:
    assert [seed for seed in range(SEEDS) if breaks(seed, *CLOCKS[name])] == []


def breaks_when_promoted(seed: int, clock: Clock, lookback: int) -> bool:
    """A variant that is planned for dev over some days, forgotten for a while, promoted, and run again."""
    rng = random.Random(seed)
    schedule = random_schedule(rng, clock, lookback)
    steps, last = schedule.steps, schedule.steps[-1].at
    created = rng.randrange(len(steps))
    promoted = rng.randrange(created, len(steps))
    world = MemberScheduler(schedule.interval, START, HORIZON, list(schedule.events), lookback, schedule.batch_size)
    world.clock, world.members = clock, random_members(rng, last.date())
    missed: list[simulated.Change] = []
    for number, step in enumerate(steps):
        members = changed(rng, world.members, step.at.date()) if rng.random() < 0.3 else world.members
        if number == created:
            world.step(replace(random_step(rng, step.at, clock), verb="plan"))
        if number < promoted:
            lacks = world.moved(members)
            lacks += [simulated.Change("", step.start)] if step.verb == "restate" else []
            missed += lacks if number >= created else []
        else:
            if number == promoted:
                world.forget(missed)
                world.step(Step(step.at, "plan"))
            world.step(step)
            world.agree(members, step.at)
    world.step(Step(last + DAY))  # a plan without a new day does not look for late events
    return world.table != world.rebuilt(last + DAY)


@pytest.mark.parametrize("name", CLOCKS)
def test_tables_that_are_promoted_late_end_in_a_full_rebuild(name: str) -> None:
    assert [seed for seed in range(SEEDS) if breaks_when_promoted(seed, *CLOCKS[name])] == []


def breaks_in_a_chain(seed: int, clock: Clock, lookback: int) -> bool:
    """A metric over another one's table: the table of a rebuild of both, one after the other."""
    rng = random.Random(seed)
    schedule = random_schedule(rng, clock, lookback)
    base = Scheduler(rng.choice([*filter(is_daily, INTERVALS)]), START, HORIZON, list(schedule.events), lookback)
    over = PeerScheduler(rng.choice([*filter(is_dated, INTERVALS)]), START, HORIZON, [], lookback, peer=base)
    base.batch_size = over.batch_size = schedule.batch_size
    base.clock = over.clock = clock
    chain = Chain(base, over)
    for step in schedule.steps:
        chain.step(step)
    last = schedule.steps[-1].at
    rebuilt = over.rebuilt(last) if base.table == base.rebuilt(last) else None
    return rebuilt is None or over.table != rebuilt


def is_dated(interval: Interval) -> bool:
    return interval != Bucket("hourly") and getattr(interval, "cron", "") != "@hourly"


def is_daily(interval: Interval) -> bool:
    """A peer of a finer interval has a row for each day at most."""
    return interval == Bucket("daily") or (isinstance(interval, Rolling | ToDate) and interval.cron == "@daily")


@pytest.mark.parametrize("name", CLOCKS)
def test_a_metric_over_a_metric_ends_in_a_full_rebuild(name: str) -> None:
    assert [seed for seed in range(SEEDS) if breaks_in_a_chain(seed, *CLOCKS[name])] == []


def test_a_bridge_that_is_not_watched_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "changes", lambda before, after: [])
    assert any(breaks(seed, *CLOCKS["utc"]) for seed in range(100))
    assert any(breaks_when_promoted(seed, *CLOCKS["utc"]) for seed in range(300))


def test_a_table_that_is_promoted_as_it_is_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemberScheduler, "forget", lambda self, lacks: None)
    assert any(breaks_when_promoted(seed, *CLOCKS["utc"]) for seed in range(300))


def test_a_restatement_that_stops_at_the_peers_days_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chain, "reach", lambda self, first, end, today: {"base": end, "over": end})
    assert any(breaks_in_a_chain(seed, *CLOCKS["utc"]) for seed in range(SEEDS))


def test_the_chain_reaches_the_sum_of_both_windows() -> None:
    at = datetime(2024, 4, 1)
    base = Scheduler(Rolling(7), START, HORIZON, [])
    over = PeerScheduler(Rolling(5), START, HORIZON, [], peer=base)
    reached = Chain(base, over).reach(date(2024, 3, 1), date(2024, 3, 2), local_day(at + hours(1), Clock()))
    assert reached == {"base": date(2024, 3, 2), "over": date(2024, 3, 8)}

"""The law of increments, on thousands of random schedules and on the ones that once broke it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from gnomon.time import Rolling as GnomonRolling
from gnomon.time.ranges import written_range
from increments import scheduler
from increments.scheduler import Event, Scheduler, Step, hours, local_day
from oracle.clock import BUCKETS, DAY, Bucket, Clock, OwnCalendar, Rolling, ToDate

START, HORIZON = date(2024, 1, 29), date(2024, 6, 20)
LATENESS = timedelta(days=3)
INTERVALS: list[Bucket | Rolling | ToDate] = [
    *(Bucket(word) for word in BUCKETS),
    Rolling(1),
    Rolling(7),
    Rolling(30),
    Rolling(2, "week", "@weekly"),
    Rolling(1, "month"),
    Rolling(2, "month", "@monthly"),
    Rolling(1, "quarter", "@weekly"),
    Rolling(1, "year", "@quarterly"),
    Rolling(5, "hour", "@hourly"),
    Rolling(2, "day", "@hourly"),
    *(ToDate("weekly"), ToDate("monthly"), ToDate("yearly"), ToDate("quarterly", "@weekly")),
]
OWN = [ToDate("fiscal_month"), ToDate("fiscal_month", "@weekly"), ToDate("fiscal_quarter")]
PERIODS = tuple(date(2023, 12, 31) + DAY * days for days in (0, 28, 56, 91))
FISCAL = OwnCalendar(date(2024, 1, 10), date(2024, 6, 8), (("month", PERIODS), ("quarter", PERIODS[::3])))
"""Periods of four, four and five weeks; it begins and ends in mid-period, within the time that is scheduled."""


@dataclass(frozen=True)
class Schedule:
    """Everything that a scheduler is told."""

    interval: Bucket | Rolling | ToDate
    events: tuple[Event, ...]
    steps: tuple[Step, ...]
    batch_size: int | None = None
    clock: Clock = field(default_factory=Clock)
    lookback: int = 3
    guarded: bool = True


def broken(schedule: Schedule) -> bool:
    """Whether the schedule ends in a table that differs from a full rebuild."""
    simulated = Scheduler(schedule.interval, START, HORIZON, list(schedule.events))
    simulated.lookback, simulated.batch_size = schedule.lookback, schedule.batch_size
    simulated.clock, simulated.guarded = schedule.clock, schedule.guarded
    for step in schedule.steps:
        simulated.step(step)
    return simulated.table != simulated.rebuilt(schedule.steps[-1].at)


def smaller(schedule: Schedule) -> Schedule:
    """A schedule that still breaks the law with as few events and steps as dropping one by one finds."""
    for index in range(len(schedule.events)):
        fewer = replace(schedule, events=schedule.events[:index] + schedule.events[index + 1 :])
        if broken(fewer):
            return smaller(fewer)
    stragglers = any(event.name.startswith("s") for event in schedule.events)
    for index, step in enumerate(schedule.steps[:-1]):
        fewer = replace(schedule, steps=schedule.steps[:index] + schedule.steps[index + 1 :])
        if not (stragglers and step.verb == "restate") and broken(fewer):
            return smaller(fewer)
    return schedule


def random_schedule(rng: random.Random, clock: Clock, lookback: int) -> Schedule:
    """Days skipped, several runs a day, plans that end in mid-bucket, gaps, late events, stragglers restated."""
    first = datetime(2024, 2, 1) + hours(rng.randrange(24 * 60))
    span = rng.choice([3, 20, 70])
    times = sorted(first + hours(rng.uniform(0, 24 * span)) for _ in range(rng.randrange(1, 9)))
    steps = [random_step(rng, at, clock) for at in times]
    last = times[-1] + DAY + hours(rng.uniform(0, 24 * 9))
    events = [random_event(rng, number, last) for number in range(rng.randrange(1, 10))]
    for number in range(rng.randrange(3)):
        straggler = Event(f"s{number}", random_moment(rng, last), rng.choice(times) - hours(1))
        events.append(straggler)
        day = local_day(straggler.at, clock)
        after = max(straggler.arrival, straggler.at) + hours(rng.uniform(0, 24))
        steps.append(Step(min(after, last), "restate", day, day + DAY * rng.choice([1, 1, 2, 19])))
    steps.sort(key=lambda step: step.at)
    steps.append(Step(last, "plan", START))  # the last one leaves no day out
    interval = rng.choice(INTERVALS if clock.own is None else [*INTERVALS, *OWN])
    return Schedule(interval, tuple(events), tuple(steps), rng.choice([None, None, 1, 5, 30]), clock, lookback)


def random_step(rng: random.Random, at: datetime, clock: Clock) -> Step:
    if rng.random() < 0.7:
        return Step(at)
    today = local_day(at, clock)
    start = rng.choice([None, START, today - DAY * rng.randrange(40)])
    end = rng.choice([None, today - DAY * rng.randrange(20)])
    return Step(at, "plan", start, end) if start is None or end is None or start < end else Step(at)


def random_moment(rng: random.Random, last: datetime) -> datetime:
    """An instant between before the start and after the last run, often at the very edge of a day."""
    at = last - hours(rng.uniform(0, 24 * rng.choice([4, 10, 150])))
    return at.replace(hour=rng.choice([0, 23]), minute=rng.choice([0, 59])) if rng.random() < 0.5 else at


def random_event(rng: random.Random, number: int, last: datetime) -> Event:
    """An event that arrives within its lateness, often at the last moment."""
    at = random_moment(rng, last)
    late = rng.choice([timedelta(0), LATENESS, LATENESS * rng.random()])
    return Event(f"e{number}", at, at + late)


@pytest.mark.parametrize(
    ("clock", "lookback"),
    [(Clock(own=FISCAL), 3), (Clock(week_start="sunday"), 3), (Clock("America/New_York", own=FISCAL), 4)],
    ids=["utc", "sunday", "new york"],
)
def test_any_schedule_ends_in_a_full_rebuild(clock: Clock, lookback: int) -> None:
    for seed in range(1000):
        schedule = random_schedule(random.Random(seed), clock, lookback)
        if broken(schedule):
            pytest.fail(f"seed {seed}: {smaller(schedule)}")


at = partial(datetime, 2024)
LATE_JUNE = Event("late", at(4, 30, 23), at(5, 1, 12))
PINNED: dict[str, Callable[[], Schedule]] = {
    "an April event that arrives on 1 May at noon": lambda: Schedule(
        Bucket("monthly"), (LATE_JUNE,), (Step(at(5, 1, 1)), Step(at(5, 2, 1)))
    ),
    "a plan that ends in mid-month, and is applied after it": lambda: Schedule(
        Bucket("monthly"),
        (Event("after the end", at(4, 20), at(4, 20)),),
        (Step(at(5, 10), "plan", None, date(2024, 4, 16)), Step(at(5, 12))),
    ),
    "a restated day reaches the windows that hold it": lambda: Schedule(
        Rolling(30),
        (Event("straggler", at(4, 2), at(5, 20)),),
        (Step(at(5, 10)), Step(at(5, 21), "restate", date(2024, 4, 2), date(2024, 4, 3)), Step(at(5, 23))),
    ),
    "a restated day of the last period that an own calendar knows": lambda: Schedule(
        ToDate("fiscal_month"),
        (Event("straggler", at(4, 10), at(5, 20)),),
        (Step(at(5, 10)), Step(at(5, 21), "restate", date(2024, 4, 10), date(2024, 4, 11)), Step(at(5, 23))),
        clock=Clock(own=FISCAL),
    ),
    "an event of 29 February leaves a month at the calendar's end": lambda: Schedule(
        Rolling(1, "month"),
        (Event("leap", at(2, 29), at(4, 30)),),
        (Step(at(4, 10)), Step(at(5, 1), "restate", date(2024, 2, 29), date(2024, 3, 1)), Step(at(5, 3))),
    ),
}


@pytest.mark.parametrize("name", PINNED)
def test_pinned(name: str) -> None:
    assert not broken(PINNED[name]())


def test_a_lookback_that_is_too_short_is_seen() -> None:
    """The simulation can fail: without lookback a late event is lost."""
    lost = Schedule(Rolling(7), (LATE_JUNE,), (Step(at(5, 1, 1)), Step(at(5, 2, 1))), lookback=0)
    assert broken(lost)
    assert not broken(replace(lost, lookback=3))


def test_three_days_of_lateness_are_four_local_days_where_clocks_go_forward() -> None:
    """72 hours span 73 on the wall in the week of 10 March: a lookback of 3 local days would lose the event."""
    clock = Clock("America/New_York")
    event = Event("late", at(3, 9, 4, 30), at(3, 12, 4, 20))  # Friday 23:30, arrives on Tuesday at 00:20
    steps = (Step(at(3, 12, 4, 10)), Step(at(3, 13, 4, 10)))  # runs at 00:10
    schedule = Schedule(Bucket("daily"), (event,), steps, clock=clock, lookback=3)
    assert event.arrival - event.at <= LATENESS
    assert broken(schedule)
    assert not broken(replace(schedule, lookback=4))


WINDOW_ACROSS_START = Schedule(
    Rolling(30),
    (Event("before the start", at(1, 20), at(3, 1)),),
    (Step(at(2, 10)), Step(at(3, 2), "restate", date(2024, 1, 20), date(2024, 1, 21)), Step(at(3, 5))),
)
UNSAFE = {
    "a restatement of days before the model's start": WINDOW_ACROSS_START,
    "a restatement that moves the end forward without looking back": Schedule(
        Bucket("daily"),
        (Event("late", at(3, 4), at(3, 6, 12)),),
        (Step(at(3, 6, 1)), Step(at(3, 8), "restate", date(2024, 3, 6), date(2024, 3, 9)), Step(at(3, 12))),
    ),
    "a plan whose start leaves a gap": Schedule(
        Bucket("daily"),
        (Event("late", at(3, 4, 3), at(3, 6, 12)),),
        (Step(at(3, 5, 1)), Step(at(3, 8), "plan", date(2024, 3, 7)), Step(at(3, 8, 12), "plan", START)),
    ),
    "a plan that starts where the last run ended": Schedule(
        Bucket("daily"),
        (Event("late", at(3, 4), at(3, 6, 12)),),
        (Step(at(3, 6, 1)), Step(at(3, 8), "plan", date(2024, 3, 6)), Step(at(3, 12))),
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_plans_and_restatements_must_keep_to_a_safe_range(name: str) -> None:
    """SQLMesh alone breaks the law here; `Scheduler.guard` says what to ask it for instead."""
    assert broken(replace(UNSAFE[name], guarded=False))
    assert not broken(UNSAFE[name])


def narrow(interval: Any, start: date, end: date, built_until: date, execution: date, calendar: Any) -> Any:
    """What SQLMesh itself would write: the days that it asked for."""
    return start, end


def short_reach(interval: Any, start: date, end: date, built_until: date, execution: date, calendar: Any) -> Any:
    """A reach that takes `event + 1 month` for the inverse of `sample - 1 month`."""
    low, high = written_range(interval, start, end, built_until, execution, calendar)
    return low, max(min(end, execution), high - DAY) if isinstance(interval, GnomonRolling) else high


def early(interval: Any, start: date, end: date, built_until: date, execution: date, calendar: Any) -> Any:
    """Buckets that are written before they are complete."""
    return written_range(interval, start, end, built_until, execution + DAY * 31, calendar)


@pytest.mark.parametrize("mutant", [narrow, short_reach, early])
def test_a_wrong_range_is_found(mutant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "written_range", mutant)
    assert any(broken(random_schedule(random.Random(seed), Clock(), 3)) for seed in range(1000))

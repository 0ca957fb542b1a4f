"""The scheduler in memory for an entity above a bridge, and for a metric over another metric's table.

What a changed bridge restates follows `gnomon.run.bridges` and `gnomon.run.agree`, what a table lacks that was built
before a change and is promoted after it `gnomon.run.reused`, and how far a restatement reaches `gnomon.run.restate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import sqlglot

from gnomon.compile.models import ModelSpec
from gnomon.run.bridges import ALWAYS, changes
from gnomon.run.restate import affected_until
from gnomon.run.reused import Change, earliest
from increments.scheduler import Event, Scheduler, Step, all_windows, calendar_of, in_gnomon, local_day
from oracle.clock import DAY, Moment, days


@dataclass(frozen=True)
class Member:
    """An artifact's membership in an entity over the local days `[since, until)`, None for open."""

    artifact: str
    entity: str
    since: date | None = None
    until: date | None = None


def artifact_of(event: Event) -> str:
    return str(int(event.name[1:]) % 3)


def digests(members: Iterable[Member], dated: bool) -> dict[str, dict[str, str]]:
    """What a bridge held, by entry date, as gnomon.run.bridges keeps it."""
    found: dict[str, list[str]] = {}
    for member in set(members):
        begins = member.since.isoformat() if member.since else ALWAYS
        ends = member.until.isoformat() if member.until else None
        if ends is None or begins < ends:
            found.setdefault(begins if dated else ALWAYS, []).append(f"{member.artifact} {member.entity} begins")
            if ends is not None:
                found.setdefault(ends, []).append(f"{member.artifact} {member.entity} ends")
    return {"bridge": {day: repr(sorted(rows)) for day, rows in found.items()} or {ALWAYS: "empty"}}


@dataclass
class MemberScheduler(Scheduler):
    """A series above a bridge; a row holds each event under the entities that its artifact was in on its day."""

    members: tuple[Member, ...] = ()
    dated: bool = True

    def rows(self, low: date, high: date, known_at: datetime) -> dict[Moment, tuple[str, ...]]:
        found = {}
        events = {event.name: event for event in self.events}
        for sample, names in super().rows(low, high, known_at).items():
            if row := tuple(sorted(f"{entity} {name}" for name in names for entity in self.entities(events[name]))):
                found[sample] = row
        return found

    def entities(self, event: Event) -> set[str]:
        day = local_day(event.at, self.clock)
        return {
            member.entity
            for member in self.members
            if member.artifact == artifact_of(event)
            and (member.since is None or member.since <= day)
            and (member.until is None or day < member.until)
        }

    def moved(self, members: tuple[Member, ...]) -> list[Change]:
        """The bridge's rows are replaced; returns what changed by that."""
        before, after = digests(self.members, self.dated), digests(members, self.dated)
        self.members = members
        return [Change("", change.since, change.table) for change in changes(before, after)]

    def forget(self, lacks: list[Change]) -> None:
        """The days of some changes count as missing from now on."""
        if lacks:
            since = datetime.fromtimestamp(earliest(lacks) / 1000, UTC).date()
            self.done = {day for day in self.done if day < since}

    def agree(self, members: tuple[Member, ...], at: datetime) -> None:
        """The bridge's rows are replaced, and what is built above them is rewritten up to where it is built."""
        until = max(self.done, default=self.start - DAY) + DAY
        self.forget(self.moved(members))
        for low, high in self.batches(self.missing(self.start, until)):
            self.write(low, high, at)
            self.done |= set(days(low, high - DAY))


@dataclass
class PeerScheduler(Scheduler):
    """A series over another's table: a row holds the events of the rows in its bucket or window."""

    peer: Scheduler = field(default_factory=lambda: Scheduler(None, date.min, date.min, []))  # type: ignore[arg-type]

    def rows(self, low: date, high: date, known_at: datetime) -> dict[Moment, tuple[str, ...]]:
        found = {}
        below = [(self.day_of_sample(sample), names) for sample, names in self.peer.table.items()]
        calendar = calendar_of(self.clock)
        for day, sample, *_ in all_windows(self.interval, self.start, self.horizon, self.clock):
            first, after = in_gnomon(self.interval).bounds(day, calendar)
            rows = [f"{when} {name}" for when, names in below if first <= when < after for name in names]
            if low <= day < high and rows:
                found[sample] = tuple(sorted(rows))
        return found


@dataclass
class Chain:
    """A series and one over it, both of buckets of a day or more or of daily windows."""

    base: Scheduler
    over: PeerScheduler

    def step(self, step: Step) -> None:
        if step.verb != "restate":
            self.base.step(step)
            self.over.step(step)
            return
        execution = local_day(step.at, self.base.clock)
        first, end = step.start or self.base.start, min(step.end or execution, execution)
        reached = self.reach(first, end, execution)
        self.base.step(Step(step.at, "restate", first, reached["base"]))
        self.over.step(Step(step.at, "restate", first, reached["over"]))

    def reach(self, first: date, end: date, today: date) -> dict[str, date]:
        """How far the restatement of some days goes in each."""
        clock = self.base.clock
        specs = {name: spec_of(name, each) for name, each in (("base", self.base), ("over", self.over))}
        calendar = calendar_of(clock)
        return affected_until(specs, {"over": ["base"]}, ["base", "over"], first, end, today, calendar)


def spec_of(name: str, scheduler: Scheduler) -> ModelSpec:
    return ModelSpec(
        name, sqlglot.parse_one("SELECT 1"), "duckdb", "series", (), (), start=scheduler.start,
        properties={"interval": in_gnomon(scheduler.interval)},
    )  # type: ignore[arg-type]  # fmt: skip

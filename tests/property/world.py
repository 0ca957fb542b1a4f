"""The tables, keys and bridges that generated projects have in common, and random rows for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from oracle.clock import DAY, Clock, OwnCalendar, next_beginning
from oracle.logic import Row
from oracle.model import Bridge, Project, Reference, Table

MEASURES = {
    "kind": "varchar",
    "amount": "integer",
    "price": "decimal(18,2)",
    "rate": "decimal(18,4)",
    "big": "bigint",
    "huge": "hugeint",
    "x": "double",
    "w": "double",
    "level": "double",
    "flag": "boolean",
}
KEYS = (
    (("to_artifact_id",), "artifact"),
    (("from_artifact_id",), "artifact"),
    (("origin", "dest"), "route"),
    (("carrier",), "carrier"),
)
DATED = {"since": "date", "until": "date"}
BRIDGES = (
    Bridge("ref.members", "artifact", ("artifact_id",), "project", ("project_id",),
           {"artifact_id": "varchar", "project_id": "varchar"}),
    Bridge("ref.projects", "project", ("project_id",), "collection", ("collection_id",),
           {"project_id": "varchar", "collection_id": "varchar"}),
    Bridge("ref.owners", "artifact", ("artifact_id",), "owner", ("owner_id",),
           {"artifact_id": "varchar", "owner_id": "varchar", **DATED}, "since", "until"),
    Bridge("ref.teams", "owner", ("owner_id",), "team", ("team_id",),
           {"owner_id": "varchar", "team_id": "varchar", **DATED}, "since", "until"),
    Bridge("ref.regions", "route", ("origin", "dest"), "region", ("region_id",),
           {"origin": "varchar", "dest": "varchar", "region_id": "varchar"}),
)  # fmt: skip
BOTS = Reference("ref.bots", {"id": "varchar", "is_bot": "boolean"})
ENTITIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["artifact", "project", "collection", "owner", "team", "carrier", "region"], ()),
    "route": ("origin", "dest"),
}
ROLLS_UP_TO = {
    ("to_artifact_id",): ("artifact", "project", "collection", "owner", "team"),
    ("from_artifact_id",): ("artifact", "project", "team"),
    ("origin", "dest"): ("route", "region"),
    ("carrier",): ("carrier",),
}
CENTERS = {
    "UTC": (date(2024, 2, 29), date(2023, 2, 28), date(2023, 12, 31)),
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3)),
    "Europe/Berlin": (date(2024, 3, 31), date(2024, 10, 27)),
    "Asia/Kolkata": (date(2024, 3, 1),),
    "America/Sao_Paulo": (date(2018, 11, 4), date(2018, 2, 18)),
}
"""Zones with the days around which events are dense: month ends, leap days, days of 23 and 25 hours."""


@dataclass(frozen=True)
class Knobs:
    """What kind of data a project has. `wild` is with infinities and NaN; `bursts` is on how many days, 0 for any."""

    seed: int
    zone: str = "UTC"
    source_zone: str = "UTC"
    time_type: str = "date"
    center: date = date(2024, 2, 29)
    week_start: str = "monday"
    rows: int = 40
    artifacts: int = 4
    start_before: int = 30
    nulls: float = 0.12
    wild: bool = False
    bursts: int = 0


def world(knobs: Knobs) -> Project:
    """A project without metrics."""
    tables = tuple(
        Table(name, "happened", knobs.time_type, KEYS, MEASURES, knobs.source_zone)
        for name in ("raw.events", "raw.others")
    )
    start = knobs.center - knobs.start_before * DAY
    clock = Clock(knobs.zone, knobs.week_start, fiscal(knobs))
    return Project(start, tables, BRIDGES, ENTITIES, (), (BOTS,), clock)


def fiscal(knobs: Knobs) -> OwnCalendar:
    """A calendar of periods of many lengths, of quarters of three and years of twelve; it may begin in mid-period."""
    rng = Random(f"fiscal {knobs.center} {knobs.zone} {knobs.week_start} {knobs.start_before} {knobs.time_type}")
    lengths = rng.choice([(28, 28, 35), (28, 29, 30, 31, 35), (1, 2, 7, 13, 40)])
    starts = [knobs.center - DAY * rng.randrange(420, 460)]
    for _ in range(60):
        starts.append(starts[-1] + DAY * rng.choice(lengths))
    first = starts[0] + DAY * rng.choice([0, 0, 11, 200])
    last = rng.choice([knobs.center + rng.randrange(3, 40) * DAY, starts[-1] - DAY])
    grains = {"month": 1, "quarter": 3, "year": 12}
    firsts = ((grain, tuple(s for s in starts[::step] if s <= last)) for grain, step in grains.items())
    return OwnCalendar(first, last, tuple(firsts))


def rows_of(knobs: Knobs) -> dict[str, list[Row]]:
    """Rows for every table: ties, nulls, gaps, bursts, negative amounts, duplicates, unmatched keys."""
    rng = Random(knobs.seed)
    artifacts = [f"r{n}" for n in range(knobs.artifacts)]
    events = [event(rng, knobs, artifacts) for _ in range(knobs.rows)]
    events += rng.choices(events, k=len(events) // 8) if events else []  # rows that are equal in every column
    some = [f"r{n}" for n in range(knobs.artifacts + 1)]
    return {
        "raw.events": list(events),
        "raw.others": [event(rng, knobs, artifacts) for _ in range(knobs.rows // 3)],
        "ref.members": pairs(rng, "artifact_id", [*some, None], "project_id", ["p1", "p2", "p3", None]),
        "ref.projects": pairs(rng, "project_id", ["p1", "p2", "p3", "p9"], "collection_id", ["c1", "c2"]),
        "ref.owners": dated(rng, knobs, "artifact_id", some, "owner_id", ["o1", "o2"]),
        "ref.teams": dated(rng, knobs, "owner_id", ["o1", "o2"], "team_id", ["t1", "t2"]),
        "ref.regions": [
            {"origin": origin, "dest": dest, "region_id": rng.choice(["west", "east"])}
            for origin in ("A", "B", None) for dest in ("A", "B") for _ in range(rng.randrange(3))
        ],
        "ref.bots": [{"id": f"r{n}", "is_bot": rng.choice([True, False, None])} for n in (0, 1, 1, 2)],
    }  # fmt: skip


BIGS = (2**53, 2**53 + 1, -(2**53) - 1, 2**62 + 1, -(2**62), 7, -1)
"""Integers that a DOUBLE merges, or loses beside others."""
WILD = (0.2, 0.2, -0.1, 3.0, 1e18, -1e18, 1e-9)
INFINITE = (float("inf"), float("-inf"), float("nan"))


def event(rng: Random, knobs: Knobs, artifacts: list[str]) -> dict[str, Any]:
    def maybe(value: Any, share: float = knobs.nulls) -> Any:
        return None if rng.random() < share else value

    row = {
        "happened": moment(rng, knobs),
        "to_artifact_id": maybe(rng.choice(artifacts), 0.12),
        "from_artifact_id": maybe(rng.choice(["r0", "r1", "r2", "r7", "r8"])),
        "origin": maybe(rng.choice("AB"), 0.12),
        "dest": maybe(rng.choice("AB"), 0.12),
        "carrier": maybe(rng.choice(["UA", "AA"]), 0.12),
        "kind": maybe(rng.choice(["a", "b", "c"])),
        "amount": maybe(rng.choice([0, 1, 1, 2, 3, 10, -4])),
        "price": maybe(Decimal(rng.choice(["0.10", "0.20", "-1.15", "99999999.99"]))),
        "rate": maybe(Decimal(rng.choice(["0.0001", "-0.0001", "33.3333", "12345678901234.5678"]))),
        "big": maybe(rng.choice(BIGS)),
        "huge": maybe(rng.choice([10**30, 10**30 + 1, -(10**30), 5, -2])),
        "x": maybe(rng.choice([0.1, 0.2, 0.3, -7.25, 1e-9, 123456.789, 1e16])),
        "w": maybe(rng.choice(WILD + INFINITE * knobs.wild)),
        "flag": maybe(rng.choice([True, False])),
    }
    return {**row, "level": level(row, knobs)}


def level(row: dict[str, Any], knobs: Knobs) -> float | None:
    """A large number and some noise, from another base where the carrier is known; the other columns say which."""
    rng = Random(f"{knobs.seed} {row}")
    base = 1e9 if row["carrier"] is None else 1e9 + 4096.5
    return None if rng.random() < knobs.nulls else base + rng.choice([0.0, 0.001, 0.25, 0.25, 1.0, -3.5])


def day_of_event(rng: Random, knobs: Knobs) -> date:
    """A day near the center, seldom far before it; often the center itself, a window from it, or a month's end."""
    if rng.random() < 0.2:
        return knobs.center + rng.choice([-1, 1]) * rng.choice([1, 2, 7, 28, 30, 31]) * DAY
    spread = rng.choice([0, 2, 10, 35, 35, 35, 200])
    day = knobs.center + timedelta(days=rng.randrange(-spread, min(spread, 35) + 1))
    if rng.random() < 0.15:
        return next_beginning(day, "monthly", Clock()) - rng.randint(1, 4) * DAY
    return day


def moment(rng: Random, knobs: Knobs) -> Any:
    """An event's time: near midnight or near the hour that DST changes."""
    choice = Random(f"{knobs.seed} {rng.randrange(knobs.bursts)}") if knobs.bursts else rng
    day = day_of_event(choice, knobs)
    if knobs.time_type == "date":
        return day
    clock = time(rng.choice([0, 0, 1, 2, 3, 4, 12, 22, 23]), rng.choice([0, 0, 30, 59]), rng.choice([0, 59]))
    zone = ZoneInfo(knobs.zone)
    instant = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC) + timedelta(hours=rng.choice([0, 0, 1]))
    if knobs.time_type == "timestamptz":
        return instant
    return unambiguous(instant, ZoneInfo(knobs.source_zone))


def unambiguous(instant: datetime, zone: ZoneInfo) -> datetime:
    """A naive local time that is read in one way only: engines differ in the hour that clocks show twice."""
    naive = instant.astimezone(zone).replace(tzinfo=None)
    later = naive + timedelta(hours=2)
    return later if naive.replace(tzinfo=zone).utcoffset() != later.replace(tzinfo=zone).utcoffset() else naive


def pairs(rng: Random, left: str, lefts: list[Any], right: str, rights: list[Any]) -> list[Row]:
    """A many-to-many bridge: none, one or several per key, with duplicates and nulls."""
    rows: list[Row] = [
        {left: key, right: rng.choice(rights)} for key in lefts for _ in range(rng.choice([0, 1, 1, 2, 3]))
    ]
    return rows + rng.choices(rows, k=3) if rows else rows


def dated(rng: Random, knobs: Knobs, left: str, lefts: list[str], right: str, rights: list[str]) -> list[Row]:
    """A bridge with validity: open ends, overlaps of one pair, gaps, and ranges that are empty."""
    rows: list[Row] = []
    for row in pairs(rng, left, list(lefts), right, rights):
        days = [knobs.center + timedelta(days=rng.randrange(-30, 31)) for _ in range(2)]
        since, until = rng.choice([(None, days[0]), (days[0], None), (min(days), max(days)), (None, None)])
        rows.append({**row, "since": since, "until": until})
    return rows

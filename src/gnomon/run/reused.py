"""Tables that a plan takes up again: built in another environment, or before a definition was changed and changed back.

SQLMesh takes such a table as it is and adds the days that it lacks. What was restated meanwhile, because events came
too late or a bridge changed, is not in it: it belonged to no plan then. `<schema>.gnomon_changes` remembers those
changes, and a table that is older than one is built again from the first day that the change concerns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from gnomon.run.bridges import changes, current_digests, recorded_digests
from gnomon.run.context import Session
from gnomon.run.history import read_rows, replace_rows
from gnomon.time.ranges import DAY

CHANGES = "gnomon_changes"
CHANGE_COLUMNS = {"environment": "TEXT", "changed_at": "TEXT", "since": "TEXT", "bridge": "TEXT"}


@dataclass(frozen=True, slots=True)
class Change:
    """What tables made before `changed_at` (ISO, UTC, by the wall clock) may lack: days from `since` on, None for all.

    `bridge` is the relationship table that changed; "" for a restatement, which concerns every table.
    """

    changed_at: str
    since: date | None
    bridge: str = ""


def record_change(session: Session, environment: str, since: date | None, bridge: str = "") -> None:
    """Remembers a change that the environment's own tables are about to agree with."""
    made = Change(now(), since, bridge)
    kept = [*(old for old in recorded(session, environment) if not covers(made, old)), made]
    rows = [(environment, each.changed_at, each.since.isoformat() if each.since else "", each.bridge) for each in kept]
    replace_rows(session, CHANGES, CHANGE_COLUMNS, {"environment": environment}, rows)


def recorded(session: Session, environment: str | None = None) -> list[Change]:
    """The changes remembered by an environment, or by all."""
    key = {} if environment is None else {"environment": environment}
    rows = read_rows(session, CHANGES, ("changed_at", "since", "bridge"), key) or []
    return [Change(at, date.fromisoformat(since) if since else None, bridge) for at, since, bridge in rows]


def covers(later: Change, earlier: Change) -> bool:
    """Whether what lacks the earlier change is rebuilt for the later one anyway.

    >>> one, two = Change("2024-06-01", date(2024, 5, 1)), Change("2024-06-02", date(2024, 4, 1))
    >>> covers(two, one), covers(Change("2024-06-02", None), one), covers(Change("2024-06-02", date(2024, 5, 2)), one)
    (True, True, False)
    """
    reaches = later.since is None or (earlier.since is not None and later.since <= earlier.since)
    return later.bridge == earlier.bridge and reaches


def now() -> str:
    return datetime.now(UTC).isoformat()


def forget_what_changed(session: Session, environment: str, built: Any) -> bool:
    """Marks as missing what the tables that a plan takes up again lack; False where there is nothing.

    The plan has to be made anew afterwards. A plan that is not applied then leaves days to build, and nothing wrong.
    """
    present = {(name, snapshot.version) for name, snapshot in session.snapshots(environment).items()}
    taken_up = [
        snapshot
        for snapshot in built.snapshots.values()
        if snapshot.name in session.specs and snapshot.intervals and (snapshot.name, snapshot.version) not in present
    ]
    if not taken_up:
        return False
    missed = [*recorded(session), *unnoticed(session, environment)]
    forgotten = []
    for snapshot in taken_up:
        made = datetime.fromtimestamp(snapshot.created_ts / 1000, UTC).isoformat()
        bridges = {"", *session.specs[snapshot.name].properties.get("bridges", ())}
        lacks = [change for change in missed if change.changed_at > made and change.bridge in bridges]
        first, last = snapshot.intervals[0][0], snapshot.intervals[-1][1]
        if lacks and (since := max(first, earliest(lacks))) < last:
            forgotten.append((snapshot, (since, last)))
    session.context.state_sync.remove_intervals(forgotten, remove_shared_versions=True)
    return bool(forgotten)


def unnoticed(session: Session, environment: str) -> Iterable[Change]:
    """What other environments have not yet found: their bridges' records differ from what the bridges hold."""
    current = current_digests(session)
    others = {name for (name,) in read_rows(session, "gnomon_bridges", ("environment",), {}) or []} - {environment}
    for other in others:
        for change in changes(recorded_digests(session, other), current):
            if change.table in current:
                yield Change(now(), change.since, change.table)


def earliest(lacks: Iterable[Change]) -> int:
    """The first day of some changes as SQLMesh's timestamp; a date may be another zone's, so it is the day before."""
    dates = [change.since for change in lacks]
    if None in dates:
        return 0
    first = min(day for day in dates if day is not None) - DAY
    return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp() * 1000)

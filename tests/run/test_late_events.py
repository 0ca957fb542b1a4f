"""Which days a run opens again, for events that came late."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from gnomon.run.advance import reopen
from gnomon.time import ALL_TIME

from .sessions import series, session_of, snapshot, stamp

DAILY = series("daily")


def late(name: str, *, missing: bool = False, first: str = "2024-01-01", parents: tuple[str, ...] = ()) -> Any:
    """A snapshot built up to 9 February; `missing` where it has a new day to build."""
    parents_of = tuple(SimpleNamespace(name=parent) for parent in parents)
    found = snapshot(name, (first, "2024-02-05"), ("2024-02-05", "2024-02-10"), parents=parents_of)
    found.missing_intervals = lambda *_, **__: [1] if missing else []
    return found


def test_the_last_day_of_what_may_be_late_is_opened_again() -> None:
    early, over = series("early", lookback=0), series("over", lookback=0)
    whole = series("whole", ALL_TIME)
    view = replace(DAILY, name="view", kind="view")
    session, state = session_of(DAILY, early, over, whole, view, series("new"), series("empty"))
    snapshots = {
        "daily": late("daily"),
        "early": late("early"),
        "over": late("over", parents=("daily", "external")),
        "whole": late("whole"),
        "view": late("view"),
        "new": late("new", missing=True),
        "empty": snapshot("empty"),
        "stranger": late("stranger"),
    }
    session.context.dag.append("stranger")
    opened_again = reopen(session, snapshots)
    assert set(opened_again) == {"daily", "over", "whole"}
    last = stamp("2024-02-09"), stamp("2024-02-10")
    assert state.removed == [(name, last, False) for name in ("daily", "over", "whole")]


def test_a_table_of_one_day_is_opened_from_its_beginning() -> None:
    session, state = session_of(DAILY)
    one = late("daily")
    one.intervals = [(stamp("2024-02-09") + 1, stamp("2024-02-10"))]
    reopen(session, {"daily": one})
    assert state.removed == [("daily", (stamp("2024-02-09") + 1, stamp("2024-02-10")), False)]

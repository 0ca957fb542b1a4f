"""What is remembered beside the metrics: how far they are built, and what tables lack that a plan takes up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import gnomon.run.reused as reused
from gnomon.run.agree import Agreement
from gnomon.run.bridges import current_digests
from gnomon.run.context import Session
from gnomon.run.history import read_rows, record_run, replace_rows
from gnomon.run.reused import Change, forget_what_changed, record_change, recorded, unnoticed
from gnomon.time import Rolling

from .sessions import ABOVE, bridge, series, session_of, snapshot, stamp

RUN = ("environment", "source", "data_through", "run_end", "execution_time")
DAILY, WEEK = series("daily"), series("week", Rolling(7))


# How far it is built


def test_a_run_is_recorded_up_to_the_furthest_series() -> None:
    coverage = replace(DAILY, name="view", kind="view")
    session, state = session_of(DAILY, WEEK, coverage)
    state.environments["prod"] = [
        snapshot("daily", ("2024-01-01", "2024-02-08")),
        snapshot("week", ("2024-01-01", "2024-01-05"), ("2024-01-07", "2024-02-09")),
        snapshot("view", ("2024-01-01", "2024-02-10")),
        snapshot("stranger", ("2024-01-01", "2024-02-10")),
    ]
    assert record_run(session, "prod") == date(2024, 2, 9)
    found = ("prod", "src.events", datetime(2024, 2, 8, 18), date(2024, 2, 9), datetime(2024, 2, 10, 1))
    assert read_rows(session, "gnomon_runs", RUN, {}) == [found]


def test_a_run_is_never_recorded_past_its_own_day() -> None:
    session, state = session_of(DAILY)
    state.environments["prod"] = [snapshot("daily", ("2024-01-01", "2024-02-20"))]
    assert record_run(session, "prod") == date(2024, 2, 10)


def test_a_table_of_dev_counts_by_its_own_days() -> None:
    session, state = session_of(DAILY)
    dev = [(stamp("2024-01-01"), stamp("2024-01-09"))]
    state.environments["dev"] = [snapshot("daily", dev_intervals=dev)]
    assert record_run(session, "dev") == date(2024, 1, 9)
    state.environments["dev"] = [snapshot("daily")]
    assert record_run(session, "dev") is None


def test_rows_are_replaced_by_their_key_alone() -> None:
    session, _ = session_of()
    columns = {"environment": "TEXT", "day": "DATE"}
    assert read_rows(session, "notes", ("day",), {}) is None
    for environment in ("prod", "dev"):
        replace_rows(session, "notes", columns, {"environment": environment}, [(environment, date(2024, 1, 1))])
    replace_rows(session, "notes", columns, {"environment": "dev"}, [("dev", None), ("dev", date(2024, 1, 3))])
    assert read_rows(session, "notes", ("day",), {"environment": "prod"}) == [(date(2024, 1, 1),)]
    assert read_rows(session, "notes", ("day",), {"environment": "dev"}) == [(None,), (date(2024, 1, 3),)]
    replace_rows(session, "notes", columns, {"environment": "dev"}, [])
    assert read_rows(session, "notes", ("environment",), {}) == [("prod",)]


# Changes that tables may lack


def test_a_change_is_remembered_until_a_later_one_covers_it() -> None:
    session, _ = session_of()
    record_change(session, "prod", date(2024, 1, 5))
    record_change(session, "prod", date(2024, 1, 9))
    record_change(session, "prod", date(2024, 1, 7), "src.bridge")
    record_change(session, "dev", None)
    assert [(each.since, each.bridge) for each in recorded(session, "prod")] == [
        (date(2024, 1, 5), ""), (date(2024, 1, 9), ""), (date(2024, 1, 7), "src.bridge"),
    ]  # fmt: skip
    record_change(session, "prod", date(2024, 1, 9))
    assert [each.since for each in recorded(session, "prod") if not each.bridge] == [date(2024, 1, 5), date(2024, 1, 9)]
    record_change(session, "prod", None)
    assert [(each.since, each.bridge) for each in recorded(session, "prod")] == [
        (date(2024, 1, 7), "src.bridge"), (None, ""),
    ]  # fmt: skip
    assert len(recorded(session)) == 3


def test_changes_are_told_from_each_other_by_their_bridge() -> None:
    day = date(2024, 1, 1)
    assert not reused.covers(Change("2", day, "a"), Change("1", day, "b"))
    assert reused.covers(Change("2", day, "a"), Change("1", day + timedelta(days=1), "a"))
    assert not reused.covers(Change("2", day), Change("1", None))


def taken_up(session: Session, *snapshots: Any) -> bool:
    """Whether a plan of prod that takes up these snapshots has something to forget."""
    built = SimpleNamespace(snapshots={each.name: each for each in snapshots})
    return forget_what_changed(session, "prod", built)


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Any]:
    """A restatement from 20 January on, on 1 February, and a bridge that changed from 10 January on, on 2 February."""
    session, state = session_of(DAILY, series("above", **ABOVE))
    for at, since, table in (("2024-02-01", date(2024, 1, 20), ""), ("2024-02-02", date(2024, 1, 10), "src.bridge")):
        monkeypatch.setattr(reused, "now", lambda at=at: at)
        record_change(session, "dev", since, table)
    return session, state


def test_a_table_that_was_there_before_a_change_is_built_again_from_the_day_before_it(changed: Any) -> None:
    session, state = changed
    assert taken_up(session, snapshot("daily", ("2024-01-01", "2024-01-31")))
    assert state.removed == [("daily", (stamp("2024-01-19"), stamp("2024-01-31")), True)]


def test_a_changed_bridge_concerns_only_what_reads_it(changed: Any) -> None:
    session, state = changed
    assert taken_up(session, snapshot("above", ("2024-01-01", "2024-01-31")))
    assert state.removed == [("above", (stamp("2024-01-09"), stamp("2024-01-31")), True)]


def test_a_table_that_lacks_nothing_is_taken_up_as_it_is(changed: Any) -> None:
    session, state = changed
    late = snapshot("above", ("2024-01-01", "2024-01-31"), created_ts=stamp("2024-02-03"))
    short = snapshot("daily", ("2024-01-01", "2024-01-19"))
    empty, stranger = snapshot("daily"), snapshot("stranger", ("2024-01-01", "2024-01-31"))
    for one in (late, short, empty, stranger):
        assert not taken_up(session, one)
    state.environments["prod"] = [snapshot("daily", ("2024-01-01", "2024-01-31"))]
    assert not taken_up(session, snapshot("daily", ("2024-01-01", "2024-01-31")))
    assert taken_up(session, snapshot("daily", ("2024-01-01", "2024-01-31"), version="2"))
    assert [name for name, *_ in state.removed] == ["daily"]


def test_a_table_that_begins_after_a_change_is_built_again_whole(changed: Any) -> None:
    session, state = changed
    assert taken_up(session, snapshot("daily", ("2024-01-25", "2024-01-28"), ("2024-01-29", "2024-01-31")))
    assert state.removed == [("daily", (stamp("2024-01-25"), stamp("2024-01-31")), True)]


def test_a_change_of_all_dates_takes_everything_back(changed: Any) -> None:
    session, state = changed
    record_change(session, "dev", None)
    assert taken_up(session, snapshot("daily", ("2023-01-01", "2024-01-31")))
    assert state.removed == [("daily", (stamp("2023-01-01"), stamp("2024-01-31")), True)]


def test_what_another_environment_has_not_yet_found_counts_as_changed() -> None:
    session, _ = session_of(series("above", **ABOVE), valid_from="valid_from", valid_to="valid_to")
    bridge(session, "'a', 'p', NULL, NULL")
    for environment in ("prod", "dev"):
        Agreement(session, environment, {}, True).reach()
    assert list(unnoticed(session, "prod")) == []
    bridge(session, "'a', 'p', NULL, NULL", "'b', 'p', '2024-01-08', NULL")
    assert [(each.since, each.bridge) for each in unnoticed(session, "prod")] == [(date(2024, 1, 8), "src.bridge")]
    Agreement(session, "dev", current_digests(session), True).reach()
    assert list(unnoticed(session, "prod")) == []
    assert len(list(unnoticed(session, "dev"))) == 1


def test_a_table_that_is_taken_up_lacks_what_another_environment_has_not_yet_found() -> None:
    session, state = session_of(series("above", **ABOVE))
    bridge(session, "'a', 'p', NULL, NULL")
    Agreement(session, "dev", {}, True).reach()
    above = snapshot("above", ("2024-01-01", "2024-01-31"))
    assert not taken_up(session, above)
    bridge(session, "'a', 'q', NULL, NULL")
    assert taken_up(session, above)
    assert state.removed == [("above", (stamp("2024-01-01"), stamp("2024-01-31")), True)]

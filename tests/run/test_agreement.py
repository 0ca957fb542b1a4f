"""What changed in a bridge, and what is restated above it; on a DuckDB in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import gnomon.run.agree as agreeing
from gnomon.run.agree import agree
from gnomon.run.bridges import changes, current_digests, recorded_digests, unmatched_keys
from gnomon.run.context import Session
from gnomon.run.reused import recorded

from .sessions import ABOVE, bridge, series, session_of, snapshot

DAILY = series("daily")


def dated() -> Session:
    session, _ = session_of(series("above", **ABOVE), valid_from="valid_from", valid_to="valid_to")
    return session


@pytest.mark.parametrize(
    ("rows", "since"),
    [
        (("'b', 'p', '2024-01-05', NULL",), None),
        (("'a', 'p', NULL, '2024-03-01'",), "2024-01-05"),
        (("'a', 'p', NULL, NULL", "'b', 'p', '2024-01-05', '2024-02-01'"), "2024-02-01"),
        (("'a', 'p', NULL, NULL", "'b', 'p', '2024-01-09', NULL"), "2024-01-05"),
        (("'a', 'p', NULL, NULL", "'b', 'q', '2024-01-05', NULL"), "2024-01-05"),
        (("'a', 'p', NULL, NULL", "'b', 'p', '2024-01-05', NULL", "'c', 'p', '2024-04-01', '2024-04-01'"), "same"),
        (("'b', 'p', '2024-01-05', NULL", "'a', 'p', NULL, NULL", "'a', 'p', NULL, NULL"), "same"),
    ],
)
def test_a_dated_bridge_moves_from_the_earliest_date_that_differs(rows: tuple[str, ...], since: str | None) -> None:
    session = dated()
    bridge(session, "'a', 'p', NULL, NULL", "'b', 'p', '2024-01-05', NULL")
    before = current_digests(session)
    bridge(session, *rows)
    found = [change.since and str(change.since) for change in changes(before, current_digests(session))]
    assert found == ([] if since == "same" else [since])


def test_beginnings_and_ends_are_told_apart() -> None:
    """The same dates, once with a gap in February."""
    session = dated()
    bridge(session, "'a', 'p', '2024-01-01', '2024-02-01'", "'a', 'p', '2024-03-01', '2024-04-01'")
    before = current_digests(session)
    bridge(session, "'a', 'p', '2024-01-01', '2024-03-01'", "'a', 'p', '2024-02-01', '2024-04-01'")
    [change] = changes(before, current_digests(session))
    assert change.since == date(2024, 2, 1)


@pytest.mark.parametrize("moved", "abc")
def test_every_row_of_a_date_counts(moved: str) -> None:
    session = dated()
    bridge(session, *(f"'{each}', 'p', '2024-01-01', NULL" for each in "abc"))
    before = current_digests(session)
    bridge(session, *(f"'{each}', '{'q' if each == moved else 'p'}', '2024-01-01', NULL" for each in "abc"))
    assert [change.since for change in changes(before, current_digests(session))] == [date(2024, 1, 1)]


def test_a_bridge_that_was_empty_is_one_that_has_changed_when_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    restated(monkeypatch)
    session = dated()
    bridge(session)
    agree(session, "prod").reach()
    bridge(session, "'a', 'p', NULL, NULL")
    assert [change.since for change in agree(session, "prod").reach()] == [None]


def test_an_emptied_bridge_has_changed_and_one_that_is_not_there_is_left_out() -> None:
    session, _ = session_of(series("above", **ABOVE))
    assert current_digests(session) == {}
    bridge(session, "'a', 'p', NULL, NULL")
    before = current_digests(session)
    bridge(session)
    [change] = changes(before, current_digests(session))
    assert (change.table, change.since) == ("src.bridge", None)


def test_keys_without_an_entity_are_counted_once_and_nulls_are_none() -> None:
    session, _ = session_of(series("above", **ABOVE))
    assert unmatched_keys(session) == []
    adapter = session.context.engine_adapter
    adapter.execute("CREATE TABLE src.events AS SELECT UNNEST(['a', 'b', 'b', 'c', NULL]) AS artifact")
    bridge(session, "'a', 'p', NULL, NULL", "NULL, 'p', NULL, NULL")
    [lack] = unmatched_keys(session)
    assert (lack.source, lack.column, lack.bridge, lack.entity, lack.keys) == (
        "src.events", "artifact", "src.bridge", "project", 2,
    )  # fmt: skip


def restated(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The models that are restated from now on, each time with their first day."""
    found: list[Any] = []
    monkeypatch.setattr(agreeing, "restate_models", lambda _session, _environment, *what: found.append(what))
    return found


def test_what_is_above_a_changed_bridge_is_restated_from_the_day_before(monkeypatch: pytest.MonkeyPatch) -> None:
    found, session = restated(monkeypatch), dated()
    session.specs["daily"], session.specs["unplanned"] = DAILY, series("unplanned", **ABOVE)
    state = session.context.state_reader
    state.environments["prod"] = [snapshot("above"), snapshot("daily")]
    bridge(session, "'a', 'p', NULL, NULL")
    first = agree(session, "prod")
    bridge(session, "'a', 'p', NULL, NULL", "'b', 'p', '2024-01-08', NULL")
    assert [change.since for change in first.pending()] == [date(2024, 1, 8)]
    assert [change.since for change in first.reach()] == [date(2024, 1, 8)]
    assert found == [(["above"], "2024-01-07")]
    assert [(each.since, each.bridge) for each in recorded(session, "prod")] == [(date(2024, 1, 8), "src.bridge")]
    assert agree(session, "prod").reach() == ()
    bridge(session, "'a', 'q', NULL, NULL", "'b', 'p', '2024-01-08', NULL")
    agree(session, "prod").reach()
    assert found[1:] == [(["above"], None)]


@pytest.mark.parametrize(("begins", "count"), [("2024-02-09", 1), ("2024-02-10", 0), ("2024-02-20", 0)])
def test_a_membership_that_begins_after_the_last_built_day_restates_nothing(
    begins: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On 10 February the 9th is built; the day before a date may be the date's own in another zone."""
    found, session = restated(monkeypatch), dated()
    session.context.state_reader.environments["prod"] = [snapshot("above")]
    bridge(session, "'a', 'p', NULL, NULL")
    first = agree(session, "prod")
    bridge(session, "'a', 'p', NULL, NULL", f"'b', 'p', '{begins}', NULL")
    assert len(first.reach()) == 1
    assert len(found) == count


def test_the_first_plan_of_an_environment_has_nothing_pending() -> None:
    session = dated()
    bridge(session, "'a', 'p', NULL, NULL")
    first = agree(session, "prod")
    bridge(session, "'a', 'q', NULL, NULL")
    assert first.pending() == ()


def test_the_record_counts_and_not_what_the_bridge_holds_by_now(monkeypatch: pytest.MonkeyPatch) -> None:
    restated(monkeypatch)
    session = dated()
    bridge(session, "'a', 'p', NULL, NULL")
    agree(session, "prod").reach()
    bridge(session, "'a', 'q', NULL, NULL")
    assert len(agree(session, "prod").reach()) == 1
    assert recorded_digests(session, "prod") == current_digests(session)


def test_the_record_of_a_bridge_that_nothing_reads_now_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    restated(monkeypatch)
    session = dated()
    bridge(session, "'a', 'p', NULL, NULL")
    agree(session, "prod").reach()
    record = recorded_digests(session, "prod")
    session.specs["above"] = series("above", properties={"bridges": ("src.other",)})
    agree(session, "prod").reach()
    assert recorded_digests(session, "prod") == record

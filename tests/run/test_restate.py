"""How far a restatement reaches, which days it asks SQLMesh for, and that it is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

import gnomon.run.restate as restating
from gnomon.compile.models import ModelSpec
from gnomon.errors import UsageError
from gnomon.run.context import Session
from gnomon.run.restate import affected_until, built_until, restate
from gnomon.run.reused import recorded
from gnomon.time import ALL_TIME, Calendar, Grain, OwnAggregation, OwnGrain, Rolling, TimeAggregation

from .sessions import series, session_of, snapshot, stamp

WEEKLY = TimeAggregation(Grain.WEEK)
OWN = OwnAggregation(OwnGrain("fiscal", Grain.MONTH, "ref.fiscal", "day", "month_start"))


def reached(*specs: ModelSpec, order: str, today: str = "2024-03-01", **parents: str) -> dict[str, str]:
    """Up to which day each series is restated where 10 January 2024 changed; parents by their readers."""
    days = date(2024, 1, 10), date(2024, 1, 11), date.fromisoformat(today)
    known = {spec.name: spec for spec in specs}
    above = {name: one.split() for name, one in parents.items()}
    found = affected_until(known, above, order.split(), *days, Calendar())
    return {name: str(day) for name, day in found.items()}


def test_a_restated_day_reaches_through_what_is_built_on_it() -> None:
    month, week, over = (
        series("month", TimeAggregation(Grain.MONTH)),
        series("week", Rolling(7)),
        series("over", WEEKLY),
    )
    chain = reached(month, over, order="month over", over="month")
    assert chain == {"month": "2024-01-11", "over": "2024-02-01"}
    both = reached(month, week, over, order="week month over", over="week month")
    assert both == {"month": "2024-01-11", "week": "2024-01-11", "over": "2024-02-01"}
    assert reached(week, over, order="week over", over="week") == {"week": "2024-01-11", "over": "2024-01-17"}


def test_what_depends_on_all_that_came_before_is_restated_to_the_end() -> None:
    filled = series("filled", properties={"unbounded": True})
    over = series("over")
    assert reached(filled, over, order="filled over", over="filled") == {"filled": "2024-03-01", "over": "2024-03-01"}


def test_what_is_not_built_by_days_may_have_changed_everywhere() -> None:
    total, over, own = series("total", ALL_TIME), series("over"), series("own", OWN)
    assert reached(total, over, order="total over", over="total") == {"over": "2024-03-01"}
    assert reached(over, order="host over", over="host") == {"over": "2024-03-01"}
    assert reached(own, over, order="own over", over="own") == {"own": "2024-01-11", "over": "2024-03-01"}
    assert reached(over, order="over", over="elsewhere") == {"over": "2024-01-11"}


def test_a_series_that_begins_after_the_day_is_restated_from_its_first_window_on() -> None:
    young = replace(series("young", Rolling(30)), start=date(2024, 1, 20))
    assert reached(young, order="young") == {"young": "2024-01-21"}


def test_no_restatement_goes_past_today() -> None:
    assert reached(series("daily"), order="daily", today="2024-01-10") == {"daily": "2024-01-10"}
    month, over = series("month", TimeAggregation(Grain.MONTH)), series("over")
    assert reached(month, over, order="month over", over="month", today="2024-01-15")["over"] == "2024-01-11"


def test_a_series_is_restated_as_far_as_it_is_built() -> None:
    session, state = session_of(series("daily"), series("empty"))
    state.environments["prod"] = [
        snapshot("daily", ("2024-01-01", "2024-01-20"), ("2024-01-22", "2024-02-01")),
        snapshot("empty"),
        snapshot("stranger", ("2024-01-01", "2024-01-20")),
    ]
    assert built_until(session, "prod") == {"daily": date(2024, 2, 1)}


# The plan


class Dag(list[str]):
    """Models in order, and what each reads."""

    graph: ClassVar = {"over": {"daily"}}


class Built(SimpleNamespace):
    """A plan of SQLMesh that restates each model over all days."""

    def copy(self, update: dict[str, Any]) -> Any:
        return Built(**update)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """Daily sums up to 1 February, a week over them up to 20 January, and `short` up to 5 January, on 10 February."""
    specs = [series("daily", Rolling(7)), series("over", Rolling(5), key="over"), series("short")]
    made, state = session_of(*specs, series("unplanned"))
    ends = {"daily": "2024-02-01", "over": "2024-01-20", "short": "2024-01-05", "host": "2024-02-01"}
    state.environments["prod"] = [snapshot(name, ("2024-01-01", end)) for name, end in ends.items()]
    made.context.dag = Dag([*ends, "unplanned"])

    def plan_builder(environment: str, **asked: Any) -> Any:
        assert environment == "prod"
        days = stamp(asked["start"]), stamp(asked["end"]) + 1
        chosen = [one for one in state.environments["prod"] if one.name in {*asked["restate_models"], "host"}]
        return SimpleNamespace(build=lambda: Built(restatements=dict.fromkeys(chosen, days)))

    def applied(built: Any) -> None:
        made.context.applied = {one.name: days for one, days in built.restatements.items()}

    @contextmanager
    def opened(*_: Any, **__: Any) -> Iterator[Session]:
        yield made

    made.context.plan_builder, made.context.apply = plan_builder, applied
    monkeypatch.setattr(restating, "opened", opened)
    monkeypatch.setattr(restating, "described", lambda session, built: SimpleNamespace())
    monkeypatch.setattr(restating, "finished", lambda *_: SimpleNamespace())
    return made


def days(first: str, after: str) -> tuple[int, int]:
    return stamp(first), stamp(after)


def test_each_series_is_restated_as_far_as_its_parents_reach_and_it_is_built(session: Session) -> None:
    restate(".", since="2024-01-10", until="2024-01-12")
    assert session.context.applied == {
        "daily": days("2024-01-10", "2024-01-13"),
        "over": days("2024-01-10", "2024-01-19"),
        "host": (stamp("2024-01-10"), stamp("2024-01-12") + 1),
    }
    restate(".", since="2024-01-15", until="2024-01-17")
    assert session.context.applied["over"] == days("2024-01-15", "2024-01-20")


def test_a_restatement_defaults_to_the_last_complete_day(session: Session) -> None:
    restate(".", since="2024-01-30")
    assert session.context.applied["daily"] == days("2024-01-30", "2024-02-01")
    restate(".", since="2024-01-30", until="2024-03-01")
    assert session.context.applied["daily"] == days("2024-01-30", "2024-02-01")
    with pytest.raises(UsageError, match="from 2024-02-10 to 2024-02-09"):
        restate(".", since="2024-02-10")
    for since in ("2024-02-09", "2024-02-01"):
        restate(".", since=since)
        assert set(session.context.applied) == {"host"}


def test_one_metric_is_chosen_by_its_key(session: Session) -> None:
    restate(".", since="2024-01-10", until="2024-01-10", metric="over")
    assert set(session.context.applied) == {"over", "host"}
    with pytest.raises(UsageError, match="unknown_metric"):
        restate(".", since="2024-01-10", metric="nothing")
    with pytest.raises(UsageError, match="nothing_to_restate"):
        restate(".", since="2024-01-10", environment="dev")


def test_a_restatement_is_remembered_before_it_is_made(session: Session) -> None:
    assert recorded(session) == []

    def killed(_: Any) -> None:
        raise KeyboardInterrupt

    session.context.apply = killed
    with pytest.raises(KeyboardInterrupt):
        restate(".", since="2024-01-10")
    assert [(each.since, each.bridge) for each in recorded(session, "prod")] == [(date(2024, 1, 10), "")]


def test_a_dry_run_is_not_remembered(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restating, "replace", lambda shown, **_: shown)
    restate(".", since="2024-01-10", dry_run=True)
    assert recorded(session) == [] and not hasattr(session.context, "applied")

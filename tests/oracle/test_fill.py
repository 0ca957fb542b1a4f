"""Filled rows, counted on fingers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from oracle.clock import AllTime, Bucket, Interval, Rolling
from oracle.formula import Agg, Having
from oracle.judge import expected_rows
from oracle.logic import Col, Compare, Lit
from oracle.model import Dim, Measure, Metric, Project, Reference, RefJoin, Shape, Table, Union

KEYS = ((("to_artifact_id",), "artifact"),)
TABLES = tuple(
    Table(name, "at", "timestamp", KEYS, {"kind": "varchar", "amount": "integer"}) for name in ("raw.e", "raw.o")
)
SUM = Measure("raw.e", Agg("sum", Col("amount")))
BY_KIND = Measure("raw.e", Agg("sum", Col("amount")), dims=(Dim("kind", Col("kind")),))


def event(at: str, to: str | None = "a", amount: int | None = 1, kind: str | None = "x") -> dict[str, Any]:
    return {"at": datetime.fromisoformat(f"2024-{at}"), "to_artifact_id": to, "amount": amount, "kind": kind}


def rows(
    shape: Shape, events: list[dict[str, Any]], fill: str = "zero", interval: Interval | None = None,
    start: str = "01-01", end: str = "01-05", execution: str | None = None, **more: Any,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """(sample date, entity, dimensions, amount), sorted; dates as text without the year."""
    metric = Metric("m", shape, ("artifact",), (), fill=fill)
    project = Project(date(2024, 1, 1), TABLES, (), {}, references=(Reference("ref.bots", {"id": "varchar"}),))
    first, last = (date.fromisoformat(f"2024-{day}") for day in (start, end))
    until = None if execution is None else date.fromisoformat(f"2024-{execution}")
    data = {"raw.e": events, "raw.o": [], **more}
    found = expected_rows(project, metric, data, "artifact", interval or Bucket("daily"), first, last, until)
    return sorted(((str(sample)[5:], *key, amount.value) for sample, *key, amount in found), key=repr)


@pytest.mark.parametrize(("fill", "empty"), [("zero", 0), ("null", None)])
def test_days_after_the_first_row_are_filled_and_days_before_it_are_not(fill: str, empty: int | None) -> None:
    assert rows(SUM, [event("01-02", amount=5), event("01-04", amount=7)], fill) == [
        ("01-02", "a", 5),
        ("01-03", "a", empty),
        ("01-04", "a", 7),
        ("01-05", "a", empty),
    ]


def test_without_fill_nothing_is_added() -> None:
    assert rows(SUM, [event("01-02")], "none") == [("01-02", "a", 1)]


def test_a_first_row_before_the_range_fills_from_its_beginning() -> None:
    assert rows(SUM, [event("01-01")], start="01-03", end="01-04") == [("01-03", "a", 0), ("01-04", "a", 0)]


def test_a_row_of_nulls_is_a_row() -> None:
    """It begins the key's rows, and its own null stays."""
    assert rows(SUM, [event("01-04", amount=None)]) == [("01-04", "a", None), ("01-05", "a", 0)]


def test_each_full_key_begins_by_itself_and_null_is_a_value() -> None:
    events = [event("01-03"), event("01-04", kind=None), event("01-05", to=None)]
    assert rows(BY_KIND, events) == [
        ("01-03", "a", "x", 1),
        ("01-04", "a", "x", 0),
        ("01-04", "a", None, 1),
        ("01-05", "a", "x", 0),
        ("01-05", "a", None, 0),
        ("01-05", None, "x", 1),
    ]


def test_only_rows_that_pass_the_filters_begin_a_key() -> None:
    where = Compare(Col("kind"), "=", Lit("y"))
    filtered = Measure("raw.e", Agg("count_rows"), where)
    assert rows(filtered, [event("01-01"), event("01-04", kind="y")]) == [("01-04", "a", 1), ("01-05", "a", 0)]
    inside = Measure("raw.e", Agg("count_rows", None, where))
    assert [row[0] for row in rows(inside, [event("01-03")])] == ["01-03", "01-04", "01-05"]


def test_a_row_that_a_join_leaves_out_begins_nothing() -> None:
    events = [event("01-02", kind="bot"), event("01-04", kind="man")]
    shape = Measure("raw.e", Agg("count_rows"), reference=RefJoin("ref.bots", "kind", "id", "anti"))
    assert rows(shape, events, **{"ref.bots": [{"id": "bot"}]}) == [("01-04", "a", 1), ("01-05", "a", 0)]


def test_having_takes_rows_and_not_the_beginning() -> None:
    shape = Measure("raw.e", Agg("sum", Col("amount")), having=Having(Agg("sum", Col("amount")), ">", 3))
    assert rows(shape, [event("01-03"), event("01-05", amount=4)]) == [
        ("01-03", "a", 0),
        ("01-04", "a", 0),
        ("01-05", "a", 4),
    ]


def test_windows_fill_when_everything_has_left_them() -> None:
    found = rows(SUM, [event("01-02", amount=5)], interval=Rolling(2))
    assert found == [("01-02", "a", 5), ("01-03", "a", 5), ("01-04", "a", 0), ("01-05", "a", 0)]


def test_a_window_shorter_than_the_time_between_samples_fills_from_the_next_sample() -> None:
    found = rows(SUM, [event("01-15")], interval=Rolling(1, "day", "@monthly"), end="03-31")
    assert found == [("01-31", "a", 0), ("02-29", "a", 0), ("03-31", "a", 0)]


def test_buckets_fill_whole_buckets_and_a_built_table_only_complete_ones() -> None:
    events = [event("01-15", amount=2)]
    months = Bucket("monthly")
    assert rows(SUM, events, interval=months, end="03-15") == [("01-01", "a", 2), ("02-01", "a", 0), ("03-01", "a", 0)]
    built = rows(SUM, events, interval=months, end="03-15", execution="03-16")
    assert built == [("01-01", "a", 2), ("02-01", "a", 0)]


def test_hours_fill_from_the_hour_of_the_first_row() -> None:
    found = rows(SUM, [event("01-01 21:30", amount=3)], interval=Bucket("hourly"), end="01-01")
    assert found == [("01-01 21:00:00", "a", 3), ("01-01 22:00:00", "a", 0), ("01-01 23:00:00", "a", 0)]


def test_all_time_is_not_filled() -> None:
    before = {**event("01-01"), "at": datetime(2023, 12, 1)}
    assert rows(SUM, [before], interval=AllTime()) == []


def test_a_union_begins_with_the_first_row_of_either_source() -> None:
    both = Union(("raw.e", "raw.o"), Agg("sum", Col("amount")))
    assert rows(both, [event("01-05", amount=2)], **{"raw.o": [event("01-03", amount=1)]}) == [
        ("01-03", "a", 1),
        ("01-04", "a", 0),
        ("01-05", "a", 2),
    ]


def test_a_first_row_that_arrives_late_adds_rows_up_to_the_end() -> None:
    """What a run must write after it: every sample date from the late row on, and none before."""
    early, late = [event("01-04")], [event("01-04"), event("01-02", to="b")]
    added = sorted({*rows(SUM, late)} - {*rows(SUM, early)})
    assert added == [("01-02", "b", 1), ("01-03", "b", 0), ("01-04", "b", 0), ("01-05", "b", 0)]
    earlier = [event("01-04"), event("01-02")]
    assert {*rows(SUM, earlier)} - {*rows(SUM, early)} == {("01-02", "a", 1), ("01-03", "a", 0)}

"""Levels, counted on fingers."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from oracle.clock import AllTime, Bucket, Interval, Rolling
from oracle.formula import Agg
from oracle.judge import expected_rows
from oracle.logic import Col, Compare, Lit
from oracle.model import Bridge, Dim, Measure, Metric, Project, Stock, Table

KEYS = ((("to_artifact_id",), "artifact"),)
TABLE = Table("raw.e", "at", "timestamp", KEYS, {"kind": "varchar", "amount": "integer"})
MEMBERS = Bridge("ref.m", "artifact", ("a",), "project", ("p",), {})
PROJECTS = Bridge("ref.p", "project", ("p",), "collection", ("c",), {})
OWNERS = Bridge("ref.o", "artifact", ("a",), "owner", ("o",), {}, "since", "until")
SUM = Measure("raw.e", Agg("sum", Col("amount")))
JANUARY = [("01-02", "a", 10), ("01-05", "a", 4), ("01-30", "a", 7)]


def rows(
    events: list[tuple[Any, ...]], over_time: str, carry: int = 0, interval: Interval | None = None,
    entity: str = "artifact", start: str = "01-01", end: str = "12-31", shape: Measure = SUM, fill: str = "none",
    **more: list[dict[str, Any]],
) -> list[tuple[Any, ...]]:  # fmt: skip
    """(sample date, entity, dimensions, amount) from events as (time, key, amount, kind)."""
    metric = Metric("m", shape, (entity,), (), fill=fill, stock=Stock(over_time, carry))
    project = Project(date(2024, 1, 1), (TABLE,), (MEMBERS, PROJECTS, OWNERS), {})
    named = (("at", "to_artifact_id", "amount", "kind"), (None, "a", 1, None))
    table = [dict(zip(named[0], (*event, *named[1][len(event) :]), strict=True)) for event in events]
    for row in table:
        row["at"] = datetime.fromisoformat(f"2024-{row['at']}")
    data = {
        "raw.e": table,
        "ref.m": [],
        "ref.p": [],
        "ref.o": [],
        **{f"{'raw' if k == 'e' else 'ref'}.{k}": v for k, v in more.items()},
    }
    first, last = (date.fromisoformat(f"2024-{day}") for day in (start, end))
    found = expected_rows(project, metric, data, entity, interval or Bucket("monthly"), first, last)
    return sorted(((str(sample)[5:], *key, amount.value) for sample, *key, amount in found), key=repr)


@pytest.mark.parametrize(
    ("over_time", "carry", "january"),
    [
        ("first", 0, 10),
        ("last", 0, 7),
        ("average", 0, 7),  # (10 + 4 + 7) / 3
        ("average", 1, Fraction(7)),  # (10 x 2 + 4 x 2 + 7 x 2) / 6
        ("average", 3, Fraction(60, 9)),  # 2nd to 4th 10, 5th to 8th 4, 30th and 31st 7: (30 + 16 + 14) / 9
        ("min", 0, 4),
        ("max", 0, 10),
    ],
)
def test_one_key_over_a_month(over_time: str, carry: int, january: Any) -> None:
    assert rows(JANUARY, over_time, carry)[0] == ("01-01", "a", january)


def test_a_value_is_carried_into_the_next_month_and_no_further() -> None:
    assert [row[0] for row in rows(JANUARY, "last", 1)] == ["01-01"]
    assert rows(JANUARY, "last", 2)[1:] == [("02-01", "a", 7)]
    assert rows(JANUARY, "last", 2, Bucket("daily"), start="01-30", end="02-05") == [
        ("01-30", "a", 7),
        ("01-31", "a", 7),
        ("02-01", "a", 7),
    ]


def test_windows_take_days_and_carry_reaches_back_before_them() -> None:
    found = rows(JANUARY, "average", 3, Rolling(3), start="01-06", end="01-10")
    assert found == [  # the 5th is carried to the 8th; the window of the 6th holds the 4th, carried from the 2nd
        ("01-06", "a", Fraction(10 + 4 + 4, 3)),
        ("01-07", "a", 4),
        ("01-08", "a", 4),
        ("01-09", "a", 4),
        ("01-10", "a", 4),
    ]


def test_a_days_value_is_the_sum_at_its_latest_instant() -> None:
    events = [("01-02 08:00", "a", 100), ("01-02 20:00", "a", 1), ("01-02 20:00", "a", 2), ("01-02 09:00", "b", 50)]
    assert rows(events, "last") == [("01-01", "a", 3), ("01-01", "b", 50)]


def test_filters_come_before_the_latest_instant_and_dimensions_have_each_their_own() -> None:
    events = [("01-02 08:00", "a", 5, "x"), ("01-02 20:00", "a", 9, "y"), ("01-02 07:00", "a", 1, None)]
    only_x = Measure("raw.e", Agg("sum", Col("amount")), Compare(Col("kind"), "=", Lit("x")))
    assert rows(events, "last", shape=only_x) == [("01-01", "a", 5)]
    by_kind = Measure("raw.e", Agg("sum", Col("amount")), dims=(Dim("kind", Col("kind")),))
    assert rows(events, "last", shape=by_kind) == [
        ("01-01", "a", "x", 5),
        ("01-01", "a", "y", 9),
        ("01-01", "a", None, 1),
    ]


def test_a_null_is_no_value_but_its_day_has_a_row() -> None:
    events = [("01-02", "a", 10), ("01-04", "a", None)]
    assert rows(events, "last") == [("01-01", "a", 10)]
    daily = rows(events, "last", 30, Bucket("daily"), end="01-10")
    assert daily == [("01-02", "a", 10), ("01-03", "a", 10)]
    assert rows([("01-02", "a", None)], "last") == []


def test_keys_are_summed_after_time_and_count_once_in_an_entity() -> None:
    events = [("01-02", "a", 10), ("01-30", "a", 4), ("01-10", "b", 6), ("01-11", "z", 1)]
    m = [{"a": a, "p": p} for a, p in (("a", "p"), ("a", "q"), ("a", "q"), ("b", "q"))]
    p = [{"p": p, "c": "c"} for p in "pq"]
    assert rows(events, "last", entity="project", m=m) == [("01-01", "p", 4), ("01-01", "q", 10)]
    assert rows(events, "last", entity="collection", m=m, p=p) == [("01-01", "c", 10)]
    assert rows(events, "max", entity="collection", m=m, p=p) == [("01-01", "c", 16)]
    assert rows(events, "average", entity="collection", m=m, p=p) == [("01-01", "c", 13)]


OWNED: list[dict[str, Any]] = [
    {"a": "a", "o": "old", "since": None, "until": date(2024, 1, 10)},
    {"a": "a", "o": "new", "since": date(2024, 1, 10), "until": None},
]


@pytest.mark.parametrize(
    ("over_time", "owner", "value"),
    [("first", "old", 10), ("last", "new", 7), ("average", "new", 7), ("min", "old", 4), ("max", "old", 10)],
)
def test_a_key_counts_for_whom_it_belonged_to_on_the_day_of_the_value(over_time: str, owner: str, value: int) -> None:
    assert rows(JANUARY, over_time, entity="owner", o=OWNED) == [("01-01", owner, value)]


def test_a_carried_value_belongs_to_the_day_that_it_is_from() -> None:
    found = rows(JANUARY[1:2], "last", 10, Bucket("daily"), "owner", o=OWNED, start="01-14", end="01-20")
    assert found == [("01-14", "old", 4), ("01-15", "old", 4)]


def test_of_equals_the_later_day_counts() -> None:
    events = [("01-02", "a", 4), ("01-15", "a", 4), ("01-20", "a", 9)]
    assert rows(events, "min", entity="owner", o=OWNED) == [("01-01", "new", 4)]


def test_all_time_begins_at_the_start_and_carries_nothing_into_it() -> None:
    events = [("01-20", "a", 4)]
    assert rows(events, "last", 30, AllTime(), end="03-01") == [("03-01", "a", 4)]
    before = {**dict.fromkeys(["kind"]), "at": datetime(2023, 12, 31), "to_artifact_id": "a", "amount": 3}
    assert rows([], "last", 30, AllTime(), end="03-01", e=[before]) == []


def test_levels_are_filled_too() -> None:
    found = rows([("01-30", "a", 4)], "last", 0, Bucket("daily"), start="01-29", end="02-01", fill="zero")
    assert found == [("01-30", "a", 4), ("01-31", "a", 0), ("02-01", "a", 0)]

"""The judge on cases small enough to count on fingers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from oracle.clock import AllTime, Bucket, Clock, Interval, Rolling
from oracle.compare import disagreements
from oracle.judge import expected_rows
from oracle.logic import And, Case, Col, Compare, In, IsNull, Lit, Not, Times
from oracle.model import (
    Agg,
    Bridge,
    Dim,
    FirstSeen,
    Half,
    Having,
    Joined,
    Measure,
    Metric,
    Minus,
    Nested,
    Number,
    OrZero,
    PeerPair,
    Project,
    Ratio,
    Reference,
    RefJoin,
    Shape,
    Table,
    Union,
)

START, END = date(2024, 1, 1), date(2024, 12, 31)
EVENTS = Table(
    "raw.events",
    "day",
    "date",
    ((("to_artifact_id",), "artifact"), (("origin", "dest"), "route"), (("carrier",), "carrier")),
    {"kind": "varchar", "actor": "varchar", "amount": "integer", "price": "decimal(18,2)", "x": "double"},
)
OTHER = Table("raw.other", "day", "date", EVENTS.keys, EVENTS.columns)
TO_PROJECT = Bridge("raw.members", "artifact", ("artifact_id",), "project", ("project_id",), {})
TO_COLLECTION = Bridge("raw.projects", "project", ("project_id",), "collection", ("collection_id",), {})
DATED = Bridge("raw.dated", "artifact", ("artifact_id",), "owner", ("owner_id",), {}, "since", "until")
TO_REGION = Bridge("raw.regions", "route", ("origin", "dest"), "region", ("region_id",), {})
SUM = Measure("raw.events", Agg("sum", Col("amount")))


def event(day: str, to: str | None = "a", amount: int | None = 1, **more: Any) -> dict[str, Any]:
    row = {"day": date.fromisoformat(f"2024-{day}"), "to_artifact_id": to, "amount": amount, "kind": "x", "actor": "p"}
    return row | {"origin": None, "dest": None, "carrier": None, "price": None, "x": None} | more


def rows(
    shape: Shape, data: dict[str, Any], entity: str = "artifact", interval: Interval | None = None,
    key: tuple[str, ...] = ("to_artifact_id",), start: date = START, end: date = END, **more: Any,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Rows as (sample, entity..., dims..., amount), dates as text without the year."""
    direct = {"carrier": ("carrier",)} if "carrier" in more.pop("direct", ()) else {}
    metric = Metric("m", shape, ("artifact",), (), key, direct)
    project = Project(
        START, (EVENTS, OTHER), (TO_PROJECT, TO_COLLECTION, DATED, TO_REGION), {}, (metric, *more.pop("peers", ())),
        (Reference("raw.bots", {"id": "varchar", "bot": "boolean"}),),
    )  # fmt: skip
    found = expected_rows(project, metric, data, entity, interval or Bucket("yearly"), start, end, **more)
    return [(str(sample)[5:], *key, amount.value) for sample, *key, amount in found]


def test_a_week_with_seven_daily_events_shows_seven() -> None:
    data = {"raw.events": [event(f"06-{day:02}") for day in range(3, 10)]}
    assert rows(SUM, data, interval=Bucket("weekly")) == [("06-03", "a", 7)]


def test_a_row_exists_iff_a_source_row_passes_the_filters() -> None:
    data = {"raw.events": [event("01-01", amount=None), event("02-01", "b", kind="y")]}
    filtered = Measure("raw.events", Agg("sum", Col("amount")), Compare(Col("kind"), "=", Lit("x")))
    assert rows(filtered, data) == [("01-01", "a", None)]
    distinct = Measure("raw.events", Agg("count_distinct", Col("amount")))
    assert rows(distinct, data) == [("01-01", "a", 0), ("01-01", "b", 1)]
    inside = Measure("raw.events", Agg("sum", Col("amount"), Compare(Col("kind"), "=", Lit("y"))))
    assert rows(inside, data) == [("01-01", "a", None), ("01-01", "b", 1)]


def test_a_rolling_window_reads_events_before_the_start() -> None:
    data = {"raw.events": [event("01-01", amount=5), event("01-31", amount=1)]}
    assert rows(SUM, data, interval=Rolling(30), start=date(2024, 1, 30), end=date(2024, 1, 31)) == [
        ("01-30", "a", 5),
        ("01-31", "a", 1),
    ]


def test_the_first_bucket_begins_on_or_after_start() -> None:
    data = {"raw.events": [event("01-15"), event("02-29", amount=4)]}
    assert rows(SUM, data, interval=Bucket("monthly"), start=date(2024, 1, 2)) == [("02-01", "a", 4)]


def test_a_built_table_holds_complete_buckets_and_rolling_dates_before_the_execution() -> None:
    data = {"raw.events": [event("01-15"), event("02-28", amount=4)]}
    execution = date(2024, 2, 29)
    assert rows(SUM, data, interval=Bucket("monthly"), execution=execution) == [("01-01", "a", 1)]
    assert rows(SUM, data, interval=Rolling(1), execution=execution)[-1] == ("02-28", "a", 4)


def test_over_all_time_starts_events_at_start_and_is_dated_on_the_last_included_day() -> None:
    before = {**event("01-01"), "day": date(2023, 12, 31)}
    data = {"raw.events": [before, event("01-01", amount=2), event("03-03", amount=3), event("03-04", amount=7)]}
    assert rows(SUM, data, interval=AllTime(), end=date(2024, 3, 3)) == [("03-03", "a", 5)]


def test_a_repository_in_two_projects_of_one_collection_counts_once_there() -> None:
    data = {
        "raw.events": [event("01-01", "a", 3), event("01-02", "b", 4), event("01-03", None, 5), event("01-04", "z", 6)],
        "raw.members": [
            {"artifact_id": artifact, "project_id": project}
            for artifact, project in (("a", "p"), ("a", "q"), ("a", "q"), ("b", "q"), (None, "p"))
        ],
        "raw.projects": [{"project_id": p, "collection_id": c} for p, c in (("p", "c"), ("q", "c"), ("q", "d"))],
    }
    assert sorted(rows(SUM, data, "project")) == [("01-01", "p", 3), ("01-01", "q", 7)]
    assert sorted(rows(SUM, data, "collection")) == [("01-01", "c", 7), ("01-01", "d", 7)]
    assert len(rows(SUM, data)) == 4
    own_key = Measure("raw.events", Agg("count_distinct", Col("to_artifact_id")))
    assert sorted(rows(own_key, data, "project")) == [("01-01", "p", 1), ("01-01", "q", 2)]


def test_dated_membership_counts_at_the_events_time() -> None:
    def link(owner: str, since: str | None, until: str | None) -> dict[str, Any]:
        dates = [date.fromisoformat(f"2024-{day}") if day else None for day in (since, until)]
        return {"artifact_id": "a", "owner_id": owner, "since": dates[0], "until": dates[1]}

    data = {
        "raw.events": [event("01-09", amount=1), event("01-10", amount=10), event("01-20", amount=100)],
        "raw.dated": [link("old", None, "01-10"), link("new", "01-10", None), link("new", "01-15", "02-01")],
    }
    assert sorted(rows(SUM, data, "owner")) == [("01-01", "new", 110), ("01-01", "old", 1)]


def test_a_composite_key_and_an_entity_of_the_rows_own() -> None:
    data = {
        "raw.events": [
            event("01-01", origin="JFK", dest="SFO", carrier="AA"),
            event("01-01", origin="JFK", dest="LAX", carrier="AA"),
        ],
        "raw.regions": [{"origin": "JFK", "dest": "SFO", "region_id": "west"}],
    }
    key = ("origin", "dest")
    assert sorted(rows(SUM, data, "route", key=key)) == [("01-01", "JFK", "LAX", 1), ("01-01", "JFK", "SFO", 1)]
    assert rows(SUM, data, "region", key=key) == [("01-01", "west", 1)]
    assert rows(SUM, data, "carrier", key=key, direct=("carrier",)) == [("01-01", "AA", 2)]


AMOUNTS = [event("01-01", amount=amount, price=Decimal(f"{amount}.10")) for amount in (1, 2, 2, 10)]
AGGREGATES: list[tuple[Any, Any]] = [
    (Agg("count_rows"), 4),
    (Agg("count", Col("amount")), 4),
    (Agg("sum", Times(Col("amount"), Lit(-2))), -30),
    (Agg("sum", Col("price")), Fraction("15.4")),
    (Agg("avg", Col("amount")), Fraction(15, 4)),
    (Agg("min", Col("price")), Fraction("1.1")),
    (Agg("max", Col("amount")), 10),
    (Agg("median", Col("amount")), 2),
    (Agg("quantile", Col("amount"), at=0.9), Fraction("7.6")),  # 2 + (10 - 2) x 0.7
    (Agg("var_pop", Col("amount")), Fraction(211, 16)),  # 109 / 4 - (15 / 4) squared
    (Agg("var_samp", Col("amount")), Fraction(211, 12)),
    (Agg("count_distinct", Col("amount")), 3),
    (Ratio(Agg("sum", Col("amount")), Agg("count_distinct", Col("amount"))), 5),
    (Ratio(Agg("count_rows"), Agg("count_rows", None, Compare(Col("amount"), ">", Lit(10)))), None),
    (Minus(Agg("max", Col("amount")), Agg("min", Col("amount"))), 9),
    (OrZero(Agg("sum", Col("amount"), IsNull(Col("amount")))), 0),
    (Agg("sum", Case(In(Col("amount"), (2, 10)), Lit(1), Lit(None))), 3),
]


@pytest.mark.parametrize(("agg", "expected"), AGGREGATES)
def test_aggregates(agg: Any, expected: Any) -> None:
    assert rows(Measure("raw.events", agg), {"raw.events": AMOUNTS}) == [("01-01", "a", expected)]


def test_having_is_applied_at_each_grain() -> None:
    having = Having(Agg("sum", Col("amount")), ">=", 3)
    data = {"raw.events": [event("01-01"), event("01-02", amount=2), event("02-01", "b", 3)]}
    shape = Measure("raw.events", Agg("count_rows"), having=having)
    assert rows(shape, data, interval=Bucket("daily")) == [("02-01", "b", 1)]
    assert rows(shape, data, interval=Bucket("monthly")) == [("01-01", "a", 2), ("02-01", "b", 1)]


def test_dimensions_group_and_null_is_a_group() -> None:
    data = {"raw.events": [event("01-01"), event("01-01", kind=None), event("01-02", kind=None)]}
    shape = Measure("raw.events", Agg("count_rows"), dims=(Dim("kind", Col("kind")), Dim("none", Lit(""))))
    assert rows(shape, data) == [("01-01", "a", "x", "", 1), ("01-01", "a", None, "", 2)]


def test_half_of_the_activity_of_a_collection_is_not_a_sum_over_its_repositories() -> None:
    shares = [("a", "p", 4), ("a", "q", 1), ("b", "p", 4), ("b", "r", 2)]
    data = {
        "raw.events": [event("01-01", to, amount, actor=actor) for to, actor, amount in shares],
        "raw.members": [{"artifact_id": artifact, "project_id": "one"} for artifact in "ab"],
    }
    shape = Half("raw.events", "actor", Col("amount"))
    assert sorted(rows(shape, data)) == [("01-01", "a", 1), ("01-01", "b", 1)]
    assert rows(shape, data, "project") == [("01-01", "one", 1)]
    data["raw.events"].append(event("01-01", "a", 9, actor="s"))  # p 8, s 9, q 1, r 2: s alone is 9 of 20
    assert rows(shape, data, "project") == [("01-01", "one", 2)]


def test_two_sources_joined_and_united() -> None:
    data = {
        "raw.events": [event("01-01", "a", 5), event("01-01", "b", 2), event("01-01", None, 7)],
        "raw.other": [event("01-02", "a", 3), event("01-02", None, 1)],
    }
    other = Measure("raw.other", Agg("sum", Col("amount")))
    assert rows(Joined(SUM, other, "inner", "minus"), data) == [("01-01", "a", 2)]
    assert sorted(rows(Joined(SUM, other, "left", "minus"), data), key=repr) == [
        ("01-01", "a", 2),
        ("01-01", "b", 2),
        ("01-01", None, 7),
    ]
    both = Union(("raw.events", "raw.other"), Agg("sum", Col("amount")))
    assert sorted(rows(both, data), key=repr) == [("01-01", "a", 8), ("01-01", "b", 2), ("01-01", None, 8)]


def test_references_filter_or_multiply_rows() -> None:
    data = {
        "raw.events": [event("01-01", actor="bot"), event("01-01", actor="dev"), event("01-01", actor=None)],
        "raw.bots": [{"id": "bot", "bot": True}, {"id": "bot", "bot": None}],
    }

    def count(how: str, where: Any = None) -> Any:
        shape = Measure("raw.events", Agg("count_rows"), where, reference=RefJoin("raw.bots", "actor", "id", how))
        return sum(amount for *_, amount in rows(shape, data))

    assert [count(how) for how in ("inner", "left", "semi", "anti")] == [2, 4, 1, 2]
    assert count("left", IsNull(Col("ref_bot"))) == 3
    assert count("left", Not(Compare(Col("ref_bot"), "=", Lit(True)))) == 0  # unknown is not true


def test_first_seen_anywhere_and_first_seen_here() -> None:
    data = {
        "raw.events": [
            event("01-05", "a", actor="p"),
            event("01-20", "b", actor="p"),
            event("02-03", "b", actor="q"),
            event("02-03", "a", actor="q"),
            event("02-04", "a", actor=None),
        ]
    }
    anywhere, here = (FirstSeen("raw.events", "actor", per_entity) for per_entity in (False, True))
    monthly = Bucket("monthly")
    assert sorted(rows(anywhere, data, interval=monthly)) == [("01-01", "a", 1), ("02-01", "a", 1), ("02-01", "b", 1)]
    assert sorted(rows(here, data, interval=monthly)) == [
        ("01-01", "a", 1),
        ("01-01", "b", 1),
        ("02-01", "a", 1),
        ("02-01", "b", 1),
    ]


def test_aggregates_of_aggregates_and_peers() -> None:
    data = {"raw.events": [event("01-01", amount=2, actor="p"), event("01-02", amount=2, actor="p"), event("01-03")]}
    data["raw.events"].append(event("01-01", amount=3, actor="q"))  # p has 5, q has 3
    nested = Nested("raw.events", ("actor",), Agg("sum", Col("amount")), "max")
    assert rows(nested, data) == [("01-01", "a", 5)]
    peers = [Metric("total", SUM, ("artifact",), ()), Metric("n", Measure("raw.events", Agg("count_rows")), (), ())]
    assert rows(PeerPair("total", "n", "ratio"), data, peers=peers) == [("01-01", "a", 2)]


def test_filters_are_three_valued() -> None:
    data = {"raw.events": [event("01-01", kind=None), event("01-01", kind="y"), event("01-01")]}
    no_x = Not(And(Compare(Col("kind"), "=", Lit("x")), Compare(Col("amount"), "=", Lit(1))))
    assert rows(Measure("raw.events", Agg("count_rows"), no_x), data) == [("01-01", "a", 1)]


@pytest.mark.parametrize(
    ("time_type", "zone", "moment", "day"),
    [
        ("timestamptz", "UTC", datetime(2013, 3, 11, 3, 59, tzinfo=UTC), "03-10"),  # 23:59 in New York, a 23 hour day
        ("timestamptz", "UTC", datetime(2013, 3, 11, 4, 0, tzinfo=UTC), "03-11"),
        ("timestamp", "America/New_York", datetime(2013, 3, 10, 23, 59), "03-10"),
        ("timestamp", "UTC", datetime(2013, 3, 10, 3, 0), "03-09"),
    ],
)
def test_events_fall_on_their_local_day(time_type: str, zone: str, moment: datetime, day: str) -> None:
    table = Table("raw.t", "at", time_type, ((("to_artifact_id",), "artifact"),), {}, zone)
    metric = Metric("m", Measure("raw.t", Agg("count_rows")), (), ())
    project = Project(date(2013, 1, 1), (table,), (), {}, clock=Clock("America/New_York"))
    data = {"raw.t": [{"at": moment, "to_artifact_id": "a"}]}
    found = expected_rows(project, metric, data, "artifact", Bucket("daily"), date(2013, 3, 1), date(2013, 3, 31))
    assert [(str(sample)[5:], key) for sample, key, _ in found] == [(day, "a")]


DISAGREE: list[tuple[Sequence[tuple[Any, ...]], str]] = [
    ([("d", "a", 2.0)], ""),
    ([], "d a: missing, should be 2.0 (+- 0)"),
    ([("d", "a", 2.0), ("d", "a", 2.0)], "d a: 2 rows [2.0, 2.0], should be one: 2.0 (+- 0)"),
    ([("d", "a", 2.0), ("d", "b", None)], "d b: extra row(s) [None]"),
    ([("d", "a", None)], "d a: None, should be 2.0 (+- 0)"),
    ([("d", "a", 2.0000000001)], "d a: 2.0000000001, should be 2.0 (+- 0)"),
    ([("d", "a", float("nan"))], "d a: nan, should be 2.0 (+- 0)"),
]


@pytest.mark.parametrize(("got", "problem"), DISAGREE)
def test_the_comparison_can_fail(got: Sequence[tuple[Any, ...]], problem: str) -> None:
    assert "; ".join(disagreements([("d", "a", Number(Fraction(2)))], got)) == problem

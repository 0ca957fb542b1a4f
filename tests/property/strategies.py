"""Hypothesis strategies: what data is like, what metrics say, and which dates are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from hypothesis import strategies as st

from oracle.clock import AllTime, Bucket, Interval, Rolling
from oracle.logic import And, Case, Coalesce, Col, Compare, In, IsNull, Lit, Not, Or, Plus, Times
from oracle.model import (
    Agg,
    Dim,
    FirstSeen,
    Half,
    Having,
    Joined,
    Last,
    Measure,
    Metric,
    Minus,
    Nested,
    OrZero,
    Pairs,
    PeerOver,
    PeerPair,
    Project,
    Ratio,
    RefJoin,
    Shape,
    Union,
)
from property.world import CENTERS, ROLLS_UP_TO, Knobs, world

Draw = Callable[..., Any]
AMOUNT, PRICE, X = Col("amount"), Col("price"), Col("x")
DIMS = (
    Dim("kind", Col("kind")),
    Dim("flag", Col("flag")),
    Dim("from_artifact_id", Lit("")),
    Dim("from_artifact_id", Col("from_artifact_id")),
    Dim("carrier", Col("carrier")),
)
NAME = attrgetter("name")
COARSE = ("quarterly", "biannually", "yearly")


@st.composite
def knobs(draw: Draw) -> Knobs:
    """A kind of data: zone, time type, size, and what it is dense around."""
    zone = draw(st.sampled_from(["UTC", "UTC", *CENTERS]))
    return Knobs(
        seed=draw(st.integers(0, 2**32)),
        zone=zone,
        source_zone=draw(st.sampled_from(["UTC", zone, "America/New_York"])),
        time_type=draw(st.sampled_from(["date", "date", "timestamp", "timestamptz"])),
        center=draw(st.sampled_from(CENTERS[zone])),
        week_start=draw(st.sampled_from(["monday", "monday", "sunday", "saturday"])),
        rows=draw(st.sampled_from([1, 8, 40, 90])),
        artifacts=draw(st.sampled_from([1, 3, 6])),
        start_before=draw(st.sampled_from([20, 30, 400])),
    )


@cache
def predicates() -> st.SearchStrategy[Any]:
    """Filters over one row, three-valued, also on the source's own key."""
    leaf = st.sampled_from(
        [
            Compare(Col("kind"), "=", Lit("a")),
            Compare(Col("kind"), "<>", Lit("b")),
            In(Col("kind"), ("a", "c")),
            Compare(AMOUNT, ">", Lit(1)),
            Compare(AMOUNT, "<=", Lit(0)),
            IsNull(AMOUNT),
            Not(IsNull(Col("kind"))),
            Compare(Col("flag"), "=", Lit(True)),
            Compare(Col("to_artifact_id"), "=", Lit("r0")),
            In(Col("from_artifact_id"), ("r0", "r1")),
        ]
    )
    return st.one_of(leaf, st.builds(And, leaf, leaf), st.builds(Or, leaf, leaf), st.builds(Not, leaf))


@cache
def filters() -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), predicates())


@cache
def numbers() -> st.SearchStrategy[Any]:
    """Numbers of a row: integers, decimals, floats, and arithmetic over them."""
    return st.one_of(
        st.sampled_from([AMOUNT, AMOUNT, PRICE, X, Times(AMOUNT, Lit(-2)), Plus(AMOUNT, Col("amount"))]),
        st.builds(Coalesce, st.just(AMOUNT), st.just(Lit(5))),
        st.builds(Case, predicates(), st.just(AMOUNT), st.sampled_from([Lit(0), Lit(None)])),
    )


@cache
def exact_aggs() -> st.SearchStrategy[Any]:
    """Aggregates of integers and counts."""
    where = filters()
    return st.one_of(
        st.builds(Agg, st.just("count_rows"), st.none(), where),
        st.builds(Agg, st.sampled_from(["sum", "count", "min", "max"]), st.just(AMOUNT), where),
        st.builds(
            Agg,
            st.just("count_distinct"),
            st.sampled_from([Col("from_artifact_id"), Col("to_artifact_id"), AMOUNT, Col("kind")]),
            where,
        ),
    )


@cache
def aggs() -> st.SearchStrategy[Any]:
    """Every class: additive, distinct, min and max, decomposable, holistic, and arithmetic over them."""
    funcs = ["sum", "sum", "avg", "min", "max", "count", "median", "var_pop", "var_samp"]
    single = st.one_of(
        exact_aggs(),
        st.builds(Agg, st.sampled_from(funcs), numbers(), filters()),
        st.builds(Agg, st.just("quantile"), numbers(), st.none(), st.sampled_from([0.1, 0.5, 0.9])),
    )
    return st.one_of(
        single,
        single,
        st.builds(Ratio, exact_aggs(), exact_aggs()),
        st.builds(Minus, exact_aggs(), exact_aggs()),
        st.builds(OrZero, exact_aggs()),
    )


@cache
def measures(dims: bool = True) -> st.SearchStrategy[Measure]:
    """Plain metrics, some with dimensions, HAVING or a reference joined."""
    having = st.one_of(
        st.none(),
        st.none(),
        st.builds(Having, exact_aggs().filter(lambda agg: agg.where is None), st.sampled_from([">", ">="]),
                  st.integers(0, 3)),
    )  # fmt: skip
    join = st.builds(RefJoin, st.just("ref.bots"), st.just("from_artifact_id"), st.just("id"),
                     st.sampled_from(["inner", "left", "semi", "anti"]))  # fmt: skip
    listed = st.lists(st.sampled_from(DIMS), unique_by=NAME, max_size=2).map(tuple) if dims else st.just(())
    return st.builds(
        Measure,
        st.just("raw.events"),
        aggs(),
        filters(),
        listed,
        having,
        st.one_of(st.none(), st.none(), join),
        st.sampled_from([False] * 7 + [True]),
    )


@cache
def shapes() -> st.SearchStrategy[Shape]:
    """Every shape of a metric but the peers'."""
    plain = st.builds(Measure, st.sampled_from(["raw.events", "raw.others"]), exact_aggs(), filters())
    actors = st.just("from_artifact_id")
    return st.one_of(
        measures(),
        measures(),
        measures(),
        st.builds(
            Nested, st.just("raw.events"), st.sampled_from([("from_artifact_id",), ("kind", "flag"), ("happened",)]),
            st.builds(Agg, st.sampled_from(["sum", "max", "count"]), st.just(AMOUNT)),
            st.sampled_from(["sum", "max", "avg", "median", "count_rows"]), filters(),
            st.lists(st.sampled_from(DIMS), max_size=1).map(tuple),
        ),
        st.builds(
            Half, st.just("raw.events"), actors, st.just(Case(Compare(AMOUNT, ">", Lit(0)), AMOUNT, Lit(0))), filters()
        ),
        st.builds(
            Union, st.just(("raw.events", "raw.others")),
            st.builds(Agg, st.sampled_from(["sum", "max", "count", "count_distinct"]), st.sampled_from([AMOUNT])),
            filters(), st.lists(st.sampled_from(DIMS), max_size=1).map(tuple),
        ),
        st.builds(Joined, plain, plain, st.sampled_from(["inner", "left"]), st.just("minus")),
        st.builds(FirstSeen, st.just("raw.events"), actors, st.booleans(), filters(), st.booleans()),
        st.builds(Last, st.just("raw.events"), st.sampled_from([AMOUNT, PRICE]), filters()),
        st.builds(Pairs, st.just("raw.events"), st.sampled_from(["raw.others", "raw.events"]), filters(), filters()),
    )  # fmt: skip


@cache
@st.composite
def intervals(draw: Draw, hourly: bool) -> tuple[Interval, ...]:
    """A metric's intervals: some buckets, one family of windows, perhaps all time."""
    words = ["daily", "weekly", "monthly", *COARSE, *(["hourly"] if hourly else [])]
    found: list[Interval] = [Bucket(word) for word in draw(st.lists(st.sampled_from(words), unique=True, max_size=2))]
    if draw(st.booleans()):
        found.append(AllTime())
    if draw(st.booleans()) or not found:
        unit = draw(st.sampled_from(["day", "day", "week", "month", "quarter", "year", *(["hour"] if hourly else [])]))
        cron = draw(st.sampled_from(["@daily", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly"]))
        if unit == "hour" or (unit == "day" and hourly and draw(st.booleans())):
            cron = "@hourly"
        counts = draw(st.lists(st.sampled_from([1, 2, 7, 30]), unique=True, min_size=1, max_size=2))
        found += [Rolling(count, unit, cron) for count in counts]
    return tuple(found)


@st.composite
def metrics(draw: Draw, name: str, hourly: bool, center: date) -> Metric:
    """A metric at some of the entities that its key rolls up to; some have a start of their own."""
    shape = draw(shapes())
    key = draw(st.sampled_from([*[("to_artifact_id",)] * 4, *ROLLS_UP_TO]))
    if key == ("from_artifact_id",) and not isinstance(shape, Measure | Union | Joined):
        key = ("to_artifact_id",)  # those shapes count the actors of a key
    entities = draw(st.lists(st.sampled_from(ROLLS_UP_TO[key]), unique=True, min_size=1, max_size=3))
    direct: dict[str, tuple[str, ...]] = {}
    if key == ("origin", "dest") and draw(st.booleans()):
        direct = {"carrier": ("carrier",)}
        entities.append("carrier")
    shape = without_dimension_clash(shape, key, direct)
    hourly = hourly and not (isinstance(shape, Measure) and shape.per_day)
    start = draw(st.sampled_from([None, None, None, center - timedelta(days=5)]))
    return Metric(name, shape, tuple(entities), draw(intervals(hourly)), key, direct, start)


def without_dimension_clash(shape: Shape, key: tuple[str, ...], direct: dict[str, tuple[str, ...]]) -> Shape:
    """A dimension may not have the name of a key that is rolled up."""
    taken = {*key, *(column for columns in direct.values() for column in columns)}
    if isinstance(shape, Measure | Nested | Union):
        return replace(shape, dims=tuple(dim for dim in shape.dims if dim.name not in taken))
    return shape


@st.composite
def projects(draw: Draw, size: int = 5) -> tuple[Project, Knobs]:
    """A project of several metrics, the last ones composed of peers, and the kind of its data."""
    kind = draw(knobs())
    hourly = kind.time_type != "date"
    found = [draw(metrics(f"m{number}", hourly, kind.center)) for number in range(size)]
    entities, steps = draw(st.sampled_from([("artifact", "project"), ("collection",)])), draw(intervals(hourly))
    for name in ("left", "right"):
        shape = Measure("raw.events", draw(exact_aggs()), draw(filters()))
        found.append(Metric(name, shape, entities, steps))
    found[-2] = replace(found[-2], intervals=tuple(dict.fromkeys((*steps, Bucket("daily")))))
    longer = draw(intervals(False))
    found.append(Metric("over", PeerOver("left", draw(st.sampled_from(["max", "sum"]))), entities, longer))
    pair = PeerPair("left", "right", draw(st.sampled_from(["minus", "ratio"])))
    found.append(Metric("pair", pair, entities, steps))
    return replace(world(kind), metrics=tuple(found)), kind


def asked_range(kind: Knobs, project: Project, interval: Interval, offset: int) -> tuple[date, date]:
    """Sample dates to ask for: few hours, some weeks of days, or long enough for a year to begin.

    They end among the events, for most of the offsets from 0 to 9.
    """
    hourly = interval == Bucket("hourly") or (isinstance(interval, Rolling) and interval.cron == "@hourly")
    coarse = (isinstance(interval, Bucket) and interval.word in COARSE) or (
        isinstance(interval, Rolling) and interval.cron in ("@quarterly", "@yearly")
    )
    start = max(project.start, kind.center - timedelta(days=15 + offset))
    if hourly:
        return kind.center - timedelta(days=1), kind.center + timedelta(days=1)
    if coarse:
        return project.start, kind.center + timedelta(days=45 * offset)
    return start, kind.center + timedelta(days=5 * offset - 3)

"""What generated projects are like: their data, their metrics, and which dates are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as hypothesis

from oracle.clock import UNIT_OF_BUCKET, AllTime, Bucket, Interval, Rolling, ToDate, move
from oracle.logic import Case, Compare, Lit, columns_of
from oracle.model import (
    Agg,
    Dim,
    FirstSeen,
    Half,
    Joined,
    Last,
    Measure,
    Metric,
    Nested,
    Pairs,
    PeerOver,
    PeerPair,
    Project,
    Shape,
    Stock,
    Union,
)
from property import dice as st
from property.formulas import AMOUNT, DIMS, PRICE, X, exact_aggs, filters, measures
from property.numbers import case_number, numbers
from property.world import CENTERS, ROLLS_UP_TO, Knobs, world

FILL = True
"""Whether metrics ask for `fill`: not while it is refused with `unsupported_option`."""
STOCKS = True
"""Whether there are metrics with `additivity`: not while that is refused."""
Draw = Callable[..., Any]
COARSE = ("quarterly", "biannually", "yearly")
COUNTS = {
    "hour": (1, 2, 7, 30, 48),
    "day": (1, 2, 3, 7, 28, 30, 31, 90),
    "week": (1, 2, 5),
    "month": (1, 1, 2, 13),
    "quarter": (1, 2),
    "year": (1, 2),
}


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
        start_before=draw(st.sampled_from([20, 30, 400])),
        **draw(amounts_of_data()),
    )


@cache
def amounts_of_data() -> st.SearchStrategy[dict[str, Any]]:
    """How much there is, how much of it is null, and whether it comes in bursts of a day."""
    return st.builds(
        dict,
        rows=st.sampled_from([1, 8, 40, 40, 90]),
        artifacts=st.sampled_from([1, 3, 6]),
        nulls=st.sampled_from([0.0, 0.12, 0.12, 0.5, 0.95]),
        wild=st.sampled_from([False, False, True]),
        bursts=st.sampled_from([0, 0, 2, 5]),
    )


def data_kinds(kind: Knobs, count: int) -> list[Knobs]:
    """The kind of a project's data and others that fit the same definitions: compiled once, tried on all."""
    rng = Random(f"data of {kind.seed}")
    others = (replace(kind, seed=rng.getrandbits(48), **amounts_of_data().throw(rng)) for _ in range(count - 1))
    return [kind, *others]


@cache
def shapes() -> st.SearchStrategy[Shape]:
    """Every shape of a metric but the peers'."""
    plain = st.builds(Measure, st.sampled_from(["raw.events", "raw.others"]), exact_aggs(), filters())
    actors = st.just("from_artifact_id")
    return st.one_of(
        *[measures()] * 7,
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
            st.builds(Agg, st.sampled_from(["sum", "max", "count", "count_distinct"]), st.just(AMOUNT), filters()),
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
    """A metric's intervals: some buckets, families of windows, perhaps all time."""
    words = ["daily", "weekly", "monthly", *COARSE, *(["hourly"] if hourly else [])]
    found: list[Interval] = [Bucket(word) for word in draw(st.lists(st.sampled_from(words), unique=True, max_size=2))]
    if draw(st.sampled_from([False, False, True])):
        found.append(AllTime())
    if draw(st.sampled_from([True, True, True, False])) or not found:
        units = ["day", "day", "day", "week", "month", "month", "quarter", "year", *(["hour"] if hourly else [])]
        unit = draw(st.sampled_from(units))
        cron = draw(st.sampled_from([*["@daily"] * 5, "@weekly", "@weekly", "@monthly", "@quarterly", "@yearly"]))
        if unit == "hour" or (unit == "day" and hourly and draw(st.booleans())):
            cron = "@hourly"
        counts = draw(st.lists(st.sampled_from(COUNTS[unit]), unique=True, min_size=1, max_size=3))
        found += [Rolling(count, unit, cron) for count in counts]
    if draw(st.sampled_from([False, False, False, True])):
        cron = draw(st.sampled_from(["@daily", "@daily", "@weekly", "@monthly"]))
        grains = [*UNIT_OF_BUCKET, "fiscal_month", "fiscal_quarter", "fiscal_year"]
        words = draw(st.lists(st.sampled_from(grains), unique=True, min_size=1, max_size=2))
        found += [ToDate(word, cron) for word in words]
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
    fill = draw(st.sampled_from(["none", "zero", "null"])) if FILL and may_fill(shape) else "none"
    return Metric(name, shape, tuple(entities), draw(intervals(hourly)), key, direct, start, fill)


def without_dimension_clash(shape: Shape, key: tuple[str, ...], direct: dict[str, tuple[str, ...]]) -> Shape:
    """A dimension may not have the name of a key that is rolled up, nor be computed from one above the scan."""
    taken = {*key, *(column for columns in direct.values() for column in columns)}

    def may_stay(dim: Dim) -> bool:
        return dim.name not in taken and (isinstance(shape, Measure) or not columns_of(dim.value) & taken)

    if isinstance(shape, Union) and columns_of(shape.agg) & taken:
        shape = replace(shape, agg=replace(shape.agg, where=None))
    if isinstance(shape, Measure | Nested | Union):
        return replace(shape, dims=tuple(dim for dim in shape.dims if may_stay(dim)))
    return shape


def may_fill(shape: Shape) -> bool:
    """Whether it is plain which row of a key is its first."""
    return isinstance(shape, Union) or (isinstance(shape, Measure) and shape.having is None)


@st.composite
def stocks(draw: Draw, name: str) -> Metric:
    """A level: one SUM of a source, per source key over time, then over the keys of an entity."""
    agg = Agg("sum", draw(st.sampled_from([AMOUNT, AMOUNT, PRICE, X])))
    shape = Measure("raw.events", agg, draw(filters()), draw(st.lists(st.sampled_from(DIMS), max_size=1).map(tuple)))
    key = draw(st.sampled_from([("to_artifact_id",), ("to_artifact_id",), ("origin", "dest")]))
    entities = draw(st.lists(st.sampled_from(ROLLS_UP_TO[key]), unique=True, min_size=1, max_size=3))
    rule = Stock(draw(st.sampled_from(["last", "average", "min", "max"])), draw(st.sampled_from([0, 0, 1, 3, 30])))
    fill = draw(st.sampled_from(["none", "none", "zero", "null"])) if FILL else "none"
    shape = replace(shape, dims=tuple(dim for dim in shape.dims if not columns_of(dim.value) & {*key}))
    return Metric(name, shape, tuple(entities), draw(intervals(False)), key, fill=fill, stock=rule)


@st.composite
def drawn_projects(draw: Draw, size: int = 6) -> tuple[Project, Knobs]:
    """A project of several metrics, in some the last ones composed of peers, and the kind of its data."""
    kind = draw(knobs())
    hourly = kind.time_type != "date"
    found = [draw(metrics(f"m{number}", hourly, kind.center)) for number in range(size)]
    if STOCKS:
        found += [draw(stocks("level")), draw(stocks("balance"))]
    if draw(st.booleans()):
        found += draw(peers(hourly))
    return replace(world(kind), metrics=tuple(found)), kind


@st.composite
def peers(draw: Draw, hourly: bool) -> list[Metric]:
    """Two metrics, one over the days of the first, and one of both."""
    entities, steps = draw(st.sampled_from([("artifact", "project"), ("collection",)])), draw(intervals(hourly))
    found = []
    for name in ("left", "right"):
        shape = Measure("raw.events", draw(exact_aggs()), draw(filters()))
        found.append(Metric(name, shape, entities, steps))
    found[0] = replace(found[0], intervals=tuple(dict.fromkeys((*steps, Bucket("daily")))))
    over = PeerOver("left", draw(st.sampled_from(["max", "sum"])))
    pair = PeerPair("left", "right", draw(st.sampled_from(["minus", "ratio"])))
    return [*found, Metric("over", over, entities, draw(intervals(False))), Metric("pair", pair, entities, steps)]


def project_number(number: int) -> tuple[Project, Knobs]:
    """The project of a number, always the same; its data's seed is the number."""
    project, kind = drawn_projects().throw(Random(f"project {number}"))
    return project, replace(kind, seed=number)


def projects() -> hypothesis.SearchStrategy[tuple[Project, Knobs]]:
    """Projects by number."""
    return numbers().map(lambda number: project_number(case_number(number, 0)))


def asked_range(kind: Knobs, project: Project, interval: Interval, offset: int) -> tuple[date, date]:
    """Sample dates to ask for: few hours, some weeks of days, or long enough for a year to begin.

    For most of the offsets from 0 to 9 they end among the events, for some of a window among the days when these leave.
    """
    hourly = interval == Bucket("hourly") or (isinstance(interval, Rolling) and interval.cron == "@hourly")
    coarse = (isinstance(interval, Bucket) and interval.word in COARSE) or (
        isinstance(interval, Rolling | ToDate) and interval.cron in ("@quarterly", "@yearly")
    )
    start = max(project.start, kind.center - timedelta(days=15 + offset))
    if hourly:
        return kind.center - timedelta(days=1), kind.center + timedelta(days=1)
    if coarse:
        return project.start, kind.center + timedelta(days=45 * offset)
    if isinstance(interval, Rolling) and offset % 3 == 0:  # where the events near the center leave
        leaving = move(kind.center, interval.unit, interval.count)
        return max(project.start, leaving - timedelta(days=6 + offset)), leaving + timedelta(days=8 + offset)
    return start, kind.center + timedelta(days=5 * offset - 3)

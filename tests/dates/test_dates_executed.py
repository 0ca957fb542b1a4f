"""The SQL of gnomon.rewrite.dates, executed, against gnomon.time in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlglot import exp

from dates.engines import Engine
from gnomon.rewrite import dates
from gnomon.time import Calendar, Grain
from gnomon.time.calendar import WEEKDAYS
from gnomon.time.grain import add

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu")
BIG = tuple(grain for grain in Grain if grain is not Grain.HOUR)
COUNTS = (-13, -3, -1, 0, 1, 2, 7, 25)

AROUND = [
    date(2023, 1, 1),
    date(2023, 12, 31),
    date(2024, 2, 29),
    date(2000, 2, 29),
    date(2023, 2, 28),
    date(2100, 3, 1),
]
MONTH_ENDS = [add(date(2023, month, 1), Grain.MONTH, 1) - DAY for month in range(1, 13)]
A_FORTNIGHT = [date(2024, 6, 24) + DAY * n for n in range(14)]
DAYS = sorted({*AROUND, *MONTH_ENDS, *A_FORTNIGHT, *(day + DAY for day in MONTH_ENDS)})


def table(engine: Engine, name: str, values: list[exp.Expr]) -> exp.Query:
    """A query with one row a value, numbered by `id`."""
    if engine.dialect == "clickhouse":
        rows = [exp.select(exp.alias_(exp.Literal.number(n), "id"), exp.alias_(v, name)) for n, v in enumerate(values)]
        return exp.union(*rows, distinct=False)
    pairs = [exp.Tuple(expressions=[exp.Literal.number(n), v]) for n, v in enumerate(values)]
    alias = exp.TableAlias(this=exp.to_identifier("given"), columns=[exp.to_identifier("id"), exp.to_identifier(name)])
    return exp.select("*").from_(exp.Values(expressions=pairs, alias=alias))


def evaluate(engine: Engine, name: str, values: list[exp.Expr], *columns: exp.Expr) -> list[tuple[Any, ...]]:
    """The columns for each value, in the values' order."""
    named = [exp.alias_(column, f"c{n}") for n, column in enumerate(columns)]
    query = exp.select(exp.column("id"), *named).from_("input").order_by("id")
    query = query.with_("input", as_=table(engine, name, values))
    return [row[1:] for row in engine.rows(query.sql(engine.dialect))]


def check(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]], inputs: list[Any]) -> None:
    """Rows are equal in value and in type: a timestamp at midnight is not a date."""
    assert len(found) == len(wanted) == len(inputs)
    for got, want, given in zip(found, wanted, inputs, strict=True):
        assert got == want and [*map(type, got)] == [*map(type, want)], f"for {given}"


def test_bucket_start_and_end(engine: Engine) -> None:
    columns, wanted = [], []
    for week_start in WEEKDAYS:
        calendar = Calendar(week_start=week_start)
        for grain in BIG if week_start == "monday" else (Grain.WEEK,):
            start = dates.bucket_start(exp.column("day"), grain, calendar=calendar, dialect=engine.dialect)
            columns += [start, dates.bucket_end(start, grain, dialect=engine.dialect)]
            wanted.append((calendar, grain))
    found = evaluate(engine, "day", [dates.date_literal(day) for day in DAYS], *columns)
    rows = [tuple(b for c, g in wanted for b in (c.floor(d, g), add(c.floor(d, g), g, 1))) for d in DAYS]
    check(found, rows, DAYS)


@pytest.mark.parametrize("grain", BIG)
def test_move(engine: Engine, grain: Grain) -> None:
    day = exp.column("day")
    columns = [dates.move(day, grain, count, dialect=engine.dialect) for count in COUNTS]
    shift = dates.days_between(dates.date_literal(date(2023, 12, 31)), day, dialect=engine.dialect)
    columns.append(
        dates.move(
            day, grain, exp.Mod(this=exp.Paren(this=shift), expression=exp.Literal.number(5)), dialect=engine.dialect
        )
    )
    found = evaluate(engine, "day", [dates.date_literal(d) for d in DAYS], *columns)
    rows = []
    for d in DAYS:
        apart = (d - date(2023, 12, 31)).days
        by_row = abs(apart) % 5 * (1 if apart > 0 else -1)  # SQL's remainder has the sign of the dividend
        rows.append((*(add(d, grain, count) for count in COUNTS), add(d, grain, by_row)))
    check(found, rows, DAYS)


def test_days_between(engine: Engine) -> None:
    others = [date(1999, 12, 31), date(2024, 3, 10), date(2024, 11, 3)]
    columns = [dates.days_between(dates.date_literal(o), exp.column("day"), dialect=engine.dialect) for o in others]
    found = evaluate(engine, "day", [dates.date_literal(d) for d in DAYS], *columns)
    check(found, [tuple((d - o).days for o in others) for d in DAYS], DAYS)


def test_hours(engine: Engine) -> None:
    moments = [datetime(2024, 3, 10, h, m, s) for h in (0, 1, 2, 3, 23) for m, s in ((0, 0), (30, 0), (59, 59))]
    t, dialect = exp.column("t"), engine.dialect
    columns = [
        dates.bucket_start(t, Grain.HOUR, calendar=Calendar(), dialect=dialect),
        dates.move(t, Grain.HOUR, 1, dialect=dialect),
        dates.move(t, Grain.HOUR, -25, dialect=dialect),
        dates.move(t, Grain.HOUR, exp.Literal.number(2) + 1, dialect=dialect),
    ]
    found = evaluate(engine, "t", [dates.timestamp_literal(m) for m in moments], *columns)
    rows = [(m.replace(minute=0, second=0), m + HOUR, m - 25 * HOUR, m + 3 * HOUR) for m in moments]
    assert [tuple(naive(moment, engine) for moment in row) for row in found] == rows


def naive(moment: datetime, engine: Engine) -> datetime:
    """A wall clock, also in engines where it is an instant that is shown in the session's zone."""
    return moment.astimezone(engine.zone).replace(tzinfo=None) if moment.tzinfo else moment


def half_hours(zone: str) -> list[datetime]:
    """Naive UTC moments, half an hour apart, over the days around each clock change of a year, and a quiet one."""
    calendar, found = Calendar(zone), []
    days = {date(2023, 7, 4)}
    for n in range(365):
        day = date(2023, 1, 1) + DAY * n
        if calendar.midnight(day + DAY).astimezone(UTC) - calendar.midnight(day).astimezone(UTC) != DAY:
            days |= {day - DAY, day, day + DAY}
    for day in sorted(days):
        moment = calendar.midnight(day).astimezone(UTC).replace(tzinfo=None) - 2 * HOUR
        found += [moment + HOUR * n / 2 for n in range(58)]
    return sorted(set(found))


def instants(engine: Engine, moments: list[datetime]) -> list[exp.Expr]:
    return [dates.DIALECTS[engine.dialect].instant_literal(moment) for moment in moments]


def walls(engine: Engine, moments: list[datetime]) -> list[exp.Expr]:
    return [dates.timestamp_literal(moment) for moment in moments]


SHAPES: dict[str, Callable[[Engine, list[datetime]], list[exp.Expr]]] = {"timestamptz": instants, "timestamp": walls}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("shape", SHAPES)
def test_local_date_and_boundaries(engine: Engine, zone: str, shape: str) -> None:
    """Each moment's local date, and the same by comparing the raw column with the bounds of each local day."""
    calendar, moments = Calendar(zone), half_hours(zone)
    given = {
        "type": shape,
        "source_zone": "UTC",
        "calendar": calendar,
        "dialect": engine.dialect,
        "type_dialect": "duckdb",
    }
    t = exp.column("t")
    locals_ = [calendar.local_date(moment.replace(tzinfo=UTC)) for moment in moments]
    constant = exp.case()
    for day in sorted(set(locals_)):
        inside = exp.and_(
            t.copy() >= dates.boundary(dates.date_literal(day), **given),
            t.copy() < dates.boundary(dates.date_literal(day + DAY), **given),
        )
        constant = constant.when(inside, dates.date_literal(day))
    local = dates.local_date(t, **given)
    computed = exp.and_(
        t.copy() >= dates.boundary(local, **given),
        t.copy() < dates.boundary(dates.move(local, Grain.DAY, 1, dialect=engine.dialect), **given),
    )
    computed = exp.case().when(computed, exp.Literal.number(1)).else_(exp.Literal.number(0))
    found = evaluate(engine, "t", SHAPES[shape](engine, moments), local, constant, computed)
    check(found, [(day, day, 1) for day in locals_], moments)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "America/Havana", "Asia/Kathmandu"])
@pytest.mark.parametrize("shape", SHAPES)
def test_local_hour(engine: Engine, zone: str, shape: str) -> None:
    calendar, moments = Calendar(zone), half_hours(zone)
    hour = dates.local_hour(
        exp.column("t"), type=shape, source_zone="UTC", calendar=calendar, dialect=engine.dialect, type_dialect="duckdb"
    )
    found = evaluate(engine, "t", SHAPES[shape](engine, moments), hour)
    for (got,), moment in zip(found, moments, strict=True):
        hours = calendar.hours(calendar.local_date(moment.replace(tzinfo=UTC)))
        assert naive(got, engine) == max(h for h in hours if h <= moment), moment


def test_wall_clock_of_a_source_in_another_zone(engine: Engine) -> None:
    """A source that writes New York's wall clock, in a project whose days are Kolkata's."""
    calendar, zone = Calendar("Asia/Kolkata"), ZoneInfo("America/New_York")
    moments = [m for m in half_hours("America/New_York") if not ambiguous(m, zone)]
    clocks = [m.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) for m in moments]
    given = {
        "type": "timestamp",
        "source_zone": zone.key,
        "calendar": calendar,
        "dialect": engine.dialect,
        "type_dialect": "duckdb",
    }
    t = exp.column("t")
    local = dates.local_date(t, **given)
    hour = dates.local_hour(t, **given)
    inside = exp.and_(
        t.copy() >= dates.boundary(local, **given),
        t.copy() < dates.boundary(dates.move(local, Grain.DAY, 1, dialect=engine.dialect), **given),
    )
    inside = exp.case().when(inside, exp.Literal.number(1)).else_(exp.Literal.number(0))
    found = evaluate(engine, "t", walls(engine, clocks), local, hour, inside)
    for (day, got, is_in), moment in zip(found, moments, strict=True):
        wanted = calendar.local_date(moment.replace(tzinfo=UTC))
        assert (day, is_in) == (wanted, 1) and type(day) is date, moment
        assert naive(got, engine) == max(h for h in calendar.hours(wanted) if h <= moment), moment


def ambiguous(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the wall clock at a moment is shown twice."""
    clock = moment.replace(tzinfo=UTC).astimezone(zone)
    return clock.replace(fold=0).utcoffset() != clock.replace(fold=1).utcoffset()


@pytest.mark.parametrize("calendar", [Calendar(), Calendar("America/New_York", "sunday")])
def test_calendar_query(engine: Engine, calendar: Calendar) -> None:
    first, last = date(2022, 12, 30), date(2025, 1, 2)
    query = dates.calendar_query(first, last, grains=BIG, calendar=calendar, dialect=engine.dialect)
    found = engine.rows(query.order_by("day").sql(engine.dialect))
    days = [first + DAY * n for n in range((last - first).days + 1)]
    rows = [(d, *(b for g in BIG for b in (calendar.floor(d, g), add(calendar.floor(d, g), g, 1)))) for d in days]
    check(found, rows, days)


def test_calendar_query_over_computed_bounds(engine: Engine) -> None:
    first = dates.move(dates.date_literal(date(2024, 3, 1)), Grain.DAY, -1, dialect=engine.dialect)
    last = dates.move(dates.date_literal(date(2024, 2, 11)), Grain.MONTH, 1, dialect=engine.dialect)
    query = dates.calendar_query(first, last, calendar=Calendar(), dialect=engine.dialect, max_days=12)
    found = engine.rows(query.order_by("day").sql(engine.dialect))
    assert found == [(date(2024, 2, 29) + DAY * n,) for n in range(12)]

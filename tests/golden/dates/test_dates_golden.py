"""Every function of gnomon.rewrite.dates at every grain, in nine dialects, as people would read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from gnomon.rewrite import dates
from gnomon.time import Calendar, Grain

DAY, START, END, T, N = (exp.column(name) for name in ("day", "start_day", "end_day", "t", "n"))
NEW_YORK = Calendar("America/New_York")
KOLKATA = Calendar("Asia/Kolkata")
HAVANA = Calendar("America/Havana")
UTC = Calendar()
FOLDER = Path(__file__).parent


@pytest.mark.parametrize("dialect", dates.DIALECTS)
def test_golden(dialect: str) -> None:
    text = "".join(
        f"-- title: {title}\n{tree.sql(dialect, pretty=pretty(tree))}\n\n" for title, tree in listing(dialect)
    )
    path = FOLDER / f"{dialect}.sql"
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        path.write_text(text)
    assert path.read_text() == text, f"{path.name} differs; write it again with GNOMON_WRITE_GOLDEN=1 and read the diff"


@pytest.mark.parametrize("dialect", dates.DIALECTS)
def test_text_means_the_same_when_it_is_read_again(dialect: str) -> None:
    """SQLMesh reads generated SQL and writes it again: what it writes must not change from then on."""
    for title, tree in listing(dialect):
        once = sqlglot.parse_one(tree.sql(dialect), read=dialect).sql(dialect)
        assert sqlglot.parse_one(once, read=dialect).sql(dialect) == once, title
        assert normal(once) == normal(tree.sql(dialect)), title


@pytest.mark.parametrize("dialect", dates.DIALECTS)
def test_arguments_are_not_changed(dialect: str) -> None:
    before = [column.copy() for column in (DAY, START, END, T, N)]
    trees = [tree for _, tree in listing(dialect)]
    assert before == [DAY, START, END, T, N]
    assert all(column.parent is None for column in (DAY, START, END, T, N))
    assert len({id(node) for tree in trees for node in tree.walk()}) == sum(1 for tree in trees for _ in tree.walk())


def normal(sql: str) -> str:
    """Text without the differences of spelling that sqlglot's own reading makes in BigQuery."""
    return sql.replace("'", "").replace("WEEK(SUNDAY)", "WEEK")


def pretty(tree: exp.Expr) -> bool:
    return isinstance(tree, exp.Query)


def listing(dialect: str) -> Iterator[tuple[str, exp.Expr]]:
    """Titles and trees, in a fixed order."""
    yield "date_literal", dates.date_literal(date(2024, 1, 31))
    yield "timestamp_literal", dates.timestamp_literal(datetime(2024, 1, 31, 5))
    yield from buckets(dialect)
    yield from moves(dialect)
    yield "days_between", dates.days_between(START, END, dialect=dialect)
    yield from source_times(dialect)
    yield (
        "calendar_query 2024-01-01 to 2024-03-31",
        dates.calendar_query(
            date(2024, 1, 1), date(2024, 3, 31), grains=(Grain.WEEK, Grain.HALF_YEAR), calendar=UTC, dialect=dialect
        ),
    )


def buckets(dialect: str) -> Iterator[tuple[str, exp.Expr]]:
    for grain in Grain:
        column = T if grain is Grain.HOUR else DAY
        start = dates.bucket_start(column, grain, calendar=UTC, dialect=dialect)
        yield f"bucket_start {grain.value}", start
        yield f"bucket_end {grain.value}", dates.bucket_end(START, grain, dialect=dialect)
    for weekday in ("wednesday", "saturday", "sunday"):
        calendar = Calendar(week_start=weekday)
        yield (
            f"bucket_start week from {weekday}",
            dates.bucket_start(DAY, Grain.WEEK, calendar=calendar, dialect=dialect),
        )


def moves(dialect: str) -> Iterator[tuple[str, exp.Expr]]:
    for grain in Grain:
        column = T if grain is Grain.HOUR else DAY
        for count in (2, -3, N):
            yield f"move {grain.value} {count}", dates.move(column, grain, count, dialect=dialect)
    yield "move an expression", dates.move(DAY + 1, Grain.WEEK, N - 1, dialect=dialect)


def source_times(dialect: str) -> Iterator[tuple[str, exp.Expr]]:
    cases = [
        ("date", "UTC", NEW_YORK),
        (None, "UTC", UTC),
        ("timestamp", "UTC", UTC),
        ("timestamp", "UTC", NEW_YORK),
        ("timestamp", "America/New_York", UTC),
        ("timestamptz", "UTC", UTC),
        ("timestamptz", "UTC", NEW_YORK),
        ("timestamptz", "UTC", KOLKATA),
        ("timestamptz", "UTC", HAVANA),
    ]
    for kind, zone, calendar in cases:
        title = f"of a {kind or 'column of unknown type'} in {zone}, project in {calendar.time_zone}"
        given = {"type": kind, "source_zone": zone, "calendar": calendar, "dialect": dialect, "type_dialect": "duckdb"}
        yield f"local_date {title}", dates.local_date(T, **given)
        if kind not in ("date", None):
            yield f"local_hour {title}", dates.local_hour(T, **given)
        yield f"boundary {title}", dates.boundary(DAY, **given)
        yield f"boundary {title}, constant", dates.boundary(dates.date_literal(date(2024, 1, 31)), **given)

"""Own calendars for a project that is tested on small tables: weeks in months of four, four and five of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlglot import exp

from gnomon.model import Project
from gnomon.run.seed import SeedTable
from gnomon.time import Buckets, Grain, OwnGrain
from gnomon.time.own import bucket_starts

DAY, WEEK = timedelta(days=1), timedelta(days=7)
YEAR_WEEKS, YEARS = 52, 8
FIRST_WEEKS = {
    Grain.WEEK: tuple(range(YEAR_WEEKS)),
    Grain.MONTH: tuple(13 * quarter + week for quarter in range(4) for week in (0, 4, 8)),
    Grain.QUARTER: (0, 13, 26, 39),
    Grain.HALF_YEAR: (0, 26),
    Grain.YEAR: (0,),
}
"""The weeks of a year, counted from 0, with which the buckets of each grain begin."""


def with_seeded_buckets(project: Project, last: date) -> Project:
    """The project with the buckets that its own calendars are seeded with, some years before and after a day."""
    days = calendar_days(project, last)
    covered = days[0], days[-1]
    own = tuple(
        Buckets(grain.value, bucket_starts((day, bucket_start(day, grain.grain, days[0])) for day in days), covered)
        for grain in project.own_grains
    )
    return replace(project, calendar=replace(project.calendar, own=own))


def seeded_calendars(tables: Iterable[SeedTable], project: Project, last: date) -> tuple[SeedTable, ...]:
    """Seeds with the rows of own calendars put into their tables."""
    return tuple(calendar_seed(table, own, project, last) if (own := grains_in(table, project)) else table
                 for table in tables)  # fmt: skip


def grains_in(table: SeedTable, project: Project) -> list[OwnGrain]:
    return [grain for grain in project.own_grains if grain.table == table.name]


def calendar_seed(table: SeedTable, own: list[OwnGrain], project: Project, last: date) -> SeedTable:
    """One row for each day; columns that are no grain's are null."""
    days = calendar_days(project, last)
    grains = {grain.start: grain.grain for grain in own}
    columns = dict(table.columns) | dict.fromkeys([own[0].day, *grains], exp.DataType.build("DATE"))

    def value(column: str, day: date) -> date | None:
        if column == own[0].day:
            return day
        return bucket_start(day, grains[column], days[0]) if column in grains else None

    return SeedTable(table.name, columns, tuple(tuple(value(column, day) for column in columns) for day in days))


def calendar_days(project: Project, last: date) -> list[date]:
    """Whole years of 52 weeks around a day, from the first day of a week on."""
    first = project.calendar.floor(last - YEARS * YEAR_WEEKS * WEEK, Grain.WEEK)
    return [first + DAY * n for n in range((YEARS + 2) * YEAR_WEEKS * 7)]


def bucket_start(day: date, grain: Grain, first: date) -> date:
    """The first day of a day's bucket, in years that are counted from `first`.

    >>> bucket_start(date(2024, 2, 9), Grain.MONTH, date(2024, 1, 1))
    datetime.date(2024, 1, 29)
    """
    year, week = divmod((day - first) // WEEK, YEAR_WEEKS)
    return first + WEEK * (year * YEAR_WEEKS + max(begin for begin in FIRST_WEEKS[grain] if begin <= week))

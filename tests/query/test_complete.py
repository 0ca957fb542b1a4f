"""Completeness: the SQL says of each sample date what its bounds, worked out in Python, say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest
from sqlglot import exp

from gnomon.compile.completeness import Reach, is_whole
from gnomon.time import (
    ALL_TIME,
    Calendar,
    Cron,
    Grain,
    Interval,
    OwnAggregation,
    OwnGrain,
    Rolling,
    TimeAggregation,
    ToDate,
)

INTERVALS = (
    *(TimeAggregation(grain) for grain in Grain if grain is not Grain.HOUR),
    Rolling(7),
    Rolling(2, Grain.WEEK),
    Rolling(1, Grain.MONTH),
    Rolling(3, Grain.MONTH, Cron.MONTHLY),
    Rolling(1, Grain.YEAR),
    ToDate(Grain.WEEK),
    ToDate(Grain.MONTH),
    ToDate(Grain.HALF_YEAR, Cron.MONTHLY),
)
RANGES = (
    (date(2022, 12, 31), datetime(2024, 3, 1)),
    (date(2023, 1, 31), datetime(2024, 2, 29, 18)),
    (date(2023, 2, 28), datetime(2024, 12, 31)),
    (date(2023, 1, 1), datetime(2024, 1, 1)),
)


def flags(interval: Interval, samples: list[date], reach: Reach, calendar: Calendar) -> list[bool]:
    """What DuckDB says of each sample date."""
    kind = "TIMESTAMP" if isinstance(samples[0], datetime) else "DATE"
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.retail (day DATE, period DATE)")
        connection.executemany("INSERT INTO raw.retail VALUES (?, ?)", retail())
        connection.execute(f"CREATE TABLE samples (place INTEGER, sample {kind})")
        connection.executemany("INSERT INTO samples VALUES (?, ?)", list(enumerate(samples)))
        flag = is_whole(exp.column("sample", table="samples"), interval, reach, calendar, "duckdb")
        query = exp.select(flag).from_("samples").order_by("place")
        return [value for (value,) in connection.execute(query.sql("duckdb")).fetchall()]


def retail() -> list[tuple[date, date]]:
    """The days of 2024 up to June in periods of 4, 5 and 4 weeks."""
    starts = [date(2024, 1, 1), date(2024, 1, 29), date(2024, 3, 4), date(2024, 4, 1), date(2024, 4, 29)]
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(150)]
    return [(day, max(start for start in starts if start <= day)) for day in days]


@pytest.mark.parametrize("first, through", RANGES)
@pytest.mark.parametrize("interval", INTERVALS, ids=lambda interval: interval.suffix)
def test_a_row_is_complete_iff_its_bounds_lie_in_the_data(
    interval: TimeAggregation | Rolling | ToDate, first: date, through: datetime
) -> None:
    calendar = Calendar(week_start="sunday")
    margin = timedelta(days=800)
    samples = list(interval.samples(first - margin, through.date() + margin, calendar))
    bounds = [interval.bounds(sample, calendar) for sample in samples]
    expected = [start >= first and end <= through.date() for start, end in bounds]
    assert flags(interval, samples, Reach.of(first, through, calendar), calendar) == expected
    assert False in expected


@pytest.mark.parametrize("interval", [TimeAggregation(Grain.HOUR), Rolling(1, Grain.DAY, Cron.HOURLY)])
def test_hours_are_compared_as_instants(interval: TimeAggregation | Rolling) -> None:
    calendar = Calendar("America/New_York")  # five hours behind UTC, four from 10 March 2024 on
    samples = list(interval.samples(date(2024, 3, 8), date(2024, 3, 12), calendar))
    found = flags(interval, samples, Reach.of(date(2024, 3, 9), datetime(2024, 3, 11, 18, 30), calendar), calendar)
    complete = [sample for sample, flag in zip(samples, found, strict=True) if flag]
    earliest = datetime(2024, 3, 9, 5) + (timedelta(hours=23) if isinstance(interval, Rolling) else timedelta(0))
    assert (complete[0], complete[-1]) == (earliest, datetime(2024, 3, 11, 21))


def test_all_time_begins_where_the_source_begins() -> None:
    reach = Reach.of(date(2024, 6, 1), datetime(2024, 7, 1, 12), Calendar())
    assert flags(ALL_TIME, [date(2024, 6, 30), date(2024, 7, 1)], reach, Calendar()) == [True, False]
    later = Reach.of(date(2024, 7, 1), datetime(2024, 7, 1, 12), Calendar())
    assert flags(ALL_TIME, [date(2024, 6, 30)], later, Calendar()) == [True]


def test_the_last_bucket_of_an_own_calendar_is_never_over() -> None:
    interval = OwnAggregation(OwnGrain("retail", Grain.MONTH, "raw.retail", "day", "period"))
    samples = sorted({start for _, start in retail()})
    reach = Reach.of(date(2024, 1, 15), datetime(2024, 12, 1), Calendar())
    assert flags(interval, list(samples), reach, Calendar()) == [False, True, True, True, False]


def test_what_is_not_known_is_null() -> None:
    nothing = Reach(*[exp.null()] * 4)
    for interval in (TimeAggregation(Grain.DAY), Rolling(7), ALL_TIME):
        assert flags(interval, [date(2024, 6, 30)], nothing, Calendar()) == [None]

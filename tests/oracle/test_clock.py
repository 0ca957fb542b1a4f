"""Bounds that a reader can check against a wall calendar."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from oracle.clock import (
    AllTime,
    Bucket,
    Clock,
    Interval,
    OwnCalendar,
    Rolling,
    ToDate,
    hours_of,
    local_midnight,
    windows,
)

NEW_YORK = Clock("America/New_York")


def bounds(interval: Interval, start: str, end: str, clock: Clock | None = None) -> list[str]:
    """`sample low..high` of each sample date, high exclusive."""
    assert not isinstance(interval, AllTime)
    found = windows(interval, date.fromisoformat(start), date.fromisoformat(end), clock or Clock())
    return [f"{sample} {low}..{high}" for sample, low, high in found]


CASES: list[tuple[Interval, str, str, list[str]]] = [
    (Rolling(30), "2024-01-30", "2024-01-30", ["2024-01-30 2024-01-01..2024-01-31"]),
    (Rolling(1, "month"), "2023-03-30", "2023-03-30", ["2023-03-30 2023-02-28..2023-03-31"]),
    (Rolling(1, "month"), "2023-03-31", "2023-03-31", ["2023-03-31 2023-03-01..2023-04-01"]),
    (Rolling(1, "month"), "2024-02-29", "2024-02-29", ["2024-02-29 2024-02-01..2024-03-01"]),
    (Rolling(1, "year"), "2024-02-28", "2024-02-28", ["2024-02-28 2023-02-28..2024-02-29"]),
    (Rolling(2, "week", "@weekly"), "2024-06-10", "2024-06-16", ["2024-06-16 2024-06-03..2024-06-17"]),
    (Rolling(1, "quarter", "@monthly"), "2024-06-01", "2024-06-30", ["2024-06-30 2024-04-01..2024-07-01"]),
    (Rolling(2, "quarter", "@quarterly"), "2024-04-01", "2024-06-30", ["2024-06-30 2024-01-01..2024-07-01"]),
    (Rolling(7, "day", "@yearly"), "2023-06-01", "2024-06-01", ["2023-12-31 2023-12-25..2024-01-01"]),
    (
        ToDate("monthly"),
        "2024-02-29",
        "2024-03-01",
        ["2024-02-29 2024-02-01..2024-03-01", "2024-03-01 2024-03-01..2024-03-02"],
    ),
    (ToDate("biannually", "@monthly"), "2024-08-01", "2024-08-31", ["2024-08-31 2024-07-01..2024-09-01"]),
    (ToDate("yearly", "@weekly"), "2024-01-01", "2024-01-07", ["2024-01-07 2024-01-01..2024-01-08"]),
    (Bucket("daily"), "2024-02-29", "2024-02-29", ["2024-02-29 2024-02-29..2024-03-01"]),
    (Bucket("weekly"), "2024-06-01", "2024-06-09", ["2024-06-03 2024-06-03..2024-06-10"]),
    (Bucket("monthly"), "2024-01-02", "2024-02-01", ["2024-02-01 2024-02-01..2024-03-01"]),
    (Bucket("quarterly"), "2024-04-01", "2024-06-30", ["2024-04-01 2024-04-01..2024-07-01"]),
    (Bucket("biannually"), "2024-01-02", "2024-12-31", ["2024-07-01 2024-07-01..2025-01-01"]),
    (Bucket("yearly"), "2023-12-31", "2024-01-01", ["2024-01-01 2024-01-01..2025-01-01"]),
]


@pytest.mark.parametrize(("interval", "start", "end", "expected"), CASES)
def test_bounds(interval: Bucket | Rolling | ToDate, start: str, end: str, expected: list[str]) -> None:
    assert bounds(interval, start, end) == expected


def test_own_windows_to_date_are_of_days_whose_bucket_the_calendar_says() -> None:
    starts = (date(2024, 1, 1), date(2024, 1, 29), date(2024, 2, 26))
    clock = Clock(own=OwnCalendar(date(2024, 1, 27), date(2024, 2, 27), (("month", starts),)))
    found = bounds(ToDate("fiscal_month"), "2024-01-20", "2024-03-05", clock)
    assert (found[0], found[-1], len(found)) == (
        "2024-01-29 2024-01-29..2024-01-30",
        "2024-02-27 2024-02-26..2024-02-28",
        30,
    )


def test_weeks_start_where_the_project_says() -> None:
    sunday = Clock(week_start="sunday")
    assert bounds(Bucket("weekly"), "2024-06-01", "2024-06-08", sunday) == ["2024-06-02 2024-06-02..2024-06-09"]
    weekly = Rolling(1, "day", "@weekly")
    assert bounds(weekly, "2024-06-01", "2024-06-14", sunday) == [
        "2024-06-01 2024-06-01..2024-06-02",
        "2024-06-08 2024-06-08..2024-06-09",
    ]


def test_an_event_leaves_a_month_at_the_first_date_whose_window_starts_after_it() -> None:
    march = bounds(Rolling(1, "month"), "2023-03-26", "2023-03-31")
    holding = [line[:10] for line in march if line[11:21] <= "2023-02-28"]
    assert holding == ["2023-03-26", "2023-03-27", "2023-03-28", "2023-03-29", "2023-03-30"]


def test_hours_are_elapsed_time() -> None:
    assert [len(hours_of(date(2013, *day), NEW_YORK)) for day in ((3, 9), (3, 10), (11, 3), (11, 4))] == [
        24,
        23,
        25,
        24,
    ]
    first, *_ = windows(Bucket("hourly"), date(2013, 3, 10), date(2013, 3, 10), NEW_YORK)
    assert first == (datetime(2013, 3, 10, 5), datetime(2013, 3, 10, 5), datetime(2013, 3, 10, 6))
    *_, last = windows(Rolling(2, "day", "@hourly"), date(2013, 3, 10), date(2013, 3, 10), NEW_YORK)
    assert last == (datetime(2013, 3, 11, 3), datetime(2013, 3, 9, 4), datetime(2013, 3, 11, 4))
    assert hours_of(date(2024, 1, 1), Clock("Asia/Kolkata"))[0] == datetime(2023, 12, 31, 18, 30)


def test_a_day_whose_midnight_does_not_exist_begins_an_hour_later() -> None:
    assert local_midnight(date(2018, 11, 4), Clock("America/Sao_Paulo")) == datetime(2018, 11, 4, 3)
    assert local_midnight(date(2018, 11, 3), Clock("America/Sao_Paulo")) == datetime(2018, 11, 3, 3)

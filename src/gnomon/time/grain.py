"""Grains: the lengths that time is cut into."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum


class Grain(Enum):
    """A calendar unit. The value is its name in SQL and in definitions."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """The grain's length in months, 0 for the grains that are counted in days or hours."""
        return MONTHS.get(self, 0)

    @property
    def aggregation(self) -> str:
        """The time aggregation that buckets by this grain: `monthly` for a month."""
        return AGGREGATIONS[self]


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF_YEAR: 6, Grain.YEAR: 12}
DAYS = {Grain.DAY: 1, Grain.WEEK: 7}
AGGREGATIONS = {
    Grain.HOUR: "hourly",
    Grain.DAY: "daily",
    Grain.WEEK: "weekly",
    Grain.MONTH: "monthly",
    Grain.QUARTER: "quarterly",
    Grain.HALF_YEAR: "biannually",
    Grain.YEAR: "yearly",
}
GRAIN_BY_AGGREGATION = {word: grain for grain, word in AGGREGATIONS.items()}
WINDOW_UNITS = (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)
TO_DATE_GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF_YEAR, Grain.YEAR)


def add_months(day: date, months: int) -> date:
    """A date moved by months, clamped to the end of the month it lands in.

    >>> add_months(date(2023, 3, 31), -1)
    datetime.date(2023, 2, 28)
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def add(day: date, grain: Grain, count: int) -> date:
    """A date moved by `count` grains of a day or more; month ends clamp.

    >>> add(date(2024, 1, 31), Grain.WEEK, -1), add(date(2024, 1, 31), Grain.QUARTER, 1)
    (datetime.date(2024, 1, 24), datetime.date(2024, 4, 30))
    """
    if grain.months:
        return add_months(day, count * grain.months)
    return day + timedelta(days=DAYS[grain] * count)

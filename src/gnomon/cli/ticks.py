"""Where an axis is marked: round numbers, and the beginnings of hours, days, weeks, months and years."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONTHS = (1, 2, 3, 6)


def value_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers that cover a range, in steps of 1, 2, 2.5 or 5 times a power of ten.

    >>> value_ticks(0, 47)
    [0.0, 20.0, 40.0, 60.0]
    >>> value_ticks(0.61, 0.88)
    [0.6, 0.7, 0.8, 0.9]
    """
    spread = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(spread / count))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if spread / (power * part) <= count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, max(last, first + 1) + 1)]


def date_ticks(start: date, end: date, count: int = 13) -> list[date]:
    """About `count` beginnings of a calendar unit from `start` to `end`, both included; `start` if there is none.

    >>> [str(tick) for tick in date_ticks(date(2013, 1, 1), date(2013, 7, 1), 4)]
    ['2013-01-01', '2013-03-01', '2013-05-01', '2013-07-01']
    >>> [str(tick) for tick in date_ticks(date(2013, 1, 3), date(2013, 1, 30), 5)]
    ['2013-01-07', '2013-01-14', '2013-01-21', '2013-01-28']
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        found: list[date] = [*hours(start, end, count)]
        return found or [start]
    days = (end - start) // DAY
    if days <= count:
        return [start + index * DAY for index in range(days + 1)]
    if days <= 7 * count and days < 75:
        monday = start + DAY * (-start.weekday() % 7)
        return [monday + 7 * index * DAY for index in range((end - monday) // DAY // 7 + 1)] or [start]
    return months(start, end, count) or [start]


def months(start: date, end: date, count: int) -> list[date]:
    """The first days of every month, or of every second, third, sixth or twelfth (or of every few years)."""
    total = (end.year - start.year) * 12 + end.month - start.month + 1
    step = next((step for step in MONTHS if total <= step * count), 12)
    years = max(1, -(-total // (12 * count))) if step == 12 else 1
    first = start.year * 12
    ticks = [date(index // 12, index % 12 + 1, 1) for index in range(first, first + total + 12, step)]
    return [tick for tick in ticks if start <= tick <= end and (step < 12 or tick.year % years == 0)]


def hours(start: datetime, end: datetime, count: int) -> list[datetime]:
    """Every hour, or every third, sixth, twelfth or twenty-fourth (or of every few days)."""
    total = (end - start) / HOUR
    step = next((step for step in (1, 3, 6, 12) if total <= step * count), 24)
    days = max(1, math.ceil(total / 24 / count)) if step == 24 else 1
    tick = datetime(start.year, start.month, start.day)
    found = []
    while tick <= end:
        if tick >= start:
            found.append(tick)
        tick += step * days * HOUR
    return found

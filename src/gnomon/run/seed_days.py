"""The days that seeds are dated on: dense where rows are compared, and on both sides of every bound."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
MOMENTS = (time(0, 0), time(23, 59, 59), time(12, 0), time(0, 30), time(5, 15), time(17, 45), time(23, 0))
DEBUTS = 7
"""How many ids begin late; each makes every pool of ids one longer."""


@dataclass(frozen=True, slots=True)
class SeedDays:
    """Days, `first` to `last` both included.

    Most rows fall on or after `recent`, or in one of the half-open `spans` that are compared; `edges` are days at the
    bounds of those; on each of `debuts` an id occurs for the first time.
    """

    first: date
    last: date
    recent: date
    spans: tuple[tuple[date, date], ...]
    edges: tuple[date, ...]
    debuts: tuple[date, ...]

    def pick(self, rng: random.Random) -> date:
        """A day: often recent, or in a bucket or window that is compared, or at its edge; seldom after `last`."""
        draw = rng.random()
        if draw < 0.35:
            return between(self.recent, self.last, rng)
        if draw < 0.6 and self.spans:
            low, high = rng.choice(self.spans)
            return between(low, high - DAY, rng)
        if draw < 0.8 and self.edges:
            return rng.choice(self.edges)
        if draw < 0.82:
            return between(self.last + DAY, self.last + 2 * DAY, rng)
        return between(self.first, self.last, rng)

    def moment(self, day: date, rng: random.Random) -> datetime:
        """A time of that day, often at its bounds."""
        if rng.random() < 0.5:
            return datetime.combine(day, rng.choice(MOMENTS))
        return datetime.combine(day, time(rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)))

    @property
    def middle(self) -> date:
        return self.first + (self.last - self.first) / 2


def seed_days(bounds: Iterable[tuple[date, date]], recent: date, last: date) -> SeedDays:
    """The days for rows whose half-open buckets or windows are `bounds`, twice the longest before `last`.

    >>> days = seed_days([(date(2024, 3, 1), date(2024, 4, 1))], date(2024, 4, 3), date(2024, 4, 9))
    >>> str(days.first), [str(day) for day in days.debuts]
    ('2024-01-30', ['2024-03-16', '2024-04-06'])
    """
    spans = sorted({(as_date(low), max(as_date(high), as_date(low) + DAY)) for low, high in bounds})
    longest = max([high - low for low, high in spans], default=DAY)
    first = min([low for low, _ in spans] + [recent]) - longest
    edges = {day for low, high in spans for day in (low - DAY, low, high - DAY, high)}
    months = {(first + DAY * n).replace(day=1) for n in range(0, (last - first).days, 7)}
    edges |= {day for month in months for day in (month - DAY, month)}
    kept = tuple(sorted(day for day in edges if first <= day <= last))
    middles = {low + (high - low) / 2 for low, high in spans} | {recent + (last - recent) / 2}
    return SeedDays(
        first, last, recent, tuple(spans), kept, spread(sorted(d for d in middles if first < d <= last), DEBUTS)
    )


def between(first: date, last: date, rng: random.Random) -> date:
    """A day from `first` to `last`, both included."""
    return first + DAY * rng.randint(0, (last - first).days)


def spread(days: Sequence[date], count: int) -> tuple[date, ...]:
    """At most `count` of the days, evenly spread, with the last."""
    if len(days) <= count:
        return tuple(days)
    return tuple(days[round(n * (len(days) - 1) / (count - 1))] for n in range(count))


def as_date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment

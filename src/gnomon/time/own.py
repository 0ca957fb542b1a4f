"""Calendars of a project's own (fiscal, 4-4-5): grains that a table says, and the buckets once the table was read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from gnomon.time.grain import Grain

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnGrain:
    """A grain of an own calendar: `table` has a row for each `day`, with the first day of its bucket in `start`."""

    calendar: str
    grain: Grain
    table: str
    day: str
    start: str

    @property
    def value(self) -> str:
        """The grain's name, as `fiscal_quarter`."""
        return f"{self.calendar}_{self.grain.value}"

    @property
    def words(self) -> str:
        """The grain's name in a sentence, as `fiscal quarter`."""
        return self.value.replace("_", " ")

    @property
    def aggregation(self) -> str:
        """The time aggregation that buckets by this grain: `fiscal_quarterly`."""
        return f"{self.calendar}_{self.grain.aggregation}"


@dataclass(frozen=True, slots=True)
class Buckets:
    """The first days of the buckets of one own grain, in order; where the last one ends is not known.

    `covered` are the first and the last day that the calendar has a row for.

    >>> fiscal = Buckets("fiscal_month", (date(2024, 1, 1), date(2024, 1, 29), date(2024, 2, 26)))
    >>> fiscal.floor(date(2024, 2, 25)), fiscal.ceil(date(2024, 2, 25))
    (datetime.date(2024, 1, 29), datetime.date(2024, 2, 26))
    """

    grain: str
    starts: tuple[date, ...]
    covered: tuple[date, date] | None = None

    def floor(self, day: date) -> date:
        """The first day of the bucket that holds a day; before all of them, the first bucket's."""
        return self.starts[max(0, bisect_right(self.starts, day) - 1)]

    def ceil(self, day: date) -> date:
        """The first bucket that begins on or after a day; after all of them, the last, which is never over."""
        return self.starts[min(len(self.starts) - 1, bisect_left(self.starts, day))]

    @property
    def last(self) -> date:
        """The last day whose bucket is known."""
        return self.covered[1] if self.covered else self.starts[-1]

    def start_of(self, day: date) -> date:
        """The first day of the bucket that holds a day; LookupError where the calendar does not say it."""
        if not self.starts[0] <= day <= self.last:
            raise LookupError(f"no {self.grain} is known that holds {day}")
        return self.floor(day)

    def after(self, day: date) -> date | None:
        """The first bucket that begins on or after a day; None where the calendar knows none."""
        place = bisect_left(self.starts, day)
        return self.starts[place] if place < len(self.starts) else None

    def between(self, start: date, end: date) -> tuple[date, ...]:
        """The buckets that begin from `start` to `end`, both included, and whose ends are known."""
        return self.starts[bisect_left(self.starts, start) : min(bisect_right(self.starts, end), len(self.starts) - 1)]

    def bounds(self, start: date) -> tuple[date, date]:
        """The bucket `[start, end)` that begins on a day; LookupError where no bucket does or its end is not known."""
        place = bisect_left(self.starts, start)
        if start not in self.starts[place : place + 1] or place + 1 == len(self.starts):
            raise LookupError(f"no {self.grain} with a known end begins on {start}")
        return start, self.starts[place + 1]


def bucket_starts(rows: Iterable[tuple[date, date | None]]) -> tuple[date, ...]:
    """The first days of the buckets that (day, bucket's start) rows in order of the days hold.

    ValueError, with a sentence, where the rows do not cut time into buckets. The days before the first start belong to
    a bucket that the table does not hold whole, and are left out.

    >>> day = date(2024, 1, 31)
    >>> [str(start) for start in bucket_starts([(day, date(2024, 1, 1)), (day + DAY, day + DAY)])]
    ['2024-02-01']
    """
    starts: list[date] = []
    before: date | None = None
    current: date | None = None
    for day, start in rows:
        if before is not None and day != before + DAY:
            what = f"has {day} twice" if day == before else f"lacks {before + DAY}"
            raise ValueError(f"{what}: it needs one row for each day from its first to its last")
        if start is None:
            raise ValueError(f"has no bucket for {day}")
        if start != current and not (start == day or (before is None and start < day)):
            raise ValueError(f"puts {day} in a bucket that begins on {start}, where {start} is not in it")
        if start == day:
            starts.append(day)
        before, current = day, start
    if not starts:
        raise ValueError("has no day on which a bucket begins")
    return tuple(starts)

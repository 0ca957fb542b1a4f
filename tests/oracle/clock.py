"""Sample dates and their bounds, one day at a time: the slow and obvious way.

Dates are local dates of the project's zone. An hour is the naive UTC timestamp of its beginning.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BUCKETS = ("hourly", "daily", "weekly", "monthly", "quarterly", "biannually", "yearly")
CRON_BUCKETS = {
    "@daily": "daily",
    "@weekly": "weekly",
    "@monthly": "monthly",
    "@quarterly": "quarterly",
    "@yearly": "yearly",
}
UNIT_OF_BUCKET = {
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "biannually": "half_year",
    "yearly": "year",
}
MONTHS_OF_UNIT = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class OwnCalendar:
    """A calendar of the project's own: the days that it has, and for each grain the first days of its buckets.

    The first bucket of a grain may begin before the calendar does.
    """

    first: date
    last: date
    starts: tuple[tuple[str, tuple[date, ...]], ...]
    name: str = "fiscal"

    def of(self, word: str) -> tuple[date, ...]:
        """The first days of the buckets of a grain, by its name: `fiscal_month`."""
        return dict(self.starts)[word.removeprefix(f"{self.name}_")]

    def rows(self) -> Iterator[dict[str, date]]:
        """What the calendar's table holds: each `day`, and the `<grain>_start` of its bucket."""
        for day in days(self.first, self.last):
            starts = {f"{grain}_start": firsts[bisect_right(firsts, day) - 1] for grain, firsts in self.starts}
            yield {"day": day, **starts}


@dataclass(frozen=True)
class Clock:
    """A project's zone, the day its weeks start on, and its own calendar if it has one."""

    zone: str = "UTC"
    week_start: str = "monday"
    own: OwnCalendar | None = None


@dataclass(frozen=True)
class Bucket:
    """A time aggregation, by its word: `hourly` to `yearly`."""

    word: str

    @property
    def suffix(self) -> str:
        return self.word


@dataclass(frozen=True)
class Rolling:
    """A window of the last `count` units, sampled by `cron`."""

    count: int
    unit: str = "day"
    cron: str = "@daily"

    @property
    def suffix(self) -> str:
        return f"over_{self.count}_{self.unit}_window"


@dataclass(frozen=True)
class ToDate:
    """From the first day of the bucket that holds the sample date up to it, sampled by `cron`.

    The bucket is a word of the calendar's, or the name of an own grain: `fiscal_month`.
    """

    word: str
    cron: str = "@daily"

    @property
    def grain(self) -> str:
        """The grain as definitions spell it."""
        return UNIT_OF_BUCKET.get(self.word, self.word)

    @property
    def is_own(self) -> bool:
        return self.word not in UNIT_OF_BUCKET

    @property
    def suffix(self) -> str:
        return f"{self.grain}_to_date"


@dataclass(frozen=True)
class AllTime:
    """Everything from the metric's start to the execution date."""

    suffix: str = "over_all_time"


Interval = Bucket | Rolling | ToDate | AllTime


def begins(day: date, bucket: str, clock: Clock) -> bool:
    """Whether a bucket begins on a day."""
    if bucket == "daily":
        return True
    if bucket not in BUCKETS:
        assert clock.own is not None
        return day in clock.own.of(bucket)
    if bucket == "weekly":
        return WEEKDAYS[day.weekday()] == clock.week_start
    first_months = {"monthly": range(1, 13), "quarterly": (1, 4, 7, 10), "biannually": (1, 7), "yearly": (1,)}
    return day.day == 1 and day.month in first_months[bucket]


def next_beginning(day: date, bucket: str, clock: Clock) -> date:
    """The first day after `day` on which a bucket begins."""
    day += DAY
    while not begins(day, bucket, clock):
        day += DAY
    return day


def last_beginning(day: date, bucket: str, clock: Clock) -> date:
    """The last day up to `day` on which a bucket begins."""
    if bucket not in BUCKETS:
        assert clock.own is not None
        return max(start for start in clock.own.of(bucket) if start <= day)
    while not begins(day, bucket, clock):
        day -= DAY
    return day


def move(day: date, unit: str, count: int) -> date:
    """A date moved by calendar units; a day that the month does not have becomes the month's last.

    >>> move(date(2023, 3, 31), "month", -1)
    datetime.date(2023, 2, 28)
    """
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * MONTHS_OF_UNIT[unit]
    wanted = day.day
    while True:
        try:
            return date(months // 12, months % 12 + 1, wanted)
        except ValueError:
            wanted -= 1


def local_midnight(day: date, clock: Clock) -> datetime:
    """The instant, as naive UTC, at which a local day begins.

    It is the first instant whose local date is that day; where the clocks skip midnight, the hour after it.
    """
    zone = ZoneInfo(clock.zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    step = timedelta(minutes=15)
    while moment.astimezone(zone).date() < day:
        moment += step
    return moment.replace(tzinfo=None)


def hours_of(day: date, clock: Clock) -> list[datetime]:
    """The beginnings of a local day's real hours, as naive UTC.

    >>> ny = Clock("America/New_York")
    >>> len(hours_of(date(2013, 3, 10), ny)), len(hours_of(date(2013, 11, 3), ny))
    (23, 25)
    """
    start, end = local_midnight(day, clock), local_midnight(day + DAY, clock)
    hours = []
    while start < end:
        hours.append(start)
        start += HOUR
    return hours


def days(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to `end`, both included."""
    while start <= end:
        yield start
        start += DAY


Moment = date | datetime
Window = tuple[Moment, Moment, Moment]


def windows(interval: Bucket | Rolling | ToDate, start: date, end: date, clock: Clock) -> Iterator[Window]:
    """(sample date, first moment, first moment after) for each sample date from `start` to `end`, both included.

    Bounds are local dates, or naive UTC instants for hours.

    >>> [[str(day) for day in w] for w in windows(Rolling(30), date(2024, 1, 30), date(2024, 1, 30), Clock())]
    [['2024-01-30', '2024-01-01', '2024-01-31']]
    """
    hourly = interval == Bucket("hourly") or (isinstance(interval, Rolling) and interval.cron == "@hourly")
    for day in days(start, end):
        if hourly:
            for hour in hours_of(day, clock):
                yield hour, hour + HOUR - length_in_hours(interval), hour + HOUR
        elif isinstance(interval, Bucket):
            if begins(day, interval.word, clock):
                yield day, day, next_beginning(day, interval.word, clock)
        elif isinstance(interval, ToDate):
            if begins(day + DAY, CRON_BUCKETS[interval.cron], clock) and is_known(day, interval, clock):
                yield day, last_beginning(day, interval.word, clock), day + DAY
        elif begins(day + DAY, CRON_BUCKETS[interval.cron], clock):
            yield day, move(day + DAY, interval.unit, -interval.count), day + DAY


def is_known(day: date, interval: ToDate, clock: Clock) -> bool:
    """Whether the bucket of a day is known: an own calendar has the day, and the day on which its bucket begins."""
    if not interval.is_own:
        return True
    assert clock.own is not None
    begun = any(clock.own.first <= start <= day for start in clock.own.of(interval.word))
    return begun and day <= clock.own.last


def length_in_hours(interval: Bucket | Rolling | ToDate) -> timedelta:
    """The elapsed length of an hourly bucket or of a window sampled by the hour."""
    if not isinstance(interval, Rolling):
        return HOUR
    return interval.count * {"hour": HOUR, "day": DAY}[interval.unit]

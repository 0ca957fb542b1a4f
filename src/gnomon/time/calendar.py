"""A project's calendar: its zone and its weeks, and the bucket that a date falls in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gnomon.time.grain import Grain, add
from gnomon.time.own import Buckets, OwnGrain

YEARS = range(2000, 2038)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Calendar:
    """One time zone and one first day of the week per project; `own` holds the buckets of own calendars once read."""

    time_zone: str = "UTC"
    week_start: str = "monday"
    own: tuple[Buckets, ...] = ()

    @property
    def week_offset(self) -> int:
        """How many days after Monday a week starts."""
        return WEEKDAYS.index(self.week_start)

    @property
    def has_dst(self) -> bool:
        """Whether some day of the zone has more or less than 24 hours.

        >>> Calendar("America/New_York").has_dst, Calendar("Asia/Kolkata").has_dst
        (True, False)
        """
        zone = ZoneInfo(self.time_zone)
        return len({datetime(year, month, 1, tzinfo=zone).utcoffset() for year in YEARS for month in (1, 7)}) > 1

    def buckets(self, grain: OwnGrain) -> Buckets:
        """The buckets of an own grain; LookupError where its table was not read."""
        found = next((buckets for buckets in self.own if buckets.grain == grain.value), None)
        if found is None:
            raise LookupError(f"the buckets of {grain.value} are in {grain.table}, which was not read")
        return found

    def floor(self, day: date, grain: Grain | OwnGrain) -> date:
        """The first day of the bucket that holds a date.

        >>> Calendar().floor(date(2024, 8, 15), Grain.HALF_YEAR)
        datetime.date(2024, 7, 1)
        >>> Calendar(week_start="sunday").floor(date(2024, 8, 15), Grain.WEEK)
        datetime.date(2024, 8, 11)
        """
        if isinstance(grain, OwnGrain):
            return self.buckets(grain).floor(day)
        if grain.months:
            return date(day.year, (day.month - 1) // grain.months * grain.months + 1, 1)
        if grain is Grain.WEEK:
            return day - timedelta(days=(day.weekday() - self.week_offset) % 7)
        return day

    def ceil(self, day: date, grain: Grain | OwnGrain) -> date:
        """The first bucket that begins on or after a date.

        >>> Calendar().ceil(date(2024, 1, 1), Grain.MONTH), Calendar().ceil(date(2024, 1, 2), Grain.MONTH)
        (datetime.date(2024, 1, 1), datetime.date(2024, 2, 1))
        """
        if isinstance(grain, OwnGrain):
            return self.buckets(grain).ceil(day)
        start = self.floor(day, grain)
        return start if start == day else add(start, grain, 1)

    def local_date(self, instant: datetime) -> date:
        """The local date of an instant that knows its zone."""
        return instant.astimezone(ZoneInfo(self.time_zone)).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.time_zone))

    def hours(self, day: date) -> list[datetime]:
        """The beginnings of a local day's real hours (23 to 25 of them), as naive UTC timestamps.

        >>> len(Calendar("America/New_York").hours(date(2013, 3, 10)))
        23
        """
        utc = ZoneInfo("UTC")
        start, end = (self.midnight(d).astimezone(utc).replace(tzinfo=None) for d in (day, day + timedelta(days=1)))
        return [start + timedelta(hours=n) for n in range(int((end - start) / timedelta(hours=1)))]

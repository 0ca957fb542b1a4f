"""How far each run looks back, so that late events are counted: for the models, and for what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import ceil

from gnomon.model import SourceTable
from gnomon.time import Calendar

DAY = timedelta(days=1)


def greatest_lateness(sources: Iterable[SourceTable]) -> timedelta:
    """The most by which an event of some sources may follow its time; nothing without sources."""
    return max((source.lateness for source in sources), default=timedelta(0))


def lookback(sources: Iterable[SourceTable], calendar: Calendar) -> int:
    """How many built days a run computes again for late events: the greatest lateness, in whole days.

    Where clocks change it is a day more, since 72 hours may be 73 on the clock.
    """
    days = ceil(greatest_lateness(sources) / DAY)
    return days + 1 if days and calendar.has_dst else days


def days_read_again(late: int, calendar: Calendar) -> int:
    """How many built days a run computes again in all, of which `late` are for late events.

    With another zone than UTC a run can see the end of a local day a run too early, so that the next one looks back.

    >>> days_read_again(0, Calendar()), days_read_again(0, Calendar("Asia/Tokyo")), days_read_again(3, Calendar())
    (0, 1, 3)
    """
    return max(late, 0 if calendar.time_zone == "UTC" else 1)

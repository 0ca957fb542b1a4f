"""How far the windows reach that a day is in, against the windows of the oracle's clock one by one."""

from __future__ import annotations

from datetime import date

import pytest

from gnomon.time import Windowed
from gnomon.time.ranges import reach
from increments.scheduler import calendar_of, in_gnomon
from oracle.clock import DAY, Clock, OwnCalendar, Rolling, ToDate, days, windows

INTERVALS = [Rolling(1), Rolling(7), Rolling(2, "week"), Rolling(1, "month"), Rolling(2, "month"),
             Rolling(1, "quarter"), Rolling(1, "year"),
             ToDate("weekly"), ToDate("monthly"), ToDate("yearly"), ToDate("fiscal_month")]  # fmt: skip
PERIODS = (
    date(2022, 12, 31),
    date(2023, 2, 27),
    date(2023, 3, 1),
    date(2023, 11, 30),
    date(2024, 3, 2),
    date(2025, 1, 1),
)
FISCAL = OwnCalendar(PERIODS[0], PERIODS[-1], (("month", PERIODS),))
ENDS_OF_MONTHS = [*days(date(2023, 2, 25), date(2023, 3, 2)), *days(date(2023, 11, 27), date(2023, 12, 2)),
                  *days(date(2024, 2, 25), date(2024, 3, 2)), *days(date(2024, 4, 27), date(2024, 5, 1))]  # fmt: skip


@pytest.mark.parametrize("interval", INTERVALS, ids=repr)
@pytest.mark.parametrize("week_start", ["monday", "sunday"])
def test_the_last_window_that_holds_a_day(interval: Rolling | ToDate, week_start: str) -> None:
    own = in_gnomon(interval)
    assert isinstance(own, Windowed)
    clock = Clock("UTC", week_start, FISCAL)
    for day in ENDS_OF_MONTHS:
        held = [each for each, low, high in windows(interval, day, day + 400 * DAY, clock) if low <= day < high]
        assert reach(own, day + DAY, calendar_of(clock)) == max(held) + DAY

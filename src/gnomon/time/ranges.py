"""Which sample dates a run writes: SQLMesh's range of days, widened to what those days can change.

SQLMesh asks for whole days `[start, end)`. A model is asked for its rows in the range returned here, computes each
over its whole bucket or window, and replaces exactly that range. Shared by the materialization, the commands and
the simulated scheduler of the tests, so that the law of increments is checked on the code that runs.
"""

from __future__ import annotations

from datetime import date, timedelta

from gnomon.time.calendar import Calendar
from gnomon.time.grain import Grain, add
from gnomon.time.interval import Cron, OwnAggregation, TimeAggregation, ToDate, Windowed
from gnomon.time.own import OwnGrain

DAY = timedelta(days=1)


def written_range(
    interval: TimeAggregation | OwnAggregation | Windowed,
    start: date,
    end: date,
    built_until: date,
    execution: date,
    calendar: Calendar,
) -> tuple[date, date]:
    """The sample dates `[low, high)` that a run over the days `[start, end)` replaces.

    Buckets: each one that the days touch and that is complete on the `execution` date. Windows: each sample
    date whose window the days touch, up to `built_until` (exclusive), which is what earlier runs reached.

    >>> from gnomon.time import Rolling
    >>> june = date(2024, 6, 10), date(2024, 6, 11)
    >>> monthly, rolling = TimeAggregation(Grain.MONTH), Rolling(7)
    >>> [str(day) for day in written_range(monthly, *june, june[1], date(2024, 7, 1), Calendar())]
    ['2024-06-01', '2024-07-01']
    >>> [str(day) for day in written_range(monthly, *june, june[1], date(2024, 6, 30), Calendar())]
    ['2024-06-01', '2024-06-01']
    >>> [str(day) for day in written_range(rolling, *june, date(2024, 6, 13), date(2024, 7, 1), Calendar())]
    ['2024-06-10', '2024-06-13']
    """
    if isinstance(interval, TimeAggregation | OwnAggregation):
        grain = Grain.DAY if interval.grain is Grain.HOUR else interval.grain
        low = calendar.floor(start, grain)
        return low, max(low, min(calendar.ceil(end, grain), calendar.floor(execution, grain)))
    return start, max(min(end, execution), min(reach(interval, end, calendar), built_until, execution))


def reach(interval: Windowed, end: date, calendar: Calendar) -> date:
    """The day after the last sample date whose window can hold an event before `end`.

    >>> from gnomon.time import Rolling
    >>> reach(Rolling(7), date(2024, 6, 11), Calendar())
    datetime.date(2024, 6, 17)
    >>> reach(Rolling(1, Grain.MONTH), date(2023, 3, 1), Calendar())
    datetime.date(2023, 3, 31)
    >>> reach(ToDate(Grain.MONTH), date(2024, 6, 11), Calendar())
    datetime.date(2024, 7, 1)
    """
    if isinstance(interval, ToDate):
        if isinstance(interval.grain, OwnGrain):  # the last bucket of a table has no known end
            return calendar.buckets(interval.grain).after(end) or date.max
        return calendar.ceil(end, interval.grain)
    if interval.cron is Cron.HOURLY:
        days = interval.window if interval.unit is Grain.DAY else -(-interval.window // 24)
        return end + DAY * days
    last_event = end - DAY
    beyond = add(end, interval.unit, interval.window)  # never too late; clamping may keep the event in for longer
    while add(beyond, interval.unit, -interval.window) <= last_event:
        beyond += DAY
    return beyond - DAY

"""The sample dates on which each variant is compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from gnomon.compile.project import is_hourly
from gnomon.model import Variant
from gnomon.run.local_args import LocalRange
from gnomon.run.seed_days import as_date
from gnomon.time import AllTime, Calendar, Grain, OwnAggregation, TimeAggregation, ToDate, Windowed
from gnomon.time.grain import add

DAY = timedelta(days=1)
HOURLY_DAYS = 2


def samples_of(variant: Variant, tested: LocalRange, calendar: Calendar) -> list[date]:
    """The complete sample dates in the range, or else the last complete one before its end.

    A metric that has ended is compared over its last days. Empty where the metric's own start and end leave none.
    `over_all_time` has one: the day before the execution date, or the metric's end.
    An hourly series has those of the last `HOURLY_DAYS` days, or it would take as long as all the others together.
    """
    metric, interval = variant.metric, variant.interval
    if isinstance(interval, AllTime):
        latest = min(tested.today - DAY, metric.end or tested.today)
        return [latest] if metric.start <= latest else []
    last = min(tested.last, metric.end or tested.last)
    begin = max(min(tested.start, last - (tested.last - tested.start)), metric.start)
    if is_hourly(variant):
        begin = max(begin, last - HOURLY_DAYS * DAY + DAY)
    found = [s for s in interval.samples(begin, last, calendar) if complete(s, interval, tested.last, calendar)]
    if found:
        return found
    earlier = last_complete(interval, last, tested.last, calendar)
    return [earlier] if earlier >= metric.start else []


def complete(
    sample: date, interval: TimeAggregation | OwnAggregation | Windowed, last: date, calendar: Calendar
) -> bool:
    """Whether a row's bucket or window is over by the end of the day `last`."""
    return isinstance(sample, datetime) or interval.bounds(sample, calendar)[1] <= last + DAY


def last_complete(
    interval: TimeAggregation | OwnAggregation | Windowed, latest: date, last: date, calendar: Calendar
) -> date:
    """The last sample date not after `latest` whose bucket or window is over by the end of the day `last`.

    >>> last_complete(TimeAggregation(Grain.MONTH), date(2024, 3, 9), date(2024, 3, 9), Calendar())
    datetime.date(2024, 2, 1)
    """
    if isinstance(interval, Windowed):
        return calendar.floor(latest + DAY, interval.cron.grain) - DAY
    if isinstance(interval, OwnAggregation):
        buckets = calendar.buckets(interval.grain)
        return buckets.floor(min(buckets.floor(last + DAY) - DAY, latest))
    grain = Grain.DAY if interval.grain is Grain.HOUR else interval.grain
    ended = add(calendar.floor(last + DAY, grain), grain, -1)
    return min(ended, calendar.floor(latest, grain))


def spans(chosen: Iterable[tuple[Variant, Sequence[date]]], calendar: Calendar) -> list[tuple[date, date]]:
    """The half-open buckets and windows of each variant's first and last sample dates, as dates.

    For a window to date also the bucket before, whose same days it is compared with.
    """
    found: list[tuple[date, date]] = []
    for variant, samples in chosen:
        if isinstance(variant.interval, AllTime) or not samples:
            continue
        for sample in {samples[0], samples[-1]}:
            low, high = variant.interval.bounds(sample, calendar)
            found.append((as_date(low), as_date(high)))
            if isinstance(variant.interval, ToDate):
                found.append((calendar.floor(as_date(low) - DAY, variant.interval.grain), as_date(low)))
    return found

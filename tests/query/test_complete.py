"""Completeness: the two ends are those that the bounds of every single sample date give."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from gnomon.query.complete import of_interval
from gnomon.time import Calendar, Cron, Grain, Rolling, TimeAggregation

INTERVALS = (
    *(TimeAggregation(grain) for grain in Grain if grain is not Grain.HOUR),
    Rolling(7),
    Rolling(1, Grain.MONTH),
    Rolling(3, Grain.MONTH, Cron.MONTHLY),
    Rolling(1, Grain.YEAR),
)
RANGES = (
    (date(2022, 12, 31), date(2024, 3, 1)),
    (date(2023, 1, 31), date(2024, 2, 29)),
    (date(2023, 2, 28), date(2024, 12, 31)),
)


@pytest.mark.parametrize("first, through", RANGES)
@pytest.mark.parametrize("interval", INTERVALS, ids=lambda interval: interval.suffix)
def test_a_sample_is_complete_iff_its_bounds_lie_in_the_data(
    interval: TimeAggregation | Rolling, first: date, through: date
) -> None:
    calendar = Calendar(week_start="sunday")
    low, high = of_interval(interval, first, through, calendar)
    margin = timedelta(days=800)
    samples = list(interval.samples(first - margin, through + margin, calendar))
    assert len(samples) > 3
    for sample in samples:
        start, end = interval.bounds(sample, calendar)
        assert (low <= sample <= high) == (start >= first and end <= through), sample


def test_hours_begin_and_end_with_local_days() -> None:
    calendar = Calendar("America/New_York")
    hourly = TimeAggregation(Grain.HOUR)
    assert of_interval(hourly, date(2024, 3, 10), date(2024, 3, 11), calendar) == (
        datetime(2024, 3, 10, 5),
        datetime(2024, 3, 11, 3),
    )
    rolling = Rolling(1, Grain.DAY, Cron.HOURLY)
    low, high = of_interval(rolling, date(2024, 1, 1), date(2024, 1, 3), Calendar())
    assert rolling.bounds(low, Calendar())[0] == datetime(2024, 1, 1)
    assert rolling.bounds(high, Calendar())[1] == datetime(2024, 1, 3)

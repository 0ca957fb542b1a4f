"""Time without SQL: grains, intervals, calendars and the ranges that a run writes. Pure; half-open everywhere."""

from gnomon.time.calendar import Calendar
from gnomon.time.grain import Grain
from gnomon.time.interval import (
    ALL_TIME,
    AllTime,
    Cron,
    Interval,
    OwnAggregation,
    Rolling,
    TimeAggregation,
    ToDate,
    Windowed,
    grain_words,
    own_grain,
    parse_interval,
)
from gnomon.time.own import Buckets, OwnGrain

__all__ = [
    "ALL_TIME",
    "AllTime",
    "Buckets",
    "Calendar",
    "Cron",
    "Grain",
    "Interval",
    "OwnAggregation",
    "OwnGrain",
    "Rolling",
    "TimeAggregation",
    "ToDate",
    "Windowed",
    "grain_words",
    "own_grain",
    "parse_interval",
]

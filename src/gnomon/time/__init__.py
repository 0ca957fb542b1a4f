"""Time without SQL: grains, intervals, calendars and the ranges that a run writes. Pure; half-open everywhere."""

from gnomon.time.calendar import Calendar
from gnomon.time.grain import Grain
from gnomon.time.interval import ALL_TIME, AllTime, Cron, Interval, Rolling, TimeAggregation, Windowed, parse_interval

__all__ = [
    "ALL_TIME",
    "AllTime",
    "Calendar",
    "Cron",
    "Grain",
    "Interval",
    "Rolling",
    "TimeAggregation",
    "Windowed",
    "parse_interval",
]

"""Numbers and units for people."""

from __future__ import annotations

import math

import pytest

from gnomon.cli.format import number, sparkline, unit_label
from gnomon.cli.ticks import date_ticks, value_ticks

NUMBERS = {
    0.0: "0", 1.0: "1", -1.0: "-1", 1234567.0: "1,234,567", 999.95: "1,000", 12.34: "12.3", 1.236: "1.24",
    0.5: "0.5", 0.00123: "0.00123", -0.05: "-0.05", 1e-9: "1E-9", 1e20: "1E20",
    math.inf: "∞", -math.inf: "-∞",
}  # fmt: skip


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers_are_short(value: float) -> None:
    assert number(value) == NUMBERS[value]


def test_nan_is_said() -> None:
    assert number(math.nan) == "NaN"


def test_units_are_words() -> None:
    byte_rate = {"numerator": {"kind": "data_size", "code": "GiB"}, "denominator": {"kind": "time", "code": "h"}}
    per_second = {"numerator": {"kind": "unitless"}, "denominator": {"kind": "time", "code": "s"}}
    assert [unit_label(unit) for unit in (byte_rate, per_second, {"kind": "count"}, {"kind": "unitless"}, {})] == [
        "GiB/h", "1/s", "count", "", "",
    ]  # fmt: skip


def test_a_sparkline_keeps_its_ends() -> None:
    line = sparkline([float(value) for value in range(100)], width=10)
    assert (len(line), line[-1], line[0]) == (10, "█", "▁")
    assert sparkline([math.nan, 1.0, None]) == "·▄·"


@pytest.mark.parametrize("low, high", [(0, 1), (0, 0), (-5, 5), (3, 3), (0.1, 0.11), (1e-9, 2e-9), (-1e12, 1e12)])
def test_value_ticks_cover_the_range_with_few_marks(low: float, high: float) -> None:
    ticks = value_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and 2 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks))


def test_date_ticks_are_beginnings() -> None:
    from datetime import date, datetime

    assert [str(day) for day in date_ticks(date(2000, 6, 1), date(2024, 6, 1), 6)] == [
        "2005-01-01",
        "2010-01-01",
        "2015-01-01",
        "2020-01-01",
    ]
    hours = date_ticks(datetime(2024, 1, 1, 5), datetime(2024, 1, 2, 5), 9)
    assert [f"{hour:%H}" for hour in hours] == ["06", "09", "12", "15", "18", "21", "00", "03"]

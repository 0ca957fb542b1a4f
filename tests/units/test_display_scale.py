"""One scale for a column or an axis: its unit, its places, and numbers that line up."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnomon.cli.ticks import value_ticks
from gnomon.units.display import axis_labels, scale_of

BYTES, MINUTES = {"kind": "data_size", "code": "B"}, {"kind": "time", "code": "min"}
CLICKS, USD = {"kind": "count", "code": "clicks"}, {"kind": "currency", "code": "USD"}
BYTE_RATE = {"numerator": BYTES, "denominator": {"kind": "time", "code": "s"}}

COLUMNS: list[tuple[Any, list[Any], str, list[str]]] = [
    (CLICKS, [61, 31.0, None, 1234567], "clicks", ["61", "31", "–", "1,234,567"]),
    (CLICKS, [0, 1.5, 2], "clicks", ["0.00", "1.50", "2.00"]),
    (CLICKS, [2**53 + 1, Decimal(2)], "clicks", ["9,007,199,254,740,993", "2"]),
    (USD, [290, 1234.5, 0.000012, -3], "USD", ["290.00", "1,234.50", "0.000012", "-3.00"]),
    (USD, [0.0035, 0.0021, 2], "USD", ["0.00350", "0.00210", "2.00000"]),
    ({"kind": "currency", "code": "ETH"}, [1.23456, 0.00012, 0.5], "ETH", ["1.235", "0.00012", "0.500"]),
    ({"kind": "currency", "code": "JPY"}, [290.4, 1234.5], "JPY", ["290", "1,234"]),
    (BYTES, [1.2e9, 3.4e9, 5e8], "GB", ["1.20", "3.40", "0.50"]),
    (BYTES, [1.2e9, 3.4e9, 5e3], "KB", ["1,200,000", "3,400,000", "5"]),
    (BYTES, [12, 900], "B", ["12", "900"]),
    (BYTES, [], "B", []),
    (BYTES, [0, None], "B", ["0", "–"]),
    ({"kind": "data_size", "code": "GiB"}, [0.5, 0.25], "MiB", ["512", "256"]),
    (BYTE_RATE, [1.5e6, 2e6], "MB/s", ["1.50", "2.00"]),
    (MINUTES, [17.7, 23, 351], "min", ["17.7", "23.0", "351.0"]),
    (MINUTES, [124009, 543556, 132], "h", ["2,066.8", "9,059.3", "2.2"]),
    (MINUTES, [124009, 543556], "d", ["86.1", "377.5"]),
    ({"kind": "time", "code": "ms"}, [1500, 2500], "s", ["1.50", "2.50"]),
    ({"kind": "proportion"}, [-0.0333, 0.224, 0, 0.00004], "proportion", ["-0.0333", "0.2240", "0.0000", "0.00004"]),
    ({"kind": "percentage"}, [12.3, math.nan, math.inf, -math.inf], "%", ["12.3", "NaN", "∞", "-∞"]),
    ({"kind": "percentage"}, [99.96, 99.5, 100], "%", ["99.96", "99.50", "100.00"]),
    ({"kind": "percentage"}, [100, 50.0], "%", ["100", "50"]),
    (None, [0.5, 1e20, 1e-9], "", ["0.500", "1E20", "1E-9"]),
    ("USD^2", [1.5, 2], "USD^2", ["1.50", "2.00"]),
]


@pytest.mark.parametrize("unit, numbers, head, cells", COLUMNS)
def test_a_column_has_one_unit_and_one_number_of_places(
    unit: Any, numbers: list[Any], head: str, cells: list[str]
) -> None:
    scale = scale_of(numbers, unit)
    assert (scale.head, [scale.cell(number) for number in numbers]) == (head, cells)


def test_a_column_is_written_as_its_locale_does() -> None:
    scale = scale_of([1234.5], USD, locale="de_DE")
    assert (scale.cell(1234.5), scale.text(1234.5)) == ("1.234,50", "1.234,50\xa0$")


def test_a_label_beside_a_bar_has_the_unit() -> None:
    scale = scale_of([1.5e9, 2e8], BYTES)
    assert [scale.text(number) for number in (1.5e9, 2e8, None)] == ["1.50 GB", "0.20 GB", "–"]


AXES: list[tuple[Any, list[float], list[str]]] = [
    (CLICKS, [0.0, 5000.0, 7500.0], ["0", "5,000", "7,500 clicks"]),
    (CLICKS, [0.0, 5000.0, 10000.0], ["0", "5K", "10K clicks"]),
    (CLICKS, [0.0, 2.5e6, 5e6, 7.5e6, 1e7], ["0", "2.5M", "5M", "7.5M", "10M clicks"]),
    (CLICKS, [-1e7, 0.0, 1e7], ["-10M", "0", "10M clicks"]),
    (CLICKS, [0.0, 5e5, 1e6], ["0", "0.5M", "1M clicks"]),
    (USD, [-5.0, 0.0, 5.0], ["-5", "0", "$5"]),
    (USD, [-2e4, -1e4], ["-20K", "-$10K"]),
    ({"numerator": USD, "denominator": {"kind": "time", "code": "h"}}, [0.0, 35.0], ["0", "$35/h"]),
    ({"kind": "percentage"}, [0.0, 0.2, 0.4], ["0", "0.2", "0.4 %"]),
    ({"kind": "proportion"}, [0.6, 0.7], ["0.6", "0.7"]),
    ({"kind": "count"}, [0.0, 1.0], ["0", "1"]),
    (None, [0.0, 1e-9, 2e-9], ["0", "1E-9", "2E-9"]),
    (None, [0.0, 1e18], ["0", "1E18"]),
]


@pytest.mark.parametrize("unit, ticks, labels", AXES)
def test_an_axis_says_all_its_numbers_in_one_size(unit: Any, ticks: list[float], labels: list[str]) -> None:
    assert axis_labels(ticks, unit) == labels


NUMBERS = st.lists(st.one_of(st.none(), st.floats(), st.integers(-(10**20), 10**20)), max_size=12)
UNITS = st.sampled_from((None, CLICKS, USD, BYTES, MINUTES, BYTE_RATE, {"kind": "data_size", "code": "TiB"}))


@given(NUMBERS, UNITS)
@settings(max_examples=300, deadline=None)
def test_no_cell_is_refused_or_shown_as_zero(numbers: list[Any], unit: Any) -> None:
    scale = scale_of(numbers, unit)
    for number in numbers:
        cell = scale.cell(number)
        assert cell
        if number is not None and math.isfinite(number):
            assert any(digit in cell for digit in "123456789") == (number != 0)
            assert cell.startswith("-") == (number < 0)


@given(st.lists(st.floats(min_value=1e-3, max_value=1e12), min_size=1, max_size=8), st.sampled_from((BYTES, MINUTES)))
@settings(max_examples=200, deadline=None)
def test_cells_are_the_numbers_in_the_unit_of_the_head(numbers: list[float], unit: dict[str, str]) -> None:
    scale = scale_of(numbers, unit)
    for number in numbers:
        read = Decimal(scale.cell(number).replace(",", ""))
        exact = Fraction(repr(number)) * scale.factor  # as written: the float of 0.35 lies below
        assert abs(Fraction(read) - exact) <= max(Fraction(1, 2 * 10**scale.places), exact / 200)


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12))
@settings(max_examples=200, deadline=None)
def test_the_labels_of_an_axis_differ(low: float, spread: float) -> None:
    ticks = value_ticks(low, low + spread)
    labels = axis_labels(ticks)
    assert len(set(labels)) == len(set(ticks))

"""Numbers with their units as people read them. The first tables are meant to be read aloud."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gnomon.errors import UsageError
from gnomon.units.display import display, unit_name
from gnomon.units.vocabulary import Label

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "units.md"
LABELS = {"clicks": Label("click", "clicks"), "people": Label("person", "people")}


def unit(text: str) -> Any:
    """A unit of `currency USD`, `time h / count clicks`, or of a text that is none of these."""
    above, slash, below = text.partition(" / ")
    if slash:
        return {"numerator": unit(above), "denominator": unit(below)}
    kind, _, code = text.partition(" ")
    return {"kind": kind, "code": code} if code else {"kind": kind}


PLAIN: dict[str, list[tuple[Any, str]]] = {
    "count clicks": [(1234, "1,234 clicks"), (1, "1 click"), (-1.0, "-1 click"), (0, "0 clicks"), (1.5, "1.5 clicks")],
    "count people": [(1, "1 person"), (2, "2 people")],
    "count page views": [(1, "1 page views")],
    "count": [(1234567, "1,234,567"), (2**53 + 1, "9,007,199,254,740,993")],
    "unitless": [(0.5, "0.5"), (1e-9, "1E-9"), (0.00001234, "0.0000123"), (1e20, "1E20")],
    "proportion": [(0.123, "0.123"), (1, "1"), (0.98765, "0.988"), (0.99996, "0.99996"), (1 - 1e-12, "1")],
    "percentage": [
        (12.3, "12.3 %"), (0.5, "0.5 %"), (100, "100 %"),
        (99.999, "99.999 %"), (99.96, "99.96 %"), (100 - 1e-12, "100 %"),
    ],
    "currency USD": [
        (1234.5, "$1,234.50"), (-1234.5, "-$1,234.50"), (0, "$0.00"), (0.01, "$0.01"), (0.0099, "$0.0099"),
        (0.000012, "$0.000012"), (-0.000012, "-$0.000012"), (1.005, "$1.00"), (1e-12, "$1E-12"),
        (Decimal("12345678901234567890.12"), "$12,345,678,901,234,567,890.12"),
    ],
    "currency JPY": [(1234.5, "¥1,234"), (0.5, "¥0.5")],
    "currency BHD": [(1.5, "BHD\xa01.500"), (0.0001, "BHD\xa00.0001")],
    "currency CHF": [(5, "CHF\xa05.00")],
    "currency ETH": [(1.23456, "1.23 ETH"), (1e-9, "1E-9 ETH"), (0, "0 ETH")],
    "currency USDC": [(1000, "1,000 USDC")],
    "currency wei": [(10**18, "1,000,000,000,000,000,000 wei")],
    "currency": [(5, "¤5.00")],
    "time ms": [(500, "500 ms"), (12_000, "12 s"), (12_345, "12.3 s"), (999.97, "1 s"), (0.001, "0.001 ms")],
    "time s": [
        (0.5, "0.5 s"), (59.94, "59.9 s"), (59.999, "1 min"), (60, "1 min"), (90, "1 min 30 s"),
        (3599.4, "59 min 59 s"), (3599.6, "1 h"), (12_000, "3 h 20 min"), (-12_000, "-3 h 20 min"),
    ],
    "time min": [(45, "45 min"), (59.999, "1 h"), (200, "3 h 20 min"), (0.5, "30 s"), (0, "0 min")],
    "time h": [(0.25, "15 min"), (20, "20 h"), (23.999, "1 d"), (36, "1 d 12 h")],
    "time d": [
        (1.5, "1 d 12 h"), (1.0625, "1 d 1 h 30 min"), (3.02, "3 d"),
        (99.99, "100 d"), (99.96, "99 d 23 h"), (365, "365 d"), (1e-9, "0.0000864 s"),
    ],
    "time wk": [(3, "3 wk"), (2.5, "17 d 12 h")],
    "time mo": [(14, "14 mo")],
    "time yr": [(1.5, "1.5 yr")],
    "data_size B": [(512, "512 B"), (1500, "1.5 KB"), (0, "0 B"), (0.25, "0.25 B")],
    "data_size MB": [(999.6, "999.6 MB"), (999.97, "1 GB"), (0.5, "500 KB")],
    "data_size PB": [(1234, "1,234 PB")],
    "data_size MiB": [(1536, "1.5 GiB"), (1023.97, "1 GiB"), (0.5, "512 KiB")],
    "data_size bit": [(1234, "1,234 bit")],
    "time sprint": [(2.5, "2.5 sprint")],
    "currency cent": [(50, "50 cent")],
    "count clicks / time s": [(1.5, "1.5 clicks/s"), (1, "1 click/s")],
    "count clicks / count people": [(3, "3 clicks/person")],
    "currency USD / time h": [(35, "$35.00/h")],
    "currency USD / unitless": [(35, "$35.00")],
    "time min / count flights": [(200, "200 min/flights")],
    "data_size MB / time s": [(3500, "3.5 GB/s")],
    "unitless / time s": [(2, "2/s")],
    "percentage / time d": [(2, "2 %/d")],
}  # fmt: skip


@pytest.mark.parametrize("named, number, text", [(key, *row) for key, rows in PLAIN.items() for row in rows])
def test_a_number_reads_as_it_should(named: str, number: Any, text: str) -> None:
    assert display(number, unit(named), labels=LABELS) == text


COMPACT = {
    ("count clicks / time s", 1234): "1.2K clicks/s",
    ("count clicks", 999): "999 clicks",
    ("count clicks", 999.96): "1K clicks",
    ("count clicks", 999_499): "999K clicks",
    ("count clicks", 999_999): "1M clicks",
    ("count clicks", 12_345): "12.3K clicks",
    ("count", 2_500_000_000): "2.5B",
    ("unitless", 999_999_999_999_999): "1E15",
    ("unitless", 10**18): "1E18",
    ("currency USD", 1_234_567): "$1.2M",
    ("currency USD", 999.999): "$1K",
    ("currency USD", -1234): "-$1.2K",
    ("currency USD", 12.345): "$12.34",
    ("time min", 200): "3 h 20 min",
    ("data_size B", 1500): "1.5 KB",
}


@pytest.mark.parametrize("named, number", COMPACT)
def test_a_compact_number_is_rounded_before_its_letter_is_chosen(named: str, number: Any) -> None:
    assert display(number, unit(named), compact=True) == COMPACT[named, number]


ABROAD: dict[tuple[str, str, str, Any], str] = {
    ("en_US", "cldr", "time min", 200): "3 hr, 20 min",
    ("en_US", "cldr", "time h", 25.5): "1 day, 1 hr, 30 min",
    ("en_US", "cldr", "percentage", 12.3): "12.3%",
    ("en_US", "cldr", "time d", 1): "1 day",
    ("en_US", "cldr", "time d", 5): "5 days",
    ("en_US", "cldr", "data_size MiB", 1536): "1.5 GiB",
    ("en_US", "cldr", "currency USD / time h", 35): "$35.00/h",
    ("de_DE", "si", "currency USD", 1234.5): "1.234,50\xa0$",
    ("de_DE", "si", "time min", 200): "3 h 20 min",
    ("de_DE", "cldr", "time min", 200): "3 Std., 20 Min.",
    ("de_DE", "cldr", "time h", 25.5): "1 Tg., 1 Std., 30 Min.",
    ("de_DE", "cldr", "percentage", 12.3): "12,3\xa0%",
    ("de_DE", "cldr", "currency ETH", 1234.5): "1.234,5 ETH",
    ("fr_FR", "si", "data_size GB", 3.5): "3,5 GB",
    ("fr_FR", "cldr", "data_size GB", 3.5): "3,5\u202fGo",
    ("fr_FR", "si", "currency USD", 0.000012): "0,000012\xa0$US",
    ("ja_JP", "cldr", "time min", 200): "3 時間 20 分",
    ("ja_JP", "si", "currency JPY", 1234): "￥1,234",
    ("ar_EG", "cldr", "time min", 200): "3 س، و20 د",
    ("ar_EG", "si", "currency USD", -5): "\u200f\u200e-5.00\xa0US$",
    ("ar_EG", "cldr", "time h", 49.5): "يومان، و1 س، و30 د",
    ("hi_IN", "si", "count", 1234567): "12,34,567",
    ("sv_SE", "si", "count", -1234): "\u22121\xa0234",
    ("en_US", "cldr", "count h", 2): "2 h",
}


@pytest.mark.parametrize("locale, style, named, number", ABROAD)
def test_a_number_reads_as_it_should_abroad(locale: str, style: Any, named: str, number: Any) -> None:
    assert display(number, unit(named), locale=locale, style=style) == ABROAD[locale, style, named, number]


def test_compact_words_are_those_of_the_locale_and_never_lose_digits_where_it_has_none() -> None:
    said = [
        display(number, locale=locale, style="cldr", compact=True)
        for locale in ("de_DE", "ja_JP", "hi_IN")
        for number in (1234, 1_234_567)
    ]
    assert said == ["1.234", "1,2\xa0Mio.", "1,234", "123万", "1.2\xa0हज़ार", "12.3\xa0लाख"]


DOCUMENTED = re.findall(
    r"^\| ([\d.]+) \| (?:the text )?`([^`]+)` \| `([^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


def test_the_page_has_examples() -> None:
    assert len(DOCUMENTED) >= 9


@pytest.mark.parametrize("number, of, text", DOCUMENTED)
def test_the_page_shows_what_is_shown(number: str, of: str, text: str) -> None:
    assert display(Decimal(number), YAML(typ="safe").load(of), labels=LABELS) == text


def test_what_is_no_finite_number_is_said() -> None:
    usd = unit("currency USD")
    odd = [None, math.nan, math.inf, -math.inf, Decimal("sNaN"), Decimal("-Infinity")]
    assert [display(each, usd) for each in odd] == ["–", "NaN", "∞", "-∞", "NaN", "-∞"]
    assert display(-0.0, usd) == "$0.00"


def test_a_unit_that_json_cannot_say_is_shown_from_its_text() -> None:
    assert display(1234.5, "USD^2") == "1,234.5 USD^2"
    assert unit_name("USD^2") == "USD^2"


def test_digits_of_decimals_and_integers_are_kept() -> None:
    assert display(Decimal("9007199254740993.5")) == "9,007,199,254,740,993.5"
    assert display(10**40 + 1).replace(",", "") == str(10**40 + 1)
    assert display(-(10**40) - 1, unit("count clicks")).replace(",", "") == f"{-(10**40) - 1} clicks"


NAMES = {
    "data_size GiB / time h": "GiB/h", "unitless / time s": "1/s", "count": "count", "unitless": "",
    "currency": "currency", "percentage": "%", "proportion": "proportion", "count people": "people",
    "currency USD / count people": "USD/person",
}  # fmt: skip


@pytest.mark.parametrize("named", NAMES)
def test_units_have_names(named: str) -> None:
    assert unit_name(unit(named), labels=LABELS) == NAMES[named]


def test_names_are_the_locales_in_its_style_and_unset_has_none() -> None:
    assert unit_name(unit("data_size GB"), locale="fr_FR", style="cldr") == "Go"
    assert unit_name(unit("data_size GB"), locale="fr_FR") == "GB"
    assert unit_name(None) == ""


@pytest.mark.parametrize(
    "name, hint", [("de_ED", "did you mean"), ("??", "en_US, de_DE"), ("", "en_US"), ("1", "en_US")]
)
def test_an_unknown_locale_is_one_clear_error(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="unknown_locale") as raised:
        display(1, locale=name)
    assert hint in str(raised.value)


# Laws


ATOMS = [unit(name) for name in PLAIN if " / " not in name]
UNITS = st.one_of(
    st.none(),
    st.sampled_from(ATOMS),
    st.builds(lambda a, b: {"numerator": a, "denominator": b}, st.sampled_from(ATOMS), st.sampled_from(ATOMS)),
)
LOCALES = st.sampled_from(("en_US", "de_DE", "fr_FR", "ja_JP", "hi_IN", "sv_SE"))
STYLES = st.sampled_from(("si", "cldr"))
SIZES = st.one_of(st.floats(), st.integers(), st.decimals(min_value=-(10**30), max_value=10**30))


@given(SIZES, UNITS, LOCALES, STYLES, st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_number_is_refused_lost_or_shown_as_zero(
    number: Any, of: Mapping[str, Any] | None, locale: str, style: Any, compact: bool
) -> None:
    text = display(number, of, locale=locale, style=style, compact=compact, labels=LABELS)
    assert text.strip()
    if math.isfinite(number):
        assert ("-" in text or "\u2212" in text) == (number < 0) or "E-" in text
        assert any(digit in text for digit in "123456789") == (number != 0)


@given(st.floats(min_value=1e-3, max_value=1e12), st.sampled_from(("ms", "s", "min", "h", "d")))
@settings(max_examples=300, deadline=None)
def test_a_duration_says_what_it_is(number: float, code: str) -> None:
    """What is read back is within one percent, and no part reaches the next larger unit."""
    sizes = {"ms": Fraction(1, 1000), "s": Fraction(1), "min": Fraction(60), "h": Fraction(3600), "d": Fraction(86400)}
    parts = display(number, {"kind": "time", "code": code}).replace(",", "").split()
    pairs = [(Fraction(Decimal(digits)), name) for digits, name in zip(parts[::2], parts[1::2], strict=True)]
    read = sum(digits * sizes[name] for digits, name in pairs)
    exact = Fraction(number) * sizes[code]
    assert abs(read - exact) <= exact / 100
    limits = {"ms": 1000, "s": 60, "min": 60, "h": 24}
    assert all(digits < limits.get(name, 10**30) for digits, name in pairs)

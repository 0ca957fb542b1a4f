"""A number with its unit as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gnomon.units.display.form import DEFAULT_LOCALE, Form, Labels, Style
from gnomon.units.display.ladders import DURATIONS, FINE_UP_TO, WEEK, climbed, ladder_of, parts
from gnomon.units.display.names import CLDR, Unit, cldr_name, localized, named, per
from gnomon.units.display.numerals import (
    WHOLES,
    Number,
    around,
    decimal_of,
    digits_enough,
    fixed,
    is_power,
    not_finite,
    pattern_of,
    places_beside,
    plain,
    quotient,
    rounded,
    short,
    signed,
    trimmed,
)

NOTHING = "–"
"""What stands for a number that is not there."""


def display(
    number: Number | None,
    unit: Unit = None,
    *,
    locale: str = DEFAULT_LOCALE,
    style: Style = "si",
    compact: bool = False,
    labels: Labels | None = None,
) -> str:
    """A number with its unit, short enough to read and never rounded to zero.

    Durations and data sizes change to the unit that suits them, money is written as the locale writes it. A proportion
    stays between 0 and 1: what is to be read in percent is declared a percentage. `compact` shortens thousands to K.
    Raises UsageError `unknown_locale`.

    >>> display(1234, {"kind": "count", "code": "clicks"}), display(12.345, {"kind": "percentage"})
    ('1,234 clicks', '12.3 %')
    >>> display(200, {"kind": "time", "code": "min"}), display(1234.5, {"kind": "currency", "code": "USD"})
    ('3 h 20 min', '$1,234.50')
    >>> display(None), display(1234.5, "USD^2")
    ('–', '1,234.5 USD^2')
    """
    form = Form(locale, style, compact, labels or {})
    if number is None:
        return NOTHING
    value = decimal_of(number)
    return not_finite(number) if value is None else written(value, unit, form)


def written(value: Decimal, unit: Unit, form: Form) -> str:
    """A finite number with its unit."""
    if not isinstance(unit, Mapping):
        return labelled(value, unit or "", form)
    if "numerator" not in unit:
        return WRITERS.get(str(unit.get("kind")), counted)(value, unit, form)
    above, below = unit["numerator"], unit.get("denominator") or {}
    whole = above.get("kind") != "time"  # 3 h 20 min/flight would divide the minutes only
    text = written(value, above, form) if whole else symboled(value, str(above.get("code")), form)
    if form.style == "cldr" and (found := cldr_name(below)) is not None:
        from babel.units import format_compound_unit

        name = found.partition("-")[2]
        return format_compound_unit(text, denominator_unit=name, length="short", locale=form.babel) or text
    return text + per(below, form)


def labelled(value: Decimal, name: str, form: Form) -> str:
    """A number, and a name if there is one."""
    text = signed(value, plain(value.copy_abs(), form), form)
    return f"{text} {name}" if name else text


def attached(value: Decimal, digits: str, unit: Unit, form: Form) -> str:
    """Digits that a scale has chosen, with the sign and the unit of their number."""
    if not isinstance(unit, Mapping):
        return signed(value, f"{digits} {unit}" if unit else digits, form)
    if "numerator" in unit:
        return attached(value, digits, unit["numerator"], form) + per(unit.get("denominator"), form)
    kind, code = unit.get("kind"), unit.get("code")
    if kind == "currency" and (code is None or is_current(code)):
        return priced(value, digits, code, form)
    name = "%" if kind == "percentage" else named(unit, form, short(value)) if code is not None else ""
    return signed(value, f"{digits} {name}" if name else digits, form)


def counted(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """How many of what is counted; a count of nothing in particular is a bare number."""
    return labelled(value, named(unit, form, short(value)) if unit.get("code") is not None else "", form)


def bare(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """A number without unit."""
    return labelled(value, "", form)


def share(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """A percentage from 0 to 100 or a proportion from 0 to 1, as it is stored; almost all is not shown as all."""
    size, whole = value.copy_abs(), WHOLES[str(unit["kind"])]
    places = places_beside(size, whole) if short(size) == whole else 0
    digits = trimmed(rounded(size, places), form) if places else plain(size, form)
    if unit["kind"] == "proportion":
        return signed(value, digits, form)
    if form.style == "si":
        return signed(value, f"{digits} %", form)
    return around(form.babel.percent_formats[None], value, digits, "%", form)


def money(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """Money as the locale writes it; a code that CLDR does not know, such as ETH, stands behind its number.

    >>> [money(Decimal(text), {"code": "USD"}, Form()) for text in ("-1234.5", "0.000012", "0")]
    ['-$1,234.50', '$0.000012', '$0.00']
    >>> money(Decimal("1.5"), {"code": "ETH"}, Form()), money(Decimal("5"), {}, Form())
    ('1.5 ETH', '¤5.00')
    """
    code = unit.get("code")
    if code is not None and not is_current(code):
        return labelled(value, str(code), form)
    return priced(value, amount(value.copy_abs(), code, form), code, form)


def is_current(code: str) -> bool:
    """Whether CLDR knows a currency."""
    from babel.numbers import list_currencies

    return code in list_currencies()


def priced(value: Decimal, digits: str, code: str | None, form: Form) -> str:
    """The digits of an amount in the locale's pattern; ¤ stands for a currency that is not named."""
    from babel.numbers import get_currency_symbol

    symbol = "¤" if code is None else get_currency_symbol(code, locale=form.babel)
    return around(form.babel.currency_formats["standard"], value, digits, symbol, form)


def amount(size: Decimal, code: str | None, form: Form) -> str:
    """The digits of an amount: to the minor unit, and three digits of what is less than one."""
    places = minor_places(code)
    cents = rounded(size, places)
    tiny = 0 < size < Decimal(1).scaleb(-places)
    if tiny or (form.compact and cents >= 1000) or is_power(size):
        return plain(size, form)
    return fixed(cents, places, form)


def minor_places(code: str | None) -> int:
    """How many places a currency's amounts have: 2 for USD, 0 for JPY, 3 for BHD."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(code or "XXX")


def sized(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """A data size in the unit of its own family, of thousands or of 1024, that suits it."""
    code = str(unit.get("code"))
    if not (value and (ladder := ladder_of("data_size", code))):
        return symboled(value, code, form)
    size, code = climbed(value.copy_abs(), code, ladder)
    return symboled(size.copy_sign(value), code, form)


def lasting(value: Decimal, unit: Mapping[str, Any], form: Form) -> str:
    """A duration in parts, such as 3 h 20 min: to the second below an hour, the minute below three days, then the hour.

    Less than a minute stays in seconds, and more than a hundred days in days. Months and years, whose length is not
    fixed, stay what they are, and so do whole weeks.
    """
    code = str(unit.get("code"))
    seconds = abs(Fraction(value)) * (WEEK if code == "wk" else dict(DURATIONS).get(code, Fraction(0)))
    if not seconds or (code == "wk" and value == value.to_integral_value()):
        return symboled(value, code, form)
    if seconds < 1 and code != "ms":
        return symboled(quotient(seconds).copy_sign(value), "s", form)
    size, name = climbed(quotient(seconds * 1000), "ms", DURATIONS[:3])
    if name != "min":
        return symboled(size.copy_sign(value), name, form)
    if seconds >= FINE_UP_TO:
        days = quotient(seconds / 86400)
        return symboled((rounded(days, 0) if days < 10**15 else days).copy_sign(value), "d", form)
    return signed(value, joined([symboled(Decimal(many), each, form) for many, each in parts(seconds)], form), form)


def joined(texts: list[str], form: Form) -> str:
    """The one, two or three parts of a quantity.

    Babel cannot format such a quantity. It has the locale's patterns for lists of units, but not all of each locale:
    where the one for two is missing, as in Arabic, its `format_list` says the second part twice; German has no other.
    """
    if form.style == "si" or len(texts) == 1:
        return " ".join(texts)
    patterns = form.babel.list_patterns.get("unit-short") or {}
    pair = patterns.get("2") or patterns.get("end") or "{0}, {1}"
    *first, one, other = texts
    last = str(patterns.get("end") or pair if first else pair).format(one, other)
    return str(patterns.get("start") or pair).format(*first, last) if first else last


def symboled(value: Decimal, code: str, form: Form) -> str:
    """A number with the symbol of a time or a size, or with the locale's short name of it."""
    size = value.copy_abs()
    shortened = short(size)
    if form.style == "si" or code not in CLDR or is_power(size) or (form.compact and shortened >= 1000):
        return labelled(value, localized(code, form), form)  # Babel's plurals need a plain number
    from babel.units import format_unit

    places = max(0, -int(shortened.as_tuple().exponent))
    pattern = pattern_of(form.locale, places)
    with digits_enough(shortened, places):
        text = format_unit(shortened, CLDR[code], length="short", format=pattern, locale=form.babel)
    return signed(value, text, form)


WRITERS: Mapping[str, Callable[[Decimal, Mapping[str, Any], Form], str]] = {
    "currency": money,
    "time": lasting,
    "data_size": sized,
    "percentage": share,
    "proportion": share,
    "unitless": bare,
    "count": counted,
}

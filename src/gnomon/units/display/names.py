"""What units are called: in the head of a column, behind a number, behind a slash."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gnomon.units.display.form import DEFAULT_LOCALE, Form, Labels, Style

Unit = Mapping[str, Any] | str | None
"""Unit JSON; or the text of a unit that JSON cannot say, such as USD^2; or None where it is unset."""

WORDS = {"percentage": "%", "unitless": ""}
"""What the kinds without a code are called where that is not their own name."""

CLDR = {
    "ms": "duration-millisecond",
    "s": "duration-second",
    "min": "duration-minute",
    "h": "duration-hour",
    "d": "duration-day",
    "wk": "duration-week",
    "mo": "duration-month",
    "yr": "duration-year",
    "B": "digital-byte",
    "KB": "digital-kilobyte",
    "MB": "digital-megabyte",
    "GB": "digital-gigabyte",
    "TB": "digital-terabyte",
    "PB": "digital-petabyte",
}
"""Code -> CLDR's name. It has no binary sizes: KiB and its like are written as they are, in every language."""


def unit_name(
    unit: Unit,
    *,
    locale: str = DEFAULT_LOCALE,
    style: Style = "si",
    labels: Labels | None = None,
    number: int | Decimal | None = None,
) -> str:
    """What a unit is called; empty where it is unset or says nothing. `number` picks a count's singular or plural.

    >>> unit_name({"kind": "count", "code": "flights"}), unit_name({"kind": "percentage"}), unit_name(None)
    ('flights', '%', '')
    >>> unit_name({"numerator": {"kind": "currency", "code": "USD"}, "denominator": {"kind": "time", "code": "h"}})
    'USD/h'
    """
    return named(unit, Form(locale, style, labels=labels or {}), number)


def named(unit: Unit, form: Form, number: int | Decimal | None = None) -> str:
    """A unit's name in a form."""
    if not isinstance(unit, Mapping):
        return unit or ""
    if "numerator" in unit:
        above = named(unit["numerator"], form, number) or "1"
        return f"{above}{per(unit.get('denominator'), form)}"
    kind, code = str(unit.get("kind") or ""), unit.get("code")
    if code is None:
        return WORDS.get(kind, kind)
    if kind == "count" and code in form.labels:
        label = form.labels[code]
        return label.one if number is not None and abs(number) == 1 else label.other
    return str(code) if cldr_name(unit) is None else localized(str(code), form)


def cldr_name(unit: Unit) -> str | None:
    """CLDR's name of a time or a size; None for what it does not know, and for counts that are called like one."""
    if isinstance(unit, Mapping) and unit.get("kind") in ("time", "data_size"):
        return CLDR.get(str(unit.get("code")))
    return None


def per(unit: Unit, form: Form) -> str:
    """A denominator behind its slash, one of it where its label knows the word; empty where it says nothing."""
    name = named(unit, form, 1)
    return f"/{name}" if name else ""


def localized(code: str, form: Form) -> str:
    """The symbol of a time or a size, or the locale's short name of it where there is one."""
    if form.style == "si" or code not in CLDR:
        return code
    from babel.units import get_unit_name

    return get_unit_name(CLDR[code], length="short", locale=form.babel) or code

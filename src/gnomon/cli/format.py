"""Numbers with their units, for people: short, and never more exact than the reader can use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Unit = Mapping[str, Any] | None

BARS = "▁▂▃▄▅▆▇█"
DATALESS = "·"
WORDS = {"percentage": "%", "proportion": "proportion", "unitless": "", "count": "count", "currency": "currency"}


def unit_label(unit: Unit) -> str:
    """A unit in a word, for a column's head or an axis; empty where it is unset or says nothing.

    >>> unit_label({"kind": "count", "code": "flights"}), unit_label({"kind": "percentage"}), unit_label(None)
    ('flights', '%', '')
    >>> unit_label({"numerator": {"kind": "currency", "code": "USD"}, "denominator": {"kind": "time", "code": "h"}})
    'USD/h'
    """
    if not unit:
        return ""
    if "numerator" in unit:
        numerator = unit_label(unit["numerator"]) or "1"
        denominator = unit_label(unit.get("denominator"))
        return f"{numerator}/{denominator}" if denominator else numerator
    return str(unit.get("code") or WORDS.get(str(unit.get("kind")), unit.get("kind") or ""))


def quantity(value: float | None, unit: Unit = None) -> str:
    """A number with its unit: thousands apart, a proportion in percent, nothing for null.

    >>> quantity(1234567, {"kind": "count", "code": "flights"}), quantity(12.345, {"kind": "time", "code": "min"})
    ('1,234,567 flights', '12.3 min')
    >>> quantity(0.8123, {"kind": "proportion"}), quantity(None), quantity(3.0)
    ('81.2 %', '–', '3')
    """
    if value is None:
        return "–"
    if unit and unit.get("kind") == "proportion":
        return f"{number(value * 100)} %"
    label = unit_label(unit)
    return f"{number(value)} {label}" if label else number(value)


def number(value: float) -> str:
    """A number with thousands apart and about three digits of a fraction.

    >>> number(1234.5678), number(12.0), number(0.012345), number(-98.76), number(1e18), number(0.0)
    ('1,234.6', '12', '0.0123', '-98.8', '1e+18', '0')
    """
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "-∞"}.get(value, "NaN")
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.3g}"
    if value == int(value):
        return f"{int(value):,}"
    places = 1 if size >= 10 else 2 if size >= 1 else 2 - math.floor(math.log10(size))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sparkline(values: Sequence[float | None], width: int = 24) -> str:
    """A line of bars from the lowest to the highest value; longer series keep the last value of each stretch.

    >>> sparkline([1, 2, None, 4]), sparkline([3, 3]), sparkline([])
    ('▁▃·█', '▄▄', '')
    """
    if len(values) > width:
        values = [values[(index + 1) * len(values) // width - 1] for index in range(width)]
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return DATALESS * len(values)
    low, high = min(known), max(known)
    return "".join(bar(value, low, high) for value in values)


def bar(value: float | None, low: float, high: float) -> str:
    if value is None or not math.isfinite(value):
        return DATALESS
    if high == low:
        return BARS[3]
    return BARS[round((value - low) / (high - low) * (len(BARS) - 1))]


def plural(count: int, word: str) -> str:
    """A count with its noun.

    >>> plural(1, "query"), plural(18, "query"), plural(2, "row"), plural(1200, "batch")
    ('1 query', '18 queries', '2 rows', '1,200 batches')
    """
    if word.endswith("y") and word[-2] not in "aeiou":
        many = f"{word[:-1]}ies"
    else:
        many = f"{word}es" if word.endswith(("ch", "s", "x")) else f"{word}s"
    return f"{count:,} {word if count == 1 else many}"

"""Numbers with their units, for people: short, and never more exact than the reader can use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon.model import Project
    from gnomon.units.display import Labels, Unit

BARS = "▁▂▃▄▅▆▇█"
DATALESS = "·"


def unit_label(unit: Unit) -> str:
    """A unit in a word, for a column's head or an axis; empty where it is unset or says nothing.

    >>> unit_label({"kind": "count", "code": "flights"}), unit_label({"kind": "percentage"}), unit_label(None)
    ('flights', '%', '')
    """
    from gnomon.units.display import unit_name

    return unit_name(unit)


def shown_unit(about: Mapping[str, Any]) -> Unit:
    """The unit of a column of an answer: unit JSON, or text where that cannot say it."""
    return about.get("shown_unit") or about.get("unit")


def labels_of(project: Project) -> Labels:
    """What one and several of the things that a project counts are called."""
    return project.vocabulary.labels


def number(value: float) -> str:
    """A number without unit: thousands apart, and about three digits of a fraction.

    >>> number(1234.5678), number(12.0), number(0.012345), number(-98.76), number(1e18), number(0.0)
    ('1,234.6', '12', '0.0123', '-98.8', '1E18', '0')
    """
    from gnomon.units.display import display

    return display(value)


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

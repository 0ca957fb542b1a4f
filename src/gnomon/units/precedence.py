"""Which unit counts where a metric says it in several places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.units.wire import NOTHING_OWN, Own, parse_unit

UnitJson = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two declarations that differ. `kept` and `other` name the places: "metric", "column" or "legacy"."""

    kept: str
    kept_unit: UnitJson
    other: str
    other_unit: UnitJson

    def __str__(self) -> str:
        return f"{WORDS[self.kept]} says {shown(self.kept_unit)}, {WORDS[self.other]} says {shown(self.other_unit)}"


WORDS = {"metric": "the metric", "column": "its column", "legacy": "its legacy name"}


def declared_unit(
    structured: UnitJson | None, column: UnitJson | None, legacy: str | None, own: Own = NOTHING_OWN
) -> tuple[dict[str, Any] | None, Conflict | None]:
    """The unit that holds, and the first other declaration that differs from it.

    The metric's own structured unit comes first, then its output column's, then a legacy name. What is unset, and the
    legacy names that stand for no unit, take no part. UnitError for a legacy name that there is not.

    >>> unit, conflict = declared_unit({"kind": "percentage"}, None, "dollar")
    >>> unit, str(conflict)
    ({'kind': 'percentage'}, 'the metric says percentage, its legacy name says currency USD')
    """
    said = {"metric": parse_unit(structured, own), "column": parse_unit(column, own), "legacy": parse_unit(legacy)}
    found = [(place, unit) for place, unit in said.items() if unit is not None]
    if not found:
        return None, None
    place, unit = found[0]
    differing = next(((other, theirs) for other, theirs in found[1:] if theirs != unit), None)
    return unit, Conflict(place, unit, *differing) if differing is not None else None


def shown(unit: UnitJson) -> str:
    """Unit JSON in words: `currency USD`, `count clicks per time s`."""
    if "numerator" in unit:
        return f"{shown(unit['numerator'])} per {shown(unit['denominator'])}"
    return f"{unit['kind']} {unit['code']}" if "code" in unit else str(unit["kind"])

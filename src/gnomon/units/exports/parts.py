"""What the targets share: a unit as one text or two, currencies among three letters, units by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import CURRENCY, AtomicUnit, CompoundUnit, Unit, UnitError, read_unit

UnitJson = Mapping[str, Any]


def joined(unit: Unit, spell: Callable[[AtomicUnit], str | None], per: str = "/") -> str | None:
    """The spelling of an atom, or those of both parts around `per`; None where a part has none.

    >>> joined(read_unit({"kind": "time", "code": "s"}), lambda atom: atom.code)
    's'
    """
    if isinstance(unit, AtomicUnit):
        return spell(unit)
    over, under = spell(unit.numerator), spell(unit.denominator)
    return None if over is None or under is None else f"{over}{per}{under}"


def of_parts(parts: list[AtomicUnit]) -> dict[str, Any]:
    """The unit JSON of one atom, or of one per another."""
    return (parts[0] if len(parts) == 1 else CompoundUnit(*parts)).to_json()


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217, those of the past among them."""
    from babel.core import get_global

    return frozenset(get_global("all_currencies"))


def currency(code: str) -> AtomicUnit:
    """The currency of a code; UnitError where three letters may as well be a label.

    >>> currency("USD")
    AtomicUnit(kind='currency', code='USD')
    """
    if CURRENCY.fullmatch(code) and code in currencies():
        return AtomicUnit("currency", code)
    raise UnitError(f"'{code}' may be a currency or the label of a count")


def by_key(unit: UnitJson | None) -> dict[str, UnitJson] | None:
    """The units of a column whose unit depends on the key in another one, without unset ones; None for other units.

    >>> by_key({"by": "metric", "map": {"stars": {"kind": "count"}}})
    {'stars': {'kind': 'count'}}
    """
    if unit is None or "map" not in unit:
        return None
    return {key: each for key, each in unit["map"].items() if each is not None}


def read_by_key(said: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    """A unit by key from `{column, map}`, as other documents hold it; UnitError with the reason otherwise."""
    column, units = (said.get("column"), said.get("map")) if isinstance(said, Mapping) else (None, None)
    if not isinstance(column, str) or not isinstance(units, Mapping) or not units:
        raise UnitError("units by key are {column: ..., map: {key: unit}}")
    read = {str(key): read_unit(unit, own=vocabulary.own).to_json() for key, unit in units.items()}
    return {"by": column, "map": read}


def own_shape(unit: UnitJson, vocabulary: Vocabulary) -> dict[str, Any]:
    """The canonical JSON of a column's unit; that of `{kind, by}`, whose code is in another column, keeps the column.

    >>> from gnomon.units.vocabulary import VOCABULARY
    >>> own_shape({"kind": "currency", "by": "currency_code"}, VOCABULARY)
    {'kind': 'currency', 'by': 'currency_code'}
    """
    if "by" not in unit:
        return read_unit(unit, own=vocabulary.own).to_json()
    kind, by = unit.get("kind"), unit["by"]
    if set(unit) != {"kind", "by"} or kind not in ("currency", "count") or not isinstance(by, str):
        raise UnitError("a unit whose code is in a column is {kind: currency, by: column}")
    return {"kind": kind, "by": by}


def is_read_as(spelled: str, unit: UnitJson, read: Callable[[str], UnitJson]) -> bool:
    """Whether a spelling, if it is read at all, is read as this unit."""
    try:
        return read(spelled) == unit
    except UnitError:
        return True

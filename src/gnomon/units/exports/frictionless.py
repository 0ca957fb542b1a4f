"""Frictionless: fields of a Table Schema. `unit` is a UCUM code, and `x-unit` beside it the unit in its own shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.units.exports.parts import UnitJson, by_key, own_shape, read_by_key
from gnomon.units.exports.ucum import ucum_code, unit_of_ucum
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import UnitError


def frictionless_properties(unit: UnitJson | None, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any]:
    """The properties of a field that say a unit; without `unit` where UCUM cannot say it, empty where it is unset.

    >>> frictionless_properties({"kind": "time", "code": "yr"})
    {'unit': 'a', 'x-unit': {'kind': 'time', 'code': 'yr'}}
    """
    if unit is None:
        return {}
    if (units := by_key(unit)) is not None:
        return {"x-unit-by": {"column": unit["by"], "map": units}}
    code = None if "by" in unit else ucum_code(unit, vocabulary)
    return {**({} if code is None else {"unit": code}), "x-unit": own_shape(unit, vocabulary)}


def unit_of_frictionless(field: Mapping[str, Any], vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any] | None:
    """The unit that a field says, or a unit by key; None where it says none, UnitError where it says no unit of ours.

    >>> unit_of_frictionless({"name": "size", "unit": "kBy"})
    {'kind': 'data_size', 'code': 'KB'}
    """
    code, own, keyed = (field.get(key) for key in ("unit", "x-unit", "x-unit-by"))
    if keyed is not None:
        if own is not None or code is not None:
            raise UnitError("'x-unit-by' and a unit are both here")
        return read_by_key(keyed, vocabulary)
    if code is not None and not isinstance(code, str):
        raise UnitError("'unit' is a UCUM code, as text")
    if own is None:
        return None if code is None else unit_of_ucum(code)
    if not isinstance(own, Mapping):
        raise UnitError("'x-unit' is a mapping such as {kind: count, code: stars}")
    unit = own_shape(own, vocabulary)
    also = frictionless_properties(unit, vocabulary).get("unit")
    if code is not None and code != also:
        raise UnitError(f"'unit' says {code}, and 'x-unit' says {also or 'what UCUM cannot say'}")
    return unit

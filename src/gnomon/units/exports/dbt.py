"""dbt: `meta` of a column, under `config` since 1.10. It holds any JSON, so units keep their own shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.units.exports.parts import UnitJson, by_key, own_shape, read_by_key
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import UnitError, parse_unit


def dbt_meta(unit: UnitJson | None, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any]:
    """The entries of `meta` that say a unit: `unit`, or `unit_by` where it depends on a key; empty where it is unset.

    >>> dbt_meta({"kind": "time", "code": "s"})
    {'unit': {'kind': 'time', 'code': 's'}}
    """
    if unit is None:
        return {}
    if (units := by_key(unit)) is not None:
        return {"unit_by": {"column": unit["by"], "map": units}}
    return {"unit": own_shape(unit, vocabulary)}


def unit_of_dbt(meta: Any, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any] | None:
    """The unit that `meta` says, or a unit by key; None where it says none, UnitError where it says no unit of ours.

    >>> unit_of_dbt({"unit": "dollar"}), unit_of_dbt({"owner": "data"})
    ({'kind': 'currency', 'code': 'USD'}, None)
    """
    if not isinstance(meta, Mapping):
        return None
    if "unit" in meta and "unit_by" in meta:
        raise UnitError("'unit' and 'unit_by' are both here")
    if "unit_by" in meta:
        return read_by_key(meta["unit_by"], vocabulary)
    unit = meta.get("unit")
    return own_shape(unit, vocabulary) if isinstance(unit, Mapping) else parse_unit(unit, vocabulary.own)

"""What inference claims of a query's outputs, in the judge's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import gnomon
from property.units_kinds import Unit, unit_of, unit_of_extension
from property.units_tables import Table, declared, types
from property.units_trial import Keyed

MISMATCHES = frozenset({"incompatible_units", "unit_scale_mismatch", "mixed_units", "count_label_mismatch"})
"""What is said of values that do not go together."""


@dataclass(frozen=True)
class Said:
    """The outputs of which something is claimed, and the diagnostics."""

    claims: Mapping[str, Unit | Keyed]
    diagnostics: tuple[Any, ...]

    @property
    def mismatches(self) -> list[Any]:
        return [found for found in self.diagnostics if found.code in MISMATCHES]


def said(sql: str, tables: Iterable[Table], units: Mapping[str, Any] | None = None) -> Said:
    """What inference says of a query; `units` replaces what is declared for the tables."""
    tables = tuple(tables)
    found = gnomon.infer_units(sql, declared(tables) if units is None else units, types=types(tables))
    claims: dict[str, Unit | Keyed] = {name: unit_of(unit) for name, unit in found.units.items() if unit is not None}
    claims |= {name: unit_of_extension(found_ext) for name, found_ext in found.unit_ext.items()}
    for name, keyed in found.row_typed.items():
        units_by_key = {key: unit_of(unit) for key, unit in keyed["map"].items() if unit is not None}
        claims[name] = Keyed(keyed["by"], units_by_key)
    return Said(claims, tuple(found.diagnostics))

"""Units: what a column's numbers are denominated in. Pure; no SQL, no files."""

from gnomon.units.legacy import LEGACY_UNITS, legacy_unit
from gnomon.units.wire import AtomicUnit, CompoundUnit, Unit, UnitError, parse_unit, read_unit

__all__ = [
    "LEGACY_UNITS",
    "AtomicUnit",
    "CompoundUnit",
    "Unit",
    "UnitError",
    "legacy_unit",
    "parse_unit",
    "read_unit",
]

"""A metric's unit, which may be said in several places: which of them holds, and which say something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gnomon.load.column_units import Named
from gnomon.load.findings import Findings
from gnomon.units.precedence import shown

if TYPE_CHECKING:
    from gnomon.load.metrics import Written

PLACES = ("metadata.unit", "unit", "metric_metadata.unit", "columns.amount.unit")
COLUMN = PLACES[-1]

UnitJson = Mapping[str, Any]


class Declarations(NamedTuple):
    """What a metric says about its unit: `said` has unit JSON by dotted path, the one that holds first."""

    said: tuple[tuple[str, UnitJson], ...] = ()

    @property
    def unit(self) -> dict[str, Any] | None:
        """The unit that holds; None where none is said."""
        return dict(self.said[0][1]) if self.said else None


def declarations(*units: UnitJson | None) -> Declarations:
    """The units that are said at each of PLACES: structured ones of the metric, then its column's, then legacy names.

    >>> made = declarations(Named(kind="currency", code="USD"), None, None, {"kind": "currency", "code": "EUR"})
    >>> [place for place, _ in made.said], made.unit
    (['columns.amount.unit', 'metadata.unit'], {'kind': 'currency', 'code': 'EUR'})
    """
    said = [(place, unit or {}) for place, unit in zip(PLACES, units, strict=True) if is_one(unit)]
    return Declarations(tuple(sorted(said, key=lambda each: 2 if isinstance(each[1], Named) else each[0] == COLUMN)))


def is_one(unit: Any) -> bool:
    """Whether this is one unit for all rows, and was not refused."""
    return isinstance(unit, Mapping) and "by" not in unit


def warn_of_units(written: Written, findings: Findings) -> None:
    """Warn where two places say different units."""
    said = written.definition.declared_units.said
    for place, unit in said[1:]:
        if unit != said[0][1]:
            kept, first = said[0]
            message = f"{place} says {shown(unit)}, and {kept} says {shown(first)}, which holds"
            span = written.span(*place.split("."))
            findings.warn("units_differ", message, span, f"remove one of them, or write {shown(first)} in both")

"""A metric's flat unit, put on its output column: the one rule of the migration, by itself.

A unit that the column has already wins, as in the original. What no unit can say stays in the metric's details.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gnomon.catalog.legacy.old import decoded
from gnomon.catalog.values import Column, Definition, MetricDetails
from gnomon.units.legacy import legacy_unit
from gnomon.units.lenient import read_lenient
from gnomon.units.wire import UnitError

Json = Mapping[str, Any]

OUTCOMES = {
    "moved": "put on the output column",
    "agrees": "the output column said the same",
    "kept": "the output column says something else, which was kept",
    "legacy_only": "no unit says it; it stays with the metric",
    "unreadable": "no unit and no flat name; it is only noted",
}
"""What becomes of a unit. `unknown` says nothing, so nothing becomes of it."""
GOING_BACK = {
    "returned": "given back to the older tables",
    "not_said": "the older tables cannot say it: null there, and kept in the catalog",
}
"""What becomes of a unit that was changed here, on the way back."""


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one unit: the flat name, the unit that its column has now, and where it differs what was found."""

    column: str | None
    outcome: str
    legacy: str | None
    unit: Json | None = None
    found: Any = None


def moved(name: str, definition: Definition, legacy: str | None) -> tuple[Definition, Move | None]:
    """A metric of the name with its flat unit on its output column, and what became of it.

    A metric without columns (its SQL could not be read there) gets one for its unit.

    >>> metric = Definition("metric", columns=(Column("m"),))
    >>> after, move = moved("shop.m", metric, "DOLLAR")
    >>> after.columns[0].unit, move.outcome
    ({'kind': 'currency', 'code': 'USD'}, 'moved')
    >>> moved("shop.m", after, "percentage")[1].outcome
    'kept'
    """
    if legacy is None:
        return definition, None
    flat = legacy.strip().lower()
    details = definition.metric or MetricDetails()
    if flat == "unknown":
        return replace(definition, metric=replace(details, legacy_unit=flat)), None
    output = definition.columns[0] if definition.columns else Column(name.replace(".", "_DOT_"))
    try:
        unit = legacy_unit(flat)
    except KeyError:
        return definition, Move(output.name, "unreadable", legacy, output.unit)
    if unit is None:
        kept = replace(definition, metric=replace(details, legacy_unit=flat))
        return kept, Move(output.name, "legacy_only", flat, output.unit)
    if output.unit is not None:
        outcome = "agrees" if output.unit == unit else "kept"
        return definition, Move(output.name, outcome, flat, output.unit, unit)
    columns = (replace(output, unit=unit), *definition.columns[1:])
    return replace(definition, columns=columns), Move(output.name, "moved", flat, unit)


def read_column_unit(value: Any) -> tuple[dict[str, Any] | None, bool]:
    """The unit that a column of an older database has, and whether it could be read. Some keep JSON as text.

    >>> read_column_unit({"kind": "currency", "code": "USD\\n", "note": 1})
    ({'kind': 'currency', 'code': 'USD'}, True)
    >>> read_column_unit({"kind": "weight"})
    (None, False)
    """
    try:
        return read_lenient(decoded(value))[0], True
    except UnitError:
        return None, False

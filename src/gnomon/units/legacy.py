"""The flat unit names of older files, and the structured units that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEGACY_UNITS: Mapping[str, Mapping[str, str] | None] = {
    "unknown": None,
    "unitless": {"kind": "unitless"},
    "percentage": {"kind": "percentage"},
    "proportion": {"kind": "proportion"},
    "dollar": {"kind": "currency", "code": "USD"},
    "millisecond": {"kind": "time", "code": "ms"},
    "second": {"kind": "time", "code": "s"},
    "minute": {"kind": "time", "code": "min"},
    "hour": {"kind": "time", "code": "h"},
    "day": {"kind": "time", "code": "d"},
    "week": {"kind": "time", "code": "wk"},
    "month": {"kind": "time", "code": "mo"},
    "year": {"kind": "time", "code": "yr"},
    "bit": None,
    "byte": {"kind": "data_size", "code": "B"},
}
"""Name -> unit JSON. None: the name says nothing (`unknown`), or no structured unit says it (`bit`)."""
BY_UNIT: Mapping[tuple[str | None, str | None], str] = {
    (unit["kind"], unit.get("code")): name for name, unit in LEGACY_UNITS.items() if unit is not None
}


def legacy_unit(name: str) -> dict[str, str] | None:
    """The unit JSON of a flat name, in any case and with blanks around it; KeyError for any other name.

    >>> legacy_unit(" Dollar ")
    {'kind': 'currency', 'code': 'USD'}
    >>> legacy_unit("unknown") is None
    True
    """
    unit = LEGACY_UNITS[name.strip().lower()]
    return dict(unit) if unit is not None else None


def legacy_of(unit: Mapping[str, Any] | None) -> str | None:
    """The flat name of unit JSON; None where no name says it: other currencies, data sizes, counts, compounds, unset.

    >>> legacy_of({"kind": "currency", "code": "USD"}), legacy_of({"kind": "currency", "code": "EUR"})
    ('dollar', None)
    """
    return BY_UNIT.get((unit.get("kind"), unit.get("code"))) if unit is not None else None

"""A metric's unit, from all places where files have it, and its spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gnomon.catalog.files.fields import Fields
from gnomon.catalog.values import Column
from gnomon.units.legacy import LEGACY_UNITS, legacy_of
from gnomon.units.lenient import read_lenient
from gnomon.units.precedence import declared_unit, shown
from gnomon.units.wire import Own, UnitError


@dataclass(frozen=True, slots=True)
class Said:
    """A unit as one place says it. `unit` is None for the legacy names that stand for none."""

    part: Fields
    written: Any
    unit: dict[str, Any] | None

    @property
    def legacy(self) -> str | None:
        """The flat name, in lower case; None of a structured unit."""
        return self.written.strip().lower() if isinstance(self.written, str) else None


@dataclass(frozen=True, slots=True)
class MetricUnit:
    """What a metric's unit is. `legacy` is a flat name that no unit says; `spelling` how the file spells it."""

    unit: dict[str, Any] | None = None
    legacy: str | None = None
    spelling: Any = None


def output_name(metric: str) -> str:
    """The name of a metric's output column, as DataJunction makes it.

    >>> output_name("shop.eu.revenue")
    'shop_DOT_eu_DOT_revenue'
    """
    return metric.replace(".", "_DOT_")


def default_spelling(unit: Mapping[str, Any] | None, legacy: str | None) -> Any:
    """How a metric's unit is written where nobody wrote it: by its flat name where it has one."""
    return legacy or legacy_of(unit) or (dict(unit) if unit is not None else None)


def read_metric_unit(fields: Fields, nested: Fields | None, column: Column | None, own: Own) -> MetricUnit:
    """The unit that holds: the metric's own structured one, else its output column's, else a flat name.

    Those that differ from it are named in warnings.
    """
    said = [each for part in (fields, nested) if part is not None and (each := read_said(part, own)) is not None]
    structured = next((each for each in said if each.legacy is None), None)
    flat = next((each for each in said if each.legacy is not None), None)
    for first, other in pairwise(said):
        if (first.legacy is None) == (other.legacy is None) and first.unit != other.unit:
            other.part.warn(
                "units_differ", f"metric_metadata says {words(other)}, the metric says {words(first)}", "unit"
            )
    of_column = column.unit if column is not None else None
    unit, conflict = declared_unit(
        structured.unit if structured is not None else None, of_column, flat.legacy if flat is not None else None, own
    )
    if conflict is not None:
        loser = flat if conflict.other == "legacy" and flat is not None else structured or flat
        (loser.part if loser else fields).warn("units_differ", str(conflict), "unit", help=f"{shown(unit or {})} holds")
    if flat is not None and flat.unit is None and unit is not None:
        flat.part.warn("units_differ", f"the metric says {shown(unit)}, its legacy name says {flat.legacy}", "unit")
    legacy = flat.legacy if flat is not None and flat.unit is None and unit is None else None
    holder = structured or (flat if of_column is None else None)
    spelling = holder.written if holder is not None else of_column
    return MetricUnit(unit, legacy, spelling if spelling != default_spelling(unit, legacy) else None)


def words(said: Said) -> str:
    return shown(said.unit) if said.unit is not None else str(said.legacy)


def read_said(part: Fields, own: Own) -> Said | None:
    """The unit of one place; None where none is written, or with a problem where it is no unit."""
    written = part.raw("unit")
    if isinstance(written, str) and not written.strip():
        written = None
    try:
        unit, dropped = read_lenient(written, metric=True, own=own)
    except UnitError as error:
        help = error.help or (f"flat names: {', '.join(LEGACY_UNITS)}" if isinstance(written, str) else None)
        part.error(error.code, error.reason, "unit", *error.path, help=help)
        return None
    for sentence in dropped:
        part.warn("unit_cleaned", sentence, "unit")
    if written is None or written == {}:
        return None
    return Said(part, unit if dropped else plain(written), unit)


def plain(written: Any) -> Any:
    """A spelling without nulls, which say nothing."""
    if not isinstance(written, dict):
        return written
    return {key: plain(value) for key, value in written.items() if value is not None}

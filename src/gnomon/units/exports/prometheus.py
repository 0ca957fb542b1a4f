"""Prometheus and OpenMetrics: a base unit as the end of a metric's name, and the exact factor that leads to it.

Months and years have no length in seconds: their base is the month. What is counted is said only in a compound, so
that a table of stars does not end in `stars` twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gnomon.units.exports.parts import UnitJson, currency, is_read_as, of_parts
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import AtomicUnit, Unit, UnitError, read_unit

PER = "_per_"
FOREIGN = re.compile(r"[^a-z0-9]+")
RATIO = AtomicUnit("proportion")
BASES = {
    "time": ("seconds", "second", AtomicUnit("time", "s")),
    "calendar": ("months", "month", AtomicUnit("time", "mo")),
    "data_size": ("bytes", "byte", AtomicUnit("data_size", "B")),
    "ratio": ("ratio", "ratio", RATIO),
}
"""By dimension: the name of the base unit, the name of one of it, and the unit."""
RATIOS = {"percentage": Fraction(1, 100), "proportion": Fraction(1)}


@dataclass(frozen=True, slots=True)
class PrometheusUnit:
    """`name` is the end of a metric's name, "" for a plain number; a value times `factor` is in that unit."""

    name: str
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Based:
    """An atom in its base unit: the names of many and of one, the base, and the factor that leads to it."""

    name: str
    one: str
    base: AtomicUnit
    factor: Fraction = Fraction(1)


def prometheus_unit(unit: UnitJson | None, vocabulary: Vocabulary = VOCABULARY) -> PrometheusUnit | None:
    """The base unit and the factor; None where the unit is unset, or cannot be a part of a metric's name.

    >>> prometheus_unit({"kind": "time", "code": "ms"})
    PrometheusUnit(name='seconds', factor=Fraction(1, 1000))
    >>> rate = {"numerator": {"kind": "data_size", "code": "KB"}, "denominator": {"kind": "time", "code": "min"}}
    >>> prometheus_unit(rate)
    PrometheusUnit(name='bytes_per_second', factor=Fraction(50, 3))
    """
    if unit is None:
        return None
    parts = [based(atom, vocabulary) for atom in atoms_of(read_unit(unit, own=vocabulary.own))]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if len(known) == 1:
        (only,) = known
        return PrometheusUnit("" if only.base.kind == "count" else only.name, only.factor)
    over, under = known
    if not under.one:
        return None
    name = f"{over.name}{PER}{under.one}" if over.name else f"per_{under.one}"
    if not is_read_as(name, of_parts([over.base, under.base]), unit_of_prometheus):
        return None
    return PrometheusUnit(name, over.factor / under.factor)


def atoms_of(unit: Unit) -> list[AtomicUnit]:
    return [unit] if isinstance(unit, AtomicUnit) else [unit.numerator, unit.denominator]


def based(atom: AtomicUnit, vocabulary: Vocabulary) -> Based | None:
    """An atom in its base unit; None where it is money of an unknown denomination, or a label without Latin letters."""
    if atom.kind == "unitless" or atom == AtomicUnit("count"):
        return Based("", "", atom)
    if atom.kind in RATIOS:
        return Based(*BASES["ratio"], RATIOS[atom.kind])
    symbol = vocabulary.symbol(atom.kind, atom.code)
    if symbol.dimension in BASES:
        return Based(*BASES[symbol.dimension], symbol.factor)
    kind, _, code = symbol.dimension.partition(":")
    name = FOREIGN.sub("_", code.lower()).strip("_")
    if not name or not code.isascii():
        return None
    return Based(name, name, AtomicUnit(kind, code), symbol.factor)


def unit_of_prometheus(name: str) -> dict[str, Any]:
    """The unit JSON of an OpenMetrics UNIT; UnitError for what is no base unit of ours. Labels are not read: in a
    metric's name nothing tells a count of meters from meters.

    >>> unit_of_prometheus("bytes_per_second")["denominator"], unit_of_prometheus("usd")
    ({'kind': 'time', 'code': 's'}, {'kind': 'currency', 'code': 'USD'})
    >>> unit_of_prometheus("celsius")
    Traceback (most recent call last):
    gnomon.units.wire.UnitError: 'celsius' is no base unit of ours
    """
    parts = name.split(PER)
    if len(parts) > 2:
        raise UnitError(f"'{name}' is more than one unit per another")
    return of_parts([base_of(part, one=index == 1) for index, part in enumerate(parts)])


def base_of(name: str, one: bool) -> AtomicUnit:
    for many, single, base in BASES.values():
        if name == (single if one else many):
            return base
    if re.fullmatch("[a-z]{3}", name):
        return currency(name.upper())
    raise UnitError(f"'{name}' is no base unit of ours")


def metric_name(table: str, unit: PrometheusUnit | None, counter: bool = False) -> str:
    """A metric's name: the table's in the letters that Prometheus allows, its unit, and `total` for a counter.

    >>> metric_name("metrics.stars_to_project_daily", PrometheusUnit(""), counter=True)
    'metrics_stars_to_project_daily_total'
    >>> metric_name("time_to_merge", PrometheusUnit("seconds", Fraction(1, 1000)))
    'time_to_merge_seconds'
    """
    name = re.sub(r"[^a-zA-Z0-9_]", "_", table)
    name = f"_{name}" if name[:1].isdigit() else name
    if unit is not None and unit.name and not name.endswith(f"_{unit.name}"):
        name = f"{name}_{unit.name}"
    return f"{name}_total" if counter else name

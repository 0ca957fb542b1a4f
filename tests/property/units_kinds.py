"""Units as the judge reads them: exponents of dimensions and an exact factor. Nothing here imports gnomon.

`unit_of` reads unit JSON. It knows nothing of names, plural labels or which of two units to print: only what a number
is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SECONDS: dict[str, int | Fraction] = {"ms": Fraction(1, 1000), "s": 1, "min": 60, "h": 3600, "d": 86_400, "wk": 604_800}
MONTHS = {"mo": 1, "yr": 12}
DECIMAL = {prefix + "B": 1000**power for power, prefix in enumerate(["", "K", "M", "G", "T", "P"])}
BINARY = {prefix + "iB": 1024**power for power, prefix in enumerate("KMGT", 1)}
SIZES: dict[str, int] = DECIMAL | BINARY
BARE = {"percentage": Fraction(1, 100), "proportion": Fraction(1), "unitless": Fraction(1)}


@dataclass(frozen=True)
class Unit:
    """A product of dimensions: a number `v` in it is `v * factor` in base units; None is a factor with no exact form.

    >>> ms, s = unit_of({"kind": "time", "code": "ms"}), unit_of({"kind": "time", "code": "s"})
    >>> (ms / s).powers, (ms / s).factor
    ((), Fraction(1, 1000))
    """

    powers: tuple[tuple[str, Fraction], ...] = ()
    factor: Fraction | None = Fraction(1)

    def __mul__(self, other: Unit) -> Unit:
        return Unit(joined(self.powers, other.powers), times(self.factor, other.factor))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other.power(-1)

    def power(self, exponent: int | Fraction) -> Unit:
        powers = tuple((name, power * exponent) for name, power in self.powers if exponent)
        return Unit(powers, raised(self.factor, Fraction(exponent)))

    def fits(self, other: Unit) -> bool:
        return self.powers == other.powers

    def same(self, other: Unit) -> bool:
        """Whether numbers in both may be added as they are."""
        return self.fits(other) and self.factor is not None and self.factor == other.factor

    def growth(self, factors: Mapping[str, float]) -> float:
        """What numbers in it are multiplied by where each dimension is multiplied by its factor."""
        found = 1.0
        for name, power in self.powers:
            found *= factors.get(name, 1.0) ** float(power)
        return found


def joined(
    left: tuple[tuple[str, Fraction], ...], right: tuple[tuple[str, Fraction], ...]
) -> tuple[tuple[str, Fraction], ...]:
    """Exponents added, those of 0 left out."""
    found: dict[str, Fraction] = {}
    for name, power in (*left, *right):
        found[name] = found.get(name, Fraction(0)) + power
    return tuple(sorted((name, power) for name, power in found.items() if power))


def times(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left * right


def raised(factor: Fraction | None, exponent: Fraction) -> Fraction | None:
    if factor is None or factor == 1:
        return factor
    return factor ** int(exponent) if exponent.denominator == 1 else None


NUMBER = Unit()
COUNT = Unit((("count", Fraction(1)),))


def atom(unit: Mapping[str, Any]) -> Unit:
    kind, code = unit["kind"], unit.get("code", "")
    if kind in BARE:
        return Unit((), BARE[kind])
    if kind == "time" and code in MONTHS:
        return Unit((("calendar", Fraction(1)),), Fraction(MONTHS[code]))
    if kind == "time":
        return Unit((("time", Fraction(1)),), Fraction(SECONDS[code]))
    if kind == "data_size":
        return Unit((("data_size", Fraction(1)),), Fraction(SIZES[code]))
    return Unit(((f"{kind}:{code}" if code else kind, Fraction(1)),))


def unit_of(unit: Mapping[str, Any]) -> Unit:
    """What unit JSON says."""
    if "numerator" in unit:
        return atom(unit["numerator"]) / atom(unit["denominator"])
    return atom(unit)


def unit_of_extension(extension: Mapping[str, Any]) -> Unit:
    """What `unit_ext` says: kinds and codes with exponents, and a scale."""
    found = Unit((), Fraction(extension["scale"]))
    for kind, code, exponent in extension["product"]:
        found *= atom(written(kind, code)).power(Fraction(exponent))
    return found


def written(kind: str, code: str | None = None) -> dict[str, Any]:
    return {"kind": kind} if code is None else {"kind": kind, "code": code}


def per(numerator: Mapping[str, Any], denominator: Mapping[str, Any]) -> dict[str, Any]:
    return {"numerator": dict(numerator), "denominator": dict(denominator)}


USD, EUR = written("currency", "USD"), written("currency", "EUR")
CLICKS, VIEWS = written("count", "clicks"), written("count", "impressions")
MS, S, MINUTE, HOUR, DAY = (written("time", code) for code in ("ms", "s", "min", "h", "d"))
BYTE, KB, MB, KIB, MIB = (written("data_size", code) for code in ("B", "KB", "MB", "KiB", "MiB"))
PERCENTAGE, PROPORTION, UNITLESS = (written(kind) for kind in BARE)

ATOMS = [USD, USD, EUR, CLICKS, VIEWS, MS, S, MINUTE, HOUR, DAY, BYTE, KB, MB, KIB, MIB]
RATES = [
    per(USD, HOUR),
    per(USD, CLICKS),
    per(CLICKS, VIEWS),
    per(BYTE, S),
    per(MB, S),
    per(UNITLESS, S),
    per(EUR, USD),
]
PLAIN = [PERCENTAGE, PROPORTION, UNITLESS, written("time", "mo")]
UNITS = [*ATOMS, *ATOMS, *RATES, *PLAIN]
"""What columns are declared as; those that are named twice come more often."""

CONVERSIONS = [
    (MS, S, "/ 1000", "/ 100"),
    (S, MS, "* 1000", "* 60"),
    (S, MINUTE, "/ 60", "/ 3600"),
    (MINUTE, HOUR, "/ 60.0", "/ 24"),
    (HOUR, DAY, "/ 24", "/ 60"),
    (KB, BYTE, "* 1000", "* 1024"),
    (MIB, KIB, "* 1024", "* 1000"),
    (KB, MB, "/ 1e3", "/ 1024"),
    (PROPORTION, PERCENTAGE, "* 100", "* 1000"),
    (PERCENTAGE, PROPORTION, "/ 100.0", "/ 1000"),
]
"""From, to, the right operation, and a wrong one."""

RESTATED = [
    (S, MS),
    (MINUTE, S),
    (HOUR, MINUTE),
    (DAY, HOUR),
    (KB, BYTE),
    (MB, KB),
    (MIB, KIB),
    (KIB, BYTE),
    (PROPORTION, PERCENTAGE),
    (per(MB, S), per(KB, S)),
    (per(BYTE, S), per(BYTE, MINUTE)),
    (per(USD, HOUR), per(USD, DAY)),
]
"""A unit, and another in which its numbers are so many times larger, a whole number."""

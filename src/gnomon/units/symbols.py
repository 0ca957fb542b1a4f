"""Symbols: the units that are not made of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from gnomon.units.wire import KINDS, NOTHING_OWN, Own, UnitError, check_code

ONE = Fraction(1)
NUMBERS = {"percentage": Fraction(1, 100), "proportion": ONE, "unitless": ONE}
"""The kinds that are numbers without a dimension, and what 1 of them is."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A unit that is not made of others. One of it is `factor` of the base unit of its `dimension`.

    `code` is None for a count without label and for a currency whose denomination is not known.
    """

    kind: str
    code: str | None
    dimension: str
    factor: Fraction

    def __hash__(self) -> int:
        return hash((self.kind, self.code))

    def __lt__(self, other: Symbol) -> bool:
        return (self.dimension, self.kind, self.code or "") < (other.dimension, other.kind, other.code or "")


@lru_cache(maxsize=4096)
def plain(kind: str, code: str | None) -> Symbol:
    """A unit that needs no definition: a count or a currency, each a dimension of its own."""
    return Symbol(kind, code, f"{kind}:{code}" if code is not None else kind, ONE)


Symbols = Mapping[tuple[str, str], Symbol]
"""Symbols by kind and code."""


def symbol_in(symbols: Symbols, kind: str, code: str | None, own: Own = NOTHING_OWN) -> Symbol:
    """The symbol of a kind and a code, among the given ones or one that needs no definition; UnitError otherwise."""
    found = symbols.get((kind, code)) if code is not None else None
    if found is not None:
        return found
    if kind not in KINDS:
        raise UnitError(f"unknown kind of unit '{kind}'", "kind", help=f"kinds: {', '.join(KINDS)}")
    check_code(kind, code, own=own)
    if kind in NUMBERS:
        raise UnitError(f"'{kind}' is a number without a dimension", help=f"write {kind} alone")
    return plain(kind, code)

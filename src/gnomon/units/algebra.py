"""The algebra of units: products of symbols with rational exponents and an exact scale.

A number v of a unit stands for `v * scale * product(symbol ** exponent)`. All is exact; there is no float. Symbols are
kept as they are written (milliseconds in, milliseconds out), at most one for each dimension: another one of the same
dimension becomes scale, so `USD/h * min` is 1/60 USD.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gnomon.units.exact import exact_root, within
from gnomon.units.symbols import NUMBERS, ONE, Symbol
from gnomon.units.wire import UnitError

LARGEST_EXPONENT = 32
"""Exponents go from -32 to 32, in steps of at least 1/32."""
MEMORY = 16384
"""How many results each operation remembers."""

Powers = tuple[tuple[Symbol, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A unit. `powers` are sorted, one symbol for each dimension, no exponent is 0.

    `word` is what a bare number was called ("percentage", "proportion", "unitless"), None where nothing said: it says
    no more than the scale does, is not compared by `same`, and is dropped by multiplying and dividing.
    """

    powers: Powers = ()
    scale: Fraction = ONE
    word: str | None = None
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        symbols = [symbol for symbol, _ in self.powers]
        if len({symbol.dimension for symbol in symbols}) < len(symbols) or sorted(symbols) != symbols:
            raise UnitError("a product has one symbol for each dimension, in order")
        if not all(exponent for _, exponent in self.powers) or self.scale <= 0:
            raise UnitError("a product's scale is above 0 and its exponents are not 0")
        if self.word is not None and (self.powers or NUMBERS.get(self.word) != self.scale):
            raise UnitError(f"a product of scale {self.scale} is no {self.word}")
        object.__setattr__(self, "_hash", hash((self.powers, self.scale, self.word)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return Product, (self.powers, self.scale, self.word)

    def __mul__(self, other: Product) -> Product:
        return multiply(self, other)

    def __truediv__(self, other: Product) -> Product:
        return multiply(self, power(other, Fraction(-1)))

    def __pow__(self, exponent: Fraction | int) -> Product:
        return power(self, Fraction(exponent))

    def root(self, n: int) -> Product:
        """The n-th root; UnitError where the scale has no exact one.

        >>> from gnomon.units.text import parse_text, text_of
        >>> text_of(parse_text("USD^2/h^2").root(2))
        'USD/h'
        """
        if n < 1:
            raise UnitError(f"there is no root {n} of a unit")
        return power(self, Fraction(1, n))

    def scaled(self, k: Fraction | int) -> Product:
        """The unit whose 1 is k of this unit; its word is kept where k is 1."""
        return self if k == 1 else Product(self.powers, within(self.scale * Fraction(k)))

    @property
    def dimensions(self) -> tuple[tuple[str, Fraction], ...]:
        """The dimensions with their exponents, sorted; () for a number."""
        return tuple((symbol.dimension, exponent) for symbol, exponent in self.powers)

    @property
    def factor(self) -> Fraction:
        """How many base units 1 of this is; UnitError where that is no exact number (the root of an hour)."""
        return factor_of(self)

    @property
    def is_number(self) -> bool:
        """Whether there is no dimension: a percentage, a proportion, a ratio of equals."""
        return not self.powers

    def fits(self, other: Product) -> bool:
        """Whether numbers in this unit can be converted into the other one."""
        return self.dimensions == other.dimensions

    def same(self, other: Product) -> bool:
        """Whether a number means the same in both units, however they are spelled."""
        return self.fits(other) and relative(self, other) == 1

    def ratio(self, to: Product) -> Fraction:
        """What to multiply numbers in this unit by to get numbers in `to`; UnitError where the dimensions differ.

        >>> from gnomon.units.text import parse_text
        >>> parse_text("h").ratio(parse_text("s")), parse_text("ms").ratio(parse_text("s"))
        (Fraction(3600, 1), Fraction(1, 1000))
        """
        if not self.fits(to):
            raise UnitError("units of different dimensions do not convert into each other")
        if (found := relative(self, to)) is None:
            raise UnitError("there is no exact factor between these units")
        return found


@lru_cache(maxsize=MEMORY)
def multiply(a: Product, b: Product) -> Product:
    """The product of two units; the symbols of `a` win over others of their dimension."""
    kept = {symbol.dimension: (symbol, exponent) for symbol, exponent in a.powers}
    scale = a.scale * b.scale
    for symbol, exponent in b.powers:
        mine, before = kept.get(symbol.dimension, (symbol, Fraction(0)))
        if mine.factor != symbol.factor:
            scale *= exact_power(symbol.factor / mine.factor, exponent)
        kept[symbol.dimension] = (mine, bounded(before + exponent))
    return Product(sorted_powers([(symbol, exponent) for symbol, exponent in kept.values() if exponent]), within(scale))


@lru_cache(maxsize=MEMORY)
def power(unit: Product, exponent: Fraction) -> Product:
    """A unit to a rational power. A number to the power of 1 keeps its word."""
    if exponent == 1:
        return unit
    bounded(exponent)
    raised = [(symbol, bounded(own * exponent)) for symbol, own in unit.powers] if exponent else []
    return Product(sorted_powers(raised), within(exact_power(unit.scale, exponent)))


@lru_cache(maxsize=MEMORY)
def factor_of(unit: Product) -> Fraction:
    """The scale in base units."""
    factor = unit.scale
    for symbol, exponent in unit.powers:
        factor *= exact_power(symbol.factor, exponent)
    return factor


@lru_cache(maxsize=MEMORY)
def relative(a: Product, b: Product) -> Fraction | None:
    """How many `b` of the same dimensions 1 `a` is; None where that is no exact number."""
    factor = a.scale / b.scale
    for (mine, exponent), (theirs, _) in zip(a.powers, b.powers, strict=True):
        try:
            factor *= exact_power(mine.factor / theirs.factor, exponent)
        except UnitError:
            return None
    return factor


def sorted_powers(powers: list[tuple[Symbol, Fraction]]) -> Powers:
    return tuple(sorted(powers, key=lambda item: item[0]))


def bounded(exponent: Fraction) -> Fraction:
    """The exponent itself; UnitError where it is beyond what any unit has."""
    if abs(exponent) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
        help = f"exponents go from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}, as 2, -1 or 1/2"
        shown = (
            str(exponent) if max(exponent.numerator.bit_length(), exponent.denominator.bit_length()) < 64 else "that"
        )
        raise UnitError(f"a unit to the power of {shown} is not possible", help=help)
    return exponent


def exact_power(scale: Fraction, exponent: Fraction) -> Fraction:
    """A positive scale to a rational power; UnitError where the result is no exact number."""
    if scale == 1:
        return scale
    root = scale if exponent.denominator == 1 else exact_root(scale, exponent.denominator)
    if root is None:
        raise UnitError(f"{scale} has no exact root {exponent.denominator}", help="convert it to its base unit first")
    return within(root**exponent.numerator)


NUMBER = Product()
"""The unit of a bare number of which nothing is said."""


@lru_cache(maxsize=MEMORY)
def unit_of(symbol: Symbol) -> Product:
    """A symbol as a unit."""
    return Product(((symbol, ONE),))


def number_of(word: str) -> Product:
    """A bare number by its word: "percentage" is 1/100."""
    return NUMBER_WORDS[word]


NUMBER_WORDS = {word: Product((), scale, word) for word, scale in NUMBERS.items()}

"""Between the wire's JSON shapes and the algebra."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from gnomon.units.algebra import NUMBER, Product, bounded, number_of, unit_of
from gnomon.units.exact import read_factor
from gnomon.units.symbols import NUMBERS, ONE, Symbol
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import AtomicUnit, Unit, UnitError, read_unit

UNITLESS, PERCENTAGE = AtomicUnit("unitless"), AtomicUnit("percentage")
BARE = ((UNITLESS, ONE), (PERCENTAGE, NUMBERS["percentage"]))
"""What may stand where a compound unit has no symbol, with its factor."""


def product_of(unit: Mapping[str, Any] | Unit, vocabulary: Vocabulary = VOCABULARY) -> Product:
    """The unit that unit JSON says, in the algebra; UnitError where it is no unit of the vocabulary.

    >>> product_of({"kind": "percentage"}).scale
    Fraction(1, 100)
    """
    read = read_unit(unit, own=vocabulary.own) if isinstance(unit, Mapping) else unit
    if isinstance(read, AtomicUnit):
        return atom(read, vocabulary)
    return atom(read.numerator, vocabulary) / atom(read.denominator, vocabulary)


def atom(unit: AtomicUnit, vocabulary: Vocabulary) -> Product:
    return number_of(unit.kind) if unit.kind in NUMBERS else unit_of(vocabulary.symbol(unit.kind, unit.code))


def json_of(product: Product, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any] | None:
    """The unit as unit JSON; None where one unit, or one per another, does not say it exactly.

    A scale is said by another unit of the same dimension where there is one: 1000 KB is a MB. `1/s` has the numerator
    unitless. USD^2, USD*h, 3600 B and a unit per two others are None.

    >>> from gnomon.units.text import parse_text
    >>> json_of(parse_text("1000*KB"))
    {'kind': 'data_size', 'code': 'MB'}
    >>> json_of(parse_text("1/s"))
    {'numerator': {'kind': 'unitless'}, 'denominator': {'kind': 'time', 'code': 's'}}
    >>> json_of(parse_text("USD^2")) is None
    True
    """
    if product.word is not None:
        return {"kind": product.word}
    above = [symbol for symbol, exponent in product.powers if exponent == 1]
    below = [symbol for symbol, exponent in product.powers if exponent == -1]
    if len(above) > 1 or len(below) > 1 or len(above) + len(below) < len(product.powers):
        return None
    return spelled(product, above, below, vocabulary)


def spelled(
    product: Product, above: list[Symbol], below: list[Symbol], vocabulary: Vocabulary
) -> dict[str, Any] | None:
    """The atoms that say the factor exactly: with another numerator, else another denominator, else both."""
    if product.scale == 1:
        return compound(atoms(above)[0][0], atoms(below)[0][0])
    upper, lower, factor = choices(above, vocabulary), choices(below, vocabulary), product.factor
    found = [
        ((bool(above_at and below_at), below_at > 0, above_at + below_at), compound(numerator, denominator))
        for above_at, (numerator, high) in enumerate(upper)
        for below_at, (denominator, low) in enumerate(lower)
        if high == factor * low
    ]
    return min(found, key=lambda each: each[0])[1] if found else None


def atoms(symbols: Iterable[Symbol]) -> list[tuple[AtomicUnit, Fraction]]:
    return [(AtomicUnit(symbol.kind, symbol.code), symbol.factor) for symbol in symbols] or [*BARE]


def choices(symbols: list[Symbol], vocabulary: Vocabulary) -> list[tuple[AtomicUnit, Fraction]]:
    """What may stand on one side of a unit: its own symbol first, then the others of the dimension."""
    if not symbols:
        return [*BARE]
    return atoms(dict.fromkeys([symbols[0], *vocabulary.related(symbols[0].dimension)]))


def compound(numerator: AtomicUnit, denominator: AtomicUnit) -> dict[str, Any]:
    """One atom per another; the first alone where the second is unitless."""
    if denominator == UNITLESS:
        return numerator.to_json()
    return {"numerator": numerator.to_json(), "denominator": denominator.to_json()}


def extension_of(product: Product, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any] | None:
    """What `unit_ext` says beside an empty `unit`: every symbol with its exponent, and the scale; None where unit JSON
    says it all. An exponent that is not whole is text.

    >>> from gnomon.units.text import parse_text
    >>> extension_of(parse_text("USD^2"))
    {'product': [['currency', 'USD', 2]], 'scale': '1'}
    """
    if json_of(product, vocabulary) is not None:
        return None
    powers = [
        [symbol.kind, symbol.code, exponent.numerator if exponent.denominator == 1 else str(exponent)]
        for symbol, exponent in product.powers
    ]
    return {"product": powers, "scale": str(product.scale)}


def product_of_extension(extension: Mapping[str, Any], vocabulary: Vocabulary = VOCABULARY) -> Product:
    """The unit that `unit_ext` says; UnitError where it is none."""
    powers, scale = extension.get("product"), extension.get("scale", "1")
    if not isinstance(powers, (list, tuple)) or not all(
        isinstance(each, (list, tuple)) and len(each) == 3 for each in powers
    ):
        raise UnitError("a product is a list of [kind, code, exponent]", "product", help="write [[currency, USD, 2]]")
    product = NUMBER
    for kind, code, exponent in powers:
        product = product * unit_of(vocabulary.symbol(kind, code)) ** read_exponent(exponent)
    return product.scaled(read_factor(scale, "scale"))


def read_exponent(value: Any) -> Fraction:
    """An exponent as `unit_ext` writes it: 2, -1, "1/2"."""
    if isinstance(value, int) and not isinstance(value, bool):
        return bounded(Fraction(value))
    if isinstance(value, str) and len(value) <= 10:
        try:
            return bounded(Fraction(value))
        except (ValueError, ZeroDivisionError):
            pass
    raise UnitError(f"'{value}' is no exponent", "product", help="write 2, -1 or '1/2'")

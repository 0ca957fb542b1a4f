"""Bare numbers that were multiplied into a quantity, and the two things that they can mean.

`x / 1000` of milliseconds is a thousandth of x in ms, or x in seconds. The ledger holds the number 1/1000 until
something decides: a unit that the value is compared with, or the only reading that has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import prod

from gnomon.check.units.values import Known
from gnomon.units.algebra import Product

ONE = Fraction(1)
LONGEST = 5
"""How many numbers are kept apart; more are multiplied together."""

Named = Callable[[Product], bool]
"""Whether a unit has a name that people use: seconds have, seven seconds have not."""


def entered(known: Known, number: Fraction | None) -> Known:
    """The quantity multiplied by a bare number. Signs mean nothing to a unit."""
    if number is None or abs(number) in (0, 1):
        return known
    ledger = (*known.ledger, abs(number))
    if len(ledger) > LONGEST:
        ledger = (*ledger[: LONGEST - 1], prod(ledger[LONGEST - 1 :], start=ONE))
    return replace(known, ledger=ledger)


def converted(unit: Product, number: Fraction) -> Product:
    """The unit of numbers that were multiplied by `number` to convert them: those of ms by 1/1000 are s."""
    return Product(unit.powers, unit.scale / number)


@lru_cache(maxsize=4096)
def whole(unit: Product, ledger: tuple[Fraction, ...]) -> Product:
    """The unit where all numbers converted it."""
    return converted(unit, prod(ledger, start=ONE)) if ledger else unit


@lru_cache(maxsize=4096)
def partial(unit: Product, ledger: tuple[Fraction, ...]) -> tuple[Product, ...]:
    """The units where some numbers, and not all, converted it."""
    chosen = {prod(some, start=ONE) for size in range(1, len(ledger)) for some in combinations(ledger, size)}
    return tuple(converted(unit, number) for number in sorted(chosen) if number != 1)


def readings(known: Known, named: Named) -> Iterator[Product]:
    """The units that a value can be in, the likely ones first.

    That some numbers converted it and others are amounts (`ms / 1000 / 7`) is possible where all together convert it to
    nothing that has a name; of `ms / 1000 / 60` declared as seconds the 60 is a mistake.
    """
    yield known.product
    if known.ledger:
        full = whole(known.product, known.ledger)
        yield full
        if not named(full):
            yield from partial(known.product, known.ledger)


def is_readable_as(known: Known, unit: Product, named: Named) -> bool:
    """Whether a value can be in a unit."""
    return known.product.fits(unit) and any(reading.same(unit) for reading in readings(known, named))


def meeting(one: Known, other: Known, named: Named) -> Known | None:
    """The two as one quantity, in the unit that both can be read in; None where there is none."""
    if one.product == other.product and one.ledger == other.ledger:
        return one
    if not one.product.fits(other.product):
        return None
    if one.product.same(other.product):
        kept = one if one.product.word == other.product.word else one.with_product(replace(one.product, word=None))
        return kept if one.ledger == other.ledger else replace(kept, ledger=())
    for first, second in product(readings(one, named), readings(other, named)):
        if first.same(second):
            return replace(one, product=first if first is one.product else second, ledger=())
    return None


def settled(known: Known, named: Named) -> tuple[Product, ...]:
    """The units that a value can be in with nothing to compare it with: one, or several where it is ambiguous.

    Of a bare number the converted reading wins: `100 * a / a` is a percentage. A declared `unitless` stays.
    """
    unit, ledger = known.product, known.ledger
    if not ledger or (unit.is_number and unit.word == "unitless"):
        return (unit,)
    others = (whole(unit, ledger), *partial(unit, ledger))
    if unit.is_number:
        return (next((other for other in others if named(other)), unit),)
    distinct: list[Product] = []
    for reading in (unit, *others):
        if named(reading) and not any(reading.same(seen) for seen in distinct):
            distinct.append(reading)
    return tuple(distinct) or (unit,)

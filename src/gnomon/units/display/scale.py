"""One scale for all numbers of a column or an axis, so that they line up and can be compared at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gnomon.units.display.form import DEFAULT_LOCALE, Form, Labels
from gnomon.units.display.ladders import ladder_of
from gnomon.units.display.names import Unit, named
from gnomon.units.display.numerals import (
    HUGE,
    SUFFIXES,
    WHOLES,
    Number,
    decimal_of,
    fixed,
    is_power,
    not_finite,
    places_beside,
    places_for,
    plain,
    quotient,
    rounded,
    scientific,
    short,
    signed,
    trimmed,
)
from gnomon.units.display.quantity import NOTHING, attached, is_current, minor_places

STEP = 1000
"""A unit is changed where the largest number would have this many of it, or less than one."""
READABLE = Fraction(1, 10)
"""What the smallest number may at least be in a larger unit."""
SHORTENED = 10_000
"""From here on an axis says thousands, millions or billions in one letter."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How each number of a column is written: times `factor`, in `unit`, with `places` after the point."""

    unit: Unit
    factor: Fraction
    places: int
    form: Form

    @property
    def head(self) -> str:
        """The unit, for the column's head; empty where it is unset or says nothing."""
        return named(self.unit, self.form)

    def cell(self, number: Number | None) -> str:
        """A number without its unit; one that the places would show as zero gets the places that it needs."""
        value = None if number is None else decimal_of(number)
        if value is None:
            return NOTHING if number is None else not_finite(number)
        value = self.scaled(value)
        return signed(value, self.digits(value.copy_abs()), self.form)

    def text(self, number: Number | None) -> str:
        """A number with its unit, for a label that stands alone."""
        value = None if number is None else decimal_of(number)
        if value is None:
            return self.cell(number)
        value = self.scaled(value)
        return attached(value, self.digits(value.copy_abs()), self.unit, self.form)

    def digits(self, size: Decimal) -> str:
        """The digits of a size in the scale's unit."""
        if is_power(size):
            return scientific(size, self.form)
        if size and not rounded(size, self.places):
            return plain(size, self.form)
        return fixed(size, self.places, self.form)

    def scaled(self, value: Decimal) -> Decimal:
        """A number in the scale's unit."""
        return value if self.factor == 1 else quotient(Fraction(value) * self.factor)


def scale_of(
    numbers: Iterable[Number | None], unit: Unit = None, *, locale: str = DEFAULT_LOCALE, labels: Labels | None = None
) -> Scale:
    """The scale of a column: a size or a duration in the one unit that suits all, and places that suit the middle one.

    Money keeps its minor unit, whole numbers have no places, and a share that is not all is not shown as all.
    Raises UsageError `unknown_locale`.

    >>> sizes = scale_of([1.2e9, 5e8, None], {"kind": "data_size", "code": "B"})
    >>> sizes.head, sizes.cell(1.2e9), sizes.cell(5e8), sizes.cell(None)
    ('GB', '1.20', '0.50', '–')
    """
    form = Form(locale, labels=labels or {})
    known = [value for value in map(decimal_of, (number for number in numbers if number is not None)) if value]
    sizes = [value.copy_abs() for value in known if value is not None]
    chosen, factor = suited(sizes, unit)
    scaled = [size if factor == 1 else quotient(Fraction(size) * factor) for size in sizes]
    return Scale(chosen, factor, places_of(scaled, chosen), form)


def places_of(sizes: Sequence[Decimal], unit: Unit) -> int:
    """How many places a column has: what its middle number needs, at least a minor unit's; none for whole numbers."""
    above = unit.get("numerator", unit) if isinstance(unit, Mapping) else {}
    kind, code = str(above.get("kind")), above.get("code")
    readable = sorted(size for size in sizes if not is_power(size))
    middle = readable[len(readable) // 2] if readable else Decimal(0)
    if kind == "currency" and (code is None or is_current(code)):
        minor = minor_places(code)
        return max(minor, places_for(middle)) if 0 < middle < Decimal(1).scaleb(-minor) else minor
    if all(size == size.to_integral_value() for size in readable):
        return 0
    places = places_for(short(middle))
    beside = (places_beside(size, WHOLES[kind]) for size in readable if rounded(size, places) == WHOLES.get(kind))
    return max(places, *beside, 0)


def suited(sizes: Sequence[Decimal], unit: Unit) -> tuple[Unit, Fraction]:
    """The unit of one ladder that suits all sizes, and what to multiply numbers by; the given one where it does.

    A larger unit is taken as long as the largest size is at least one of it and the smallest still legible.
    """
    if not sizes or not isinstance(unit, Mapping):
        return unit, Fraction(1)
    atom: Mapping[str, Any] = unit.get("numerator", unit)
    ladder = ladder_of(str(atom.get("kind")), atom.get("code"))
    low, high = Fraction(min(sizes)), Fraction(max(sizes))
    if not ladder or 1 <= high < STEP:
        return unit, Fraction(1)
    own = dict(ladder)[str(atom["code"])]
    if high < 1:
        fitting = [(code, size) for code, size in ladder if size <= own and high * own >= size][-1:] or [ladder[0]]
    else:
        larger = [(code, size) for code, size in ladder if size >= own]
        fitting = [pair for pair in larger if high * own >= pair[1] and low * own >= READABLE * pair[1]] or larger[:1]
    code, size = fitting[-1]
    shown = {**atom, "code": code}
    return {**unit, "numerator": shown} if "numerator" in unit else shown, own / size


def axis_labels(
    ticks: Sequence[float], unit: Unit = None, *, locale: str = DEFAULT_LOCALE, labels: Labels | None = None
) -> list[str]:
    """The labels of an axis's round numbers, all in thousands or all in millions; the last one has the unit.

    >>> axis_labels([0.0, 2.5e6, 5e6], {"kind": "count", "code": "miles"})
    ['0', '2.5M', '5M miles']
    >>> axis_labels([0.0, 0.5, 1.0], {"kind": "currency", "code": "USD"}), axis_labels([0.0, 500.0], "USD^2")
    (['0', '0.5', '$1'], ['0', '500 USD^2'])
    """
    form = Form(locale, labels=labels or {})
    values = [decimal_of(tick) or Decimal(0) for tick in ticks]
    power = shared_power(values)
    digits = [tick_digits(value.copy_abs(), power, form) for value in values]
    texts = [signed(value, text, form) for value, text in zip(values, digits, strict=True)]
    return [*texts[:-1], attached(values[-1], digits[-1], unit, form)] if texts else []


def shared_power(values: Sequence[Decimal]) -> int:
    """The power of ten that an axis is said in: of its largest number, but none that needs more than three places.

    >>> shared_power([Decimal(0), Decimal(25_000)]), shared_power([Decimal("1000000000"), Decimal("1000000000.5")])
    (3, 0)
    """
    largest = max((value.copy_abs() for value in values), default=Decimal(0))
    if not SHORTENED <= largest < HUGE:
        return 0
    finest = min(int(value.normalize().as_tuple().exponent) for value in values if value)
    return next((power for power in sorted(SUFFIXES, reverse=True) if largest.adjusted() >= power <= finest + 3), 0)


def tick_digits(size: Decimal, power: int, form: Form) -> str:
    """The digits of one round number in units of a power of ten."""
    scaled = size.scaleb(-power)
    if is_power(scaled):
        return scientific(scaled, form)
    return trimmed(rounded(scaled, 15), form) + (SUFFIXES[power] if power and size else "")

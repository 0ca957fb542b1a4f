"""Exact numbers: factors as people write them, roots, and the bounds that keep both small."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gnomon.units.wire import UnitError

LARGEST_POWER = 100
"""The largest exponent in a written number: 10^100 and 1e-100 are possible."""
LARGEST_BITS = 4096
"""How many binary digits the parts of a scale may have."""
LONGEST_NUMBER = 120

NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:[eE]([+-]?\d+))?(?:\^(\d+))?")
HELP = "write a number above 0: 1000, 0.01, 10^18, 1e-18 or 1/10^18"


def read_factor(value: Any, *path: str) -> Fraction:
    """The exact factor that a whole number, a decimal or a text says; UnitError for anything else and for 0 or less.

    A float is the decimal number that Python prints for it.

    >>> read_factor("1/10^18") == read_factor("1e-18") == Fraction(1, 10**18)
    True
    >>> read_factor(0.01)
    Fraction(1, 100)
    """
    if isinstance(value, Fraction):
        return within(value, *path) if value > 0 else refuse_factor(value, *path)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return refuse_factor(value, *path)
    text = bounded_text(value, *path)
    above, slash, below = text.partition("/")
    factor = read_number(above.strip(), *path)
    if slash:
        divisor = read_number(below.strip(), *path)
        factor = factor / divisor if divisor else refuse_factor(text, *path)
    return within(factor, *path) if factor > 0 else refuse_factor(text, *path)


def bounded_text(value: int | float | Decimal | str, *path: str) -> str:
    """A value as it is written; whole numbers of thousands of digits are refused before anything prints them."""
    if isinstance(value, int) and value.bit_length() > LARGEST_BITS:
        raise UnitError("the factor is too large", *path, help=HELP)
    text = value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    if len(text) > LONGEST_NUMBER and not isinstance(value, int):
        raise UnitError(f"a factor of {len(text)} characters is not possible", *path, help=HELP)
    return text


def read_number(text: str, *path: str) -> Fraction:
    """One number without a sign: digits, a decimal, either with a power: `10^18`, `1e-18`."""
    match = NUMBER.fullmatch(text)
    if match is None or not text.isascii():
        return refuse_factor(text, *path)
    digits, shift, power = match[1], bounded(match[2], *path), bounded(match[3], *path)
    number = Fraction(digits) * (Fraction(10) ** shift if match[2] else 1)
    if match[3] is None:
        return number
    if power * max(number.numerator.bit_length(), number.denominator.bit_length()) > LARGEST_BITS:
        raise UnitError(f"the number {text} is too large or too small", *path, help=HELP)
    return number**power


def bounded(exponent: str | None, *path: str) -> int:
    """An exponent of a written number, 0 where there is none."""
    if exponent is None:
        return 0
    if len(exponent.lstrip("+-0")) > 3 or abs(int(exponent)) > LARGEST_POWER:
        raise UnitError(
            f"the exponent {exponent[:20]} is too large",
            *path,
            help=f"exponents go from -{LARGEST_POWER} to {LARGEST_POWER}",
        )
    return int(exponent)


def refuse_factor(value: Any, *path: str) -> Fraction:
    raise UnitError(f"{str(value)[:40]!r} is no exact factor", *path, help=HELP)


def within(scale: Fraction, *path: str) -> Fraction:
    """The scale itself; UnitError where its parts have too many digits to go on with."""
    if max(scale.numerator.bit_length(), scale.denominator.bit_length()) > LARGEST_BITS:
        raise UnitError("the unit's scale is too large or too small", *path, help="use units nearer to each other")
    return scale


def exact_root(scale: Fraction, n: int) -> Fraction | None:
    """The n-th root of a positive fraction where it is a fraction, else None.

    >>> exact_root(Fraction(1, 10**6), 3)
    Fraction(1, 100)
    >>> exact_root(Fraction(60), 2) is None
    True
    """
    above, below = whole_root(scale.numerator, n), whole_root(scale.denominator, n)
    return None if above is None or below is None else Fraction(above, below)


def whole_root(number: int, n: int) -> int | None:
    """The n-th root of a positive whole number where it is whole, by bisection over its binary digits."""
    low, high = 0, 1 << (number.bit_length() // n + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**n <= number else (low, middle - 1)
    return low if low**n == number else None

"""Numbers as digits: grouped and pointed as a locale does it, short, never rounded to zero or past a boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from numbers import Integral
from typing import TYPE_CHECKING, Any

from gnomon.units.display.form import Form, locale_of

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

Number = int | float | Decimal
"""What a cell may hold. A Decimal or an int keeps all digits of its whole part."""

SIGNIFICANT = 3
TINY, HUGE = Decimal("1e-6"), Decimal("1e15")
"""Outside of these powers of ten are clearer than zeros."""
WHOLES = {"percentage": Decimal(100), "proportion": Decimal(1)}
"""What all of it is, for the kinds that are shares."""
SUFFIXES = {3: "K", 6: "M", 9: "B", 12: "T"}
"""Powers of ten in a compact number. B is a billion: bytes never come here, they have prefixes of their own."""


def decimal_of(number: Any) -> Decimal | None:
    """A number exactly as it is written in the shortest way; None for NaN and the infinities.

    >>> decimal_of(0.1), decimal_of(2**53 + 1), decimal_of(float("nan"))
    (Decimal('0.1'), Decimal('9007199254740993'), None)
    """
    if isinstance(number, (Integral, Decimal)):
        value = number if isinstance(number, Decimal) else Decimal(int(number))
        return value if value.is_finite() else None
    return Decimal(repr(float(number))) if isfinite(number) else None


def not_finite(number: Any) -> str:
    """NaN and the infinities as text."""
    name = str(number).lower()
    return "NaN" if "inf" not in name else "-∞" if name.startswith("-") else "∞"


def quotient(value: Fraction) -> Decimal:
    """A fraction as a decimal of twenty digits, which is more than a float has."""
    with localcontext(prec=20):
        return (Decimal(value.numerator) / Decimal(value.denominator)).normalize()


@contextmanager
def digits_enough(value: Decimal, places: int) -> Iterator[None]:
    """Decimal arithmetic in which a number keeps all its digits: by default only 28, or an error."""
    with localcontext(prec=max(28, len(value.as_tuple().digits) + abs(magnitude(value)) + abs(places) + 5)):
        yield


def magnitude(value: Decimal) -> int:
    """The power of ten of the first digit; 0 for 0."""
    return value.adjusted() if value else 0


def places_for(value: Decimal) -> int:
    """How many digits after the point a number needs: one from 10, two from 1, below that three digits in all.

    >>> [places_for(Decimal(text)) for text in ("1234.5", "12", "1.234", "0.001234")]
    [1, 1, 2, 5]
    """
    power = magnitude(value)
    return 1 if power >= 1 else SIGNIFICANT - 1 - power if power < 0 else 2


def places_beside(size: Decimal, whole: Decimal) -> int:
    """How many places tell a share from the whole: 99.95 % of all is not 100 %. None where it differs by float noise.

    >>> [places_beside(Decimal(text), Decimal(100)) for text in ("99.95", "100", "99.99999999999999", "100.004")]
    [2, 0, 0, 3]
    """
    rest = (whole - size).copy_abs()
    return 0 if rest < TINY * whole else max(0, -magnitude(rest))


def rounded(value: Decimal, places: int) -> Decimal:
    """A number with at most so many places and no zeros at the end, half to even; exact at any length.

    >>> rounded(Decimal("1234.5600"), 3), rounded(Decimal("999.96"), 1), rounded(Decimal("120"), 0)
    (Decimal('1234.56'), Decimal('1000'), Decimal('120'))
    """
    with digits_enough(value, places):
        result = round(value, places)
        trimmed = result.normalize()
        exponent = trimmed.as_tuple().exponent
        return trimmed.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else trimmed


def short(value: Decimal) -> Decimal:
    """A number with the places that it needs."""
    return rounded(value, places_for(value))


def fixed(value: Decimal, places: int, form: Form) -> str:
    """The digits of a size (no sign) with exactly so many places, as the locale groups and points them.

    >>> fixed(Decimal("1234567.5"), 2, Form("de_DE")), fixed(Decimal("1234567"), 0, Form("hi_IN"))
    ('1.234.567,50', '12,34,567')
    """
    from babel.numbers import format_decimal

    with digits_enough(value, places):
        return format_decimal(value, format=pattern_of(form.locale, places), locale=form.babel)


@lru_cache
def pattern_of(locale: str, places: int) -> str:
    """The locale's pattern for numbers, with exactly so many places.

    >>> pattern_of("hi_IN", 2), pattern_of("de_DE", 0)
    ('#,##,##0.00', '#,##0')
    """
    pattern: str = locale_of(locale).decimal_formats[None].pattern
    return re.sub(r"\.[0#]+", f".{'0' * places}" if places else "", pattern)


def trimmed(value: Decimal, form: Form) -> str:
    """The digits of a size with as many places as it has."""
    return fixed(value, max(0, -int(value.as_tuple().exponent)), form)


def is_power(value: Decimal) -> bool:
    """Whether a size is clearer as a power of ten; a large one is where its last whole digits are not known.

    >>> [is_power(decimal_of(number)) for number in (1e20, 10**20, 1e-7, 0.0)]
    [True, False, True, False]
    """
    return value != 0 and (value < TINY or (value >= HUGE and int(value.as_tuple().exponent) > 0))


def scientific(value: Decimal, form: Form) -> str:
    """A size as three digits and a power of ten.

    >>> scientific(Decimal("1.23456e20"), Form()), scientific(Decimal("9.999e-9"), Form())
    ('1.23E20', '1E-8')
    """
    power = magnitude(value)
    head = rounded(value.scaleb(-power), SIGNIFICANT - 1)
    if head >= 10:
        head, power = Decimal(1), power + 1
    return f"{fixed(head, max(0, -int(head.as_tuple().exponent)), form)}E{power}"


def plain(value: Decimal, form: Form) -> str:
    """The digits of a size, short: with thousands apart, or compact where the form says so."""
    if is_power(value) or (form.compact and value >= HUGE):
        return scientific(value, form)
    return compact(value, form) if form.compact else trimmed(short(value), form)


def compact(value: Decimal, form: Form) -> str:
    """The digits of a size with a word or letter for its power of ten; the power is chosen after rounding.

    >>> [compact(Decimal(text), Form()) for text in ("999", "1234", "999960", "123456789")]
    ['999', '1.2K', '1M', '123M']
    >>> compact(Decimal("1234567"), Form("de_DE", "cldr")), compact(Decimal("1234"), Form("de_DE", "cldr"))
    ('1,2\\xa0Mio.', '1.234')
    """
    if short(value) < 1000:
        return trimmed(short(value), form)
    three = rounded(value, SIGNIFICANT - 1 - magnitude(value))  # 999 960 is 1 M, not 1 000 K
    if form.style == "cldr":
        return worded(value, three, form)
    if three >= HUGE:
        return scientific(value, form)
    power = magnitude(three) // 3 * 3
    return trimmed(rounded(three.scaleb(-power), 1), form) + SUFFIXES[power]


def worded(value: Decimal, three: Decimal, form: Form) -> str:
    """A compact size in the locale's words; in full where it has none, as German has none for thousands."""
    from babel.numbers import format_compact_decimal

    patterns = form.babel.compact_decimal_formats["short"]["other"]
    pattern = patterns.get("1" + "0" * magnitude(three))
    if pattern is None or not pattern.pattern.strip("0\xa0 "):
        return trimmed(short(value), form)
    return format_compact_decimal(three, locale=form.babel, fraction_digits=1)


def signed(value: Decimal, text: str, form: Form) -> str:
    """A size's text with the sign of its number."""
    from babel.numbers import get_minus_sign_symbol

    return get_minus_sign_symbol(form.babel) + text if value < 0 else text


def around(pattern: NumberPattern, value: Decimal, digits: str, symbol: str, form: Form) -> str:
    """Digits inside a locale's pattern for money or percent, with `symbol` for its ¤ or %.

    Babel formats the digits itself, and so knows no compact money and no significant digits; it also leaves out the
    space that CLDR wants between digits and a symbol that ends in a letter.
    """
    from babel.numbers import get_minus_sign_symbol

    negative = int(value < 0)
    head, tail = pattern.prefix[negative], pattern.suffix[negative]
    minus = get_minus_sign_symbol(form.babel)
    head, tail = (part.replace("-", minus) for part in (head, tail))
    mark = "¤" if "¤" in head + tail else "%"
    if head.endswith(mark) and symbol[-1].isalpha():
        head += "\xa0"
    if tail.startswith(mark) and symbol[0].isalpha():
        tail = "\xa0" + tail
    return f"{head.replace(mark, symbol)}{digits}{tail.replace(mark, symbol)}"

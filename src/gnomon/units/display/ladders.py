"""Units that come in sizes: which one of seconds or bytes a number is said in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from gnomon.units.display.numerals import quotient, short

Ladder = Sequence[tuple[str, Fraction]]

DURATIONS: Ladder = tuple(
    (code, Fraction(size)) for code, size in {"ms": "1/1000", "s": "1", "min": "60", "h": "3600", "d": "86400"}.items()
)
DECIMAL_SIZES: Ladder = tuple((code, Fraction(1000) ** n) for n, code in enumerate(("B", "KB", "MB", "GB", "TB", "PB")))
BINARY_SIZES: Ladder = tuple((code, Fraction(1024) ** n) for n, code in enumerate(("B", "KiB", "MiB", "GiB", "TiB")))

DAY = Fraction(86400)
WEEK, FINE_UP_TO = 7 * DAY, 100 * DAY
"""How long a week is, and from where on a duration is said in days alone."""
FINEST = (("s", Fraction(3600)), ("min", 3 * DAY), ("h", 2 * FINE_UP_TO))
"""The smallest part of a duration, and up to where."""


def ladder_of(kind: str, code: str | None) -> Ladder:
    """The sizes that a unit's numbers may be said in; none for one that stands alone, as months and a project's own do.

    >>> [code for code, _ in ladder_of("data_size", "MiB")]
    ['B', 'KiB', 'MiB', 'GiB', 'TiB']
    """
    ladders = {"data_size": (DECIMAL_SIZES, BINARY_SIZES), "time": (DURATIONS,)}.get(kind, ())
    return next((ladder for ladder in ladders if code in dict(ladder)), ())


def climbed(value: Decimal, code: str, ladder: Ladder) -> tuple[Decimal, str]:
    """A size in the largest unit in which it is at least one, after rounding: 999.96 MB are 1 GB.

    >>> climbed(Decimal("3500"), "MB", DECIMAL_SIZES), climbed(Decimal("0.5"), "GiB", BINARY_SIZES)
    ((Decimal('3.5'), 'GB'), (Decimal('512'), 'MiB'))
    """
    base = Fraction(value) * dict(ladder)[code]
    for index, (name, size) in enumerate(ladder):
        scaled = value if name == code else quotient(base / size)
        if index + 1 == len(ladder) or short(scaled) < quotient(ladder[index + 1][1] / size):
            return scaled, name
    raise AssertionError("the last size takes every number")


def parts(seconds: Fraction) -> list[tuple[int, str]]:
    """A duration from one minute to a hundred days in days, hours, minutes and seconds, to about one part in a hundred.

    It is rounded before it is cut, so that 59.999 min are not 60 min.

    >>> parts(Fraction(12000)), parts(Fraction("3599.94")), parts(Fraction(90061))
    ([(3, 'h'), (20, 'min')], [(1, 'h')], [(1, 'd'), (1, 'h'), (1, 'min')])
    """
    sizes = dict(DURATIONS)
    finest = next(sizes[code] for code, limit in FINEST if round(seconds / sizes[code]) * sizes[code] < limit)
    rest = round(seconds / finest) * finest
    found = []
    for code in ("d", "h", "min", "s"):
        count, rest = divmod(rest, sizes[code])
        found.append((int(count), code))
    return [(count, code) for count, code in found if count]

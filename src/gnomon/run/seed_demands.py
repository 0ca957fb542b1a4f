"""What a query asks of a column: a comparison with literals, and values on both sides of it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

NUMERIC: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPPOSITES = {
    "=": "!=",
    "<": ">=",
    ">": "<=",
    "in": "not in",
    "like": "not like",
    "null": "not null",
    "true": "false",
}
OPPOSITES |= {negated: op for op, negated in OPPOSITES.items()}
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


class Place(NamedTuple):
    """A column of a table, seen by one scan of that table in one query."""

    table: str
    column: str
    scan: int


@dataclass(frozen=True, slots=True)
class Demand:
    """A comparison of a column with literals. `like` holds a regular expression, then an example of it."""

    place: Place
    op: str
    values: tuple[Any, ...] = ()

    def opposite(self) -> Demand:
        return Demand(self.place, OPPOSITES[self.op], self.values)

    def holds(self, value: Any) -> bool:
        """Whether a row with this value passes; a comparison with null does not.

        >>> at = Place("t", "c", 0)
        >>> Demand(at, ">", (3,)).holds(4), Demand(at, "not in", ("a",)).holds("a"), Demand(at, "null").holds(None)
        (True, False, True)
        """
        if self.op in ("null", "not null"):
            return (value is None) == (self.op == "null")
        if value is None:
            return False
        if self.op in ("true", "false"):
            return value is (self.op == "true")
        if self.op in ("like", "not like"):
            return bool(re.search(self.values[0], str(value))) == (self.op == "like")
        if self.op in NUMERIC:
            return comparable(value, self.values[0]) and NUMERIC[self.op](value, self.values[0])
        return (value in self.values) == (self.op in ("=", "in"))

    def examples(self) -> tuple[Any, ...]:
        """Values at the edge of what passes.

        >>> Demand(Place("t", "c", 0), ">=", (3,)).examples()
        (3, 4, 2)
        """
        if self.op in ("like", "not like"):
            return self.values[1:]
        if self.op in ("true", "false"):
            return (True, False)
        return tuple(near for value in self.values for near in neighbours(value, self.op))


def comparable(value: Any, other: Any) -> bool:
    return isinstance(value, type(other)) or all(isinstance(x, (int, float)) for x in (value, other))


def neighbours(value: Any, op: str) -> tuple[Any, ...]:
    """A literal, and for a number that is compared by size the numbers beside it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or op not in NUMERIC:
        return (value,)
    return value, value + 1, value - 1


def like_values(pattern: str, ignore_case: bool = False) -> tuple[str, str]:
    """A LIKE pattern as a regular expression, and a text that matches it.

    >>> like_values("%[bot]_")
    ('^.*\\\\[bot\\\\].$', 'a[bot]a')
    """
    parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern]
    flags = "(?is)" if ignore_case else ""
    return f"{flags}^{''.join(parts)}$", pattern.replace("%", "a").replace("_", "a")


def literal_date(text: str) -> date | None:
    """The date that a literal spells at its beginning, None for other texts.

    >>> literal_date("2024-02-29 10:00"), literal_date("2024-13-01"), literal_date("GITHUB")
    (datetime.date(2024, 2, 29), None, None)
    """
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

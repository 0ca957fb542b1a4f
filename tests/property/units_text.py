"""SQL with places in it: literals that are scaled along with the data, and operations that can be spoilt.

A text holds marks; `Places` knows what stands in each. So one text is read three ways: as written, with its literals
scaled, and with one mistake planted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from property.units_kinds import Unit

MARK = re.compile("\x01(\\d+)\x02")
OPEN, CLOSE = "\x03", "\x04"
IN_A_ROW = 40
"""How deep marks may stand in marks."""


@dataclass(frozen=True)
class Literal:
    """A bare number that takes the unit of what it meets; `form` writes it, as in `INTERVAL ({}) DAY`."""

    value: float
    unit: Unit
    form: str = "{}"

    def text(self, factors: Mapping[str, float]) -> str:
        scaled = self.value * self.unit.growth(factors)
        return self.form.format(int(scaled) if scaled == int(scaled) else repr(scaled))


@dataclass(frozen=True)
class Meeting:
    """An operation whose operands must agree: `before + good + after`, wrong with `bad` in the place of `good`."""

    kind: str
    before: str
    good: str
    after: str
    bad: str | None


@dataclass(frozen=True)
class Region:
    """Where a planted mistake stands, in characters of the text, and the place of each end: (line, column) from 1."""

    start: int
    end: int
    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, line: int | None, column: int | None) -> bool:
        return line is not None and column is not None and self.first <= (line, column) <= self.last


@dataclass
class Places:
    """What stands in the marks of one query."""

    found: list[Literal | Meeting] = field(default_factory=list)

    def mark(self, place: Literal | Meeting) -> str:
        self.found.append(place)
        return f"\x01{len(self.found) - 1}\x02"

    def spoilable(self, text: str) -> list[int]:
        """The meetings that stand in a text and can be spoilt."""
        return [n for n in self.standing(text) if isinstance(p := self.found[n], Meeting) and p.bad is not None]

    def standing(self, text: str) -> list[int]:
        """The marks of a text, and those inside what stands in them."""
        numbers: list[int] = []
        for match in MARK.finditer(text):
            number = int(match[1])
            place = self.found[number]
            inner = place.before + place.good + place.after if isinstance(place, Meeting) else ""
            numbers += [number, *self.standing(inner)]
        return list(dict.fromkeys(numbers))

    def text(self, text: str, factors: Mapping[str, float] | None = None, planted: int | None = None) -> str:
        """The SQL; where a mistake is planted its operation stands between `OPEN` and `CLOSE`."""

        def fill(match: re.Match[str]) -> str:
            number = int(match[1])
            place = self.found[number]
            if isinstance(place, Literal):
                return place.text(factors or {})
            if number != planted:
                return place.before + place.good + place.after
            return f"{OPEN}{place.before}{place.bad}{place.after}{CLOSE}"

        for _ in range(IN_A_ROW):
            if not MARK.search(text):
                return text
            text = MARK.sub(fill, text)
        raise RecursionError("marks stand in each other")

    def planted(self, text: str, number: int) -> tuple[str, Region]:
        """The SQL with one mistake, and where it stands (the first time, where its text stands twice)."""
        marked = self.text(text, planted=number)
        start = marked.index(OPEN)
        end = marked.index(CLOSE) - 1
        sql = marked.replace(OPEN, "").replace(CLOSE, "")
        return sql, Region(start, end, place(sql, start), place(sql, end))


def place(sql: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1.

    >>> place("SELECT a,\\n  b", 12)
    (2, 3)
    """
    before = sql[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1

"""Where a definition came from: a text with a name, and a stretch of it.

Every definition carries a `Span`, so that each message can point at what the author wrote. Imports nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

WIDTH = 160
"""How much of a long line an excerpt shows, in characters."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the path it is shown under (relative to the project where that is possible)."""

    path: str
    text: str = field(repr=False)
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]
        object.__setattr__(self, "_starts", tuple(starts))

    def span(self, start: int, end: int | None = None) -> Span:
        """The stretch `[start, end)` of the text, in characters; one character where `end` is left out."""
        return Span(self, start, start + 1 if end is None else end)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        start = self._starts[number - 1]
        return self.text[start:].partition("\n")[0].rstrip("\r")

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1.

        >>> Source("a.sql", "SELECT\\n  1").position(9)
        (2, 3)
        """
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column, both counted from 1: the inverse of `position`."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of a source text, in characters."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The line that the span starts on, with carets under it.

        >>> print(Source("a.sql", "SELECT nope FROM t").span(7, 11).excerpt())
          |
        1 | SELECT nope FROM t
          |        ^^^^
        """
        line, column = self.source.position(self.start)
        text = self.source.line(line)
        if len(text) > WIDTH:  # a long line is cut to what is around the place
            cut = max(0, column - WIDTH // 2)
            text, column = text[cut : cut + WIDTH], column - cut
        width = max(1, min(self.end - self.start, len(text) - column + 1))
        margin = " " * len(str(line))
        return f"{margin} |\n{line} | {text}\n{margin} | {' ' * (column - 1)}{'^' * width}"

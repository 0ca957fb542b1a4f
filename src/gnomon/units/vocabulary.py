"""Which units there are: every code with its dimension and its exact factor.

`VOCABULARY` is the one that everybody has, read from vocabulary.yaml. A project's units.yaml extends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gnomon.units.chains import resolve
from gnomon.units.symbols import ONE, Symbol, Symbols, plain, symbol_in
from gnomon.units.wire import CLOSED_CODES, CURRENCY

FILE = Path(__file__).with_name("vocabulary.yaml")
LINE = re.compile(r"  (\w+): \{(.+)\}")


@dataclass(frozen=True, slots=True)
class Label:
    """How a count is called in words: one person, two people."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The known units. `symbols` are by kind and code, `own` maps the codes that a project defined to their kinds."""

    symbols: Symbols
    labels: Mapping[str, Label] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    def symbol(self, kind: str, code: str | None = None) -> Symbol:
        """The unit of a kind and a code; UnitError where there is none.

        Every count is there, and every currency of three capital letters.

        >>> VOCABULARY.symbol("time", "h").factor
        Fraction(3600, 1)
        >>> VOCABULARY.symbol("currency", "SEK").dimension
        'currency:SEK'
        """
        return symbol_in(self.symbols, kind, code, self.own)

    def known(self, code: str) -> Symbol | None:
        """The unit that a code alone stands for: a unit of this vocabulary, or a currency of three capital letters."""
        for kind in (*CLOSED_CODES, self.own.get(code, "")):
            if (found := self.symbols.get((kind, code))) is not None:
                return found
        return plain("currency", code) if CURRENCY.fullmatch(code) else None

    def related(self, dimension: str) -> tuple[Symbol, ...]:
        """The known units of one dimension, smallest first."""
        kind, _, code = dimension.partition(":")
        found = [symbol for symbol in self.symbols.values() if symbol.dimension == dimension]
        if kind in ("currency", "count"):
            found.append(plain(kind, code or None))
        return tuple(sorted(dict.fromkeys(found), key=lambda symbol: (symbol.factor, symbol)))

    def label(self, code: str, number: Any) -> str:
        """The word for so many of a count: `person` for 1 and -1, `people` for others; the code where nothing says.

        >>> people = VOCABULARY.extended({"labels": {"people": {"one": "person", "other": "people"}}})
        >>> people.label("people", 1), people.label("people", 2), people.label("clicks", 1)
        ('person', 'people', 'clicks')
        """
        label = self.labels.get(code)
        if label is None:
            return code
        return label.one if number in (1, -1) else label.other

    def extended(self, definitions: Mapping[str, Any]) -> Vocabulary:
        """This vocabulary with a project's own: the content of units.yaml, `{units: {...}, labels: {...}}`.

        UnitError with the first thing that is wrong; its `path` leads there.

        >>> ETH = {"wei": {"kind": "currency", "of": "ETH", "factor": "1/10^18"}}
        >>> VOCABULARY.extended({"units": ETH}).symbol("currency", "wei").dimension
        'currency:ETH'
        """
        from gnomon.units.own import extend

        made, errors = extend(self, definitions)
        if errors:
            raise errors[0]
        return made


def built_in() -> Vocabulary:
    """What vocabulary.yaml says. Its lines are read one by one, which takes no YAML reader."""
    rows = dict(row for line in FILE.read_text("utf-8").splitlines() if (row := read_line(line)) is not None)
    bases = {
        (row["kind"], code): Symbol(row["kind"], code, row["dimension"], ONE)
        for code, row in rows.items()
        if "dimension" in row
    }
    derived = {code: row for code, row in rows.items() if "dimension" not in row}
    symbols, errors = resolve(derived, bases)
    if errors:
        raise errors[0]
    order = {(row["kind"], code): None for code, row in rows.items()}
    return Vocabulary({key: (bases | symbols)[key] for key in order})


def read_line(line: str) -> tuple[str, dict[str, str]] | None:
    """One line's code and fields; None for comments and headings."""
    match = LINE.fullmatch(line)
    return (match[1], dict(part.split(": ") for part in match[2].split(", "))) if match else None


VOCABULARY = built_in()
"""The units that everybody has."""

"""Units that are so many of another: each followed down to the base unit of its dimension."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gnomon.errors import did_you_mean
from gnomon.units.exact import read_factor, within
from gnomon.units.symbols import Symbol, Symbols, plain, symbol_in
from gnomon.units.wire import UnitError

Rows = Mapping[str, Mapping[str, Any]]
"""Well-formed definitions by code: {kind, of, factor}, or {kind} alone for a base unit."""
Made = dict[tuple[str, str], Symbol]


def resolve(rows: Rows, base: Symbols, wrong: Collection[Any] = ()) -> tuple[Made, list[UnitError]]:
    """The symbols of the rows, and what is wrong with their `of`. Rows that are of a `wrong` one are left out."""
    made: Made = {}
    errors: list[UnitError] = []
    failed = set(wrong)
    for code in rows:
        chain: list[str] = []
        try:
            chain += chain_of(code, rows, made, failed)
            follow(chain, rows, base, made, failed)
        except UnitError as error:
            errors.append(error)
        failed.update(link for link in chain or circle_of(code, rows) if (rows[link]["kind"], link) not in made)
    return made, errors


def chain_of(code: str, rows: Rows, made: Made, failed: Collection[Any]) -> list[str]:
    """A code, the code that it is of, and so on, to the first that is known; UnitError for a circle."""
    chain: dict[str, None] = {}
    kind = rows[code]["kind"]
    while code in rows and rows[code]["kind"] == kind:
        if code in chain:
            circle = circle_of(code, rows)
            shown = [*circle[:6], "..."] if len(circle) > 6 else [*circle, code]
            help = "define one of them without of, or of a unit outside the circle"
            raise UnitError(
                f"the units go in a circle: {' of '.join(shown)}", "units", code, "of", help=help, code="unit_cycle"
            )
        chain[code] = None
        if (kind, code) in made or code in failed or rows[code].get("of") is None:
            break
        code = rows[code]["of"]
    return [*chain]


def circle_of(code: str, rows: Rows) -> list[str]:
    """The codes that are of each other, from one that leads there."""
    seen: dict[str, None] = {}
    while code in rows and code not in seen:
        seen[code] = None
        code = rows[code].get("of", "")
    return [*seen]


def follow(chain: list[str], rows: Rows, base: Symbols, made: Made, failed: Collection[Any]) -> None:
    """Make the symbols of a chain, the last one first; none of them where one has failed already."""
    end = chain[-1]
    kind, target = rows[end]["kind"], rows[end].get("of")
    if end in failed or target in failed:  # which is said where it is wrong
        return
    if target is None:
        made[kind, end] = plain(kind, end)
    for link in reversed(chain):
        if (kind, link) not in made:
            below = base_of(rows[link], made, base, link)
            factor = within(below.factor * read_factor(rows[link]["factor"]), "units", link, "factor")
            made[kind, link] = Symbol(kind, link, below.dimension, factor)


def base_of(row: Mapping[str, Any], made: Made, base: Symbols, code: str) -> Symbol:
    """The unit that a row is of."""
    kind, of = row["kind"], row["of"]
    if (found := made.get((kind, of))) is not None:
        return found
    try:
        return symbol_in(base, kind, of)
    except UnitError as error:
        known = [each for own, each in (*made, *base) if own == kind]
        help = did_you_mean(of, known) if known else error.help
        raise UnitError(f"there is no {kind} '{of}'", "units", code, "of", help=help) from None

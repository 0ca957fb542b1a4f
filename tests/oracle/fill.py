"""Rows for the sample dates on which a key has none."""

from __future__ import annotations

from collections.abc import Iterable

from oracle.bind import Bound, Key, moment_like
from oracle.clock import Moment
from oracle.formula import Number
from oracle.logic import value_of
from oracle.model import Dim

FILLED = {"zero": Number(0), "null": Number(None)}


def first_rows(rows: Iterable[Bound], dims: tuple[Dim, ...]) -> dict[Key, Bound]:
    """The earliest row of each full key (entity, dimensions) among those that pass the metric's filters."""
    firsts: dict[Key, Bound] = {}
    for bound in rows:
        key = bound.entity + tuple(value_of(dim.value, bound.row) for dim in dims)
        if key not in firsts or bound.instant < firsts[key].instant:
            firsts[key] = bound
    return firsts


def fill(found: dict[Key, Number], firsts: dict[Key, Bound], high: Moment, word: str) -> dict[Key, Number]:
    """The rows of a sample date whose bucket or window ends before `high`, with those that `word` adds.

    A key has a row from the first sample date on whose bucket or window ends after the key's first row: also where it
    does not hold that row, as on a month's last day with a window of a day. HAVING takes nothing from that.
    """
    known = [key for key, bound in firsts.items() if moment_like(high)(bound) < high]
    return {**dict.fromkeys(known, FILLED[word]), **found}

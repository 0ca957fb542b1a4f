"""Which rows joins leave out of a long table: where that goes by its key, nobody can say which units are left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from gnomon.check.units.answers import is_same
from gnomon.check.units.facts import Fact
from gnomon.check.units.values import RowTyped

if TYPE_CHECKING:
    from gnomon.check.units.frames import Frame

Pairs = Sequence[tuple[exp.Column, exp.Column]]
"""Columns of a joined table, and the columns of earlier ones that they are compared with."""


def limits_of(join: exp.Join, pairs: Pairs) -> Pairs:
    """The columns of which a join keeps only rows that the other side knows, or, of an anti join, does not."""
    earlier = [(before, later) for later, before in pairs] if join.side in ("", "RIGHT") else []
    return [*earlier, *(pairs if join.side in ("", "LEFT") and join.kind not in ("SEMI", "ANTI") else [])]


def is_limited(frame: Frame, key: exp.Column, value: RowTyped, facts: Sequence[Fact]) -> bool:
    """Whether joins leave rows of some keys only, by what other tables hold, and nobody can say of which."""
    if any(is_same(column, key) and not covers(frame, by, value) for column, by in frame.limits):
        return True
    others = [b if is_same(a, key) else a for a, b in frame.peers if is_same(a, key) or is_same(b, key)]
    about = [[*fact.predicate.find_all(exp.Column)] for fact in facts] if others else []
    return any(
        any(is_same(column, each) for column in columns) and not any(is_same(column, key) for column in columns)
        for each in others
        for columns in about
    )


def covers(frame: Frame, key: exp.Column, value: RowTyped) -> bool:
    """Whether a column is the key of a long table that has every key of a value."""
    columns = frame.sources[key.table].columns if key.table in frame.sources else ()
    tables = [each for _, each in columns if isinstance(each, RowTyped) and each.key.name == key.name]
    return any(each.units.keys() >= value.units.keys() and bool(each.rest) >= bool(value.rest) for each in tables)

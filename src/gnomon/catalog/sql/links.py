"""A dimension link's condition: SQL over two nodes' names, and what it says about equal columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one

from gnomon.catalog.sql.words import column, identifier, names_in, with_names
from gnomon.catalog.values import Link
from gnomon.errors import Problem, UsageError
from gnomon.rewrite.parse import UNREADABLE

CACHED = 8_192
JOINS = {"left": "LEFT", "inner": "INNER", "cross": "CROSS"}
ONE_EACH = ("many_to_one", "one_to_one")


@dataclass(frozen=True, slots=True)
class Condition:
    """A join's condition. `equal` pairs columns of the two sides where the condition is nothing but such pairs;
    `left` and `right` are the columns that it reads of each side, in lower case."""

    tree: exp.Expr
    equal: tuple[tuple[str, str], ...]
    left: frozenset[str]
    right: frozenset[str]


@lru_cache(CACHED)
def read_condition(origin: str, target: str, join_on: str, dialect: str) -> Condition:
    """A link's condition. Raises UsageError `unusable_link`."""
    try:
        tree = with_names(parse_one(join_on, into=exp.Condition, dialect=dialect))
    except UNREADABLE:
        raise wrong_link(origin, target, f"its condition is not SQL: {join_on[:80]}") from None
    if tree.find(exp.Query):
        raise wrong_link(origin, target, "its condition has a query inside")
    sides: dict[str, set[str]] = {origin: set(), target: set()}
    for name in names_in(tree):
        node, path = side_of(name, origin, target)
        sides[node].add(path.partition(".")[0].lower())
    if not sides[target]:
        raise wrong_link(origin, target, f"its condition does not name {target}")
    return Condition(tree, pairs(tree, origin, target), frozenset(sides[origin]), frozenset(sides[target]))


def side_of(name: str, origin: str, target: str) -> tuple[str, str]:
    """The side of a link that a name in its condition is on, and the rest of the name."""
    for node in sorted((origin, target), key=len, reverse=True):
        if name.startswith(f"{node}."):
            return node, name.removeprefix(f"{node}.")
    message = f"its condition names '{name}', which is of neither side"
    raise wrong_link(origin, target, message)


def pairs(tree: exp.Expr, origin: str, target: str) -> tuple[tuple[str, str], ...]:
    """The pairs of equal columns that make up a whole condition; none where there is anything else in it."""
    found = []
    for part in tree.flatten() if isinstance(tree, exp.And) else [tree]:
        part = part.unnest()
        if not isinstance(part, exp.EQ) or not all(isinstance(side, exp.Column) for side in (part.left, part.right)):
            return ()
        by = dict(side_of(side.name, origin, target) for side in (part.left, part.right))
        if len(by) < 2 or any("." in path for path in by.values()):
            return ()
        found.append((by[origin].lower(), by[target].lower()))
    return tuple(found)


def joined_on(condition: Condition, origin: str, target: str, aliases: Mapping[str, str]) -> exp.Expr:
    """A link's condition over aliases instead of nodes."""

    def aliased(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        side, path = side_of(node.name, origin, target)
        return field(path, aliases[side])

    return condition.tree.copy().transform(aliased, copy=False)


def field(path: str, alias: str) -> exp.Expr:
    """A column of an alias, or a field of a column that is a struct.

    >>> field("a.b", "t").sql()
    't.a.b'
    """
    first, *rest = path.split(".")
    made: exp.Expr = column(first, alias)
    for part in rest:
        made = exp.Dot(this=made, expression=identifier(part))
    return made


def check_link(origin: str, link: Link) -> None:
    """Refuse a join whose rows no plan can count. Raises UsageError `unusable_link`."""
    if link.join_type not in JOINS:
        message = f"a {link.join_type} join adds rows that are no rows of '{origin}', and they would be counted"
        raise wrong_link(origin, link.dimension, message, "make it a left or an inner join")
    if link.join_type != "cross" and not link.join_on:
        raise wrong_link(origin, link.dimension, "it has no condition")


def wrong_link(origin: str, target: str, message: str, help: str | None = None) -> UsageError:
    """A link that cannot be followed."""
    return UsageError(Problem("unusable_link", f"the link from '{origin}' to '{target}': {message}", help=help))

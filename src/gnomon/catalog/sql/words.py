"""Names in authored SQL, read from SQLGlot's trees: dotted ones, and those with roles.

`shop.date.year[placed]` is a column to SQLGlot only by chance of its dots and brackets. Here each such name becomes one
`exp.Column` whose only identifier is the whole text; nothing else in a tree is an `exp.Column` afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from sqlglot import exp, parse
from sqlglot.dialects.redshift import Redshift

from gnomon.rewrite.parse import UNREADABLE

LONGEST = 63
"""Characters of a name in SQL that every dialect takes."""
SIMPLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
RESERVED = frozenset(Redshift.Generator.RESERVED_KEYWORDS)
"""Words that Postgres and its kin take as names in quotes only; SQLGlot knows those of the other dialects."""


def one_tree(text: str, dialect: str) -> exp.Expr | None:
    """The tree of a text that is one statement, None of any other text.

    >>> one_tree("SELECT 1; SELECT 2", "spark"), one_tree("SELECT", "spark") and 1
    (None, 1)
    """
    try:
        trees = parse(text, dialect=dialect)
    except UNREADABLE:
        return None
    return trees[0] if len(trees) == 1 else None


def dotted(node: exp.Expr) -> str | None:
    """A name with its dots and roles, None for what is no name.

    >>> from sqlglot import parse_one
    >>> dotted(parse_one("a.b.c.d.e[x->y]", dialect="spark")), dotted(parse_one("a + b"))
    ('a.b.c.d.e[x->y]', None)
    """
    if isinstance(node, exp.Column):
        return None if isinstance(node.this, exp.Star) else ".".join(part.name for part in node.parts)
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        left = dotted(node.this)
        return left and f"{left}.{node.expression.name}"
    if isinstance(node, exp.Bracket) and len(node.expressions) == 1:
        left, role = dotted(node.this), role_of(node.expressions[0])
        return f"{left}[{role}]" if left and role else None
    return None


def role_of(node: exp.Expr) -> str | None:
    """The roles between brackets, which SQLGlot takes for a column or a JSON path."""
    if isinstance(node, exp.JSONExtract):
        left, right = role_of(node.this), role_of(node.expression)
        return f"{left}->{right}" if left and right else None
    return node.name if isinstance(node, exp.Column) and not node.table else None


def with_names(tree: exp.Expr) -> exp.Expr:
    """A tree in which each name is one column of one identifier."""

    def named(node: exp.Expr) -> exp.Expr:
        text = dotted(node)
        return node if text is None else exp.Column(this=exp.to_identifier(text, quoted=True))

    return tree.transform(named, copy=False)


def names_in(tree: exp.Expr) -> list[str]:
    """The names of a tree from `with_names`, each once, in order."""
    return list(dict.fromkeys(column.name for column in tree.find_all(exp.Column, bfs=False)))


def identifier(name: str) -> exp.Identifier:
    """A name in SQL, in quotes where it is no plain word."""
    return exp.Identifier(this=name, quoted=not is_plain(name))


@lru_cache(8_192)
def is_plain(name: str) -> bool:
    """Whether a name needs no quotes for what it is made of."""
    return SIMPLE.fullmatch(name) is not None


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, of a table's alias."""
    return exp.Column(this=identifier(name), table=table and identifier(table))


class Names:
    """Names that are given once, whatever their case.

    >>> names = Names(["t"])
    >>> names.new("year"), names.new("year", "date_year"), names.new("T"), names.new("year")
    ('year', 'date_year', 'T_2', 'year_2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.lower() for name in taken}

    def new(self, *wanted: str) -> str:
        """The first of some names that is free, or the last with a number; long names end in a digest."""
        fitting = [short(name) for name in wanted]
        numbered = (f"{fitting[-1][: LONGEST - 5]}_{number}" for number in range(2, len(self._taken) + 3))
        name = next(name for name in (*fitting, *numbered) if name.lower() not in self._taken)
        self._taken.add(name.lower())
        return name


def short(name: str) -> str:
    """A name that every dialect takes whole.

    >>> short("a.b"), len(short("a" * 100))
    ('a_b', 63)
    """
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    if len(word) <= LONGEST:
        return word
    digest = blake2b(name.encode(), digest_size=5).hexdigest()
    return f"{word[: LONGEST - len(digest) - 1]}_{digest}"


def reserve(tree: exp.Expr, dialect: str) -> None:
    """Put into quotes what Postgres reserves and SQLGlot does not know of."""
    if dialect in ("postgres", "materialize", "risingwave"):
        for word in tree.find_all(exp.Identifier):
            if word.name.lower() in RESERVED:
                word.set("quoted", True)

"""A node's own query: the nodes it reads, the columns it makes, and which of them a request can do without."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp

from gnomon.catalog.sql.scopes import Qualified, node_name, node_tables, parts_of, qualified_by_nodes
from gnomon.catalog.sql.words import identifier, one_tree
from gnomon.errors import Problem, UsageError

CACHED = 8_192
ROWS = (exp.UDTF, exp.Explode, exp.Posexplode, exp.Inline, exp.Anonymous)
"""What may make several rows of one, and so stays where it stands."""


@dataclass(frozen=True, slots=True)
class NodeQuery:
    """A parsed query. `reads` are nodes, `inner` the names that it gives to tables, `outputs` its columns as far as
    named."""

    tree: exp.Query
    reads: tuple[str, ...]
    inner: frozenset[str]
    outputs: tuple[str, ...]


@lru_cache(CACHED)
def read_query(name: str, query: str, dialect: str) -> NodeQuery:
    """A node's query. Raises UsageError `wrong_node_query`."""
    tree = one_tree(query, dialect)
    if not isinstance(tree, exp.Query):
        raise UsageError(Problem("wrong_node_query", f"'{name}' has no query that is one SELECT"))
    inner = frozenset(alias.name.lower() for alias in tree.find_all(exp.TableAlias) if alias.name)
    reads = (node_name(table) for table in node_tables(tree))
    outputs = tuple(each for each in tree.named_selects if each and each != "*")
    return NodeQuery(tree, tuple(dict.fromkeys(reads)), inner, outputs)


class Place(NamedTuple):
    """What a node is in FROM: the parts of a table's name, and its alias."""

    parts: tuple[str, ...]
    alias: str

    def table(self, alias: str | None = None) -> exp.Table:
        """The table, under an alias where that is not its name."""
        named = zip(("this", "db", "catalog"), reversed(self.parts), strict=False)
        made = exp.Table(**{key: identifier(part) for key, part in named})
        if self.parts != (alias or self.alias,):
            made.set("alias", exp.TableAlias(this=identifier(alias or self.alias)))
        return made


class Body(NamedTuple):
    """A node's query as a stage, and the words in it that may be columns of what it reads; None: any column."""

    tree: exp.Query
    words: frozenset[str] | None


@lru_cache(CACHED)
def read_body(
    name: str, query: str, dialect: str, wanted: frozenset[str] | None, places: tuple[tuple[str, Place], ...]
) -> Body:
    """A node's query with the columns that are wanted, None for all, over the places of the nodes that it reads.

    The tree is shared: whoever puts it into a statement makes a copy.
    """
    found = read_query(name, query, dialect)
    tree = found.tree.copy()
    if wanted is not None:
        prune(tree, set(wanted))
    by_node = dict(places)
    tables, columns = node_tables(tree), qualified_by_nodes(tree, name)
    for column in columns:
        column.tree.replace(requalified(column, by_node[node_name(column.table)].alias))
    for table in tables:
        made = by_node[node_name(table)].table(table.alias or None)
        for key in ("joins", "pivots", "laterals", "sample", "hints"):
            made.set(key, table.args.get(key))
        table.replace(made)
    return Body(tree, None if reads_all(tree) else frozenset(identifiers(tree)))


def requalified(column: Qualified, label: str) -> exp.Expr:
    """A column with a label before it instead of a node's name."""
    first, *rest = parts_of(column.tree)[column.size :]
    made: exp.Expr = exp.Column(this=first.copy(), table=identifier(label))
    for part in rest:
        made = exp.Dot(this=made, expression=part.copy())
    return made


def prune(tree: exp.Query, wanted: set[str]) -> None:
    """Drop those columns of the outermost SELECT that nobody wants and that change no row."""
    if not isinstance(tree, exp.Select) or not may_prune(tree):
        return
    rest = {key: value for key, value in tree.args.items() if key != "expressions"}
    used = wanted | {word for key, value in rest.items() if key != "with_" for word in identifiers(value)}
    kept: list[exp.Expr] = []
    left = list(tree.expressions)
    while found := [each for each in left if stays(each, used)]:
        kept += found
        left = [each for each in left if not any(each is one for one in found)]
        used |= {word for each in found for word in identifiers(each.unalias())}
    if kept and not (is_total(tree) and not any(each.find(exp.AggFunc) for each in kept)):
        tree.set("expressions", [each for each in tree.expressions if any(each is one for one in kept)])
    elif not kept and not is_total(tree):
        tree.set("expressions", tree.expressions[:1])


def may_prune(tree: exp.Select) -> bool:
    """Whether a SELECT's columns stand for themselves: no DISTINCT, no ordinals, no star, nothing that makes rows."""
    group, order = tree.args.get("group"), tree.args.get("order")
    ordinals = [*(group.expressions if group else ()), *(each.this for each in (order.expressions if order else ()))]
    return not (
        tree.args.get("distinct")
        or (group and group.args.get("all"))
        or any(isinstance(each, exp.Literal) for each in ordinals)
        or any(each.is_star or each.find(*ROWS) for each in tree.expressions)
    )


def is_total(tree: exp.Select) -> bool:
    """Whether a SELECT makes one row of all, as only its aggregates say."""
    return not tree.args.get("group") and any(each.find(exp.AggFunc) for each in tree.expressions)


def stays(projection: exp.Expr, used: set[str]) -> bool:
    name = projection.alias_or_name.lower()
    return not name or name in used


def identifiers(value: object) -> set[str]:
    """All words of a part of a tree that may be columns, in lower case."""
    parts = value if isinstance(value, list) else [value]
    trees = [part for part in parts if isinstance(part, exp.Expr)]
    return {word.name.lower() for tree in trees for word in tree.find_all(exp.Identifier)}


def reads_all(tree: exp.Query) -> bool:
    """Whether a query may read columns that it does not name."""
    stars = (star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count))
    natural = any(join.method.upper() == "NATURAL" for join in tree.find_all(exp.Join))
    aliases = {table.alias_or_name.lower() for table in tree.find_all(exp.Table)}
    whole = any(not c.table and c.name.lower() in aliases for c in tree.find_all(exp.Column))
    return next(stars, None) is not None or natural or whole

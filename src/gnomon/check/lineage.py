"""Which columns of real tables each output of a query is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.tables import table_name

Origin = tuple[str, str]
"""A table and a column of it."""


def column_lineage(query: exp.Query) -> Mapping[str, tuple[Origin, ...]]:
    """The origins of each output of a qualified query, sorted: what its value is made of, not what picks its rows.

    >>> from sqlglot import parse_one
    >>> events = "SELECT t.a + t.b AS x, t.c FROM s.t AS t"
    >>> query = parse_one(f"WITH e AS ({events}) SELECT SUM(e.x) AS y FROM e WHERE e.c > 1")
    >>> column_lineage(query)
    {'y': (('s.t', 'a'), ('s.t', 'b'))}
    """
    root = list(traverse_scope(query))[-1]
    seen: dict[tuple[int, int], frozenset[Origin]] = {}
    names = query.named_selects
    return {name: tuple(sorted(of_output(root, place, seen))) for place, name in enumerate(names)}


def of_output(scope: Scope, place: int, seen: dict[tuple[int, int], frozenset[Origin]]) -> frozenset[Origin]:
    """The origins of one output, in every branch of a union; a query that reads itself adds nothing more."""
    key = (id(scope), place)
    if key not in seen:
        seen[key] = frozenset()
        selects = [(leaf, body(leaf).selects) for leaf in leaves(scope)]
        nodes = [(leaf, outputs[place]) for leaf, outputs in selects if place < len(outputs)]
        seen[key] = frozenset(origin for leaf, node in nodes for origin in of_node(leaf, node, seen))
    return seen[key]


def of_node(scope: Scope, node: exp.Expr, seen: dict[tuple[int, int], frozenset[Origin]]) -> Iterator[Origin]:
    """The origins of the columns that an expression holds."""
    for column in node.find_all(exp.Column):
        source = scope.sources.get(column.table)
        if isinstance(source, exp.Table):
            yield table_name(source), column.name
        elif isinstance(source, Scope) and isinstance(source.expression, exp.Query):
            names = source.expression.named_selects
            if column.name in names:
                yield from of_output(source, names.index(column.name), seen)

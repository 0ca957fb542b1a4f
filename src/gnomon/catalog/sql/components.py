"""A base metric taken apart: aggregates that can be added up again at a coarser grain, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from sqlglot import exp

from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.metric import Formula
from gnomon.catalog.sql.totals import bound, is_column, path_of
from gnomon.catalog.sql.words import column, names_in, short

Aggregability = Literal["full", "limited", "none"]

MERGED: Mapping[type[exp.Expr], str] = {
    exp.Sum: "SUM",
    exp.Count: "SUM",
    exp.CountIf: "SUM",
    exp.Min: "MIN",
    exp.Max: "MAX",
}
"""What puts the values of smaller groups together."""


@dataclass(frozen=True, slots=True)
class Component:
    """One aggregate of a metric. `expression` is what it is over, `aggregation` how rows are put together, `merge` how
    groups are, None where they cannot be. A limited one is a column that the groups keep apart."""

    name: str
    expression: str
    aggregation: str | None
    merge: str | None
    aggregability: Aggregability
    tree: exp.Expr


def components_of(graph: Graph, formula: Formula) -> tuple[tuple[Component, ...], exp.Expr]:
    """A base metric's components, and the metric over them; one that cannot be taken apart is a component itself."""
    columns = {name: column(path_of(formula, name)) for name in names_in(formula.expression)}
    tree = bound(formula.expression, columns)
    found: dict[str, Component] = {}
    aggregates = outermost(tree)
    if not all(type(each) in (*MERGED, exp.Avg) and not is_composed(each, graph, formula) for each in aggregates):
        return whole(formula, tree)
    for aggregate in aggregates:
        parts = parts_of(aggregate, formula.parent or "")
        if not parts:
            return whole(formula, tree)
        found |= {part.name: part for part in parts}
        merged = over(aggregate, parts)
        if aggregate is tree:
            tree = merged
        else:
            aggregate.replace(merged)
    if len({part.aggregability for part in found.values()}) > 1 or not found:
        return whole(formula, bound(formula.expression, columns))
    return tuple(found.values()), tree


def outermost(tree: exp.Expr) -> list[exp.Expr]:
    """The aggregates of an expression, calls unknown by class included."""
    found = list(tree.find_all(exp.AggFunc, exp.Anonymous, exp.AnonymousAggFunc))
    return [each for each in found if not any(each is not other and within(each, other) for other in found)]


def within(node: exp.Expr, other: exp.Expr) -> bool:
    parent = node.parent
    while parent is not None and parent is not other:
        parent = parent.parent
    return parent is other


def is_composed(aggregate: exp.Expr, graph: Graph, formula: Formula) -> bool:
    """Whether more than the call decides an aggregate: FILTER, an order, DISTINCT but in a count of one column."""
    distinct = aggregate.find(exp.Distinct)
    keys = distinct.expressions if distinct is not None else []
    one = len(keys) == 1 and isinstance(keys[0], exp.Column) and is_key(graph, formula, keys[0].name)
    counted = isinstance(aggregate, exp.Count) and one
    return isinstance(aggregate.parent, exp.Filter) or (distinct is not None and not counted)


def is_key(graph: Graph, formula: Formula, path: str) -> bool:
    """Whether a name is a column that a group can keep, and no field of a struct."""
    return "." not in path or is_column(graph, formula.parent, path)


def parts_of(aggregate: exp.Expr, parent: str) -> Sequence[Component]:
    """The components of one aggregate over a parent's rows."""
    argument = aggregate.this
    if isinstance(argument, exp.Distinct):
        key = argument.expressions[0]
        name = named(key, "distinct", parent)
        return (Component(name, key.sql("spark"), None, "COUNT_DISTINCT", "limited", key),)
    if isinstance(aggregate, exp.Avg):
        both = exp.Sum(this=argument.copy()), exp.Count(this=argument.copy(), big_int=True)
        return tuple(component(each, parent) for each in both)
    return () if aggregate.args.get("expressions") else (component(aggregate.copy(), parent),)


def component(aggregate: exp.Expr, parent: str) -> Component:
    """One aggregate that is added up again."""
    argument = aggregate.this
    word = "COUNT_IF" if isinstance(aggregate, exp.CountIf) else type(aggregate).key.upper()
    name = named(argument, word.lower(), parent)
    return Component(name, argument.sql("spark"), word, MERGED[type(aggregate)], "full", aggregate)


def named(tree: exp.Expr, word: str, parent: str) -> str:
    """A name that no other component has, of whichever parent."""
    digest = blake2b(f"{parent}:{word}:{tree.sql('spark')}".encode(), digest_size=4).hexdigest()
    columns = "_".join(dict.fromkeys(each.name for each in tree.find_all(exp.Column))) or "rows"
    return short(f"{columns[:40]}_{word}_{digest}")


def over(aggregate: exp.Expr, parts: Sequence[Component]) -> exp.Expr:
    """An aggregate over its components."""
    if parts[0].aggregability == "limited":
        return exp.Count(this=exp.Distinct(expressions=[column(parts[0].name)]), big_int=True)
    merged = [merge(part) for part in parts]
    return exp.Paren(this=exp.Div(this=merged[0], expression=merged[1], safe=True)) if len(merged) > 1 else merged[0]


def merge(part: Component) -> exp.Expr:
    return {"SUM": exp.Sum, "MIN": exp.Min, "MAX": exp.Max}[part.merge or ""](this=column(part.name))


def whole(formula: Formula, tree: exp.Expr) -> tuple[tuple[Component, ...], exp.Expr]:
    """A metric as its own component, which holds at the grain it is computed at and at no other."""
    name = named(tree, formula.name.rpartition(".")[2], formula.parent or "")
    return (Component(name, tree.sql("spark"), None, None, "none", tree),), column(name)

"""A metric's query: one expression over one parent, or over other metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from gnomon.catalog.sql.scopes import node_name
from gnomon.catalog.sql.words import names_in, one_tree, with_names
from gnomon.errors import Problem, UsageError

CACHED = 8_192
"""Trees kept; one is some kilobytes."""
ALLOWED = {"expressions", "from_", "kind", "operation_modifiers"}
FORM = "a metric is SELECT expression FROM node, or SELECT an expression over metrics"


@dataclass(frozen=True, slots=True)
class Formula:
    """How a metric is computed.

    A base metric has a `parent`, and `expression` aggregates that node's columns, which may be named by the words in
    `qualifiers`. A derived metric has none, and its expression's names are those of metrics and dimensions. Trees
    are shared: whoever changes one makes a copy first.
    """

    name: str
    expression: exp.Expr
    parent: str | None
    qualifiers: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of nodes that it may read: its parent, or the metrics and dimensions' nodes of its expression."""
        if self.parent is not None:
            return (self.parent,)
        names = [name.partition("[")[0] for name in names_in(self.expression)]
        return tuple(dict.fromkeys(each for name in names for each in (name, name.rpartition(".")[0]) if each))


@lru_cache(CACHED)
def read_metric(name: str, query: str, dialect: str) -> Formula:
    """A metric's formula. Raises UsageError `wrong_metric`."""
    tree = one_tree(query, dialect)
    if tree is None:
        raise wrong(name, "its query is not one SQL statement")
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        raise wrong(name, "its query has not exactly one expression")
    more = sorted(key.rstrip("_") for key, value in tree.args.items() if value and key not in ALLOWED)
    if more:
        raise wrong(name, f"its query has {' and '.join(more).upper()}")
    expression = with_names(tree.expressions[0].unalias())
    problem = next(wrongs(expression, tree.args.get("from_") is None), None)
    if problem:
        raise wrong(name, problem)
    source = tree.args.get("from_")
    if source is None:
        return Formula(name, expression, None)
    if not isinstance(source.this, exp.Table):
        raise wrong(name, "it does not read one node")
    parent = node_name(source.this)
    alias = source.this.alias
    return Formula(name, expression, parent, (alias,) if alias else (parent, parent.rpartition(".")[2]))


def wrongs(expression: exp.Expr, derived: bool) -> Iterator[str]:
    """What an expression cannot have."""
    if expression.find(exp.Query):
        yield "it has a query inside"
    if any(isinstance(star.parent, exp.Select | exp.Dot | exp.Column) for star in expression.find_all(exp.Star)):
        yield "it selects *"
    if derived:
        if not all(in_window(each) for each in aggregates(expression)):
            yield "it aggregates metrics, which has a meaning only OVER a window"
    elif expression.find(exp.Window):
        yield "a window is over a metric, and this one is over rows: make a derived metric of it"
    elif not any(True for _ in aggregates(expression)):
        yield "it aggregates nothing"


def aggregates(expression: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregates of an expression, those that only the engine knows by name included."""
    known = expression.find_all(exp.AggFunc, exp.Anonymous, exp.AnonymousAggFunc)
    return (each for each in known if not isinstance(each, exp.Anonymous) or not isinstance(each.parent, exp.AggFunc))


def in_window(node: exp.Expr) -> bool:
    """Whether an aggregate is a window's own: beneath FILTER or IGNORE NULLS, or a scalar function by its name."""
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        parent = parent.parent
    return isinstance(parent, exp.Window) or isinstance(node, exp.Anonymous)


def wrong(name: str, message: str) -> UsageError:
    """A metric that cannot be computed."""
    return UsageError(Problem("wrong_metric", f"metric '{name}': {message}", help=FORM))

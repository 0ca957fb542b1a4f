"""Refuse aggregates within aggregates, which no engine computes."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import as_text

AROUND = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)
"""What may stand between an aggregate and its OVER."""


def check_nesting(query: exp.Query, context: Context) -> None:
    """Raise DefinitionError `nested_aggregate` for an aggregate within another one of the same SELECT.

    A window function may run over aggregates: `SUM(SUM(x)) OVER (...)`.
    """
    for scope in traverse_scope(query):
        for inner in scope.find_all(exp.AggFunc):
            if (outer := holder(inner)) is not None:
                raise context.fail(
                    "nested_aggregate",
                    f"'{as_text(outer)}' holds '{as_text(inner)}': an aggregate is of rows, not of aggregates",
                    outer,
                    help="compute the inner one in a CTE with a GROUP BY of its own, and aggregate that",
                )


def holder(inner: exp.Expr) -> exp.Expr | None:
    """The aggregate of the same SELECT whose argument or FILTER holds an aggregate.

    >>> from sqlglot import parse_one
    >>> found = (holder(parse_one(text).find(exp.Sum)) for text in ("AVG(1 + SUM(x))", "AVG(SUM(x)) OVER (ORDER BY y)"))
    >>> [node and node.sql() for node in found]
    ['AVG(1 + SUM(x))', None]
    """
    node, parent = inner, inner.parent
    while parent is not None and not isinstance(parent, exp.Query):
        filtered = parent.this if isinstance(parent, exp.Filter) and node is not parent.this else None
        if (filtered or isinstance(parent, exp.AggFunc)) and not is_windowed(filtered or parent):
            return parent
        node, parent = parent, parent.parent
    return None


def is_windowed(aggregate: exp.Expr) -> bool:
    """Whether an aggregate is a window function."""
    parent = aggregate.parent
    while isinstance(parent, AROUND):
        parent = parent.parent
    return isinstance(parent, exp.Window) and aggregate.find_ancestor(exp.Window) is parent

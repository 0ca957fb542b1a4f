"""What the query of a stock may look like: one grouped SELECT with one SUM, over one source between the bounds."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.errors import DefinitionError
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.times import closes_window, comparisons, conjuncts, is_time_macro, opens_window

CLAUSES = {
    "with_": "WITH",
    "distinct": "DISTINCT",
    "laterals": "LATERAL",
    "qualify": "QUALIFY",
    "windows": "WINDOW",
    "limit": "LIMIT",
    "offset": "OFFSET",
    "fetch": "FETCH",
}
"""What else a SELECT may have, which has no meaning for a stock."""


def refuse(what: str, node: exp.Expr | None, context: Context) -> DefinitionError:
    """The error for a query that is not that of a stock."""
    return context.fail(
        "stock_shape", f"a metric with additivity {what}", node,
        help="write one SELECT with one SUM(...) and GROUP BY, over one source between the bounds",
    )  # fmt: skip


def summed(root: Scope, context: Context) -> exp.Expr:
    """The SUM of a stock's query, which may stand in it several times."""
    query = root.expression
    if not isinstance(query, exp.Select):
        first = query.selects[0] if isinstance(query, exp.Query) else query
        raise refuse(f"is a {query.key.upper()} of queries", first, context)
    for clause, word in CLAUSES.items():
        if query.args.get(clause):
            raise refuse(f"has a {word}", placed(query, clause), context)
    group = query.args.get("group")
    if group is None:
        raise refuse("has no GROUP BY", query.selects[-1], context)
    if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        raise refuse("groups in several ways at once", group, context)
    if (window := root.find(exp.Window)) is not None:
        raise refuse(f"has the window function {as_text(window)}", window, context)
    totals = list(root.find_all(exp.AggFunc))
    for node in totals:
        if not isinstance(node, exp.Sum) or isinstance(node.this, exp.Distinct):
            raise refuse(f"has the aggregate {as_text(node)}", node, context)
        if isinstance(node.parent, exp.Filter):
            raise refuse(f"has {as_text(node.parent)}, whose condition goes to WHERE", node, context)
        if node != totals[0]:
            raise refuse(f"has two sums, {as_text(totals[0])} and {as_text(node)}", node, context)
        if is_divided(node):
            raise refuse(f"divides {as_text(node)}, of a type that is not known; cast it to DOUBLE", node, context)
    if not totals:
        raise refuse("has no SUM", query.selects[-1], context)
    return totals[0]


def placed(query: exp.Select, clause: str) -> exp.Expr | None:
    """A node that says where a clause stands."""
    if clause == "with_":
        return query.ctes[0].args["alias"].this  # type: ignore[no-any-return]
    return query.args[clause] if clause in ("limit", "qualify", "offset") else query.selects[0]


def is_divided(node: exp.Expr) -> bool:
    """Whether a sum is divided, as it is, in a dialect whose division depends on its type."""
    while node.parent is not None and not isinstance(node.parent, exp.Query | exp.Cast):
        node = node.parent
        if isinstance(node, exp.Div) and node.args.get("typed"):
            return True
    return False


def bounded_column(root: Scope, scan: str, context: Context) -> tuple[exp.Column, tuple[exp.Expr, ...]]:
    """The column of a scan that a WHERE keeps between both bounds, and the other terms of the WHERE."""
    opened, closed, filters = [], [], []
    for term in conjuncts(root.expression.args.get("where")):
        found = list(comparisons(term))
        partial = isinstance(term, exp.Between) and len(found) != 2
        if not found or partial or not all(opens_window(one) or closes_window(one) for one in found):
            filters.append(term)
            continue
        opened += [one.column for one in found if opens_window(one)]
        closed += [one.column for one in found if closes_window(one)]
    for term in filters:
        if (macro := next((node for node in term.find_all(exp.Anonymous) if is_time_macro(node)), None)) is not None:
            raise refuse(f"uses {as_text(macro)} other than to bound its source", macro, context)
    if not opened or not closed or len({*opened, *closed}) != 1 or opened[0].table != scan:
        where = root.expression.args.get("where")
        raise refuse("keeps no single column of its source between both bounds", where, context)
    return opened[0], tuple(filters)

"""Keep the names of the stages that plans add (`calendar`, `dates`, `windowed`) free of the author's."""

from __future__ import annotations

from sqlglot import exp

from gnomon.rewrite.context import Context

RESERVED = frozenset(
    {"calendar", "dates", "series", "slots", "spans", "bound", "seen", "partials", "changes", "runs", "windowed"}
)


def rename_reserved(query: exp.Query, _: Context) -> exp.Query:
    """Put an underscore after each CTE and alias that a plan's stage is called.

    >>> from sqlglot import parse_one
    >>> rename_reserved(parse_one("WITH dates AS (SELECT 1 AS n) SELECT dates.n FROM dates AS dates"), None).sql()
    'WITH dates_ AS (SELECT 1 AS n) SELECT dates_.n FROM dates_ AS dates_'
    """
    ctes = {cte.alias for cte in query.find_all(exp.CTE)} & RESERVED
    node: exp.Expr
    for node in query.find_all(exp.TableAlias, exp.Table, exp.Column):
        if isinstance(node, exp.Column):
            if node.table in RESERVED:
                node.set("table", exp.to_identifier(f"{node.table}_"))
        elif isinstance(node, exp.TableAlias):
            if node.name in RESERVED:
                node.set("this", exp.to_identifier(f"{node.name}_"))
        elif isinstance(node, exp.Table) and not node.db and node.name in ctes:
            node.set("this", exp.to_identifier(f"{node.name}_"))
    return query

"""One name for each CTE of a statement, where a dialect's SQL has them all in front."""

from __future__ import annotations

from sqlglot import exp

FLAT = ("spark", "databricks")
"""The dialects for which SQLGlot moves the CTEs of inner queries in front of the statement, under their own names."""


def tell_apart(query: exp.Query) -> None:
    """Number the CTEs whose names another CTE or a table has, in place; their columns keep their qualifiers.

    >>> from sqlglot import parse_one
    >>> inner = "(WITH t AS (SELECT 1) SELECT t.* FROM t)"
    >>> query = parse_one(f"SELECT * FROM {inner}, {inner}")
    >>> tell_apart(query)
    >>> query.sql().partition("), (")[2]
    'WITH t_2 AS (SELECT 1) SELECT t.* FROM t_2 AS t)'
    """
    tables = [table for table in query.find_all(exp.Table) if not table.db and isinstance(table.this, exp.Identifier)]
    meanings = [(table, definition(table)) for table in tables]
    taken = {table.name for table, cte in meanings if cte is None}
    for cte in query.find_all(exp.CTE):
        name = cte.alias
        free = (f"{name}_{count}" if count > 1 else name for count in range(1, 10_000))
        unique = next(word for word in free if word not in taken)
        taken.add(unique)
        if unique == name:
            continue
        cte.args["alias"].set("this", exp.to_identifier(unique))
        for table in (table for table, meant in meanings if meant is cte):
            table.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name)))
            table.set("this", exp.to_identifier(unique))


def definition(table: exp.Table) -> exp.CTE | None:
    """The CTE that a table's name stands for; None where it is a table of the warehouse."""
    inside: exp.Expr = table
    while (parent := inside.parent) is not None:
        with_ = parent if isinstance(parent, exp.With) else parent.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            if cte is inside:  # a CTE reads those before it
                break
            if cte.alias == table.name:
                return cte if isinstance(cte, exp.CTE) else None
        inside = parent.parent if isinstance(parent, exp.With) and parent.parent is not None else parent
    return None

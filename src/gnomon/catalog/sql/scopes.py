"""What the names in a node's query belong to: which tables are nodes, and which of them a column is of.

A name before a column is looked up from the innermost SELECT outwards, among what each opens: a table under its alias,
or a node under its whole name and the last word of it. What is qualified by anything but a node keeps its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

from gnomon.errors import Problem, UsageError


class Qualified(NamedTuple):
    """A column, or a star, that is qualified by a node's name: the first `size` of its `parts` are that name."""

    tree: exp.Expr
    table: exp.Table
    size: int


def node_name(table: exp.Table) -> str:
    """The node that a table in FROM names.

    >>> node_name(exp.to_table("shop.eu.orders"))
    'shop.eu.orders'
    """
    return ".".join(part.name for part in table.parts)


def node_tables(tree: exp.Expr) -> list[exp.Table]:
    """The tables of a query that are nodes: no stages of its own WITH, and no functions.

    >>> from sqlglot import parse_one
    >>> [node_name(t) for t in node_tables(parse_one("WITH a AS (SELECT * FROM a) SELECT * FROM a JOIN b.a"))]
    ['b.a', 'a']
    """
    named = (table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier | exp.Dot))
    return [table for table in named if table.args.get("db") or not is_stage(table)]


def is_stage(table: exp.Table) -> bool:
    """Whether a table without a schema is of a WITH around it; one of that WITH sees those before it."""
    child: exp.Expr = table
    while (parent := child.parent) is not None:
        made = parent.args.get("with_")
        stages = made.expressions if made is not None and made is not child else []
        if isinstance(parent, exp.With) and isinstance(child, exp.CTE):
            stages = before(parent, child)
        if any(stage.alias.lower() == table.name.lower() for stage in stages):
            return True
        child = parent
    return False


def before(made: exp.With, stage: exp.CTE) -> list[exp.CTE]:
    """The stages that one of a WITH can read: those before it, and itself where the WITH is recursive."""
    at = next(place for place, each in enumerate(made.expressions) if each is stage)
    return list(made.expressions[: at + 1 if made.args.get("recursive") else at])


def qualified_by_nodes(tree: exp.Query, name: str) -> list[Qualified]:
    """The columns that are qualified by a node's name. Raises UsageError `wrong_node_query` where it is two tables'."""
    nodes = {id(table) for table in node_tables(tree) if not table.alias and not pivoted(table)}
    found = (owner(whole(column), nodes, name) for column in tree.find_all(exp.Column))
    return [each for each in found if each is not None]


def whole(column: exp.Expr) -> exp.Expr:
    """A column with the dots after it, which SQLGlot keeps apart from the fifth part on."""
    while isinstance(dot := column.parent, exp.Dot) and isinstance(dot.expression, exp.Identifier | exp.Star):
        column = dot
    return column


def owner(tree: exp.Expr, nodes: set[int], name: str) -> Qualified | None:
    """The node by whose name a column is qualified, None where it is not or by something else."""
    words = parts_of(tree)
    for size in range(len(words) - 1, 0, -1):
        word = ".".join(each.name for each in words[:size]).lower()
        for select in selects_around(tree):
            tables = [table for table in opened(select) if word in names_of(table, nodes)]
            if len(tables) > 1 and any(id(table) in nodes for table in tables):
                message = f"'{name}' reads '{tree.sql('spark')[:80]}', and two of its tables are called '{word}'"
                raise UsageError(Problem("wrong_node_query", message, help="give each of them an alias"))
            if tables:
                table = tables[0]
                return Qualified(tree, table, size) if isinstance(table, exp.Table) and id(table) in nodes else None
    return None


def parts_of(tree: exp.Expr) -> list[exp.Expr]:
    """The words of a dotted name, a star's among them."""
    if isinstance(tree, exp.Dot):
        return [*parts_of(tree.this), tree.expression]
    return list(tree.parts) if isinstance(tree, exp.Column) else []


def selects_around(tree: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs whose tables an expression sees, the innermost first: a table in FROM does not see those beside it,
    unless it is LATERAL, and a stage not those of the query that it stands before."""
    child, apart = tree, False
    while (parent := child.parent) is not None:
        apart = apart or isinstance(child, exp.CTE) or (isinstance(child, exp.Subquery) and in_from(child))
        if isinstance(parent, exp.Select) and not apart:
            yield parent
        if isinstance(child, exp.With) or isinstance(parent, exp.Select):
            apart = False
        child = parent


def in_from(query: exp.Subquery) -> bool:
    """Whether a query in brackets is what FROM or JOIN reads, brackets around it included."""
    at: exp.Expr = query
    while isinstance(at.parent, exp.Subquery) and at.arg_key == "this":
        at = at.parent
    return isinstance(query.this, exp.Query) and (
        isinstance(at.parent, exp.From) or (isinstance(at.parent, exp.Join) and at.arg_key == "this")
    )


def opened(select: exp.Select) -> Iterator[exp.Expr]:
    """What a SELECT reads from: tables, queries under an alias, laterals."""
    start = select.args.get("from_")
    left = [start.this] if start is not None else []
    left += [join.this for join in select.args.get("joins") or ()] + list(select.args.get("laterals") or ())
    while left:
        each = left.pop(0)
        left += [join.this for join in each.args.get("joins") or ()] + list(each.args.get("laterals") or ())
        if isinstance(each, exp.Subquery) and not each.alias and isinstance(each.this, exp.Table | exp.Subquery):
            left.append(each.this)
        else:
            yield each


def names_of(table: exp.Expr, nodes: set[int]) -> set[str]:
    """What a table's columns may be qualified by, in lower case."""
    if id(table) in nodes and isinstance(table, exp.Table):
        return {node_name(table).lower(), table.name.lower()}
    return {(pivoted(table) or table.alias_or_name).lower()}


def pivoted(table: exp.Expr) -> str:
    """The alias behind PIVOT, which hides the table's name."""
    pivots = table.args.get("pivots") or ()
    return str(pivots[-1].alias) if pivots else ""

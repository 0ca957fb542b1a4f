"""Tell the columns of tables from the outputs of the same name, before SQLGlot takes one for the other.

Where a table's columns are known, SQLGlot looks there first, as engines do. Where they are not, it would take
`COUNT(DISTINCT from_artifact_id)` for the output in `'' AS from_artifact_id`, and count one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from gnomon.rewrite.context import Context
from gnomon.rewrite.tables import table_name

Outputs = dict[str, exp.Expr]


def own_columns(query: exp.Query, unknown: set[str], context: Context) -> None:
    """Give bare names their table where its columns are not known: names in WHERE, ON and the outputs.

    An output that aggregates is meant by its name where a column could not stand: in HAVING, and in other outputs.
    Raises DefinitionError `ambiguous_column` for a name that may be an output's or that of a column of two tables.
    """
    for select in query.find_all(exp.Select):
        outputs = {o.alias.lower(): o.this for o in select.expressions if isinstance(o, exp.Alias)}
        aggregates = {name: o for name, o in outputs.items() if o.find(exp.AggFunc) is not None}
        for column in bare_names(select.args.get("having")):
            spell_out(column, aggregates)
        tables = tables_of(select)
        hidden = [table for table in tables if isinstance(table, exp.Table) and table_name(table) in unknown]
        if not hidden:
            continue
        for column in own_names(select):
            if spell_out(column, aggregates):
                continue
            if len(tables) == 1:
                column.set("table", exp.to_identifier(hidden[0].alias_or_name))
            elif len(hidden) > 1 and column.name.lower() in outputs:
                names = [table.alias_or_name for table in hidden]
                raise context.fail(
                    "ambiguous_column", f"column '{column.name}' could belong to any of: {', '.join(names)}", column,
                    help=f"write it with its table, as in {names[0]}.{column.name}",
                )  # fmt: skip


def tables_of(select: exp.Select) -> list[exp.Expr]:
    """What stands in FROM and its joins."""
    source = select.args.get("from_")
    parts = [*(select.args.get("joins") or []), *(select.args.get("laterals") or [])]
    return [] if source is None else [source.this, *(part.this for part in parts)]


def own_names(select: exp.Select) -> list[exp.Column]:
    """The bare names of the outputs, of WHERE and of ON."""
    joins = [join.args.get("on") for join in select.args.get("joins") or []]
    return [name for part in (*select.expressions, select.args.get("where"), *joins) for name in bare_names(part)]


def bare_names(node: exp.Expr | None) -> Iterator[exp.Column]:
    """The columns without a table in a clause, and not in a query inside it."""
    for inner in [] if node is None else list(node.walk(prune=lambda part: isinstance(part, exp.Query))):
        if isinstance(inner, exp.Column) and not inner.table and not isinstance(inner.this, exp.Star):
            yield inner


def spell_out(column: exp.Column, aggregates: Outputs) -> bool:
    """Put an aggregating output in the place of its name, unless the name stands inside an aggregate itself."""
    output = aggregates.get(column.name.lower())
    if output is None or column.find_ancestor(exp.AggFunc, exp.Select, exp.Where, exp.Join) is not column.parent_select:
        return False
    column.replace(exp.paren(output.copy(), copy=False))
    return True

"""Tell the columns of tables from the outputs of the same name, before SQLGlot takes one for the other.

It looks for a bare name in the tables first, as engines do: in those whose columns are known, then in the one whose
columns are not. Two such tables are more than it can tell apart, and it would take `COUNT(DISTINCT from_artifact_id)`
for the output in `'' AS from_artifact_id`, and count one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from gnomon.rewrite.context import Context
from gnomon.rewrite.tables import column_of, table_name

MODIFIERS = (exp.Filter, exp.WithinGroup)
Outputs = dict[str, exp.Expr]


def own_columns(query: exp.Query, unknown: set[str], context: Context) -> None:
    """Spell out the outputs that are meant by their names: those that aggregate, where a column could not stand.

    That is in HAVING, and, where a table's columns are not known, in other outputs. Raises DefinitionError
    `ambiguous_column` for a name that may be an output's or that of a column of two tables.
    """
    for select in query.find_all(exp.Select):
        outputs = {o.alias.lower(): o.this for o in select.expressions if isinstance(o, exp.Alias)}
        aggregates = {name: o for name, o in outputs.items() if o.find(exp.AggFunc) is not None}
        for column in bare_names(select.args.get("having")):
            if column.find_ancestor(*MODIFIERS, exp.Select) is not select:
                name_table(column, select, outputs, context)
            spell_out(column, aggregates)
        hidden = [t for t in tables_of(select) if isinstance(t, exp.Table) and table_name(t) in unknown]
        for column in own_names(select) if hidden else ():
            if not spell_out(column, aggregates) and len(hidden) > 1 and column.name.lower() in outputs:
                names = [table.alias_or_name for table in hidden]
                raise context.fail(
                    "ambiguous_column", f"column '{column.name}' could belong to any of: {', '.join(names)}", column,
                    help=f"write it with its table, as in {names[0]}.{column.name}",
                )  # fmt: skip


def name_table(column: exp.Column, select: exp.Select, outputs: Outputs, context: Context) -> None:
    """Give a name in an aggregate's FILTER or WITHIN GROUP its table: it is never an output's there."""
    if column.name.lower() not in outputs:
        return
    tables = tables_of(select)
    having = [t for t in tables if isinstance(t, exp.Table) and column_of(context, table_name(t), column.name.lower())]
    owners = having or tables
    if len(owners) == 1:
        column.set("table", exp.to_identifier(owners[0].alias_or_name))


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

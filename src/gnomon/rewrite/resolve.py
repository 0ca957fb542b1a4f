"""Give every column its table and every star its columns, and refuse names that nothing declares."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from gnomon.errors import did_you_mean
from gnomon.model import Reference, SourceTable
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import contract_names
from gnomon.rewrite.own_columns import own_columns
from gnomon.rewrite.parse import METRIC_ID, marker
from gnomon.rewrite.tables import recognise_tables, table_name

LOWER = "normalization_strategy=lowercase"


def resolve(query: exp.Query, context: Context) -> exp.Query:
    """Qualify the columns of every scope; tables keep the alias by which the author knows them."""
    recognise_tables(query, context)
    known = table_columns(query, context)
    schema = MappingSchema(dialect=f"{context.metric.dialect}, {LOWER}")
    for name, columns in known.items():
        if columns:
            schema.add_table(exp.to_table(name), dict.fromkeys(columns, "unknown"))
    if schema.empty:  # then SQLGlot would prefer outputs to columns
        schema.add_table("no.table", {"none": "unknown"})
    check_stars(query, known, context)
    refuse_natural_joins(query, context)
    own_columns(query, {name for name, columns in known.items() if columns is None}, context)
    group_by_outputs(query)
    try:
        resolved = qualify(
            query,
            dialect=f"{context.metric.dialect}, {LOWER}",
            schema=schema,
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
            infer_schema=True,  # what no known table has belongs to the one that is not known
        )
    except OptimizeError as error:
        raise context.fail("unknown_column", str(error).lower().rstrip(".")) from None
    assert isinstance(resolved, exp.Query)
    check_columns(resolved, known, context)
    spell_out_group_by_all(resolved)
    drop_constant_groups(resolved)
    return resolved


def refuse_natural_joins(query: exp.Query, context: Context) -> None:
    """Which columns a NATURAL JOIN compares depends on the entity that a side is bound to."""
    for join in query.find_all(exp.Join):
        if join.method.upper() == "NATURAL":
            raise context.fail(
                "natural_join", "a NATURAL JOIN does not say which columns it compares", join.this,
                help="name them: JOIN ... USING (<columns>)",
            )  # fmt: skip


def group_by_outputs(query: exp.Query) -> None:
    """Read a bare name in GROUP BY as the output of that name, if there is one that is no aggregate.

    Engines differ: to DuckDB `'' AS x ... GROUP BY x` means the table's own x, to BigQuery the output. The output is
    what keeps one row per key, and what the original means.
    """
    for group in query.find_all(exp.Group):
        select = group.parent
        if not isinstance(select, exp.Select):
            continue
        positions = {output.alias_or_name.lower(): i for i, output in enumerate(select.expressions)}
        star = next((i for i, output in enumerate(select.expressions) if output.is_star), len(select.expressions))
        for term in group.expressions:
            position = positions.get(term.name.lower()) if isinstance(term, exp.Column) and not term.table else None
            if position is None or select.expressions[position].find(exp.AggFunc, exp.Window) is not None:
                continue
            # By position, as `upper(x) AS x` would be expanded twice; after a star positions are not known yet.
            before_star = exp.Literal.number(position + 1)
            term.replace(before_star if position < star else select.expressions[position].unalias().copy())


def table_columns(query: exp.Query, context: Context) -> dict[str, tuple[str, ...] | None]:
    """The columns of every real table that a query reads; None where they are not known."""
    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    found: dict[str, tuple[str, ...] | None] = {}
    for table in query.find_all(exp.Table):
        name = table_name(table)
        if "." not in name and name in ctes:
            continue
        found[name] = columns_of(table, name, context)
    return found


def columns_of(table: exp.Table, name: str, context: Context) -> tuple[str, ...] | None:
    project = context.project
    if name in context.peers:
        return contract_names(project, context.peers[name], as_key=context)
    declared: SourceTable | Reference | None = project.sources.get(name) or project.references.get(name)
    if declared is not None:
        return tuple(declared.columns) if declared.columns_known else None
    if table.meta.get("entity_table"):
        return None
    bridges = [hop for hop in project.relationships if hop.table == name]
    if bridges:
        return None
    if not isinstance(table.this, exp.Identifier):  # a table function
        return None
    others = [*project.sources, *project.references, *(hop.table for hop in project.relationships)]
    if project.compat == "oso":
        context.warn("undeclared_table", f"table '{name}' is not declared", table)
        return None
    raise context.fail(
        "undeclared_table", f"table '{name}' is neither a source nor a reference", table,
        help=f"{did_you_mean(name, others)} (declare it in sources.yaml: under sources: if it has an entity key and a "
        "time column, under references: otherwise)",
    )  # fmt: skip


def check_stars(query: exp.Query, known: Mapping[str, tuple[str, ...] | None], context: Context) -> None:
    """Refuse a star over a table whose columns are not known."""
    for select in query.find_all(exp.Select):
        if not any(isinstance(p, exp.Star) or (isinstance(p, exp.Column) and p.is_star) for p in select.expressions):
            continue
        for table in select.find_all(exp.Table):
            name = table_name(table)
            if table.find_ancestor(exp.Select) is select and name in known and known[name] is None:
                raise context.fail(
                    "unknown_columns", f"'*' needs the columns of '{name}', which are not declared", table,
                    help="declare them in sources.yaml, or run 'gnomon sources pull' to read them from the warehouse",
                )  # fmt: skip


def check_columns(query: exp.Query, known: Mapping[str, tuple[str, ...] | None], context: Context) -> None:
    """Refuse columns that belong to no table, to two, or to a table that lacks them."""
    for scope in traverse_scope(query):
        for column in scope.columns:
            if column.name.startswith("*") or isinstance(column.this, exp.Star):
                continue
            check_column(column, scope, known, context)


def check_column(
    column: exp.Column, scope: Scope, known: Mapping[str, tuple[str, ...] | None], context: Context
) -> None:
    sources = dict(scope.sources)
    if not column.table:
        if output_alias(column, scope):
            return
        options = ", ".join(sorted(scope.selected_sources))
        raise context.fail(
            "ambiguous_column", f"column '{column.name}' could belong to any of: {options}", column,
            help=f"write it with its table, as in {next(iter(sorted(scope.selected_sources)), 't')}.{column.name}",
        )  # fmt: skip
    source = sources.get(column.table)
    columns: tuple[str, ...] | None = None
    if isinstance(source, exp.Table):
        columns = known.get(table_name(source))
    elif isinstance(source, Scope) and isinstance(source.expression, exp.Query):
        columns = tuple(source.expression.named_selects) or None
    if columns is not None and column.name not in columns:
        raise context.fail(
            "unknown_column", f"there is no column '{column.name}' in '{column.table}'", column,
            help=did_you_mean(column.name, columns),
        )  # fmt: skip


def output_alias(column: exp.Column, scope: Scope) -> bool:
    """Whether a bare name refers to one of its own query's outputs, as ORDER BY may."""
    return isinstance(scope.expression, exp.Query) and column.name in scope.expression.named_selects


def spell_out_group_by_all(query: exp.Query) -> None:
    """Write GROUP BY ALL as the outputs that it stands for: those that hold no aggregate."""
    for group in query.find_all(exp.Group):
        select = group.parent
        if group.args.get("all") and isinstance(select, exp.Select):
            terms = [output.unalias() for output in select.expressions]
            plain = [term.copy() for term in terms if term.find(exp.AggFunc, exp.Window) is None]
            group.replace(exp.Group(expressions=plain))


def drop_constant_groups(query: exp.Query) -> None:
    """Take constants out of GROUP BY: some engines refuse them, and SQLGlot leaves them as bare positions."""
    for group in query.find_all(exp.Group):
        select = group.parent
        kept = []
        for term in group.expressions:
            if isinstance(term, exp.Literal) and not term.is_string and isinstance(select, exp.Select):
                term = select.expressions[int(term.name) - 1].unalias().copy()
            if not is_constant(term):
                kept.append(term)
        if kept or not group.expressions:
            group.set("expressions", kept)
        else:  # grouping by constants alone still means one group per non-empty input
            group.set("expressions", [exp.Cast(this=group.expressions[0], to=exp.DataType.build("text"))])


def is_constant(term: exp.Expr) -> bool:
    """Whether a term is a literal or the metric's id, perhaps cast."""
    while isinstance(term, exp.Cast | exp.Paren):
        term = term.this
    return isinstance(term, exp.Literal | exp.Null) or marker(term) == METRIC_ID

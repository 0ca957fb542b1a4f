"""The contract of a built table: sample date, entity, the query's own dimensions, metric, amount, declared extras."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.check.ahead import check_ahead
from gnomon.check.averages import warn_of_nested_averages
from gnomon.check.declared_units import declared_outputs
from gnomon.check.denomination import column_json, inferred_units, unit_extension, unit_text
from gnomon.check.frames import warn_of_restarting_frames
from gnomon.check.nesting import check_nesting
from gnomon.check.stocks import check_stocks
from gnomon.check.units.values import Value
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import AMOUNT, METRIC, SAMPLE_DATE, entity_columns
from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.parse import marker
from gnomon.rewrite.tables import column_of, table_name
from gnomon.rewrite.times import is_hourly
from gnomon.units.vocabulary import Vocabulary

Role = Literal["sample_date", "entity", "dimension", "metric", "amount", "extra"]
TEXT, NUMBER = "TEXT", "DOUBLE"


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a built table. `type` is a SQL type of the project's dialect.

    `unit` is unit JSON, or `{"by": column, "map": {value: unit}}` where it depends on the row; None where it is unset,
    or where unit JSON cannot say it: then `unit_ext` does, as a product. `unit_text` says any of them as text.
    """

    name: str
    type: str
    role: Role
    unit: Mapping[str, Any] | None = None
    unit_ext: Mapping[str, Any] | None = None
    unit_text: str | None = None


def output_columns(query: exp.Query, context: Context) -> tuple[Output, ...]:
    """The output columns of a bound query, in its order.

    Raises DefinitionError: `missing_output_column`, `undeclared_output_column`, `duplicate_output_column`,
    `nested_aggregate`, `offset_ahead`, `stock_without_rule`, `stock_shape`.
    """
    fact = f"outputs, hourly: {is_hourly(context)}"
    if fact not in context.facts:
        context.facts[fact] = find_outputs(query, context)
    found: tuple[Output, ...] = context.facts[fact]
    return found


def find_outputs(query: exp.Query, context: Context) -> tuple[Output, ...]:
    check_nesting(query, context)
    check_ahead(query, context)
    check_stocks(query, context)
    warn_of_restarting_frames(query, context)
    warn_of_nested_averages(query, context)
    root = list(traverse_scope(query))[-1]
    names = query.named_selects
    check_names(names, query, context)
    entities = entity_columns(context.project, context.variant)
    columns = [output(position, name, root, entities, context) for position, name in enumerate(names)]
    vocabulary = context.project.vocabulary
    units = {**inferred_units(query, context).columns, **declared_outputs(context.variant, vocabulary)}
    return tuple(with_units(columns, units, vocabulary))


def with_units(columns: Iterable[Output], units: Mapping[str, Value], vocabulary: Vocabulary) -> Iterator[Output]:
    """The columns with what they are denominated in; dates, entities and labels are in nothing."""
    for column in columns:
        value = units.get(column.name) if column.role in ("amount", "extra", "dimension") else None
        yield replace(
            column,
            unit=column_json(value, vocabulary),
            unit_ext=unit_extension(value, vocabulary),
            unit_text=unit_text(value, vocabulary),
        )


def check_names(names: list[str], query: exp.Query, context: Context) -> None:
    for name in (SAMPLE_DATE, METRIC, AMOUNT):
        if name not in names:
            raise context.fail(
                "missing_output_column", f"the query gives no column '{name}'", query.selects[-1],
                help=f"add it: {EXAMPLES[name]}",
            )  # fmt: skip
    for position, name in enumerate(names):
        if not name or name in names[:position]:
            what = f"two columns '{name}'" if name else "a column without a name"
            raise context.fail("duplicate_output_column", f"the query gives {what}", query.selects[position])


EXAMPLES = {
    SAMPLE_DATE: "@metrics_sample_date(<time column>) AS metrics_sample_date",
    METRIC: "@metric_name() AS metric",
    AMOUNT: "SUM(...) AS amount",
}


def output(position: int, name: str, root: Scope, entities: tuple[str, ...], context: Context) -> Output:
    """One output column: its role and type."""
    metric = context.metric
    if name == SAMPLE_DATE:
        return Output(name, "TIMESTAMP" if is_hourly(context) else "DATE", "sample_date")
    if name == METRIC:
        return Output(name, TEXT, "metric")
    if name == AMOUNT:
        return Output(name, NUMBER, "amount")
    scope = leaves(root)[0]
    node = body(scope).selects[position].unalias()
    if name in entities:
        return Output(name, type_of(scope, node, context), "entity")
    declared = metric.columns.get(name)
    if declared is not None:
        return Output(name, declared.type or type_of(scope, node, context), "extra")
    if is_aggregated(scope, node):
        undeclared(name, body(root).selects[position], context)
        return Output(name, type_of(scope, node, context), "extra")
    return Output(name, type_of(scope, node, context), "dimension")


def undeclared(name: str, node: exp.Expr, context: Context) -> None:
    """An extra measure that the definition does not declare: an error, or a warning in the original's own files."""
    message = f"the query gives a column '{name}' that is neither a grouped dimension nor declared"
    hint = f"declare it in the metric: columns: {{{name}: {{type: double}}}}"
    if context.project.compat == "oso":
        context.warn("undeclared_output_column", message, node, help=hint)
        return
    raise context.fail("undeclared_output_column", message, node, help=hint)


def is_aggregated(scope: Scope, node: exp.Expr) -> bool:
    """Whether a value is computed by an aggregate or a window, here or in a query that it is read from."""
    if node.find(exp.AggFunc, exp.Window):
        return True
    for column in node.find_all(exp.Column):
        source = scope.sources.get(column.table)
        if isinstance(source, Scope):
            for leaf in leaves(source):
                for projection in body(leaf).selects:
                    if projection.alias_or_name == column.name and is_aggregated(leaf, projection.unalias()):
                        return True
    return False


def type_of(scope: Scope, node: exp.Expr, context: Context) -> str:
    """A value's SQL type: a declared column's own, a constant's, or what its functions return; else TEXT."""
    if isinstance(node, exp.Column):
        return column_type(scope, node, context)
    if isinstance(node, exp.Coalesce):
        return type_of(scope, node.this, context)
    if marker(node) is not None or isinstance(node, exp.Null):
        return TEXT
    if isinstance(node, exp.Cast):
        return str(node.to.sql(context.project.dialect))
    try:
        found = annotate_types(node.copy()).type
    except Exception:  # a function that SQLGlot cannot type is no reason to stop
        return TEXT
    if found is None or found.this in (exp.DataType.Type.UNKNOWN, exp.DataType.Type.NULL):
        return TEXT
    return str(found.sql(context.project.dialect))


def column_type(scope: Scope, column: exp.Column, context: Context) -> str:
    source = scope.sources.get(column.table)
    if isinstance(source, Scope):
        leaf = leaves(source)[0]
        for projection in body(leaf).selects:
            if projection.alias_or_name == column.name:
                return type_of(leaf, projection.unalias(), context)
    if isinstance(source, exp.Table):
        name = table_name(source)
        if name in context.peers and column.name == SAMPLE_DATE:
            return "DATE"
        if name in context.peers and column.name == AMOUNT:
            return NUMBER
        declared = column_of(context, name, column.name)
        if declared is not None and declared.type:
            return declared.type
    return TEXT

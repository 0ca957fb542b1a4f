"""Refuse sums of levels over time, and the queries of stocks that are not read as such."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.model import Column
from gnomon.rewrite.context import Context
from gnomon.rewrite.keys import body, leaves
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.stock import stock_of
from gnomon.rewrite.tables import column_of, table_name
from gnomon.rewrite.times import bare_column
from gnomon.time import Grain, Interval, Rolling, TimeAggregation

VALUES = (exp.Paren, exp.Cast, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Coalesce)
"""What a value may be computed with and still be a level."""


def check_stocks(query: exp.Query, context: Context) -> None:
    """Raise DefinitionError: `stock_shape` for a metric with additivity, `stock_without_rule` for one without."""
    if context.metric.additivity is not None:
        stock_of(query.copy(), context)
    elif longer := [interval for interval in context.metric.intervals if not within_a_day(interval)]:
        for scope in traverse_scope(query):
            for node in scope.find_all(exp.Sum) if isinstance(scope.expression, exp.Select) else ():
                refuse_sum(node, scope, longer[0], context)


def within_a_day(interval: Interval) -> bool:
    """Whether no row covers more than a day.

    >>> within_a_day(TimeAggregation(Grain.DAY)), within_a_day(Rolling(1)), within_a_day(Rolling(2))
    (True, True, False)
    """
    if isinstance(interval, TimeAggregation):
        return interval.grain in (Grain.HOUR, Grain.DAY)
    if isinstance(interval, Rolling) and interval.unit in (Grain.HOUR, Grain.DAY):
        return interval.window <= (24 if interval.unit is Grain.HOUR else 1)
    return False


def refuse_sum(node: exp.Sum, scope: Scope, interval: Interval, context: Context) -> None:
    """Refuse a sum of a column that is declared a stock, unless it is the sum of each date by itself."""
    for column in added(node.this):
        found = stock_column(scope, column, context)
        if found is not None and not groups_by_time(scope, context):
            raise context.fail(
                "stock_without_rule",
                f"{as_text(node)} adds up '{found.name}', a stock, over time: in '{interval.suffix}' the values of its "
                "dates would be summed",
                node,
                notes=(f"it is declared a stock at {found.span}",) if found.span else (),
                help="add `additivity: {over_time: last}` to the metric (or average, min, max), or write AVG, MIN, MAX",
            )


def added(node: exp.Expr) -> Iterator[exp.Column]:
    """The columns whose values a sum adds up: not those of conditions, nor of other functions."""
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Case):
        for branch in (*(part.args["true"] for part in node.args["ifs"]), node.args.get("default")):
            yield from added(branch) if branch is not None else ()
    elif isinstance(node, exp.If):
        for branch in (node.args["true"], node.args.get("false")):
            yield from added(branch) if branch is not None else ()
    elif isinstance(node, VALUES):
        for part in node.iter_expressions():
            yield from added(part)


def stock_column(scope: Scope, column: exp.Column, context: Context) -> Column | None:
    """The column of a source, declared a stock, that a column passes on or sums up; None for any other."""
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        declared = column_of(context, table_name(source), column.name)
        return declared if declared is not None and declared.additivity == "stock" else None
    if isinstance(source, Scope):
        for leaf in leaves(source):
            for projection in body(leaf).selects if isinstance(leaf.expression, exp.Select) else ():
                if projection.alias_or_name == column.name:
                    inner = projection.unalias()
                    for part in added(inner.this if isinstance(inner, exp.Sum) else inner):
                        if (found := stock_column(leaf, part, context)) is not None:
                            return found
    return None


def groups_by_time(scope: Scope, context: Context) -> bool:
    """Whether a query groups by the time column of a source, so that each of its rows is of one date or instant."""
    group = scope.expression.args.get("group")
    columns = [bare_column(node) for node in group.expressions] if group is not None else []
    for column in columns:
        source = scope.sources.get(column.table) if column is not None else None
        if column is not None and isinstance(source, exp.Table):
            declared = context.project.sources.get(table_name(source))
            if declared is not None and declared.time == column.name:
                return True
    return False

"""Warn of averages of averages: each inner one counts once, however many rows it was taken over."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import as_text, place


def warn_of_nested_averages(query: exp.Query, context: Context) -> None:
    """Note `average_of_averages` for each AVG whose argument is, or is computed from, an AVG of a scope below.

    It is computed as it is written; the mean over all rows is another number unless the groups are of one size.
    """
    for scope in traverse_scope(query):
        for average in scope.find_all(exp.Avg):
            if (inner := first_below(scope, average)) is None:
                continue
            where = place(inner, context.metric.sql)
            context.warn(
                "average_of_averages",
                f"'{as_text(average)}' averages the averages '{as_text(inner)}', each counting once for its group",
                average,
                notes=(f"the inner average is at {where}",) if where else (),
                help="for the average over all rows carry SUM and COUNT up and divide; else leave it as it is",
            )


def first_below(scope: Scope, average: exp.Avg) -> exp.Avg | None:
    """The first average of a scope below that an average's argument holds."""
    columns = average.this.find_all(exp.Column)
    return next((inner for column in columns for inner in averages_of(scope, column)), None)


def averages_of(scope: Scope, column: exp.Column) -> Iterator[exp.Avg]:
    """The averages from which a column of a scope is computed, in all branches of a union."""
    source = scope.sources.get(column.table)
    if not isinstance(source, Scope) or not isinstance(source.expression, exp.Query):
        return
    names = source.expression.named_selects
    if column.name in names:
        yield from averages_at(source, names.index(column.name))


def averages_at(scope: Scope, position: int) -> Iterator[exp.Avg]:
    """The averages from which an output column of a scope is computed."""
    if isinstance(scope.expression, exp.SetOperation):
        for branch in scope.union_scopes:
            yield from averages_at(branch, position)
    elif isinstance(scope.expression, exp.Select):
        value = scope.expression.selects[position].unalias()
        yield from value.find_all(exp.Avg)
        for column in value.find_all(exp.Column):
            yield from averages_of(scope, column)

"""Warn of window functions that would run on over the author's history, and here begin again in each bucket."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.tables import table_name
from gnomon.rewrite.times import comparisons, conjuncts

Origin = tuple[str, str]


def warn_of_restarting_frames(query: exp.Query, context: Context) -> None:
    """Note `frame_restarts` for each cumulative frame that is ordered by a column between the bounds."""
    scopes = list(traverse_scope(query))
    times = {
        origin
        for scope in scopes
        for term in conjuncts(scope.expression.args.get("where"))
        for comparison in comparisons(term)
        if (origin := origin_of(scope, comparison.column)) is not None
    }
    for scope in scopes:
        named = {window.name: window for window in scope.expression.args.get("windows") or []}
        for window in scope.find_all(exp.Window):
            frame = named.get(window.alias, window)
            order = frame.args.get("order")
            if order is None or not is_cumulative(window, frame):
                continue
            columns = [column for term in order.expressions for column in term.find_all(exp.Column)]
            if any(origin_of(scope, column) in times for column in columns):
                context.warn(
                    "frame_restarts",
                    f"'{as_text(window.this)}' adds up in the order of time, and begins again in each bucket or window",
                    window,
                    help="read a longer history from a peer, or compute the running part in a model of its own",
                )


def is_cumulative(window: exp.Window, frame: exp.Window) -> bool:
    """Whether a frame, its own or a named one, takes in all from the partition's beginning; ranks have no frame."""
    if not isinstance(window.this, exp.AggFunc) or isinstance(window.this, exp.RowNumber):
        return False
    spec = frame.args.get("spec")
    return spec is None or str(spec.args.get("start")).upper() == "UNBOUNDED"


def origin_of(scope: Scope, column: exp.Column) -> Origin | None:
    """The table and column that a column passes on as it is."""
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        return table_name(source), column.name
    if isinstance(source, Scope) and isinstance(source.expression, exp.Select):
        for projection in source.expression.expressions:
            inner = projection.unalias()
            if projection.alias_or_name == column.name and isinstance(inner, exp.Column):
                return origin_of(source, inner)
    return None

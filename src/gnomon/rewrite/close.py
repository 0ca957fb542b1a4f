"""Give the time macros their meaning for one stretch of time: the metric over exactly one bucket or window.

The bounds are expressions: literals for one date, or the columns of a table of dates beside the query.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import bucket_start, days_between, move
from gnomon.rewrite.own_moves import moved_bucket, moved_day
from gnomon.rewrite.parse import marker
from gnomon.rewrite.terms import clock_type
from gnomon.rewrite.times import (
    BOUNDS,
    Comparison,
    closes_window,
    comparisons,
    is_hourly,
    opens_window,
    scope_markers,
    time_column,
)
from gnomon.time import Cron, Grain, OwnAggregation, Rolling, TimeAggregation, ToDate, own_grain


@dataclass(frozen=True, slots=True)
class Window:
    """One row's stretch of time `[start, end)`: DATEs, or naive UTC TIMESTAMPs for an hourly variant."""

    sample: exp.Expr
    start: exp.Expr
    end: exp.Expr


def close(query: exp.Query, window: Window, context: Context) -> exp.Query:
    """Replace every time macro of a query; changes the query in place."""
    over_dates = orders_by_date(query)
    for scope in traverse_scope(query):
        close_comparisons(scope, window, context)
        align_peers(scope, None if over_dates else window.sample, context)
    for scope in traverse_scope(query):
        close_values(scope, window, context)
    return query


def close_comparisons(scope: Scope, window: Window, context: Context) -> None:
    """Replace the comparisons of a column with a bound in one scope."""
    for node in list(scope.find_all(exp.Between, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        found = list(comparisons(node))
        if found and (not isinstance(node, exp.Between) or len(found) == 2):
            terms = [compare(comparison, window, scope, context) for comparison in found]
            node.replace(exp.and_(*terms, copy=False, wrap=False) if len(terms) > 1 else terms[0])


def close_values(scope: Scope, window: Window, context: Context) -> None:
    """Replace the time macros that stand for values in one scope, innermost first."""
    for call in reversed(scope_markers(scope)):
        call.replace(value(call, window, scope, context))


def close_offsets(scope: Scope, context: Context) -> None:
    """Replace the macros of one scope that only move or truncate a date, whatever the row's own bounds are."""
    for call in reversed(scope_markers(scope)):
        if marker(call) in ("bucket", "rolling_window_offset", "relative_window_sample_date"):
            call.replace(moved(call, scope, context))


def compare(comparison: Comparison, window: Window, scope: Scope, context: Context) -> exp.Expr:
    """A comparison with a bound: the half-open one where it opens or closes the window, else as it is directed.

    The end is the instant after the last included day: `<=` it is the same as `<`, and `>` the same as `>=`.
    """
    time = time_column(scope, comparison.column.copy(), context)
    day = (window.start if comparison.bound == "start" else window.end).copy()
    operator = comparison.operator
    if opens_window(comparison):
        operator = exp.GTE
    elif closes_window(comparison):
        operator = exp.LT
    elif comparison.bound == "end":
        operator = exp.GTE
    if is_hourly(context):
        return operator(this=time.hour(), expression=day)
    return operator(this=time.column, expression=time.at(day))


def orders_by_date(query: exp.Query) -> bool:
    """Whether a query only goes over its peers' rows in the order of their sample dates, as LAG does."""
    windows = [window.args["order"] for window in query.find_all(exp.Window) if window.args.get("order")]
    ordered = any(column.name == "metrics_sample_date" for order in windows for column in order.find_all(exp.Column))
    return ordered and not any(marker(node) in BOUNDS for node in query.find_all(exp.Anonymous))


def align_peers(scope: Scope, sample: exp.Expr | None, context: Context) -> None:
    """Keep only the row's own sample date of a peer at the same interval, unless the author relates its date.

    Without a sample date all dates are kept, and several peers are joined by theirs.
    """
    select = scope.expression
    if not isinstance(select, exp.Select):
        return
    for alias, source in scope.selected_sources.items():
        table = source[1]
        if not isinstance(table, exp.Table) or not is_aligned_peer(table, context):
            continue
        if not relates_date(scope, alias):
            date = exp.column("metrics_sample_date", table=alias)
            if sample is None:
                sample = date
                continue
            term = date.eq(sample.copy())
            join = table.parent
            if isinstance(join, exp.Join) and join.side:
                join.set("on", exp.and_(join.args.get("on"), term, copy=False))
            else:
                select.where(term, copy=False)


def is_aligned_peer(table: exp.Table, context: Context) -> bool:
    """Whether a table is a peer at the variant's own interval."""
    peer = context.peers.get(table.meta.get("peer", ""))
    return peer is not None and peer.interval == context.variant.interval


def relates_date(scope: Scope, alias: str) -> bool:
    """Whether a predicate of the query mentions the sample date of a table."""
    return any(
        column.table == alias
        and column.name == "metrics_sample_date"
        and column.find_ancestor(exp.Join, exp.Where, exp.Select) is not scope.expression
        for column in scope.columns
    )


def value(node: exp.Expr, window: Window, scope: Scope, context: Context) -> exp.Expr:
    """What a time macro stands for as a value."""
    name = marker(node)
    if name == "metrics_sample_date":
        return window.sample.copy()
    if name in ("metrics_start", "metrics_end"):
        return bound_value(node, window, context)
    if name == "metrics_sample_interval_length":
        return interval_length(node, window, context)
    return moved(node, scope, context)


def moved(node: exp.Expr, scope: Scope, context: Context) -> exp.Expr:
    """A date truncated to a grain, or moved by whole windows."""
    if marker(node) != "bucket":
        return offset(node, context)
    column, grain = node.expressions[0].copy(), Grain(node.expressions[1].name)
    day = column
    if isinstance(column, exp.Column):
        time = time_column(scope, column, context)
        day = time.hour() if grain is Grain.HOUR else time.date()
    return bucket_start(day, grain, calendar=context.project.calendar, dialect=context.dialect)


def bound_value(node: exp.Expr, window: Window, context: Context) -> exp.Expr:
    """A bound as a value: the first day and the last included day, or the half-open instants as timestamps."""
    kind = node.expressions[0].name.upper() if node.expressions else "DATE"
    if kind not in ("DATE", "TIMESTAMP"):
        raise context.fail(
            "macro_arguments", f"a bound is a DATE or a TIMESTAMP, not '{kind}'", node, help="write 'DATE'"
        )
    is_start = marker(node) == "metrics_start"
    day = (window.start if is_start else window.end).copy()
    if kind == "TIMESTAMP":
        return exp.cast(day, clock_type(context.dialect))
    if is_hourly(context):
        return exp.cast(day if is_start else move(day, Grain.HOUR, -1, dialect=context.dialect), "DATE")
    return day if is_start else move(day, Grain.DAY, -1, dialect=context.dialect)


def interval_length(node: exp.Expr, window: Window, context: Context) -> exp.Expr:
    """The true length of the row's bucket or window, in days."""
    unit = node.expressions[1].name.lower() if len(node.expressions) > 1 else "day"
    if unit != "day" or is_hourly(context):
        raise context.fail(
            "macro_arguments", "'@metrics_sample_interval_length' counts days, of variants of a day or more", node,
            help="write @metrics_sample_interval_length(t, 'day')",
        )  # fmt: skip
    return exp.paren(days_between(window.start.copy(), window.end.copy(), dialect=context.dialect))


def offset(node: exp.Expr, context: Context) -> exp.Expr:
    """The sample date of the window n whole windows away; in a time aggregation, of the bucket n buckets away.

    To date, it is the same day of the bucket n buckets away: the date moved by n grains, clamped at month ends. Where
    the sample dates are last days of months, they stay so.
    """
    name, args, interval = marker(node), [part.copy() for part in node.expressions], context.variant.interval
    relative = name == "relative_window_sample_date"
    if len(args) != (4 if relative else 2):
        signature = "(base, window, unit, n)" if relative else "(date, n)"
        raise context.fail("macro_arguments", f"'@{name}' takes {signature}", node)
    if relative and args[1].name.isdigit():
        interval = Rolling(int(args[1].name), Grain(args[2].name.lower()))
    count = int(args[-1].sql()) if args[-1].sql().lstrip("-").isdigit() else None
    if (own := own_grain(interval)) is not None:
        if not count:
            raise context.fail("macro_arguments", f"'@{name}' moves by a number of buckets here, other than 0", node)
        if isinstance(interval, OwnAggregation):
            return moved_bucket(args[0], own, count, context.dialect)
        if isinstance(interval, ToDate) and interval.cron is not Cron.DAILY:
            message = f"'@{name}' moves only the daily sample dates of {interval.suffix}"
            raise context.fail("no_grain", message, node, help="leave cron out of to_date:")
        return moved_day(args[0], own, count, context.dialect)
    if isinstance(interval, TimeAggregation | ToDate):
        steps = count if count is not None else args[-1]
        assert isinstance(interval.grain, Grain)
        if isinstance(interval, ToDate) and interval.cron.grain.months:
            return move_last_day(args[0], interval.grain, steps, context.dialect)
        return move(args[0], interval.grain, steps, dialect=context.dialect)
    if isinstance(interval, Rolling):
        size = exp.Literal.number(interval.window)
        steps = count * interval.window if count is not None else exp.Mul(this=exp.paren(args[-1]), expression=size)
        if interval.cron is Cron.HOURLY:
            hours = steps if interval.unit is Grain.HOUR else times24(steps)
            return move(args[0], Grain.HOUR, hours, dialect=context.dialect)
        return move_last_day(args[0], interval.unit, steps, context.dialect)
    raise context.fail("no_grain", f"'@{name}' has no meaning in over_all_time", node)


def move_last_day(day: exp.Expr, grain: Grain, steps: int | exp.Expr, dialect: str) -> exp.Expr:
    """The last day before the instant that ends a DATE, moved by some grains: the last of a month stays the last."""
    after = move(day, Grain.DAY, 1, dialect=dialect)
    return move(move(after, grain, steps, dialect=dialect), Grain.DAY, -1, dialect=dialect)


def times24(steps: int | exp.Expr) -> int | exp.Expr:
    """Days as hours."""
    return steps * 24 if isinstance(steps, int) else exp.Mul(this=exp.paren(steps), expression=exp.Literal.number(24))

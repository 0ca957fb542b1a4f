"""Time columns and the bound macros: which column is compared with a bound, how, and what a bound means there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.rewrite.context import Context, Moment
from gnomon.rewrite.parse import METRIC_ID, marker
from gnomon.rewrite.source_time import boundary, local_date, local_hour
from gnomon.rewrite.tables import column_of, table_name
from gnomon.time import Calendar, Cron, Grain, TimeAggregation, Windowed

BOUNDS = {"metrics_start": "start", "metrics_end": "end"}
WINDOW_BOUNDS = {"window_start": "start", "window_end": "end"}
FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE}


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A time column as one query sees it; `type` in the project's dialect, None where unknown."""

    column: exp.Column
    type: str | None
    zone: str
    context: Context

    def date(self) -> exp.Expr:
        """The local DATE of each row."""
        return local_date(
            self.column, type=self.type, source_zone=self.zone, calendar=self.calendar,
            dialect=self.context.dialect, type_dialect=self.context.project.dialect,
        )  # fmt: skip

    def hour(self) -> exp.Expr:
        """The hour of each row, a naive UTC TIMESTAMP."""
        return local_hour(
            self.column, type=self.type, source_zone=self.zone, calendar=self.calendar,
            dialect=self.context.dialect, type_dialect=self.context.project.dialect,
        )  # fmt: skip

    def at(self, day: exp.Expr) -> exp.Expr:
        """What to compare the column with so that `>=` begins and `<` ends at a local midnight.

        For a bound of the table of dates it is a column of that table, so that it is computed once for each date.
        """
        found = boundary(
            day, type=self.type, source_zone=self.zone, calendar=self.calendar,
            dialect=self.context.dialect, type_dialect=self.context.project.dialect,
        )  # fmt: skip
        if isinstance(day, exp.Column) and day.name in WINDOW_BOUNDS and found != day:
            name = self.context.moment(Moment(WINDOW_BOUNDS[day.name], self.type, self.zone))
            return exp.column(name, table=day.table)
        return found

    @property
    def calendar(self) -> Calendar:
        return self.context.project.calendar


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column <operator> bound`, with the column on the left; `node` is where it stands."""

    node: exp.Expr
    column: exp.Column
    operator: type[exp.Expr]
    bound: str


def is_hourly(context: Context) -> bool:
    """Whether the variant's sample dates are hours."""
    interval = context.variant.interval
    if isinstance(interval, Windowed):
        return interval.cron is Cron.HOURLY
    return isinstance(interval, TimeAggregation) and interval.grain is Grain.HOUR


def time_column(scope: Scope, column: exp.Column, context: Context) -> TimeColumn:
    """A column as a time column: its type and zone are those of the source's column that it passes on."""
    source = scope.sources.get(column.table)
    if isinstance(source, Scope) and isinstance(source.expression, exp.Select):
        for projection in source.expression.expressions:
            inner = projection.unalias()
            if projection.alias_or_name == column.name and isinstance(inner, exp.Min | exp.Max):
                inner = inner.this
            if projection.alias_or_name == column.name and isinstance(inner, exp.Column):
                found = time_column(source, inner, context)
                return TimeColumn(column, found.type, found.zone, context)
    zone = context.project.calendar.time_zone
    if isinstance(source, exp.Table):
        name = table_name(source)
        peer = context.peers.get(name)
        if peer is not None:
            return TimeColumn(column, "DATE" if column.name == "metrics_sample_date" else None, zone, context)
        declared = column_of(context, name, column.name)
        if name in context.project.sources:
            zone = context.project.sources[name].time_zone
        return TimeColumn(column, declared.type if declared else None, zone, context)
    return TimeColumn(column, None, zone, context)


def bare_column(node: exp.Expr) -> exp.Column | None:
    """The column under parentheses and casts to a date or timestamp, which do not change which day a row is in."""
    while isinstance(node, exp.Paren | exp.TsOrDsToDate | exp.Date) or is_time_cast(node):
        node = node.this
    return node if isinstance(node, exp.Column) else None


def is_time_cast(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEMPORAL_TYPES


def bound_name(node: exp.Expr | None) -> str | None:
    """`start` or `end` where a node is a bound macro, perhaps within a cast; None otherwise."""
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return BOUNDS.get(marker(node) or "")


def comparisons(node: exp.Expr) -> Iterator[Comparison]:
    """The comparisons of a column with a bound that a single predicate makes: one, or two for BETWEEN."""
    if isinstance(node, exp.Between):
        column = bare_column(node.this)
        if column is not None:
            ends: tuple[tuple[str, type[exp.Expr]], ...] = (("low", exp.GTE), ("high", exp.LTE))
            for arg, operator in ends:
                bound = bound_name(node.args[arg])
                if bound is not None:
                    yield Comparison(node, column, operator, bound)
    elif isinstance(node, exp.Binary) and type(node) in FLIPPED:
        for side, other, operator in (
            (node.left, node.right, type(node)),
            (node.right, node.left, FLIPPED[type(node)]),
        ):
            column, bound = bare_column(side), bound_name(other)
            if column is not None and bound is not None:
                yield Comparison(node, column, operator, bound)


def opens_window(comparison: Comparison) -> bool:
    """Whether a comparison keeps the rows from the window's start on."""
    return comparison.bound == "start" and comparison.operator in (exp.GT, exp.GTE)


def closes_window(comparison: Comparison) -> bool:
    """Whether a comparison keeps the rows up to the window's end."""
    return comparison.bound == "end" and comparison.operator in (exp.LT, exp.LTE)


def conjuncts(where: exp.Expr | None) -> list[exp.Expr]:
    """The terms of a top-level AND."""
    if where is None:
        return []
    node = where.this if isinstance(where, exp.Where) else where
    if isinstance(node, exp.And):
        return [*conjuncts(node.left), *conjuncts(node.right)]
    return conjuncts(node.this) if isinstance(node, exp.Paren) else [node]


def scope_markers(scope: Scope) -> list[exp.Anonymous]:
    """The time macros that stand in a scope itself, not in a query inside it."""
    return [node for node in scope.find_all(exp.Anonymous) if is_time_macro(node)]


def is_time_macro(node: exp.Expr) -> bool:
    """Whether a node is a macro whose meaning depends on the row's date."""
    return marker(node) not in (None, METRIC_ID)

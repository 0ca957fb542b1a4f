"""Aggregates and window functions: many rows into one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.keyed import narrowed
from gnomon.check.units.messages import shown, side
from gnomon.check.units.rules.arithmetic import over, raised, times
from gnomon.check.units.rules.plain import PROPORTION, UNITLESS, unknown
from gnomon.check.units.values import (
    UNKNOWN,
    Diagnostic,
    Known,
    Literal,
    NotQuantity,
    RowTyped,
    Unknown,
    Value,
)
from gnomon.units.algebra import unit_of
from gnomon.units.symbols import plain

ZERO_ONE = frozenset({Fraction(0), Fraction(1)})


def counted(label: str | None) -> Known:
    """A number of things."""
    return Known(unit_of(plain("count", label)), nature="count")


def gather(node: exp.Expr, argument: exp.Expr, frame: Frame) -> Value:
    """An aggregate's argument, over all rows of a group, or of the partition where it is a window function."""
    groups = frame.partition if frame.partition is not None else frame.groups or ()
    value = frame.gathered(node, frame.inside().value(argument), groups)
    return narrowed(value, frame.facts, frame.run.vocabulary) if isinstance(value, RowTyped) else value


def others(node: exp.Expr, frame: Frame, *read: str) -> None:
    """Read the remaining arguments for the mistakes in them."""
    frame.visit(*(argument for name, argument in node.args.items() if name not in read))


# One value of many


def total(node: Node, frame: Frame) -> Value:
    """SUM: the unit stays. Of zeros and ones it is a count; a stock summed up remembers that it was one."""
    value = gather(node, node.this, frame)
    if isinstance(value, Literal):
        ones = value.numbers is not None and value.numbers <= ZERO_ONE
        return counted(frame.row_label()) if ones else UNKNOWN
    lint(node, value, frame, "adds up", "add up what it is made of, then divide", code="sum_of_intensive")
    return frame.lifted([value], lambda values: summed_up(values[0]))


def summed_up(value: Value) -> Value:
    if isinstance(value, Known):
        return replace(value, nature="stocks" if value.nature in ("stock", "stocks") else flows(value))
    return value


def flows(value: Known) -> Node:
    return value.nature if value.nature in ("flow", "count", "days") else None


def mean(node: Node, frame: Frame) -> Value:
    """AVG: the unit stays. Of zeros and ones it is a proportion."""
    value = gather(node, node.this, frame)
    if isinstance(value, Literal):
        return PROPORTION if value.numbers is not None and value.numbers <= ZERO_ONE else UNKNOWN
    lint(node, value, frame, "averages", "divide the sums: SUM(...) / SUM(...)", code="average_of_ratio")
    return value


def lint(node: exp.Expr, value: Value, frame: Frame, verb: str, help: str, *, code: str) -> None:
    """Note that rates are put together as if they were amounts."""
    if isinstance(value, Known) and is_rate(value):
        text = "points in time" if value.nature == "instant" else "ratios"
        message = f"'{shown(node, frame.run)}' {verb} {text}"
        frame.run.report(Diagnostic(code, "info", message, node, (side(node.this, value, frame.run),), help))


def is_rate(value: Known) -> bool:
    """Whether a quantity is one per another, or a share: what does not add up."""
    return (
        value.nature in ("rate", "instant")
        or value.product.word in ("percentage", "proportion")
        or any(exponent < 0 for _, exponent in value.product.powers)
    )


def pick(node: Node, frame: Frame) -> Value:
    """MIN, MEDIAN, ANY_VALUE, ARG_MAX: one of the values, or between them."""
    value = gather(node, node.this, frame)
    others(node, frame, "this")
    return value


def pick_by(node: Node, frame: Frame) -> Value:
    """ARG_MAX(x, y): an x; the y are compared, so they have one unit."""
    value = gather(node, node.this, frame)
    return UNKNOWN if is_mixed(node, node.expression, frame) else value


def in_order(node: Node, frame: Frame) -> Value:
    """`FIRST(x ORDER BY y)`: an x; the y are compared."""
    terms = [term.this for term in node.expressions]
    frame.visit(terms)
    value = frame.value(node.this) if node.this is not None else UNKNOWN
    return UNKNOWN if any(is_mixed(term, term, frame) for term in terms) else value


def is_mixed(node: exp.Expr, argument: exp.Expr, frame: Frame) -> bool:
    """Whether an aggregate puts rows of different units together; it is reported."""
    value = frame.inside().value(argument)
    return isinstance(value, RowTyped) and gather(node, argument, frame) is UNKNOWN


def named_mean(node: Node, frame: Frame) -> Value:
    """DuckDB's `MEAN(x)` and the like, for which SQLGlot has no class: the unit of x."""
    frame.visit(node.expressions[1:])
    value = gather(node, node.expressions[0], frame) if node.expressions else UNKNOWN
    return value if not isinstance(value, Literal) else UNKNOWN


NAMED = ("mean", "favg", "fsum", "sumkahan", "kahan_sum", "mad")
"""Aggregates without a class of their own, each of which keeps the unit."""


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node puts the rows of a group together, and not those of a window."""
    is_named = isinstance(node, exp.Anonymous) and node.name.lower() in NAMED
    return (is_named or isinstance(node, exp.AggFunc)) and not is_over(node)


def is_over(node: exp.Expr) -> bool:
    """Whether an aggregate is a window function."""
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup):
        parent = parent.parent
    return isinstance(parent, exp.Window)


def within_group(node: Node, frame: Frame) -> Value:
    """`PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)`: the unit of x."""
    ordered = node.expression.expressions
    if not isinstance(node.this, exp.PercentileCont | exp.PercentileDisc | exp.Mode | exp.Quantile) or not ordered:
        return unknown(node, frame)
    return gather(node, ordered[0].this, frame)


def spread(exponent: int) -> Callable[[Node, Frame], Value]:
    """A rule for STDDEV (1) and VARIANCE (2)."""

    def rule(node: Node, frame: Frame) -> Value:
        value = gather(node, node.this, frame)
        return UNKNOWN if isinstance(value, Literal) else frame.lifted([value], lambda v: power_of(v[0], exponent))

    return rule


def power_of(value: Value, exponent: int) -> Value:
    result = raised(value, Fraction(exponent)) if exponent != 1 else value
    return replace(result, nature=None) if isinstance(result, Known) else result


def product_of_two(node: Node, frame: Frame) -> Value:
    """COVAR: the product of both."""
    values = [gather(node, node.this, frame), gather(node, node.expression, frame)]
    return frame.lifted(values, lambda v: times(v[0], v[1], frame))


def slope(node: Node, frame: Frame) -> Value:
    """REGR_SLOPE(y, x): y per x."""
    values = [gather(node, node.this, frame), gather(node, node.expression, frame)]
    return frame.lifted(values, lambda v: over(v[0], v[1], frame))


def first_of(node: Node, frame: Frame) -> Value:
    """REGR_INTERCEPT(y, x), REGR_AVGY: the unit of y."""
    others(node, frame, "this")
    return gather(node, node.this, frame)


def second_of(node: Node, frame: Frame) -> Value:
    """REGR_AVGX(y, x): the unit of x."""
    others(node, frame, "expression")
    return gather(node, node.expression, frame)


def unitless_of_rows(node: Node, frame: Frame) -> Value:
    """CORR, SKEWNESS: a number, of rows that have one unit."""
    found = [gather(node, part, frame) for part in node.iter_expressions()]
    return frame.lifted(found, lambda values: UNKNOWN if any(isinstance(v, Unknown) for v in values) else UNITLESS)


# Counts


def count(node: Node, frame: Frame) -> Value:
    """COUNT: of rows by the table's label, of distinct keys by the key's; never the argument's unit."""
    others(node, frame)
    argument = node.this
    if isinstance(argument, exp.Distinct):
        only = single(argument.expressions)
        return different(frame.value(only)) if only is not None else counted(None)
    return counted(frame.row_label())


def different(value: Value) -> Known:
    """How many different values there are; of dates that is as good a number of days."""
    known = counted(entity_of(value))
    return replace(known, nature="days") if isinstance(value, NotQuantity) and value.kind == "date" else known


def count_distinct(node: Node, frame: Frame) -> Value:
    """APPROX_COUNT_DISTINCT."""
    others(node, frame)
    return different(frame.value(node.this))


def count_rows(node: Node, frame: Frame) -> Value:
    """COUNT_IF: rows where something holds."""
    others(node, frame)
    return counted(frame.row_label())


def single(nodes: Sequence[exp.Expr]) -> exp.Expr | None:
    return nodes[0] if len(nodes) == 1 else None


def entity_of(value: Value) -> str | None:
    return value.entity if isinstance(value, Unknown | NotQuantity) else None


# Filters


def filtered(node: Node, frame: Frame) -> Value:
    """`SUM(x) FILTER (WHERE ...)`: the rows are those where the condition is true."""
    condition = node.expression.this
    frame.visit(condition)
    return frame.filtered(condition).value(node.this)


def sum_if(node: Node, frame: Frame) -> Value:
    """ClickHouse's `sumIf(x, condition)` and the like, which keep the unit of x."""
    name = node.name.lower()
    arguments = node.expressions
    frame.visit(arguments)
    if not arguments or not name.endswith("if"):
        return UNKNOWN
    inner = frame.filtered(arguments[-1])
    if name in KEPT_IF:
        return gather(node, arguments[0], inner)
    return counted(None) if name in ("uniqif", "uniqexactif") else UNKNOWN


KEPT_IF = ("sumif", "avgif", "minif", "maxif", "anyif", "medianif")


def collected(node: Node, frame: Frame) -> Value:
    """ARRAY_AGG: an array has the unit of its elements."""
    argument = node.this
    while isinstance(argument, exp.Order | exp.Distinct | exp.Limit):
        frame.visit(argument.args.get("expression"))
        argument = argument.this if argument.this is not None else argument.expressions[0]
    return gather(node, argument, frame)

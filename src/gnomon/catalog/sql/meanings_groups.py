"""Rules of aggregates, windows and groups, for DuckDB."""

from __future__ import annotations

from sqlglot import exp

from gnomon.catalog.sql.known_types import kind
from gnomon.catalog.sql.meanings import Answer, Refused
from gnomon.catalog.sql.meanings_values import as_double

UNSCALED = {exp.DType.DECIMAL, exp.DType.UNKNOWN}


def total(node: exp.Expr) -> None:
    """A sum or an average of texts is of doubles."""
    as_double(node)


def counted(node: exp.Expr) -> Answer:
    """COUNT of several columns counts the rows that have all of them."""
    if not node.expressions:
        return None
    missing = exp.or_(*(each.copy().is_(exp.null()) for each in (node.this, *node.expressions)))
    return exp.Count(this=exp.case().when(exp.not_(missing), exp.Literal.number(1)))


def percentile(node: exp.Expr) -> Answer:
    """percentile interpolates, as doubles."""
    return "QUANTILE_CONT(CAST(:this AS DOUBLE), :quantile)"


def within(node: exp.Expr) -> None:
    """percentile_cont of decimals is a double."""
    for ordered in node.expression.find_all(exp.Ordered):
        if isinstance(node.this, exp.PercentileCont) and kind(ordered.this) in UNSCALED:
            ordered.set("this", exp.cast(ordered.this, "double"))


def skewness(node: exp.Expr) -> Answer:
    """The population's skewness, of the sample's."""
    if isinstance(node.parent, exp.Filter | exp.Window):
        return Refused("it is the sample's", "put the condition into the argument: skewness(CASE WHEN ... THEN x END)")
    return (
        "CASE WHEN COUNT(:this) > 2 AND VAR_POP(:this) > 0 THEN "
        "SKEWNESS(:this) * (COUNT(:this) - 2) / SQRT(COUNT(:this) * (COUNT(:this) - 1)) "
        "WHEN VAR_POP(:this) > 0 THEN 0 END"
    )


def first(node: exp.Expr) -> Answer:
    """first_value without a window."""
    return None if in_window(node) else "FIRST(:this)"


def in_window(node: exp.Expr) -> bool:
    """Whether a function is a window's own."""
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        parent = parent.parent
    return isinstance(parent, exp.Window)


def extreme(node: exp.Expr) -> Answer:
    """MAX and MIN of structs see nulls otherwise."""
    odd = kind(node.this) is exp.DType.STRUCT or isinstance(node.this, exp.Struct)
    return Refused("a null in a struct is ordered otherwise", "write max_by or min_by") if odd else None


def gathered(node: exp.Expr) -> Answer:
    """collect_list and collect_set of nothing are empty lists: around the call with its FILTER and window."""
    inner = node
    while isinstance(inner, exp.Filter | exp.Window):
        inner = inner.this
    if not isinstance(inner, exp.ArrayAgg | exp.ArrayUniqueAgg) or isinstance(node.parent, exp.Filter | exp.Window):
        return None
    return "COALESCE(:self, [])"


def grouped(node: exp.Expr) -> None:
    """WITH ROLLUP and WITH CUBE."""
    for key in ("rollup", "cube"):
        for each in node.args.get(key) or ():
            if not each.expressions:
                each.set("expressions", node.expressions)
                node.set("expressions", [])

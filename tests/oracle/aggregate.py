"""Aggregates of lists of rows, in fractions, each with the slack that a correct engine may need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from oracle.logic import Row, columns_of, compare, truth, value_of
from oracle.model import Agg, AggExpr, Having, Minus, Number, OrZero, Ratio

RELATIVE = Fraction(1, 10**9)
"""Floats agree within 1e-9 x SUM(|x|) / d, d being the plan's own divisor."""
ROUNDING = Fraction(1, 10**12)
"""What one division or one interpolation of exact numbers may round."""


def aggregate(expr: AggExpr, rows: Sequence[Row], types: Mapping[str, str]) -> Number:
    """An aggregate expression over rows; `types` says which columns are floats."""
    match expr:
        case Agg():
            return simple(expr, rows, types)
        case OrZero(inner):
            found = aggregate(inner, rows, types)
            return Number(Fraction(0)) if found.value is None else found
        case Minus(left, right):
            return minus(aggregate(left, rows, types), aggregate(right, rows, types))
        case Ratio(above, below):
            return divide(aggregate(above, rows, types), aggregate(below, rows, types))


def minus(a: Number, b: Number) -> Number:
    """The difference, null where either is."""
    if a.value is None or b.value is None:
        return Number(None)
    return Number(a.value - b.value, a.slack + b.slack)


def divide(a: Number, b: Number) -> Number:
    """The quotient, null where either is or the divisor is zero. The divisor must be exact."""
    if a.value is None or b.value is None or b.value == 0:
        return Number(None)
    value = Fraction(a.value) / b.value
    return Number(value, a.slack / abs(b.value) + ROUNDING * abs(value))


def simple(agg: Agg, rows: Sequence[Row], types: Mapping[str, str]) -> Number:
    """One aggregate function over the rows that its FILTER lets through."""
    if agg.where is not None:
        rows = [row for row in rows if truth(agg.where, row) is True]
    if agg.func == "count_rows":
        return Number(Fraction(len(rows)))
    assert agg.value is not None
    values = [value for row in rows if (value := value_of(agg.value, row)) is not None]
    floats = any(types.get(column) == "double" for column in columns_of(agg.value))
    return of_values(agg.func, values, floats, agg.at)


def of_values(func: str, values: Sequence[Any], floats: bool, at: float = 0.5) -> Number:
    """A function of the values that are not null."""
    if func == "count":
        return Number(Fraction(len(values)))
    if func == "count_distinct":
        return Number(Fraction(len(set(values))))
    if not values:
        return Number(None)
    if func in ("min", "max"):
        return Number(min(values) if func == "min" else max(values))
    slack = RELATIVE * sum(abs(value) for value in values) if floats else Fraction(0)
    total, count = sum(values, Fraction(0)), len(values)
    if func == "sum":
        return Number(total, slack)
    if func == "avg":
        return Number(total / count, slack / count + ROUNDING * abs(total) / count)
    if func in ("var_pop", "var_samp"):
        return variance(func, values)
    return interpolated(sorted(values), Fraction(1, 2) if func == "median" else Fraction(str(at)))


def variance(func: str, values: Sequence[Any]) -> Number:
    """Population or sample variance; the latter is null for one value."""
    count = len(values)
    mean = sum(values, Fraction(0)) / count
    squares = sum(((value - mean) ** 2 for value in values), Fraction(0))
    divisor = count if func == "var_pop" else count - 1
    if divisor == 0:
        return Number(None)
    return Number(squares / divisor, RELATIVE * squares / divisor + ROUNDING * max(abs(v) for v in values) ** 2)


def interpolated(ordered: Sequence[Any], at: Fraction) -> Number:
    """The continuous quantile: linear between the two nearest ranks."""
    place = at * (len(ordered) - 1)
    low = ordered[int(place)]
    high = ordered[min(int(place) + 1, len(ordered) - 1)]
    value = low + (high - low) * (place - int(place))
    return Number(value, ROUNDING * (abs(low) + abs(high)))


def keeps(having: Having | None, rows: Sequence[Row], types: Mapping[str, str]) -> bool:
    """Whether a group passes HAVING; an unknown comparison does not."""
    if having is None:
        return True
    found = simple(having.agg, rows, types).value
    return found is not None and compare(found, having.op, Fraction(having.number))

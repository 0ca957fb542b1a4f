"""Aggregates of lists of rows, in fractions, each with the slack that a correct engine may need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite, isqrt
from typing import Any

from oracle.formula import Add, Agg, AggExpr, Having, Minus, Number, OrZero, Ratio, When
from oracle.logic import Row, columns_of, compare, passes, value_of

RELATIVE = Fraction(1, 10**9)
"""Floats agree within 1e-9 x SUM(|x|) / d, d being the plan's own divisor."""
ROUNDING = Fraction(1, 10**12)
"""What one division or one interpolation of exact numbers may round."""
ENGINES = Fraction(1, 2**45)
"""What an engine's own variance may lose of a value's digits, for each value, in distances to a mean."""
CAST = Fraction(1, 2**51)
"""What the cast of a number of more than 53 bits to DOUBLE may round twice."""


def aggregate(expr: AggExpr, rows: Sequence[Row], types: Mapping[str, str]) -> Number:
    """An aggregate expression over rows; `types` says which columns are floats."""

    def part(inner: AggExpr) -> Number:
        return aggregate(inner, rows, types)

    match expr:
        case Agg():
            return simple(expr, rows, types)
        case OrZero(inner):
            found = part(inner)
            return Number(Fraction(0)) if found.value is None else found
        case Minus(left, right):
            return minus(part(left), part(right))
        case Add(left, right):
            return plus(part(left), part(right))
        case Ratio(above, below):
            return divide(part(above), part(below))
        case When(agg, op, number, then, otherwise):
            tested = part(agg).value
            chosen = then if tested is not None and compare(tested, op, Fraction(number)) else otherwise
            return Number(None) if chosen is None else part(chosen)


def minus(a: Number, b: Number) -> Number:
    """The difference, null where either is."""
    if a.value is None or b.value is None:
        return Number(None)
    return Number(a.value - b.value, a.slack + b.slack)


def plus(a: Number, b: Number) -> Number:
    """The sum, null where either is."""
    if a.value is None or b.value is None:
        return Number(None)
    return Number(a.value + b.value, a.slack + b.slack)


def divide(a: Number, b: Number) -> Number:
    """The quotient, null where either is or the divisor is zero, which a divisor that is not exact must not be near."""
    if a.value is None or b.value is None or b.value == 0:
        return Number(None)
    if not isfinite(a.value):
        return Number(a.value / b.value)
    value = Fraction(a.value) / b.value
    return Number(value, (a.slack + abs(value) * b.slack) / (abs(b.value) - b.slack) + ROUNDING * abs(value))


def combine(op: str, left: Number, right: Number) -> Number:
    """Two amounts, subtracted or divided."""
    return minus(left, right) if op == "minus" else divide(left, right)


def simple(agg: Agg, rows: Sequence[Row], types: Mapping[str, str]) -> Number:
    """One aggregate function over the rows that its FILTER lets through."""
    if agg.func == "count_rows":
        return Number(Fraction(len(kept(agg, rows))))
    values = values_of(agg, rows)
    if agg.func in SPREADS:
        return spread(agg.func, values)
    assert agg.value is not None
    read = [types.get(column, "") for column in columns_of(agg.value)]
    found = of_values(agg.func, values, "double" in read, agg.at)
    unit = max((decimal_unit(kind) for kind in read), default=0)
    return Number(found.value, found.slack + unit) if agg.func in ("median", "quantile") else found


def kept(agg: Agg, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that the FILTER lets through."""
    return [row for row in rows if passes(agg.where, row)]


def values_of(agg: Agg, rows: Sequence[Row]) -> list[Any]:
    """The values of those that are not null."""
    assert agg.value is not None
    return [value for row in kept(agg, rows) if (value := value_of(agg.value, row)) is not None]


def decimal_unit(kind: str) -> Fraction | int:
    """The last decimal place of a type: where DuckDB cuts an interpolated decimal. 0 for other types.

    >>> decimal_unit("decimal(18,2)"), decimal_unit("double")
    (Fraction(1, 100), 0)
    """
    scale = kind.removesuffix(")").rpartition(",")[2] if kind.startswith("decimal") else ""
    return Fraction(1, 10 ** int(scale)) if scale else 0


def of_values(func: str, values: Sequence[Any], floats: bool, at: float = 0.5) -> Number:
    """A function of the values that are not null."""
    if func in ("sum_distinct", "avg_distinct"):
        return of_values(func[:3], list(set(values)), floats)
    if func == "count":
        return Number(Fraction(len(values)))
    if func == "count_distinct":
        return Number(Fraction(len(set(values))))
    if not values:
        return Number(None)
    if func in ("min", "max"):
        return as_double(extreme(func, values))
    if func in ("bool_and", "bool_or"):
        return Number(Fraction(all(values) if func == "bool_and" else any(values)))
    if func in SPREADS:
        return spread(func, values)
    if func in ("median", "quantile"):
        return interpolated(sorted(values), Fraction(1, 2) if func == "median" else Fraction(str(at)))
    return total_or_mean(func, values, floats)


def total_or_mean(func: str, values: Sequence[Any], floats: bool) -> Number:
    """A sum or an average. An infinity or NaN among the values is one in the result, as IEEE 754 adds them."""
    total, count = sum(values, Fraction(0)), len(values)
    if not isfinite(total):
        return Number(total)
    slack = RELATIVE * sum(abs(value) for value in values) if floats else Fraction(0)
    if func == "sum":
        return Number(total, slack) if floats else as_double(total)
    return Number(total / count, slack / count + ROUNDING * abs(total) / count)


def extreme(func: str, values: Sequence[Any]) -> Any:
    """The smallest or largest; NaN is above everything, as in DuckDB and Postgres."""
    numbers = [value for value in values if value == value]
    if not numbers or (func == "max" and len(numbers) < len(values)):
        return next(value for value in values if value != value)
    return min(numbers) if func == "min" else max(numbers)


def as_double(value: Any) -> Number:
    """An exact number as a DOUBLE: exactly, or the nearest one while 53 bits hold its digits.

    Above that DuckDB's own cast may round twice: of -9007199254740994 as a HUGEINT it makes -9007199254740992.
    """
    bits = 2**53 / Fraction(10**4) if isinstance(value, Fraction) and value.denominator != 1 else 2**53
    return Number(value, 0 if not isfinite(value) or abs(value) < bits else abs(value) * CAST)


SPREADS = ("var_pop", "var_samp", "stddev_pop", "stddev_samp")


def spread(func: str, values: Sequence[Any]) -> Number:
    """A variance or its root."""
    found = variance(values, 1 if func.endswith("samp") else 0)
    return root(found) if func.startswith("stddev") else found


def variance(values: Sequence[Any], freedom: int) -> Number:
    """The sum of squares around the mean over the count less a `freedom`: null for no more values than that.

    Equal values have none at all. Else it is within 1e-9 of itself, or as near as an engine's own variance of the same
    values, to which each is a DOUBLE.
    """
    divisor = len(values) - freedom
    if divisor <= 0:
        return Number(None)
    mean = sum(values, Fraction(0)) / len(values)
    squares = sum(((value - mean) ** 2 for value in values), Fraction(0)) / divisor
    if not squares:
        return Number(Fraction(0))
    lost = ENGINES * max(abs(value) for value in values)
    return Number(squares, RELATIVE * squares + lost * square_root(squares) + lost**2)


def root(number: Number) -> Number:
    """The square root, as far off as the roots of what the number may be."""
    if number.value is None:
        return number
    low, middle, high = (
        square_root(max(Fraction(0), number.value + slack)) for slack in (-number.slack, 0, number.slack)
    )
    return Number(middle, max(middle - low, high - middle) + ROUNDING * middle)


def square_root(value: Fraction) -> Fraction:
    """A square root to 30 decimals."""
    return Fraction(isqrt(int(value * 10**60)), 10**30)


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
    found = aggregate(having.agg, rows, types).value
    if having.op in ("is null", "is not null"):
        return (found is None) == (having.op == "is null")
    return found is not None and compare(found, having.op, Fraction(having.number))

"""Variances and standard deviations: how far the values of a key are from a centre that it has in all windows.

The sum of squares around a window's own mean cannot be added up from days, and `SUM(x * x) - n * mean * mean` loses
the digits in which the values differ. Distances from one centre can be added up, and of these the values themselves
are what is left after little is taken away: for 1e9 and some noise, all digits of the noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

OWN_TYPES = ("postgres",)
"""The dialects in which a variance of exact numbers is one."""


def distance(value: exp.Expr, keys: Iterable[exp.Expr], dialect: str) -> exp.Expr:
    """How far a value is from the mean of its key's values in all rows that are read; infinities are in no mean.

    >>> distance(exp.column("x"), [exp.column("k")], "duckdb").sql("duckdb")
    'CAST(x AS DOUBLE) - AVG(CASE WHEN (x - x) = 0 THEN x END) OVER (PARTITION BY k)'
    """
    is_finite = (value - value).eq(exp.Literal.number(0))  # of an infinity that is NaN
    finite = exp.case().when(is_finite, value.copy())
    centre = exp.Window(this=exp.Avg(this=finite), partition_by=[key.copy() for key in keys])
    return (value.copy() if dialect in OWN_TYPES else exp.cast(value, "DOUBLE")) - centre


def sum_of_squares(this: exp.Expr) -> exp.Expr:
    """The state of some distances that their spread is made of."""
    return exp.Sum(this=product(this, this))


def finish_spread(freedom: int, *, is_root: bool) -> Callable[..., exp.Expr]:
    """A variance from its states, or the root of one; divided by how many values there are, less a `freedom`.

    Null where there are no more values than that.
    """

    def finish(size: exp.Expr, total: exp.Expr, squares: exp.Expr, least: exp.Expr, most: exp.Expr) -> exp.Expr:
        counted = size - exp.Literal.number(freedom) if freedom else size
        divisor = exp.func("NULLIF", counted, exp.Literal.number(0))
        variance = quotient(around_the_mean(size, total, squares, most - least), divisor)
        return exp.Sqrt(this=variance) if is_root else variance

    return finish


def around_the_mean(size: exp.Expr, total: exp.Expr, squares: exp.Expr, width: exp.Expr) -> exp.Expr:
    """The sum of squares around the mean, from distances to another centre.

    It is at least half the square of what lies between the extremes, and at most a quarter of that for each value:
    these bounds keep what rounding leaves, so that it is never negative, and 0 where all values are equal.
    """
    apart = product(width, width)
    moved = squares - quotient(product(total, total), size)
    above = quotient(product(size, apart), exp.Literal.number(4))
    below = quotient(apart, exp.Literal.number(2))
    within = exp.Least(this=moved, expressions=[above], ignore_nulls=True)
    return exp.Greatest(this=within, expressions=[below], ignore_nulls=True)


def product(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    return one * other


def quotient(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    """A division of what are no integers, in whatever dialect."""
    return exp.Div(this=exp.paren(above) if isinstance(above, exp.Binary) else above, expression=below, typed=True)

"""Variances and standard deviations: means of days, and the squares around them, merged around a mean of the window.

The sum of squares around a window's own mean cannot be added up from days, and `SUM(x * x) - n * mean * mean` loses the
digits in which the values differ. A day has a mean and squares around it. Those of several days are added up around
the mean of one of them, which costs no digits as long as that day is in the window. So a key's days stand in blocks
as long as a window, which reaches over two blocks at most: it is the `tail` of one, added up around the block's last
day with values, and the `head` of the next, added up around its first. `gnomon.plan.sides` has these stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

OWN_TYPES = ("postgres",)
"""The dialects in which a variance of exact numbers is one."""
LARGEST, INFINITE = "1e150", "1e151"
"""The largest number whose square is computed; those above it become infinities, of which DuckDB refuses a variance."""
HEAD_SIZE, HEAD_MEAN, HEAD_SQUARES = "head_size", "head_mean", "head_squares"
TAIL_MEAN, TAIL_SQUARES = "tail_mean", "tail_squares"
SIDES = (HEAD_SIZE, HEAD_MEAN, HEAD_SQUARES, TAIL_MEAN, TAIL_SQUARES)
"""What a variance is put together from, besides how many values a window has."""


def distance(value: exp.Expr, keys: Iterable[exp.Expr], dialect: str) -> exp.Expr:
    """How far a value is from that value of its key, of all rows that are read, which is nearest to 0.

    That takes away what is large in all values, and adds nothing to any: it is at most as large as each of them, and 0
    where some are below 0 and some above.

    >>> distance(exp.column("x"), [exp.column("k")], "postgres").sql("postgres")
    'x - CASE WHEN MIN(x) OVER (PARTITION BY k) > 0 THEN MIN(x) OVER (PARTITION BY k) \
WHEN MAX(x) OVER (PARTITION BY k) < 0 THEN MAX(x) OVER (PARTITION BY k) ELSE 0 END'
    """
    partition, zero = [*keys], exp.Literal.number(0)
    least, most = (
        exp.Window(this=function(this=value.copy()), partition_by=[key.copy() for key in partition])
        for function in (exp.Min, exp.Max)
    )
    nearest = exp.case().when(least > zero, least.copy()).when(most < zero, most.copy()).else_(zero)
    if dialect in OWN_TYPES:
        return value.copy() - nearest
    bound = exp.Literal.number(LARGEST)
    too_large = exp.or_(value > bound, value < exp.Neg(this=bound))
    infinity = exp.cast(exp.Literal.string("Infinity"), "DOUBLE")
    return exp.case().when(too_large, infinity).else_(exp.cast(exp.paren(value.copy() - nearest), "DOUBLE"))


def day_mean(this: exp.Expr) -> exp.Expr:
    """The mean of a day's distances; of equal ones that one, to the last digit."""
    return exp.case().when(all_equal(this), exp.Min(this=this.copy())).else_(exp.Avg(this=this.copy()))


def day_squares(this: exp.Expr) -> exp.Expr:
    """The sum of squares around a day's mean, as far as it is finite; of equal distances 0."""
    finite = exp.case().when(this < exp.Literal.number(INFINITE), this.copy())
    variance = exp.Anonymous(this="VAR_POP", expressions=[finite])  # each engine's name, ClickHouse's too
    squares = variance * exp.Count(this=this.copy())
    return exp.case().when(all_equal(this), exp.Literal.number(0)).else_(squares)


def all_equal(this: exp.Expr) -> exp.Expr:
    return exp.Min(this=this.copy()).eq(exp.Max(this=this.copy()))


def finish_spread(freedom: int, *, is_root: bool) -> Callable[..., exp.Expr]:
    """A variance from its states, or the root of one; divided by how many values there are, less a `freedom`.

    Null where there are no more values than that.
    """

    def finish(size: exp.Expr, *states: exp.Expr) -> exp.Expr:
        squares = around_the_mean(size, *states[-len(SIDES) :])
        squares = exp.Greatest(this=squares, expressions=[exp.Literal.number(0)], ignore_nulls=True)
        counted = exp.paren(size - exp.Literal.number(freedom)) if freedom else size
        variance = exp.case().when(size > exp.Literal.number(freedom), quotient(squares, counted))
        return exp.Sqrt(this=variance) if is_root else variance

    return finish


def around_the_mean(
    size: exp.Expr,
    head_size: exp.Expr,
    head_mean: exp.Expr,
    head_squares: exp.Expr,
    tail_mean: exp.Expr,
    tail_squares: exp.Expr,
) -> exp.Expr:
    """The sum of squares around the mean of a window, from the head that ends in it and the tail that begins in it.

    A head as large as the window is all of it. A larger one began before the window, which has then no day of a later
    block: the tail is all of it. A smaller one stands beside the tail, with what lies between their means.
    """
    apart = tail_mean - head_mean
    between = quotient(product(apart, apart, head_size, size - head_size), size)
    both = head_squares + tail_squares + between
    whole = exp.case().when(head_size.eq(size), head_squares.copy()).when(head_size > size, tail_squares.copy())
    return whole.else_(both)


def product(*factors: exp.Expr) -> exp.Expr:
    """A product from left to right."""
    found, *others = (exp.paren(factor) if isinstance(factor, exp.Binary) else factor.copy() for factor in factors)
    for factor in others:
        found = exp.Mul(this=found, expression=factor)
    return found


def quotient(above: exp.Expr, below: exp.Expr) -> exp.Expr:
    """A division of what are no integers, in whatever dialect."""
    return exp.Div(this=exp.paren(above) if isinstance(above, exp.Binary) else above, expression=below, typed=True)

"""Aggregates and arithmetic over them, as structures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oracle.logic import Pred, Value


@dataclass(frozen=True)
class Agg:
    """An aggregate: count_rows count count_distinct sum sum_distinct avg avg_distinct min max bool_and bool_or median
    quantile var_pop var_samp stddev_pop stddev_samp.

    `where` is its FILTER clause and `at` the quantile.
    """

    func: str
    value: Value | None = None
    where: Pred | None = None
    at: float = 0.5


@dataclass(frozen=True)
class Ratio:
    """One aggregate over another; null where the lower one is null or zero."""

    above: AggExpr
    below: AggExpr


@dataclass(frozen=True)
class Minus:
    left: AggExpr
    right: AggExpr


@dataclass(frozen=True)
class Add:
    left: AggExpr
    right: AggExpr


@dataclass(frozen=True)
class OrZero:
    """Zero where the aggregate is null."""

    inner: AggExpr


@dataclass(frozen=True)
class When:
    """`then` where an exact aggregate compares so with a number, else `otherwise`; None is null."""

    agg: Agg
    op: str
    number: int
    then: AggExpr
    otherwise: AggExpr | None


AggExpr = Agg | Ratio | Minus | Add | OrZero | When


@dataclass(frozen=True)
class Having:
    """`agg op number`, applied to each group last; `op` may also be `is null` or `is not null`."""

    agg: AggExpr
    op: str
    number: int = 0


@dataclass(frozen=True)
class Number:
    """An exact amount and how far a correct engine's float may be from it."""

    value: Any
    slack: Any = 0

"""What is known of a query while its sample date is carried through it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.frame import Frame
from gnomon.rewrite.context import Context

SAMPLE_DATE = "metrics_sample_date"


class NotCarried(Exception):
    """The sample date cannot be carried through a query; the message is the reason."""


@dataclass(slots=True)
class Lift:
    """One query's lifting: which scopes carry the sample date, and in which output column."""

    context: Context
    frame: Frame
    carried: dict[int, str] = field(default_factory=dict)
    by_bounds: set[int] = field(default_factory=set)
    uses_dates: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A part of a FROM that carries the sample date."""

    alias: str
    date: exp.Expr
    by_bounds: bool


def select_of(scope: Scope) -> exp.Select:
    """The SELECT that a scope is of."""
    assert isinstance(scope.expression, exp.Select)
    return scope.expression


def carries(source: object, state: Lift) -> bool:
    """Whether a scope already carries the sample date."""
    return isinstance(source, Scope) and id(source) in state.carried

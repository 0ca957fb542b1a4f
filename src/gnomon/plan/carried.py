"""What is known of a query while its dates are carried through it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.frame import Frame
from gnomon.rewrite.context import Context

SAMPLE_DATE = "metrics_sample_date"

ScanId = tuple[int, str]
"""A scan: the place of its scope in the query, innermost first, and its alias there."""


class NotCarried(Exception):
    """The dates cannot be carried through a query; the message is the reason."""


class SpreadFirst(Exception):
    """Rows must be joined to their sample dates where they are scanned: what is above needs whole windows."""

    def __init__(self, scans: frozenset[ScanId], reason: str) -> None:
        super().__init__(reason)
        self.scans = scans


@dataclass(slots=True)
class Lift:
    """One query's lifting: which scopes carry a date, and in which output column.

    The date is the sample date, or, in `slots`, still the row's own slot, from which windows are computed further
    up; the value says of which scans. `spread` are the scans whose rows are joined to all their sample dates at once.
    `places` number the scopes, innermost first. `methods` says how each aggregate is computed.
    With `firsts`, each key's first slot is looked for, and nothing else.
    """

    context: Context
    frame: Frame
    spread: frozenset[ScanId] = frozenset()
    carried: dict[int, str] = field(default_factory=dict)
    by_bounds: set[int] = field(default_factory=set)
    slots: dict[int, frozenset[ScanId]] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    methods: list[str] = field(default_factory=list)
    firsts: bool = False
    uses_dates: bool = False
    uses_spans: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A part of a FROM that carries a date; `scans` are those whose own slot it still is."""

    alias: str
    date: exp.Expr
    by_bounds: bool
    scans: frozenset[ScanId] = frozenset()


def select_of(scope: Scope) -> exp.Select:
    """The SELECT that a scope is of."""
    assert isinstance(scope.expression, exp.Select)
    return scope.expression


def carries(source: object, state: Lift) -> bool:
    """Whether a scope already carries a date."""
    return isinstance(source, Scope) and id(source) in state.carried

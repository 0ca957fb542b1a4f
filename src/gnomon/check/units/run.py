"""One inference: what it is told, what it has found, and the rule of each class."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.keyed import has_hole
from gnomon.check.units.values import UNKNOWN, Conversion, Diagnostic, Relation, Tables, Value
from gnomon.units.algebra import Product
from gnomon.units.shapes import json_of, product_of
from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import UnitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gnomon.check.units.frames import Frame

Rule = Callable[[Node, "Frame"], Value]
"""A rule reads a node of its class in a frame. It may raise UnitError where a unit is beyond what the algebra says."""
Rules = Callable[[type], Rule]
Walk = Callable[[exp.Expr, "Run", "Frame | None"], Relation]

CHAINED = (exp.Binary, exp.Unary, exp.Cast, exp.Bracket)
"""Operators, whose rules read `this` in the frame that they are asked in."""
ENDS = (exp.Connector, exp.AggFunc)
"""Among those: AND and OR, where one term says something of the next, and aggregates, which read a group's rows."""


class Run:
    """What the frames of one query share."""

    def __init__(self, tables: Tables, dialect: str, vocabulary: Vocabulary, rules: Rules, walk: Walk) -> None:
        self.declared = tables
        self.dialect = dialect
        self.vocabulary = vocabulary
        self.rules = rules
        self.walk = walk
        self.diagnostics: dict[tuple[str, str, int], Diagnostic] = {}
        self.conversions: dict[int, Conversion] = {}
        self.has_units = False
        """Whether anything that was read is declared: a query of which nothing is gets no diagnostics."""
        self.is_muted = False
        self._ready: tuple[exp.Expr, Frame, Value] | None = None
        """The first operand of the operator whose rule is asked next, worked out already."""
        self._spelled: dict[Product, Product | None] = {}

    def evaluate(self, node: exp.Expr, frame: Frame) -> Value:
        """What an expression is, by the rule of its class. Long chains (`a * b * c`) are not recursed into."""
        if self._ready is not None and self._ready[0] is node and self._ready[1] is frame:
            return self._ready[2]
        chain = [node]
        while isinstance(node, CHAINED) and isinstance(node.this, CHAINED) and not isinstance(node, ENDS):
            chain.append(node := node.this)
        value = self.ruled(chain.pop(), frame)
        while chain:
            node = chain.pop()
            self._ready = (node.this, frame, value)
            value = self.ruled(node, frame)
        self._ready = None
        return value

    def ruled(self, node: exp.Expr, frame: Frame) -> Value:
        """What the rule of a class makes of its node."""
        try:
            return self.rules(type(node))(node, frame)
        except UnitError:
            return UNKNOWN

    def relation(self, query: exp.Expr, frame: Frame | None) -> Relation:
        """The output of a query inside a frame."""
        return self.walk(query, self, frame)

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding. SQLGlot copies expressions (a HAVING by an alias), so each place counts once."""
        if not self.is_muted:
            place = next((part.meta["start"] for part in diagnostic.node.walk() if "start" in part.meta), -1)
            self.diagnostics.setdefault((diagnostic.code, diagnostic.message, place), diagnostic)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Read without reporting: what is read again later."""
        before, self.is_muted = self.is_muted, True
        try:
            yield
        finally:
            self.is_muted = before

    def named(self, unit: Product) -> bool:
        """Whether a unit has a name that people use: seconds, dollars per hour."""
        return self.spelled(unit) is not None

    def spelled(self, unit: Product) -> Product | None:
        """A unit as people say it, seconds for 1000 ms; None where nobody would."""
        if has_hole(unit):
            return unit
        if unit not in self._spelled:
            said = json_of(unit, self.vocabulary)
            is_said = said is not None and (unit.is_number or not has_percentage(said))
            self._spelled[unit] = product_of(said, self.vocabulary) if said is not None and is_said else None
        return self._spelled[unit]


def has_percentage(unit: dict[str, Node]) -> bool:
    """Whether unit JSON says a hundredfold by dividing by a percentage, which nobody does on purpose."""
    return any(unit.get(part, {}).get("kind") == "percentage" for part in ("numerator", "denominator"))

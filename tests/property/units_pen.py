"""What random expressions are written with: dice, marked places, and the columns in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import TypeVar

from property.units_kinds import Unit
from property.units_text import Literal, Meeting, Places

T = TypeVar("T")
HIGHEST = 3


@dataclass(frozen=True)
class Term:
    """An expression and what its author means by it.

    `unit` is None where that is nothing (a clash). `sources` are the columns that the unit comes from. `exact` is false
    where a bare number multiplied it, so that only the dimensions are sure; `sure` where inference need not follow.
    """

    sql: str
    unit: Unit | None
    sources: frozenset[str] = frozenset()
    exact: bool = True
    sure: bool = True

    def within(self, form: str) -> Term:
        """The expression in the place of the first `{}`."""
        return replace(self, sql=form.replace("{}", self.sql, 1))


@dataclass(frozen=True)
class Long:
    """An amount whose unit the value of another column names; `sources` where all units come from the same columns."""

    by: str
    amount: str
    units: tuple[tuple[str, Unit], ...]
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Context:
    """The columns that an expression may use; `order` is what tells rows apart, `groups` what GROUP BY names."""

    numbers: tuple[Term, ...]
    keys: tuple[str, ...]
    days: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    longs: tuple[Long, ...] = ()
    order: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    grouped: bool = False
    windows: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """What a window may be partitioned by."""
        return self.groups if self.grouped else self.keys

    @property
    def ranked(self) -> tuple[str, ...]:
        """What a window is ordered by."""
        return self.groups if self.grouped else self.order

    @property
    def row(self) -> Context:
        """What an aggregate's argument may use."""
        return replace(self, grouped=False, windows=False)


@dataclass
class Pen:
    """The state of writing one query.

    `clashes` counts operations whose operands do not agree; `loose` says that a rounding was written, `final` and
    `having` that the outermost query and a HAVING are being written; `features` are counted. A `plain` query has no
    bare numbers that multiply, add or convert.
    """

    rng: Random
    places: Places = field(default_factory=Places)
    features: Counter[str] = field(default_factory=Counter)
    clashes: int = 0
    loose: bool = False
    final: bool = False
    having: bool = False
    subqueries: tuple[tuple[str, Term], ...] = ()
    plain: bool = False

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def one(self, options: Sequence[T]) -> T:
        return self.rng.choice(options)

    def literal(self, unit: Unit, form: str = "{}", value: float | None = None) -> str:
        """A bare number that means so much of a unit."""
        drawn = self.one([1, 2, 10, 100, 0.5, 37.5]) if value is None else value
        return self.places.mark(Literal(drawn, unit, form))

    def meeting(self, kind: str, context: Context, first: Term, form: str, second: str) -> str:
        """`form` of two operands that agree, as a place where a mistake can be planted."""
        self.features[f"meeting {kind}"] += 1
        before, after = (part.replace("{0}", first.sql) for part in form.split("{1}"))
        return self.places.mark(Meeting(kind, before, second, after, self.bad(context, first)))

    def bad(self, context: Context, first: Term) -> str | None:
        """An operand that must not meet the first."""
        if first.unit is None or not first.sure:
            return None
        options = [term for term in context.numbers if term.sure and term.exact and clashing(first, term)]
        if not options:
            return None
        return self.one(options).within("MAX({})" if context.grouped else "{}").sql

    def alike(self, context: Context, first: Term, whole: bool = False) -> Term:
        """An operand that may meet the first: of the same unit, or a bare number, a whole one where it is cast."""
        unit = first.unit or Unit()
        options = [term for term in context.numbers if term.exact and term.unit and term.unit.same(unit)]
        if self.plain and not (options and first.exact):
            return first.within("ABS({})")
        if not options or not first.exact or (self.chance(0.15) and not self.plain):
            return Term(self.literal(unit, value=self.one([1, 5, 100]) if whole else None), unit)
        form = self.one(["MAX({})", "SUM({})", "AVG({})"]) if context.grouped else self.one(["{}", "{}", "ABS({})"])
        return self.one(options).within(form)


def clashing(first: Term, second: Term) -> bool:
    """Whether two terms must not meet. A count of rows goes with any count, so it is not used."""
    if first.unit is None or second.unit is None:
        return False
    names = {name for name, _ in (*first.unit.powers, *second.unit.powers)}
    if "count" in names:
        return False
    if first.unit.fits(second.unit):
        told = first.exact and first.unit.factor is not None and second.unit.factor is not None
        return told and bool(first.unit.powers) and not first.unit.same(second.unit)
    return bool(first.exact or (first.unit.powers and second.unit.powers))


def small(unit: Unit) -> bool:
    """Whether exponents stay such that values stay in the range of doubles."""
    return all(abs(power) <= HIGHEST and (power * 12).denominator == 1 for _, power in unit.powers)


TWO, HALF, THIRD = Fraction(2), Fraction(1, 2), Fraction(1, 3)

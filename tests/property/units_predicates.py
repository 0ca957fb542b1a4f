"""Random conditions, of quantities that agree and of keys."""

from __future__ import annotations

from collections.abc import Callable

from property.units_kinds import DAY, Unit, unit_of
from property.units_pen import Context, Pen, Term

Number = Callable[[Pen, Context, int], Term]
COMPARED = (
    "{0} > {1}", "{0} < {1}", "{1} <= {0}", "{0} >= {1}", "{0} <> {1}", "{0} = {1}", "{0} IS DISTINCT FROM {1}",
    "NOT {0} > {1}", "{0} BETWEEN {1} AND {0}", "{0} IN ({1})", "({0} > {1} OR {0} IS NULL)",
)  # fmt: skip
KEYED = ("{} = 'a'", "{} IN ('a', 'b')", "{} LIKE 'a%'", "{} <> 'c'", "{} IS NOT NULL", "NOT {} = 'b'")


def predicate(pen: Pen, context: Context, number: Number, depth: int = 1) -> str:
    """A condition."""
    if depth and pen.chance(0.25):
        word = pen.one(["AND", "OR"])
        left, right = (predicate(pen, context, number, 0) for _ in range(2))
        return f"({left} {word} {right})"
    kind = pen.rng.random()
    if context.keys and not context.grouped and kind < 0.3:
        return pen.one(KEYED).format(pen.one(context.keys))
    if kind < 0.42 and pen.subqueries and not context.grouped:
        return of_subquery(pen, context)
    if kind < 0.48 and context.days and not context.grouped:
        day = pen.literal(unit_of(DAY), "(DATE '1970-01-01' + INTERVAL ({}) DAY)", pen.rng.randint(5, 50))
        return f"{pen.one(context.days)} {pen.one(['<', '>='])} {day}"
    return compared(pen, context, number)


def compared(pen: Pen, context: Context, number: Number) -> str:
    first = number(pen, context, 1 if pen.chance(0.3) else 0)
    if first.unit is None:
        return "1 = 1"
    second = pen.alike(context, first)
    return "(" + pen.meeting("comparison", context, first, pen.one(COMPARED), second.sql) + ")"


def of_subquery(pen: Pen, context: Context) -> str:
    """A comparison with what another query returns."""
    table, one = pen.one(pen.subqueries)
    alike = [term for term in context.numbers if term.exact and term.unit and one.unit and term.unit.same(one.unit)]
    if not alike and pen.plain:
        return f"EXISTS (SELECT 1 FROM {table})"
    if not alike:
        return f"EXISTS (SELECT 1 FROM {table} WHERE {one.sql} > {pen.literal(one.unit or Unit())})"
    first = pen.one(alike)
    form = pen.one(["{0} > (SELECT AVG({1}) FROM #)", "{0} IN (SELECT {1} FROM #)", "{0} <= (SELECT MAX({1}) FROM #)"])
    bad = context_of(pen, table)
    return pen.meeting("subquery", bad, first, form.replace("#", table), one.sql)


def context_of(pen: Pen, table: str) -> Context:
    """The columns of a table that stands in a subquery."""
    return Context(tuple(term for name, term in pen.subqueries if name == table), ())

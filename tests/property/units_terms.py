"""Random expressions over columns with units, each with the unit that its author means.

Not written, because no unit makes it scale: bare numbers other than 0 compared with or added to a value, unless they
are scaled along (`Pen.literal`); COUNT added to a labelled count; LN and EXP of a dimension; integer division; casts
to whole numbers and decimals; dates cut to months (the calendar's lengths differ). ROUND comes
last and keeps eight decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from property.units_aggregates import aggregate, window
from property.units_kinds import CONVERSIONS, DAY, HOUR, NUMBER, S, unit_of
from property.units_pen import HALF, THIRD, TWO, Context, Pen, Term, clashing, small
from property.units_predicates import predicate
from property.units_text import Meeting

SECOND, HOURS, DAYS = unit_of(S), unit_of(HOUR), unit_of(DAY)


def number(pen: Pen, context: Context, depth: int) -> Term:
    """A random expression; `depth` bounds how deep operations stand in each other."""
    if depth <= 0 or pen.chance(0.2):
        return leaf(pen, context)
    for _ in range(6):
        make = pen.rng.choices(list(MAKERS), list(MAKERS.values()))[0]
        found = make(pen, context, depth - 1)
        if found is not None and (found.unit is None or small(found.unit)):
            pen.features[make.__name__] += 1
            return found
    return leaf(pen, context)


def leaf(pen: Pen, context: Context) -> Term:
    """A column, or an aggregate of one, or a duration between two dates."""
    if context.windows and pen.chance(0.2):
        return window(pen, context, number)
    if context.grouped:
        return aggregate(pen, context, number)
    if pen.chance(0.12) and (found := elapsed(pen, context)):
        return found
    if context.longs and pen.chance(0.5):
        return narrowed(pen, context)
    if not context.numbers:
        return narrowed(pen, context) if context.longs else Term("1", NUMBER, exact=False, sure=False)
    return pen.one(context.numbers)


def elapsed(pen: Pen, context: Context) -> Term | None:
    """A difference of dates, which carries its own unit."""
    if len(context.moments) > 1:
        first, second = context.moments[:2]
        forms = [("DATE_DIFF('second', {}, {})", SECOND), ("DATE_DIFF('hour', {}, {})", HOURS)]
        forms += [("EPOCH({1} - {0})", SECOND), ("(EPOCH({1}) - EPOCH({0}))", SECOND)]
        form, unit = pen.one(forms)
        pen.features["elapsed"] += 1
        return Term(form.format(first, second), unit, sure="EPOCH" not in form)
    if len(context.days) > 1:
        first, second = context.days[:2]
        form = pen.one(["DATE_DIFF('day', {}, {})", "({1} - {0})", "DATEDIFF('day', {}, {})"])
        pen.features["elapsed"] += 1
        return Term(form.format(first, second), DAYS, sure="DATE" in form)
    return None


def narrowed(pen: Pen, context: Context) -> Term:
    """One metric of a long table, by what CASE says of its key."""
    long = pen.one(context.longs)
    key, unit = long.units[0]
    listed = ", ".join(f"'{other}'" for other, _ in long.units)
    forms = [
        f"CASE WHEN {long.by} IN ({listed}) THEN {long.amount} ELSE 0 END",
        f"CASE WHEN {long.by} IN ({listed}) AND {long.amount} IS NOT NULL THEN {long.amount} ELSE NULL END",
        f"IF({long.by} NOT IN ({listed}), NULL, {long.amount})",
    ]
    if len(long.units) == 1:
        forms += [
            f"CASE WHEN {long.by} = '{key}' THEN {long.amount} END",
            f"CASE {long.by} WHEN '{key}' THEN {long.amount} END",
            f"IF({long.by} = '{key}', {long.amount}, NULL)",
            f"CASE WHEN {long.by} <> '{key}' THEN NULL ELSE {long.amount} END",
        ]
    pen.features["narrowed by CASE"] += 1
    return Term(pen.one(forms), unit, long.sources)


def sum_of_two(pen: Pen, context: Context, depth: int) -> Term | None:
    first = number(pen, context, depth)
    if first.unit is None:
        return None
    second = pen.alike(context, first)
    form = pen.one(["({0} + {1})", "({0} - {1})", "({1} + {0})", "({1} - {0})"])
    return met(pen, context, "sum", first, second, form)


def met(pen: Pen, context: Context, kind: str, first: Term, second: Term, form: str) -> Term:
    sql = pen.meeting(kind, context, first, form, second.sql)
    return replace(first, sql=sql, sources=first.sources | second.sources, sure=first.sure and second.sure)


def chosen(pen: Pen, context: Context, depth: int) -> Term | None:
    """The functions that return one of their arguments."""
    first = number(pen, context, depth)
    if first.unit is None:
        return None
    second = pen.alike(context, first)
    kind = pen.one(["COALESCE", "COALESCE", "NULLIF", "GREATEST", "LEAST", "IFNULL", "remainder"])
    form = "({0} % NULLIF({1}, 0))" if kind == "remainder" else f"{kind}({{0}}, {{1}})"
    pen.features[kind] += 1
    found = met(pen, context, kind, first, second, form)
    return replace(found, sources=first.sources) if kind == "NULLIF" else found


def case(pen: Pen, context: Context, depth: int) -> Term | None:
    first = number(pen, context, depth)
    if first.unit is None:
        return None
    second = pen.alike(context, first)
    when = predicate(pen, context, number)
    forms = [f"CASE WHEN {when} THEN {{0}} ELSE {{1}} END", f"CASE WHEN {when} THEN {{1}} ELSE {{0}} END"]
    forms += [f"IF({when}, {{0}}, {{1}})"]
    if context.keys and not context.grouped:
        key = pen.one(context.keys)
        forms += [f"CASE {key} WHEN 'a' THEN {{0}} WHEN 'b' THEN {{1}} END"]
        forms += [f"CASE WHEN {key} = 'a' THEN {{0}} WHEN {when} THEN {{1}} ELSE NULL END"]
    return met(pen, context, "CASE", first, second, pen.one(forms))


def product(pen: Pen, context: Context, depth: int) -> Term | None:
    first, second = number(pen, context, depth), number(pen, context, 0)
    if first.unit is None or second.unit is None:
        return None
    over = pen.chance(0.55)
    unit = first.unit / second.unit if over else first.unit * second.unit
    form = pen.one(["({} / NULLIF({}, 0))", "({} / {})"]) if over else "({} * {})"
    exact, sure = first.exact and second.exact, first.sure and second.sure
    return Term(form.format(first.sql, second.sql), unit, first.sources | second.sources, exact, sure)


def times_literal(pen: Pen, context: Context, depth: int) -> Term | None:
    if pen.plain:
        return None
    first = number(pen, context, depth)
    form = pen.one(["({} * 2)", "({} / 7.0)", "(0.15 * {})", "({} / 1000)", "({} * 100.0)", "({} / 60)", "(100 * {})"])
    return replace(first.within(form), exact=False)


def kept(pen: Pen, context: Context, depth: int) -> Term | None:
    """What changes a number and not its unit."""
    first = number(pen, context, depth)
    forms = ["(-{})", "ABS({})", "CAST({} AS DOUBLE)", "({})::DOUBLE", "TRY_CAST({} AS DOUBLE)", "(({}))", "(+{})"]
    return first.within(pen.one(forms))


def rounded(pen: Pen, term: Term) -> Term:
    """An output, at times rounded. Inside a query a rounded number would be compared with others."""
    if pen.plain or not pen.final or pen.chance(0.9):
        return term
    pen.loose = True
    pen.features["rounded"] += 1
    return term.within(pen.one(["ROUND({}, 9)", "ROUND({}, 8)"]))


def rooted(pen: Pen, context: Context, depth: int) -> Term | None:
    first = number(pen, context, depth)
    if first.unit is None:
        return None
    options = [
        ("POW({}, 2)", TWO),
        ("POWER({}, 2)", TWO),
        ("({} ** 2)", TWO),
        ("SQRT(ABS({}))", HALF),
        ("CBRT({})", THIRD),
    ]
    form, exponent = pen.one([*options, ("POW(ABS({}), 0.5)", HALF)])
    unit = first.unit.power(exponent)
    # a cube root of per cent has a factor that no fraction is: unknown, so no mistake beside it has to be found
    return replace(first.within(form), unit=unit, sure=first.sure and first.exact and unit.factor is not None)


def bare(pen: Pen, context: Context, depth: int) -> Term | None:
    """Numbers without a dimension, whatever they are made of."""
    first = number(pen, context, depth)
    if first.unit is None:
        return None
    if pen.chance(0.5) or first.unit.powers:
        return Term(f"SIGN({first.sql})", NUMBER, sure=False)
    return Term(f"LN(ABS({first.sql}) + 1)", NUMBER, first.sources, exact=False, sure=False)


def packed(pen: Pen, context: Context, depth: int) -> Term | None:
    """In and out of a structure or a list."""
    first = number(pen, context, depth)
    forms = ["({'x': {}, 'y': 1}).x", "STRUCT_EXTRACT({'x': {}}, 'x')", "STRUCT_PACK(x := {}).x", "[{}][1]"]
    return replace(first.within(pen.one([*forms, "LIST_VALUE({}, NULL)[1]"])), sure=False)


def subquery(pen: Pen, context: Context, depth: int) -> Term | None:
    """A scalar subquery."""
    if not pen.subqueries:
        return None
    table, first = pen.one(pen.subqueries)
    return first.within(f"(SELECT {pen.one(['MAX', 'SUM', 'AVG', 'MIN'])}({{}}) FROM {table})")


def converted(pen: Pen, context: Context, depth: int) -> Term | None:
    """A conversion written with a bare number, beside a value of the unit that it converts to."""
    if pen.plain:
        return None
    for old, new, right, wrong in pen.rng.sample(CONVERSIONS, len(CONVERSIONS)):
        first = [term for term in context.numbers if term.exact and term.unit == unit_of(old) and term.sure]
        second = [term for term in context.numbers if term.exact and term.unit == unit_of(new) and term.sure]
        if first and second and pen.chance(0.7):
            form = pen.one(["SUM({})", "AVG({})"]) if context.grouped else "{}"
            one, other = pen.one(first).within(form), pen.one(second).within(form)
            before, after = pen.one([("(", f" + {other.sql})"), (f"COALESCE({other.sql}, ", ")")])
            place = Meeting("conversion", before, f"{one.sql} {right}", after, f"{one.sql} {wrong}")
            return replace(other, sql=pen.places.mark(place), sources=one.sources | other.sources)
    return None


def clash(pen: Pen, context: Context, depth: int) -> Term | None:
    """Values that do not go together: nothing may be claimed of the result."""
    first = number(pen, context, depth)
    options = [term for term in context.numbers if term.sure and clashing(first, term)]  # a bare number goes with all
    if not options or pen.chance(0.7):
        return None
    pen.clashes += 1
    second = pen.one(options).within("MAX({})" if context.grouped else "{}")
    form = pen.one(["({} + {})", "({} - {})", "COALESCE({}, {})", "CASE WHEN 1 = 1 THEN {} ELSE {} END"])
    return Term(form.format(first.sql, second.sql), None, first.sources | second.sources)


MAKERS: dict[Callable[[Pen, Context, int], Term | None], int] = {
    sum_of_two: 20, chosen: 14, case: 10, product: 20, times_literal: 8, kept: 8, rooted: 5, bare: 2, packed: 2,
    subquery: 3, converted: 12, clash: 4,
}  # fmt: skip
"""How each is written, and how often."""

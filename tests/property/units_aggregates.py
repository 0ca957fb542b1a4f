"""Random aggregates and windows, with the unit that each returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from property.units_kinds import COUNT, DAY, NUMBER, unit_of
from property.units_pen import Context, Pen, Term, small
from property.units_predicates import Number, predicate

KEEP = (
    "SUM({})",
    "SUM({})",
    "SUM({})",
    "AVG({})",
    "AVG({})",
    "MIN({})",
    "MAX({})",
    "MEDIAN({})",
    "ANY_VALUE({})",
    "MEAN({})",
    "QUANTILE_CONT({}, 0.25)",
    "QUANTILE_DISC({}, 0.5)",
    "PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY {})",
    "STDDEV({})",
    "STDDEV_POP({})",
    "STDDEV_SAMP({})",
    "SUM(DISTINCT {})",
    "MAD({})",
)
BY_ORDER = (
    "FIRST({} ORDER BY #)",
    "LAST({} ORDER BY #)",
    "ARG_MAX({}, #)",
    "MIN_BY({}, #)",
    "MAX_BY({}, #)",
    "LIST({} ORDER BY #)[1]",
    "ARRAY_AGG({} ORDER BY #)[1]",
)
SQUARE = ("VARIANCE({})", "VAR_SAMP({})", "VAR_POP({})")
COUNTS = ("COUNT(*)", "COUNT({})", "COUNT(DISTINCT {})", "COUNT_IF({} IS NOT NULL)")
FRAMES = (
    "",
    "",
    "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING",
    "ROWS UNBOUNDED PRECEDING",
)
UNSURE = ("MEAN", "FIRST", "LAST", "MAD", "LIST", "ARRAY_AGG", "REGR_AVGX", "REGR_INTERCEPT", "REGR_R2", "COUNT_IF")


def sure(form: str) -> bool:
    return not form.startswith(UNSURE)


def aggregate(pen: Pen, context: Context, number: Number) -> Term:
    """One aggregate over an expression of rows."""
    first = number(pen, context.row, pen.rng.choice([0, 0, 1, 2]))
    kind = pen.rng.choices([keeping, squared, paired, counted, shared], [12, 2, 3, 3, 1])[0]
    pen.features[f"aggregate {kind.__name__}"] += 1
    found = kind(pen, context.row, first, number)
    return found if found.unit is None or small(found.unit) else first.within("SUM({})")


def keeping(pen: Pen, row: Context, first: Term, number: Number) -> Term:
    form = pen.one(KEEP)
    if form.startswith("ANY_VALUE") and not (row.order and row.order[0].endswith("id")):
        form = "MIN({})"
    if form.startswith(("MEAN", "MAD")) and pen.having:  # no aggregates to SQLGlot, which reads outputs in them
        form = "SUM({})"
    if row.order and pen.chance(0.2):
        form = pen.one(BY_ORDER).replace("#", row.order[0] if len(row.order) == 1 else f"({', '.join(row.order)})")
        if len(row.order) > 1:
            form = "MAX({})"
    elif pen.chance(0.2):
        form = f"{form} FILTER (WHERE {predicate(pen, row, number)})"
    return replace(first.within(form), sure=first.sure and sure(form))


def squared(pen: Pen, row: Context, first: Term, number: Number) -> Term:
    return replace(first.within(pen.one(SQUARE)), unit=first.unit and first.unit.power(2))


def paired(pen: Pen, row: Context, first: Term, number: Number) -> Term:
    """Of two columns."""
    second = number(pen, row, 0)
    if first.unit is None or second.unit is None:
        return first.within("MIN({})")
    both = (first.unit * second.unit, first.unit / second.unit)
    forms = {
        "COVAR_POP({}, {})": both[0],
        "COVAR_SAMP({}, {})": both[0],
        "REGR_SLOPE({}, {})": both[1],
        "CORR({}, {})": NUMBER,
        "REGR_INTERCEPT({}, {})": first.unit,
        "REGR_AVGX({}, {})": second.unit,
        "REGR_R2({}, {})": NUMBER,
        "(SUM({}) / NULLIF(SUM({}), 0))": both[1],
        "SUM({} * {})": both[0],
        "ARG_MAX({}, {})": first.unit,
    }
    form = pen.one(list(forms))
    exact, known = first.exact and second.exact, first.sure and second.sure and sure(form)
    if form.startswith("ARG_MAX"):
        return Term(form.format(first.sql, second.sql), first.unit, first.sources, first.exact, first.sure)
    sources = first.sources | second.sources
    if form.startswith(("CORR", "REGR_R2")):
        sources, exact, known = frozenset(), True, False
    elif form.startswith(("REGR_INTERCEPT", "REGR_AVGX")):
        sources = (first if form.startswith("REGR_I") else second).sources
    return Term(form.format(first.sql, second.sql), forms[form], sources, exact, known)


def counted(pen: Pen, row: Context, first: Term, number: Number) -> Term:
    form = pen.one(COUNTS)
    return Term(form.format(first.sql), COUNT, sure=sure(form))


def shared(pen: Pen, row: Context, first: Term, number: Number) -> Term:
    """How many rows a condition holds for, by sums of 1 and 0."""
    when = predicate(pen, row, number)
    if pen.chance(0.5):
        return Term(f"SUM(CASE WHEN {when} THEN 1 ELSE 0 END)", COUNT, sure=False)
    return Term(f"AVG(CASE WHEN {when} THEN 1.0 ELSE 0 END)", NUMBER, sure=False)


def window(pen: Pen, context: Context, number: Number) -> Term:
    """A window function, over groups where there are groups."""
    inner = replace(context, windows=False)
    first = number(pen, inner, 1 if pen.chance(0.4) else 0)
    kind = pen.rng.choices([running, shifted, valued, ranked], [4, 3, 2, 1])[0] if context.ranked else running
    pen.features[f"window {kind.__name__}"] += 1
    return kind(pen, inner, first)


def over(pen: Pen, context: Context, ordered: bool = True) -> str:
    part = f"PARTITION BY {pen.one(context.parts)} " if context.parts and pen.chance(0.5) else ""
    return f"{part}ORDER BY {', '.join(context.ranked)}" if context.ranked and ordered else part.strip()


def running(pen: Pen, context: Context, first: Term) -> Term:
    form = pen.one([*KEEP[:7], "MEDIAN({})", "STDDEV({})", "COUNT({})", "VAR_SAMP({})"])
    if context.days and not context.grouped and pen.chance(0.15):
        span = pen.literal(unit_of(DAY), "INTERVAL ({}) DAY", pen.rng.randint(1, 20))
        frame = f"ORDER BY {context.days[0]} RANGE BETWEEN {span} PRECEDING AND CURRENT ROW"
        return first.within(f"SUM({{}}) OVER ({frame})")
    ordered = pen.chance(0.7) and bool(context.ranked)
    where = f"{over(pen, context, ordered)} {pen.one(FRAMES) if ordered else ''}".strip()
    if form.startswith("COUNT"):
        return Term(f"{form.format(first.sql)} OVER ({where})", COUNT)
    unit = first.unit.power(2) if first.unit and form.startswith("VAR") else first.unit
    found = replace(first.within(f"{form} OVER ({where})"), unit=unit)
    return found if unit is None or small(unit) else first.within(f"SUM({{}}) OVER ({where})")


def shifted(pen: Pen, context: Context, first: Term) -> Term:
    """The value of another row, perhaps with one for where there is no such row."""
    name, where = pen.one(["LAG", "LEAD"]), over(pen, context)
    if first.unit is None or pen.chance(0.4):
        return first.within(f"{name}({{}}, {pen.one([1, 2])}) OVER ({where})")
    second, value = pen.alike(context, first, whole=True), pen.one(["{0}", "CAST({0} AS DOUBLE)"])
    pen.loose |= value == "{0}"  # the default is cast to the type of the value, perhaps a whole number
    sql = pen.meeting("default", context, first, f"{name}({value}, 1, {{1}}) OVER ({where})", second.sql)
    return replace(first, sql=sql, sources=first.sources | second.sources, sure=first.sure and second.sure)


def valued(pen: Pen, context: Context, first: Term) -> Term:
    form = pen.one(["FIRST_VALUE({})", "LAST_VALUE({})", "NTH_VALUE({}, 2)"])
    return first.within(f"{form} OVER ({over(pen, context)})")


def ranked(pen: Pen, context: Context, first: Term) -> Term:
    forms = ["ROW_NUMBER()", "RANK()", "DENSE_RANK()", "PERCENT_RANK()", "CUME_DIST()", "NTILE(3)"]
    return Term(f"{pen.one(forms)} OVER ({over(pen, context)})", NUMBER, sure=False)


Aggregate = Callable[[Pen, Context, Term, Number], Term]

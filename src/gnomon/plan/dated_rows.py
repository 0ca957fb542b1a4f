"""The rows of each date that a query limits or adds up as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from sqlglot import exp, select

from gnomon.plan.aggregates import aggregates
from gnomon.plan.carried import NotCarried
from gnomon.plan.frame import DATES

DATE = exp.column("sample_date", table=DATES)
LIMITS = ("limit", "offset")
ZERO = (exp.Count, exp.CountIf, exp.ApproxDistinct)
NULL = (
    exp.Sum, exp.Min, exp.Max, exp.Avg, exp.LogicalOr, exp.LogicalAnd, exp.Median, exp.Quantile, exp.ApproxQuantile,
    exp.PercentileCont, exp.PercentileDisc, exp.Mode, exp.Variance, exp.VariancePop, exp.Stddev, exp.StddevPop,
    exp.StddevSamp, exp.ArgMin, exp.ArgMax, exp.AnyValue, exp.First, exp.Last, exp.CovarPop, exp.CovarSamp, exp.Corr,
)  # fmt: skip
"""What aggregates are where there are no rows."""


def is_total(query: exp.Select) -> bool:
    """Whether a SELECT aggregates without GROUP BY, and so has one row whatever it reads."""
    parts = [*query.expressions, *filter(None, [query.args.get("having")])]
    return query.args.get("group") is None and (query.args.get("having") is not None or any(aggregates(parts)))


def always_a_row(query: exp.Select, found: Sequence[exp.Expr]) -> None:
    """Compute the aggregates of a SELECT for each date, and give the dates without rows what they are of no rows."""
    inner = select(DATE.copy())
    values: dict[exp.Expr, str] = {}
    for clause in ("from_", "joins", "where"):
        if (part := query.args.get(clause)) is not None:
            inner.set(clause, part)
            query.set(clause, None)
    for node in found:
        if (name := values.get(node)) is None:
            name = values[node.copy()] = f"value_{len(values) + 1}"
            inner.select(node.copy().as_(name), copy=False)
        node.replace(of_no_rows(node, exp.column(name, table="partials")))
    inner.group_by(DATE.copy(), copy=False)
    own = exp.column("sample_date", table="partials").eq(DATE.copy())
    query.from_(DATES, copy=False).join(inner.subquery("partials"), on=own, join_type="left", copy=False)
    if (having := query.args.get("having")) is not None:
        query.set("having", None)
        query.where(having.this, copy=False)


def of_no_rows(node: exp.Expr, value: exp.Expr) -> exp.Expr:
    """An aggregate's value where it is known, and else what it is of no rows."""
    function = node.find(exp.AggFunc)
    if isinstance(function, ZERO):
        return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
    if not isinstance(function, NULL):
        raise NotCarried(f"what {node.sql()} is of no rows is not known")
    return value


def limited(query: exp.Query, date: str) -> exp.Query:
    """A query whose LIMIT and OFFSET count the rows of each date, which is in the column `date`."""
    limit, offset = counted(query.args.get("limit")), counted(query.args.get("offset")) or 0
    outputs, order = query.named_selects, query.args.get("order")
    own = exp.column(date, table="series")
    terms = [by_output(term, query) for term in order.expressions] if order is not None else [exp.Ordered(this=own)]
    with_ = query.args.get("with_")
    is_chosen = isinstance(distinct := query.args.get("distinct"), exp.Distinct) and distinct.args.get("on") is not None
    for clause in (*LIMITS, "with_", *(() if is_chosen else ("order",))):  # DISTINCT ON chooses rows by the order
        query.set(clause, None)
    place = exp.Window(this=exp.RowNumber(), partition_by=[own.copy()], order=exp.Order(expressions=terms))
    kept: list[exp.Expr] = [] if limit is None else [place <= exp.Literal.number(offset + limit)]
    if offset:
        kept.append(place > exp.Literal.number(offset))
    rows = select(*(exp.column(output, table="series") for output in outputs)).from_(query.subquery("series"))
    rows.set("qualify", exp.Qualify(this=exp.and_(*kept)) if kept else None)
    rows.set("with_", with_)
    return rows


def counted(clause: exp.Expr | None) -> int | None:
    """The number of a LIMIT, FETCH or OFFSET."""
    if clause is None:
        return None
    number = clause.args.get("count") if isinstance(clause, exp.Fetch) else clause.args.get("expression")
    if clause.args.get("limit_options") or not (isinstance(number, exp.Literal) and number.name.isdigit()):
        raise NotCarried(f"'{clause.sql().strip()}' counts the rows of one date")
    return int(number.name)


def by_output(term: exp.Ordered, query: exp.Query) -> exp.Ordered:
    """A term of ORDER BY over the outputs of a query, of which a SELECT is given one where it has none."""
    value, outputs = term.this, query.named_selects
    name: str | None = None
    if isinstance(value, exp.Literal) and value.name.isdigit():
        name = outputs[int(value.name) - 1]
    elif isinstance(value, exp.Column) and not value.table and value.name in outputs:
        name = value.name
    elif isinstance(query, exp.Select):
        same = (output.alias_or_name for output in query.expressions if output.unalias() == value)
        name = next(same, None)
    if name is None:
        if not isinstance(query, exp.Select) or query.args.get("distinct") is not None:
            raise NotCarried("a LIMIT follows an order by no output")
        name = next(word for n in count(1) if (word := f"order_{n}") not in outputs)
        query.select(value.as_(name), copy=False)
    ordered = term.copy()
    ordered.set("this", exp.column(name, table="series"))
    return ordered

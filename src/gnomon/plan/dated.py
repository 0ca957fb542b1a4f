"""The query of one date for many dates by joins alone, for engines whose LATERAL does not take every query.

A closed query reads its bounds from a table of dates beside it. Here each SELECT that depends on the dates reads that
table itself, gives its rows their date, and is joined, grouped, ranked and limited by it: the rows of a date are those
of the query for that date. What cannot be said so raises `NotCarried`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from sqlglot import exp, select
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.plan.aggregates import aggregates
from gnomon.plan.carried import SAMPLE_DATE, NotCarried, select_of
from gnomon.plan.dated_joins import join_dates
from gnomon.plan.dated_rows import DATE, LIMITS, always_a_row, is_total, limited
from gnomon.plan.frame import DATES
from gnomon.plan.grouped import carry_in_aggregates
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.terms import SPARK

JOINED = SPARK
"""The dialects whose LATERAL takes no CTE, condition of a join, group or limit that depends on the table before it."""


@dataclass(slots=True)
class Dated:
    """What is known of a query under way; the queries in it are known by their identity.

    `name` is the output that holds the date where none does already, and `carried` says which one does. `added` are the
    parts of set operations that give their dates in no common place, and `correlated` the subqueries that read the
    dates of the query around them. `totals` have one row for each date, whatever they read. `holders` are the
    expressions that subqueries stand in, and `parts` the SELECTs of set operations, as they were before.
    """

    name: str
    scopes: dict[int, Scope]
    carried: dict[int, str] = field(default_factory=dict)
    added: set[int] = field(default_factory=set)
    correlated: set[int] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    holders: dict[int, exp.Expr] = field(default_factory=dict)
    parts: dict[int, list[exp.Select]] = field(default_factory=dict)


def dated(query: exp.Query, *, has_peers: bool = False) -> exp.Query:
    """A closed query for all dates of the table of dates, with the same outputs; changes the query.

    With `has_peers` a row's sample date may be that of a peer's row: only the rows of their own date are kept.
    """
    if any(clause.recursive for clause in query.find_all(exp.With)):
        raise NotCarried("a recursive CTE depends on the dates")
    outputs, whole = query.named_selects, query.subquery("series", copy=False)
    words = {word.name for word in query.find_all(exp.Identifier)}
    name = next(word for n in count(1) if (word := f"of_date_{n}" if n > 1 else "of_date") not in words)
    scopes = list(traverse_scope(query))
    state = Dated(name, {id(scope.expression): scope for scope in scopes})
    state.holders = {id(s.expression.unnest()): holder_of(s.expression) for s in scopes if s.is_subquery}
    mark_parts(whole, state)
    for scope in scopes:
        if isinstance(scope.expression, exp.Select):
            date_select(scope, state)
        elif not is_part(scope.expression):
            date_operation(scope.expression, state)
    if id(query) not in state.carried:
        date_operation(query, state, is_asked=True)
    date = state.carried[id(query)]
    result: exp.Query = whole.this
    if result.named_selects == outputs and not has_peers:
        return result
    statement = select(*(exp.column(output, table="series") for output in outputs)).from_(whole)
    if with_ := result.args.get("with_"):
        statement.set("with_", with_.pop())
    if not has_peers:
        return statement
    own = exp.column(SAMPLE_DATE, table="series").eq(exp.column(date, table="series"))
    return statement.where(own, copy=False)


def date_select(scope: Scope, state: Dated, *, is_asked: bool = False) -> None:
    """Give the rows of a SELECT their date, if it depends on the dates, or where that `is_asked`."""
    select = select_of(scope)
    sources = {alias: source.expression.unnest() for alias, (_, source) in scope.selected_sources.items()
               if isinstance(source, Scope)}  # fmt: skip
    below = {alias: state.carried[id(query)] for alias, query in sources.items() if id(query) in state.carried}
    inner = [subquery.expression.unnest() for subquery in scope.subquery_scopes]
    reads = any(column.table == DATES for column in scope.find_all(exp.Column))
    if not (reads or below or is_asked or any(id(q) in state.carried or id(q) in state.correlated for q in inner)):
        return
    if reads and not below and is_filter(scope):
        state.correlated.add(id(select))
        return
    if other := next((c for c in scope.external_columns if c.table != DATES), None):
        raise NotCarried(f"a subquery depends on the dates and on '{as_text(other)}' of the row around it")
    for query in inner:
        if id(query) in state.carried:
            ask_for_date(query, state)
    join_dates(select, below, state.name)
    if is_total(select):
        always_a_row(select, [*aggregates(select.expressions), *aggregates(clauses(select))])
        state.totals.add(id(select))
    carry_in_aggregates(scope, DATE)
    group_bounds(select)
    place = None if id(select) in state.added else date_place(select)
    if place is None:
        select.select(DATE.as_(state.name), copy=False)
        place = -1
    state.carried[id(select)] = select.named_selects[place]
    limit(select, state.carried[id(select)])


def clauses(select: exp.Select) -> list[exp.Expr]:
    """What is computed beside the outputs, of the same groups."""
    return [clause for name in ("having", "qualify", "order") if (clause := select.args.get(name)) is not None]


def group_bounds(select: exp.Select) -> None:
    """Group by the bounds that stand beside aggregates; they depend on the date alone."""
    group = select.args.get("group")
    if group is None:
        return
    for part in [*select.expressions, *clauses(select)]:
        for column in part.find_all(exp.Column):
            if column.table == DATES and column not in group.expressions:
                group.append("expressions", column.copy())


def date_place(select: exp.Select) -> int | None:
    """Which output of a SELECT is the date of its row."""
    return next((place for place, output in enumerate(select.expressions) if output.unalias() == DATE), None)


def limit(query: exp.Query, date: str) -> None:
    """Count the LIMITs of a query, and of the parentheses around it, within each date, which is the output `date`."""
    around = query.parent
    if any(query.args.get(clause) is not None for clause in LIMITS):
        clause, place = query.arg_key, query.index
        assert around is not None and clause is not None
        around.set(clause, limited(query, date), place)
    if isinstance(around, exp.Subquery) and not around.alias:
        limit(around, date)


def is_filter(scope: Scope) -> bool:
    """Whether a scope is a subquery of EXISTS or IN that engines correlate themselves: rows and conditions alone."""
    select = select_of(scope)
    others = any(value for clause, value in select.args.items() if clause not in ("expressions", "from_", "where"))
    is_plain = not others and not any(True for _ in aggregates(select.expressions))
    return is_plain and scope.is_subquery and isinstance(holder_of(select), exp.Exists | exp.In)


def ask_for_date(query: exp.Expr, state: Dated) -> None:
    """Keep a subquery in an expression to the rows of the date of the row around it."""
    holder = state.holders[id(query)]
    key = "query" if isinstance(holder, exp.In) else "this"
    rows = holder.args[key].unnest()
    assert isinstance(rows, exp.Query)
    output, date = rows.named_selects[0], exp.column(state.carried[id(query)], table="series")
    value: exp.Expr = exp.column(output, table="series")
    if not isinstance(holder, exp.In | exp.Exists):
        if id(query) not in state.totals:
            raise NotCarried("a subquery that depends on the dates may give several rows for one value")
        value = exp.Max(this=value)  # of one row; engines correlate aggregates only
    kept = select(value.as_(output)).from_(rows.subquery("series")).where(date.eq(DATE), copy=False)
    holder.set(key, kept.subquery(copy=False) if isinstance(holder, exp.In) else kept)


def holder_of(query: exp.Expr) -> exp.Expr:
    """The expression that a subquery stands in: EXISTS, IN, or its own parentheses."""
    while isinstance(query.parent, exp.Subquery):
        query = query.parent
    around = query.parent
    is_tested = isinstance(around, exp.Exists) or (isinstance(around, exp.In) and query.arg_key == "query")
    return around if is_tested and around is not None else query


def mark_parts(whole: exp.Expr, state: Dated) -> None:
    """Note the parts of each set operation, and those that do not give their dates in one place."""
    for operation in whole.find_all(exp.SetOperation):
        if is_part(operation):
            continue
        parts = state.parts[id(operation)] = list(parts_of(operation))
        if len({date_place(part) for part in parts}) > 1:
            state.added.update(map(id, parts))


def is_part(query: exp.Expr) -> bool:
    """Whether a query is a part of a set operation."""
    around = query.parent
    while isinstance(around, exp.Subquery) and not around.alias:
        around = around.parent
    return isinstance(around, exp.SetOperation)


def parts_of(query: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs that a query is made of."""
    if isinstance(query, exp.SetOperation):
        yield from parts_of(query.left)
        yield from parts_of(query.right)
    elif isinstance(query, exp.Subquery):
        yield from parts_of(query.this)
    elif isinstance(query, exp.Select):
        yield query


def date_operation(query: exp.Expr, state: Dated, *, is_asked: bool = False) -> None:
    """Give the rows of a set operation, or of a query in parentheses, their date, if one of its parts has one."""
    parts = state.parts.get(id(query)) or list(parts_of(query))
    if not (is_asked or any(id(part) in state.carried for part in parts)):
        return
    for part in parts:
        if id(part) not in state.carried:
            date_select(state.scopes[id(part)], state, is_asked=True)
    name = state.carried[id(parts[0])]
    state.carried[id(query.unnest())] = name
    settle(query, parts[0].named_selects.index(name))


def settle(query: exp.Expr, place: int) -> None:
    """Count the LIMITs of a set operation and of its parts within each date, which is the output at a `place`."""
    if isinstance(query, exp.Subquery):
        settle(query.this, place)
    elif isinstance(query, exp.SetOperation):
        settle(query.left, place)
        settle(query.right, place)
        limit(query, query.named_selects[place])

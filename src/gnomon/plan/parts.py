"""A metric over its own parts: what its aggregates are made of, for each key and day, and the same metric over those.

Where every aggregate merges from parts, the metric's buckets and windows can all be computed from one small table. So
can those of a higher entity: the rows are joined to it after they are added up, which is the same, because a bridge
joins rows by nothing but their key and day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp, select
from sqlglot.optimizer.scope import build_scope

from gnomon.model import Column, SourceTable
from gnomon.plan.aggregates import aggregates, measure
from gnomon.plan.carried import SAMPLE_DATE, NotCarried
from gnomon.plan.windows import clauses, divides_integers, finish_named, operand
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import MARK, as_text, marker
from gnomon.rewrite.times import (
    TimeColumn,
    closes_window,
    comparisons,
    conjuncts,
    is_time_macro,
    opens_window,
    time_column,
)

PARTS, SLOT = "gnomon_parts", "slot"
"""The table of parts and its column of days; the others are keys `k1`, `k2` .. and states `s1`, `s2` .."""
SIMPLE = {"expressions", "from_", "joins", "where", "group", "having"}
"""The clauses that a query may have."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A bound query in two: `inner` gives the parts of the rows, and `outer` is the metric over the table PARTS."""

    inner: exp.Select
    outer: exp.Select


def over_parts(context: Context) -> Context:
    """What the passes know, and that the parts are a source with a DATE."""
    zone = context.project.calendar.time_zone
    source = SourceTable(PARTS, SLOT, (), {SLOT: Column(SLOT, "date")}, False, zone)
    return replace(context, project=replace(context.project, sources={**context.project.sources, PARTS: source}))


def parted(query: exp.Query, context: Context, above: str | None = None) -> Parted:
    """Split a bound query at its grouping; `above` is the alias of a bridge that is joined to the parts instead.

    Raises NotCarried where an aggregate does not merge, or where the query is not a single grouped SELECT of tables.
    """
    rows = single(query)
    join = bridge(rows, above)
    time, bounds, others = bounded(rows, context)
    day = time.date()
    later = [term for term in others if above in tables(term)]
    kept = {day: exp.column(SLOT, table=PARTS)} | keys(rows, join, later, day)
    states, values = merged(rows, above)
    inner = inner_query(rows, join, kept, states).where(*(term for term in others if term not in later), copy=False)
    if any(is_time_macro(node) for node in below_group(inner)) or above in tables(inner):
        raise NotCarried("what lies below the grouping depends on more than the row")
    return Parted(inner.where(*bounds, copy=False), outer_query(rows, join, later, {**kept, **values}))


def single(query: exp.Query) -> exp.Select:
    """A copy of a query that is one grouped SELECT of tables; raises NotCarried for any other."""
    group = query.args.get("group")
    if (
        not isinstance(query, exp.Select)
        or group is None
        or {name for name, value in query.args.items() if value} - SIMPLE
    ):
        raise NotCarried("it is not a single grouped SELECT")
    if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        raise NotCarried("GROUPING SETS, CUBE and ROLLUP also group across keys")
    if any(node is not query for node in query.find_all(exp.Query)) or query.find(exp.Window) is not None:
        raise NotCarried("it has subqueries or window functions")
    if any(not isinstance(part.this, exp.Table) for part in (query.args["from_"], *joins(query))):
        raise NotCarried("it reads something else than tables")
    return query.copy()


def joins(query: exp.Query) -> list[exp.Join]:
    found: list[exp.Join] = query.args.get("joins") or []
    return found


def bridge(rows: exp.Select, alias: str | None) -> exp.Join | None:
    """The inner join of a bridge by its alias; None where none is asked for."""
    if alias is None:
        return None
    join = next((join for join in joins(rows) if join.this.alias_or_name == alias), None)
    if join is None or join.side or join.kind or join.args.get("on") is None:
        raise NotCarried(f"nothing is joined as '{alias}' to all rows alike")
    return join


def bounded(rows: exp.Select, context: Context) -> tuple[TimeColumn, list[exp.Expr], list[exp.Expr]]:
    """The time of each row, the terms of WHERE that bound it, and the others."""
    terms, scope = conjuncts(rows.args.get("where")), build_scope(rows)
    found = {id(term): [*comparisons(term)] for term in terms}
    each = [comparison for term in terms for comparison in found[id(term)]]
    both = any(map(opens_window, each)) and any(map(closes_window, each))
    known = all(opens_window(one) or closes_window(one) for one in each)
    halves = any(isinstance(term, exp.Between) and len(found[id(term)]) == 1 for term in terms)
    columns = {comparison.column for comparison in each}
    if scope is None or len(columns) != 1 or not both or not known or halves:
        raise NotCarried("not one column lies between the bounds")
    time = time_column(scope, columns.pop(), context)
    return time, [term for term in terms if found[id(term)]], [term for term in terms if not found[id(term)]]


def keys(rows: exp.Select, join: exp.Join | None, later: list[exp.Expr], day: exp.Expr) -> dict[exp.Expr, exp.Expr]:
    """What the rows are grouped by below the bridge, each with the column of the parts that holds it."""
    above = join.this.alias_or_name if join is not None else None
    found: dict[exp.Expr, None] = {}
    for key in rows.args["group"].expressions:
        if marker(key) == SAMPLE_DATE or key == day or not key.find(exp.Column):
            continue
        if join is None or above not in tables(key):
            found[key] = None
            continue
        for node in (join.args["on"], *later, key):
            found |= dict.fromkeys(below(node, day, above))
    return {key: exp.column(f"k{number}", table=PARTS) for number, key in enumerate(found, start=1)}


def below(node: exp.Expr, day: exp.Expr, above: str | None) -> Iterator[exp.Expr]:
    """The columns that an expression reads of the tables below a bridge, but for the day itself."""
    if node == day or isinstance(node, exp.Column):
        if node != day and node.args["table"].name != above:
            yield node
        return
    for child in node.iter_expressions():
        yield from below(child, day, above)


def merged(rows: exp.Select, above: str | None) -> tuple[dict[str, exp.Expr], dict[exp.Expr, exp.Expr]]:
    """The states of the aggregates by their names, and each aggregate over the rows as one over their parts."""
    states: dict[exp.Expr, str] = {}
    values: dict[exp.Expr, exp.Expr] = {}
    for node in aggregates(clauses(rows)):
        found = measure(node)
        merges = found is not None and not any(state.function is None or state.is_centred for state in found.states)
        if found is None or not merges or divides_integers(node) or above in tables(node):
            raise NotCarried(f"{as_text(node)} is not made of parts")
        columns = []
        for state in found.states:
            assert state.function is not None
            whole = state.function(this=exp.Star() if state.argument is None else state.argument.copy())
            name = states.setdefault(whole, f"s{len(states) + 1}")
            columns.append(state.merge(this=exp.column(name, table=PARTS)))
        values[node] = found.finish(*columns)
    return {name: whole for whole, name in states.items()}, values


def inner_query(
    rows: exp.Select, join: exp.Join | None, kept: Mapping[exp.Expr, exp.Expr], states: Mapping[str, exp.Expr]
) -> exp.Select:
    """The parts of the rows, not yet filtered."""
    day, *others = kept
    columns = [exp.alias_(node.copy(), kept[node].name) for node in others]
    columns += [exp.alias_(whole.copy(), name) for name, whole in states.items()]
    inner = select(sample_date(day).as_(SLOT), *columns).group_by(sample_date(day), *(node.copy() for node in others))
    inner.set("from_", rows.args["from_"].copy())
    inner.set("joins", [other.copy() for other in joins(rows) if other is not join])
    return inner


def below_group(inner: exp.Select) -> Iterator[exp.Anonymous]:
    """The macros in a query, but for the dates of its rows."""
    dates = [inner.expressions[0].this, inner.args["group"].expressions[0]]
    return (node for node in inner.find_all(exp.Anonymous) if not any(node is date for date in dates))


def outer_query(
    rows: exp.Select, join: exp.Join | None, later: list[exp.Expr], values: Mapping[exp.Expr, exp.Expr]
) -> exp.Select:
    """The query over its parts: the same outputs, in the same order."""
    slot = exp.column(SLOT, table=PARTS)

    def over_its_parts(node: exp.Expr) -> exp.Expr:
        if marker(node) == SAMPLE_DATE:
            return sample_date(slot)
        return operand(values[node], node.parent) if node in values else node

    outer = rows.copy()
    for clause in ("expressions", "having", "group"):
        value = outer.args.get(clause)
        if isinstance(value, list):
            outer.set(clause, [finish_named(node, node.transform(over_its_parts)) for node in value])
        elif value is not None:
            outer.set(clause, value.transform(over_its_parts))
    outer.set("from_", exp.From(this=exp.to_table(PARTS)))
    outer.set("joins", [join.transform(over_its_parts)] if join is not None else None)
    start, end = (exp.Anonymous(this=f"{MARK}metrics_{word}", expressions=[]) for word in ("start", "end"))
    outer.set("where", None)
    outer = outer.where(slot >= start, slot <= end, *(term.transform(over_its_parts) for term in later))
    if not tables(outer) <= {PARTS, join.this.alias_or_name if join is not None else PARTS}:
        raise NotCarried("a column stands beside aggregates and is not grouped by")
    return outer


def sample_date(day: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=f"{MARK}{SAMPLE_DATE}", expressions=[day.copy()])


def tables(node: exp.Expr) -> set[str | None]:
    """The tables whose columns an expression reads."""
    return {column.table for column in node.find_all(exp.Column)}

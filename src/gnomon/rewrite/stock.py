"""Read a bound query as that of a stock: one grouped SUM over the rows of one source, at the source's own key.

A stock is taken over time for each of the source's own keys before it is summed over the keys of an entity. So the
query is taken apart here: what is scanned, what is summed, and the bridge, which is joined again at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp, select
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.model import StockRule
from gnomon.rewrite.bridges import from_names, is_dated
from gnomon.rewrite.context import Context, domain_key
from gnomon.rewrite.contract import SAMPLE_DATE, paths_of
from gnomon.rewrite.dialects import phrases
from gnomon.rewrite.own_calendar import days_alias
from gnomon.rewrite.parse import as_text, marker
from gnomon.rewrite.source_time import time_kind
from gnomon.rewrite.stock_shape import bounded_column, refuse, summed
from gnomon.rewrite.tables import table_name
from gnomon.rewrite.times import TimeColumn, is_time_macro, time_column
from gnomon.time import Calendar, OwnAggregation

TAKEN = frozenset(
    {"slot", "n", "leaves", "opens", "following", "expires", "instant", "latest", "value", "sum_value", "count_value"}
    | {"since", "day", "place", "until", "sample_date", "first_n", "last_n"}
)
"""The columns of the stages, which no key may be called."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock's query, taken apart.

    `keys` name the source's own key and the grouped expressions over the rows; `own` are the names of the own key's
    columns. `joins` and `filters` are those of the rows, without the bridge and the bounds. `entity_days` says whether
    an entity holds a key for some days only, so that the day that a value is from matters.
    """

    query: exp.Select
    context: Context
    rule: StockRule
    time: TimeColumn
    keys: dict[exp.Expr, str]
    own: tuple[str, ...]
    total: exp.Expr
    joins: tuple[exp.Join, ...]
    filters: tuple[exp.Expr, ...]
    bridge: exp.Join | None

    @property
    def key_names(self) -> list[str]:
        return [*self.keys.values()]

    @property
    def entity_days(self) -> bool:
        return self.bridge is not None and is_dated(paths_of(self.context.project, self.context.variant))

    @property
    def has_instants(self) -> bool:
        """Whether a day may hold rows of several instants."""
        return time_kind(self.time.type, self.context.project.dialect) != "date"

    def instant(self) -> exp.Expr:
        """The time of a row in the order of time: clocks that jump are read in UTC."""
        column, zone = self.time.column.copy(), self.time.zone
        is_clock = time_kind(self.time.type, self.context.project.dialect) == "wall"
        if is_clock and Calendar(zone).has_dst:
            return phrases(self.context.dialect).rezone(column, zone, "UTC")
        return column


def stock_of(query: exp.Query, context: Context) -> Stock:
    """A bound query as a stock's. Raises DefinitionError `stock_shape` where it has another shape."""
    assert context.metric.additivity is not None
    root = list(traverse_scope(query))[-1]
    total = summed(root, context)
    statement = root.expression
    assert isinstance(statement, exp.Select)
    scan = scanned(root, context)
    column, filters = bounded_column(root, scan, context)
    bridge, joins = parted_joins(root, scan, context)
    for node in (total, *filters, *(join for join in joins)):
        if bridge is not None and any(c.table == bridge.alias_or_name for c in node.find_all(exp.Column)):
            raise refuse(f"uses the {context.variant.entity} of a row before its SUM", node, context)
    own = tuple(exp.column(name, table=scan) for name in context.key)
    keys: dict[exp.Expr, str] = {}
    for node in (*own, *statement.args["group"].expressions):
        if node not in keys and is_row_key(node, bridge):
            keys[node] = free(key_name(node, statement), {*TAKEN, *keys.values()})
    found = Stock(
        statement, context, context.metric.additivity, time_column(root, column, context), keys,
        tuple(keys[node] for node in own), total, joins, filters, bridge,
    )  # fmt: skip
    finished(found, exp.column(SAMPLE_DATE), "levels", exp.column("value"))  # refuses what is not grouped by
    return found


def scanned(root: Scope, context: Context) -> str:
    """The alias of the source in the FROM."""
    table = root.expression.args["from_"].this
    name = table_name(table) if isinstance(table, exp.Table) else ""
    if name not in context.project.sources or domain_key(context, name) is None:
        raise refuse("does not read a source with the metric's key in its FROM", alias_of(table), context)
    for alias, (_, source) in root.selected_sources.items():
        is_timed = isinstance(source, exp.Table) and table_name(source) in {*context.project.sources, *context.peers}
        if isinstance(source, Scope) or (is_timed and alias != table.alias_or_name):
            raise refuse(f"reads '{alias}' beside its source", alias_of(table), context)
    return str(table.alias_or_name)


def alias_of(table: exp.Expr) -> exp.Expr:
    """Where a table's alias stands, or else the table."""
    alias = table.args.get("alias")
    return alias.this if isinstance(alias, exp.TableAlias) and alias.this is not None else table


def parted_joins(root: Scope, scan: str, context: Context) -> tuple[exp.Join | None, tuple[exp.Join, ...]]:
    """The join of the bridge, and the author's own; without that of an own calendar."""
    interval, bridge, joins = context.variant.interval, None, []
    days = days_alias(scan, interval.grain) if isinstance(interval, OwnAggregation) else None
    for join in root.expression.args.get("joins") or []:
        if join.side.upper() in ("RIGHT", "FULL"):
            raise refuse(f"keeps rows of another table with a {join.side.upper()} JOIN", join, context)
        if isinstance(join.this, exp.Table) and join.this.name in context.bridges and not join.this.db:
            bridge = join
        elif join.alias_or_name != days:
            joins.append(join)
    return bridge, tuple(joins)


def is_row_key(node: exp.Expr, bridge: exp.Join | None) -> bool:
    """Whether a grouped expression is one over the rows: not the sample date, a constant, or of the bridge."""
    if any(is_time_macro(call) for call in node.find_all(exp.Anonymous)):
        return False
    tables = {column.table for column in node.find_all(exp.Column)}
    return bool(tables) and not (bridge is not None and bridge.alias_or_name in tables)


def key_name(key: exp.Expr, query: exp.Select) -> str:
    """What an output calls a key, or else the key's own column."""
    names = [projection.alias_or_name for projection in query.expressions if projection.unalias() == key]
    return next((name for name in (*names, key.name) if name.isidentifier() and name.islower()), "key")


def free(name: str, taken: set[str]) -> str:
    """A name that nothing has yet.

    >>> free("value", {"value"}), free("kind", {"value"})
    ('value_2', 'kind')
    """
    return next(word for word in (name, *(f"{name}_{i}" for i in range(2, 1000))) if word not in taken)


def bound_rows(stock: Stock, lows: list[exp.Expr], highs: list[exp.Expr]) -> exp.Select:
    """The rows of some days that pass the filters: the keys, their `slot`, `instant` and `value`."""
    column, time = stock.time.column, stock.time
    rows = select(*(exp.alias_(node.copy(), name, copy=False) for node, name in stock.keys.items()))
    rows = rows.select(exp.alias_(time.date(), "slot"), copy=False)
    if stock.has_instants:
        rows = rows.select(exp.alias_(stock.instant(), "instant"), copy=False)
    rows = rows.select(exp.alias_(stock.total.this.copy(), "value", copy=False), copy=False)
    rows.set("from_", stock.query.args["from_"].copy())
    rows.set("joins", [join.copy() for join in stock.joins])
    bounds = [*(column.copy() >= time.at(low) for low in lows), *(column.copy() < time.at(high) for high in highs)]
    return rows.where(*(term.copy() for term in stock.filters), *bounds, copy=False)


def finished(stock: Stock, sample: exp.Expr, table: str, value: exp.Expr) -> exp.Select:
    """The query over a table of each key's value over time: summed over the keys of each entity.

    The table has the keys, and where `entity_days` the day `since` when a value is. Raises DefinitionError
    `stock_shape` where something stands beside the sum that is neither grouped by nor the sample date.
    """
    query = stock.query.copy()
    columns = {node: exp.column(name, table=table) for node, name in stock.keys.items()}

    def finish(node: exp.Expr) -> exp.Expr:
        if node == stock.total:
            return exp.Sum(this=value.copy())
        if marker(node) == SAMPLE_DATE:
            return sample.copy()
        return columns[node].copy() if node in columns else node

    for clause in ("expressions", "having", "order", "group"):
        args = query.args.get(clause)
        if isinstance(args, list):
            query.set(clause, [named_as(node, node.transform(finish)) for node in args])
        elif args is not None:
            query.set(clause, args.transform(finish))
    check_finished(stock, query, {table, *(column.table for column in sample.find_all(exp.Column))})
    group_by_date(query, sample)
    query.set("where", None)
    query.set("from_", exp.From(this=exp.to_table(table)))
    query.set("joins", [bridge_join(stock, table)] if stock.bridge is not None else [])
    return query


def group_by_date(query: exp.Select, sample: exp.Expr) -> None:
    """Group by the sample date also where the author does not select it; a date that is constant needs no group."""
    group = query.args["group"]
    kept = [node for node in group.expressions if node.find(exp.Column)]
    if sample.find(exp.Column) and sample not in kept:
        kept.append(sample.copy())
    query.set("group", exp.Group(expressions=kept) if kept else exp.Group(expressions=[sample.copy()]))


def check_finished(stock: Stock, query: exp.Select, tables: set[str]) -> None:
    """Refuse a query that still has columns of the rows, or macros of time, beside the sum."""
    if stock.bridge is not None:
        tables = {*tables, stock.bridge.alias_or_name}
    for clause in ("expressions", "having", "order"):
        args = query.args.get(clause)
        for node in args if isinstance(args, list) else [args] if args is not None else []:
            for found in node.find_all(exp.Column, exp.Anonymous):
                if isinstance(found, exp.Anonymous) and is_time_macro(found):
                    raise refuse(f"computes with {as_text(found)}", found, stock.context)
                if isinstance(found, exp.Column) and found.table and found.table not in tables:
                    text = f"has '{as_text(found)}' beside its SUM, and does not group by it"
                    raise refuse(text, found, stock.context)


def named_as(before: exp.Expr, after: exp.Expr) -> exp.Expr:
    """A projection under the name that it had."""
    name = before.alias_or_name
    return exp.alias_(after, name, copy=False) if name and after.alias_or_name != name else after


def bridge_join(stock: Stock, table: str) -> exp.Join:
    """The bridge beside the keys' values: membership on the day that a value is from."""
    assert stock.bridge is not None
    alias = stock.bridge.alias_or_name
    path = paths_of(stock.context.project, stock.context.variant)
    pairs = zip(stock.own, from_names(path), strict=True)
    terms: list[exp.Expr] = [
        exp.column(own, table=table).eq(exp.column(bridged, table=alias)) for own, bridged in pairs
    ]
    if stock.entity_days:
        since = exp.column("since", table=table)
        terms += [since >= exp.column("valid_from", table=alias), since.copy() < exp.column("valid_to", table=alias)]
    return exp.Join(this=stock.bridge.this.copy(), on=exp.and_(*terms, copy=False))


def mean() -> exp.Expr:
    """The average of `value` over the days that have one."""
    return exp.Div(this=exp.cast(exp.Sum(this=exp.column("value")), "DOUBLE"), expression=exp.Count(this=exp.Star()))

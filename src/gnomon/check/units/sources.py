"""What a FROM brings: tables, subqueries, VALUES, UNNEST and LATERAL, each as a relation under its alias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.agree import joined
from gnomon.check.units.facts import conjuncts
from gnomon.check.units.frames import Frame
from gnomon.check.units.limits import limits_of
from gnomon.check.units.pivots import pivoted
from gnomon.check.units.types import kind_of_type
from gnomon.check.units.values import (
    UNKNOWN,
    ColumnUnit,
    Fields,
    NotQuantity,
    Relation,
    RowTyped,
    TableUnits,
    Unknown,
    Value,
)

NOTHING = Relation((), is_complete=False)
"""A table of which nothing is known."""


def open_sources(select: exp.Expr, frame: Frame) -> None:
    """Give a frame the tables of its FROM, joins and laterals, and the facts of its joins."""
    if (start := select.args.get("from_")) is not None:
        add(start.this, frame)
        if select.args.get("match"):  # MATCH_RECOGNIZE has columns of its own
            frame.sources = dict.fromkeys(frame.sources, NOTHING)
    for lateral in select.args.get("laterals") or []:
        add(lateral, frame)
    add_joins(select, frame)


def add(node: exp.Expr, frame: Frame) -> None:
    """Open one table of a FROM, with the joins and pivots written on it."""
    inner = node.this
    if isinstance(node, exp.Subquery | exp.Paren | exp.Table) and isinstance(inner, exp.Table):  # FROM (a JOIN b)
        add(inner, frame)
        if not node.alias:
            return add_joins(node, frame)
        frame.sources[node.alias] = frame.sources.pop(inner.alias_or_name, NOTHING)
    else:
        relation = relation_of(node, frame)
        frame.is_multiplied |= not isinstance(node, exp.Table | exp.Subquery)
        alias = node.alias_or_name or f"_{len(frame.sources)}"
        for pivot in node.args.get("pivots") or []:
            relation = pivoted(relation, pivot, frame, alias)
            alias = pivot.alias or alias
        frame.sources[alias] = relation
    add_joins(node, frame)
    return None


def add_joins(node: exp.Expr, frame: Frame) -> None:
    """Open the joined tables, then read their conditions."""
    for join in node.args.get("joins") or []:
        before = set(frame.sources)
        add(join.this, frame)
        added = set(frame.sources) - before
        shared = [exp.column(name.name, table=next(iter(added), "")) for name in join.args.get("using") or []]
        for later in shared if before and join.side in ("", "LEFT") else []:
            keep_equal(later, frame, before)
        read_condition(join, frame, added)
        if join.method == "NATURAL":
            names = {name for alias in (*before, *added) for name, _ in frame.sources[alias].columns}
            shared = [exp.column(name, table=next(iter(added), "")) for name in sorted(names)]
        pairs = [(later, exp.column(later.name, table=alias)) for later in shared for alias in before]
        frame.limits += limits_of(join, [*equalities(join.args.get("on"), added), *pairs])
        leave_rows_out(join, frame, before, added)


def leave_rows_out(join: exp.Join, frame: Frame, before: set[str], added: set[str]) -> None:
    """An outer join gives NULL where a table has no row: then no text of that table is the same in each row."""
    optional = {"LEFT": added, "RIGHT": before, "FULL": before | added}.get(join.side, set())
    if join.side in ("RIGHT", "FULL"):
        frame.facts = []
    frame.optional |= optional
    for alias in optional:
        frame.sources[alias] = without_constants(frame.sources[alias])


def without_constants(relation: Relation) -> Relation:
    columns = ((n, replace(v, constant=None) if isinstance(v, NotQuantity) else v) for n, v in relation.columns)
    return replace(relation, columns=tuple(columns))


def keep_equal(later: exp.Column, frame: Frame, before: set[str]) -> None:
    """Note that USING holds a column equal to that of an earlier table, if only one can have it."""
    if len(before) == 1:
        frame.same.append((later, exp.column(later.name, table=next(iter(before)))))


def read_condition(join: exp.Join, frame: Frame, added: set[str]) -> None:
    """Check a join's condition, and take from it what then is true of each row.

    An outer join keeps rows for which its condition is not true, so it says nothing of the rows; but what it holds
    equal is equal wherever the joined table has a row. Of the rows that an anti join keeps it is not true.
    """
    condition = join.args.get("on")
    frame.visit(condition)
    frame.peers += equalities(condition, added)
    if join.side in ("", "LEFT"):
        frame.same += equalities(condition, added)
    if not join.side and join.kind != "ANTI":
        frame.facts = frame.where(condition).facts


def equalities(condition: exp.Expr | None, added: set[str]) -> Iterator[tuple[exp.Column, exp.Column]]:
    """The columns of a joined table that are equal to a column of an earlier one."""
    for term in conjuncts(condition):
        if isinstance(term, exp.EQ) and isinstance(term.this, exp.Column) and isinstance(term.expression, exp.Column):
            for later, earlier in ((term.this, term.expression), (term.expression, term.this)):
                if later.table in added and earlier.table not in added:
                    yield later, earlier


def equal_keys(condition: exp.Expr, frame: Frame) -> Iterator[tuple[exp.Column, exp.Column]]:
    """The columns that WHERE holds equal to one of an earlier table, or of a query around this one."""
    place = {alias: position for position, alias in enumerate(frame.sources, 1)}
    for term in conjuncts(condition):
        one, other = term.this, term.args.get("expression")
        if isinstance(term, exp.EQ) and isinstance(one, exp.Column) and isinstance(other, exp.Column):
            earlier, later = sorted((one, other), key=lambda column: place.get(column.table, 0))
            if earlier.table and place.get(later.table, 0) > place.get(earlier.table, 0):
                yield later, earlier


def relation_of(node: exp.Expr, frame: Frame) -> Relation:
    """The relation that a table, subquery or function gives."""
    opener = next((OPENERS[kind] for kind in type(node).__mro__ if kind in OPENERS), None)
    if opener is None:
        frame.visit(node.args.get("expressions"))
        return NOTHING
    return opener(node, frame)


def renamed(relation: Relation, node: exp.Expr) -> Relation:
    """A relation by the column names of its alias: `AS t(a, b)`."""
    alias = node.args.get("alias")
    names = [column.name for column in alias.args.get("columns") or []] if isinstance(alias, exp.TableAlias) else []
    return with_names(relation, names) if names else relation


def with_names(relation: Relation, names: Sequence[str]) -> Relation:
    """A relation whose first columns have other names; row-typed columns follow their keys."""
    if not relation.is_complete:
        return Relation(tuple((name, UNKNOWN) for name in names), relation.rows, is_complete=False)
    old = [name for name, _ in relation.columns]
    new = dict(zip(old, names, strict=False))

    def moved(value: Value) -> Value:
        if not isinstance(value, RowTyped):
            return value
        return replace(value, key=exp.column(new.get(value.key.name, value.key.name)))

    columns = tuple((new.get(name, name), moved(value)) for name, value in relation.columns)
    return replace(relation, columns=columns)


def table(node: Node, frame: Frame) -> Relation:
    """A CTE in sight, or what is declared for a table."""
    if not node.db and node.name in frame.tables:
        return renamed(frame.tables[node.name], node)
    if not isinstance(node.this, exp.Identifier):  # a table function
        frame.visit(node.this)
        return NOTHING
    declared = frame.run.declared.units_of(node)
    if declared is None:
        return NOTHING
    columns = {name: declared_value(column) for name, column in declared.columns.items()}
    for value in (value for value in [*columns.values()] if isinstance(value, RowTyped)):
        columns.setdefault(value.key.name, NotQuantity("text"))
    frame.run.has_units |= has_units(declared)
    return renamed(Relation(tuple(columns.items()), declared.rows, declared.is_complete), node)


def has_units(declared: TableUnits | None) -> bool:
    """Whether anything about units is declared for a table."""
    if declared is None:
        return False
    columns = declared.columns.values()
    return declared.rows is not None or any(column.value is not None or column.entity for column in columns)


def declared_value(column: ColumnUnit) -> Value:
    """What is declared for a column; what its type says where no unit is."""
    if column.value is not None:
        return column.value
    kind = kind_of_type(column.type)
    return NotQuantity(kind, column.entity) if kind is not None else Unknown(column.entity)


def subquery(node: Node, frame: Frame) -> Relation:
    return renamed(frame.run.relation(node.this, frame), node)


def values(node: Node, frame: Frame) -> Relation:
    """VALUES: each column is what its rows have in common."""
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    read = [[frame.value(part) for part in row] for row in rows]
    width = min((len(row) for row in rows), default=0)
    columns = [joined([row[i] for row in read], frame.run.named).value for i in range(width)]
    return renamed(Relation(tuple((f"col{i}", value) for i, value in enumerate(columns))), node)


def unnest(node: Node, frame: Frame) -> Relation:
    """UNNEST: the elements of each array, and the fields of structs."""
    elements = [frame.value(part) for part in node.expressions]
    alias = node.args.get("alias")
    named = [column.name for column in alias.args.get("columns") or []] if alias is not None else []
    names = [*named, *(f"_{i}" for i in range(len(named), len(elements)))]
    columns = [*zip(names, elements, strict=False)]
    columns += [field for value in elements if isinstance(value, Fields) for field in value.values.items()]
    return Relation(tuple(columns), is_complete=False)


def lateral(node: Node, frame: Frame) -> Relation:
    """LATERAL: a query that sees the tables before it; of a function nothing is known."""
    if isinstance(node.this, exp.Subquery | exp.Query):
        return renamed(relation_of(node.this, frame), node)
    frame.visit(node.this)
    return NOTHING


OPENERS: dict[type[exp.Expr], Callable[[Node, Frame], Relation]] = {
    exp.Table: table,
    exp.Subquery: subquery,
    exp.Query: lambda node, frame: frame.run.relation(node, frame),
    exp.Values: values,
    exp.Unnest: unnest,
    exp.Lateral: lateral,
}
"""What opens each kind of table."""

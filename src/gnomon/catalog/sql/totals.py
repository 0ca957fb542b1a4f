"""The metrics of one parent, by the dimensions asked for: one GROUP BY over the parent's rows.

Links that lead to many rows do not multiply: each row of the parent counts once for each combination of dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from gnomon.catalog.sql.filters import Condition
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.links import JOINS, field, joined_on
from gnomon.catalog.sql.metric import Formula
from gnomon.catalog.sql.reach import Attribute, Hop, Path, condition_of
from gnomon.catalog.sql.tables import Stage, Tables
from gnomon.catalog.sql.words import Names, column, identifier, names_in
from gnomon.errors import Problem, UsageError, did_you_mean

Named = tuple[str, exp.Expr]
"""A column of a select list: its name and its tree."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked of one parent: dimensions by output name, conditions, and measures by output name. `attributes`
    are the columns that the names of dimensions stand for."""

    parent: str
    dimensions: Sequence[tuple[str, str]]
    conditions: Sequence[Condition]
    measures: Sequence[tuple[str, Formula]]
    attributes: Mapping[str, Attribute]


class Joins:
    """A parent, and the nodes that are joined to it so far."""

    def __init__(self, tables: Tables, parent: str) -> None:
        self.tables = tables
        self.alias = tables.label(parent)
        self._names = Names()
        self._aliases: dict[Path, str] = {(): self._names.new(self.alias)}
        self.joins: list[exp.Join] = []
        self.multiplies = False

    def read(self, parent: str, attribute: Attribute) -> exp.Expr:
        """The column that an attribute is; what it needs is joined."""
        alias = self._at(attribute.path)
        node = attribute.path[-1].target if attribute.path else parent
        found: exp.Expr = self.tables.column(node, attribute.column, alias)
        if attribute.default is not None:
            found = exp.Coalesce(this=found, expressions=[attribute.default.copy()])
        return found

    def _at(self, path: Path) -> str:
        """The alias of the node at the end of a path."""
        if path not in self._aliases:
            near, hop = self._at(path[:-1]), path[-1]
            self._aliases[path] = alias = self._new_alias(hop)
            self.multiplies = self.multiplies or not hop.one_each
            self.joins.append(self._join(hop, {hop.origin: near, hop.target: alias}))
        return self._aliases[path]

    def _new_alias(self, hop: Hop) -> str:
        label = self.tables.label(hop.target)
        roled = f"{label}_{hop.role}"
        return self._names.new(roled) if hop.role else self._names.new(label)

    def _join(self, hop: Hop, aliases: Mapping[str, str]) -> exp.Join:
        condition = condition_of(self.tables.graph, hop)
        self.tables.want(hop.origin, condition.left if condition else ())
        table = self.tables.read(hop.target, condition.right if condition else (), aliases[hop.target])
        if condition is None:
            return exp.Join(this=table, kind=JOINS[hop.join_type])
        on = joined_on(condition, hop.origin, hop.target, aliases)
        words = {"side": "LEFT"} if hop.join_type == "left" else {"kind": JOINS[hop.join_type]}
        return exp.Join(this=table, on=on, **words)


def totals(tables: Tables, cut: Cut, name: str) -> list[Stage]:
    """The stages that compute a cut, the last of them under a name."""
    joins = Joins(tables, cut.parent)
    read = {each: joins.read(cut.parent, attribute) for each, attribute in cut.attributes.items()}
    keys = [(output, read[asked]) for output, asked in cut.dimensions]
    where = [bound(condition.tree, read) for condition in cut.conditions]
    inputs = sorted({each for _, formula in cut.measures for each in inputs_of(tables.graph, formula)})
    if not joins.multiplies:
        measures = [(output, measured(tables.graph, formula, joins.alias)) for output, formula in cut.measures]
        tables.want(cut.parent, inputs)
        return [(name, grouped(select_from(tables, cut.parent, joins, where), keys, measures))]
    once = tables.names.new(f"{joins.alias}_once")
    own = [*key_of(tables.graph, cut.parent), *inputs]
    names = Names(own)
    shown = [(names.new(output, f"{output}_of"), output, key) for output, key in keys]
    distinct = select_from(tables, cut.parent, joins, where).distinct()
    distinct.set("expressions", [alias(key, inner) for inner, _, key in shown])
    distinct = distinct.select(
        *(tables.column(cut.parent, each, joins.alias) for each in {each.lower(): each for each in own}.values()),
        copy=False,
    )
    outer = exp.Select().from_(exp.Table(this=identifier(once)), copy=False)
    measures = [(output, measured(tables.graph, formula, once)) for output, formula in cut.measures]
    return [
        (once, distinct),
        (name, grouped(outer, [(output, column(inner, once)) for inner, output, _ in shown], measures)),
    ]


def select_from(tables: Tables, parent: str, joins: Joins, where: Iterable[exp.Expr]) -> exp.Select:
    """FROM, JOIN and WHERE of a parent's rows."""
    found = exp.Select().from_(tables.read(parent), copy=False)
    found.set("joins", joins.joins)
    return found.where(*where, copy=False)


def grouped(rows: exp.Select, keys: Sequence[Named], measures: Sequence[Named]) -> exp.Select:
    """Rows put together by keys."""
    rows.set("expressions", [alias(tree, output) for output, tree in (*keys, *measures)])
    return rows.group_by(*(key.copy() for _, key in keys), copy=False) if keys else rows


def alias(tree: exp.Expr, name: str) -> exp.Expr:
    """A column of a select list."""
    if isinstance(tree, exp.Column) and tree.name == name:
        return tree
    return exp.Alias(this=tree, alias=identifier(name))


def bound(tree: exp.Expr, columns: Mapping[str, exp.Expr]) -> exp.Expr:
    """A copy of a tree with other trees in the place of names."""

    def put(node: exp.Expr) -> exp.Expr:
        found = columns.get(node.name) if isinstance(node, exp.Column) else None
        return node if found is None else found.copy()

    return tree.copy().transform(put, copy=False)


def measured(graph: Graph, formula: Formula, table: str) -> exp.Expr:
    """A base metric's expression over a table."""
    columns: dict[str, exp.Expr] = {}
    for name in names_in(formula.expression):
        path = path_of(formula, name)
        columns[name] = column(path, table) if is_column(graph, formula.parent, path) else field(path, table)
    return bound(formula.expression, columns)


def path_of(formula: Formula, name: str) -> str:
    """A name in a base metric without the parent's name before it."""
    for word in sorted(formula.qualifiers, key=len, reverse=True):
        if name.startswith(f"{word}."):
            return name.removeprefix(f"{word}.")
    return name


def inputs_of(graph: Graph, formula: Formula) -> list[str]:
    """The columns that a base metric reads, structs for their fields. Raises UsageError `unknown_column`."""
    parent = formula.parent or ""
    paths = [path_of(formula, name) for name in names_in(formula.expression)]
    found = [path if is_column(graph, parent, path) else path.partition(".")[0] for path in paths]
    for path, root in zip(paths, found, strict=True):
        if graph.column(parent, root) is None:
            known = [each.name for each in graph.columns(parent).values()]
            message = f"metric '{formula.name}' reads '{path}', which '{parent}' does not have"
            raise UsageError(Problem("unknown_column", message, help=did_you_mean(path, known)))
    return found


def is_column(graph: Graph, node: str | None, path: str) -> bool:
    """Whether a name with dots is one column of a node, and no field of a struct."""
    return path.lower() in graph.columns(node or "")


def key_of(graph: Graph, parent: str) -> list[str]:
    """A node's primary key. Raises UsageError `needs_key` where it has none."""
    key = [each.name for each in graph.columns(parent).values() if "primary_key" in each.attributes]
    if not key:
        message = (
            f"a link from '{parent}' leads to many rows, and '{parent}' has no primary key to count each row once by"
        )
        help = "give its key columns the attribute primary_key, or the link the cardinality many_to_one"
        raise UsageError(Problem("needs_key", message, help=help))
    return key

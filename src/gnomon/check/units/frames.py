"""One SELECT while its expressions are read: its tables, what is true of its rows, and what it groups by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from gnomon.check.units.agree import Conflict, joined
from gnomon.check.units.answers import is_of_key, is_same, is_written
from gnomon.check.units.facts import Fact, conjuncts, stated
from gnomon.check.units.keyed import differ, lifted, narrowed, one_unit, recoded
from gnomon.check.units.limits import is_limited
from gnomon.check.units.messages import conflict_of, mixed
from gnomon.check.units.run import Run
from gnomon.check.units.values import (
    ANY,
    UNKNOWN,
    Fields,
    NotQuantity,
    Relation,
    RowTyped,
    Value,
)
from gnomon.rewrite.parse import MARK

Groups = tuple[exp.Expr, ...]


class Frame:
    """Where an expression is evaluated. `groups` is None where nothing is grouped; () is one group of all rows."""

    def __init__(self, run: Run, parent: Frame | None = None, tables: Mapping[str, Relation] | None = None) -> None:
        self.run = run
        self.parent = parent
        self.tables: dict[str, Relation] = dict(tables or {})
        """The CTEs in sight, by name."""
        self.sources: dict[str, Relation] = {}
        self.facts: list[Fact] = []
        """What is true of the row that an expression is read for."""
        self.base: list[Fact] = []
        """What is true of every row that an aggregate reads: WHERE, ON and FILTER, and no CASE around it."""
        self.groups: Groups | None = None
        self.partition: Groups | None = None
        """What the window function groups by whose argument is read; None outside of one."""
        self.aliases: dict[str, Value] = {}
        """The outputs so far, which those after them may name."""
        self.hidden: frozenset[str] = frozenset()
        """Names of columns that are those of outputs too, which in ClickHouse come first."""
        self.outputs: dict[str, Value] = {}
        """All outputs, for the clauses that come after them."""
        self.windows: dict[str, exp.Expr] = {}
        self.same: list[tuple[exp.Column, exp.Column]] = []
        """Columns that a join holds equal: the later one, the earlier one."""
        self.peers: list[tuple[exp.Column, exp.Column]] = []
        """Columns that are equal where neither is NULL: those that any join compares."""
        self.limits: list[tuple[exp.Column, exp.Column]] = []
        """Columns that have only such values as another column, in each row that a join keeps."""
        self.optional: set[str] = set()
        """The tables that have no row where an outer join found none."""
        self.is_multiplied = False
        """Whether UNNEST or LATERAL makes several rows of one."""

    def under(self, *facts: Fact) -> Frame:
        """The same frame for rows of which more is known."""
        if not facts:
            return self
        copy = self.copy()
        copy.facts = [*self.facts, *facts]
        return copy

    def where(self, condition: exp.Expr | None) -> Frame:
        """The same frame for rows where a condition is true."""
        return self.under(*(Fact(term) for term in conjuncts(condition)))

    def filtered(self, condition: exp.Expr | None) -> Frame:
        """The same frame for an aggregate that reads only rows where a condition is true."""
        copy = self.copy()
        copy.base = [*self.base, *(Fact(term) for term in conjuncts(condition))]
        return copy

    def naming(self, name: str) -> Frame:
        """The same frame for the expression of an output, in which its own name is a column."""
        if name not in self.hidden:
            return self
        copy = self.copy()
        copy.hidden = self.hidden - {name}
        return copy

    def over(self, partition: Groups) -> Frame:
        """The same frame for a window function over a partition."""
        copy = self.copy()
        copy.partition = partition
        return copy

    def inside(self) -> Frame:
        """The same frame for the argument of an aggregate."""
        if self.partition is None and len(self.facts) == len(self.base):
            return self
        copy = self.copy()
        copy.partition, copy.facts = None, self.base
        return copy

    def copy(self) -> Frame:
        copy = Frame.__new__(Frame)
        copy.__dict__.update(self.__dict__)
        return copy

    # Reading

    def value(self, node: exp.Expr | None) -> Value:
        """What an expression is; ANY for one that is not there."""
        return self.run.evaluate(node, self) if node is not None else ANY

    def visit(self, *nodes: object) -> None:
        """Read expressions for the mistakes in them."""
        for node in nodes:
            if isinstance(node, exp.Expr):
                self.run.evaluate(node, self)
            elif isinstance(node, list):
                self.visit(*node)

    def column(self, node: exp.Column) -> Value:
        """A column of this frame, or of one around it."""
        is_hidden = node.name in self.hidden and not (node.table and is_written(node.args["table"], node.this))
        if is_hidden or node.name.startswith(MARK):
            return UNKNOWN
        frame: Frame | None = self
        facts: list[Fact] = []
        while frame is not None:
            facts += frame.facts
            alias = node.table if node.table in frame.sources else "" if node.table else frame.owner(node.name)
            if alias:
                return self.read(frame, alias, node.name, facts)
            if node.table and (struct := frame.struct(node)) is not None:
                return struct
            if not node.table and node.name in frame.outputs:
                return frame.outputs[node.name]
            if alias is None or (node.table and frame.may_hide(node)):
                return UNKNOWN
            if not node.table and node.name in frame.aliases:
                return frame.aliases[node.name]
            frame = frame.parent
        return UNKNOWN

    def may_hide(self, node: exp.Column) -> bool:
        """Whether a column that SQLGlot took for one of a query around this one may be of a table here."""
        return not is_written(node.args["table"], node.this) and not all(s.is_complete for s in self.sources.values())

    def owner(self, name: str) -> str | None:
        """The table that a bare column belongs to; "" where none has it, None where that cannot be said."""
        having = [alias for alias, relation in self.sources.items() if relation.get(name) is not None]
        if len(having) == 1:
            return having[0]
        if len(having) > 1 or any(not relation.is_complete for relation in self.sources.values()):
            return None
        return ""

    def struct(self, node: exp.Column) -> Value | None:
        """The field of a struct, where the name before the dot is that of a column."""
        owner = self.owner(node.table)
        found = self.sources[owner].get(node.table) if owner else None
        return found.values.get(node.name, UNKNOWN) if isinstance(found, Fields) else None

    def read(self, frame: Frame, alias: str, name: str, facts: Sequence[Fact]) -> Value:
        """A column of a table, as far as the facts narrow it."""
        value = frame.sources[alias].get(name)
        if value is None:
            return UNKNOWN
        if isinstance(value, RowTyped) and value.key.args.get("table") is not None:  # a key of a query around it
            return narrowed(value, facts, self.run.vocabulary)
        if isinstance(value, RowTyped):
            own = exp.column(value.key.name, table=alias)
            value = narrowed(replace(value, key=own), facts, self.run.vocabulary)
            if not isinstance(value, RowTyped) or one_unit(value) is not None:
                return value
            value = replace(value, is_doubtful=value.is_doubtful or is_limited(frame, own, value, facts))
            key = frame.canonical(own)
            return (
                value
                if key is own
                else narrowed(replace(value, key=key), [*facts, *frame.facts_around()], self.run.vocabulary)
            )
        if facts and isinstance(value, NotQuantity) and value.constant is None:
            constant = stated(facts, alias, name)
            return replace(value, constant=constant) if constant is not None else value
        return value

    def facts_around(self) -> Sequence[Fact]:
        """What is true of the rows of the queries around this one."""
        return [*self.parent.facts, *self.parent.facts_around()] if self.parent is not None else []

    def canonical(self, key: exp.Column) -> exp.Column:
        """The first of the columns that joins hold equal to a key."""
        for later, earlier in self.same:
            if is_same(later, key):
                return self.canonical(earlier)
        return key

    def row_label(self) -> str | None:
        """What one row is: the label of the only table that has one."""
        labels = {relation.rows for relation in self.sources.values() if relation.rows is not None}
        are_groups = self.partition is not None and self.groups is not None
        return labels.pop() if len(labels) == 1 and not self.is_multiplied and not are_groups else None

    # Combining

    def lifted(self, values: Sequence[Value], rule: Callable[[Sequence[Value]], Value]) -> Value:
        """A rule for plain values, key by key where some are row-typed."""
        return lifted(values, rule, self.run.vocabulary)

    def agree(self, node: exp.Expr, parts: Sequence[exp.Expr], values: Sequence[Value]) -> Value:
        """The unit that expressions share; a report, and unknown, where they do not go together."""
        conflicts: list[tuple[Conflict, Sequence[Value]]] = []

        def together(plain: Sequence[Value]) -> Value:
            found = joined(plain, self.run.named)
            if found.conflict is not None:
                conflicts.append((found.conflict, plain))
            return found.value

        value = self.lifted(values, together)
        if not conflicts:
            return value
        if any(isinstance(value, RowTyped) and value.is_doubtful for value in values):
            return UNKNOWN
        conflict, plain = conflicts[0]
        self.run.report(conflict_of(conflict, node, parts, values, plain, self.run))
        return UNKNOWN

    def gathered(self, node: exp.Expr, value: Value, groups: Groups) -> Value:
        """A value of several rows together: row-typed still where its key is among the groups."""
        if not isinstance(value, RowTyped) or self.is_outer(value.key):
            return value
        for group in groups:
            if (found := self.by_key(value, group)) is not None:
                return found
        if (shared := one_unit(value)) is not None:
            return shared
        for group in groups:
            if (found := self.recoded(node, value, group)) is not None:
                return found
        if differ(value) and not any(is_of_key(group, value.key) for group in groups):
            self.run.report(mixed(node, value, self.run))
        return UNKNOWN

    def is_outer(self, key: exp.Expr) -> bool:
        """Whether a key is a column of a query around this one: the same for all rows here."""
        return isinstance(key, exp.Column) and key.table != "" and key.table not in self.sources

    def is_key(self, column: exp.Column, key: exp.Expr) -> bool:
        """Whether a column is a key, by another name that a join holds equal."""
        return is_same(self.canonical(column), key)

    def by_key(self, value: RowTyped, column: exp.Expr) -> RowTyped | None:
        """The value by a column that is its key, or COALESCE of the keys of joined tables; None where it is not.

        Where the key's table has no row the column is NULL, and nothing is known of a value of another table.
        """
        if isinstance(column, exp.Coalesce) and self.is_any_key(column, value.key):
            return value
        if not is_same(column, value.key) and not (isinstance(column, exp.Column) and self.is_key(column, value.key)):
            return None
        if not isinstance(column, exp.Column) or column.table not in self.optional or one_unit(value) is not None:
            return value
        is_own = isinstance(value.key, exp.Column) and column.table == value.key.table
        return value if is_own else replace(value, units={**value.units, None: UNKNOWN})

    def is_any_key(self, node: exp.Coalesce, key: exp.Expr) -> bool:
        """Whether COALESCE gives a key: of its columns one is the key, and the others are equal to it or NULL."""
        parts = [node.this, *node.expressions]
        peers = [b if is_same(a, key) else a for a, b in self.peers if is_same(a, key) or is_same(b, key)]
        others = [part for part in parts if not is_same(part, key)]
        return len(others) < len(parts) and all(any(is_same(part, peer) for peer in peers) for part in others)

    def recoded(self, node: exp.Expr, value: RowTyped, expression: exp.Expr) -> RowTyped | None:
        """A value by an expression of its key; a report where keys that differ become one, None where it is no key."""

        def merged(units: Sequence[Value]) -> Value:
            found = joined(units, self.run.named)
            if found.conflict is not None and not value.is_doubtful:
                self.run.report(mixed(node, None, self.run, units))
            return found.value

        return recoded(value, expression, merged)

    def alone(self, node: exp.Expr, value: Value) -> Value:
        """A value that leaves its key behind: the unit that all keys share, or a report."""
        return self.gathered(node, value, ())

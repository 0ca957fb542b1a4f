"""From a resolved request to one statement: totals of each parent, side by side, and the metrics made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from gnomon.catalog.sql.combine import same, side_by_side
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.outputs import Outputs
from gnomon.catalog.sql.request import Request
from gnomon.catalog.sql.tables import Stage, Tables
from gnomon.catalog.sql.totals import Cut, alias, bound, totals
from gnomon.catalog.sql.windows import conditions_for, divided, refuse_added, unseen
from gnomon.catalog.sql.words import column, identifier

ALL: frozenset[int] = frozenset()
"""No condition is looked past."""


class Plan:
    """One request's stages, as they are made."""

    def __init__(self, graph: Graph, request: Request, tables: Tables, outputs: Outputs, dialect: str) -> None:
        self.graph = graph
        self.request = request
        self.tables = tables
        self.outputs = outputs
        self.dialect = dialect
        self.stages: list[Stage] = []
        self._totals: dict[frozenset[int], Mapping[str, str]] = {}
        self.keys = [outputs.dimensions[name] for name in request.dimensions]

    def statement(self) -> exp.Select:
        """The whole statement."""
        select, known = self.rows(ALL)
        metrics = {name: divided(self.request, each) for name, each in self.request.measured.items()}
        for name, tree in metrics.items():
            refuse_added(self.request, name, tree)
        for without, names in self.staged_windows().items():
            self.join_windows(select, known, without, {name: metrics.pop(name) for name in names})
        found = known | {name: bound(tree, known) for name, tree in metrics.items()}
        select.set("expressions", [alias(found[name], output) for name, output in self.outputs.listed()])
        inside = {name: tree if isinstance(tree, exp.Column) else exp.Paren(this=tree) for name, tree in found.items()}
        select.where(*(self.condition(each.tree, each.names, inside) for each in self.request.after), copy=False)
        self.order(select)
        return self.with_stages(select)

    def rows(self, without: frozenset[int]) -> tuple[exp.Select, dict[str, exp.Expr]]:
        """FROM over the totals of all parents, and what dimensions and base metrics are there."""
        named = self.totals(without)
        select, keys = side_by_side(list(named.values()), self.keys, self.dialect)
        known = {name: keys[output] for name, output in self.outputs.dimensions.items()}
        for parent, bases in self.request.parents.items():
            known |= {base: column(self.outputs.bases[base], named[parent]) for base in bases}
        return select, known

    def totals(self, without: frozenset[int]) -> Mapping[str, str]:
        """The stage of each parent's totals, made where it is not there yet."""
        if without not in self._totals:
            named = {}
            for parent, bases in self.request.parents.items():
                label = f"{self.tables.label(parent)}_totals"
                named[parent] = name = self.tables.names.new(f"{label}_unbounded" if without else label)
                self.stages += totals(self.tables, self.cut(parent, bases, without), name)
            self._totals[without] = named
        return self._totals[without]

    def cut(self, parent: str, bases: Sequence[str], without: frozenset[int]) -> Cut:
        """What is asked of one parent."""
        conditions = conditions_for(self.request, without)
        dimensions = [(output, name) for name, output in self.outputs.dimensions.items()]
        used = {*self.request.dimensions, *(name for each in conditions for name in each.names)}
        attributes = {name: found for name, found in self.request.attributes[parent].items() if name in used}
        measures = [(self.outputs.bases[base], self.graph.formula(base)) for base in bases]
        return Cut(parent, dimensions, conditions, measures, attributes)

    def staged_windows(self) -> dict[frozenset[int], list[str]]:
        """The metrics whose windows need a stage of their own: they look past conditions, or metrics are filtered."""
        found: dict[frozenset[int], list[str]] = {}
        for name, measured in self.request.measured.items():
            without = unseen(self.graph, self.request, measured) if measured.has_window else ALL
            if without or (measured.has_window and self.request.after):
                found.setdefault(without, []).append(name)
        return found

    def join_windows(
        self, select: exp.Select, known: dict[str, exp.Expr], without: frozenset[int], metrics: Mapping[str, exp.Expr]
    ) -> None:
        """Add a stage with some metrics, joined to the rows of all; `known` learns of them."""
        inner, theirs = self.rows(without)
        name = self.tables.names.new("windows")
        shown = [(known_as, theirs[asked]) for asked, known_as in self.outputs.dimensions.items()]
        shown += [(self.outputs.measured[metric], bound(tree, theirs)) for metric, tree in metrics.items()]
        inner.set("expressions", [alias(tree.copy(), output) for output, tree in shown])
        self.stages.append((name, inner))
        pairs = [(known[asked], column(output, name)) for asked, output in self.outputs.dimensions.items()]
        condition = same(pairs, self.dialect)
        kind = {"side": "LEFT", "on": condition} if condition is not None else {"kind": "CROSS"}
        select.append("joins", exp.Join(this=exp.Table(this=identifier(name)), **kind))
        known |= {metric: column(self.outputs.measured[metric], name) for metric in metrics}

    def condition(self, tree: exp.Expr, names: Sequence[str], known: Mapping[str, exp.Expr]) -> exp.Expr:
        """A condition on metrics, over the statement's rows."""
        request = self.request
        asked = {name: request.asked_as(name, request.parents) for name in names if name not in request.measured}
        return exp.Paren(this=bound(tree, {name: known[asked.get(name) or name] for name in names}))

    def order(self, select: exp.Select) -> None:
        """ORDER BY and LIMIT, by the names of outputs."""
        names = dict(self.outputs.listed())
        ordered = [
            exp.Ordered(this=column(names[each.name]), desc=each.descending, nulls_first=each.nulls_first)
            for each in self.request.order
        ]
        if ordered:
            select.order_by(*ordered, copy=False)
        if self.request.limit is not None:
            select.limit(self.request.limit, copy=False)

    def with_stages(self, select: exp.Select) -> exp.Select:
        """A statement with the stages it reads before it."""
        stages = [*self.tables.stages(), *self.stages]
        made = [exp.CTE(this=tree, alias=exp.TableAlias(this=identifier(name))) for name, tree in stages]
        select.set("with_", exp.With(expressions=made))
        return select

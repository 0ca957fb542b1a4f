"""Nodes as the tables of one statement: sources where they lie, the others as stages named for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.query import Place, read_body
from gnomon.catalog.sql.words import Names, column
from gnomon.errors import Problem, UsageError

Stage = tuple[str, exp.Query]


class Tables:
    """The nodes of a statement, each under one label, with the columns that are read of it.

    `graph` holds all nodes upstream of `nodes`. `catalogs` gives catalogs other names, the empty one for none.
    """

    def __init__(self, graph: Graph, nodes: Iterable[str], catalogs: Mapping[str, str]) -> None:
        self.graph = graph
        self._catalogs = catalogs
        self._order = upstream_first(graph, nodes)
        self.names = Names(taken(graph, self._order))
        self._labels = {node: self.names.new(node) for node in self._order}
        self._wanted: dict[str, set[str] | None] = {}

    def label(self, node: str) -> str:
        """What a node is called in the statement."""
        return self._labels[node]

    def read(self, node: str, columns: Iterable[str] = (), alias: str | None = None) -> exp.Table:
        """A node in FROM; its columns are read."""
        self.want(node, columns)
        return self._place(node).table(alias)

    def want(self, node: str, columns: Iterable[str] | None) -> None:
        """Say that columns of a node are read; None: all of them."""
        known = self._wanted.setdefault(node, set())
        self._wanted[node] = None if columns is None or known is None else known | {each.lower() for each in columns}

    def column(self, node: str, name: str, alias: str) -> exp.Expr:
        """A column of a node under an alias."""
        self.want(node, (name,))
        return column(name, alias)

    def stages(self) -> list[Stage]:
        """The nodes that are read, as stages, each after those that it reads."""
        made: list[Stage] = []
        for node in reversed(self._order):
            query = self.graph.query(node) if node in self._wanted else None
            if query is not None:
                wanted = self._wanted[node]
                text = self.graph.definition(node).query or ""
                places = tuple((read, self._place(read)) for read in query.reads)
                body = read_body(node, text, self.graph.authored, None if wanted is None else frozenset(wanted), places)
                for read in query.reads:
                    self.want(read, body.words)
                made.append((self._labels[node], body.tree.copy()))
        return made[::-1]

    def _place(self, node: str) -> Place:
        """What a node is in FROM: a stage, or the table that a source is."""
        definition, label = self.graph.definition(node), self._labels[node]
        if definition.kind != "source":
            return Place((label,), label)
        if not definition.table:
            raise UsageError(Problem("no_table", f"the source '{node}' names no table"))
        catalog = self._catalogs.get(definition.catalog or "", definition.catalog)
        parts = [part for part in (catalog, definition.schema, *definition.table.split(".")) if part]
        return Place(tuple(parts[-3:]), label)


def upstream_first(graph: Graph, nodes: Iterable[str]) -> list[str]:
    """Nodes and all upstream of them, each after those that it reads. Raises UsageError `node_cycle`."""
    order: dict[str, None] = {}
    open_: dict[str, None] = {}

    def visit(node: str) -> None:
        if node in open_:
            raise UsageError(Problem("node_cycle", f"'{node}' reads itself: {' -> '.join((*open_, node))}"))
        if node not in order:
            open_[node] = None
            query = graph.query(node)
            for read in query.reads if query else ():
                visit(read)
            del open_[node]
            order[node] = None

    try:
        for node in nodes:
            visit(node)
    except RecursionError:
        raise UsageError(Problem("node_cycle", "nodes read each other in a chain that is too long")) from None
    return list(order)


def taken(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """Names that a label would hide: tables without a schema, and what queries call their own stages and tables."""
    found: set[str] = set()
    for node in nodes:
        definition, query = graph.definition(node), graph.query(node)
        found |= query.inner if query else set()
        if definition.kind == "source" and not definition.schema and definition.table:
            found.add(definition.table)
    return found

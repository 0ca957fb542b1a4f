"""The nodes that a request touches, read in as few calls as the graph is deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gnomon.catalog.sql.metric import Formula, read_metric
from gnomon.catalog.sql.query import NodeQuery, read_query
from gnomon.catalog.values import Column, Definition, Node
from gnomon.errors import Problem, UsageError, did_you_mean

Nodes = Callable[[Iterable[str]], Mapping[str, Node]]
"""Nodes by their names; what is not there is left out."""

FACTS = ("source", "transform", "dimension")
"""The kinds of nodes that have rows of their own."""


class Graph:
    """Nodes by name. `authored` is the dialect in which their SQL is written."""

    def __init__(self, nodes: Nodes, authored: str) -> None:
        self.authored = authored
        self._nodes = nodes
        self._found: dict[str, Definition | None] = {}
        self._columns: dict[str, Mapping[str, Column]] = {}

    @property
    def known(self) -> Mapping[str, Definition | None]:
        """All that was read, None for what is not there."""
        return self._found

    def load(self, names: Iterable[str]) -> None:
        """Read nodes that were not read yet, in one call."""
        new = sorted(set(names) - set(self._found))
        if new:
            found = self._nodes(new)
            active = {name: node for name, node in found.items() if node.deactivated_at is None}
            self._found |= {name: active[name].revision.definition if name in active else None for name in new}

    def load_metrics(self, names: Iterable[str]) -> None:
        """Read metrics, the metrics that they are made of, and what they are measured on."""
        frontier = set(names)
        while frontier:
            self.load(frontier)
            seen, frontier = frontier, set()
            for name in seen:
                if self.is_metric(name):
                    frontier |= {read for read in self.formula(name).reads if read not in self._found}

    def load_links(self, names: Iterable[str]) -> None:
        """Read nodes and all that their links lead to."""
        frontier, seen = set(names), set[str]()
        while frontier:
            self.load(frontier)
            seen |= frontier
            found = [definition for name in frontier if (definition := self._found.get(name))]
            frontier = {link.dimension for definition in found for link in definition.links} - seen

    def load_upstream(self, names: Iterable[str]) -> None:
        """Read nodes and all that their queries read."""
        frontier, seen = set(names), set[str]()
        while frontier:
            self.load(frontier)
            seen |= frontier
            queries = [self.query(name) for name in frontier]
            frontier = {read for query in queries if query for read in query.reads} - seen

    def get(self, name: str) -> Definition | None:
        """What a node says, None where there is none."""
        return self._found.get(name)

    def definition(self, name: str) -> Definition:
        """What a node says. Raises UsageError `unknown_node`."""
        found = self._found.get(name)
        if found is None:
            hint = did_you_mean(name, [known for known, each in self._found.items() if each is not None])
            raise UsageError(Problem("unknown_node", f"there is no node named '{name}'", help=hint))
        return found

    def is_metric(self, name: str) -> bool:
        """Whether a name is a metric's."""
        found = self._found.get(name)
        return found is not None and found.kind == "metric"

    def formula(self, name: str) -> Formula:
        """How a metric is computed. Raises UsageError `unknown_node`, `not_a_metric` or `wrong_metric`."""
        definition = self.definition(name)
        if definition.kind != "metric":
            raise UsageError(Problem("not_a_metric", f"'{name}' is a {definition.kind}, not a metric"))
        return read_metric(name, definition.query or "", self.authored)

    def query(self, name: str) -> NodeQuery | None:
        """The SQL of a node with rows, None of a source. Raises UsageError `no_rows` or `wrong_node_query`."""
        definition = self.definition(name)
        if definition.kind not in FACTS:
            raise UsageError(Problem("no_rows", f"'{name}' is a {definition.kind}, which has no rows of its own"))
        return None if definition.kind == "source" else read_query(name, definition.query or "", self.authored)

    def columns(self, name: str) -> Mapping[str, Column]:
        """A node's columns by lower-case name: those declared, else those its query names."""
        if name not in self._columns:
            definition = self.definition(name)
            columns = definition.columns
            if not columns and definition.kind != "source" and (query := self.query(name)):
                columns = tuple(Column(each) for each in query.outputs)
            self._columns[name] = {column.name.lower(): column for column in columns}
        return self._columns[name]

    def column(self, node: str, name: str) -> Column | None:
        """A column of a node, whatever its case; a node of which no columns are known has every column."""
        columns = self.columns(node)
        return columns.get(name.lower(), None if columns else Column(name))

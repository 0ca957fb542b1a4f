"""The dimensions by which a node's rows, or several metrics together, can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gnomon.catalog.sql.entry import AUTHORED
from gnomon.catalog.sql.formulas import measure
from gnomon.catalog.sql.graph import Graph, Nodes
from gnomon.catalog.sql.links import check_link
from gnomon.catalog.sql.reach import Path, Reference, Way, ways_from
from gnomon.catalog.sql.request import by_parent
from gnomon.catalog.values import Column, Json
from gnomon.errors import Problem, UsageError

LOCAL = {"primary_key", "dimension"}
"""The attributes that make a column a dimension of its own node."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension by the name that a request takes. `path` are the links on the way: the node that each leaves, and
    its role or column. `properties` are the column's attributes."""

    name: str
    node_name: str
    node_display_name: str
    column_display_name: str | None
    properties: tuple[str, ...]
    type: str | None
    path: tuple[str, ...]
    unit: Json | None = None
    unit_ext: Json | None = None
    filter_only: bool = False


def dimensions_of(nodes: Nodes, name: str, *, authored: str = AUTHORED) -> tuple[Dimension, ...]:
    """The dimensions of a node, by name: those of its metrics' parents for a metric or a cube, all in common.

    Raises UsageError `unknown_node` and whatever is wrong with its metrics.
    """
    graph = Graph(nodes, authored)
    graph.load([name])
    definition = graph.definition(name)
    if definition.kind == "metric":
        return common_dimensions(nodes, [name], authored=authored)
    if definition.cube is not None:
        return common_dimensions(nodes, definition.cube.metrics, authored=authored)
    graph.load_links([name])
    return tuple(sorted(listed(graph, name), key=lambda each: each.name))


def common_dimensions(nodes: Nodes, metrics: Sequence[str], *, authored: str = AUTHORED) -> tuple[Dimension, ...]:
    """The dimensions by which all of some metrics can be asked for, by name, seen from the first one's parent.

    Raises UsageError `no_metrics`, `unknown_node` and whatever is wrong with the metrics.
    """
    graph = Graph(nodes, authored)
    if not metrics:
        raise UsageError(Problem("no_metrics", "no metric is asked for", help="name one at least"))
    graph.load_metrics(metrics)
    parents = list(by_parent(graph, [measure(graph, metric) for metric in dict.fromkeys(metrics)]))
    graph.load_links(parents)
    first, *others = ({each.name: each for each in listed(graph, parent)} for parent in parents)
    return tuple(first[name] for name in sorted(first) if all(name in other for other in others))


def listed(graph: Graph, start: str) -> Iterator[Dimension]:
    """The dimensions seen from a node that have one meaning."""
    own_kind = graph.definition(start).kind
    given: set[str] = set()
    ways = {state: way for state, way in ways_from(graph, start).items() if can_follow(graph, way)}
    for (node, roles), way in ways.items():
        for column in graph.columns(node).values():
            if way.path or own_kind == "dimension" or LOCAL & set(column.attributes):
                name = str(Reference(node, column.name, roles))
                given.add(name)
                yield described(graph, name, node, column, labels(way.path))
    for (node, roles), way in ways.items():
        for link in graph.definition(node).links:
            far = graph.get(link.dimension)
            if link.kind != "reference" or far is None or not link.dimension_column:
                continue
            found = graph.column(link.dimension, link.dimension_column)
            name = str(Reference(link.dimension, link.dimension_column, (*roles, *([link.role] if link.role else []))))
            if found is not None and name not in given:
                given.add(name)
                yield described(graph, name, link.dimension, found, (*labels(way.path), f"{node}.{link.column}"))


def can_follow(graph: Graph, way: Way) -> bool:
    """Whether a way is the only one, and of links that SQL is made for."""
    try:
        for hop in way.path:
            check_link(hop.origin, graph.definition(hop.origin).links[hop.at])
    except UsageError:
        return False
    return not way.others


def labels(path: Path) -> tuple[str, ...]:
    """A way in words."""
    return tuple(f"{hop.origin}.{hop.role}" if hop.role else hop.origin for hop in path)


def described(graph: Graph, name: str, node: str, column: Column, path: tuple[str, ...]) -> Dimension:
    """A dimension with what the catalog says about it."""
    return Dimension(
        name,
        node,
        graph.definition(node).display_name or node,
        column.display_name,
        column.attributes,
        column.type,
        path,
        column.unit,
        column.unit_ext,
    )

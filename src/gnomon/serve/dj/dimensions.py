"""Dimension nodes, and what can be grouped by them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from gnomon.catalog.reach import in_degrees
from gnomon.catalog.sql import dimensions_of
from gnomon.catalog.summaries import names
from gnomon.catalog.values import Kind, Node
from gnomon.errors import UsageError
from gnomon.serve.access import Reader
from gnomon.serve.answers import titled
from gnomon.serve.dj.metric_shapes import Ranked, Titled
from gnomon.serve.dj.nodes import NodeName
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["dimensions"], route_class=StrictRoute)

Kinds = Annotated[list[Kind] | None, Query()]


@router.get("/dimensions", response_model=list[Ranked], summary="Dimension nodes")
def list_dimensions(
    state: StateOf, _: Reader, prefix: str = "", limit: Annotated[int | None, Query(ge=0, le=100_000)] = None
) -> Response:
    """All dimension nodes, those first to which the most links lead."""
    degrees = in_degrees(state.engine)
    found = names(state.engine, kinds=["dimension"], prefix=prefix)
    ranked = sorted(found, key=lambda name: -degrees.get(name, 0))[:limit]
    return json_reply([{"name": name, "indegree": degrees.get(name, 0)} for name in ranked])


@router.get("/dimensions/common", response_model=list[Titled], summary="Nodes with dimensions in common")
def list_nodes_with_all(
    state: StateOf, _: Reader, dimension: Annotated[list[str] | None, Query()] = None, node_type: Kinds = None
) -> Response:
    """The nodes that can be grouped by all of these dimension nodes."""
    return json_reply(grouped_by(state, dimension or [], node_type or []))


@router.get("/dimensions/{name}/nodes", response_model=list[Titled], summary="Nodes with a dimension")
def list_nodes_with(state: StateOf, _: Reader, name: NodeName, node_type: Kinds = None) -> Response:
    """The nodes that can be grouped by a dimension node."""
    return json_reply(grouped_by(state, [name], node_type or []))


def grouped_by(state: State, dimensions: list[str], kinds: list[Kind]) -> list[dict[str, str | None]]:
    """The nodes of some kinds that can be grouped by all these dimension nodes. Refuses `unknown_node`."""
    for name in dimensions:
        state.node(name)
    wanted = set(dimensions)
    nodes = state.nodes(names(state.engine, kinds=kinds))
    homes: dict[tuple[str, ...], set[str]] = {}
    found = []
    for name, node in nodes.items():
        definition = node.revision.definition
        key = definition.parents if definition.kind == "metric" else (name,)
        if key not in homes:
            homes[key] = homes_of(state, name)
        if wanted <= homes[key] and name not in wanted:
            found.append(titled_json(node))
    return found


def homes_of(state: State, name: str) -> set[str]:
    """The dimension nodes that a node can be grouped by; metrics that read the same have the same."""
    try:
        return {each.node_name for each in dimensions_of(state.nodes, name)}
    except UsageError:
        return set()


def titled_json(node: Node) -> dict[str, str | None]:
    """A node's name, words and SQL, all of which the published client reads."""
    definition = node.revision.definition
    words = {"display_name": definition.display_name or titled(node.name), "description": definition.description or ""}
    return {"name": node.name, **words, "query": definition.query}

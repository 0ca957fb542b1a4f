"""Nodes, as they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from gnomon.catalog.faults import faults
from gnomon.catalog.labels import get_availability, get_tags
from gnomon.catalog.reach import walk
from gnomon.catalog.sql import dimensions_of
from gnomon.catalog.summaries import active_among, catalogs, names, summaries
from gnomon.catalog.values import Kind, Node
from gnomon.serve.access import Reader
from gnomon.serve.answers import dimension_json, node_json, revision_json, summary_json, titled, units_of
from gnomon.serve.dj.metric_shapes import DimensionOut
from gnomon.serve.dj.node_shapes import CatalogOut, EngineOut, LineageLine, NodeOut, NodeTitle, RevisionOut
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute
from gnomon.serve.units import is_published_client

router = APIRouter(tags=["nodes"], route_class=StrictRoute)

NodeName = Annotated[str, Path(description="A node's full name", examples=["shop.revenue"])]
VARIES = {"Vary": "User-Agent"}
"""The published client is told another unit where it cannot read null."""


def node_answer(request: Request, state: State, node: Node) -> dict[str, object]:
    """A node with all that is said about it, for the client that asks."""
    definition = node.revision.definition
    active = active_among(state.engine, [*definition.parents, *(link.dimension for link in definition.links)])
    tags = {tag.name: tag for tag in get_tags(state.engine)} if definition.tags else {}
    availability = get_availability(state.engine, node.name)
    said = node_json(node, active, tags, availability, is_published_client(request))
    return said | {"status": status_of(state, node)}


def status_of(state: State, node: Node) -> str:
    """Whether a node can be computed. Of one that was taken out nobody asks."""
    return "invalid" if node.deactivated_at is None and faults(state.nodes, node.name) else "valid"


@router.get("/nodes", response_model=list[str], summary="Names of nodes")
def list_nodes(
    state: StateOf, _: Reader, node_type: Annotated[Kind | None, Query()] = None, prefix: str = ""
) -> Response:
    """The names of all active nodes, in order."""
    return json_reply(names(state.engine, kinds=[node_type] if node_type else [], prefix=prefix))


@router.get("/nodes/details", response_model=list[NodeTitle], summary="Titles of nodes")
def list_details(state: StateOf, _: Reader, node_type: Annotated[Kind | None, Query()] = None) -> Response:
    """All active nodes, each with a title and a description."""
    found = summaries(state.engine, kinds=[node_type] if node_type else [])
    return json_reply(
        [
            {
                "name": each.name,
                "display_name": each.display_name or titled(each.name),
                "description": each.description or "",
                "type": each.kind,
            }
            for each in found
        ]
    )


@router.get("/nodes/{name}", response_model=NodeOut, summary="A node")
def get_node(request: Request, state: StateOf, _: Reader, name: NodeName) -> Response:
    """A node with its columns, units and links.

    `metric_metadata.unit` is null where the old enumeration has no word for the unit; DataJunction's Python client,
    which cannot read null there, is told `unknown`.
    """
    return json_reply(node_answer(request, state, state.node(name)), headers=VARIES)


@router.get("/nodes/{name}/revisions", response_model=list[RevisionOut], summary="All revisions of a node")
def list_revisions(request: Request, state: StateOf, _: Reader, name: NodeName) -> Response:
    """All revisions, the oldest first."""
    state.node(name)
    revisions = state.store.revisions(name)
    named = {link.dimension for each in revisions for link in each.definition.links}
    active = active_among(state.engine, named.union(*(each.definition.parents for each in revisions)))
    client = is_published_client(request)
    return json_reply([revision_json(name, each, active, client) for each in revisions], headers=VARIES)


@router.get("/nodes/{name}/upstream", response_model=list[LineageLine], summary="What a node reads")
def list_upstream(
    state: StateOf, _: Reader, name: NodeName, node_type: Annotated[Kind | None, Query()] = None
) -> Response:
    """The nodes that a node reads, at any distance, the nearest first, with the units of their columns."""
    state.node(name)
    return lines(state, walk(state.engine, name, "up"), node_type)


@router.get("/nodes/{name}/downstream", response_model=list[LineageLine], summary="What reads a node")
def list_downstream(
    state: StateOf, _: Reader, name: NodeName, node_type: Annotated[Kind | None, Query()] = None
) -> Response:
    """The nodes that read a node, at any distance, the nearest first, with the units of their columns."""
    state.node(name)
    return lines(state, walk(state.engine, name, "down"), node_type)


def lines(state: State, wanted: tuple[str, ...], kind: Kind | None) -> Response:
    """Nodes as lines of a listing, in the order of their names here."""
    found = {each.name: each for each in summaries(state.engine, kinds=[kind] if kind else [], named=wanted)}
    nodes = state.nodes(found)
    units = {name: units_of(node.revision.definition) for name, node in nodes.items()}
    shown = [name for name in wanted if name in found and name in units]
    more = {name: {"columns": units[name], "status": status_of(state, nodes[name])} for name in shown}
    return json_reply([summary_json(found[name]) | more[name] for name in shown])


@router.get("/nodes/{name}/dimensions", response_model=list[DimensionOut], summary="A node's dimensions")
def list_node_dimensions(state: StateOf, _: Reader, name: NodeName) -> Response:
    """The dimensions that a node can be grouped by, through all links."""
    state.node(name)
    return json_reply([dimension_json(each) for each in dimensions_of(state.nodes, name)])


@router.get("/catalogs", response_model=list[CatalogOut], summary="Catalogs of tables")
def list_catalogs(state: StateOf, _: Reader) -> Response:
    """The catalogs in which sources have their tables."""
    return json_reply([{"name": name, "engines": []} for name in catalogs(state.engine)])


@router.get("/engines", response_model=list[EngineOut], summary="Engines")
def list_engines(_: Reader) -> Response:
    """The engines that run SQL: the catalog knows of none."""
    return json_reply([])

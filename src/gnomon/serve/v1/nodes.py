"""Nodes in pages and one by one, with all that the catalog holds of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gnomon.catalog.reach import walk
from gnomon.catalog.summaries import Summary, summaries
from gnomon.catalog.values import Column, Definition, Kind, Node
from gnomon.catalog.versions import Version
from gnomon.serve.access import Reader
from gnomon.serve.answers import units_of
from gnomon.serve.refusals import refused
from gnomon.serve.replies import json_reply
from gnomon.serve.state import StateOf
from gnomon.serve.strict import StrictRoute
from gnomon.serve.v1.shapes import Graph, NodeV1, Page, RevisionV1
from gnomon.units.shapes import product_of
from gnomon.units.text import text_of
from gnomon.units.wire import UnitError

router = APIRouter(tags=["v1"], route_class=StrictRoute)

NodeName = Annotated[str, Path(description="A node's full name", examples=["shop.revenue"])]
LARGEST_PAGE = 1_000


@router.get("/nodes", response_model=Page, summary="Nodes, a page at a time")
def list_nodes(
    state: StateOf,
    _: Reader,
    namespace: str | None = None,
    kind: Annotated[Kind | None, Query()] = None,
    tag: str | None = None,
    after: Annotated[str, Query(description="The `next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
) -> Response:
    """Active nodes by name, of a namespace with those inside it, of a kind, with a tag."""
    kinds = [kind] if kind else []
    found = summaries(state.engine, namespace, kinds=kinds, tag=tag, after=after, limit=limit + 1)
    page = found[:limit]
    return json_reply(
        {"nodes": [line_json(each) for each in page], "next": page[-1].name if len(found) > limit else None}
    )


def line_json(summary: Summary) -> dict[str, Any]:
    """A line of a page."""
    return {name: getattr(summary, name) for name in Summary.__slots__}


@router.get("/nodes/{name}", response_model=NodeV1, summary="A node")
def get_node(state: StateOf, _: Reader, name: NodeName, version: str | None = None) -> Response:
    """A node at its current revision or at another, also one that was taken out."""
    node = state.node(name, inactive=True)
    if version is not None:
        wanted = read_version(version)
        node = state.store.get(name, wanted) if wanted is not None else refuse_version(name, version)
    return json_reply(node_json(node))


def read_version(text: str) -> Version | None:
    """A version that was asked for; None where it is none."""
    try:
        return Version.read(text)
    except ValueError:
        return None


def refuse_version(name: str, version: str) -> Node:
    """Refuse what is no version."""
    raise refused("unknown_version", f"`{name}` has no version `{version[:50]}`", "versions are such as v1.0.0")


def node_json(node: Node) -> dict[str, Any]:
    """A node with all that it says."""
    definition = node.revision.definition
    return {
        "name": node.name,
        "kind": definition.kind,
        "version": str(node.revision.version),
        "at": node.revision.at,
        "by": node.revision.by,
        "is_active": node.deactivated_at is None,
        "definition": definition_json(definition),
        "columns": [column_json(column) for column in definition.columns],
    }


def definition_json(definition: Definition) -> dict[str, Any]:
    """What a node says beside its columns; what is unset is left out."""
    said = asdict(definition)
    del said["columns"], said["kind"]
    return {key: value for key, value in said.items() if value not in (None, (), [])}


def column_json(column: Column) -> dict[str, Any]:
    """A column, with its unit also as text."""
    said = {key: value for key, value in asdict(column).items() if value not in (None, (), [])}
    return said | {"unit": column.unit} | ({"unit_text": text} if (text := text_for(column)) is not None else {})


def text_for(column: Column) -> str | None:
    """A column's unit in the text form; None while unset, and where it takes a project's own vocabulary to read it.

    >>> text_for(Column("rate", unit={"numerator": {"kind": "currency", "code": "USD"},
    ...                               "denominator": {"kind": "time", "code": "h"}}))
    'USD/h'
    """
    try:
        return text_of(product_of(column.unit)) if column.unit is not None else None
    except UnitError:
        return None


@router.get("/nodes/{name}/revisions", response_model=list[RevisionV1], summary="A node's revisions")
def list_revisions(state: StateOf, _: Reader, name: NodeName) -> Response:
    """All revisions, the oldest first, each with its columns and units."""
    state.node(name, inactive=True)
    return json_reply(
        [
            {
                "version": str(each.version),
                "at": each.at,
                "by": each.by,
                "columns": [column_json(column) for column in each.definition.columns],
            }
            for each in state.store.revisions(name)
        ]
    )


@router.get("/nodes/{name}/graph", response_model=Graph, summary="What a node reads, and what reads it")
def get_graph(state: StateOf, _: Reader, name: NodeName) -> Response:
    """The names of nodes up and down from a node, the nearest first, and the units of their columns and its own."""
    state.node(name, inactive=True)
    up, down = walk(state.engine, name, "up"), walk(state.engine, name, "down")
    nodes = state.nodes([name, *up, *down]).items()
    units = {each: units_of(node.revision.definition) for each, node in nodes}
    return json_reply({"upstream": up, "downstream": down, "units": units})

"""Nodes made, changed, taken out and brought back, one at a time. What a call does not mention stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import StrictInt
from starlette.responses import Response

from gnomon.catalog.faults import faults, overlaid
from gnomon.catalog.labels import put_availability
from gnomon.catalog.summaries import active_among
from gnomon.catalog.values import Availability, Definition, Kind, Node
from gnomon.errors import DefinitionError, UsageError
from gnomon.serve.access import Reader, Writer
from gnomon.serve.answers import column_json, units_of
from gnomon.serve.changes import changed
from gnomon.serve.dj.node_shapes import ChangedNodeOut, NodeOut, ValidationOut
from gnomon.serve.dj.nodes import NodeName, node_answer
from gnomon.serve.dj.sent_shapes import NodeChangeIn, NodeIn, TypedNodeIn, described_as
from gnomon.serve.dj.shapes import Message
from gnomon.serve.refusals import message_json, refused
from gnomon.serve.replies import json_reply
from gnomon.serve.specs import full_name, read_new
from gnomon.serve.state import State, StateOf, missing
from gnomon.serve.strict import StrictRoute
from gnomon.serve.times import instant_of
from gnomon.serve.units import is_published_client

router = APIRouter(tags=["nodes"], route_class=StrictRoute)

NewNode = Annotated[
    dict[str, Any], described_as(NodeIn), Body(description="A node, in the words of a deployment's nodes")
]
AnyNode = Annotated[dict[str, Any], described_as(TypedNodeIn), Body(description="A node with its type")]
Mentioned = Annotated[
    dict[str, Any], described_as(NodeChangeIn), Body(description="What is to be another; all else stays")
]


def edit(state: State, name: str, change: Callable[[Node], Definition], by: str) -> Node:
    """Let a node say something else than what it says now. What others write meanwhile stays, also other servers."""
    return edited(state, name, change, by)[0]


def edited(state: State, name: str, change: Callable[[Node], Definition], by: str) -> tuple[Node, list[Node]]:
    """`edit`, and the nodes below that have changed with the node, in the order in which they follow."""
    state.node(name)

    def said(node: Node) -> Definition:
        if node.deactivated_at is not None:
            raise missing(name)
        return change(node)

    followers = [each.name for each in state.store.edit(name, said, by=by)[1:] if each.action != "none"]
    there = state.nodes(followers)
    return state.node(name), [there[each] for each in followers if each in there]


@router.post("/nodes/validate", response_model=ValidationOut, summary="Whether a node could be made")
def validate_node(state: StateOf, _: Reader, body: AnyNode) -> Response:
    """What a node would be, and what is wrong with it. Nothing is written."""
    try:
        name, definition = read_new(state.store, kind_of(body), body)
        state.store.put({name: definition}, dry_run=True)
    except (DefinitionError, UsageError) as error:
        said = message_json(error.problems)
        more = {"status": "invalid", "dependencies": [], "columns": [], "missing_parents": []}
        return json_reply({"message": said["message"], "errors": said["errors"], **more})
    missing = sorted(set(definition.parents) - active_among(state.engine, definition.parents))
    wrong = () if missing else faults(overlaid(state.nodes, {full_name(name): definition}), full_name(name))
    said = message_json(wrong)
    return json_reply(
        {
            "message": f"Node `{name}` reads nodes that do not exist"
            if missing
            else said["message"] or f"Node `{name}` is valid.",
            "status": "invalid" if missing or wrong else "valid",
            "dependencies": [{"name": parent} for parent in definition.parents if parent not in missing],
            "columns": [column_json(column, definition) for column in definition.columns],
            "errors": said["errors"],
            "missing_parents": missing,
        }
    )


def kind_of(body: dict[str, Any]) -> Kind:
    """The kind that a body says under `type` or `node_type`."""
    kinds: dict[Any, Kind] = {"source": "source", "transform": "transform", "dimension": "dimension"}
    kinds |= {"metric": "metric", "cube": "cube"}
    said = body.get("type", body.get("node_type"))
    if not isinstance(said, str) or said not in kinds:
        raise refused("wrong_kind", "the node has no type", f"send type: one of {', '.join(kinds)}")
    return kinds[said]


@router.post("/nodes/{kind}", status_code=201, response_model=NodeOut, summary="Make a node")
def make_node(request: Request, state: StateOf, by: Writer, kind: Kind, body: NewNode) -> Response:
    """Make a node. Its columns and their units follow from its SQL, and from what is declared.

    A metric's unit is `unit`, structured or an old word, or `metric_metadata.unit`; columns may have units too.
    """
    name, definition = read_new(state.store, kind, body)
    before = state.nodes([name]).get(name)
    if before is not None and before.deactivated_at is None:
        raise refused("node_exists", f"A node with name `{name}` already exists.")
    state.store.put({name: definition}, by=by.name, seen={name: before})
    return json_reply(node_answer(request, state, state.node(name)), 201)


@router.patch("/nodes/{name}", response_model=ChangedNodeOut, summary="Change a node")
def change_node(request: Request, state: StateOf, by: Writer, name: NodeName, body: Mentioned) -> Response:
    """Change what is mentioned. Null mentions nothing; columns keep what is not said of them, units too.

    `followers` are the nodes below whose columns have changed with it, with their units.
    """
    client = is_published_client(request)
    node, followers = edited(state, name, lambda node: changed(state.store, node, body, client), by.name)
    return json_reply(node_answer(request, state, node) | {"followers": [*map(follower_json, followers)]})


def follower_json(node: Node) -> dict[str, Any]:
    """A node that has changed with another."""
    units = units_of(node.revision.definition)
    return {"name": node.name, "version": str(node.revision.version), "columns": units}


@router.delete("/nodes/{name}", response_model=Message, summary="Take a node out")
def delete_node(state: StateOf, by: Writer, name: NodeName) -> Response:
    """Take a node out of the listings. Its revisions stay, and it can be brought back."""
    state.node(name)
    state.store.deactivate([name], by=by.name)
    return json_reply({"message": f"Node `{name}` has been successfully deleted."})


@router.post("/nodes/{name}/restore", response_model=Message, summary="Bring a node back")
def restore_node(state: StateOf, by: Writer, name: NodeName) -> Response:
    """Bring a node back as it last was."""
    node = state.node(name, inactive=True)
    if node.deactivated_at is None:
        raise refused("node_exists", f"Cannot restore `{name}`, node already active.")
    state.store.put({name: node.revision.definition}, by=by.name, seen={name: node})
    return json_reply({"message": f"Node `{name}` has been successfully restored."})


@router.post("/nodes/{name}/refresh", status_code=201, response_model=NodeOut, summary="A source, read again")
def refresh_node(request: Request, state: StateOf, _: Writer, name: NodeName) -> Response:
    """A source as it is: the catalog does not look into the warehouse."""
    return json_reply(node_answer(request, state, state.node(name, "source")), 201)


@router.post("/data/{name}/availability", response_model=Message, summary="Where a node's rows are built")
def set_availability(
    state: StateOf,
    _: Writer,
    name: NodeName,
    table: Annotated[str, Body()],
    catalog: Annotated[str | None, Body()] = None,
    schema_: Annotated[str | None, Body()] = None,
    valid_through_ts: Annotated[StrictInt | None, Body()] = None,
    min_temporal_partition: Annotated[list[str] | None, Body()] = None,
    max_temporal_partition: Annotated[list[str] | None, Body()] = None,
) -> Response:
    """Say in which table a node's rows are built, and up to when it is whole: seconds, or milliseconds, since 1970."""
    state.node(name)
    through = None if valid_through_ts is None else instant_of(valid_through_ts)
    said = {"min_temporal_partition": min_temporal_partition, "max_temporal_partition": max_temporal_partition}
    details = {key: value for key, value in said.items() if value is not None}
    put_availability(state.engine, name, Availability(catalog, schema_, table, through, details or None))
    return json_reply({"message": "Availability state successfully posted"})


@router.post("/nodes/{name}/tags", response_model=Message, summary="A node's tags")
def tag_node(
    state: StateOf, by: Writer, name: NodeName, tag_names: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Let a node have these tags and no others."""
    tags = tag_names or []
    edit(state, name, lambda node: changed(state.store, node, {"tags": tags}), by.name)
    message = f"Node `{name}` has been successfully updated with the following tags: {', '.join(tags)}"
    return json_reply({"message": message})

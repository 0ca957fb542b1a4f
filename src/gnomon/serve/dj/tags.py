"""Tags, and the nodes that have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import Response

from gnomon.catalog import tags
from gnomon.catalog.labels import get_tags
from gnomon.catalog.summaries import summaries
from gnomon.catalog.values import Kind, Tag
from gnomon.serve.access import Reader, Writer
from gnomon.serve.answers import summary_json, tag_json
from gnomon.serve.dj.space_shapes import NodeLine, TagOut
from gnomon.serve.refusals import refused
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["tags"], route_class=StrictRoute)

TagName = Annotated[str, Path(description="A tag's name")]
Text = Annotated[str | None, Body()]
Metadata = Annotated[dict[str, Any] | None, Body()]


def tag_of(state: State, name: str) -> Tag:
    """A tag. Refuses `unknown_tag_name`."""
    found = next((tag for tag in get_tags(state.engine) if tag.name == name), None)
    if found is None:
        raise refused("unknown_tag_name", f"A tag with name `{name}` does not exist.")
    return found


@router.get("/tags", response_model=list[TagOut], summary="All tags")
def list_tags(state: StateOf, _: Reader, tag_type: str | None = None) -> Response:
    """All tags, by name; of one type."""
    return json_reply([tag_json(tag) for tag in get_tags(state.engine) if tag_type in (None, tag.tag_type)])


@router.get("/tags/{name}", response_model=TagOut, summary="A tag")
def get_tag(state: StateOf, _: Reader, name: TagName) -> Response:
    """A tag."""
    return json_reply(tag_json(tag_of(state, name)))


@router.post("/tags", status_code=201, response_model=TagOut, summary="Make a tag")
def make_tag(
    state: StateOf,
    _: Writer,
    name: Annotated[str, Body(min_length=1, max_length=200)],
    tag_type: Annotated[str, Body()] = "",
    display_name: Text = None,
    description: Text = None,
    tag_metadata: Metadata = None,
) -> Response:
    """Make a tag."""
    if not tags.make_tag(state.engine, Tag(name, tag_type, display_name, description, tag_metadata)):
        raise refused("tag_exists", f"A tag with name `{name}` already exists!")
    return json_reply(tag_json(tag_of(state, name)), 201)


@router.patch("/tags/{name}", response_model=TagOut, summary="Change a tag")
def change_tag(
    state: StateOf,
    _: Writer,
    name: TagName,
    display_name: Text = None,
    description: Text = None,
    tag_metadata: Metadata = None,
) -> Response:
    """Change what is mentioned of a tag; null mentions nothing."""
    said = {"display_name": display_name, "description": description, "metadata": tag_metadata}
    mentioned: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    return json_reply(tag_json(tags.edit_tag(state.engine, name, lambda tag: replace(tag, **mentioned))))


@router.get("/tags/{name}/nodes", response_model=list[NodeLine], summary="Nodes with a tag")
def list_tagged(
    state: StateOf, _: Reader, name: TagName, node_type: Annotated[Kind | None, Query()] = None
) -> Response:
    """The nodes that have a tag."""
    tag_of(state, name)
    found = summaries(state.engine, kinds=[node_type] if node_type else [], tag=name)
    return json_reply([summary_json(each) for each in found])

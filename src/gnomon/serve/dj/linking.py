"""A node's links to dimensions, and what is said of its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query
from starlette.responses import Response

from gnomon.catalog.files.columns import ATTRIBUTES
from gnomon.catalog.values import Column, Definition, Link, Node
from gnomon.serve.access import Writer
from gnomon.serve.answers import column_json
from gnomon.serve.changes import is_text
from gnomon.serve.dj.column_shapes import ColumnOut
from gnomon.serve.dj.editing import edit
from gnomon.serve.dj.nodes import NodeName
from gnomon.serve.dj.shapes import Message
from gnomon.serve.refusals import refused
from gnomon.serve.replies import json_reply
from gnomon.serve.specs import attribute_of
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["links and columns"], route_class=StrictRoute)

ColumnName = Annotated[str, Path(description="A column of the node")]
JoinType = Literal["left", "right", "inner", "full", "cross"]
Cardinality = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]
Role = Annotated[str | None, Body()]
"""The words that say how a column is used."""


def linked(definition: Definition, link: Link) -> Definition:
    """A definition with a link, in place of one to the same dimension in the same role or by the same column."""
    return replace(definition, links=(*without(definition, link).links, link))


def without(definition: Definition, link: Link) -> Definition:
    """A definition without the link that stands where this one would."""
    place = (link.kind, link.dimension, link.role) if link.kind == "join" else (link.kind, link.column)
    kept = (
        each
        for each in definition.links
        if place != ((each.kind, each.dimension, each.role) if each.kind == "join" else (each.kind, each.column))
    )
    return replace(definition, links=tuple(kept))


def column_of(node: Node, name: str) -> Column:
    """A column of a node. Refuses `unknown_column`."""
    found = next((column for column in node.revision.definition.columns if column.name == name), None)
    if found is None:
        raise refused("unknown_column", f"Column `{name}` does not exist on node `{node.name}`")
    return found


def with_column(node: Node, column: Column) -> Definition:
    """A node's definition with one column that says something else."""
    definition = node.revision.definition
    columns = tuple(column if each.name == column.name else each for each in definition.columns)
    return replace(definition, columns=columns)


@router.post("/nodes/{name}/link", status_code=201, response_model=Message, summary="Link a dimension by a join")
def add_link(
    state: StateOf,
    by: Writer,
    name: NodeName,
    dimension_node: Annotated[str, Body()],
    join_on: Annotated[str | None, Body()] = None,
    join_type: Annotated[str | None, Body()] = None,
    join_cardinality: Annotated[Cardinality | None, Body()] = None,
    role: Role = None,
    default_value: Annotated[Any, Body()] = None,
    spark_hints: Annotated[str | None, Body()] = None,
) -> Response:
    """Link a dimension by a join, in place of an earlier link to it in the same role."""
    state.node(dimension_node, "dimension")
    kind = (join_type or "left").lower()
    if kind not in JoinType.__args__:  # type: ignore[attr-defined]
        raise refused("wrong_value", f"unknown join type '{kind[:50]}'", "left, right, inner, full or cross")
    if join_on is None and kind != "cross":
        raise refused("missing_field", "a join needs join_on", "send the condition, over both nodes' names")
    link = Link(
        *(dimension_node, role, "join", join_on, kind, join_cardinality or "many_to_one", default_value, spark_hints)
    )
    edit(state, name, lambda node: linked(node.revision.definition, link), by.name)
    return json_reply({"message": f"Dimension node {dimension_node} has been successfully linked to node {name}."}, 201)


@router.delete("/nodes/{name}/link", status_code=201, response_model=Message, summary="Take a join away")
def remove_link(
    state: StateOf, by: Writer, name: NodeName, dimension_node: Annotated[str, Body()], role: Role = None
) -> Response:
    """Take the join to a dimension away, that of one role."""
    unlink(state, name, Link(dimension_node, role), by.name)
    words = f" with role {role}" if role else ""
    return json_reply({"message": f"Dimension link {dimension_node}{words} to node {name} has been removed."}, 201)


@router.post("/nodes/{name}/columns/{column}", status_code=201, response_model=Message, summary="Link by a key")
def link_column(
    state: StateOf,
    by: Writer,
    name: NodeName,
    column: ColumnName,
    dimension: Annotated[str, Query()],
    dimension_column: Annotated[str | None, Query()] = None,
) -> Response:
    """Link a dimension where a column equals its key, or another column of it."""
    home = state.node(dimension, "dimension")
    if dimension_column and home.revision.definition.columns:
        column_of(home, dimension_column)
    key = dimension_column or key_of(home)
    link = Link(dimension, join_on=f"{name}.{column} = {dimension}.{key}")
    edit(state, name, lambda node: linked(definition_with(node, column), link), by.name)
    message = f"Dimension node {dimension} has been successfully linked to node {name} using column {column}."
    return json_reply({"message": message}, 201)


@router.delete("/nodes/{name}/columns/{column}", status_code=201, response_model=Message, summary="Unlink a key")
def unlink_column(
    state: StateOf,
    by: Writer,
    name: NodeName,
    column: ColumnName,
    dimension: Annotated[str, Query()],
    dimension_column: Annotated[str | None, Query()] = None,
) -> Response:
    """Take the join to a dimension away that was made by a column."""
    unlink(state, name, Link(dimension), by.name)
    return json_reply({"message": f"Dimension link {dimension} to node {name} has been removed."}, 201)


@router.post(
    "/nodes/{name}/columns/{column}/link", status_code=201, response_model=Message, summary="Link by reference"
)
def add_reference(
    state: StateOf,
    by: Writer,
    name: NodeName,
    column: ColumnName,
    dimension_node: Annotated[str, Query()],
    dimension_column: Annotated[str, Query()],
    role: Annotated[str | None, Query()] = None,
) -> Response:
    """Say that a column is a dimension's column itself, so that it takes no join."""
    column_of(state.node(dimension_node, "dimension"), dimension_column)
    link = Link(dimension_node, role, "reference", column=column, dimension_column=dimension_column)
    edit(state, name, lambda node: linked(definition_with(node, column), link), by.name)
    message = f"{name}.{column} has been successfully linked to {dimension_node}.{dimension_column}"
    return json_reply({"message": message}, 201)


@router.delete(
    "/nodes/{name}/columns/{column}/link", status_code=201, response_model=Message, summary="Take a reference away"
)
def remove_reference(state: StateOf, by: Writer, name: NodeName, column: ColumnName) -> Response:
    """Say no more that a column is a dimension's."""
    unlink(state, name, Link("", kind="reference", column=column), by.name)
    return json_reply({"message": f"The reference dimension link on {name}.{column} has been removed."}, 201)


def unlink(state: State, name: str, link: Link, by: str) -> None:
    """Take a link away. Refuses `unknown_link`."""
    definition = state.node(name).revision.definition
    if without(definition, link) == definition:
        what = link.dimension or f"{name}.{link.column}"
        raise refused("unknown_link", f"There is no such link between {name} and {what}.")
    edit(state, name, lambda node: without(node.revision.definition, link), by)


def definition_with(node: Node, column: str) -> Definition:
    """A node's definition, where it has a column."""
    column_of(node, column)
    return node.revision.definition


def key_of(node: Node) -> str:
    """A dimension's only key column. Refuses `no_single_key`."""
    keys = [column.name for column in node.revision.definition.columns if "primary_key" in column.attributes]
    if len(keys) != 1:
        message = f"`{node.name}` has {len(keys)} columns in its primary key"
        raise refused("no_single_key", message, "name one with dimension_column, or link it by a join")
    return keys[0]


# Columns


@router.post(
    "/nodes/{name}/columns/{column}/attributes",
    status_code=201,
    response_model=list[ColumnOut],
    summary="A column's attributes",
)
def set_attributes(
    state: StateOf, by: Writer, name: NodeName, column: ColumnName, attributes: Annotated[list[Any], Body()]
) -> Response:
    """Let a column have these attributes and no others: each a word, or {name, namespace}."""
    words = tuple(attribute_of(each) for each in attributes)
    if not all(is_text(word) for word in words) or len(set(words)) < len(words):
        raise refused("wrong_type", "an attribute is a word, each once", 'send [{"name": "primary_key"}]')
    unknown = [word for word in words if word not in ATTRIBUTES]
    if unknown:
        help = f"known: {', '.join(ATTRIBUTES)}"
        raise refused("unknown_attribute", f"unknown attribute '{unknown[0][:50]}'", help)
    return with_said(state, name, column, by.name, attributes=words, is_list=True)


@router.patch("/nodes/{name}/columns/{column}", status_code=201, response_model=ColumnOut, summary="A column's title")
def set_title(
    state: StateOf, by: Writer, name: NodeName, column: ColumnName, display_name: Annotated[str, Query()]
) -> Response:
    """Say what a column is shown as."""
    return with_said(state, name, column, by.name, display_name=display_name)


@router.patch(
    "/nodes/{name}/columns/{column}/description",
    status_code=201,
    response_model=ColumnOut,
    summary="A column's description",
)
def set_description(
    state: StateOf, by: Writer, name: NodeName, column: ColumnName, description: Annotated[str, Query()]
) -> Response:
    """Describe a column."""
    return with_said(state, name, column, by.name, description=description)


def with_said(state: State, name: str, column: str, by: str, *, is_list: bool = False, **said: Any) -> Response:
    """Let a column say something else, and answer with it."""
    node = edit(state, name, lambda node: with_column(node, replace(column_of(node, column), **said)), by)
    found = column_json(column_of(node, column), node.revision.definition)
    return json_reply([found] if is_list else found, 201)

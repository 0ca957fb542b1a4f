"""Cubes with their elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gnomon.catalog.database import reading
from gnomon.catalog.nodes import read_named
from gnomon.catalog.summaries import names
from gnomon.catalog.values import CubeDetails, Node
from gnomon.serve.access import Reader
from gnomon.serve.answers import titled
from gnomon.serve.dj.node_shapes import CubeOut
from gnomon.serve.dj.nodes import NodeName, node_answer
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute
from gnomon.serve.units import metric_unit

router = APIRouter(tags=["cubes"], route_class=StrictRoute)


@router.get("/cubes", response_model=list[str], summary="Names of cubes")
def list_cubes(state: StateOf, _: Reader) -> Response:
    """The names of all cubes, in order."""
    return json_reply(names(state.engine, kinds=["cube"]))


@router.get("/cubes/{name}", response_model=CubeOut, summary="A cube")
def get_cube(request: Request, state: StateOf, _: Reader, name: NodeName) -> Response:
    """A cube with its metrics and dimensions, in the order in which it names them, each with its unit."""
    node = state.node(name, "cube")
    cube = node.revision.definition.cube or CubeDetails()
    elements = elements_of(state, cube)
    return json_reply(
        node_answer(request, state, node)
        | {
            "cube_elements": elements,
            "cube_node_metrics": list(cube.metrics),
            "cube_node_dimensions": list(cube.dimensions),
        }
    )


def elements_of(state: State, cube: CubeDetails) -> list[dict[str, Any]]:
    """The elements of a cube that there still are."""
    homes = {dimension: split(dimension) for dimension in cube.dimensions}
    wanted = sorted({*cube.metrics, *(home for home, _, _ in homes.values())})
    with reading(state.engine) as connection:
        found = read_named(connection, wanted)
    nodes = {name: node for name, node in found.items() if node.deactivated_at is None}
    metrics = [metric_element(nodes[name]) for name in cube.metrics if name in nodes]
    return metrics + [each for home in homes.values() if (each := dimension_element(nodes, *home)) is not None]


def split(dimension: str) -> tuple[str, str, str | None]:
    """The node, the column and the role of a dimension.

    >>> split("shop.users.country[buyer]")
    ('shop.users', 'country', 'buyer')
    """
    path, _, role = dimension.partition("[")
    home, _, column = path.rpartition(".")
    return home, column, role.removesuffix("]") or None


def metric_element(node: Node) -> dict[str, Any]:
    """A metric of a cube, by the name of its output."""
    definition = node.revision.definition
    name = definition.columns[0].name if definition.columns else node.name.replace(".", "_DOT_")
    said = {"name": name, "display_name": definition.display_name or titled(node.name), "node_name": node.name}
    return {**said, "type": "metric", "role": None, "partition": None, "unit": metric_unit(definition)}


def dimension_element(nodes: Mapping[str, Node], home: str, name: str, role: str | None) -> dict[str, Any] | None:
    """A dimension of a cube; None where its node has no such column any more."""
    definition = nodes[home].revision.definition if home in nodes else None
    column = next((each for each in definition.columns if each.name == name), None) if definition else None
    if column is None:
        return None
    said = {"name": name, "display_name": column.display_name or titled(name), "node_name": home, "type": "dimension"}
    return {**said, "role": role, "partition": column.partition, "unit": column.unit}

"""Metrics, with their units in both forms, and the dimensions that several have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlglot import exp
from starlette.responses import Response

from gnomon.catalog.files.graph import UnreadableSql, read_sql
from gnomon.catalog.sql import Dimension, common_dimensions, dimensions_of
from gnomon.catalog.summaries import active_among, names
from gnomon.catalog.values import Node
from gnomon.errors import UsageError
from gnomon.serve.access import Reader
from gnomon.serve.answers import DIALECT, dimension_json, grain, titled
from gnomon.serve.dj.metric_shapes import DimensionOut, MetricOptions, MetricOut
from gnomon.serve.dj.nodes import NodeName
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf, missing
from gnomon.serve.strict import StrictRoute
from gnomon.serve.units import metric_metadata, metric_unit, options

router = APIRouter(tags=["metrics"], route_class=StrictRoute)


@router.get("/metrics", response_model=list[str], summary="Names of metrics")
def list_metrics(state: StateOf, _: Reader, prefix: str = "") -> Response:
    """The names of all metrics, in order."""
    return json_reply(names(state.engine, kinds=["metric"], prefix=prefix))


@router.get("/metrics/metadata", response_model=MetricOptions, summary="The old enumerations")
def list_options(_: Reader) -> Response:
    """Every direction, and every unit that the old enumeration has a word for."""
    return json_reply(options())


@router.get("/metrics/common/dimensions", response_model=list[DimensionOut], summary="Dimensions in common")
def list_common_dimensions(state: StateOf, _: Reader, metric: Annotated[list[str] | None, Query()] = None) -> Response:
    """The dimensions that all these metrics can be grouped by together."""
    wanted = list(dict.fromkeys(metric or []))
    if not wanted:
        return json_reply([])
    there = active_among(state.engine, wanted)
    for name in wanted:
        if name not in there:
            raise missing(name)
    return json_reply([dimension_json(each) for each in common_dimensions(state.nodes, wanted)])


@router.get("/metrics/{name}", response_model=MetricOut, summary="A metric")
def get_metric(state: StateOf, _: Reader, name: NodeName) -> Response:
    """A metric with its dimensions.

    `unit` is its unit; `metric_metadata.unit` is that as the old enumeration says it, null where it has no word.
    """
    return json_reply(metric_json(state.node(name, "metric"), reached(state, name)))


def reached(state: State, name: str) -> tuple[Dimension, ...]:
    """The dimensions of a metric; none where its SQL is such that it cannot be grouped."""
    try:
        return dimensions_of(state.nodes, name)
    except UsageError:
        return ()


def metric_json(node: Node, dimensions: tuple[Dimension, ...]) -> dict[str, Any]:
    """A metric as it is answered."""
    definition = node.revision.definition
    output = output_of(definition.query)
    details = definition.metric
    return {
        "name": node.name,
        "display_name": definition.display_name or titled(node.name),
        "current_version": str(node.revision.version),
        "description": definition.description or "",
        "created_at": node.created_at,
        "updated_at": node.revision.at,
        "query": definition.query or "",
        "upstream_node": next(iter(definition.parents), None),
        "expression": output.sql(DIALECT) if output is not None else "",
        "dimensions": [dimension_json(each) for each in dimensions],
        "metric_metadata": metric_metadata(definition),
        "unit": metric_unit(definition),
        "required_dimensions": list(details.required_dimensions) if details is not None else [],
        "reaggregate": details.reaggregate if details is not None else None,
        "fixed_grain": grain(definition),
        "is_measure": isinstance(output, exp.AggFunc),
        "custom_metadata": dict(definition.custom) if definition.custom else None,
    }


def output_of(query: str | None) -> exp.Expr | None:
    """The one output of a metric's query; None where it has not just one that can be read."""
    try:
        outputs = read_sql(query).selects if query else []
    except UnreadableSql:
        return None
    return outputs[0].unalias() if len(outputs) == 1 else None

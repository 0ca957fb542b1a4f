"""SQL for metrics by dimensions, and for a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gnomon.catalog.sql import Statement, cube_sql, measures_sql, metrics_sql, node_sql
from gnomon.catalog.sql.components import Component
from gnomon.catalog.sql.measures import GrainGroup, MetricFormula
from gnomon.catalog.sql.statement import OutputColumn
from gnomon.serve.access import Reader
from gnomon.serve.dj.sql_shapes import MeasuresOut, SqlOut
from gnomon.serve.refusals import message_json
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["sql"], route_class=StrictRoute)

Names = Annotated[list[str] | None, Query()]
Filters = Annotated[list[str] | None, Query(description="Conditions on dimensions or metrics; all have to hold")]
Order = Annotated[list[str] | None, Query(description="`shop.revenue DESC`, `shop.users.country`")]
Limit = Annotated[int | None, Query(ge=0, le=2**31)]
Dialect = Annotated[str | None, Query(description="duckdb, postgres, ...; by default the warehouse's, else spark")]
NodeName = Annotated[str, Path(description="A node's full name")]


def statement_of(
    state: State,
    metrics: list[str] | None,
    dimensions: list[str] | None,
    filters: list[str] | None,
    orderby: list[str] | None,
    limit: int | None,
    dialect: str | None,
    cube: str | None = None,
    catalogs: Mapping[str, str] | None = None,
) -> Statement:
    """The statement of metrics, or of a cube, by dimensions. Lists may be left out."""
    asked: dict[str, Any] = {"order_by": orderby or [], "limit": limit, "dialect": dialect or state.dialect}
    asked |= {"dimensions": dimensions or [], "filters": filters or [], "catalogs": catalogs}
    if cube is not None and not metrics:
        return cube_sql(state.nodes, cube, **asked)
    return metrics_sql(state.nodes, metrics or [], **asked)


def column_json(column: OutputColumn) -> dict[str, Any]:
    """A column of a statement, with its unit. `unit_ext` and `unit_by` stand there only where they say something."""
    said = {"name": column.name, "type": column.type, "semantic_entity": column.semantic_entity}
    said |= {"semantic_type": column.semantic_type}
    more = {"unit_ext": column.unit_ext, "unit_by": column.unit_by}
    return {**said, "unit": column.unit, **{key: value for key, value in more.items() if value}}


def statement_json(statement: Statement) -> dict[str, Any]:
    """A statement as it is answered."""
    return {
        "sql": statement.sql,
        "columns": [column_json(column) for column in statement.columns],
        "dialect": statement.dialect,
        "cube_name": statement.cube,
        "scan_estimate": None,
        "warnings": message_json(statement.warnings)["errors"],
    }


@router.get("/sql/metrics/v3", response_model=SqlOut, summary="SQL for metrics by dimensions")
def get_metrics_sql(
    state: StateOf,
    _: Reader,
    metrics: Names = None,
    dimensions: Names = None,
    filters: Filters = None,
    orderby: Order = None,
    limit: Limit = None,
    dialect: Dialect = None,
    cube: str | None = None,
) -> Response:
    """One statement for metrics by dimensions, and the unit of each of its columns."""
    return json_reply(statement_json(statement_of(state, metrics, dimensions, filters, orderby, limit, dialect, cube)))


@router.get("/sql/measures/v3", response_model=MeasuresOut, summary="SQL for the measures of metrics")
def get_measures_sql(
    state: StateOf,
    _: Reader,
    metrics: Names = None,
    dimensions: Names = None,
    filters: Filters = None,
    dialect: Dialect = None,
) -> Response:
    """The statements from which metrics can be put together, one for each grain, and how."""
    found = measures_sql(
        *(state.nodes, metrics or [], dimensions or [], filters or []), dialect=dialect or state.dialect
    )
    return json_reply(
        {
            "grain_groups": [group_json(group) for group in found.grain_groups],
            "metric_formulas": [formula_json(formula) for formula in found.metric_formulas],
            "dialect": found.dialect,
            "requested_dimensions": list(found.requested_dimensions),
            "warnings": message_json(found.warnings)["errors"],
        }
    )


def group_json(group: GrainGroup) -> dict[str, Any]:
    """The measures of one grain."""
    return {
        "sql": group.sql,
        "columns": [column_json(column) for column in group.columns],
        "grain": list(group.grain),
        "aggregability": group.aggregability,
        "metrics": list(group.metrics),
        "components": [component_json(component) for component in group.components],
        "parent_name": group.parent_name,
    }


def component_json(component: Component) -> dict[str, Any]:
    """A measure."""
    return {
        "name": component.name,
        "expression": component.expression,
        "aggregation": component.aggregation,
        "merge": component.merge,
        "aggregability": component.aggregability,
    }


def formula_json(formula: MetricFormula) -> dict[str, Any]:
    """How a metric comes of measures."""
    return asdict(formula)


@router.get("/sql/{name}", response_model=SqlOut, summary="SQL for a node")
def get_node_sql(
    state: StateOf,
    _: Reader,
    name: NodeName,
    dimensions: Names = None,
    filters: Filters = None,
    limit: Limit = None,
    engine_name: Annotated[str | None, Query(description="Here the name of a dialect")] = None,
) -> Response:
    """A metric's or a cube's values, or the rows of another node with dimensions beside them."""
    dialect = engine_name or state.dialect
    found = node_sql(state.nodes, name, dimensions or [], filters or [], limit=limit, dialect=dialect)
    return json_reply(statement_json(found))

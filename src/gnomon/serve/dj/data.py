"""Rows of metrics by dimensions, and of a node, from the warehouse that the server was started with."""

from __future__ import annotations

import math
import uuid
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from gnomon.catalog.sql import Statement, data, node_sql
from gnomon.catalog.summaries import catalogs
from gnomon.serve.access import Reader
from gnomon.serve.dj.sql import Filters, Limit, Names, NodeName, Order, column_json, statement_of
from gnomon.serve.dj.sql_shapes import DataOut
from gnomon.serve.refusals import message_json, refused
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

if TYPE_CHECKING:
    import pyarrow as pa

router = APIRouter(tags=["data"], route_class=StrictRoute)

LARGEST_ANSWER = 100_000
"""Rows of one answer."""
LARGEST_WHOLE = 2**63
"""Whole numbers below it are whole in JSON too, whichever type the warehouse adds them up in."""
Engine = Annotated[str | None, Query(description="Not looked at: there is one warehouse")]


@router.get("/data", response_model=DataOut, summary="Values of metrics by dimensions")
def get_data(
    state: StateOf,
    _: Reader,
    metrics: Names = None,
    dimensions: Names = None,
    filters: Filters = None,
    orderby: Order = None,
    limit: Limit = None,
    cube: str | None = None,
    engine_name: Engine = None,
) -> Response:
    """The values of metrics by dimensions, and the unit of each column. The answer is whole when it comes."""
    outside = dict.fromkeys(catalogs(state.engine), "")
    few = capped(limit)
    statement = statement_of(
        state, metrics, dimensions, filters, orderby, few, state.dialect, cube=cube, catalogs=outside
    )
    return answered(state, statement)


@router.get("/data/{name}", response_model=DataOut, summary="Values or rows of a node")
def get_node_data(
    state: StateOf,
    _: Reader,
    name: NodeName,
    dimensions: Names = None,
    filters: Filters = None,
    limit: Limit = None,
    engine_name: Engine = None,
) -> Response:
    """The values of a metric or a cube, or the rows of another node. The answer is whole when it comes."""
    asked: dict[str, Any] = {"limit": capped(limit), "dialect": state.dialect}
    asked["catalogs"] = dict.fromkeys(catalogs(state.engine), "")
    return answered(state, node_sql(state.nodes, name, dimensions or [], filters or [], **asked))


def capped(limit: int | None) -> int:
    """How many rows to ask for: one more than are answered, so that too many are noticed."""
    return LARGEST_ANSWER + 1 if limit is None else min(limit, LARGEST_ANSWER + 1)


def answered(state: State, statement: Statement) -> Response:
    """A statement's rows. Refuses `too_many_rows`."""
    with state.warehouse() as engine:
        rows = data(statement, engine)
    if rows.num_rows > LARGEST_ANSWER:
        message = f"the answer has more than {LARGEST_ANSWER:,} rows"
        raise refused("too_many_rows", message, "ask for fewer with limit or filters, or run the SQL of /sql")
    columns = [
        column_json(column) | {"node": column.semantic_entity if column.semantic_type == "metric" else None}
        for column in statement.columns
    ]
    result = {"sql": statement.sql, "columns": columns, "rows": rows_json(rows), "row_count": rows.num_rows}
    return json_reply(
        {
            "id": str(uuid.uuid4()),
            "engine_name": statement.dialect,
            "submitted_query": statement.sql,
            "state": "FINISHED",
            "progress": 1.0,
            "results": [result],
            "links": [],
            "errors": [],
            "warnings": message_json(statement.warnings)["errors"],
        }
    )


def rows_json(table: pa.Table) -> list[list[Any]]:
    """A table's rows, in the order of its columns."""
    columns = [[value_json(value) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else []


def value_json(value: Any) -> Any:
    """A value as JSON has it: dates as ISO texts, and a number that JSON would change as its text.

    >>> value_json(Decimal("1.50")), value_json(Decimal("0.12345678901234567890")), value_json(float("inf"))
    (1.5, '0.12345678901234567890', 'Infinity')
    >>> value_json(Decimal("20")), value_json(Decimal("20.00"))  # a sum of whole numbers is one
    (20, 20.0)
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0 and abs(value) < LARGEST_WHOLE:
        return int(value)
    if isinstance(value, Decimal):
        nearest = float(value)
        return nearest if Decimal(repr(nearest)) == value else str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta | bytes):
        return str(value) if isinstance(value, timedelta) else value.hex()
    if isinstance(value, dict):
        return {str(key): value_json(each) for key, each in value.items()}
    return [value_json(each) for each in value] if isinstance(value, list | tuple) else value

"""The shapes of SQL and of rows, for the OpenAPI document; a test holds the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gnomon.serve.dj.shapes import ErrorOut, Json


@dataclass
class SqlColumn:
    """A column of a statement. `unit` is structured, null while unset; `unit_by` says where a row decides it."""

    name: str
    type: str
    semantic_entity: str
    semantic_type: Literal["dimension", "metric"]
    unit: Json | None
    unit_ext: Json | None = None
    unit_by: Json | None = None


@dataclass
class SqlOut:
    """A statement."""

    sql: str
    columns: list[SqlColumn]
    dialect: str
    cube_name: str | None
    scan_estimate: None
    warnings: list[ErrorOut]


@dataclass
class ComponentOut:
    """A measure: what is aggregated, and how parts of it are merged."""

    name: str
    expression: str
    aggregation: str | None
    merge: str | None
    aggregability: str


@dataclass
class GrainGroupOut:
    """The measures of one grain."""

    sql: str
    columns: list[SqlColumn]
    grain: list[str]
    aggregability: str
    metrics: list[str]
    components: list[ComponentOut]
    parent_name: str


@dataclass
class FormulaOut:
    """How a metric comes of measures."""

    name: str
    short_name: str
    query: str
    combiner: str
    components: list[str]
    is_derived: bool
    parent_name: str | None


@dataclass
class MeasuresOut:
    """The statements from which metrics can be put together."""

    grain_groups: list[GrainGroupOut]
    metric_formulas: list[FormulaOut]
    dialect: str
    requested_dimensions: list[str]
    warnings: list[ErrorOut]


@dataclass
class DataColumn(SqlColumn):
    """A column of an answer; `node` is the metric that it holds."""

    node: str | None = None


@dataclass
class ResultsOut:
    """The rows of a statement."""

    sql: str
    columns: list[DataColumn]
    rows: list[list[Any]]
    row_count: int


@dataclass
class DataOut:
    """The outcome of a query. It is over when it is answered."""

    id: str
    engine_name: str
    submitted_query: str
    state: Literal["FINISHED"]
    progress: float
    results: list[ResultsOut]
    links: list[str]
    errors: list[str]
    warnings: list[ErrorOut]

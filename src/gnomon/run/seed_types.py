"""The tables and columns that seeds have, and their types: declared, or inferred from use."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlglot import exp

from gnomon.model import Project, Reference, SourceTable
from gnomon.run.seed_usage import ColumnId, Usage
from gnomon.time import Grain, TimeAggregation, Windowed
from gnomon.time.interval import Cron

CLOCK_NAME = re.compile(r"(_at|_ts|time|timestamp|datetime)$")
DAY_NAME = re.compile(r"(^|_)(day|date)$")
TIME_NAME = re.compile(r"(^|_)(at|ts|day|date|time|timestamp|datetime)$")
KINDS = (
    ("date", {exp.DType.DATE, exp.DType.DATE32}),
    ("timestamptz", {exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ}),
    ("timestamp", exp.DataType.TEMPORAL_TYPES),
    ("boolean", {exp.DType.BOOLEAN}),
    ("integer", exp.DataType.INTEGER_TYPES),
    ("number", exp.DataType.NUMERIC_TYPES),
    ("text", exp.DataType.TEXT_TYPES),
    ("list", exp.DataType.ARRAY_TYPES),
)
DEFAULT_TYPES = {"time": "DATE", "clock": "TIMESTAMP", "boolean": "BOOLEAN", "number": "DOUBLE", "list": "TEXT[]"}
EVIDENCE = ("clock", "time", "list", "number", "positive", "boolean", "text", "dated text", "extreme")
"""Kinds in the order in which evidence decides."""


@dataclass(slots=True)
class Layout:
    """The tables to be seeded: each column's type, and what is known of the columns."""

    tables: dict[str, dict[str, exp.DataType]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    entities: dict[ColumnId, str] = field(default_factory=dict)
    counted: set[ColumnId] = field(default_factory=set)

    def kind(self, table: str, column: str) -> str:
        """date, timestamp, timestamptz, boolean, integer, number, text, list or other."""
        held = self.tables[table][column].this
        return next((kind for kind, types in KINDS if held in types), "other")


def lay_out(project: Project, usage: Usage, built: Collection[str] = ()) -> Layout:
    """Decide the columns of every table that the queries read and that is not in `built`."""
    layout, declared = Layout(), declared_types(project)
    name_entities(project, usage, layout)
    for table in sorted(set(usage.columns) - set(built)):
        names = [*declared_columns(project, table), *usage.columns[table]]
        columns = list(dict.fromkeys(names))
        if time := time_column(project, usage, table, columns):
            layout.times[table] = time
        layout.tables[table] = {
            column: column_type(project, usage, layout, declared, (table, column)) for column in columns
        }
    return layout


def declared_types(project: Project) -> dict[ColumnId, str]:
    tables: list[SourceTable | Reference] = [*project.sources.values(), *project.references.values()]
    found = {(table.name, column.name): column.type for table in tables for column in table.columns.values()}
    return {column: type_ for column, type_ in found.items() if type_}


def declared_columns(project: Project, table: str) -> list[str]:
    """The columns that the definitions name for a table, in their order."""
    names: list[str] = []
    if source := project.sources.get(table):
        names += [source.time] if source.time else []
        names += [column for key in source.keys for column in key.columns] + list(source.columns)
    if reference := project.references.get(table):
        names += list(reference.columns)
    for hop in project.relationships:
        if hop.table == table:
            validity = [column for column in (hop.valid_from, hop.valid_to) if column]
            names += [*hop.from_columns, *hop.to_columns, *validity]
    return names


def name_entities(project: Project, usage: Usage, layout: Layout) -> None:
    """Give the columns that hold one entity's id one group of values, and note what they identify."""

    def note(table: str, columns: tuple[str, ...], entity: str) -> None:
        for position, column in enumerate(columns):
            shared = (f"entity {entity}", str(position))
            layout.entities[(table, column)] = entity if len(columns) == 1 else column
            usage.joins.join((table, column), shared)
            usage.kin.join((table, column), shared)

    for source in project.sources.values():
        for key in source.keys:
            note(source.name, key.columns, key.entity)
        layout.counted.update((source.name, name) for name, column in source.columns.items() if column.entity)
    for hop in project.relationships:
        note(hop.table, hop.from_columns, hop.from_entity)
        note(hop.table, hop.to_columns, hop.to_entity)
    layout.counted |= usage.identities


def time_column(project: Project, usage: Usage, table: str, columns: list[str]) -> str | None:
    """The column that dates a table's rows: declared, or else the one that queries use most like a date."""
    if source := project.sources.get(table):
        if source.time:
            return source.time
    elif table in project.references or any(hop.table == table for hop in project.relationships):
        return None
    dated = [c for c in columns if usage.kinds[(table, c)] & {"time", "clock", "dated text"}]
    return max(dated, key=lambda c: (len(usage.demands[(table, c)]), -columns.index(c)), default=None)


def column_type(
    project: Project, usage: Usage, layout: Layout, declared: dict[ColumnId, str], column: ColumnId
) -> exp.DataType:
    """A column's declared type, or that of a column it is compared with, or the type its uses speak for."""
    root = usage.kin.root(column)
    group = [other for other in usage.kin.parent if usage.kin.root(other) == root]
    for other in [column, *group]:
        if other in declared:
            return exp.DataType.build(declared[other], dialect=project.dialect)
    evidence = set().union(*(usage.kinds[other] for other in group), usage.kinds[column])
    validity = {(h.table, name) for h in project.relationships for name in (h.valid_from, h.valid_to) if name}
    if column[1] == layout.times.get(column[0]) or column in validity:
        named = CLOCK_NAME.search(column[1]) or (hourly(project) and not DAY_NAME.search(column[1]))
        is_clock = "clock" in evidence or (named and column not in validity)
        return exp.DataType.build("TIMESTAMP" if is_clock else "DATE")
    best = next((kind for kind in EVIDENCE if kind in evidence), "text")
    return exp.DataType.build(default_type(best, column, is_key=any(other in layout.entities for other in group)))


def default_type(kind: str, column: ColumnId, is_key: bool) -> str:
    """The type for a kind of evidence."""
    timely = TIME_NAME.search(column[1]) is not None
    if timely and kind in ("number", "extreme", "text", "time", "dated text"):
        kind = "clock" if CLOCK_NAME.search(column[1]) else "time"
    elif kind in ("positive", "extreme"):
        kind = "number"
    elif kind == "dated text":
        kind = "time"
    if is_key and kind == "number":
        return "BIGINT"
    return DEFAULT_TYPES.get(kind, "TEXT")


def hourly(project: Project) -> bool:
    """Whether any series is hourly, which takes timestamps."""
    intervals = [interval for metric in project.metrics.values() for interval in metric.intervals]
    return any(
        (isinstance(interval, TimeAggregation) and interval.grain is Grain.HOUR)
        or (isinstance(interval, Windowed) and interval.cron is Cron.HOURLY)
        for interval in intervals
    )

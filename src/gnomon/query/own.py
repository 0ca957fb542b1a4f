"""Own calendars in answers: their buckets, read from the warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from gnomon.compile.own_buckets import as_buckets, rows_query
from gnomon.engine import Engine
from gnomon.model import Project
from gnomon.time import Interval, own_grain


def with_buckets(project: Project, engine: Engine, intervals: Iterable[Interval]) -> Project:
    """The project with the buckets of its own calendars that some intervals need.

    Raises RunError, also `calendar_not_whole`, where a calendar's table cannot be read.
    """
    own = []
    for grain in dict.fromkeys(grain for grain in map(own_grain, intervals) if grain is not None):
        query = rows_query(grain, exp.to_table(grain.table, dialect=project.dialect))
        rows = engine.execute(query.sql(engine.dialect)).to_pylist()
        own.append(as_buckets(grain, (tuple(row.values()) for row in rows)))
    return replace(project, calendar=replace(project.calendar, own=tuple(own))) if own else project

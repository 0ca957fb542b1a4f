"""Metric SQL as written -> a tree bound to one variant's entity, on SQLGlot. Pure: reads no files and no clock.

`PASSES` is the order of the compiler. The time macros are still in the tree afterwards; a plan closes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlglot import exp

from gnomon.model import Project, Variant
from gnomon.rewrite.context import Context, Memo
from gnomon.rewrite.entities import bind_entities
from gnomon.rewrite.host import host_query, uses_host_macros
from gnomon.rewrite.macros import expand_macros, is_interval_free
from gnomon.rewrite.own_calendar import attach_calendar
from gnomon.rewrite.parse import parse_query
from gnomon.rewrite.reserved import rename_reserved
from gnomon.rewrite.resolve import resolve
from gnomon.source import Source
from gnomon.time import OwnAggregation

Pass = Callable[[exp.Query, Context], exp.Query]

PASSES: tuple[Pass, ...] = (
    expand_macros,  # names, variables, peers, entity columns, metadata
    resolve,  # every column has its table, every star its columns
    rename_reserved,  # the names of the stages are Gnomon's
    bind_entities,  # the metric's key -> the variant's entity, at the scan
)


def rewrite(
    project: Project,
    variant: Variant,
    dialect: str,
    *,
    vars: Mapping[str, Any] | None = None,
    memo: Memo | None = None,
) -> tuple[exp.Query, Context]:
    """Bind a variant's SQL to its entity, for a dialect; its tree, not to be changed, and what was learnt on the way.

    `memo` keeps what the intervals of a metric share between calls with the same project, dialect and vars.
    Raises DefinitionError with a place in the metric's file.
    """
    key = (variant.metric.key, variant.entity)
    if memo is not None and key in memo:
        query, context = memo[key]
        return at_interval(query, context.at(variant))
    context = Context(project, variant, dialect, vars or {}, memo=memo)
    metric = variant.metric
    if uses_host_macros(metric.sql.text):
        query, shared = host_query(context), False
    else:
        query = parsed(metric.sql, metric.dialect).copy()
        shared = is_interval_free(query)
    for step in PASSES:
        query = step(query, context)
    if memo is not None and shared:
        memo[key] = (query, context)
    return at_interval(query, context)


def at_interval(query: exp.Query, context: Context) -> tuple[exp.Query, Context]:
    """A bound tree with what only its own interval needs: the calendar of an own grain."""
    interval = context.variant.interval
    if isinstance(interval, OwnAggregation):
        query = attach_calendar(query.copy(), interval.grain, context)
    return query, context


@lru_cache(maxsize=1024)
def parsed(sql: Source, dialect: str) -> exp.Query:
    """A metric's tree; copy it before changing it."""
    return parse_query(sql, dialect)


__all__ = ["PASSES", "Context", "Memo", "rewrite"]

"""Functions of a project that add audits, tags and options to the model of each variant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypedDict

from gnomon.time import ALL_TIME

Modifier = tuple[Literal["audit", "metadata"], Callable[[Any], Any]]
"""What a function returns: one audit or None, or a mapping of `kind_options`, `audits` and `tags`."""


class MetricModelDefinition(TypedDict):
    """Which variant: a time aggregation (`monthly`, `over_all_time`), or a window, its unit and its cron."""

    name: str
    entity_type: str
    time_aggregation: str | None
    window: int | None
    unit: str | None
    cron: str | None


class MetricQueryConfig(TypedDict):
    """What a function is told about a variant. `rendered_query` is the SQLGlot tree of its query."""

    table_name: str
    ref: MetricModelDefinition
    vars: dict[str, Any]
    incremental: bool
    additional_tags: list[str]
    rendered_query: Any


def audit_factory(function: Callable[[Any], Any]) -> Modifier:
    """A function that returns an audit or None; it is not asked about all time, which is one row and has no gaps."""

    @wraps(function)
    def asked(config: MetricQueryConfig) -> Any:
        return None if config["ref"].get("time_aggregation") == ALL_TIME.suffix else function(config)

    return "audit", asked


def metadata_modifier(function: Callable[[Any], Any]) -> Modifier:
    """A function that returns a mapping of `kind_options`, `audits` and `tags`."""
    return "metadata", function

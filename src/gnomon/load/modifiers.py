"""Functions of a project that add options, audits and tags to each variant's model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from sqlglot import exp

from gnomon.errors import DefinitionError, Problem
from gnomon.model import Metadata, Metric, Variant
from gnomon.time import AllTime, Rolling


class MetricModelDefinition(TypedDict):
    """Which variant of which metric: the metric's key, the entity type, and a time aggregation or a window."""

    name: str
    entity_type: str
    time_aggregation: NotRequired[str]
    window: NotRequired[int]
    unit: NotRequired[str]
    cron: NotRequired[str]
    batch_size: NotRequired[int]
    dialect: NotRequired[str]


class MetricQueryConfig(TypedDict):
    """What a modifier is told about a variant. `query` is the metric's definition."""

    table_name: str
    ref: MetricModelDefinition
    rendered_query: exp.Expression | None
    vars: dict[str, Any]
    query: Metric
    metadata: Metadata
    incremental: bool
    additional_tags: list[str]
    dialect: str


@dataclass(frozen=True, slots=True)
class Modifications:
    """What modifiers add to a variant's model."""

    kind_options: Mapping[str, Any]
    audits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditFactory:
    """A function that returns one audit or None, as a modifier. It is not asked about all time, which has no gaps."""

    function: Callable[[MetricQueryConfig], Any]

    def __call__(self, config: MetricQueryConfig) -> dict[str, Any]:
        if config["ref"].get("time_aggregation") == "over_all_time":
            return {}
        audit = self.function(config)
        return {} if audit is None else {"audits": [audit]}


def query_config(variant: Variant, query: exp.Expression | None = None) -> MetricQueryConfig:
    """A variant as modifiers see it; `query` is its generated SQL, where there is one."""
    metric = variant.metric
    return MetricQueryConfig(
        table_name=variant.table,
        ref=model_definition(variant),
        rendered_query=query,
        vars=dict(metric.vars),
        query=metric,
        metadata=metric.metadata,
        incremental=metric.incremental,
        additional_tags=list(metric.tags),
        dialect=metric.dialect,
    )


def model_definition(variant: Variant) -> MetricModelDefinition:
    metric, interval = variant.metric, variant.interval
    ref = MetricModelDefinition(name=metric.key, entity_type=variant.entity, dialect=metric.dialect)
    if isinstance(interval, Rolling):
        ref |= {"window": interval.window, "unit": interval.unit.value, "cron": interval.cron.value}
        if metric.batch_size is not None:
            ref["batch_size"] = metric.batch_size
    else:
        ref["time_aggregation"] = interval.suffix
    return ref


def modifications(variant: Variant, query: exp.Expression | None = None) -> Modifications:
    """What the metric's modifiers add to a variant, in their order; DefinitionError where one fails."""
    options: dict[str, Any] = {}
    audits: list[tuple[str, Mapping[str, Any]]] = []
    tags: list[str] = []
    for modifier in variant.metric.modifiers:
        try:
            result = modifier(query_config(variant, query)) or {}
            options.update(result.get("kind_options") or {})
            audits += [(str(name), dict(arguments)) for name, arguments in result.get("audits") or ()]
            tags += [str(tag) for tag in result.get("tags") or ()]
        except Exception as error:
            raise DefinitionError(failure(variant, modifier, error)) from error
    # SQLMesh has no incremental options for what is rebuilt whole
    whole = not variant.metric.incremental or isinstance(variant.interval, AllTime)
    return Modifications({} if whole else options, tuple(audits), tuple(tags))


def failure(variant: Variant, modifier: Any, error: Exception) -> Problem:
    function = getattr(modifier, "function", modifier)
    name = getattr(function, "__name__", "a modifier")
    message = f"{name} failed for {variant.table}: {type(error).__name__}: {error}"
    help = "return a mapping with kind_options, audits and tags; an audit is (name, {option: value})"
    return Problem("modifier_failed", message.splitlines()[0], variant.metric.span(), help)

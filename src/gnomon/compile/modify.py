"""The extension hooks of a definitions file: functions that are called once for each variant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gnomon.compile.models import ModelSpec
from gnomon.errors import DefinitionError, Problem
from gnomon.model import Variant
from gnomon.time import Rolling, Windowed


def modified(spec: ModelSpec, variant: Variant) -> ModelSpec:
    """A model with the audits, tags and kind options that the metric's functions add.

    An audit factory returns `(name, options)` or None; a metadata modifier a mapping of `audits`, `tags` and
    `kind_options` (`lookback`, `batch_size` and `auto_restatement_cron` have a meaning here). Raises DefinitionError
    `modifier_failed` where a function raises.
    """
    for kind, function in variant.metric.modifiers:
        try:
            found = function(config(spec, variant))
        except Exception as error:
            raise DefinitionError(failed(function, variant, error)) from error
        if not found:
            continue
        spec = with_audit(spec, found) if kind == "audit" else with_metadata(spec, found)
    return spec


def with_audit(spec: ModelSpec, audit: Any) -> ModelSpec:
    return replace(spec, audits=(*spec.audits, (audit[0], dict(audit[1]))))


def with_metadata(spec: ModelSpec, found: Any) -> ModelSpec:
    options = dict(found.get("kind_options") or {})
    known = {name: options[name] for name in ("lookback", "batch_size") if name in options}
    if "lookback" in known:  # never less than what late events need
        known["lookback"] = max(known["lookback"], spec.lookback)
    return replace(
        spec,
        audits=(*spec.audits, *((audit[0], dict(audit[1])) for audit in found.get("audits") or ())),
        tags=(*spec.tags, *(found.get("tags") or ())),
        properties={**spec.properties, "kind_options": options} if options else spec.properties,
        **known,
    )


def config(spec: ModelSpec, variant: Variant) -> dict[str, Any]:
    """What a function is told of a variant: the original's `MetricQueryConfig`."""
    interval = variant.interval
    rolling = interval if isinstance(interval, Rolling) else None
    return {
        "table_name": variant.table,
        "ref": {
            "name": variant.metric.key,
            "entity_type": variant.entity,
            "time_aggregation": None if rolling else variant.suffix,
            "window": rolling.window if rolling else None,
            "unit": rolling.unit.value if rolling else None,
            "cron": interval.cron.value if isinstance(interval, Windowed) else None,
        },
        "vars": dict(variant.metric.vars),
        "incremental": variant.metric.incremental,
        "additional_tags": list(variant.metric.tags),
        "metadata": variant.metric.metadata,
        "dialect": variant.metric.dialect,
        "query": spec.query,
        "rendered_query": spec.query,
    }


def failed(function: Any, variant: Variant, error: Exception) -> Problem:
    name = getattr(function, "__name__", str(function))
    return Problem(
        "modifier_failed",
        f"'{name}' raised {type(error).__name__} for {variant.name}: {error}",
        variant.metric.span(),
        help="it is called with the mapping that docs/reference/definitions.md describes",
    )

"""Two definitions that would make one table."""

from __future__ import annotations

from collections.abc import Iterable

from gnomon.load.findings import Findings
from gnomon.model import Metric, Variant

UNION_VIEWS = ("timeseries_metrics", "key_metrics")


def check_collisions(metrics: Iterable[Metric], findings: Findings) -> None:
    """Refuse metrics whose tables have one name, showing both."""
    made: dict[str, Variant] = {}
    told: set[tuple[str, str]] = set()
    for metric in metrics:
        for entity in metric.entity_types:
            for interval in metric.intervals:
                variant = Variant(metric, entity, interval)
                first = made.setdefault(variant.name, variant)
                if first is variant or (first.metric.key, metric.key) in told:
                    continue
                told.add((first.metric.key, metric.key))
                message = (
                    f"metric '{metric.key}' of {entity} and metric '{first.metric.key}' of {first.entity} "
                    f"both make the table {variant.name}"
                )
                note = f"'{first.metric.key}' is at {first.metric.span()}"
                findings.error("name_collision", message, metric.span("name"), "give one of them another name", note)
    check_views(made, findings)


def check_views(made: dict[str, Variant], findings: Findings) -> None:
    """Refuse tables that have the name of a union view."""
    entities = {(variant.metric.schema, variant.entity) for variant in made.values()}
    for schema, entity in sorted(entities):
        for view in UNION_VIEWS:
            if (variant := made.get(f"{schema}.{view}_to_{entity}")) is not None:
                message = f"metric '{variant.metric.key}' makes a table with the name of the view {variant.name}"
                help = "give the metric another name"
                findings.error("name_collision", message, variant.metric.span("name"), help)

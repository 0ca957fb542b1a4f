"""Loading: YAML, Python and SQL files become a `model.Project`, or all their problems at once."""

from __future__ import annotations

from gnomon.load.construct import collecting, ignoring
from gnomon.load.definitions import MetricMetadata, MetricQueryDef, RollingConfig
from gnomon.load.modifiers import MetricModelDefinition, MetricQueryConfig
from gnomon.load.project import load
from gnomon.load.python import timeseries_metrics

__all__ = [
    "MetricMetadata",
    "MetricModelDefinition",
    "MetricQueryConfig",
    "MetricQueryDef",
    "RollingConfig",
    "collecting",
    "ignoring",
    "load",
    "timeseries_metrics",
]

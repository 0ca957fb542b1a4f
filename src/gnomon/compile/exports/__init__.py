"""A project's series as documents of other systems, each with the units that it cannot say, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gnomon.compile.exports.documents import Document
from gnomon.compile.exports.monitoring import grafana, otel, prometheus
from gnomon.compile.exports.series import Quantity, Series, described, quantities
from gnomon.compile.exports.tables import dbt, frictionless
from gnomon.model import Project

TARGETS: Mapping[str, Callable[[Project, Sequence[Series]], Document]] = {
    "otel": otel,
    "prometheus": prometheus,
    "grafana": grafana,
    "dbt": dbt,
    "frictionless": frictionless,
}

__all__ = ["TARGETS", "Document", "Quantity", "Series", "described", "quantities"]

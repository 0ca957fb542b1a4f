"""A variant: metric x entity x interval, which is one table."""

from __future__ import annotations

from dataclasses import dataclass

from gnomon.model.metric import Metric
from gnomon.names import variant_table
from gnomon.time import Interval


@dataclass(frozen=True, slots=True)
class Variant:
    """One series of a metric, for one entity type at one interval."""

    metric: Metric
    entity: str
    interval: Interval

    @property
    def suffix(self) -> str:
        return self.interval.suffix

    @property
    def table(self) -> str:
        """The table's name without its schema."""
        return variant_table(self.metric.name, self.entity, self.suffix)

    @property
    def name(self) -> str:
        """The table's name with its schema: `metrics.stars_to_project_monthly`."""
        return f"{self.metric.schema}.{self.table}"

    def __str__(self) -> str:
        return self.name

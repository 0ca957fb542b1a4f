"""A project: everything its files say, ready to be expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from gnomon.errors import Problem
from gnomon.model.metric import Metric
from gnomon.model.rates import RateTable
from gnomon.model.tables import Entity, Reference, Relationship, SourceTable
from gnomon.time import Calendar, OwnGrain, ToDate
from gnomon.units import VOCABULARY, Vocabulary


@dataclass(frozen=True, slots=True)
class Project:
    """All definitions. Table names are dotted and lower case, as queries spell them.

    `own_grains` are those of the project's own calendars; `rates` are tables among the references; `vocabulary` is the
    units that there are, with those of units.yaml. `models` maps the project's own SQLMesh models to their columns,
    where known; `warnings` holds what loading found that does not stop it.
    """

    root: Path
    name: str
    schema: str
    start: date
    calendar: Calendar
    dialect: str
    sources: Mapping[str, SourceTable]
    references: Mapping[str, Reference]
    entities: Mapping[str, Entity]
    relationships: tuple[Relationship, ...]
    metrics: Mapping[str, Metric]
    compat: Literal["oso"] | None = None
    gateways: Mapping[str, Any] = field(default_factory=dict)
    default_gateway: str = "local"
    warnings: tuple[Problem, ...] = ()
    own_grains: tuple[OwnGrain, ...] = ()
    rates: Mapping[str, RateTable] = field(default_factory=dict)
    vocabulary: Vocabulary = VOCABULARY

    def own_grain(self, aggregation: str) -> OwnGrain | None:
        """The grain of an own calendar that a time aggregation such as `fiscal_monthly` buckets by, if any."""
        return next((grain for grain in self.own_grains if grain.aggregation == aggregation), None)

    def grain_to_date(self, suffix: str) -> OwnGrain | None:
        """The grain of an own calendar that windows such as `fiscal_month_to_date` begin with, if any."""
        return next((grain for grain in self.own_grains if ToDate(grain).suffix == suffix), None)

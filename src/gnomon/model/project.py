"""A project: everything its files say, ready to be expanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from gnomon.errors import Problem
from gnomon.model.metric import Metric
from gnomon.model.tables import Entity, Reference, Relationship, SourceTable
from gnomon.time import Calendar


@dataclass(frozen=True, slots=True)
class Project:
    """All definitions. Table names are dotted and lower case, as queries spell them.

    `models` maps the project's own SQLMesh models to their columns, where known; `warnings` holds what loading
    found that does not stop it.
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

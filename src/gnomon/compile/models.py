"""What the compiler hands to an engine: plain values, free of any orchestrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlglot import exp

from gnomon.errors import Problem
from gnomon.model import Variant

Role = Literal["sample_date", "entity", "dimension", "metric", "amount", "extra"]


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of a built table. `type` is a SQL type; `unit` is unit JSON, None where unset or unknown.

    Where it depends on the row, `unit` is `{"by": column, "map": {value: unit}}`; where unit JSON cannot say it,
    `unit_ext` has it as a product, and `unit_text` has any of them as text.
    """

    name: str
    type: str
    role: Role
    unit: Mapping[str, Any] | None = None
    unit_ext: Mapping[str, Any] | None = None
    unit_text: str | None = None

    @property
    def shown_unit(self) -> Mapping[str, Any] | str | None:
        """The unit as it is displayed: unit JSON, or text where that cannot say it."""
        return self.unit if self.unit is not None and "by" not in self.unit else self.unit_text


@dataclass(frozen=True, slots=True)
class PlanNote:
    """Which plan a query follows, the reason, and the class of what it aggregates; None where it aggregates nothing."""

    name: Literal["buckets", "windows", "window_join", "per_date", "all_time", "peers"]
    reason: str
    aggregate: str | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One table or view to be built and kept up to date.

    `query` is a tree in `dialect` whose run bounds are placeholders: `exp.Placeholder(this=...)` with `start_ds` and
    `end_ds` (the first and last day of the run, both inclusive) and `execution_ds` (the execution date). Kinds:
    `series` is replaced by ranges of sample dates (gnomon.time.ranges), `full` is rebuilt whole, `view` is a view.
    `start` bounds sample dates; `end` is the last day that a run has anything to write or to look back from.
    `lookback` is in days. `variant` is None for what is not a variant (the calendar,
    union views, metadata). `warnings` are those of its definition.
    """

    name: str
    query: exp.Query
    dialect: str
    kind: Literal["series", "full", "view"]
    columns: tuple[OutputColumn, ...]
    depends_on: tuple[str, ...]
    cron: str = "@daily"
    start: date | None = None
    end: date | None = None
    lookback: int = 0
    batch_size: int | None = None
    time_column: str | None = None
    grain: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    audits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    description: str = ""
    owner: str | None = None
    variant: Variant | None = None
    plan: PlanNote | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

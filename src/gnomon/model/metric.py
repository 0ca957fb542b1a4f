"""A metric: a named SQL aggregate and the family of series that is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from gnomon.model.tables import Column
from gnomon.source import Source, Span
from gnomon.time import Interval

Fill = Literal["none", "zero", "null"]
Partial = Literal["keep", "mark", "hide"]
OverTime = Literal["last", "average", "min", "max"]


@dataclass(frozen=True, slots=True)
class StockRule:
    """How a level, which does not add up over time, is taken over a period, for each of the source's own keys.

    A day without a row takes the value of the latest earlier day that has one, at most `carry` days back.
    """

    over_time: OverTime
    carry: int = 0


@dataclass(frozen=True, slots=True)
class Metadata:
    """What people read about a metric. `unit` is unit JSON as in the wire shape; None where unset."""

    display_name: str = ""
    description: str = ""
    unit: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition.

    `key` is the name that peers use; `name` is the name in tables (the same unless the definition overrides it).
    `sql` is the text of the metric's file. `entity_keys` maps an entity type to the source columns that hold it;
    the entry under "" is the key that the SQL is written against. `intervals` is in definition order. `labels`
    declares the metric labels that a query emits when it emits several. `columns` declares extra output columns.
    `spans` maps a field's dotted path ("ref", "rolling.unit", "" for the whole definition) to its place.
    """

    key: str
    name: str
    sql: Source
    dialect: str
    intervals: tuple[Interval, ...]
    entity_types: tuple[str, ...]
    entity_keys: Mapping[str, tuple[str, ...]]
    start: date
    end: date | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    metadata: Metadata = Metadata()
    is_intermediate: bool = False
    incremental: bool = True
    batch_size: int | None = None
    audits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    incremental_audits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    fill: Fill = "none"
    partial: Partial = "keep"
    additivity: StockRule | None = None
    owner: str | None = None
    tests: tuple[Mapping[str, Any], ...] = ()
    schema: str = "metrics"
    modifiers: tuple[Any, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    def span(self, *path: str) -> Span | None:
        """The place of a field, or of the nearest part of the definition that has one."""
        for length in range(len(path), -1, -1):
            if (found := self.spans.get(".".join(path[:length]))) is not None:
                return found
        return None

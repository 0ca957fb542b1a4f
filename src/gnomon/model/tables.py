"""Tables, entities and the relationships between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from gnomon.source import Span

Additivity = Literal["flow", "stock"]
Cardinality = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]


@dataclass(frozen=True, slots=True)
class UnitBy:
    """A unit that depends on the row: `map` has the unit JSON of each value of `column` that is known.

    Without a map the value of `column` is itself the code of a unit, whose kind the column's own unit says.
    """

    column: str
    map: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source or reference.

    `type` is a SQL type in the project's dialect, None while it is not known. `unit` is unit JSON as in the wire
    shape, None while unset; `unit_by` says on what other column it depends, if any. `entity` names what
    COUNT(DISTINCT ...) of the column counts.
    """

    name: str
    type: str | None = None
    unit: Mapping[str, Any] | None = None
    additivity: Additivity | None = None
    entity: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    unit_by: UnitBy | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """The columns of a source that hold one entity's id: one column, or several for a composite entity."""

    columns: tuple[str, ...]
    entity: str


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of events or facts with a time column and entity keys.

    `time` is None where it is not declared: then it is the column that the metric's SQL compares with the bound
    macros. `columns_known` is False where columns beyond the declared ones may exist. `time_zone` is that of naive
    timestamps. An event counts if it arrives within `lateness` of its time; the source itself runs `delay` behind.
    """

    name: str
    time: str | None
    keys: tuple[Key, ...]
    columns: Mapping[str, Column]
    columns_known: bool
    time_zone: str
    lateness: timedelta = timedelta(days=3)
    delay: timedelta = timedelta(0)
    rows: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    def key_of(self, columns: tuple[str, ...]) -> Key | None:
        """The declared key made of exactly these columns, in this order."""
        return next((key for key in self.keys if key.columns == columns), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A table without time, which queries may join and which is never bound to an entity."""

    name: str
    columns: Mapping[str, Column]
    columns_known: bool
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Display:
    """Where an entity's display names are: `column` of `table`, found by the `key` columns."""

    table: str
    key: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Entity:
    """What a metric is measured of. `key` names the id columns of a composite entity; () for a simple one."""

    name: str
    key: tuple[str, ...] = ()
    display: Display | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A bridge table between two entities; validity is `[valid_from, valid_to)` with null for open."""

    table: str
    from_entity: str
    from_columns: tuple[str, ...]
    to_entity: str
    to_columns: tuple[str, ...]
    cardinality: Cardinality = "many_to_many"
    valid_from: str | None = None
    valid_to: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

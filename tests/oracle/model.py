"""What a project says, as structures: tables, bridges, and metrics by their shape. No SQL, no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from oracle.clock import Clock, Interval
from oracle.formula import Add, Agg, AggExpr, Having, Minus, Number, OrZero, Ratio, When
from oracle.logic import Pred, Row, Value

__all__ = [  # the formulas too: a definition is written with one import
    "Add", "Agg", "AggExpr", "Bridge", "Data", "Dim", "FirstSeen", "Half", "Having", "Joined", "Last", "Measure",
    "Metric", "Minus", "Nested", "Number", "OrZero", "Pairs", "PeerOver", "PeerPair", "Project", "Ratio", "RefJoin",
    "Reference", "Shape", "Stock", "Table", "Union", "When", "tables_of",
]  # fmt: skip

Data = Mapping[str, Sequence[Row]]
"""Rows of every table, by the table's name."""


@dataclass(frozen=True)
class Table:
    """A source. `time_type` is date, timestamp (naive, in `zone`) or timestamptz (an aware datetime)."""

    name: str
    time: str
    time_type: str
    keys: tuple[tuple[tuple[str, ...], str], ...]
    columns: Mapping[str, str]
    zone: str = "UTC"


@dataclass(frozen=True)
class Reference:
    """A table without time and without binding."""

    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Bridge:
    """A relationship: `[valid_from, valid_to)` are date columns, or None for current membership."""

    table: str
    from_entity: str
    from_columns: tuple[str, ...]
    to_entity: str
    to_columns: tuple[str, ...]
    columns: Mapping[str, str]
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True)
class Dim:
    """A grouped output column."""

    name: str
    value: Value


@dataclass(frozen=True)
class RefJoin:
    """A join with a reference: inner and left expose its columns as `ref_<column>`; semi and anti only filter."""

    table: str
    column: str
    ref_column: str
    how: str


@dataclass(frozen=True)
class Measure:
    """The plain shape: filter, group, aggregate, having. `per_day` divides by the days of the bucket or window."""

    table: str
    agg: AggExpr
    where: Pred | None = None
    dims: tuple[Dim, ...] = ()
    having: Having | None = None
    reference: RefJoin | None = None
    per_day: bool = False


@dataclass(frozen=True)
class Nested:
    """An aggregate of aggregates: `inner` per (entity, dims, `per` columns), then `outer` (a function) over those."""

    table: str
    per: tuple[str, ...]
    inner: Agg
    outer: str
    where: Pred | None = None
    dims: tuple[Dim, ...] = ()


@dataclass(frozen=True)
class Half:
    """How few actors, largest first and ties by actor, make half of an entity's activity (a non-negative sum)."""

    table: str
    actor: str
    amount: Value
    where: Pred | None = None


@dataclass(frozen=True)
class Union:
    """One aggregate over the rows of several sources that share the columns it reads."""

    tables: tuple[str, ...]
    agg: Agg
    where: Pred | None = None
    dims: tuple[Dim, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Two measures, each at the entity, joined on it (and on the sample date). `how`: inner, or left (0 for none)."""

    left: Measure
    right: Measure
    how: str
    op: str


@dataclass(frozen=True)
class FirstSeen:
    """Actors seen for the first time ever in the window: first anywhere, or first in this entity.

    With `returning`, those that are seen in the window and were first seen before it.
    """

    table: str
    actor: str
    per_entity: bool
    where: Pred | None = None
    returning: bool = False


@dataclass(frozen=True)
class Last:
    """The value of an entity's latest row, of the largest among rows of one time; null values are passed over."""

    table: str
    value: Value
    where: Pred | None = None


@dataclass(frozen=True)
class Pairs:
    """How many pairs of rows of two scans an entity has in the window."""

    left: str
    right: str
    left_where: Pred | None = None
    right_where: Pred | None = None


@dataclass(frozen=True)
class PeerPair:
    """Another two metrics' rows of the same entity and interval, joined and divided or subtracted."""

    left: str
    right: str
    op: str


@dataclass(frozen=True)
class PeerOver:
    """An aggregate (a function) over the daily rows of another metric, from that metric's start on."""

    peer: str
    func: str


Shape = Measure | Nested | Half | Union | Joined | FirstSeen | Last | Pairs | PeerPair | PeerOver


@dataclass(frozen=True)
class Stock:
    """A level instead of a flow: `over_time` is first, last, average, min or max; `carry` the days it stands."""

    over_time: str
    carry: int = 0


@dataclass(frozen=True)
class Metric:
    """A definition. `key` is the source key that is rolled up; `direct` binds entities by other columns of the rows.

    `fill` is none, zero or null. A `stock` is a Measure of one plain SUM.
    """

    name: str
    shape: Shape
    entities: tuple[str, ...]
    intervals: tuple[Interval, ...]
    key: tuple[str, ...] = ("to_artifact_id",)
    direct: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: date | None = None
    fill: str = "none"
    stock: Stock | None = None


@dataclass(frozen=True)
class Project:
    """A whole project. `entities` maps each entity to its key columns, () for a simple one."""

    start: date
    tables: tuple[Table, ...]
    bridges: tuple[Bridge, ...]
    entities: Mapping[str, tuple[str, ...]]
    metrics: tuple[Metric, ...] = ()
    references: tuple[Reference, ...] = ()
    clock: Clock = field(default_factory=Clock)

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    def metric(self, name: str) -> Metric:
        return next(metric for metric in self.metrics if metric.name == name)

    def domain(self, metric: Metric) -> str:
        """The entity that the metric's key holds."""
        found = [entity for table in self.tables for key, entity in table.keys if key == metric.key]
        return found[0]


def tables_of(shape: Shape) -> tuple[str, ...]:
    """The sources that a shape reads itself."""
    match shape:
        case Union(tables=tables):
            return tables
        case Joined(left=left, right=right):
            return left.table, right.table
        case Pairs(left=first, right=second):
            return first, second
        case PeerPair() | PeerOver():
            return ()
        case _:
            return (shape.table,)

"""What one metric says: the classes that Python code calls, and the shape of metrics.yaml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, Strict, WithJsonSchema, model_validator

from gnomon.limits import limit
from gnomon.load.column_units import ColumnUnit, MetricUnit, UnitByDef, one_unit
from gnomon.load.construct import Definition, Shape
from gnomon.load.fields import (
    AlsoWritten,
    Audits,
    Count,
    Date,
    Dialect,
    Flag,
    Items,
    Name,
    OneOf,
    SqlType,
    Table,
    Text,
    read_columns,
    read_name,
)
from gnomon.load.metric_units import Declarations, declarations
from gnomon.load.own_grains import AggregationWord
from gnomon.load.stock import AdditivityDef
from gnomon.load.to_date import ToDateWindows
from gnomon.load.wording import kind_of, refuse
from gnomon.time.grain import GRAIN_BY_AGGREGATION, WINDOW_UNITS, Grain
from gnomon.time.interval import ALL_TIME, Cron

AGGREGATIONS = (*GRAIN_BY_AGGREGATION, ALL_TIME.suffix)
UNITS = tuple(unit.value for unit in WINDOW_UNITS)
CRONS = tuple(cron.value for cron in Cron)
HOURLY_UNITS = (Grain.HOUR.value, Grain.DAY.value)


def read_window(value: Any) -> Any:
    largest = limit("rolling_window")
    if isinstance(value, int) and not isinstance(value, bool) and not 1 <= value <= largest:
        refuse("window_out_of_range", f"a window of {value} is not possible", f"write a number from 1 to {largest:,}")
    return value


def read_fill(value: Any) -> Any:
    return "null" if value is None else value


def read_batch_size(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value < 1:
        refuse("wrong_value", f"a batch of {value} days is not possible", "write 1 or more, or leave it out")
    return value


def read_column(value: Any) -> Any:
    """A column's type alone is short for `{type: ...}`; nothing says only that the column is there."""
    return {"type": value} if isinstance(value, str) else value if value is not None else {}


def read_entity_key(value: Any) -> Any:
    """The key's columns by entity; under "" the key that the SQL is written against."""
    if not isinstance(value, Mapping):
        return {"": read_columns(value)}
    if not value:
        refuse("empty_name", "the entity key names no column", "write {entity: column}")
    keys = {read_name(entity): read_columns(columns) for entity, columns in value.items()}
    return {**keys, "": next(iter(keys.values()))} if "" not in keys else keys


def read_vars(value: Any) -> Any:
    """Constants and lists of constants, by name."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            parts = item if isinstance(item, (list, tuple)) else [item]
            if not isinstance(name, str) or not name.isidentifier():
                refuse("wrong_name", f"'{name}' is no variable's name", "use letters, digits and underscores", name)
            if not all(isinstance(part, (str, int, float, bool)) for part in parts):
                message = f"expected a text, a number, true, false or a list of these, found {kind_of(item)}"
                refuse("wrong_type", message, None, name)
    return value


KEYS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "object"}]}
Unit = Annotated[str, Strict(), OneOf("unit", *UNITS)]
CronWord = Annotated[str, Strict(), OneOf("cron", *CRONS)]
Aggregation = Annotated[str, Strict(), AggregationWord("aggregation", *AGGREGATIONS)]
Additivity = Annotated[Literal["flow", "stock"], OneOf("additivity", "flow", "stock")]
FillWord = Annotated[
    Literal["none", "zero", "null"],
    OneOf("fill", "none", "zero", "null"),
    BeforeValidator(read_fill),
    AlsoWritten("null"),
]
PartialWord = Annotated[Literal["keep", "mark", "hide"], OneOf("partial", "keep", "mark", "hide")]


class ColumnDef(Shape):
    """A column of a source, a reference or a metric's own table."""

    type: SqlType | None = Field(default=None, description="its SQL type, in the project's dialect")
    unit: ColumnUnit = Field(default=None, description="what its numbers are denominated in")
    unit_by: UnitByDef | None = Field(default=None, description="units by the value of another column")
    additivity: Additivity | None = Field(default=None, description="flow (adds up over time) or stock (a level)")
    entity: Text | None = Field(default=None, description="what COUNT(DISTINCT) of it counts, such as developers")

    @model_validator(mode="after")
    def has_one_unit(self) -> Self:
        one_unit(self.unit, self.unit_by)
        return self


ColumnDefs = dict[str, Annotated[ColumnDef, BeforeValidator(read_column), AlsoWritten("string", "null")]]


class MetricTest(Shape):
    """Rows given, and the rows that one variant must then have."""

    given: dict[Table, Items[dict[str, Any]]] = Field(description="rows of each source, by table")
    expect: Items[dict[str, Any]] = Field(description="rows of the variant; columns left out are not compared")
    entity: Name | None = Field(default=None, description="the variant's entity type; the metric's first by default")
    interval: Text | None = Field(default=None, description="the variant's interval; the metric's first by default")
    start: Date | None = Field(default=None, description="the first sample date to compute")
    end: Date | None = Field(default=None, description="the last sample date to compute")


class MetricMetadata(Definition):
    """What people read about a metric.

    `display_name` and `description` are shown in listings, plots and the metadata tables. `unit` is what the
    metric's amount is denominated in: unit JSON such as `{"kind": "count", "code": "stars"}`, a compound
    `{"numerator": ..., "denominator": ...}`, or a legacy name such as `"dollar"`; unset where left out.
    """

    display_name: Text = Field(default="", description="the metric's name for people")
    description: Text = Field(default="", description="what the metric says, in a sentence")
    unit: MetricUnit = Field(default=None, description="what the amount is denominated in")


class OlderMetadata(Shape):
    """Where older files say a metric's unit."""

    unit: MetricUnit = Field(default=None, description="what the amount is denominated in")


class RollingConfig(Definition):
    """The rolling windows of a metric: one series for each of `windows`.

    A window of N units at a sample date covers the N units that end with that date. `unit` is hour, day, week,
    month, quarter or year; months and longer are calendar arithmetic that clamps at month ends. `cron` says which
    dates are sampled: each hour or day, or the last day of each week, month, quarter or year. `model_batch_size` is
    how many days one statement computes. `slots` is accepted and has no effect.
    """

    windows: Items[Annotated[Count, BeforeValidator(read_window)]] = Field(description="lengths, in units")
    unit: Unit = Field(default="day", description="the unit of the lengths")
    cron: CronWord = Field(default="@daily", description="which dates are sampled")
    model_batch_size: Annotated[Count, BeforeValidator(read_batch_size)] | None = Field(
        default=None, description="how many days one statement computes"
    )
    slots: Count | None = Field(default=None, description="accepted for older files; has no effect")

    @model_validator(mode="after")
    def windows_are_possible(self) -> Self:
        if not self.windows:
            refuse("empty_list", "no window is given", "write [30]", "windows")
        for window, count in Counter(self.windows).items():
            if count > 1:
                refuse("duplicate_window", f"window {window} is given twice", "give each window once", "windows")
        hourly = self.cron == Cron.HOURLY.value
        if hourly and self.unit not in HOURLY_UNITS:
            help = f"use unit {' or '.join(HOURLY_UNITS)}, or another cron such as '@daily'"
            refuse("hourly_window_unit", f"a window of {self.unit}s cannot be sampled hourly", help, "unit")
        if self.unit == Grain.HOUR.value and not hourly:
            help = "write cron: '@hourly', or unit: day"
            refuse("hourly_window_unit", f"a window of hours cannot be sampled {self.cron}", help, "unit")
        return self


class MetricQueryDef(Definition):
    """One metric: a SQL aggregate and the family of series that is made from it.

    `ref` is the SQL file, relative to the queries folder. There is one series for each entity type and each of
    `time_aggregations`, the windows of `rolling` and `to_date`, and all time where `over_all_time` is set. Field by
    field: docs/reference/definitions.md. Raises DefinitionError with every problem and its place.

    >>> stars = MetricQueryDef(ref="code/stars.sql", rolling=RollingConfig(windows=[30, 90]))
    >>> stars.rolling.unit, stars.rolling.windows
    ('day', (30, 90))
    """

    ref: Text = Field(description="the SQL file, relative to the queries folder")
    time_aggregations: Items[Aggregation] = Field((), description="grains to bucket by")
    rolling: RollingConfig | None = Field(default=None, description="rolling windows")
    to_date: ToDateWindows | None = Field(default=None, description="windows from a bucket's start: [month, year]")
    over_all_time: Flag = Field(default=False, description="also one value over everything from the start")
    entity_types: Items[Name] | None = Field(default=None, description="entities to measure; all by default")
    metadata: MetricMetadata | None = Field(default=None, description="name, description and unit")
    vars: Annotated[dict[str, Any], BeforeValidator(read_vars)] = Field(default={}, description="variables for the SQL")
    name: Name | None = Field(default=None, description="the name in tables, where it differs from the metric's own")
    dialect: Dialect | None = Field(default=None, description="the SQL file's dialect; the project's by default")
    entity_key: Annotated[dict[str, tuple[str, ...]], BeforeValidator(read_entity_key), WithJsonSchema(KEYS)] | None = (
        Field(default=None, description="the source's key that is rolled up; to_artifact_id by default")
    )
    is_intermediate: Flag = Field(default=False, description="built for other metrics, left out of the union views")
    enabled: Flag = Field(default=True, description="false leaves the metric out")
    incremental: Flag = Field(default=True, description="false rebuilds the series whole in each run")
    start: Date | None = Field(default=None, description="the first sample date; the project's by default")
    end: Date | None = Field(default=None, description="the last sample date; open by default")
    fill: FillWord = Field(default="none", description="rows for dates on which a key has no events")
    partial: PartialWord = Field("keep", description="what becomes of incomplete buckets in answers")
    additivity: AdditivityDef | None = Field(default=None, description="for stocks: how a period's value is taken")
    labels: Items[Text] = Field(default=(), description="the labels that the query emits, where there are several")
    columns: ColumnDefs = Field(default={}, description="extra columns of the metric's own table")
    owner: Text | None = Field(default=None, description="who answers for the metric")
    tests: Items[MetricTest] = Field(default=(), description="expected rows for given rows")
    audits: Audits = Field(default=(), description="audits of every table of the metric")
    incremental_audits: Audits = Field(default=(), description="audits of its incremental tables")
    additional_tags: Items[Text] = Field(default=(), description="tags of every table of the metric")
    unit: MetricUnit = Field(default=None, description="for older files: the metadata's unit")
    metric_metadata: OlderMetadata | None = Field(default=None, description="for older files: {unit: ...}")
    use_python_model: Flag | None = Field(default=None, description="accepted for older files; has no effect")
    _units: Declarations = PrivateAttr(default=Declarations())

    @model_validator(mode="after")
    def series_are_possible(self) -> Self:
        words = [*self.time_aggregations, *[ALL_TIME.suffix] * self.over_all_time]
        for word, count in Counter(words).items():
            if count > 1:
                refuse("duplicate_interval", f"'{word}' is given twice", "give it once", "time_aggregations")
        for entity, count in Counter(self.entity_types or ()).items():
            if count > 1:
                refuse("duplicate_entity", f"entity '{entity}' is given twice", "give it once", "entity_types")
        if self.entity_types is not None and not self.entity_types:
            refuse("empty_list", "no entity type is given", "name one, or leave the field out", "entity_types")
        if not words and self.rolling is None and self.to_date is None:
            help = "add time_aggregations: [daily], rolling: {windows: [30]} or over_all_time: true"
            refuse("no_intervals", "the metric has no series", help)
        if self.start is not None and self.end is not None and self.start > self.end:
            refuse("start_after_end", f"start {self.start} is after end {self.end}", "swap them", "start")
        return self

    @property
    def declared_units(self) -> Declarations:
        """The units that this says, the one that holds first."""
        return self._units

    @model_validator(mode="after")
    def unit_that_holds(self) -> Self:
        """Put the unit that holds, wherever it is said, where all others look for it."""
        amount, older = self.columns.get("amount"), self.metric_metadata
        said = declarations(
            self.metadata.unit if self.metadata else None,
            self.unit,
            older.unit if older else None,
            amount.unit if amount else None,
        )
        self._units = said
        if said.unit is not None:
            metadata = self.metadata or MetricMetadata.model_construct()
            self.metadata = metadata.model_copy(update={"unit": said.unit})
        return self

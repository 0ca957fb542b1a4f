"""What the project's own files say: the shapes of gnomon.yaml and sources.yaml, and a factory's options."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from gnomon.load.column_units import OWN
from gnomon.load.construct import Shape
from gnomon.load.definitions import ColumnDefs
from gnomon.load.fields import (
    AlsoWritten,
    Audits,
    Columns,
    Date,
    Dialect,
    Duration,
    Flag,
    Items,
    Name,
    OneOf,
    Schema,
    Table,
    Text,
    TimeZone,
    Weekday,
    read_columns,
)
from gnomon.load.own_grains import Starts
from gnomon.load.wording import kind_of, refuse
from gnomon.model.tables import Cardinality
from gnomon.units import UnitError, parse_unit


def read_keys(value: Any) -> Any:
    """A source's keys: `{column: entity}`, `{"a, b": entity}`, or a list of `{columns, entity}`."""
    if isinstance(value, Mapping):
        pairs = [(read_columns(columns), entity, columns) for columns, entity in value.items()]
    elif isinstance(value, (list, tuple)):
        pairs = [(*read_key(item, position), position) for position, item in enumerate(value)]
    else:
        refuse("wrong_type", f"expected a mapping, found {kind_of(value)}", "write {to_artifact_id: artifact}")
    if not pairs:
        refuse("empty_list", "the source has no key", "write {to_artifact_id: artifact}")
    for _, entity, place in pairs:
        if not isinstance(entity, str):
            refuse("wrong_type", f"expected an entity's name, found {kind_of(entity)}", None, place)
    return tuple((columns, entity) for columns, entity, _ in pairs)


def read_key(item: Any, position: int) -> tuple[Any, Any]:
    if isinstance(item, Mapping) and set(item) == {"columns", "entity"}:
        return read_columns(item["columns"]), item["entity"]
    refuse("wrong_type", "expected {columns: [...], entity: ...}", "write {columns: [a, b], entity: route}", position)


def read_end(value: Any) -> Any:
    """One end of a relationship: `{entity: column}` or `{entity: [columns]}`."""
    if not isinstance(value, Mapping) or len(value) != 1:
        message = f"expected one entity and its column, found {kind_of(value)}"
        refuse("wrong_type", message, "write {artifact: artifact_id}")
    ((entity, columns),) = value.items()
    return (entity, read_columns(columns))


def read_display(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def read_nothing(value: Any) -> Any:
    return {} if value is None else value


def read_path(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def read_currency(value: Any) -> Any:
    """The code of a currency: three capital letters, or one of the project's own."""
    if not isinstance(value, str):
        refuse("wrong_unit", f"expected a currency's code, found {kind_of(value)}", "write three capitals, as in EUR")
    try:
        parse_unit({"kind": "currency", "code": value}, OWN.get() or {})
    except UnitError as error:
        refuse("wrong_unit", error.reason, error.help)
    return value


def read_missing(value: Any) -> Any:
    if value not in ("error", "null", None):
        refuse("wrong_missing", f"expected error or null, found {kind_of(value)}", "write missing: error")
    return None if value == "null" else value


KEYS_SCHEMA = {
    "anyOf": [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "array", "items": {"type": "object", "required": ["columns", "entity"]}},
    ]
}
END_SCHEMA = {"type": "object", "minProperties": 1, "maxProperties": 1}
End = Annotated[tuple[Text, tuple[str, ...]], BeforeValidator(read_end), WithJsonSchema(END_SCHEMA)]
Column = Annotated[Text, BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)]
CardinalityWord = Annotated[Cardinality, OneOf("cardinality", *get_args(Cardinality))]
MISSING_SCHEMA = {"enum": ["error", None]}
CurrencyCode = Annotated[Text, BeforeValidator(read_currency)]
Compat = Annotated[Literal["oso"], OneOf("compat", "oso")]
Folder = Annotated[Text, BeforeValidator(read_path)]


class SourceDef(Shape):
    """A table of events or facts."""

    time: Column = Field(description="the column that says when: a DATE or a TIMESTAMP")
    keys: Annotated[
        tuple[tuple[tuple[str, ...], Text], ...], BeforeValidator(read_keys), WithJsonSchema(KEYS_SCHEMA)
    ] = Field(description="the columns that hold entities' ids: {column: entity}")
    time_zone: TimeZone | None = Field(
        default=None, description="the zone of timestamps without one; the project's by default"
    )
    lateness: Duration = Field(
        default=timedelta(days=3), description="how late an event may arrive and still be counted"
    )
    delay: Duration = Field(default=timedelta(0), description="how far behind the source runs")
    rows: Text | None = Field(default=None, description="what COUNT(*) counts, such as events")
    columns: ColumnDefs | None = Field(default=None, description="its columns; those of external_models.yaml are added")


class ReferenceDef(Shape):
    """A table without time, which queries may join and which is never bound to an entity."""

    columns: ColumnDefs | None = Field(default=None, description="its columns; those of external_models.yaml are added")


class DisplayDef(Shape):
    """Where an entity's display names are."""

    column: Column = Field(description="the column that holds them")
    table: Table | None = Field(default=None, description="its table; found by the entity's key where left out")
    key: Columns | None = Field(default=None, description="the id columns in that table")


class EntityDef(Shape):
    """What metrics are measured of."""

    key: Columns | None = Field(default=None, description="the id's columns, for an entity that needs several")
    display: Annotated[DisplayDef, BeforeValidator(read_display), AlsoWritten("string")] | None = Field(
        default=None, description="a display name's column, or {table, key, column}"
    )


class CalendarDef(Shape):
    """A table of the project's own buckets, one row a day, which queries may join too."""

    table: Table
    day: Column = Field(default="day", description="the column of days, a DATE")
    grains: Starts | None = Field(default=None, description="its grains: [month], or {month: column of first days}")
    columns: ColumnDefs | None = Field(default=None, description="its columns; those of external_models.yaml are added")


class RatesDef(Shape):
    """A table of exchange rates by the day, which queries may join too: 1 `from` is `rate` `to`."""

    date: Column = Field(description="the column of days: a DATE or a TIMESTAMP")
    from_: Column = Field(alias="from", description="the column of the currency that is priced")
    to: Column = Field(description="the column of the currency that it is priced in")
    rate: Column = Field(description="the column that says how many of `to` one of `from` is")
    via: CurrencyCode | None = Field(
        default=None, description="the currency through which all others are converted, in both directions"
    )
    max_age: Duration = Field(default=timedelta(days=7), description="for how long a rate holds where no newer one is")
    missing: Annotated[Literal["error"] | None, BeforeValidator(read_missing), WithJsonSchema(MISSING_SCHEMA)] = Field(
        default="error", description="what a conversion without a rate is: error, or null"
    )
    columns: ColumnDefs | None = Field(default=None, description="its columns; those of external_models.yaml are added")


class RelationshipDef(Shape):
    """A bridge table between two entities."""

    table: Table
    from_: End = Field(alias="from", description="the finer entity and its columns: {artifact: artifact_id}")
    to: End = Field(description="the coarser entity and its columns: {project: project_id}")
    cardinality: CardinalityWord = Field(
        default="many_to_many",
        description="how many of one belong to how many of the other",
    )
    valid_from: Column | None = Field(default=None, description="the column since when a row holds; null is always")
    valid_to: Column | None = Field(
        default=None, description="the column until when a row holds, exclusive; null is open"
    )


Filled = BeforeValidator(read_nothing)


class SourcesFile(Shape):
    """sources.yaml: tables, entities and how they relate."""

    sources: dict[Table, SourceDef] = Field(default={}, description="tables of events or facts")
    references: dict[Table, Annotated[ReferenceDef, Filled, AlsoWritten("null")]] = Field(
        default={}, description="tables without time"
    )
    entities: dict[Name, Annotated[EntityDef, Filled, AlsoWritten("null")]] = Field(
        default={}, description="what metrics are measured of"
    )
    calendars: dict[Name, CalendarDef] = Field(default={}, description="tables of the project's own periods")
    rates: dict[Table, RatesDef] = Field(default={}, description="tables of exchange rates")
    relationships: Items[RelationshipDef] = ()


class FactoryOptions(Shape):
    """What holds for every metric of one file of definitions."""

    schema_: Schema | None = Field(default=None, alias="schema", description="the schema that tables are written to")
    start: Date | None = Field(default=None, description="the first sample date")
    end: Date | None = Field(default=None, description="the last sample date; open by default")
    default_dialect: Dialect | None = Field(default=None, description="the dialect of SQL files")
    timeseries_sources: Items[Text] = Field(default=(), description="event tables, where no sources are declared")
    queries_dir: Folder | None = Field(default=None, description="the folder of SQL files; queries by default")
    enabled: Flag = Field(default=True, description="false leaves all metrics out")
    audits: Audits = Field(default=(), description="audits of every table")
    incremental_audits: Audits = Field(default=(), description="audits of every incremental table")


class TimeseriesMetricsOptions(FactoryOptions):
    """The options of `timeseries_metrics`, without its metrics, which are validated one by one."""

    model_prefix: Text | None = Field(default=None, description="accepted for older files; names do not depend on it")
    metric_queries: Any = Field(default=None, description="the metrics, by name")
    audit_factories: Items[Callable[..., Any]] = ()
    metadata_modifiers: Items[Callable[..., Any]] = ()


class GnomonFile(FactoryOptions):
    """gnomon.yaml: what holds for the whole project."""

    name: Text | None = Field(default=None, description="the project's name; its folder's by default")
    time_zone: TimeZone = Field(default="UTC", description="the zone that days are cut in")
    week_start: Weekday = Field(default="monday", description="the first day of a week")
    compat: Compat | None = Field(default=None, description="oso reads older files with warnings")
    gateways: dict[str, dict[str, Any]] | None = Field(default=None, description="connections, in SQLMesh's shape")
    default_gateway: Text | None = Field(default=None, description="the gateway that is used; the first by default")

"""Model specs -> the arguments with which SQLMesh makes its models, without SQLMesh.

What is part of a model's version (columns, optimize_query, the materialization's properties) is chosen here once:
changing it rebuilds every table of every project.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlglot import exp

from gnomon.compile.lateness import days_read_again
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.time import Calendar, OwnAggregation, TimeAggregation, ToDate, Windowed, own_grain

MATERIALIZATION = "gnomon_series"
"""The name under which gnomon.run.materialization registers itself; part of every series' version."""

DESCRIPTIONS = {"sample_date": "the date that the row stands for", "amount": "the metric's value", "extra": ""}
"""Roles whose columns are commented in the warehouse; a comment is a statement of its own, for table and view."""


def model_fields(spec: ModelSpec, calendar: Calendar) -> dict[str, Any]:
    """The arguments of `create_sql_model` that depend on the spec alone."""
    fields: dict[str, Any] = {
        "kind": kind_fields(spec, calendar),
        # An hourly series is written in whole local days, so that its rows too are complete when they appear.
        "cron": "@daily" if spec.kind == "series" else spec.cron,
        "cron_tz": west_of_utc(calendar.time_zone),
        "columns": {column.name: exp.DataType.build(column.type, dialect=spec.dialect) for column in spec.columns},
        "column_descriptions": described(spec.columns),
        "depends_on": set(spec.depends_on),
        "extract_dependencies_from_query": False,
        "optimize_query": False,
        "tags": list(spec.tags),
        "audits": [(name, {key: argument(value) for key, value in args.items()}) for name, args in spec.audits],
        "description": spec.description or None,
        "owner": spec.owner,
        "stamp": stamp(spec.columns),
        "start": spec.start.isoformat() if spec.start else None,
        "end": spec.end.isoformat() if spec.end else None,
    }
    if spec.grain:
        columns = [exp.column(name) for name in spec.grain]
        fields["grains"] = [columns[0] if len(columns) == 1 else exp.Tuple(expressions=columns)]
    if spec.kind == "series":
        fields["partitioned_by"] = [exp.column(spec.time_column or "metrics_sample_date")]
    return {name: value for name, value in fields.items() if value is not None}


def kind_fields(spec: ModelSpec, calendar: Calendar) -> dict[str, Any]:
    """A spec's kind in SQLMesh's words. `lookback` and `batch_size` are left out where they are 0 or unset."""
    if spec.kind != "series":
        return {"name": spec.kind.upper()}
    kind: dict[str, Any] = {
        "name": "CUSTOM",
        "materialization": MATERIALIZATION,
        "materialization_properties": exp.Tuple(
            expressions=[
                exp.EQ(this=exp.var(name), expression=exp.Literal.string(value))
                for name, value in series_properties(spec, calendar).items()
            ]
        ),
        # Batches overlap where a bucket spans two of them: side by side they would write its rows twice.
        "batch_concurrency": 1,
    }
    if days := days_read_again(spec.lookback, calendar):
        kind["lookback"] = days
    if spec.batch_size:
        kind["batch_size"] = spec.batch_size
    if restated := (spec.properties.get("kind_options") or {}).get("auto_restatement_cron"):
        kind["auto_restatement_cron"] = restated
    return kind


def series_properties(spec: ModelSpec, calendar: Calendar) -> dict[str, str]:
    """What the materialization has to know about a series, all spelled as text.

    >>> from gnomon.time import Grain, Rolling
    >>> interval_properties(Rolling(7))
    {'window': '7', 'unit': 'day', 'cron': '@daily'}
    >>> interval_properties(TimeAggregation(Grain.WEEK))
    {'grain': 'week'}
    >>> interval_properties(ToDate(Grain.MONTH))
    {'to_date': 'month', 'cron': '@daily'}
    """
    interval = spec.properties.get("interval") or (spec.variant.interval if spec.variant else None)
    if not isinstance(interval, TimeAggregation | OwnAggregation | Windowed):
        raise TypeError(f"{spec.name} is a series without buckets or windows")
    metric = spec.variant.metric if spec.variant else None
    end = spec.properties.get("end") or (metric.end if metric else None)
    return {
        "time_column": spec.time_column or "metrics_sample_date",
        **interval_properties(interval),
        "time_zone": calendar.time_zone,
        "week_start": calendar.week_start,
        **({"start": spec.start.isoformat()} if spec.start else {}),
        **({"end": end.isoformat()} if end else {}),
    }


def interval_properties(interval: TimeAggregation | OwnAggregation | Windowed) -> dict[str, str]:
    """An interval as the materialization's properties."""
    if isinstance(interval, TimeAggregation):
        return {"grain": interval.grain.value}
    if (own := own_grain(interval)) is not None:
        sampled = {"to_date": own.value, "cron": interval.cron.value} if isinstance(interval, ToDate) else {}
        return {
            "calendar": own.calendar,
            "calendar_grain": own.grain.value,
            "calendar_table": own.table,
            "calendar_day": own.day,
            "calendar_start": own.start,
            **sampled,
        }
    assert not isinstance(interval, OwnAggregation)
    if isinstance(interval, ToDate):
        return {"to_date": interval.grain.value, "cron": interval.cron.value}
    return {"window": str(interval.window), "unit": interval.unit.value, "cron": interval.cron.value}


def west_of_utc(time_zone: str) -> str | None:
    """The zone for `cron_tz`: only where local midnight comes after UTC's.

    SQLMesh floors a tick to a UTC day. West of UTC that makes the label D due when the local day D is over. East of
    it a local day is over before the UTC day of the same name, and `cron_tz` would only hold it back for a day more.

    >>> west_of_utc("America/New_York"), west_of_utc("Asia/Tokyo"), west_of_utc("UTC")
    ('America/New_York', None, None)
    """
    zone = ZoneInfo(time_zone)
    offsets = [zone.utcoffset(datetime(2024, month, 15)) for month in (1, 7)]
    return time_zone if any(offset and offset.days < 0 for offset in offsets) else None


def described(columns: Iterable[OutputColumn]) -> dict[str, str]:
    """Comments for the columns of which their names do not say enough: what they mean, and their unit.

    >>> amount = OutputColumn("amount", "DOUBLE", "amount", {"kind": "count", "code": "stars"}, unit_text="stars")
    >>> described([amount, OutputColumn("metric", "TEXT", "metric")])
    {'amount': "the metric's value, in stars"}
    """
    comments = {}
    for column in columns:
        words = [DESCRIPTIONS.get(column.role, ""), f"in {column.unit_text}" if column.unit_text else ""]
        if comment := ", ".join(filter(None, words)):
            comments[column.name] = comment
    return comments


def stamp(columns: Iterable[OutputColumn]) -> str | None:
    """The units of a table as a text that is part of its version; None where no column has one.

    A number of another unit is another number, so a changed unit rebuilds the table and what reads it.

    >>> stamp([OutputColumn("amount", "DOUBLE", "amount", {"kind": "currency", "code": "USD"}, unit_text="USD")])
    'amount in USD'
    """
    units = {
        column.name: json.dumps(column.unit, sort_keys=True) if by_row(column) else column.unit_text
        for column in columns
        if column.unit_text is not None
    }
    return "; ".join(f"{name} in {unit}" for name, unit in units.items()) or None


def by_row(column: OutputColumn) -> bool:
    """Whether another column of the row decides a column's unit."""
    return column.unit is not None and "by" in column.unit


def argument(value: Any) -> exp.Expr:
    """An audit's argument as an expression: text that is a lone name stands for a column only inside a list.

    >>> argument("day").sql(), argument(["a", "b"]).sql(), argument(0.95).sql(), argument(date(2024, 1, 1)).sql()
    ("'day'", '(a, b)', '0.95', "'2024-01-01'")
    """
    if isinstance(value, exp.Expr):
        return value
    if isinstance(value, list | tuple):
        return exp.Tuple(expressions=[exp.column(item) if isinstance(item, str) else argument(item) for item in value])
    if isinstance(value, date):
        return exp.Literal.string(value.isoformat())
    return exp.convert(value)

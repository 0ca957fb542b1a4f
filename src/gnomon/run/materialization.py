"""How a series is written: a run's days, widened to the sample dates that they can change.

SQLMesh loads this class through the entry point `sqlmesh.materializations`, in whatever process applies a plan. Its
ranges are those of gnomon.time.ranges, on which the simulated scheduler of the tests runs as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlglot import exp
from sqlmesh import CustomMaterialization
from sqlmesh.utils.date import to_datetime

from gnomon.time import Calendar, Cron, Grain, Rolling, TimeAggregation
from gnomon.time.ranges import written_range

UTC = ZoneInfo("UTC")


class SeriesMaterialization(CustomMaterialization):  # type: ignore[misc]
    """Replaces whole ranges of sample dates; a run that completes no bucket writes nothing."""

    NAME = "gnomon_series"

    def insert(
        self,
        table_name: str,
        query_or_df: Any,
        model: Any,
        is_first_insert: bool,
        render_kwargs: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        """Deletes the range's rows and inserts the query's rows of the range; rows outside it are left as they are.

        `start` and `end` (exclusive) come from SQLMesh as instants whose UTC dates name local days of the project.
        """
        properties = {key: str(value) for key, value in model.custom_materialization_properties.items()}
        low, high = sample_range(
            properties,
            start=to_datetime(kwargs["start"]).date(),
            end=to_datetime(kwargs["end"]).date(),
            built_until=_built_until(kwargs["snapshot"], kwargs["deployability_index"]),
            execution=kwargs["execution_time"],
        )
        if low >= high:
            return
        types, source_columns = self._get_target_and_source_columns(model, table_name, render_kwargs=render_kwargs)
        time_type = model.columns_to_types_or_raise[properties["time_column"]]
        self.adapter.insert_overwrite_by_time_partition(
            table_name,
            query_or_df,
            start=low,
            end=high,
            time_formatter=lambda moment, _types: as_literal(to_datetime(moment), time_type),
            time_column=properties["time_column"],
            target_columns_to_types=types,
            source_columns=source_columns,
        )


def sample_range(
    properties: Mapping[str, str], *, start: date, end: date, built_until: date | None, execution: Any
) -> tuple[datetime, datetime]:
    """The sample dates `[low, high)` to write, as naive timestamps: midnights, or UTC instants for an hourly series.

    `execution` is anything that SQLMesh takes for a time. A series's own start and end bound its sample dates.

    >>> week = {"grain": "week", "time_zone": "UTC", "week_start": "monday", "start": "2024-01-01"}
    >>> days = {"start": date(2024, 1, 10), "end": date(2024, 1, 11), "built_until": None}
    >>> [str(bound) for bound in sample_range(week, **days, execution="2024-01-15")]
    ['2024-01-08 00:00:00', '2024-01-15 00:00:00']
    >>> low, high = sample_range(week, **days, execution="2024-01-14")
    >>> low >= high
    True
    """
    calendar = Calendar(properties["time_zone"], properties["week_start"])
    interval = interval_of(properties)
    today = calendar.local_date(to_datetime(execution))
    low, high = written_range(interval, start, end, built_until or start, today, calendar)
    if first := properties.get("start"):
        low = max(low, date.fromisoformat(first))
    if last := properties.get("end"):
        high = min(high, date.fromisoformat(last) + timedelta(days=1))
    if is_hourly(interval):
        return _utc(calendar.midnight(low)), _utc(calendar.midnight(high))
    return datetime(low.year, low.month, low.day), datetime(high.year, high.month, high.day)


def interval_of(properties: Mapping[str, str]) -> TimeAggregation | Rolling:
    """The interval that a model's materialization properties spell."""
    if grain := properties.get("grain"):
        return TimeAggregation(Grain(grain))
    return Rolling(int(properties["window"]), Grain(properties["unit"]), Cron(properties["cron"]))


def is_hourly(interval: TimeAggregation | Rolling) -> bool:
    """Whether the sample dates are hours."""
    return interval.grain is Grain.HOUR if isinstance(interval, TimeAggregation) else interval.cron is Cron.HOURLY


def as_literal(moment: datetime, time_type: exp.DataType) -> exp.Expr:
    """A bound in the type of the sample date."""
    if time_type.is_type(exp.DataType.Type.DATE):
        return exp.cast(exp.Literal.string(f"{moment:%Y-%m-%d}"), "DATE")
    return exp.cast(exp.Literal.string(f"{moment:%Y-%m-%d %H:%M:%S.%f}"), "TIMESTAMP")


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _built_until(snapshot: Any, deployability: Any) -> date | None:
    """The day up to which earlier runs built the table that is being written; None before the first."""
    intervals = snapshot.intervals if deployability.is_deployable(snapshot) else snapshot.dev_intervals
    return to_datetime(max(end for _, end in intervals)).date() if intervals else None

"""How a series is written: a run's days, widened to the sample dates that they can change.

SQLMesh loads this class through the entry point `sqlmesh.materializations`, in whatever process applies a plan. Its
ranges are those of gnomon.time.ranges, on which the simulated scheduler of the tests runs as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlglot import exp
from sqlmesh import CustomMaterialization
from sqlmesh.core.console import get_console
from sqlmesh.utils.date import to_datetime
from sqlmesh.utils.errors import SQLMeshError

from gnomon.compile.own_buckets import as_buckets, rows_query, uncovered
from gnomon.compile.shared import Days
from gnomon.errors import RunError
from gnomon.rewrite.own_calendar import BUCKETS
from gnomon.run.sharing import Insert, days_of
from gnomon.time import (
    Buckets,
    Calendar,
    Cron,
    Grain,
    OwnAggregation,
    OwnGrain,
    Rolling,
    TimeAggregation,
    ToDate,
    Windowed,
    own_grain,
)
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
        properties = properties_of(model)
        interval = interval_of(properties)
        start, end = days_of(kwargs["start"], kwargs["end"])
        own: tuple[Buckets, ...] = ()
        if (grain := own_grain(interval)) is not None:
            own = (self.own_buckets(grain, query_or_df),)
            warning = uncovered(grain, own[0], start, end, to_date=isinstance(interval, ToDate))
            if warning is not None:
                get_console().log_warning(warning)
        low, high = sample_range(
            properties,
            own=own,
            start=start,
            end=end,
            built_until=_built_until(kwargs["snapshot"], kwargs["deployability_index"]),
            execution=kwargs["execution_time"],
        )
        if low >= high:
            return
        types, source_columns = self._get_target_and_source_columns(model, table_name, render_kwargs=render_kwargs)
        time_type = model.columns_to_types_or_raise[properties["time_column"]]
        written, ranges = (low.date(), high.date()), partial(written_days, evaluation=kwargs)
        insert = Insert(model, (start, end), written, self.adapter, render_kwargs, ranges)
        with shared_query(query_or_df, insert) as query:
            self.adapter.insert_overwrite_by_time_partition(
                table_name,
                query,
                start=low,
                end=high,
                time_formatter=lambda moment, _types: as_literal(to_datetime(moment), time_type),
                time_column=properties["time_column"],
                target_columns_to_types=types,
                source_columns=source_columns,
            )

    def own_buckets(self, grain: OwnGrain, query: exp.Query) -> Buckets:
        """The buckets of an own calendar, from the table that the model's rendered query reads it in."""
        table = next(table for table in query.find_all(exp.Table) if table.alias == BUCKETS).copy()
        table.set("alias", None)
        try:
            return as_buckets(grain, self.adapter.fetchall(rows_query(grain, table)))
        except RunError as error:
            raise SQLMeshError(error.problems[0].message) from None


def shared_query(query: Any, insert: Insert) -> AbstractContextManager[Any]:
    """The query to insert with: in Gnomon's own commands it may read what other models of the evaluation share."""
    shares = getattr(get_console(), "shares", None)
    return nullcontext(query) if shares is None else shares.query(query, insert)


def properties_of(model: Any) -> dict[str, str]:
    return {key: str(value) for key, value in model.custom_materialization_properties.items()}


def written_days(snapshot: Any, asked: Days, *, evaluation: Mapping[str, Any]) -> Days:
    """The sample dates that some days of a series write, in the evaluation of another one; not of an own calendar."""
    low, high = sample_range(
        properties_of(snapshot.model),
        start=asked[0],
        end=asked[1],
        built_until=_built_until(snapshot, evaluation["deployability_index"]),
        execution=evaluation["execution_time"],
    )
    return low.date(), high.date()


def sample_range(
    properties: Mapping[str, str],
    *,
    start: date,
    end: date,
    built_until: date | None,
    execution: Any,
    own: tuple[Buckets, ...] = (),
) -> tuple[datetime, datetime]:
    """The sample dates `[low, high)` to write, as naive timestamps: midnights, or UTC instants for an hourly series.

    `execution` is anything that SQLMesh takes for a time; `own` holds the buckets of an own calendar. A series's own
    start and end bound its sample dates.

    >>> week = {"grain": "week", "time_zone": "UTC", "week_start": "monday", "start": "2024-01-01"}
    >>> days = {"start": date(2024, 1, 10), "end": date(2024, 1, 11), "built_until": None}
    >>> [str(bound) for bound in sample_range(week, **days, execution="2024-01-15")]
    ['2024-01-08 00:00:00', '2024-01-15 00:00:00']
    >>> low, high = sample_range(week, **days, execution="2024-01-14")
    >>> low >= high
    True
    """
    calendar = Calendar(properties["time_zone"], properties["week_start"], own)
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


def interval_of(properties: Mapping[str, str]) -> TimeAggregation | OwnAggregation | Windowed:
    """The interval that a model's materialization properties spell."""
    if grain := properties.get("grain"):
        return TimeAggregation(Grain(grain))
    if calendar := properties.get("calendar"):
        names = (properties[f"calendar_{part}"] for part in ("table", "day", "start"))
        own = OwnGrain(calendar, Grain(properties["calendar_grain"]), *names)
        return ToDate(own, Cron(properties["cron"])) if "to_date" in properties else OwnAggregation(own)
    if grain := properties.get("to_date"):
        return ToDate(Grain(grain), Cron(properties["cron"]))
    return Rolling(int(properties["window"]), Grain(properties["unit"]), Cron(properties["cron"]))


def is_hourly(interval: TimeAggregation | OwnAggregation | Windowed) -> bool:
    """Whether the sample dates are hours."""
    return interval.cron is Cron.HOURLY if isinstance(interval, Windowed) else interval.grain is Grain.HOUR


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

"""A source's time column: the local date and hour of a row, and the bounds of a local range."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from sqlglot import exp
from sqlglot.errors import SqlglotError

from gnomon.errors import DefinitionError, Problem
from gnomon.rewrite.dialects import Duckdb, phrases
from gnomon.rewrite.terms import Type, timestamp_literal
from gnomon.time import Calendar

Kind = Literal["date", "wall", "instant"]
UTC = "UTC"
NONE = timedelta(0)


def time_kind(type_: str | None, dialect: str) -> Kind | None:
    """What a time column of a SQL type holds in a dialect; None where the type is not known.

    In Spark, Databricks and BigQuery a TIMESTAMP is an instant; in ClickHouse every DateTime is.

    >>> time_kind("timestamp", "duckdb"), time_kind("timestamp", "spark"), time_kind("DATE", "trino")
    ('wall', 'instant', 'date')
    """
    if type_ is None:
        return None
    try:
        kind = exp.DataType.build(type_, dialect=dialect).this
    except SqlglotError:
        return None
    if kind in (Type.DATE, Type.DATE32):
        return "date"
    if kind in (Type.TIMESTAMPTZ, Type.TIMESTAMPLTZ) or (
        dialect == "clickhouse" and kind in exp.DataType.TEMPORAL_TYPES
    ):
        return "instant"
    return "wall" if kind in exp.DataType.TEMPORAL_TYPES else None


def resolve(t: exp.Expr, type_: str | None, source_zone: str, calendar: Calendar, type_dialect: str) -> Kind | None:
    """The kind of a time column; DefinitionError where it is unknown and its zone makes it matter."""
    kind = time_kind(type_, type_dialect)
    if kind is None and source_zone != calendar.time_zone:
        raise DefinitionError(
            Problem(
                "time_type_unknown",
                f"the type of the time column {t.sql()} is not known, and its zone {source_zone} is not the project's "
                f"{calendar.time_zone}",
                help="declare the column with `type: date`, `timestamp` or `timestamptz` in the source's columns",
            )
        )
    return kind


def local_date(
    t: exp.Expr,
    *,
    type: str | None,
    source_zone: str,
    calendar: Calendar,
    dialect: str,
    type_dialect: str | None = None,
) -> exp.Expr:
    """The local DATE of a source's time column.

    `type` is the column's SQL type as `type_dialect` spells it (default: `dialect`). A DATE stays as it is, a wall
    clock is in `source_zone`, an instant needs no zone. A type that is not known is taken as local already.

    >>> ny = Calendar("America/New_York")
    >>> for kind in ("date", "timestamp", "timestamptz"):
    ...     local_date(exp.column("t"), type=kind, source_zone="UTC", calendar=ny, dialect="duckdb").sql("duckdb")
    't'
    "CAST(t AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS DATE)"
    "CAST(t AT TIME ZONE 'America/New_York' AS DATE)"
    """
    say, kind = phrases(dialect), resolve(t, type, source_zone, calendar, type_dialect or dialect)
    t = t.copy()
    if kind == "date":
        return t
    if kind == "instant":
        return say.as_date(say.local(t, calendar.time_zone))
    return say.as_date(t if source_zone == calendar.time_zone else say.rezone(t, source_zone, calendar.time_zone))


def local_hour(
    t: exp.Expr,
    *,
    type: str | None,
    source_zone: str,
    calendar: Calendar,
    dialect: str,
    type_dialect: str | None = None,
) -> exp.Expr:
    """The hour that holds a source's time, as a naive UTC TIMESTAMP; hours begin at local midnight.

    DefinitionError for a DATE column, and for a zone whose offset's minutes have changed since 2000.

    >>> local_hour(exp.column("t"), type="timestamptz", source_zone="UTC", calendar=Calendar(), dialect="duckdb").sql()
    "TIMESTAMP_TRUNC(t AT TIME ZONE 'UTC', HOUR)"
    """
    say, kind = phrases(dialect), resolve(t, type, source_zone, calendar, type_dialect or dialect)
    if kind == "date":
        raise DefinitionError(
            Problem(
                "hourly_needs_timestamp",
                f"the time column {t.sql()} is a DATE, and hours need a timestamp",
                help="leave hourly intervals out, or declare a timestamp as the source's time",
            )
        )
    t = t.copy()
    if kind == "instant":
        t = say.local(t, UTC)
    elif source_zone != UTC:
        t = say.rezone(t, source_zone, UTC)
    minutes = hour_minutes(calendar.time_zone)
    if not minutes:
        return say.hour(t)
    return say.add_time(say.hour(say.add_time(t, "MINUTE", -minutes)), "MINUTE", minutes)


@lru_cache(maxsize=64)
def hour_minutes(zone: str) -> int:
    """At which minute of a UTC hour a zone's hours begin, 0 for most; DefinitionError where that has changed.

    >>> hour_minutes("America/New_York"), hour_minutes("Asia/Kolkata")
    (0, 30)
    """
    instants = (datetime(year, month, 1, tzinfo=ZoneInfo(UTC)) for year in range(2000, 2038) for month in range(1, 13))
    offsets = {(moment.astimezone(ZoneInfo(zone)).utcoffset() or NONE) for moment in instants}
    minutes = {int(-offset.total_seconds()) // 60 % 60 for offset in offsets}
    if len(minutes) > 1:
        raise DefinitionError(
            Problem(
                "zone_without_hours",
                f"hours of {zone} do not always begin at the same minute, so they cannot be sampled",
                help="leave hourly intervals out, or use another time_zone in gnomon.yaml",
            )
        )
    return minutes.pop()


def boundary(
    day: exp.Expr,
    *,
    type: str | None,
    source_zone: str,
    calendar: Calendar,
    dialect: str,
    type_dialect: str | None = None,
) -> exp.Expr:
    """What to compare a raw time column with, so that `t >= boundary(a) AND t < boundary(b)` is the local range [a, b).

    A DATE for a DATE column, the source's wall clock at local midnight for a naive one, the instant of local midnight
    for an instant. Constant days give constants.

    >>> import sqlglot
    >>> ny, day = Calendar("America/New_York"), sqlglot.parse_one("CAST('2024-01-31' AS DATE)")
    >>> boundary(day, type="timestamp", source_zone="UTC", calendar=ny, dialect="duckdb").sql("duckdb")
    "CAST('2024-01-31 05:00:00' AS TIMESTAMP)"
    """
    say = phrases(dialect)
    kind = resolve(day, type, source_zone, calendar, type_dialect or dialect)
    day = day.copy()
    if kind in ("date", None):
        return day
    zone = calendar.time_zone
    if (constant := constant_day(day)) is not None:
        moment = calendar.midnight(constant)
        if kind == "instant":
            return say.instant_literal(moment.astimezone(ZoneInfo(UTC)))
        moment = moment.astimezone(ZoneInfo(source_zone)) if source_zone != zone else moment
        return timestamp_literal(moment, dialect)
    if kind == "instant":
        return first_midnight(say, say.instant(day, zone), day, zone, None)
    if source_zone == zone:
        return say.midnight(day)
    return first_midnight(say, say.clock_at_midnight(day, zone, source_zone), day, zone, source_zone)


def first_midnight(say: Duckdb, midnight: exp.Expr, day: exp.Expr, zone: str, source_zone: str | None) -> exp.Expr:
    """A midnight, or the one an hour before it where clocks go back over midnight; only a few zones need the CASE.

    Engines disagree on which of two midnights they mean: Postgres takes the second, Spark the first.
    """
    if not midnight_repeats(zone):
        return midnight
    before = say.hour_before(midnight.copy()) if source_zone is None else say.add_time(midnight.copy(), "HOUR", -1)
    local = say.local(before, zone) if source_zone is None else say.rezone(before, source_zone, zone)
    still_today = exp.EQ(this=say.as_date(local), expression=day.copy())
    return exp.case().when(still_today, before.copy(), copy=False).else_(midnight, copy=False)


@lru_cache(maxsize=64)
def midnight_repeats(zone: str) -> bool:
    """Whether clocks of a zone have gone back over midnight in any year since 2000.

    >>> midnight_repeats("America/New_York"), midnight_repeats("America/Havana")
    (False, True)
    """
    days = (date.fromordinal(n) for n in range(date(2000, 1, 1).toordinal(), date(2038, 1, 1).toordinal()))
    midnights = (datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in days)
    return any((moment.utcoffset() or NONE) > (moment.replace(fold=1).utcoffset() or NONE) for moment in midnights)


def constant_day(day: exp.Expr) -> date | None:
    """The date that a constant DATE tree says; None for any other tree.

    >>> import sqlglot
    >>> constant_day(sqlglot.parse_one("CAST('2024-01-31' AS DATE)")), constant_day(exp.column("day"))
    (datetime.date(2024, 1, 31), None)
    """
    if isinstance(day, exp.Cast) and day.to.this == Type.DATE and day.this.is_string:
        try:
            return date.fromisoformat(day.this.name)
        except ValueError:
            return None
    return None

"""The stretch of sample dates that one statement computes: literal dates, or the bounds of a run.

A frame says which sample dates are wanted, which stretch of a source they read, and how to list them as rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlglot import exp, select

from gnomon.model import Project, Variant
from gnomon.plan.own_bounds import (
    dates_to_date,
    end_to_date,
    literal_bounds,
    own_dates,
    run_bounds,
    sample_bounds,
)
from gnomon.plan.reach import beyond, earliest, shift
from gnomon.rewrite.context import Moment
from gnomon.rewrite.dates import boundary, bucket_end, bucket_start, calendar_query, date_literal, move
from gnomon.rewrite.own_calendar import calendar_days
from gnomon.time import (
    AllTime,
    Calendar,
    Cron,
    Grain,
    Interval,
    OwnAggregation,
    OwnGrain,
    Rolling,
    TimeAggregation,
    Windowed,
    own_grain,
)

DAY = timedelta(days=1)
CALENDAR, DATES = "calendar", "dates"
Bound = exp.Expr


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement computes.

    `lows` and `highs` bound the time that is read, `[max(lows), min(highs))` as local days; sample dates lie in
    `[max(sample_lows), min(highs))`. `days` names the table of days (`calendar`), of which the
    statement brings its own where `span` says from which day to which. `type_dialect` is the one that the project
    writes column types in. `entries` names a table of what enters and leaves windows, which is read in place of rows.
    """

    interval: Interval
    settings: Calendar
    dialect: str
    type_dialect: str
    lows: tuple[Bound, ...]
    highs: tuple[Bound, ...]
    sample_lows: tuple[Bound, ...] = ()
    days: str = CALENDAR
    span: tuple[date, date] | None = None
    entries: str | None = None

    def grain(self) -> Grain:
        """The grain whose buckets the sample dates come from: a cron's for windows."""
        if isinstance(self.interval, TimeAggregation):
            return self.interval.grain
        return self.interval.cron.grain if isinstance(self.interval, Windowed) else Grain.DAY

    def dates(self, moments: Mapping[str, Moment] | None = None) -> exp.Select:
        """One row per sample date: `sample_date`, `window_start`, `window_end` (half-open), and the `moments`."""
        if self.grain() is Grain.HOUR:
            return self.hours(self.sampled(exp.column("day")))
        if (own := own_grain(self.interval)) is not None:
            return self.own_dates(own, moments or {})
        day, grain = exp.column("day"), self.grain()
        if isinstance(self.interval, TimeAggregation):
            start: exp.Expr = day
            end = bucket_end(day, grain, dialect=self.dialect)
            chosen = self.first_of(grain, day)
        else:
            assert isinstance(self.interval, Windowed)
            end = shift(day, Grain.DAY, 1, self.dialect)
            start = earliest(day, self.interval, self.settings, self.dialect)
            chosen = self.first_of(grain, end)
        query = select(day.as_("sample_date"), start.as_("window_start"), end.as_("window_end"), copy=True)
        for name, moment in (moments or {}).items():
            query = query.select(self.at_midnight(moment, start if moment.bound == "start" else end).as_(name))
        query = query.from_(self.days)
        return query.where(*self.sampled(day), *([chosen] if chosen is not None else []))

    def own_dates(self, grain: OwnGrain, moments: Mapping[str, Moment]) -> exp.Select:
        """The same from the table of an own calendar."""
        bounds = {"start": exp.column("window_start"), "end": exp.column("window_end")}
        rows, chosen = dates_to_date(grain, self.dialect), self.first_of(self.grain(), bounds["end"])
        if isinstance(self.interval, OwnAggregation):
            rows, bounds["start"] = own_dates(grain, self.dialect), exp.column("sample_date")
        columns = [self.at_midnight(moment, bounds[moment.bound]).as_(name) for name, moment in moments.items()]
        rows = rows.select(*columns).where(*self.sampled(exp.column("sample_date")))
        return rows if chosen is None else rows.where(chosen)

    def sampled(self, day: exp.Expr) -> list[exp.Expr]:
        """The conditions that keep a day to those of the sample dates."""
        return [*(day.copy() >= low.copy() for low in self.sample_lows), *(day.copy() < h.copy() for h in self.highs)]

    def sampled_dates(self, date: exp.Expr) -> list[exp.Expr]:
        """The same for a column that holds sample dates: hours are compared with the hours of local midnights."""
        if self.grain() is not Grain.HOUR:
            return self.sampled(date)
        return [
            *(date.copy() >= self.midnight(low) for low in self.sample_lows),
            *(date.copy() < self.midnight(high) for high in self.highs),
        ]

    def at_midnight(self, moment: Moment, day: exp.Expr) -> exp.Expr:
        """A day's midnight in the terms of a source's time column."""
        return boundary(
            day, type=moment.type, source_zone=moment.zone, calendar=self.settings, dialect=self.dialect,
            type_dialect=self.type_dialect,
        )  # fmt: skip

    def midnight(self, day: exp.Expr) -> exp.Expr:
        """The naive UTC TIMESTAMP at which a local day begins."""
        return boundary(
            day, type="TIMESTAMP", source_zone="UTC", calendar=self.settings, dialect=self.dialect,
            type_dialect="duckdb",
        )  # fmt: skip

    def calendar(self) -> exp.Query | None:
        """The days of a self-contained statement."""
        return None if self.span is None else calendar_query(*self.span, calendar=self.settings, dialect=self.dialect)

    def first_of(self, grain: Grain, day: exp.Expr) -> exp.Expr | None:
        """Whether a day begins a bucket; None for days, which all do."""
        if grain is Grain.DAY:
            return None
        start = bucket_start(day, grain, calendar=self.settings, dialect=self.dialect)
        return start.eq(day.copy())

    def slots(self) -> exp.Select:
        """One row per `slot` that is read: a day, or an hour where samples are hours.

        Windows to date of an own calendar bring their `window_start` from its table.
        """
        own = own_grain(self.interval)
        days = None if own is None else calendar_days(own, self.dialect, "slot")
        day = exp.column("day") if days is None else days.selects[0].unalias()
        read = [*(day.copy() >= low.copy() for low in self.lows), *(day.copy() < high.copy() for high in self.highs)]
        if self.grain() is Grain.HOUR:
            return select(exp.column("sample_date").as_("slot")).from_(self.hours(read).subquery("hours"))
        return (select(day.as_("slot")).from_(self.days) if days is None else days).where(*read)

    def opening(self, slot: exp.Expr) -> exp.Expr:
        """The `window_start` of one of the `slots`: the first day that its window can read."""
        assert isinstance(self.interval, Windowed)
        if own_grain(self.interval) is not None:
            return exp.column("window_start")
        return earliest(slot, self.interval, self.settings, self.dialect).as_("window_start")

    def hours(self, kept: Sequence[exp.Expr]) -> exp.Select:
        """One row per real hour of the local days that are kept: 23 to 25 of them, as naive UTC timestamps."""
        day = exp.column("day")
        midnight, following = self.midnight(day), self.midnight(move(day, Grain.DAY, 1, dialect=self.dialect))
        hour = move(midnight, Grain.HOUR, exp.column("hour_number", table="hour_numbers"), dialect=self.dialect)
        end = move(hour, Grain.HOUR, 1, dialect=self.dialect)
        size = self.interval.hours if isinstance(self.interval, Rolling) else 1
        start = move(end, Grain.HOUR, -size, dialect=self.dialect)
        return (
            select(hour.as_("sample_date"), start.as_("window_start"), end.as_("window_end"))
            .from_(self.days)
            .join(hour_numbers().subquery("hour_numbers"), join_type="cross")
            .where(*kept, hour < following)
        )


def hour_numbers() -> exp.Query:
    """The numbers 0 to 24, one row each: the hours of the longest day."""
    rows = [select(exp.Literal.number(hour).as_("hour_number")) for hour in range(25)]
    return exp.union(*rows, distinct=False, copy=False)


def day_grain(grain: Grain) -> Grain:
    """The grain in which whole buckets are read: days for hours."""
    return Grain.DAY if grain is Grain.HOUR else grain


def standalone_frame(project: Project, variant: Variant, start: date, end: date, dialect: str) -> Frame:
    """The sample dates from `start` to `end`, both included, as literals; brings its own calendar."""
    calendar, interval = project.calendar, variant.interval
    if isinstance(interval, OwnAggregation):
        lows, highs = literal_bounds(interval.grain, start, end, dialect)
        return Frame(interval, calendar, dialect, project.dialect, lows, highs, sample_lows=lows)
    if (own := own_grain(interval)) is not None:
        lows, samples = sample_bounds(own, [date_literal(start)], dialect)
        highs = (date_literal(end + DAY),)
        return Frame(interval, calendar, dialect, project.dialect, lows, highs, sample_lows=samples)
    if isinstance(interval, TimeAggregation):
        grain = day_grain(interval.grain)
        low = calendar.ceil(start, grain)
        high = max(low, interval_end(calendar.floor(end, grain), interval, calendar))
    else:
        low = window_start(start, interval, calendar) if isinstance(interval, Windowed) else start
        high = end + DAY
    bounds = (date_literal(low),), (date_literal(high),)
    return Frame(
        interval,
        calendar,
        dialect,
        project.dialect,
        *bounds,
        sample_lows=(date_literal(start),),
        span=(min(low, start), max(start, end)),
    )


def interval_end(sample: date, interval: TimeAggregation, calendar: Calendar) -> date:
    """The end, exclusive, of the bucket of days that begins at a date."""
    return sample + DAY if interval.grain is Grain.HOUR else interval.bounds(sample, calendar)[1]


def window_start(sample: date, interval: Windowed, calendar: Calendar) -> date:
    """The first day that the window of a sample date (or of the first hour in it) can read."""
    if isinstance(interval, Rolling) and interval.cron is Cron.HOURLY:
        days = interval.window if interval.unit is Grain.DAY else -(-interval.window // 24)
        return sample - DAY * days
    return interval.bounds(sample, calendar)[0]


def run_bound(name: str) -> exp.Expr:
    """A bound of the run as a DATE: `start_ds`, `end_ds` (both included) or `execution_ds`."""
    return exp.cast(exp.Placeholder(this=name), "DATE")


def incremental_frame(project: Project, variant: Variant, days: str) -> Frame:
    """The sample dates that a run over the days start_ds to end_ds writes (see gnomon.time.ranges).

    `days` is the calendar's table. A metric that is not incremental computes all sample dates up to the run.
    """
    calendar, metric, interval, dialect = project.calendar, variant.metric, variant.interval, project.dialect
    start, end, execution = (run_bound(name) for name in ("start_ds", "end_ds", "execution_ds"))
    make = partial(Frame, interval, calendar, dialect, dialect, days=days)
    if isinstance(interval, AllTime):
        highs = (execution,) if metric.end is None else (execution, date_literal(metric.end + DAY))
        return make((date_literal(metric.start),), highs)
    until = () if metric.end is None else (metric.end,)
    if isinstance(interval, OwnAggregation):
        bounds = run_bounds(interval.grain, metric, start, end, execution, dialect)
        return make(*bounds, sample_lows=bounds[0])
    if isinstance(interval, TimeAggregation):
        grain = day_grain(interval.grain)
        floor = partial(bucket_start, grain=grain, calendar=calendar, dialect=dialect)
        first, last = calendar.ceil(metric.start, grain), [calendar.floor(day, grain) for day in until]
        lows = (*([floor(start)] if metric.incremental else []), date_literal(first))
        touched = [bucket_end(floor(end), grain, dialect=dialect)] if metric.incremental else []
        ends = [date_literal(interval_end(day, interval, calendar)) for day in last]
        return make(lows, (*touched, floor(execution), *ends), sample_lows=lows)
    assert isinstance(interval, Windowed)
    ends = [date_literal(day + DAY) for day in until]
    samples = (*([start] if metric.incremental else []), date_literal(metric.start))
    if (own := own_grain(interval)) is not None:
        lows, samples = sample_bounds(own, samples, dialect)
        reached = [end_to_date(end, own, execution, dialect)] if metric.incremental else []
    else:
        reached = [beyond(end, interval, calendar, dialect)] if metric.incremental else []
        lows = tuple(earliest(sample, interval, calendar, dialect) for sample in samples)
    return make(lows, (*reached, *ends, execution), sample_lows=samples)

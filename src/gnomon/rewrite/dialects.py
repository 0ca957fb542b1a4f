"""How each SQL dialect says the few things that are done with dates: one class a dialect, one method a phrase.

A DATE is a local date. A *wall clock* is a timestamp without zone, an *instant* a timestamp that knows its zone.
Every method takes trees, copies nothing and returns a tree that is right when generated in that dialect. Weeks never
depend on a server's settings. Spark's FROM_UTC_TIMESTAMP and DATE_TRUNC are right only in a session whose zone is UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlglot import exp

from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.rewrite.terms import Type, call, cast, number, operand, plus, text, uncast
from gnomon.time.calendar import WEEKDAYS


class Duckdb:
    """The phrases of DuckDB, which most dialects share."""

    NAIVE: ClassVar[exp.DType] = Type.TIMESTAMP

    def as_date(self, moment: exp.Expr) -> exp.Expr:
        """The date of a wall clock; a DATE stays as it is."""
        return cast(moment, Type.DATE)

    def midnight(self, day: exp.Expr) -> exp.Expr:
        """The wall clock at the beginning of a DATE."""
        return cast(day, self.NAIVE)

    def truncate(self, day: exp.Expr, unit: str) -> exp.Expr:
        """The first day of the month, quarter or year of a DATE."""
        return self.as_date(exp.TimestampTrunc(this=day, unit=exp.var(unit)))

    def week(self, day: exp.Expr, offset: int) -> exp.Expr:
        """The first day of the week of a DATE, where weeks start `offset` days after Monday."""
        if not offset:
            return self.truncate(day, "WEEK")
        shift = offset if offset <= 3 else offset - 7
        return self.add(self.truncate(self.nudge(day, -shift), "WEEK"), "DAY", shift)

    def hour(self, moment: exp.Expr) -> exp.Expr:
        """The beginning of the hour of a wall clock."""
        return exp.TimestampTrunc(this=moment, unit=exp.var("HOUR"))

    def add(self, day: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        """A DATE moved by days or months; month ends clamp."""
        return self.as_date(plus(day, unit, count))

    def nudge(self, day: exp.Expr, count: int) -> exp.Expr:
        """A DATE moved by days, as a DATE or its midnight, whichever is shorter to say."""
        return plus(day, "DAY", count)

    def add_time(self, moment: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        """A wall clock moved by hours or minutes."""
        return plus(moment, unit, count)

    def days(self, start: exp.Expr, end: exp.Expr) -> exp.Expr:
        """How many days after `start` the DATE `end` is."""
        return exp.DateDiff(this=end, expression=start, unit=exp.var("DAY"))

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        """A wall clock in one zone as the wall clock in another."""
        return exp.AtTimeZone(this=exp.AtTimeZone(this=operand(moment), zone=text(source)), zone=text(target))

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        """The wall clock in a zone at an instant."""
        return exp.AtTimeZone(this=operand(instant), zone=text(zone))

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        """The instant at which a DATE begins in a zone."""
        return exp.AtTimeZone(this=self.midnight(day), zone=text(zone))

    def clock_at_midnight(self, day: exp.Expr, zone: str, target: str) -> exp.Expr:
        """The wall clock in `target` when a DATE begins in `zone`."""
        return self.rezone(self.midnight(day), zone, target)

    def hour_before(self, instant: exp.Expr) -> exp.Expr:
        """An instant moved back by an hour."""
        return self.add_time(instant, "HOUR", -1)

    def instant_literal(self, utc: datetime) -> exp.Expr:
        """An instant as a constant, from its naive UTC timestamp."""
        return cast(text(f"{utc:%Y-%m-%d %H:%M:%S}+00:00"), Type.TIMESTAMPTZ)


class Postgres(Duckdb):
    """DuckDB's phrases, but the difference of two dates is their number of days."""

    def days(self, start: exp.Expr, end: exp.Expr) -> exp.Expr:
        return exp.Sub(this=operand(end), expression=operand(start))


class DateAdding(Duckdb):
    """Dialects that move dates by DATEADD(unit, count, date)."""

    def add(self, day: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        return self.moved(day, unit, count)

    def add_time(self, moment: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        return self.moved(moment, unit, count)

    def nudge(self, day: exp.Expr, count: int) -> exp.Expr:
        return self.moved(day, "DAY", count)

    def moved(self, tree: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        by = number(count) if isinstance(count, int) else count
        return exp.DateAdd(this=uncast(tree), expression=by, unit=exp.var(unit))


class Redshift(DateAdding):
    """DATEADD and DATE_TRUNC return timestamps. DATEADD, unlike ADD_MONTHS, does not stick to month ends."""

    def add(self, day: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        return self.as_date(self.moved(day, unit, count))


class Zoned(DateAdding):
    """Dialects in which functions on a DATE return a DATE, and a converted instant carries the zone it is shown in."""

    def as_date(self, moment: exp.Expr) -> exp.Expr:
        shown = isinstance(moment, exp.Cast) and moment.to.this == self.NAIVE and isinstance(moment.this, exp.Anonymous)
        return cast(moment.this if shown else moment, Type.DATE)

    def truncate(self, day: exp.Expr, unit: str) -> exp.Expr:
        return exp.TimestampTrunc(this=day, unit=exp.var(unit))


class Trino(Zoned):
    """AT_TIMEZONE shows an instant in a zone, WITH_TIMEZONE reads a wall clock in one."""

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        return self.local(call("WITH_TIMEZONE", moment, text(source)), target)

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        return cast(call("AT_TIMEZONE", instant, text(zone)), self.NAIVE)

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        return call("WITH_TIMEZONE", self.midnight(day), text(zone))


class Snowflake(Zoned):
    """DATE_TRUNC('WEEK') follows the session's WEEK_START, so weeks are counted from the ISO weekday."""

    NAIVE = Type.TIMESTAMPNTZ

    def week(self, day: exp.Expr, offset: int) -> exp.Expr:
        weekday: exp.Expr = exp.DayOfWeekIso(this=day)
        if offset < 6:
            weekday = exp.Paren(this=exp.Add(this=weekday, expression=number(6 - offset)))
        back = exp.Neg(this=exp.Paren(this=exp.Mod(this=weekday, expression=number(7))))
        return self.moved(day.copy(), "DAY", back)

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        return call("CONVERT_TIMEZONE", text(source), text(target), cast(moment, self.NAIVE))

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        return cast(call("CONVERT_TIMEZONE", text(zone), instant), self.NAIVE)

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        parts = (exp.Extract(this=exp.var(part), expression=day.copy()) for part in ("YEAR", "MONTH", "DAY"))
        return call("TIMESTAMP_TZ_FROM_PARTS", *parts, *(number(0) for _ in range(4)), text(zone))


class Bigquery(Duckdb):
    """DATE, DATETIME (a wall clock) and TIMESTAMP (an instant) have functions of their own."""

    NAIVE = Type.DATETIME

    def truncate(self, day: exp.Expr, unit: str) -> exp.Expr:
        return exp.DateTrunc.from_arg_list([exp.var(unit), day])

    def week(self, day: exp.Expr, offset: int) -> exp.Expr:
        return call("DATE_TRUNC", day, call("WEEK", exp.var(WEEKDAYS[offset].upper())))

    def hour(self, moment: exp.Expr) -> exp.Expr:
        return exp.DatetimeTrunc(this=moment, unit=exp.var("HOUR"))

    def add(self, day: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        return self.shifted(exp.DateAdd, exp.DateSub, day, unit, count)

    def add_time(self, moment: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        return self.shifted(exp.DatetimeAdd, exp.DatetimeSub, moment, unit, count)

    def hour_before(self, instant: exp.Expr) -> exp.Expr:
        return exp.TimestampSub(this=instant, expression=number(1), unit=exp.var("HOUR"))

    def shifted(
        self, add: type[exp.Func], sub: type[exp.Func], tree: exp.Expr, unit: str, count: int | exp.Expr
    ) -> exp.Expr:
        """A date or wall clock moved forward, or backward where the count is a negative number."""
        if isinstance(count, int):
            move = sub if count < 0 else add
            return move(this=tree, expression=number(abs(count)), unit=exp.var(unit))
        return add(this=tree, expression=operand(count), unit=exp.var(unit))

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        return call("DATETIME", call("TIMESTAMP", moment, text(source)), text(target))

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        return call("DATETIME", instant, text(zone))

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        return call("TIMESTAMP", self.midnight(day), text(zone))


class Spark(Duckdb):
    """TRUNC, ADD_MONTHS and DATE_ADD return dates. A TIMESTAMP is an instant, shown in the session's zone."""

    NAIVE = Type.TIMESTAMPNTZ

    def truncate(self, day: exp.Expr, unit: str) -> exp.Expr:
        return exp.DateTrunc.from_arg_list([text(unit), day])

    def hour(self, moment: exp.Expr) -> exp.Expr:
        hours = call("MAKE_DT_INTERVAL", number(0), exp.Hour(this=moment.copy()))
        return exp.Add(this=self.midnight(self.as_date(moment)), expression=hours)

    def add(self, day: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
        by = number(count) if isinstance(count, int) else cast(count, Type.INT)  # BIGINT is refused
        return call("ADD_MONTHS" if unit == "MONTH" else "DATE_ADD", day, by)

    def nudge(self, day: exp.Expr, count: int) -> exp.Expr:
        return self.add(day, "DAY", count)

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        return call("CONVERT_TIMEZONE", text(source), text(target), cast(moment, self.NAIVE))

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        return call("CONVERT_TIMEZONE", text(zone), cast(instant, self.NAIVE))

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        shown = call("CONVERT_TIMEZONE", text(zone), call("CURRENT_TIMEZONE"), self.midnight(day))
        return cast(shown, Type.TIMESTAMP)


class Clickhouse(DateAdding):
    """Every DateTime is an instant that is shown in a zone: a wall clock is one that is shown in the session's.

    Conversions are functions, which keep Nullable as it is; a cast would drop or add it.
    """

    NAIVE = Type.DATETIME

    def as_date(self, moment: exp.Expr) -> exp.Expr:
        return moment if isinstance(moment, exp.Cast) and moment.to.this == Type.DATE else call("toDate", moment)

    def midnight(self, day: exp.Expr) -> exp.Expr:
        return call("toDateTime", day)

    def truncate(self, day: exp.Expr, unit: str) -> exp.Expr:
        return call("dateTrunc", text(unit), day)

    def hour(self, moment: exp.Expr) -> exp.Expr:
        return call("dateTrunc", text("HOUR"), moment)

    def rezone(self, moment: exp.Expr, source: str, target: str) -> exp.Expr:
        instant = call("toDateTime64", call("toString", moment), number(6), text(source))
        return self.shown(instant, target)

    def clock_at_midnight(self, day: exp.Expr, zone: str, target: str) -> exp.Expr:
        return self.shown(self.instant(day, zone), target)  # reading a midnight that clocks skip goes back an hour

    def shown(self, instant: exp.Expr, zone: str) -> exp.Expr:
        """The wall clock in a zone at an instant, in the session's zone."""
        return call("toDateTime64", call("toString", self.local(instant, zone)), number(6))

    def local(self, instant: exp.Expr, zone: str) -> exp.Expr:
        return call("toTimeZone", instant, text(zone))

    def instant(self, day: exp.Expr, zone: str) -> exp.Expr:
        return call("toDateTime", day, text(zone))

    def instant_literal(self, utc: datetime) -> exp.Expr:
        return call("toDateTime", text(f"{utc:%Y-%m-%d %H:%M:%S}"), text("UTC"))


DIALECTS: dict[str, Duckdb] = {
    "duckdb": Duckdb(),
    "postgres": Postgres(),
    "spark": Spark(),
    "trino": Trino(),
    "bigquery": Bigquery(),
    "snowflake": Snowflake(),
    "clickhouse": Clickhouse(),
    "databricks": Spark(),
    "redshift": Redshift(),
}
"""The nine dialects, in the order in which they are documented."""


def phrases(dialect: str) -> Duckdb:
    """The phrases of a dialect; UsageError for one that is not among the nine."""
    if (found := DIALECTS.get(dialect)) is None:
        raise UsageError(
            Problem("unknown_dialect", f"'{dialect}' is not a supported dialect", help=did_you_mean(dialect, DIALECTS))
        )
    return found

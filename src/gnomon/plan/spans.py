"""How long a source row stays in the windows: slots, numbered, and the slot at which its rows leave.

A slot is a day, or an hour where windows are sampled every hour. A row enters the windows at its own slot and leaves
them at the first slot whose window begins after it. That is read from the calendar: `row + 1 month` is not the
inverse of `sample - 1 month`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from sqlglot import exp, select

from gnomon.plan.frame import Frame
from gnomon.rewrite.context import Moment
from gnomon.rewrite.dates import date_literal, days_between
from gnomon.time import Calendar, Grain, Interval, Rolling

SPANS, SLOTS = "spans", "slots"
EPOCH = date(1970, 1, 1)


def span_stages(frame: Frame) -> dict[str, exp.Query]:
    """`spans`: each `slot`, its number `n`, and the number of the slot at which its rows leave the windows, `leaves`.

    Where windows differ in length there is `opens` too: the number of the first slot of the slot's own window.
    """
    size = length(frame.interval)
    if size is not None:
        leaves = exp.column("n") + exp.Literal.number(size)
        return {SPANS: select("slot", "n", leaves.as_("leaves")).from_(numbered(frame).subquery(SLOTS))}
    held, later = (exp.alias_(exp.to_table(SLOTS), alias, table=True) for alias in ("held", "later"))
    slot, n, opened = (exp.column(name, table="held") for name in ("slot", "n", "window_start"))
    holds = exp.column("slot", table="later") >= slot, exp.column("window_start", table="later") <= slot
    leaves = exp.Max(this=exp.column("n", table="later")) + exp.Literal.number(1)
    spans = select(slot, n, number(opened, frame).as_("opens"), leaves.as_("leaves"), copy=True)
    spans = spans.from_(held).join(later, on=exp.and_(*holds)).group_by(slot, n, opened)
    start = frame.opening(exp.column("slot"))
    return {SLOTS: select("slot", "n", start).from_(numbered(frame).subquery("days")), SPANS: spans}


def numbered_dates(frame: Frame, moments: Mapping[str, Moment] | None) -> exp.Select:
    """The sample dates with their numbers; with the bounds of their windows where `moments` are given."""
    dates = frame.dates(moments)
    if moments is None:
        dates.set("expressions", dates.expressions[:1])
    if frame.grain() is Grain.HOUR:
        dates = select("hours.*").from_(dates.subquery("hours"))
    sample = exp.column("sample_date", table="hours") if frame.grain() is Grain.HOUR else dates.selects[0].unalias()
    return dates.select(number(sample, frame).as_("n"))


def numbered(frame: Frame) -> exp.Select:
    """Every slot that the statement reads, with its number."""
    slots = frame.slots()
    return slots.select(number(slots.selects[0].unalias(), frame).as_("n"))


def number(slot: exp.Expr, frame: Frame) -> exp.Expr:
    """The number of a slot: the days, or hours, since 1970."""
    if frame.grain() is not Grain.HOUR:
        return days_between(date_literal(EPOCH), slot, dialect=frame.dialect)
    days = days_between(date_literal(EPOCH), exp.cast(slot, "DATE"), dialect=frame.dialect)
    hour = exp.Extract(this=exp.var("HOUR"), expression=slot.copy())
    return exp.cast(exp.paren(days) * exp.Literal.number(24) + hour, "INT")


def length(interval: Interval) -> int | None:
    """How many slots every window holds; None where windows differ.

    >>> length(Rolling(2, Grain.WEEK)), length(Rolling(1, Grain.MONTH))
    (14, None)
    """
    if not isinstance(interval, Rolling) or interval.unit.months:
        return None
    if interval.cron.grain is Grain.HOUR:
        return interval.hours
    return interval.window * (7 if interval.unit is Grain.WEEK else 1)


@lru_cache(maxsize=256)
def lengths(interval: Rolling) -> tuple[int, ...]:
    """The lengths, in days, that a window of months can have.

    >>> lengths(Rolling(1, Grain.MONTH)), lengths(Rolling(2, Grain.QUARTER)), lengths(Rolling(1, Grain.YEAR))
    ((28, 29, 30, 31), (181, 182, 183, 184), (365, 366))
    """
    found: set[int] = set()
    more = timedelta(days=interval.window * interval.unit.months * 31)
    for first, last in ((date(2000, 1, 1), date(2008, 12, 31)), (date(2096, 1, 1), date(2108, 12, 31))):
        for day in range((last + more - first).days):
            start, end = interval.bounds(first + timedelta(days=day), Calendar())
            found.add((end - start).days)
    return tuple(sorted(found))

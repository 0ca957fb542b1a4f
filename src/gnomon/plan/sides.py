"""The heads and tails of blocks of days, from which variances over windows are put together (gnomon.plan.spread)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp, select

from gnomon.plan.aggregates import State
from gnomon.plan.frame import Frame
from gnomon.plan.merged import merged, running
from gnomon.plan.spans import SPANS, length
from gnomon.plan.spread import SIDES, product, quotient
from gnomon.plan.states import Windows
from gnomon.time import Rolling, ToDate

ALL = ("UNBOUNDED", "UNBOUNDED")
FRAMES = {"first": ("UNBOUNDED", "CURRENT ROW"), "last": ("CURRENT ROW", "UNBOUNDED")}
"""Frames over the days of a block, by their ends: from the first one until a day, and from a day until the last one."""
NO_NULLS_IGNORED = ("postgres",)
"""The dialects whose FIRST_VALUE gives nulls too."""


def side_stages(windows: Windows) -> dict[str, exp.Select]:
    """`blocks`: the partials beside the `block` of their day, and the means of the block's first and last day.

    `sides`: the partials beside what is added up of their block until them, and from them on; null on days without
    values.
    """
    frame = windows.frame
    days = select("partials.*", exp.alias_(block(frame), "block", copy=False)).from_("partials")
    if length(frame.interval) is None:
        n = exp.column("n", table=SPANS)
        days = days.join(SPANS, on=n.eq(exp.column("n", table="partials")))
    blocks = select("days.*").from_(days.subquery("days"))
    sums, sides = select("blocks.*").from_("blocks"), select("sums.*")
    for states in spreads(windows):
        blocks.select(*ends(states, windows), copy=False)
        sums.select(*added_up(states, windows), copy=False)
        sides.select(*finished(states, directions(frame)), copy=False)
    return {"blocks": blocks, "sides": sides.from_(sums.subquery("sums"))}


def block(frame: Frame) -> exp.Expr:
    """The number of a slot's block. Windows begin in the block of their sample date, or in the one before it."""
    interval = frame.interval
    if isinstance(interval, ToDate):
        return exp.column("opens", table=SPANS)
    if (size := length(interval)) is not None:
        return floored(exp.column("n"), size)
    assert isinstance(interval, Rolling)
    year, month = (
        exp.Extract(this=exp.var(unit), expression=exp.column("slot", table=SPANS)) for unit in ("YEAR", "MONTH")
    )
    months = exp.paren(year * exp.Literal.number(12) + month - exp.Literal.number(1))
    return floored(months, interval.window * interval.unit.months)


def floored(number: exp.Expr, size: int) -> exp.Expr:
    return exp.Floor(this=exp.Div(this=exp.cast(number, "DOUBLE"), expression=exp.Literal.number(size)))


def spreads(windows: Windows) -> Iterator[list[State]]:
    """The states of each argument that variances are of: count, mean and squares of a slot, and its sides."""
    for argument in dict.fromkeys(state.argument for state in windows.sides):
        yield [state for state in windows.states if state.is_centred and state.argument == argument]


def directions(frame: Frame) -> list[str]:
    """The ends from which days are added up; windows to date are heads, and have no tails."""
    return ["first"] if isinstance(frame.interval, ToDate) else ["first", "last"]


def ends(states: list[State], windows: Windows) -> Iterator[exp.Expr]:
    """The means of the first and the last day with values of a block."""
    count, mean, *_ = states
    for end in directions(windows.frame):
        function = exp.FirstValue if end == "first" else exp.LastValue
        value = in_block(function(this=exp.column(mean.name)), count, ALL, windows)
        yield exp.alias_(value, f"{mean.name}_{end}")


def added_up(states: list[State], windows: Windows) -> Iterator[exp.Expr]:
    """How many values a block has until a day and from it on, and the sums of their distances and squares."""
    count, mean, squares, *_ = states
    for end in directions(windows.frame):
        size, apart = exp.column(count.name), exp.column(mean.name) - exp.column(f"{mean.name}_{end}")
        added = {count: size, mean: product(size, apart)}
        added[squares] = exp.column(squares.name) + product(size, apart, apart)
        for state, value in added.items():
            yield exp.alias_(in_block(exp.Sum(this=value), count, FRAMES[end], windows), f"{state.name}_to_{end}")


def finished(states: list[State], directions: list[str]) -> Iterator[exp.Expr]:
    """The size, mean and squares of a block until a day, and its mean and squares from the day on."""
    count, mean, squares, *sides = states
    for end, named in ((directions[0], sides[:3]), (directions[-1], sides[3:])):
        total, moved, around = (exp.column(f"{state.name}_to_{end}") for state in (count, mean, squares))
        size = exp.func("NULLIF", total, exp.Literal.number(0))
        centre = exp.column(f"{mean.name}_{end}") + quotient(moved, size)
        values = [size, centre, around - quotient(product(moved, moved), size)]
        for state, value in zip(named, values[-len(named) :], strict=True):
            yield exp.alias_(value.copy(), state.name)


def in_block(value: exp.Expr, count: State, frame: tuple[str, str], windows: Windows) -> exp.Window:
    """An aggregate over those days of a block that have values, or over the others."""
    start, end = frame
    spec = exp.WindowSpec(kind="ROWS", start=start, start_side="PRECEDING" if start == "UNBOUNDED" else None)
    spec.set("end", end)
    spec.set("end_side", "FOLLOWING" if end == "UNBOUNDED" else None)
    partition = [*map(exp.column, windows.key_names), exp.column("block"), exp.column(count.name) > 0]
    return exp.Window(
        this=value.copy(), partition_by=partition, order=exp.Order(expressions=[exp.column("n")]), spec=spec
    )


def looked_up(state: State, keys: list[str], frame: Frame) -> exp.Expr:
    """A head, of the last day with values until a change; or a tail, of the first one of the change's window."""
    column, is_head = exp.column(state.name), state.side in SIDES[:3]
    if frame.dialect not in NO_NULLS_IGNORED:
        function = exp.LastValue if is_head else exp.FirstValue
        value: exp.Expr = exp.IgnoreNulls(this=function(this=column))
        return running(value, keys) if is_head else merged(value, keys, frame)
    numbered = exp.Array(expressions=[exp.column("n", table="changes"), column])
    some = exp.case().when(column.is_(exp.null()).not_(), numbered)
    found = running(exp.Max(this=some), keys) if is_head else merged(exp.Min(this=some), keys, frame)
    return exp.Bracket(this=exp.paren(found), expressions=[exp.Literal.number(1)])

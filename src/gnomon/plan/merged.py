"""Window functions over a key's changes, and the change points laid out over the sample dates."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp, select

from gnomon.plan.aggregates import quotient
from gnomon.plan.carried import NotCarried
from gnomon.plan.frame import DATES, Frame
from gnomon.plan.spans import length, lengths
from gnomon.time import Rolling, ToDate

MOST_LENGTHS = 8
"""How many lengths a window may have: one frame is computed for each."""


def running(value: exp.Expr, keys: list[str]) -> exp.Window:
    """An aggregate over everything of the key so far."""
    return over(value, [*map(exp.column, keys)], "ROWS", "UNBOUNDED")


def merged(value: exp.Expr, keys: list[str], frame: Frame) -> exp.Expr:
    """An aggregate over the slots of each change's own window."""
    partition: list[exp.Expr] = [*map(exp.column, keys)]
    interval = frame.interval
    if isinstance(interval, ToDate):
        return over(value, [*partition, exp.column("opens")], "ROWS", "UNBOUNDED")
    if (size := length(interval)) is not None:
        return over(value, partition, "RANGE", str(size - 1))
    assert isinstance(interval, Rolling)
    if len(sizes := lengths(interval)) > MOST_LENGTHS:
        raise NotCarried(f"windows of {interval.window} {interval.unit.value}s have {len(sizes)} different lengths")
    slots = exp.column("n", table="changes") - exp.column("opens") + exp.Literal.number(1)
    chosen = exp.Case(this=slots)
    for size in sizes:
        chosen = chosen.when(exp.Literal.number(size), over(value, partition, "RANGE", str(size - 1)), copy=False)
    return chosen


def over(value: exp.Expr, partition: list[exp.Expr], kind: str, start: str) -> exp.Window:
    """An aggregate over a frame that ends with the row itself."""
    spec = exp.WindowSpec(
        kind=kind,
        start=start if start == "UNBOUNDED" else exp.Literal.number(start),
        start_side="PRECEDING",
        end="CURRENT ROW",
    )
    return exp.Window(
        this=value.copy(),
        partition_by=[part.copy() for part in partition],
        order=exp.Order(expressions=[exp.column("n", table="changes")]),
        spec=spec,
    )


def laid_out(keys: list[str], states: list[str], frame: Frame, weight: str | None = None) -> exp.Select:
    """One row for each slot of each run, within the sample dates.

    Runs end where they expire, or, with the name of a `weight`, are those in which something weighs.
    """
    n, following = exp.column("n", table="runs"), exp.column("following")
    after = exp.column("last_n", table="wanted") + exp.Literal.number(1)
    ends = [after] if weight else [exp.column("expires"), after]
    start = exp.Greatest(this=n, expressions=[exp.column("first_n", table="wanted")], ignore_nulls=True)
    end = exp.Least(this=exp.func("COALESCE", following, ends[0].copy()), expressions=ends, ignore_nulls=True)
    wanted = select(exp.Min(this=exp.column("n")).as_("first_n"), exp.Max(this=exp.column("n")).as_("last_n"))
    wanted = wanted.from_(DATES)
    rows = select(*keys, *states).from_("runs").join(wanted.subquery("wanted"), join_type="cross")
    if weight is not None:
        rows = rows.where(exp.column(weight) > 0, copy=False)
    if (integers := INTEGERS.get(frame.dialect)) is not None:
        rows = rows.select(exp.alias_(integers(start, end), "n"), copy=False)
        return rows.where(start < end, copy=False) if frame.dialect in COUNTING_DOWN else rows
    slot = exp.column("n", table=DATES)
    return rows.select(slot, copy=False).join(DATES, on=exp.and_(slot >= start, slot < end), copy=False)


def weighed(value: exp.Expr, other: exp.Expr, apart: exp.Expr, dialect: str) -> exp.Expr:
    """Two for each value that has no other row of its own in the same window, and one for null."""
    alone = exp.or_(other.copy().is_(exp.null()), apart)
    some = exp.and_(alone.copy(), value.copy().is_(exp.null()).not_())
    not_null = exp.case().when(some, "1")
    if dialect == "postgres":  # there a row of nulls is null, and counted none the less
        not_null = exp.case().when(alone, value.copy())
    return exp.Count(this=exp.case().when(alone, "1")) + exp.Count(this=not_null)


def mean_in(dialect: str) -> Callable[..., exp.Expr]:
    """A mean from a sum and a count: in Postgres of the sum's type, as AVG is; a sum of sums is no integer there."""
    if dialect != "postgres":
        return quotient
    return lambda total, size: exp.Div(
        this=total, expression=exp.func("NULLIF", size, exp.Literal.number(0)), typed=True
    )


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def before(end: exp.Expr) -> exp.Expr:
    return end - exp.Literal.number(1)


INTEGERS: dict[str, Callable[[exp.Expr, exp.Expr], exp.Expr]] = {
    "duckdb": lambda start, end: call("UNNEST", call("RANGE", start, end)),
    "postgres": lambda start, end: call("GENERATE_SERIES", start, before(end)),
    "spark": lambda start, end: call("EXPLODE", call("SEQUENCE", start, before(end))),
    "databricks": lambda start, end: call("EXPLODE", call("SEQUENCE", start, before(end))),
    "clickhouse": lambda start, end: call("arrayJoin", call("range", start, end)),
}
"""The integers `[start, end)`, one row each, in a SELECT; other dialects join the dates, which is slower."""
COUNTING_DOWN = ("spark", "databricks")
"""The dialects in which a sequence that ends before it starts goes backwards."""

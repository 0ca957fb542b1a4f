"""A stock for many sample dates at once: each key's value over time first, and then the sum over the keys.

The rows are gathered into one value a day for each of the source's own keys, which may stand for some days more. From
these days a key's value over each bucket or window is taken, and the query itself sums them, beside the bridge: a key
counts for the entities that it belonged to on the day that its value is from.
"""

from __future__ import annotations

from sqlglot import exp, select

from gnomon.plan.frame import DATES, Frame
from gnomon.plan.merged import INTEGERS
from gnomon.plan.reach import shift
from gnomon.plan.spans import EPOCH, number
from gnomon.plan.stock_windows import window_levels
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import bucket_start, date_literal, digits, move, numbers
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.stock import Stock, bound_rows, finished, mean, stock_of
from gnomon.time import AllTime, Grain, OwnAggregation, Windowed

Stages = dict[str, exp.Query]
LEVELS = "levels"
WORDS = {"last": "the last value", "average": "the average", "min": "the least value", "max": "the greatest value"}


def stock_query(query: exp.Query, context: Context, frame: Frame) -> tuple[exp.Query, str]:
    """A stock's query for the sample dates of a frame, and how it is computed; DefinitionError `stock_shape`."""
    stock = stock_of(query.copy(), context)
    stages = day_stages(stock, frame)
    value = exp.column("value", table=LEVELS)
    sample: exp.Expr = exp.column("sample_date", table=LEVELS)
    if isinstance(frame.interval, Windowed):
        stages |= window_levels(stock, frame, days_of(stock))
        sample = exp.column("sample_date", table=DATES)
    elif isinstance(frame.interval, AllTime):
        sample = shift(least(frame.highs), Grain.DAY, -1, frame.dialect)
        stages |= level_stages(stock, select("*").from_(days_of(stock)).where(*days_read(stock, frame)), [])
    else:
        stages |= level_stages(stock, bucketed(stock, frame), ["sample_date"])
    statement = finished(stock, sample, LEVELS, value)
    if isinstance(frame.interval, Windowed):
        on = exp.column("n", table=DATES).eq(exp.column("n", table=LEVELS))
        statement.set("joins", [exp.Join(this=exp.to_table(DATES), on=on), *(statement.args.get("joins") or [])])
    for name, stage in stages.items():
        statement.with_(name, as_=stage, copy=False)
    carried = f", which stands for {stock.rule.carry} days" if stock.rule.carry else ""
    return statement, f"{as_text(stock.total)}: {WORDS[stock.rule.over_time]} of each key{carried}, then summed"


def days_of(stock: Stock) -> str:
    """The stage that holds a row for each day of each key that has a value."""
    return "carried" if stock.rule.carry else "closing"


def day_stages(stock: Stock, frame: Frame) -> Stages:
    """The stages from the rows to each key's days."""
    carry = 0 if isinstance(frame.interval, AllTime) else stock.rule.carry
    lows = [shift(low, Grain.DAY, -carry, frame.dialect) if carry else low for low in frame.lows]
    stages: Stages = {"bound": bound_rows(stock, lows, [*frame.highs]), "closing": closing(stock)}
    if stock.rule.carry:
        stages["standing"] = standing(stock, frame)
        stages |= carried(stock, frame)
    return stages


def closing(stock: Stock) -> exp.Select:
    """Each key's value of each day: the sum of the rows at the latest instant of the day."""
    keys = stock.key_names
    total, rows = exp.Sum(this=exp.column("value")), select("*").from_("bound")
    if stock.has_instants:
        latest = exp.Window(this=exp.Max(this=exp.column("instant")), partition_by=[*map(exp.column, [*keys, "slot"])])
        rows = select("*").from_(rows.select(latest.as_("latest")).subquery("moments")).where("instant = latest")
    found = select(*keys, "slot", total.as_("value")).from_(rows.subquery("last_rows")).group_by(*keys, "slot")
    found = select(*keys, "slot", exp.column("slot").as_("since"), "value").from_(found.subquery("given"))
    return found if stock.rule.carry else found.where("NOT value IS NULL")


def standing(stock: Stock, frame: Frame) -> exp.Select:
    """Each day's value with its number `n`, and the number of the day `until` which, exclusive, it stands."""
    n, following = number(exp.column("slot"), frame), exp.column("following")
    partition, order = [*map(exp.column, stock.key_names)], exp.Order(expressions=[exp.column("n")])
    numbered = select(*stock.key_names, "since", "value", n.as_("n")).from_("closing").subquery("numbered")
    lead = exp.Window(this=exp.Lead(this=exp.column("n")), partition_by=partition, order=order)
    rows = select(*stock.key_names, "since", "value", "n", lead.as_("following")).from_(numbered)
    most = exp.column("n") + exp.Literal.number(stock.rule.carry + 1)
    until = exp.case().when(following < most, following).else_(most)
    return select(*stock.key_names, "since", "value", "n", until.as_("until")).from_(rows.subquery("followed"))


def carried(stock: Stock, frame: Frame) -> Stages:
    """One row for each day on which a value stands: `n`, `slot`, and `since`, the day that the value is from."""
    columns, n, until = [*stock.key_names, "since", "value"], exp.column("n"), exp.column("until")
    stages: Stages = {}
    if (integers := INTEGERS.get(frame.dialect)) is not None:
        rows = select(*columns, exp.alias_(integers(n, until), "n")).from_("standing")
    else:
        stages["digits"] = digits()
        steps = numbers(len(str(stock.rule.carry))).subquery("steps")
        day = n + exp.column("day_number", table="steps")
        rows = select(*columns, day.as_("n")).from_("standing").join(steps, join_type="cross").where(day < until)
    rows = rows.where("NOT value IS NULL")
    slot = move(date_literal(EPOCH), Grain.DAY, n, dialect=frame.dialect)
    return {**stages, "carried": select(*columns, "n", slot.as_("slot")).from_(rows.subquery("laid_out"))}


def days_read(stock: Stock, frame: Frame) -> list[exp.Expr]:
    """The conditions that keep the days of the keys to those of the frame, which a value may be carried past."""
    day = exp.column("slot")
    if not stock.rule.carry:
        return []
    return [*(day.copy() >= low.copy() for low in frame.lows), *(day.copy() < high.copy() for high in frame.highs)]


def bucketed(stock: Stock, frame: Frame) -> exp.Select:
    """The days of the keys, each with the `sample_date` of its bucket."""
    days, slot = days_of(stock), exp.column("slot")
    columns = [*stock.key_names, "slot", "since", "value"]
    if isinstance(frame.interval, OwnAggregation):
        start, end = (exp.column(name, table=DATES) for name in ("window_start", "window_end"))
        rows = select(*columns, exp.column("sample_date", table=DATES)).from_(days)
        return rows.join(DATES, on=exp.and_(slot >= start, slot < end))
    bucket = bucket_start(slot, frame.grain(), calendar=frame.settings, dialect=frame.dialect)
    return select(*columns, bucket.as_("sample_date")).from_(days).where(*days_read(stock, frame))


def level_stages(stock: Stock, days: exp.Select, sample: list[str]) -> Stages:
    """Each key's value over its days that have one, in each bucket, and the latest day `since` when it is that."""
    keys, rule = [*stock.key_names, *sample], stock.rule.over_time
    since = [exp.Max(this=exp.column("since")).as_("since")] if stock.entity_days else []
    if rule == "average" or (rule != "last" and not since):
        value = mean() if rule == "average" else extreme_of(rule, "value")
        return {LEVELS: select(*keys, value.as_("value"), *since).from_(days.subquery("days")).group_by(*keys)}
    column = "slot" if rule == "last" else "value"
    best = exp.Window(this=extreme_of(rule, column), partition_by=[*map(exp.column, keys)]).as_("best")
    rows = select(*keys, "slot", "since", "value", best).from_(days.subquery("days")).subquery("compared")
    chosen = select(*keys, "since", "value").from_(rows).where(exp.column(column).eq(exp.column("best")))
    if rule == "last":
        return {LEVELS: chosen}
    return {LEVELS: select(*keys, "value", *since).from_(chosen.subquery("chosen")).group_by(*keys, "value")}


def extreme_of(rule: str, column: str) -> exp.Expr:
    """The least or greatest value of a column: the greatest for the last day."""
    return (exp.Min if rule == "min" else exp.Max)(this=exp.column(column))


def least(values: tuple[exp.Expr, ...]) -> exp.Expr:
    """The least of some expressions."""
    first, *rest = (value.copy() for value in values)
    return exp.Least(this=first, expressions=rest) if rest else first

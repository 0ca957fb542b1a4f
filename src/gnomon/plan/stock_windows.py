"""Each key's value over windows, from its days: the runs between two of a key's changes, laid out over the dates.

The last value of a window stands from its day to the next one that has a value, or until it leaves the window. The
average, the least and the greatest are frames over the days, as in `windows`.
"""

from __future__ import annotations

from sqlglot import exp, select

from gnomon.plan.aggregates import State
from gnomon.plan.frame import Frame
from gnomon.plan.merged import laid_out
from gnomon.plan.spans import SPANS
from gnomon.plan.states import Windows
from gnomon.plan.window_stages import changes, runs
from gnomon.rewrite.stock import Stock

Stages = dict[str, exp.Query]
SINCE = State("since", exp.Max, exp.Max, None)
STATES = {
    "average": (State("sum_value", exp.Sum, exp.Sum, None), State("count_value", exp.Count, exp.Sum, None)),
    "min": (State("value", exp.Min, exp.Min, None),),
    "max": (State("value", exp.Max, exp.Max, None),),
}


def window_levels(stock: Stock, frame: Frame, days: str) -> Stages:
    """The stages from a key's days to its value at each sample date: `levels` has the keys, `n` and `value`."""
    rule, since = stock.rule.over_time, ["since"] if stock.entity_days else []
    if rule == "last":
        stages: Stages = {"runs": last_runs(stock, days)}
        return {**stages, "levels": laid_out(stock.key_names, ["value", *since], frame)}
    is_latest = rule == "average" and stock.entity_days
    windows = Windows(frame, dict(stock.keys), states=[*STATES[rule], *([SINCE] if is_latest else [])])
    stages = {"partials": partials(windows, days), "changes": changes(windows)}
    if rule == "average":
        stages["runs"] = runs(windows)
        laid = laid_out(stock.key_names, ["sum_value", "count_value", *since], frame)
        mean = exp.cast(exp.column("sum_value"), "DOUBLE") / exp.column("count_value")
        return {
            **stages,
            "levels": select(*stock.key_names, mean.as_("value"), *since, "n").from_(laid.subquery("laid")),
        }
    if stock.entity_days:
        stages["extremes"] = runs(windows)
        stages["runs"] = dated_runs(stock, days)
    else:
        stages["runs"] = runs(windows)
    return {**stages, "levels": laid_out(stock.key_names, ["value", *since], frame)}


def in_spans(query: exp.Select, days: str) -> exp.Select:
    """A query over the keys' days beside the numbers of their slots."""
    on = exp.column("slot", table=SPANS).eq(exp.column("slot", table=days))
    return query.from_(days).join(SPANS, on=on)


def last_runs(stock: Stock, days: str) -> exp.Select:
    """Each day's value as a run: up to the `following` day that has one, or until it leaves (`expires`)."""
    n, leaves = exp.column("n", table=SPANS), exp.column("leaves", table=SPANS)
    order, partition = exp.Order(expressions=[n.copy()]), [*map(exp.column, stock.key_names)]
    following = exp.Window(this=exp.Lead(this=n.copy()), partition_by=partition, order=order)
    rows = select(*stock.key_names, "value", "since", n, following.as_("following"), leaves.as_("expires"))
    return in_spans(rows, days)


def partials(windows: Windows, days: str) -> exp.Select:
    """The states of each key and day, from the day's value alone."""
    n, leaves = exp.column("n", table=SPANS), exp.column("leaves", table=SPANS)
    values = {"count_value": exp.cast(exp.Literal.number(1), "BIGINT"), "since": exp.column("since")}
    states = [values.get(state.name, exp.column("value")).as_(state.name) for state in windows.states]
    return in_spans(select(*windows.key_names, n, leaves, *states), days)


def dated_runs(stock: Stock, days: str) -> exp.Select:
    """The runs of extremes, each with the latest day so far whose value it is: that day is still in the window."""
    keys, value = stock.key_names, exp.column("value")
    places: list[exp.Expr] = [exp.column("n"), exp.column("following"), exp.column("expires")]
    of_runs = select(*keys, *places, "value", exp.cast(exp.null(), "DATE").as_("since"), "1 AS is_run").from_(
        "extremes"
    )
    nothing = [exp.cast(exp.null(), "BIGINT").as_(name) for name in ("following", "expires")]
    of_days = in_spans(select(*keys, exp.column("n", table=SPANS), *nothing, "value", "since", "0 AS is_run"), days)
    each = of_runs.union(of_days, distinct=False, copy=False).subquery("each")
    latest = exp.Window(
        this=exp.Max(this=exp.column("since")),
        partition_by=[*map(exp.column, keys), value],
        order=exp.Order(expressions=[exp.column("n")]),
    )
    dated = select(*keys, *places, "value", latest.as_("since"), "is_run").from_(each).subquery("dated")
    return select(*keys, *places, "value", "since").from_(dated).where("is_run = 1")

"""Distinct values that enter and leave windows of several lengths, from one sort of the rows.

One row for each key (`k1`, `k2` ..) and day `n`, with the states that merge (`s1` ..) and what a window of each length
needs of each distinct count: `e1_30` is the weight of the values that enter a window of 30 days on the day, and
`l1_30` of those that leave it 30 days later.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp, select

from gnomon.plan.carried import SAMPLE_DATE, NotCarried
from gnomon.plan.frame import Frame
from gnomon.plan.merged import weighed
from gnomon.plan.parts import bounded, joins, single
from gnomon.plan.spans import number
from gnomon.plan.states import Windows
from gnomon.plan.window_stages import state_of
from gnomon.plan.windows import replacements
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import marker
from gnomon.rewrite.times import is_time_macro


def entries(query: exp.Query, context: Context, frame: Frame, lengths: Sequence[int]) -> exp.Select:
    """What enters and leaves, of the days of a frame; raises NotCarried where a query is not counted by it."""
    rows = single(query)
    windows = Windows(frame)
    for key in rows.args["group"].expressions:
        if marker(key) != SAMPLE_DATE and key.find(exp.Column):
            windows.keys[key] = f"k{len(windows.keys) + 1}"
    replacements(rows, windows)
    if not windows.distinct_states:
        raise NotCarried("it counts nothing distinct")
    statement = weights(windows, lengths)
    return statement.with_("bound", as_=bound(rows, windows, context)).with_("seen", as_=seen(windows))


def bound(rows: exp.Select, windows: Windows, context: Context) -> exp.Select:
    """The rows that pass the filters: their keys, the number of their day, and what is aggregated."""
    time, _, others = bounded(rows, context)
    columns = [*windows.keys.items(), (number(time.date(), windows.frame), "n"), *windows.values.items()]
    found = select(*(exp.alias_(node.copy(), name, copy=False) for node, name in columns))
    found.set("from_", rows.args["from_"].copy())
    found.set("joins", [join.copy() for join in joins(rows)])
    found.where(*(term.copy() for term in others), copy=False)
    if any(is_time_macro(node) for node in found.find_all(exp.Anonymous)):
        raise NotCarried("what lies below the grouping depends on more than the row")
    within = [time.column >= time.at(low) for low in windows.frame.lows]
    return found.where(*within, *(time.column < time.at(high) for high in windows.frame.highs), copy=False)


def seen(windows: Windows) -> exp.Select:
    """Each row beside the days on which its value was there before, and is there again."""
    n = exp.column("n")
    rows = select(*windows.key_names, n, *windows.values.values())
    for state in windows.distinct_states:
        value = windows.value(state)
        over = {"partition_by": [*map(exp.column, windows.key_names), value], "order": exp.Order(expressions=[n])}
        before = exp.Window(this=exp.Lag(this=n), **over).copy()
        after = exp.Window(this=exp.Lead(this=n), **over).copy()
        rows = rows.select(before.as_(f"{value.name}_left"), after.as_(f"{value.name}_back"), copy=False)
    return rows.from_("bound")


def weights(windows: Windows, lengths: Sequence[int]) -> exp.Select:
    """The states of each key and day, and what enters and leaves windows of each length."""
    n, keys, dialect = exp.column("n"), windows.key_names, windows.frame.dialect
    rows = select(*keys, n)
    for place, state in enumerate(windows.merged_states, start=1):
        rows.select(state_of(state, windows).this.as_(f"s{place}"), copy=False)
    for place, state in enumerate(windows.distinct_states, start=1):
        value = windows.value(state)
        left, back = (exp.column(f"{value.name}_{word}") for word in ("left", "back"))
        for size in map(exp.Literal.number, lengths):
            entered = weighed(value, left, left + size <= n, dialect)
            leaving = weighed(value, back, back >= n + size, dialect)
            rows.select(entered.as_(f"e{place}_{size}"), leaving.as_(f"l{place}_{size}"), copy=False)
    return rows.from_("seen").group_by(*keys, n)

"""The stages from the rows of a grouped query to its states at every sample date."""

from __future__ import annotations

from sqlglot import exp, select

from gnomon.plan.aggregates import State
from gnomon.plan.frame import DATES
from gnomon.plan.merged import laid_out, merged, running, weighed
from gnomon.plan.sides import looked_up, side_stages
from gnomon.plan.spans import SPANS, length
from gnomon.plan.states import Windows


def window_stages(query: exp.Select, slot: exp.Expr, windows: Windows) -> dict[str, exp.Select]:
    """The stages from the rows to the values at every sample date, in order."""
    stages: dict[str, exp.Select] = {}
    if windows.frame.entries is None:
        stages["bound"] = bound(query, slot, windows)
        if windows.distinct_states:
            stages["seen"] = seen(windows)
    stages["partials"] = partials(windows) if windows.frame.entries is None else given(windows, windows.frame.entries)
    if windows.sides:
        stages |= side_stages(windows)
    stages["changes"] = changes(windows)
    stages["runs"] = runs(windows)
    states = [state.name for state in windows.window_states]
    stages["windowed"] = laid_out(windows.key_names, states, windows.frame, windows.weight)
    return stages


def bound(query: exp.Select, slot: exp.Expr, windows: Windows) -> exp.Select:
    """The rows that pass the filters: their keys, their slot, and what is aggregated."""
    columns = [*windows.keys.items(), (slot, "slot"), *windows.values.items()]
    rows = select(*(exp.alias_(node.copy(), name, copy=False) for node, name in columns))
    for clause in ("from_", "joins", "laterals", "where"):
        value = query.args.get(clause)
        rows.set(clause, [part.copy() for part in value] if isinstance(value, list) else value and value.copy())
    return rows


def seen(windows: Windows) -> exp.Select:
    """Each row beside the rows of the same value before and after it."""
    n, leaves = exp.column("n", table=SPANS), exp.column("leaves", table=SPANS)
    rows = select(*windows.key_names, n, leaves, *windows.values.values())
    for state in windows.distinct_states:
        value = windows.value(state)
        over = {"partition_by": [*map(exp.column, windows.key_names), value], "order": exp.Order(expressions=[n])}
        before = exp.Window(this=exp.Lag(this=leaves), **over).copy()
        after = exp.Window(this=exp.Lead(this=n), **over).copy()
        rows = rows.select(before.as_(f"{value.name}_left"), after.as_(f"{value.name}_back"), copy=False)
    return rows.from_("bound").join(SPANS, on=exp.column("slot", table=SPANS).eq(exp.column("slot", table="bound")))


def partials(windows: Windows) -> exp.Select:
    """The states of each key and slot, from the slot's rows alone; of a distinct value, whether it enters or leaves."""
    keys, of_slots = windows.key_names, [state_of(state, windows) for state in windows.merged_states]
    if not windows.distinct_states:
        rows = select(*keys, "slot", *of_slots).from_("bound").group_by(*keys, "slot")
        columns = [*keys, "n", "leaves", *(state.name for state in windows.merged_states)]
        on = exp.column("slot", table=SPANS).eq(exp.column("slot", table="gathered"))
        return select(*columns).from_(rows.subquery("gathered")).join(SPANS, on=on)
    n, leaves = exp.column("n"), exp.column("leaves")
    rows = select(*keys, n, exp.Max(this=leaves).as_("leaves"), *of_slots)
    for state in windows.distinct_states:
        value = windows.value(state)
        left, back = (exp.column(f"{value.name}_{word}") for word in ("left", "back"))
        rows = rows.select(
            weighed(value, left, left <= n, windows.frame.dialect).as_(step(state, "entered")),
            weighed(value, back, back >= leaves, windows.frame.dialect).as_(step(state, "left")),
            copy=False,
        )
    return rows.from_("seen").group_by(*keys, n)


def given(windows: Windows, entries: str) -> exp.Select:
    """The same from a table that holds them for windows of several lengths (gnomon.plan.entries)."""
    size = exp.Literal.number(length(windows.frame.interval))
    n = exp.column("n")
    rows = select(*(exp.column(f"k{i}").as_(name) for i, name in enumerate(windows.key_names, start=1)))
    rows.select(n, (n + size).as_("leaves"), copy=False)
    for i, state in enumerate(windows.merged_states, start=1):
        rows.select(exp.column(f"s{i}").as_(state.name), copy=False)
    for i, state in enumerate(windows.distinct_states, start=1):
        entered, left = (exp.column(f"{word}{i}_{size}") for word in "el")
        rows.select(entered.as_(step(state, "entered")), left.as_(step(state, "left")), copy=False)
    return rows.from_(entries)


def state_of(state: State, windows: Windows) -> exp.Expr:
    assert state.function is not None
    return exp.alias_(state.function(this=windows.value(state)), state.name)


def step(state: State, word: str) -> str:
    """The name of what enters or leaves a distinct count."""
    return state.name.replace("weight", word, 1)


def changes(windows: Windows) -> exp.Select:
    """Every slot at which something of a key enters or leaves."""
    keys, counts = windows.key_names, windows.distinct_states
    kept = [state for state in windows.window_states if state not in counts]
    expires = [] if windows.weight else ["leaves"]  # else what weighs says where rows end
    entering = select(*keys, "n", *expires, *(state.name for state in kept))
    entering = entering.from_("sides" if windows.sides else "partials")
    nothing = (exp.null().as_(name) for name in (*expires, *(state.name for state in kept)))
    leaving = select(*keys, exp.column("leaves").as_("n"), *nothing).from_("partials")
    for state in counts:
        entering = entering.select(exp.column(step(state, "entered")).as_(state.name), copy=False)
        leaving = leaving.select(exp.Neg(this=exp.column(step(state, "left"))).as_(state.name), copy=False)
    last = select(exp.Max(this=exp.column("n"))).from_(DATES).subquery()
    leaving = leaving.where(exp.column("leaves") <= last, copy=False)
    if counts and not kept:
        leaving = leaving.where(exp.or_(*(exp.column(step(state, "left")) > 0 for state in counts)), copy=False)
    each = entering.union(leaving, distinct=False, copy=False).subquery("each")
    columns = [exp.Max(this=exp.column(name)).as_(name) for name in expires]
    columns += [exp.alias_(state.merge(this=exp.column(state.name)), state.name) for state in kept]
    columns += [exp.cast(exp.Sum(this=exp.column(state.name)), "BIGINT").as_(state.name) for state in counts]
    return select(*keys, "n", *columns).from_(each).group_by(*keys, "n")


def runs(windows: Windows) -> exp.Select:
    """The values from each change up to the `following` one, or to where the last row `expires`."""
    keys, frame, n = windows.key_names, windows.frame, exp.column("n", table="changes")
    order = exp.Order(expressions=[n.copy()])
    following = exp.Window(this=exp.Lead(this=n), partition_by=[*map(exp.column, keys)], order=order)
    columns: list[exp.Expr] = [n, following.as_("following")]
    if windows.weight is None:
        columns.append(running(exp.Max(this=exp.column("leaves", table="changes")), keys).as_("expires"))
    for state in windows.window_states:
        whole = state.merge(this=exp.column(state.name))
        if state.side is not None:
            value = looked_up(state, keys, frame)
        else:
            value = running(whole, keys) if state.function is None else merged(whole, keys, frame)
        columns.append(exp.alias_(value, state.name))
    stretches = select(*keys, *columns).from_("changes")
    if length(frame.interval) is None:
        stretches = stretches.join(SPANS, on=exp.column("n", table=SPANS).eq(n))
    return stretches

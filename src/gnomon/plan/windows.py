"""A grouped query over windows, from one reading of its rows: work and memory follow the output, not the windows.

The rows are gathered into partial states for each key and slot. A partial enters the windows at its slot and leaves
them later; between these changes nothing happens, so each stretch between two of a key's changes is computed once
and then laid out over its sample dates. Sums, counts and extremes are merged over a frame, so that nothing is ever
taken out of a floating-point number. A distinct value enters where it was not in the window already and leaves where
it does not come back in time, which takes one sort of the rows, whatever the window's length.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp, select

from gnomon.plan.aggregates import State, aggregates, measure, plain, quotient
from gnomon.plan.carried import NotCarried
from gnomon.plan.frame import DATES, Frame
from gnomon.plan.merged import counted, laid_out, mean_in, merged, running
from gnomon.plan.spans import SPANS, length
from gnomon.rewrite.contract import AMOUNT
from gnomon.rewrite.parse import as_text

CLAUSES = ("expressions", "having", "qualify", "order", "windows")
TAKEN = ("slot", "n", "leaves", "opens", "following", "expires")
METHODS = {
    "additive": "a frame over its partial sums",
    "min/max": "a frame over its partials",
    "decomposable": "frames over its parts",
    "distinct": "values that enter and leave",
}


@dataclass(slots=True)
class Windows:
    """One grouped query under way: its keys, its states and the columns that hold them.

    `keys` and `values` name expressions over the rows; `states` are named uniquely.
    """

    frame: Frame
    keys: dict[exp.Expr, str] = field(default_factory=dict)
    values: dict[exp.Expr, str] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)

    def free(self, name: str) -> str:
        """A column's name that nothing has yet."""
        taken = {*TAKEN, *self.keys.values(), *self.values.values(), *(state.name for state in self.states)}
        return next(word for word in (name, *(f"{name}_{i}" for i in range(2, 1000))) if word not in taken)

    def state(self, wanted: State) -> exp.Column:
        """The column of a state, which aggregates share."""
        for known in self.states:
            if (known.function, known.argument) == (wanted.function, wanted.argument):
                return exp.column(known.name, table="windowed")
        if wanted.argument is not None and wanted.argument not in self.values:
            self.values[wanted.argument] = self.free(plain(wanted.argument) or "value")
        found = State(self.free(wanted.name), wanted.function, wanted.merge, wanted.argument)
        self.states.append(found)
        return exp.column(found.name, table="windowed")

    @property
    def key_names(self) -> list[str]:
        return [*self.keys.values()]

    @property
    def merged_states(self) -> list[State]:
        return [state for state in self.states if state.function is not None]

    @property
    def distinct_states(self) -> list[State]:
        return [state for state in self.states if state.function is None]

    def value(self, state: State, table: str | None = None) -> exp.Expr:
        """The column that holds a state's argument."""
        return exp.Star() if state.argument is None else exp.column(self.values[state.argument], table=table)


def compute_windows(query: exp.Select, mark: exp.Expr, slot: exp.Expr, frame: Frame) -> list[str]:
    """Replace a grouped query over rows by one over the sample dates, in place, and say how each aggregate is computed.

    `mark` stands for the sample date in the query; `slot` is the slot of its rows. Raises NotCarried where an
    aggregate has no states, or where something else than keys stands beside them.
    """
    group = query.args["group"]
    if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        raise NotCarried("GROUPING SETS, CUBE and ROLLUP also group across dates")
    windows = Windows(frame)
    for key in group.expressions:
        if key != mark and key.find(exp.Column):
            windows.keys[key] = windows.free(key_name(key, query))
    finished = replacements(query, windows)
    methods = [f"{as_text(node)}: {METHODS[found.kind]}" for node in finished if (found := measure(node))]
    finished[mark] = exp.column("sample_date", table=DATES)
    finished |= {key: exp.column(name, table="windowed") for key, name in windows.keys.items()}
    stages = window_stages(query, slot, windows)
    put_in_place(query, finished)
    add_stages(query, stages)
    return list(dict.fromkeys(methods))


def add_stages(query: exp.Select, stages: dict[str, exp.Select]) -> None:
    """Put the stages before a query; within its FROM where it is part of a set operation, which takes no WITH there."""
    *earlier, (last, windowed) = stages.items()
    if isinstance(query.parent, exp.SetOperation):
        query.set("from_", exp.From(this=windowed.subquery(last, copy=False)))
        query = windowed
    else:
        earlier.append((last, windowed))
    for name, stage in earlier:
        query.with_(name, as_=stage, copy=False)


def key_name(key: exp.Expr, query: exp.Select) -> str:
    """What an output calls a key, or else the key's own column."""
    outputs = [projection.args.get("alias") for projection in query.expressions if projection.unalias() == key]
    return next((name for node in (*outputs, key) if (name := plain(node))), "key")


def replacements(query: exp.Select, windows: Windows) -> dict[exp.Expr, exp.Expr]:
    """Each aggregate's value, from the columns of its states."""
    found: dict[exp.Expr, exp.Expr] = {}
    for node in aggregates(clauses(query)):
        states = measure(node)
        if states is None:
            raise NotCarried(f"{as_text(node)} is not made of parts")
        if divides_integers(node):
            raise NotCarried(f"{as_text(node)} is divided, and of a type that is not known")
        columns = [windows.state(state) for state in states.states]
        is_amount = isinstance(node.parent, exp.Alias) and node.parent.alias == AMOUNT  # is given its type later
        finish = mean_in(windows.frame.dialect) if states.finish is quotient else states.finish
        found[node] = columns[0] if is_amount and len(columns) == 1 else finish(*columns)
    return found


def divides_integers(node: exp.Expr) -> bool:
    """Whether a sum may be divided in a dialect whose division depends on its type, which sums of sums do not keep.

    The division may stand in a query above, where the sum is a column. One that reads windows was looked at before.
    """
    query = node.find_ancestor(exp.Query)
    if not isinstance(node.this if isinstance(node, exp.Filter) else node, exp.Sum) or query is None:
        return False
    for division in node.root().find_all(exp.Div):
        within = division.find_ancestor(exp.AggFunc, exp.Query)
        is_argument = isinstance(within, exp.AggFunc) and within.find_ancestor(exp.Query) is query
        is_finished = any(column.table == "windowed" for column in division.find_all(exp.Column))
        if division.args.get("typed") and not is_argument and not is_finished:
            return True
    return False


def clauses(query: exp.Select) -> list[exp.Expr]:
    """Everything in a query that comes after its grouping."""
    found: list[exp.Expr] = []
    for clause in CLAUSES:
        value = query.args.get(clause) or []
        found += value if isinstance(value, list) else [value]
    return found


def put_in_place(query: exp.Select, finished: dict[exp.Expr, exp.Expr]) -> None:
    """Read the windows instead of the rows."""

    def finish(node: exp.Expr) -> exp.Expr:
        return finished[node].copy() if node in finished else node

    for clause in CLAUSES:
        value = query.args.get(clause)
        if isinstance(value, list):
            query.set(clause, [finish_named(node, node.transform(finish, copy=False)) for node in value])
        elif value is not None:
            query.set(clause, value.transform(finish, copy=False))
    for node in clauses(query):
        if node.find(exp.Query):
            raise NotCarried("a subquery stands beside aggregates")
        for column in node.find_all(exp.Column):
            if column.table not in ("windowed", DATES):
                raise NotCarried(f"'{as_text(column)}' stands beside aggregates and is not grouped by")
    on = exp.column("n", table=DATES).eq(exp.column("n", table="windowed"))
    query.set("from_", exp.From(this=exp.to_table("windowed")))
    query.set("joins", [exp.Join(this=exp.to_table(DATES), on=on)])
    having = query.args.get("having")
    query.set("where", exp.Where(this=having.this) if having is not None else None)
    for clause in ("having", "group", "laterals"):
        query.set(clause, None)


def finish_named(before: exp.Expr, after: exp.Expr) -> exp.Expr:
    """A projection under the name that it had."""
    name = before.alias_or_name
    return exp.alias_(after, name, copy=False) if name and after.alias_or_name != name else after


def window_stages(query: exp.Select, slot: exp.Expr, windows: Windows) -> dict[str, exp.Select]:
    """The stages from the rows to the values at every sample date, in order."""
    stages: dict[str, exp.Select] = {"bound": bound(query, slot, windows)}
    if windows.distinct_states:
        stages["seen"] = seen(windows)
    stages["partials"] = partials(windows)
    stages["changes"] = changes(windows)
    stages["runs"] = runs(windows)
    stages["windowed"] = laid_out(windows.key_names, [state.name for state in windows.states], windows.frame)
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
            counted(value, left, left <= n, windows.frame.dialect).as_(step(state, "entered")),
            counted(value, back, back >= leaves, windows.frame.dialect).as_(step(state, "left")),
            copy=False,
        )
    return rows.from_("seen").group_by(*keys, n)


def state_of(state: State, windows: Windows) -> exp.Expr:
    assert state.function is not None
    return exp.alias_(state.function(this=windows.value(state)), state.name)


def step(state: State, word: str) -> str:
    """The name of what enters or leaves a distinct count."""
    return state.name.replace("distinct", word, 1)


def changes(windows: Windows) -> exp.Select:
    """Every slot at which something of a key enters or leaves."""
    keys, kept, counts = windows.key_names, windows.merged_states, windows.distinct_states
    entering = select(*keys, "n", "leaves", *(state.name for state in kept)).from_("partials")
    nothing: list[exp.Expr] = [exp.null().as_("leaves"), *(exp.null().as_(state.name) for state in kept)]
    leaving = select(*keys, exp.column("leaves").as_("n"), *nothing).from_("partials")
    for state in counts:
        entering = entering.select(exp.column(step(state, "entered")).as_(state.name), copy=False)
        leaving = leaving.select(exp.Neg(this=exp.column(step(state, "left"))).as_(state.name), copy=False)
    last = select(exp.Max(this=exp.column("n"))).from_(DATES).subquery()
    leaving = leaving.where(exp.column("leaves") <= last, copy=False)
    if counts and not kept:
        leaving = leaving.where(exp.or_(*(exp.column(step(state, "left")) > 0 for state in counts)), copy=False)
    each = entering.union(leaving, distinct=False, copy=False).subquery("each")
    columns = [exp.alias_(state.merge(this=exp.column(state.name)), state.name) for state in kept]
    columns += [exp.cast(exp.Sum(this=exp.column(state.name)), "BIGINT").as_(state.name) for state in counts]
    leaves = exp.Max(this=exp.column("leaves")).as_("leaves")
    return select(*keys, "n", leaves, *columns).from_(each).group_by(*keys, "n")


def runs(windows: Windows) -> exp.Select:
    """The values from each change up to the `following` one; they end earlier where the last row `expires`."""
    keys, frame = windows.key_names, windows.frame
    order, partition = exp.Order(expressions=[exp.column("n", table="changes")]), [*map(exp.column, keys)]
    following = exp.Window(this=exp.Lead(this=exp.column("n", table="changes")), partition_by=partition, order=order)
    columns: list[exp.Expr] = [
        exp.column("n", table="changes"),
        following.copy().as_("following"),
        running(exp.Max(this=exp.column("leaves", table="changes")), keys).as_("expires"),
    ]
    for state in windows.states:
        whole = state.merge(this=exp.column(state.name))
        value = running(whole, keys) if state.function is None else merged(whole, keys, frame)
        columns.append(exp.alias_(value, state.name))
    stretches = select(*keys, *columns).from_("changes")
    if length(frame.interval) is None:
        on = exp.column("n", table=SPANS).eq(exp.column("n", table="changes"))
        stretches = stretches.join(SPANS, on=on)
    return stretches

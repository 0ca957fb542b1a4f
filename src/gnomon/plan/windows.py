"""A grouped query over windows, from one reading of its rows: work and memory follow the output, not the windows.

The rows are gathered into partial states for each key and slot. A partial enters the windows at its slot and leaves
them later; between these changes nothing happens, so each stretch between two of a key's changes is computed once
and then laid out over its sample dates. Sums, counts and extremes are merged over a frame, so that nothing is ever
taken out of a floating-point number. A distinct value enters where it was not in the window already and leaves where
it does not come back in time, which takes one sort of the rows, whatever the window's length.
"""

from __future__ import annotations

from sqlglot import exp

from gnomon.plan.aggregates import aggregates, measure, plain, quotient
from gnomon.plan.carried import NotCarried
from gnomon.plan.frame import DATES, Frame
from gnomon.plan.merged import mean_in
from gnomon.plan.states import Windows
from gnomon.plan.window_stages import window_stages
from gnomon.rewrite.contract import AMOUNT
from gnomon.rewrite.parse import as_text

CLAUSES = ("expressions", "having", "qualify", "order", "windows")
METHODS = {
    "additive": "a frame over its partial sums",
    "min/max": "a frame over its partials",
    "decomposable": "frames over its parts",
    "distinct": "values that enter and leave",
}


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
        is_amount = is_amount and states.kind != "distinct"
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
        return operand(finished[node], node.parent) if node in finished else node

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


def operand(value: exp.Expr, parent: exp.Expr | None) -> exp.Expr:
    """A copy of a value for a place below `parent`, in parentheses where that is an operator and the value is another.

    >>> operand(exp.column("total") / exp.column("size"), exp.Div()).sql()
    '(total / size)'
    """
    is_operator = isinstance(parent, exp.Binary | exp.Unary | exp.Predicate) and not isinstance(parent, exp.Paren)
    return exp.paren(value) if is_operator and isinstance(value, exp.Binary) else value.copy()


def finish_named(before: exp.Expr, after: exp.Expr) -> exp.Expr:
    """A projection under the name that it had."""
    name = before.alias_or_name
    return exp.alias_(after, name, copy=False) if name and after.alias_or_name != name else after

"""What an aggregate is made of: its class, the states that are kept for each key and slot, and how they end.

| class        | examples                          | states                              |
|--------------|-----------------------------------|-------------------------------------|
| additive     | SUM, COUNT, COUNT_IF              | themselves                          |
| min / max    | MIN, MAX, BOOL_AND, BOOL_OR       | themselves                          |
| decomposable | AVG                               | a sum and a count                   |
|              | VARIANCE, STDDEV                  | a count, a mean, squares around it  |
| distinct     | COUNT(DISTINCT x)                 | what enters and what leaves         |
| holistic     | MEDIAN, AVG(DISTINCT x), any other| none: only all rows together say it |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from gnomon.plan.spread import SIDES, day_mean, day_squares, finish_spread

AggregateClass = Literal["additive", "min/max", "decomposable", "distinct", "semi-additive", "holistic"]
ORDER: tuple[AggregateClass, ...] = ("additive", "min/max", "decomposable", "distinct", "semi-additive", "holistic")
MODIFIERS = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)


@dataclass(frozen=True, slots=True)
class State:
    """A number that is kept for each key and slot.

    `function` computes it from the rows of a slot, and `merge` from the states of several; of a distinct count, whose
    state is the weight of the values in the window, `function` is None. `argument` is an expression over the rows,
    None for the rows themselves; with `is_centred` the state is of its distances to a value that each key has, and is
    kept for slots alone. From such states come those with the name of a `side` (gnomon.plan.sides).
    """

    name: str
    function: Callable[..., exp.Expr] | None
    merge: type[exp.AggFunc]
    argument: exp.Expr | None
    is_centred: bool = False
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate as states; `finish` gives its value from the states' columns."""

    kind: AggregateClass
    states: tuple[State, ...]
    finish: Callable[..., exp.Expr]


def measure(node: exp.Expr) -> Measure | None:
    """The states of an aggregate; None where it has none.

    >>> from sqlglot import parse_one
    >>> [state.name for state in measure(parse_one("AVG(delay)")).states]
    ['sum_delay', 'count_delay']
    >>> measure(parse_one("COUNT(DISTINCT actor)")).kind, measure(parse_one("MEDIAN(delay)"))
    ('distinct', None)
    """
    condition: exp.Expr | None = None
    if isinstance(node, exp.Filter):
        node, condition = node.this, node.expression.this
    if any(value for name, value in node.args.items() if name not in ("this", "expressions", "big_int")):
        return None
    rule = RULES.get(type(node))
    if rule is None or len(node.expressions) > 0:
        return None
    return rule(node, condition)


def count(node: exp.Expr, condition: exp.Expr | None) -> Measure | None:
    argument = node.this
    if isinstance(argument, exp.Distinct):
        if len(argument.expressions) != 1 or isinstance(argument.expressions[0], exp.Tuple):
            return None
        value = given(argument.expressions[0], condition)
        return Measure("distinct", (State(named("weight", value), None, exp.Sum, value),), half)
    if isinstance(argument, exp.Star) or (isinstance(argument, exp.Literal) and condition is None):
        argument = None if condition is None else exp.Literal.number(1)
    if argument is None:
        return Measure("additive", (State("row_count", exp.Count, exp.Sum, None),), whole)
    value = given(argument, condition)
    return Measure("additive", (State(named("count", value), exp.Count, exp.Sum, value),), whole)


def count_if(node: exp.Expr, condition: exp.Expr | None) -> Measure:
    """Counts of slots are counted as the engine does: DuckDB's is null where no row says yes or no."""
    value = given(node.this, condition)
    return Measure("additive", (State(named("count", value), exp.CountIf, exp.Sum, value),), whole)


def extreme(kind: AggregateClass, prefix: str) -> Callable[[exp.Expr, exp.Expr | None], Measure | None]:
    """The rule of an aggregate that merges by itself: a sum, a least or greatest value, whether any or all hold."""

    def rule(node: exp.Expr, condition: exp.Expr | None) -> Measure | None:
        argument = node.this
        if isinstance(argument, exp.Distinct):
            if prefix == "sum" or len(argument.expressions) != 1:
                return None
            argument = argument.expressions[0]
        value = given(argument, condition)
        function = type(node)
        assert issubclass(function, exp.AggFunc)
        return Measure(kind, (State(named(prefix, value), function, function, value),), as_it_is)

    return rule


def average(node: exp.Expr, condition: exp.Expr | None) -> Measure | None:
    if isinstance(node.this, exp.Distinct):
        return None
    value = given(node.this, condition)
    total = State(named("sum", value), exp.Sum, exp.Sum, value)
    return Measure("decomposable", (total, State(named("count", value), exp.Count, exp.Sum, value)), quotient)


def spread(freedom: int, *, is_root: bool = False) -> Callable[[exp.Expr, exp.Expr | None], Measure | None]:
    """The rule of a variance of a sample, which has a `freedom` of one, or of everything; or of its root."""

    def rule(node: exp.Expr, condition: exp.Expr | None) -> Measure | None:
        if isinstance(node.this, exp.Distinct):
            return None
        value = given(node.this, condition)
        states = [State(named("count", value), exp.Count, exp.Sum, value)]
        for prefix, function in PARTS_OF_SLOTS:
            states.append(State(named(f"{prefix}_off", value), function, exp.Max, value, is_centred=True))
        states += [State(named(side, value), None, exp.Max, value, is_centred=True, side=side) for side in SIDES]
        return Measure("decomposable", tuple(states), finish_spread(freedom, is_root=is_root))

    return rule


PARTS_OF_SLOTS: tuple[tuple[str, Callable[..., exp.Expr]], ...] = (
    ("count", exp.Count),
    ("mean", day_mean),
    ("squares", day_squares),
)
"""What a spread keeps of the distances in a slot."""
RULES: dict[type[exp.Expr], Callable[[exp.Expr, exp.Expr | None], Measure | None]] = {
    exp.Count: count,
    exp.CountIf: count_if,
    exp.Sum: extreme("additive", "sum"),
    exp.Min: extreme("min/max", "min"),
    exp.Max: extreme("min/max", "max"),
    exp.LogicalOr: extreme("min/max", "any"),
    exp.LogicalAnd: extreme("min/max", "all"),
    exp.Avg: average,
    exp.Variance: spread(1),
    exp.VariancePop: spread(0),
    exp.Stddev: spread(1, is_root=True),
    exp.StddevSamp: spread(1, is_root=True),
    exp.StddevPop: spread(0, is_root=True),
}


def as_it_is(state: exp.Expr) -> exp.Expr:
    return state


def whole(state: exp.Expr) -> exp.Expr:
    """A count: engines widen the sum of counts to a type that divides otherwise."""
    return exp.cast(state, "BIGINT")


def half(weight: exp.Expr) -> exp.Expr:
    """A distinct count from what weighs: two for each value, and one for null."""
    even = exp.paren(weight - exp.Mod(this=weight.copy(), expression=exp.Literal.number(2)))
    return whole(exp.Div(this=even, expression=exp.Literal.number(2)))


def quotient(total: exp.Expr, size: exp.Expr) -> exp.Expr:
    """A mean; where all values are null the sum is, and so is the mean."""
    return exp.Div(this=exp.cast(total, "DOUBLE"), expression=exp.func("NULLIF", size, exp.Literal.number(0)))


def given(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """A value where a condition holds, else null."""
    return value.copy() if condition is None else exp.case().when(condition.copy(), value.copy())


def named(prefix: str, value: exp.Expr) -> str:
    """A state's name: after the column that it is of, where it is of one."""
    return f"{prefix}_{plain(value) or 'value'}"


def plain(node: exp.Expr | None) -> str | None:
    """The name of a column, or of an identifier, that its author did not have to quote; None for anything else.

    >>> plain(exp.column("actor")), plain(exp.to_identifier("order", quoted=True)), plain(exp.null())
    ('actor', None, None)
    """
    name = node.this if isinstance(node, exp.Column) else node
    if not isinstance(name, exp.Identifier) or name.args.get("quoted"):
        return None
    return name.name if re.fullmatch("[a-z][a-z0-9_]*", name.name) else None


def aggregates(nodes: list[exp.Expr]) -> Iterator[exp.Expr]:
    """The aggregates that stand in some expressions, each with its FILTER; not window functions, nor subqueries'."""
    for node in nodes:
        if isinstance(node, exp.Query):
            continue
        if isinstance(node, exp.Filter) and isinstance(node.this, exp.AggFunc) and not is_window(node):
            yield node
        elif isinstance(node, exp.AggFunc) and not is_window(node):
            yield modified(node)
        else:
            yield from aggregates(list(node.iter_expressions()))


def modified(node: exp.Expr) -> exp.Expr:
    """An aggregate together with what modifies it."""
    while isinstance(node.parent, MODIFIERS):
        node = node.parent
    return node


def is_window(node: exp.Expr) -> bool:
    """Whether an aggregate function is computed over a window, rather than over a group."""
    return isinstance(modified(node).parent, exp.Window)


def classify(nodes: list[exp.Expr]) -> AggregateClass | None:
    """The class of everything that some expressions aggregate: the one that asks the most; None where they do not.

    >>> from sqlglot import parse_one
    >>> classify([parse_one("SUM(cost) / COUNT(*)")]), classify([parse_one("COUNT(DISTINCT a) / COUNT(*)")])
    ('decomposable', 'distinct')
    """
    found = list(aggregates(nodes))
    kinds: list[AggregateClass] = [of.kind if (of := measure(node)) else "holistic" for node in found]
    worst = max(kinds, key=ORDER.index, default=None)
    return "decomposable" if worst in ORDER[:2] and len(found) > 1 else worst


def class_of(query: exp.Query) -> AggregateClass | None:
    """The class of a query: of what it aggregates; holistic where it aggregates aggregates, None where it does neither.

    >>> from sqlglot import parse_one
    >>> class_of(parse_one("WITH a AS (SELECT k, SUM(x) AS x FROM t GROUP BY k) SELECT MAX(x) AS x FROM a"))
    'holistic'
    """
    selects = [[*node.expressions, *having(node)] for node in query.find_all(exp.Select)]
    kinds = [kind for nodes in selects if (kind := classify(nodes)) is not None]
    return kinds[0] if len(kinds) == 1 else "holistic" if kinds else None


def having(select: exp.Select) -> list[exp.Expr]:
    clause = select.args.get("having")
    return [] if clause is None else [clause]

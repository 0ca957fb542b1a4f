"""Conditions of a query as comparisons of table columns with literals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.run.seed_demands import FLIPPED, Demand, Place, like_values, literal_date
from gnomon.run.seed_scopes import Origins

Conjunction = tuple[Demand, ...]
MOST = 12
MISSING = object()
COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NullSafeEQ: "=",
    exp.NEQ: "!=",
    exp.NullSafeNEQ: "!=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}


def constant(node: exp.Expr | None) -> Any:
    """The value of a literal, MISSING where the node is more than that.

    >>> import sqlglot
    >>> [constant(sqlglot.parse_one(sql)) for sql in ("'a'", "-2", "1.5", "TRUE")]
    ['a', -2, 1.5, True]
    """
    if isinstance(node, exp.Paren):
        return constant(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Neg):
        value = constant(node.this)
        return MISSING if value is MISSING or isinstance(value, str) else -value
    if isinstance(node, (exp.Cast, exp.TryCast)):
        value = constant(node.this)
        if isinstance(value, str) and node.is_type(*exp.DataType.TEMPORAL_TYPES):
            return literal_date(value) or MISSING
        return value
    if isinstance(node, exp.Literal):
        if node.is_string:
            return node.this
        number = float(node.this)
        return int(number) if number.is_integer() and "." not in node.this else number
    return MISSING


def demands_of(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    """What one comparison asks of table columns; None for anything that is not one."""
    rule = RULES.get(type(node))
    found = rule(node, scope, origins) if rule else None
    if found and node.args.get("negate"):  # how SQLGlot keeps NOT LIKE
        return tuple(demand.opposite() for demand in found)
    return found


def compared(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    op = COMPARISONS[type(node)]
    for left, right, word in ((node.this, node.expression, op), (node.expression, node.this, FLIPPED[op])):
        value = constant(right)
        if value is MISSING:
            continue
        if isinstance(value, bool):
            word, values = ("true" if value == (word == "=") else "false"), ()
            return tuple(Demand(place, word, values) for place in origins.places(left, scope))
        return tuple(Demand(place, word, (value,)) for place in origins.places(left, scope))
    return None


def member(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    values = tuple(value for item in node.expressions if (value := constant(item)) is not MISSING)
    return tuple(Demand(place, "in", values) for place in origins.places(node.this, scope)) if values else None


def between(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    bounds = ((">=", constant(node.args["low"])), ("<=", constant(node.args["high"])))
    return tuple(
        Demand(place, op, (value,))
        for place in origins.places(node.this, scope)
        for op, value in bounds
        if value is not MISSING
    )


def matched(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    """LIKE and its relatives; of a regular expression only a plain word can be made an example."""
    pattern = constant(node.expression)
    if not isinstance(pattern, str):
        return None
    if isinstance(node, (exp.Like, exp.ILike)):
        values = like_values(pattern, isinstance(node, exp.ILike))
    elif isinstance(node, (exp.StartsWith, exp.EndsWith, exp.Contains)):
        values = like_values(
            {exp.StartsWith: f"{pattern}%", exp.EndsWith: f"%{pattern}"}.get(type(node), f"%{pattern}%")
        )
    else:
        values = (pattern, pattern.strip("^$").replace(".*", "a").replace("\\", "").split("|")[0])
    return tuple(Demand(place, "like", values) for place in origins.places(node.this, scope))


def is_value(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    words = {True: "true", False: "false"}
    op = "null" if isinstance(node.expression, exp.Null) else words.get(constant(node.expression), "not null")
    return tuple(Demand(place, op) for place in origins.places(node.this, scope))


def bare(node: exp.Expr, scope: Scope, origins: Origins) -> Conjunction | None:
    return tuple(Demand(place, "true") for place in origins.places(node, scope))


Rule = Callable[[exp.Expr, Scope, Origins], Conjunction | None]
RULES: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys(COMPARISONS, compared),
    **dict.fromkeys((exp.Like, exp.ILike, exp.StartsWith, exp.EndsWith, exp.Contains, exp.RegexpLike), matched),
    exp.In: member,
    exp.Between: between,
    exp.Is: is_value,
    exp.Column: bare,
}


def alternatives(condition: exp.Expr, scope: Scope, origins: Origins, negated: bool = False) -> list[Conjunction]:
    """The ways to pass a condition, each a conjunction; what is not understood asks nothing. At most `MOST`."""
    if isinstance(condition, exp.Paren):
        return alternatives(condition.this, scope, origins, negated)
    if isinstance(condition, exp.Not):
        return alternatives(condition.this, scope, origins, not negated)
    if isinstance(condition, (exp.And, exp.Or)):
        sides = [alternatives(side, scope, origins, negated) for side in (condition.left, condition.right)]
        if isinstance(condition, exp.And) is not negated:
            return [(*left, *right) for left, right in islice(product(*sides), MOST)]
        return [*sides[0], *sides[1]][:MOST]
    found = demands_of(condition, scope, origins)
    if not found:
        return [()]
    if not negated:
        return [found]
    if isinstance(condition, exp.Between):
        return [(demand.opposite(),) for demand in found]
    return [tuple(demand.opposite() for demand in found)]


def leaves(scope: Scope, origins: Origins) -> Iterator[Demand]:
    """Every comparison in a scope, wherever it stands."""
    for node in scope.find_all(*(kind for kind in RULES if kind is not exp.Column)):
        yield from demands_of(node, scope, origins) or ()
    for case in scope.find_all(exp.Case):
        for branch in case.args["ifs"] if case.this is not None else ():
            value = constant(branch.this)
            places: list[Place] = origins.places(case.this, scope) if value is not MISSING else []
            yield from (Demand(place, "=", (value,)) for place in places)

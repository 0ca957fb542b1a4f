"""Keep what an entity's outputs are called apart from the author's own outputs, and let ORDER BY follow them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

Made = dict[str, list[exp.Alias]]
"""The outputs that hold the entity in one SELECT, by what the output of the key was called."""

Outputs = dict[str, tuple[str, ...]]
"""What the outputs that held the key are called now: one name for each column of the entity."""


def settle_names(scope: Scope, made: Made, in_result: bool) -> Outputs:
    """Give the outputs of one SELECT their last names; those of the result are the contract's and stay."""
    select = scope.expression
    assert isinstance(select, exp.Select)
    if not in_result:
        rename_clashes(select, made, is_free_to_drop(scope))
    outputs = {old: tuple(node.alias for node in nodes) for old, nodes in made.items()}
    follow_outputs(select, outputs)
    return outputs


def is_free_to_drop(scope: Scope) -> bool:
    """Whether the outputs of a SELECT are only ever asked for by name: not of a branch, nor after IN."""
    return not scope.is_union and (scope.is_cte or scope.is_derived_table)


def rename_clashes(select: exp.Select, made: Made, may_drop: bool) -> None:
    """Rename each output of the entity that has the name of another one; where both are one value, keep the other.

    >>> from sqlglot import parse_one
    >>> query = parse_one("SELECT b.project_id AS project_id, UPPER(e.x) AS project_id")
    >>> rename_clashes(query, {"artifact_id": [query.selects[0]]}, True)
    >>> query.sql()
    'SELECT b.project_id AS project_id_, UPPER(e.x) AS project_id'
    """
    for old, nodes in made.items():
        for node in nodes:
            name = node.alias
            taken = {other.alias_or_name.lower() for other in select.selects if other is not node}
            if name not in taken or name == old:  # what has the name that the author gave it keeps it
                continue
            twins = [other for other in select.selects if other is not node and other.alias_or_name == name]
            if may_drop and node.this in [twin.unalias() for twin in twins]:
                node.pop()
            else:
                node.set("alias", exp.to_identifier(free_name(name, taken)))


def free_name(name: str, taken: Collection[str]) -> str:
    """A name with as many underscores as it takes to be nobody's.

    >>> free_name("project_id", {"project_id", "project_id_"})
    'project_id__'
    """
    while name in taken:
        name += "_"
    return name


def follow_outputs(query: exp.Query, outputs: Mapping[str, tuple[str, ...]]) -> None:
    """Let ORDER BY and DISTINCT ON name the outputs as they are called now; other names in them have a table.

    >>> from sqlglot import parse_one
    >>> query = parse_one("SELECT b.x AS x, b.y AS y, e.n AS n FROM e ORDER BY k DESC, n")
    >>> follow_outputs(query, {"k": ("x", "y")})
    >>> query.sql()
    'SELECT b.x AS x, b.y AS y, e.n AS n FROM e ORDER BY x DESC, y DESC, n'
    """
    order, distinct = query.args.get("order"), query.args.get("distinct")
    on = distinct.args.get("on") if isinstance(distinct, exp.Distinct) else None
    for holder in (order, on):
        if holder is not None:
            holder.set("expressions", [new for term in holder.expressions for new in followed(term, outputs)])


def followed(term: exp.Expr, outputs: Mapping[str, tuple[str, ...]]) -> list[exp.Expr]:
    """The terms that one term of ORDER BY or DISTINCT ON becomes."""
    column = term.this if isinstance(term, exp.Ordered) else term
    if not isinstance(column, exp.Column) or column.table or column.name not in outputs:
        return [term]
    names = [exp.column(name) for name in outputs[column.name]]
    if not isinstance(term, exp.Ordered):
        return [*names]
    terms = [term.copy() for _ in names]
    for new, name in zip(terms, names, strict=True):
        new.set("this", name)
    return [*terms]

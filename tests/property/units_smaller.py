"""A failing query made smaller: parts of its tree are left out or replaced by their own parts while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

import sqlglot
from sqlglot import exp

from property.units_cases import Case
from property.units_text import Literal, Places

SECONDS = 25.0
NAME = "SCALED"
"""The function that a literal which is scaled along is written as, while the tree is made smaller."""


def smaller(case: Case, fails: Callable[[Case], bool], seconds: float = SECONDS) -> Case:
    """The smallest case found in some seconds that fails like the given one."""
    until = monotonic() + seconds
    try:
        best = tree(case)
        if not fails(case_of(case, best)):
            return case
    except Exception:  # the parser does not write everything back as it was
        return case
    changed = True
    while changed and monotonic() < until:
        changed = False
        for candidate in candidates(best):
            if monotonic() > until:
                break
            if still(case, candidate, fails):
                best, changed = candidate, True
                break
    return case_of(case, best)


def still(case: Case, candidate: exp.Expr, fails: Callable[[Case], bool]) -> bool:
    try:
        return fails(case_of(case, candidate))
    except Exception:  # what is left is no query
        return False


def tree(case: Case) -> exp.Expr:
    places = [
        replace(place, form=place.form.format(f"{NAME}({at})")) if isinstance(place, Literal) else place
        for at, place in enumerate(case.pen.places.found)
    ]
    written = Places(list(places))
    for at, place in enumerate(places):
        if isinstance(place, Literal):
            written.found[at] = replace(place, form=place.form.replace("{", "{{").replace("}", "}}"))
    return sqlglot.parse_one(written.text(case.text), read="duckdb")


def case_of(case: Case, query: exp.Expr) -> Case:
    """The case with another query; its literals are marks again."""
    places, text = Places(), query.sql("duckdb")
    for at, place in enumerate(case.pen.places.found):
        if isinstance(place, Literal) and f"{NAME}({at})" in text:
            text = text.replace(f"{NAME}({at})", places.mark(replace(place, form="{}")))
    return replace(case, text=text, pen=replace(case.pen, places=places))


def candidates(query: exp.Expr) -> Iterator[exp.Expr]:
    """The tree with one part less, the largest parts first."""
    nodes = list(query.bfs())
    for at, node in enumerate(nodes):
        for change in changes(node):
            copy = query.copy()
            target = list(copy.bfs())[at]
            if (made := change(target)) is not None:
                yield copy if target is not copy else made


def changes(node: exp.Expr) -> Iterator[Callable[[exp.Expr], exp.Expr | None]]:
    """What can be left out at a node."""
    if isinstance(node, exp.Select):
        for name in ("where", "having", "qualify", "order", "limit", "joins", "with_", "group"):
            if node.args.get(name):
                yield lambda found, name=name: unset(found, name)  # type: ignore[misc]
        if len(node.expressions) > 1:
            for at in range(len(node.expressions)):
                yield lambda found, at=at: without(found, at)  # type: ignore[misc]
    if isinstance(node, exp.With) and len(node.expressions) > 1:
        for at in range(len(node.expressions)):
            yield lambda found, at=at: without(found, at)  # type: ignore[misc]
    if isinstance(node, exp.SetOperation):
        yield lambda found: found.replace(found.this)
        yield lambda found: found.replace(found.expression)
    if not isinstance(node, exp.Query | exp.Column | exp.Alias | exp.From | exp.Table):
        for at, child in enumerate(parts(node)):
            if not isinstance(child, exp.Identifier | exp.DataType | exp.Var):
                yield lambda found, at=at: found.replace(parts(found)[at])  # type: ignore[misc]


def parts(node: exp.Expr) -> list[exp.Expr]:
    return list(node.iter_expressions())


def unset(node: exp.Expr, name: str) -> exp.Expr:
    node.set(name, None)
    return node


def without(node: exp.Expr, at: int) -> exp.Expr:
    node.set("expressions", [child for place, child in enumerate(node.expressions) if place != at])
    return node

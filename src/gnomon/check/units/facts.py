"""What WHERE, CASE and ON say of a key column: which of its values a row can still have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from gnomon.check.units.answers import constant, evaluate, is_same, terms_of
from gnomon.check.units.logic import MAYBE, spelled_out, truth


@dataclass(frozen=True, slots=True)
class Fact:
    """A predicate that is true for each row, or, with `holds` False, true for none."""

    predicate: exp.Expr
    holds: bool = True

    def allows(self, key: exp.Expr, value: str | None) -> bool:
        """Whether a row whose key has this value can be there."""
        answer = truth(evaluate(self.predicate, key, value))
        return answer in (True, MAYBE) if self.holds else answer is not True


def conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """The terms of a condition that all have to be true."""
    stack = [node] if node is not None else []
    while stack:
        term = stack.pop()
        if isinstance(term, exp.Paren):
            stack.append(term.this)
        elif isinstance(term, exp.And):
            stack += [term.expression, term.this]
        else:
            yield term


def texts(facts: Iterable[Fact]) -> dict[str, None]:
    """Every text that the facts compare with, in order."""
    comparisons = (node for fact in facts for node in fact.predicate.find_all(exp.EQ, exp.In))
    parts = (part for node in comparisons for part in node.iter_expressions())
    found = (spelled_out(constant(part)) for part in parts if isinstance(part, exp.Literal | exp.Boolean))
    return dict.fromkeys(text for text in found if isinstance(text, str))


def pinned(fact: Fact, key: exp.Expr) -> str | None:
    """The one text that a fact leaves: `key = 'a'`. A number may be what several texts say."""
    term = fact.predicate
    if fact.holds and isinstance(term, exp.EQ):
        for one, other in ((term.this, term.expression), (term.expression, term.this)):
            if isinstance(other, exp.Literal) and other.is_string and is_same(one, key):
                return str(other.name)
    return None


def stated(facts: Iterable[Fact], alias: str, name: str) -> str | None:
    """The text that facts say a column is equal to."""
    for term in (fact.predicate for fact in facts if fact.holds and isinstance(fact.predicate, exp.EQ)):
        for side, other in ((term.this, term.expression), (term.expression, term.this)):
            is_it = isinstance(side, exp.Column) and side.name == name and side.table in (alias, "")
            if is_it and isinstance(other, exp.Literal) and other.is_string:
                return str(other.name)
    return None


def is_list(node: exp.Expr, key: exp.Expr) -> bool:
    """Whether a predicate is true only for keys that it spells out: `key = 'a' OR UPPER(key) IN ('B', 'C')`."""
    if isinstance(node, exp.Or):
        return all(is_list(term, key) for term in terms_of(node))
    if isinstance(node, exp.And):
        return any(is_list(term, key) for term in terms_of(node))
    if isinstance(node, exp.Paren):
        return is_list(node.this, key)
    inner = node.this
    while isinstance(inner, exp.Upper | exp.Lower | exp.Coalesce | exp.Paren):
        inner = inner.this
    listed = [node.expression] if isinstance(node, exp.EQ) else node.expressions if isinstance(node, exp.In) else []
    is_null = isinstance(node, exp.Is) and isinstance(node.expression, exp.Null)
    are_constant = bool(listed) and all(isinstance(item, exp.Literal) for item in listed)
    return isinstance(inner, exp.Column) and is_same(inner, key) and (are_constant or is_null)

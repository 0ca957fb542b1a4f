"""SQL keeps what it means where it was written: each expression as the engine that runs it has to be told.

SQLGlot translates names and forms. What it leaves different is corrected by tables of rules, one for each pair of
dialects, before it writes: a rule is by class, or by name for a function that SQLGlot has no class for.

    text        SQL of the other dialect, with the parts of the expression for `:this`, `:expression`, `:e0`, `:e1`
    function    the same, where it depends on types or values: a tree, a text, None to leave it, or a refusal
    Refused     no way to say it there
    Unsure      a text, where that is a guess
    SAME        nothing to do

A function without a rule is passed on, and warned of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one

from gnomon.errors import Problem, UsageError


@dataclass(frozen=True, slots=True)
class Refused:
    """What has no equal: why, and what to write instead."""

    why: str
    help: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """What is said as well as can be, and warned of: types are not known that it depends on."""

    sql: exp.Expr | str | None = None


Answer = exp.Expr | str | Refused | Unsure | None
Rule = str | Refused | Unsure | Callable[[exp.Expr], Answer] | None
Rules = Mapping[type[exp.Expr] | str, Rule]
SAME: Rule = None
LARGEST = 5_000
"""Parts that one rule may make: rules that repeat their argument, one in the other, would make any number of them."""
ARGUMENTS = Refused("its arguments are not those that it has there", "look up what it takes")
NESTED = Refused("it nests too deep to be said there", "compute it in steps, each in a node of its own")

OPERATORS = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Is, exp.Bracket, exp.Interval)
CLOSED = (exp.Paren, exp.Dot, exp.Bracket, exp.Interval, exp.Func)
"""What stands for itself, whatever is next to it; And, Or and `->` are functions to SQLGlot, and operators as well."""


def keep(tree: exp.Expr, rules: Rules, dialect: str, written: str) -> tuple[exp.Expr, list[Problem]]:
    """A tree as a dialect has to be told it, and what to warn of. The tree is changed.

    `written` names the dialect it was written in. Raises UsageError `meaning_differs` with all that cannot be kept.
    """
    refused: dict[str, Problem] = {}
    unknown: dict[str, None] = {}
    for node in reversed(list(tree.walk(bfs=False))):
        key = key_of(node)
        if key not in rules:
            if isinstance(node, exp.Func):
                unknown[name_of(node)] = None
            continue
        answer = answer_of(rules[key], node, dialect)
        if isinstance(answer, Refused):
            shown = node.sql(written)[:80]
            message = f"'{shown}' has another meaning in {dialect}: {answer.why}"
            refused[shown] = Problem("meaning_differs", message, help=answer.help)
            if answer is NESTED:
                break
            continue
        if isinstance(answer, Unsure):
            unknown[name_of(node)] = None
            answer = answer.sql
        if isinstance(answer, exp.Expr):
            tree = put(tree, node, answer)
    if refused:
        raise UsageError(*refused.values())
    return tree, [unchecked(name, dialect, written) for name in sorted(unknown)]


def answer_of(rule: Rule, node: exp.Expr, dialect: str) -> Answer:
    """What a rule says of a node, with its texts filled in."""
    try:
        answer = rule(node) if callable(rule) else rule
        if isinstance(answer, Unsure) and isinstance(answer.sql, str):
            return Unsure(fill(answer.sql, node, dialect))
        made = fill(answer, node, dialect) if isinstance(answer, str) else answer
    except (LookupError, ValueError):
        return ARGUMENTS
    too_large = isinstance(made, exp.Expr) and sum(1 for _ in made.walk()) > LARGEST
    return NESTED if too_large else made


def key_of(node: exp.Expr) -> type[exp.Expr] | str:
    """What a node's rule is found by."""
    return node.name.upper() if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else type(node)


def name_of(node: exp.Expr) -> str:
    """A function as it is called."""
    key = key_of(node)
    return key if isinstance(key, str) else getattr(node, "sql_name", lambda: node.key.upper())()


def unchecked(name: str, dialect: str, written: str) -> Problem:
    """A function that is passed on as it is."""
    message = f"whether {name} means in {dialect} what it means in {written} is not known"
    help = "give the columns of sources their types, or compare its values"
    return Problem("meaning_unchecked", message, severity="warning", help=help)


def put(tree: exp.Expr, node: exp.Expr, made: exp.Expr) -> exp.Expr:
    """A tree with a part in the place of another, in parentheses where what is around it would take it apart."""
    if made is node:
        return tree
    known = node.type
    around = node.parent
    if is_open(made) and isinstance(around, OPERATORS):
        made = exp.Paren(this=made)
    if known is not None:
        made.type = known
    if node is tree:
        return made
    node.replace(made)
    return tree


def fill(text: str, node: exp.Expr, dialect: str) -> exp.Expr:
    """A rule's text with the parts of an expression in it."""
    made = template(text, dialect).copy()
    parts = dict(parts_of(node))
    if isinstance(made, exp.Placeholder):
        return parts[made.name].copy()
    for mark in list(made.find_all(exp.Placeholder)):
        part = parts[mark.name].copy()
        mark.replace(exp.Paren(this=part) if is_open(part) and isinstance(mark.parent, OPERATORS) else part)
    return made


def parts_of(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """The parts of an expression by the names that rules have for them; `self` is the whole of it."""
    yield "self", node
    yield from ((key, value) for key, value in node.args.items() if isinstance(value, exp.Expr))
    yield from ((f"e{at}", each) for at, each in enumerate(node.expressions))


def is_open(tree: exp.Expr) -> bool:
    """Whether what stands next to an expression may take it apart."""
    closed = isinstance(tree, CLOSED) and not isinstance(tree, exp.Connector | exp.JSONExtract)
    return isinstance(tree, OPERATORS) and not closed


@lru_cache(1_024)
def template(text: str, dialect: str) -> exp.Expr:
    """A rule's text, read once."""
    return parse_one(text, dialect=dialect)

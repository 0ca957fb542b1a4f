"""Filters and orders that callers write: let through where every part of the tree is on a list, and never as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp, parse_one

from gnomon.catalog.sql.words import names_in, with_names
from gnomon.errors import Problem, UsageError
from gnomon.limits import limit
from gnomon.rewrite.parse import UNREADABLE

LOGIC = (exp.And, exp.Or, exp.Not, exp.Paren, exp.Case, exp.If, exp.Coalesce, exp.Nullif)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In)
PATTERNS = (exp.Between, exp.Like, exp.ILike, exp.RegexpLike, exp.Escape)
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil)
VALUES = (exp.Literal, exp.Boolean, exp.Null, exp.Column, exp.Identifier, exp.Cast, exp.TryCast, exp.DataType)
DATES = (
    *(exp.Interval, exp.Var, exp.CurrentDate, exp.CurrentTimestamp, exp.Year, exp.Quarter, exp.Month, exp.Day),
    *(exp.Week, exp.DayOfWeek, exp.DayOfMonth, exp.DayOfYear, exp.Extract, exp.DateTrunc, exp.TimestampTrunc),
    *(exp.DateAdd, exp.DateSub, exp.DateDiff, exp.TsOrDsAdd, exp.TsOrDsDiff, exp.TsOrDsToDate, exp.Date),
)
TEXTS = (exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Concat, exp.StartsWith)
ALLOWED = frozenset({*LOGIC, *COMPARISONS, *PATTERNS, *ARITHMETIC, *VALUES, *DATES, *TEXTS})
HELP = "a filter compares metrics and dimensions with values: =, <, IN (...), LIKE, BETWEEN, IS NULL, AND, OR, NOT"
WORD = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of those that all have to hold, and the names in it."""

    tree: exp.Expr
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Ordering:
    """A name to order by. `nulls_first` is as the authored dialect has it, so that engines agree."""

    name: str
    descending: bool
    nulls_first: bool


def read_filter(text: str, dialect: str) -> tuple[Condition, ...]:
    """The conditions of a filter, parts of its AND each by itself. Raises UsageError `bad_filter`.

    >>> [condition.names for condition in read_filter("d.year[ship] = 2020 AND (d.x = 1 OR m > 3)", "spark")]
    [('d.year[ship]',), ('d.x', 'm')]
    """
    if len(text) > limit("filter_length"):
        raise bad(text, f"a filter may have {limit('filter_length')} characters")
    try:
        tree = with_names(parse_one(text, into=exp.Condition, dialect=dialect))
        check(tree, text)
        if not names_in(tree):
            raise bad(text, "it names no metric and no dimension")
        parts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
        return tuple(Condition(part, tuple(names_in(part)), text) for part in parts)
    except UNREADABLE:
        raise bad(text, "it is not one SQL condition") from None
    except RecursionError:
        raise bad(text, "it nests too deep") from None


def check(tree: exp.Expr, text: str) -> None:
    """Refuse a tree with parts that are not listed."""
    for node in tree.walk():
        node.pop_comments()
        builtin = not isinstance(node, exp.DataType) or node.this is not exp.DataType.Type.USERDEFINED
        word = not isinstance(node, exp.Var) or WORD.fullmatch(node.name) is not None
        if type(node) not in ALLOWED or not builtin or not word:
            raise bad(text, f"'{node.sql('spark')[:80]}' is not allowed in a filter")


def read_order(text: str, dialect: str) -> Ordering:
    """An order such as `shop.revenue DESC`. Raises UsageError `bad_order`.

    >>> read_order("d.year[ship] desc", "spark")
    Ordering(name='d.year[ship]', descending=True, nulls_first=False)
    """
    help = "an order is a metric or dimension of the request, with ASC or DESC"
    try:
        tree = parse_one(text, into=exp.Ordered, dialect=dialect)
    except UNREADABLE:
        tree = None
    named = with_names(tree.this) if isinstance(tree, exp.Ordered) else None
    if not isinstance(tree, exp.Ordered) or not isinstance(named, exp.Column) or tree.args.get("with_fill"):
        raise UsageError(Problem("bad_order", f"'{text[:80]}' is no order", help=help))
    return Ordering(named.name, bool(tree.args.get("desc")), bool(tree.args.get("nulls_first")))


def bad(text: str, message: str) -> UsageError:
    """A filter that is refused."""
    shown = text if len(text) <= 80 else f"{text[:80]}..."
    return UsageError(Problem("bad_filter", f"the filter {shown!r}: {message}", help=HELP))

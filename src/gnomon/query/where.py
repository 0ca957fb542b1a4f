"""Filters that callers write, let through only where every part of the tree is on a list.

A filter is rebuilt node by node from comparisons, IN, LIKE, BETWEEN, IS NULL, AND, OR and NOT over contract columns and
literals. What is not listed below does not come through, whatever SQLGlot learns to parse later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlglot import exp, parse

from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.limits import limit
from gnomon.rewrite.parse import UNREADABLE
from gnomon.source import Source

Columns = Mapping[str, exp.Expr]
"""What a name in a filter stands for, by lower-case name."""

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike)
LOGIC = (exp.And, exp.Or)
TIME_TYPES: Mapping[Any, Callable[[str], object]] = {
    exp.DataType.Type.DATE: date.fromisoformat,
    exp.DataType.Type.TIMESTAMP: datetime.fromisoformat,
}
ALLOWED = "a filter compares columns with literals: =, <>, <, <=, >, >=, IN (...), LIKE, BETWEEN, IS NULL, AND, OR, NOT"


def parse_where(text: str, columns: Columns, dialect: str = "duckdb") -> exp.Expr:
    """The condition that a caller wrote, rebuilt from allowed parts only.

    >>> parse_where("carrier = 'UA' and not amount > 3", {"carrier": exp.column("c"), "amount": exp.column("n")}).sql()
    "c = 'UA' AND NOT n > 3"

    Raises UsageError `bad_filter` for anything else, and `unknown_column` for a column that is not in `columns`.
    """
    source = Source("where", text)
    if len(text) > limit("filter_length"):
        raise refusal(source, f"a filter may have {limit('filter_length')} characters")
    try:
        trees = parse(f"SELECT 1 WHERE {text}\n", dialect=dialect)
    except UNREADABLE:
        raise refusal(source, "the filter is not SQL") from None
    where = only_where(trees)
    if where is None:
        raise refusal(source, "the filter is not one condition")
    try:
        return rebuild(where, columns, source)
    except RecursionError:
        raise refusal(source, "the filter nests too deep") from None


def only_where(trees: list[exp.Expr | None]) -> exp.Expr | None:
    """The condition, if the text around it was nothing but that."""
    if len(trees) != 1 or not isinstance(trees[0], exp.Select):
        return None
    where = trees[0].args.pop("where", None)
    rest = {name for name, value in trees[0].args.items() if value}
    return where.this if where is not None and rest == {"expressions"} else None


def rebuild(node: exp.Expr, columns: Columns, source: Source) -> exp.Expr:
    """An allowed condition, made anew."""

    def again(part: exp.Expr) -> exp.Expr:
        return rebuild(part, columns, source)

    if isinstance(node, LOGIC):
        operands = [again(part) for part in node.flatten(unnest=False)]  # a long chain is a deep tree
        return exp.and_(*operands) if isinstance(node, exp.And) else exp.or_(*operands)
    if isinstance(node, exp.Paren) and only(node, "this"):
        return exp.Paren(this=again(node.this))
    if isinstance(node, exp.Not) and only(node, "this"):
        return exp.Not(this=again(node.this))
    return predicate(node, columns, source)


def predicate(node: exp.Expr, columns: Columns, source: Source) -> exp.Expr:
    """One comparison of a column with literals."""
    if isinstance(node, COMPARISONS) and only(node, "this", "expression", "negate"):
        sides = {"this": node.this, "expression": node.expression}
        built = type(node)(**{name: operand(side, columns, source) for name, side in sides.items()})
        if sum(isinstance(side, exp.Column) for side in sides.values()) != 1:
            raise refusal(source, f"'{node.sql('duckdb')}' does not compare a column with a literal")
        return exp.Not(this=built) if node.args.get("negate") else built
    if isinstance(node, exp.In) and only(node, "this", "expressions") and node.expressions:
        values = [literal(value, source) for value in node.expressions]
        return exp.In(this=column(node.this, columns, source), expressions=values)
    if isinstance(node, exp.Between) and only(node, "this", "low", "high"):
        low, high = (literal(node.args[side], source) for side in ("low", "high"))
        return exp.Between(this=column(node.this, columns, source), low=low, high=high)
    if isinstance(node, exp.Is) and only(node, "this", "expression") and isinstance(node.expression, exp.Null):
        return exp.Is(this=column(node.this, columns, source), expression=exp.Null())
    raise refusal(source, f"'{node.sql('duckdb')}' is not allowed in a filter")


def only(node: exp.Expr, *known: str) -> bool:
    """Whether a node carries nothing but these arguments."""
    return all(name in known for name, value in node.args.items() if value)


def operand(node: exp.Expr, columns: Columns, source: Source) -> exp.Expr:
    return column(node, columns, source) if isinstance(node, exp.Column) else literal(node, source)


def column(node: exp.Expr, columns: Columns, source: Source) -> exp.Expr:
    """What a column's name stands for."""
    if not isinstance(node, exp.Column) or not only(node, "this") or not isinstance(node.this, exp.Identifier):
        raise refusal(source, f"'{node.sql('duckdb')}' is not a column")
    known = columns.get(node.name.lower())
    if known is None:
        start = node.this.meta.get("start", 15) - 15
        span = source.span(max(0, start), start + len(node.name))
        hint = did_you_mean(node.name.lower(), columns)
        raise UsageError(Problem("unknown_column", f"there is no column '{node.name}' to filter on", span, help=hint))
    return known.copy()


def literal(node: exp.Expr, source: Source) -> exp.Expr:
    """A number, a text, TRUE or FALSE, or a DATE or TIMESTAMP literal."""
    if isinstance(node, exp.Literal):
        return exp.Literal(this=node.this, is_string=node.is_string)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return exp.Neg(this=exp.Literal.number(node.this.this))
    if isinstance(node, exp.Boolean):
        return exp.Boolean(this=bool(node.this))
    if isinstance(node, exp.Cast) and only(node, "this", "to") and isinstance(node.this, exp.Literal):
        reader = TIME_TYPES.get(node.to.this)
        if reader is not None and not node.to.expressions and is_valid(reader, node.this.this):
            return exp.cast(exp.Literal.string(node.this.this), node.to.this)
    raise refusal(source, f"'{node.sql('duckdb')}' is not a literal")


def is_valid(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def refusal(source: Source, message: str) -> UsageError:
    return UsageError(Problem("bad_filter", message, source.span(0, len(source.text)), help=ALLOWED))

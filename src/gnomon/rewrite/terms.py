"""The small trees that dates in SQL are made of: literals, casts, calls and intervals."""

from __future__ import annotations

from datetime import date, datetime

from sqlglot import exp

Type = exp.DataType.Type
SPARK = ("spark", "databricks")


def text(value: str) -> exp.Expr:
    """A string literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """An integer literal; negative numbers are a minus and a literal."""
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A function call that is generated as it stands."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def operand(tree: exp.Expr) -> exp.Expr:
    """A tree that may stand beside an operator: in parentheses if it has an operator of its own."""
    return exp.Paren(this=tree) if isinstance(tree, exp.Binary | exp.Neg | exp.Interval) else tree


def cast(tree: exp.Expr, kind: exp.DType, *, nullable: bool | None = None) -> exp.Expr:
    """CAST(tree AS kind), without a second cast around the same one."""
    if isinstance(tree, exp.Cast) and not isinstance(tree, exp.TryCast) and tree.to.this == kind:
        return tree
    return exp.Cast(this=tree, to=exp.DataType(this=kind, nullable=nullable))


def uncast(tree: exp.Expr) -> exp.Expr:
    """A truncation without the cast to DATE around it: it is a midnight already, and what holds it is cast in turn."""
    if isinstance(tree, exp.Cast) and tree.to.this == Type.DATE and isinstance(tree.this, exp.TimestampTrunc):
        return tree.this
    return tree


def interval(count: int, unit: str) -> exp.Expr:
    """INTERVAL 'count' unit."""
    return exp.Interval(this=text(str(count)), unit=exp.var(unit))


def plus(tree: exp.Expr, unit: str, count: int | exp.Expr) -> exp.Expr:
    """`tree + INTERVAL`, with a minus for a negative count.

    >>> plus(exp.column("day"), "MONTH", -3).sql("postgres")
    "day - INTERVAL '3 MONTH'"
    """
    tree = uncast(tree)
    if isinstance(count, int):
        sign = exp.Sub if count < 0 else exp.Add
        return sign(this=operand(tree), expression=interval(abs(count), unit))
    return exp.Add(this=operand(tree), expression=exp.Mul(this=operand(count), expression=interval(1, unit)))


def date_literal(day: date) -> exp.Expr:
    """A constant DATE.

    >>> date_literal(date(2024, 1, 31)).sql()
    "CAST('2024-01-31' AS DATE)"
    """
    return cast(text(f"{day:%Y-%m-%d}"), Type.DATE, nullable=False)


def clock_type(dialect: str) -> exp.DType:
    """The type of a timestamp without zone; Spark's TIMESTAMP is an instant."""
    return Type.TIMESTAMPNTZ if dialect in SPARK else Type.TIMESTAMP


def timestamp_literal(moment: datetime, dialect: str = "duckdb") -> exp.Expr:
    """A constant TIMESTAMP without zone; microseconds only where there are some.

    >>> timestamp_literal(datetime(2024, 1, 31, 5)).sql("bigquery")
    "CAST('2024-01-31 05:00:00' AS DATETIME)"
    """
    return cast(text(moment.replace(tzinfo=None).isoformat(" ")), clock_type(dialect), nullable=False)

"""The types of Spark's expressions where SQLGlot says another one, or none: decimals grow, parts of dates are integers.

`METADATA` is for `annotate_types`: SQLGlot's own, with a rule before it for each class below. A rule answers a type, or
None to leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.optimizer.annotate_types import TypeAnnotator

WIDEST, KEPT = 38, 6
"""Digits of the widest decimal, and those after the point that a result keeps where it has to lose some."""
DIGITS = {exp.DType.TINYINT: 3, exp.DType.SMALLINT: 5, exp.DType.INT: 10, exp.DType.BIGINT: 20}
"""Digits of the decimal that a whole number is beside a decimal."""

Size = tuple[int, int]
"""A decimal's digits in all, and those after the point."""
Type = exp.DataType | exp.DType
Rule = Callable[[Any], Type | None]


def size_of(node: exp.Expr, as_written: bool = True) -> Size | None:
    """The decimal that a number is beside decimals, None where it is none; a literal is as wide as it is written.

    >>> [size_of(exp.Literal.number(text)) for text in ("2", "1.50", "0.5", "1e3")]
    [(1, 0), (3, 2), (1, 1), None]
    """
    literal = node.unnest()
    if isinstance(literal, exp.Literal) and literal.is_number and (as_written or "." in literal.name):
        whole, _, part = literal.name.partition(".")
        return None if "e" in literal.name.lower() else (max(1, len(whole.lstrip("0") + part)), len(part))
    found = node.type
    if found is None or not found.is_type("decimal"):
        return (DIGITS[found.this], 0) if found is not None and found.this in DIGITS else None
    written = [int(each.name) for each in found.expressions]
    return (written[0], written[1] if len(written) > 1 else 0) if written else (10, 0)


def is_decimal(node: exp.Expr) -> bool:
    """Whether an expression is a decimal; a literal with a point is."""
    literal = node.unnest()
    if isinstance(literal, exp.Literal):
        return literal.is_number and "." in literal.name and size_of(literal) is not None
    return node.type is not None and node.is_type("decimal")


def decimal(digits: int, after: int) -> exp.DataType:
    """A decimal that fits: digits before the point are kept before those after it.

    >>> decimal(21, 4).sql("spark"), decimal(48, 20).sql("spark"), decimal(60, 5).sql("spark")
    ('DECIMAL(21, 4)', 'DECIMAL(38, 10)', 'DECIMAL(38, 5)')
    """
    if digits > WIDEST:
        digits, after = WIDEST, max(WIDEST - (digits - after), min(after, KEPT))
    return exp.DataType.build(f"decimal({digits}, {after})", dialect="spark")


# Sizes of what is computed


def product(left: Size, right: Size) -> Size:
    return left[0] + right[0] + 1, left[1] + right[1]


def total(left: Size, right: Size) -> Size:
    digits, after = wider(left, right)
    return digits + 1, after


def quotient(left: Size, right: Size) -> Size:
    after = max(KEPT, left[1] + right[0] + 1)
    return left[0] - left[1] + right[1] + after, after


def remainder(left: Size, right: Size) -> Size:
    after = max(left[1], right[1])
    return min(left[0] - left[1], right[0] - right[1]) + after, after


def wider(left: Size, right: Size) -> Size:
    after = max(left[1], right[1])
    return max(left[0] - left[1], right[0] - right[1]) + after, after


# Rules


def computed(size: Callable[[Size, Size], Size]) -> Rule:
    """Arithmetic of decimals, of which one beside a double is a double."""

    def type_of(node: Any) -> Type | None:
        sides = node.left, node.right
        if not any(map(is_decimal, sides)):
            return None
        left, right = map(size_of, sides)
        doubles = any(each.is_type(*exp.DataType.FLOAT_TYPES) and not is_decimal(each) for each in sides)
        return decimal(*size(left, right)) if left and right else exp.DType.DOUBLE if doubles else None

    return type_of


def chosen(among: Callable[[Any], Iterable[exp.Expr | None]]) -> Rule:
    """One of several values, of which some are decimals: wide enough for each."""

    def type_of(node: Any) -> Type | None:
        values = [each for each in among(node) if each is not None and not isinstance(each, exp.Null)]
        if not any(map(is_decimal, values)):
            return None
        sizes = [size for each in values if (size := size_of(each, as_written=False)) is not None]
        if len(sizes) < len(values):
            floats = any(each.is_type(*exp.DataType.FLOAT_TYPES) and not is_decimal(each) for each in values)
            return exp.DType.DOUBLE if floats else None
        found = sizes[0]
        for size in sizes[1:]:
            found = wider(found, size)
        return decimal(*found)

    return type_of


def grown(digits: int, after: int) -> Rule:
    """An aggregate of decimals, some digits wider in all, and after the point."""

    def type_of(node: Any) -> Type | None:
        size = size_of(node.this) if is_decimal(node.this) else None
        return size and decimal(min(WIDEST, size[0] + digits), min(WIDEST, size[1] + after))

    return type_of


def rounded(node: Any) -> Type | None:
    """A decimal with as many digits after the point as are asked for; of other numbers, a whole one stays whole."""
    places = node.args.get("decimals")
    size = size_of(node.this) if is_decimal(node.this) else None
    if size is None or (places is not None and not places.is_int):
        return node.this.type if node.this.is_type(*exp.DataType.INTEGER_TYPES) else None
    after = max(0, min(size[1], int(places.to_py()) if places is not None else 0))
    return decimal(size[0] - size[1] + 1 + after, after)


def whole(node: Any) -> Type | None:
    """A number without what is after its point: a decimal of a decimal."""
    size = size_of(node.this) if is_decimal(node.this) else None
    return decimal(size[0] - size[1] + 1, 0) if size else exp.DType.BIGINT


def same(node: Any) -> Type | None:
    return node.this.type  # type: ignore[no-any-return]


INTEGERS = (
    *(exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeek),
    *(exp.DayOfYear, exp.Hour, exp.Minute, exp.Second, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile),
)
RULES: dict[type[exp.Expr], Rule] = {
    **{each: lambda node: exp.DType.INT for each in INTEGERS},
    exp.Mul: computed(product),
    exp.Add: computed(total),
    exp.Sub: computed(total),
    exp.Div: computed(quotient),
    exp.Mod: computed(remainder),
    exp.Sum: grown(10, 0),
    exp.Avg: grown(4, 4),
    exp.Case: chosen(lambda node: [*(each.args["true"] for each in node.args["ifs"]), node.args.get("default")]),
    exp.If: chosen(lambda node: [node.args["true"], node.args.get("false")]),
    exp.Coalesce: chosen(lambda node: [node.this, *node.expressions]),
    exp.Greatest: chosen(lambda node: [node.this, *node.expressions]),
    exp.Least: chosen(lambda node: [node.this, *node.expressions]),
    exp.Round: rounded,
    exp.Floor: whole,
    exp.Ceil: whole,
    exp.Lag: same,
    exp.Lead: same,
    exp.FirstValue: same,
    exp.LastValue: same,
    exp.Median: lambda node: exp.DType.DOUBLE,
    exp.TimestampTrunc: lambda node: exp.DType.TIMESTAMP,
    exp.DateTrunc: lambda node: exp.DType.DATE,
}


def annotator(kind: type[exp.Expr], rule: Rule) -> Callable[[TypeAnnotator, Any], Any]:
    """A rule as SQLGlot takes it, with its own behind."""
    own = Spark.EXPRESSION_METADATA.get(kind) or {}

    def annotate(types: TypeAnnotator, node: Any) -> Any:
        found = rule(node)
        if found is None and "annotator" in own:
            return own["annotator"](types, node)
        types._set_type(node, found if found is not None else own.get("returns", exp.DType.UNKNOWN))
        return node

    return annotate


METADATA: Any = {
    **Spark.EXPRESSION_METADATA,
    **{kind: {"annotator": annotator(kind, rule)} for kind, rule in RULES.items()},
}

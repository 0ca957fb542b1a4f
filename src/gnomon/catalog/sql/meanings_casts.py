"""Casts, and numbers in texts: what Spark makes of a value of another type, said to DuckDB.

The rules go by the types that the catalog gives columns. Where a type is not known, a cast to whole numbers takes
the value for a number or a text.
"""

from __future__ import annotations

import re

from sqlglot import exp

from gnomon.catalog.sql.known_types import DATE, FLAG, FLOATING, NUMBER, TEXT, TIME, WHOLE, kind
from gnomon.catalog.sql.meanings import Answer, Refused, Unsure, fill

SIZES = {exp.DType.TINYINT: 1, exp.DType.SMALLINT: 2, exp.DType.INT: 4, exp.DType.BIGINT: 8}
SECONDS = "EPOCH(CAST(:this AS TIMESTAMPTZ))"
DIGITS = r"REGEXP_EXTRACT(TRIM(:this), '^([+-]?[0-9]+)([.][0-9]*)?$', 1)"
PART_OF_DATE = re.compile(r"\s*(\d{4})(?:-(\d{1,2}))?\s*", re.ASCII)
LITERAL = Refused("a literal with BD is read as one without places", "write it without BD, or CAST it with its places")
DOUBLES = Refused(
    "engines write a double's digits and exponents each in their own way",
    "cast it to a decimal, or round it to a whole number, before it becomes a text",
)


def cast(node: exp.Expr) -> Answer:
    """CAST and TRY_CAST by what is cast to what; null where a text says nothing of the kind."""
    to, source = node.args["to"].this, kind(node.this)
    if to in SIZES:
        return to_whole(node, to, source)
    if source is exp.DType.UNKNOWN and to in FLOATING | TIME | {exp.DType.DECIMAL}:
        return Unsure("TRY_CAST(:this AS " + node.args["to"].sql("duckdb") + ")")
    if source in TIME and to in FLOATING | {exp.DType.DECIMAL}:
        return f"CAST({SECONDS} AS {node.args['to'].sql('duckdb')})"
    if to in TIME and source in NUMBER:
        return "TO_TIMESTAMP(:this)"
    if to in TEXT:
        return to_text(node, source)
    if to is exp.DType.DECIMAL and not node.args["to"].expressions:
        return LITERAL if node.this.is_number else "TRY_CAST(:this AS DECIMAL(10, 0))"
    if to in DATE and source in TEXT and (day := first_day(node.this)) is not None:
        return day
    return tried(node)


def tried(node: exp.Expr) -> Answer:
    """TRY_CAST, also for INT(x), whose class says to fail."""
    if type(node) is exp.TryCast:
        return None
    return exp.TryCast(this=node.this.copy(), to=node.args["to"].copy())


def to_whole(node: exp.Expr, to: exp.DType, source: exp.DType) -> Answer:
    """A cast to a whole number cuts off. A number that is too large is an error here, not another number."""
    size = to.value
    if node.args.get("safe") and source not in WHOLE:
        return Refused("TRY_CAST of a text with a fraction is null in Spark", "write CAST")
    if source in DATE:
        return f"CAST(NULL AS {size})"
    if source in FLAG:
        return f"CAST(:this AS {size})"
    if source in WHOLE:
        return None if SIZES.get(source, 8) < SIZES[to] else f"CAST(:this AS {size})"
    if source in TIME:
        return f"CAST(FLOOR({SECONDS}) AS {size})"
    if source in TEXT:
        return f"TRY_CAST({DIGITS} AS {size})"
    if source in NUMBER:
        return f"CAST(TRUNC(:this) AS {size})"
    return Unsure(f"TRY_CAST(TRUNC(TRY_CAST(:this AS DECIMAL(38, 18))) AS {size})")


def to_text(node: exp.Expr, source: exp.DType) -> Answer:
    """A cast to a text: times without an offset."""
    if source in FLOATING:
        return DOUBLES
    return "CAST(CAST(:this AS TIMESTAMP) AS TEXT)" if source in TIME else tried(node)


def first_day(text: exp.Expr) -> str | None:
    """The date that a literal year or month means, as SQL; None of any other text.

    >>> first_day(exp.Literal.string("2024-2")), first_day(exp.Literal.string("2024-02-03"))
    ("CAST('2024-02-01' AS DATE)", None)
    """
    found = PART_OF_DATE.fullmatch(text.name) if text.is_string else None
    return found and f"CAST('{found[1]}-{int(found[2] or 1):02}-01' AS DATE)"


def called(name: str) -> Convert:
    """The rule of a type's name that is called like a function: BIGINT(x)."""
    return Convert(name)


class Convert:
    """A cast that is written as a call."""

    def __init__(self, name: str) -> None:
        self.to = exp.DataType.build(name, dialect="spark")

    def __call__(self, node: exp.Expr) -> Answer:
        made = exp.TryCast(this=node.expressions[0].copy(), to=self.to.copy())
        answer = cast(made)
        if isinstance(answer, Unsure) and isinstance(answer.sql, str):
            return Unsure(fill(answer.sql, made, "duckdb"))
        return fill(answer, made, "duckdb") if isinstance(answer, str) else answer or made


def cut(node: exp.Expr) -> Answer:
    """A cast on an engine that rounds: a number is cut off first, what may be a text is not known to be alike."""
    to, source = node.args["to"].this, kind(node.this)
    if to is exp.DType.DECIMAL and not node.args["to"].expressions:
        whole = type(node)(this=node.this.copy(), to=exp.DataType.build("decimal(10, 0)"))
        return LITERAL if node.this.is_number else whole
    if to is exp.DType.TINYINT:
        return Unsure()
    if to not in SIZES:
        return Unsure() if source in FLOATING and to in TEXT else None
    if source in WHOLE | FLAG:
        return None
    return (
        type(node)(this=exp.Trunc(this=node.this.copy()), to=node.args["to"].copy()) if source in NUMBER else Unsure()
    )


def compared(node: exp.Expr) -> Answer:
    """A comparison of a text with a number or a day: the text is read as that."""
    left, right = kind(node.this), kind(node.expression)
    if not mixed(left, right):
        return None
    texts, other = ("this", right) if left in TEXT else ("expression", left)
    made = node.copy()
    read = reading(node.args[texts], other)
    if read is None:
        return None
    made.args[texts].replace(read)
    return made


def mixed(left: exp.DType, right: exp.DType) -> bool:
    """Whether one of two is a text and the other a number or a day."""
    return (left in TEXT and right in NUMBER | DATE) or (right in TEXT and left in NUMBER | DATE)


def reading(text: exp.Expr, other: exp.DType) -> exp.Expr | None:
    """A text as what it is compared with; None where both engines read it alike."""
    holder = exp.Paren(this=text.copy())
    if other in DATE:
        day = first_day(text)
        return fill(day, holder, "duckdb") if day else None
    if other in WHOLE:
        return fill(f"TRY_CAST({DIGITS} AS {other.value})", holder, "duckdb")
    return fill("TRY_CAST(:this AS DOUBLE)", holder, "duckdb")

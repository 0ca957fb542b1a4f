"""Rules of numbers, texts, lists and aggregates that look at their arguments, for DuckDB."""

from __future__ import annotations

import re

from sqlglot import exp

from gnomon.catalog.sql.known_types import DATE, FLAG, FLOATING, LIST, NUMBER, TEXT, TIME, WHOLE, kind
from gnomon.catalog.sql.meanings import Answer, Refused, Unsure, fill
from gnomon.catalog.sql.meanings_casts import DOUBLES
from gnomon.catalog.sql.meanings_dates import shifted

GROUP_IN_PATTERN = re.compile(r"\\(.)|\$(\d)|(\\)")
MIXED = Refused("a text and a number are compared each in its own way", "CAST one of them")


def is_given(node: exp.Expr | None) -> bool:
    """Whether a number is written, other than zero."""
    return node is not None and node.is_number and float(node.name) != 0


def numeric(node: exp.Expr) -> None:
    """Arithmetic with a text is arithmetic with a double."""
    sides = ("this", "expression")
    if all(kind(node.args[side]) in NUMBER | TEXT for side in sides):
        for side in sides:
            as_double(node, side)


def as_double(node: exp.Expr, part: str = "this") -> None:
    """A text as the double that it says, null where it says none."""
    if kind(node.args[part]) in TEXT:
        made = exp.TryCast(this=node.args[part], to=exp.DataType.build("double"))
        made.type = "double"
        node.set(part, made)


def added(node: exp.Expr) -> Answer:
    """`+` and `-`: of numbers, of a date and an interval, of two dates."""
    kinds = {kind(node.this), kind(node.expression)}
    if isinstance(node, exp.Sub) and kinds <= DATE:
        return "TO_DAYS(CAST(:this - :expression AS INT))"
    if isinstance(node, exp.Sub) and kinds & DATE and exp.DType.UNKNOWN in kinds:
        return Unsure()
    numeric(node)
    return shifted(node)


def divided(node: exp.Expr) -> None:
    """A division by zero is null."""
    numeric(node)
    if node.args.get("safe") and not is_given(node.expression):
        node.set("expression", or_null(node.expression.unnest()))


def or_null(node: exp.Expr) -> exp.Expr:
    """A value, null if it is zero."""
    return exp.Nullif(this=node, expression=exp.Literal.number(0))


def whole_division(node: exp.Expr) -> Answer:
    """`div` is a whole number, also of doubles."""
    both_whole = all(kind(side) in WHOLE for side in (node.this, node.expression))
    return None if both_whole else "CAST(TRUNC(:this / NULLIF(:expression, 0)) AS BIGINT)"


def remainder(node: exp.Expr) -> None:
    """A remainder by zero is null, also of doubles."""
    numeric(node)
    if not is_given(node.expression):
        node.set("expression", or_null(node.expression.unnest()))


def rounded(node: exp.Expr) -> Answer:
    """A double is rounded by the digits that it is written with, half up."""
    as_double(node)
    if kind(node.this) not in FLOATING or not is_given(node.args.get("decimals")):
        return None
    digits = "CAST(ROUND(TRY_CAST(CAST(:this AS TEXT) AS DECIMAL(38, 15)), :decimals) AS DOUBLE)"
    return f"COALESCE({digits}, ROUND(:this, :decimals))"


def even(node: exp.Expr) -> Answer:
    """bround: half to even."""
    return f"ROUND_EVEN(:e0, {':e1' if len(node.expressions) > 1 else 0})"


def logarithm(node: exp.Expr) -> Answer:
    """Null where there is no logarithm."""
    return "CASE WHEN :this > 0 AND :expression > 0 THEN LOG(:this, :expression) END"


def pattern(node: exp.Expr) -> Answer:
    """LIKE: a backslash escapes."""
    if isinstance(node.parent, exp.Escape) or (node.expression.is_string and "\\" not in node.expression.name):
        return None
    if isinstance(node.expression, exp.Any | exp.All):
        plain = not any("\\" in each.name for each in node.expression.find_all(exp.Literal))
        return None if plain else Refused("a backslash escapes there", "write one LIKE for each pattern")
    return exp.Escape(this=node.copy(), expression=exp.Literal.string("\\"))


def member(node: exp.Expr) -> Answer:
    """IN and BETWEEN with texts on one side and numbers on the other."""
    own = kind(node.this)
    others = [*node.expressions, *(node.args[key] for key in ("low", "high") if node.args.get(key))]
    numbers = [each for each in others if kind(each) in NUMBER]
    texts = [each for each in others if kind(each) in TEXT and not re.fullmatch(r"0|-?[1-9]\d*", each.name)]
    return MIXED if (own in TEXT and numbers) or (own in NUMBER and texts) else None


def truth(node: exp.Expr) -> Answer:
    """IS TRUE of what is no boolean."""
    if not isinstance(node.expression, exp.Boolean) or kind(node.this) in FLAG:
        return None
    odd = Refused("it is false of whatever is no boolean", "compare it: <> 0")
    return Unsure() if kind(node.this) is exp.DType.UNKNOWN else odd


def parts_joined(node: exp.Expr) -> list[exp.Expr]:
    """What `||` or concat puts together."""
    return [node.this, node.expression] if isinstance(node, exp.DPipe) else node.expressions


def joined(node: exp.Expr) -> Answer:
    """Texts put together: a double has digits of its own in each engine, a time no offset."""
    parts = parts_joined(node)
    if any(kind(each) in FLOATING for each in parts):
        return DOUBLES
    for each in parts:
        if kind(each) in TIME:
            each.replace(fill("CAST(CAST(:this AS TIMESTAMP) AS TEXT)", exp.Paren(this=each.copy()), "duckdb"))
    return None


def joined_by(node: exp.Expr) -> Answer:
    """concat_ws takes lists apart."""
    if not any(kind(each) in LIST for each in node.expressions):
        unsure = any(kind(each) is exp.DType.UNKNOWN and not isinstance(each, exp.Column) for each in node.expressions)
        return Unsure() if unsure else joined(node)
    alone = len(node.expressions) == 2
    return "ARRAY_TO_STRING(:e1, :e0)" if alone else Refused("it takes lists apart", "array_join the list first")


def substring(node: exp.Expr) -> Answer:
    """Positions from zero or from the end, and lengths below zero."""
    start, length = node.args.get("start"), node.args.get("length")
    if kind(node.this) in NUMBER - FLOATING:
        node.set("this", exp.cast(node.this, "text"))
    count = (
        ""
        if length is None
        else ", :length"
        if is_given(length) and "-" not in length.sql()
        else ", GREATEST(:length, 0)"
    )
    if start is not None and start.is_number:
        at = int(start.to_py())
        if at >= 0:
            return f"SUBSTRING(:this, {at or 1}{count})"
        if length is None:
            return f"RIGHT(:this, {-at})"
    begin = "CASE WHEN :start > 0 THEN :start WHEN :start = 0 THEN 1 ELSE LENGTH(:this) + :start + 1 END"
    rest = "" if length is None else f", GREATEST(:length + LEAST({begin}, 1) - 1, 0)"
    return f"SUBSTRING(:this, GREATEST({begin}, 1){rest})"


def replaced(node: exp.Expr) -> None:
    """replace with nothing."""
    if node.args.get("replacement") is None:
        node.set("replacement", exp.Literal.string(""))


def replaced_by_pattern(node: exp.Expr) -> Answer:
    """`$1` is the first group."""
    made = node.args["replacement"]
    if not made.is_string:
        plain = Refused("$1 is a group there", "write the replacement as a text")
        return plain
    if node.args.get("position"):
        return Refused("it begins at a position", "leave out the position")

    def word(found: re.Match[str]) -> str:
        return f"\\{found[2]}" if found[2] else (found[1] or "\\\\")

    node.set("replacement", exp.Literal.string(GROUP_IN_PATTERN.sub(word, made.name)))
    return None


def split(node: exp.Expr) -> Answer:
    """split has no limit here."""
    limit = node.args.get("limit")
    return (
        None if limit is None or limit.sql() == "-1" else Refused("it has no limit", "split it whole, and take parts")
    )


def up_to(node: exp.Expr) -> Answer:
    """substring_index: the parts before the nth delimiter, from the end for a negative number."""
    count = node.args["count"]
    if not count.is_number:
        return Refused("the number of parts is not written", "write it as a number")
    at = int(count.to_py())
    cut = f"1:{at}" if at > 0 else f"{at}:"
    return f"ARRAY_TO_STRING(STRING_SPLIT(:this, :delimiter)[{cut}], :delimiter)" if at else "''"


def formatted(node: exp.Expr) -> exp.Expr:
    """format_string."""
    return exp.Anonymous(this="PRINTF", expressions=[each.copy() for each in (node.this, *node.expressions)])


def element(node: exp.Expr) -> Answer:
    """`list[i]` counts from zero, whatever i is."""
    if len(node.expressions) != 1 or node.args.get("offset") or node.expressions[0].is_number:
        return None
    if kind(node.this) in LIST:
        return "LIST_EXTRACT(:this, CASE WHEN :e0 >= 0 THEN :e0 + 1 END)"
    if kind(node.this) is exp.DType.UNKNOWN and not node.expressions[0].is_string:
        return Refused("whether it is a list or a map is not known", "write element_at, which counts from one")
    return None


def sorted_list(node: exp.Expr) -> Answer:
    """sort_array: nulls are smallest."""
    falling = node.args.get("asc") is not None and node.args["asc"].sql().lower() == "false"
    return "LIST_SORT(:this, 'DESC', 'NULLS LAST')" if falling else "LIST_SORT(:this, 'ASC', 'NULLS FIRST')"


def sliced(node: exp.Expr) -> Answer:
    """slice takes a length."""
    return "LIST_SLICE(:this, :start, :start + :end - 1)"


def series(node: exp.Expr) -> Answer:
    """sequence: down where the end is smaller, and dates where it begins with one."""
    dated, step = kind(node.args["start"]) in DATE, node.args.get("step")
    if dated:
        return f"CAST(GENERATE_SERIES(:start, :end, {':step' if step else 'INTERVAL 1 DAY'}) AS DATE[])"
    falling = "CASE WHEN :start <= :end THEN GENERATE_SERIES(:start, :end) ELSE GENERATE_SERIES(:start, :end, -1) END"
    return None if step else falling


def turned(node: exp.Expr) -> Answer:
    """reverse, also of a list."""
    return "LIST_REVERSE(:this)" if kind(node.this) in LIST else None


def exists(node: exp.Expr) -> Answer:
    """exists over a list, not a query."""
    over_list = node.args.get("expression") is not None
    return Refused("a null in the list counts otherwise", "write size(filter(...)) > 0") if over_list else None


def exploded(node: exp.Expr) -> Answer:
    """LATERAL VIEW OUTER keeps the rows whose list is empty."""
    if not node.args.get("outer"):
        return None
    if type(node.this) is not exp.Explode:
        return Refused("OUTER is lost", "explode a list that is never empty")
    node.this.set("this", fill("CASE WHEN LEN(:this) > 0 THEN :this ELSE [NULL] END", node.this, "duckdb"))
    return None

"""What an expression is for one value of a key: the predicates and recodings of long tables, worked out.

In SQL's three-valued logic, with a fourth answer, `MAYBE`, for what depends on something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any as Node
from typing import Final

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from gnomon.rewrite.parse import MARK


@dataclass(frozen=True, slots=True)
class Maybe:
    """The answer that depends on more than the key."""


MAYBE: Final = Maybe()
Answer = str | bool | int | None | Maybe
"""A text, a truth value, a whole number, NULL (None), or `MAYBE`. The keys themselves are always texts."""

WHOLE = re.compile(r"-?\d{1,18}")


def is_same(node: exp.Expr, key: exp.Expr) -> bool:
    """Whether a node is the key; columns are compared by name, and one without table is of any that has it."""
    if type(node) is not type(key):
        return False
    if isinstance(node, exp.Column):
        name, table = spelled(node)
        wanted, of = spelled(key)
        return name == wanted and table in (of, None)
    return bool(node == key)


def spelled(column: exp.Expr) -> tuple[object, object]:
    """A column's name and table, without the detours of `Column.name`, which are most of the time here."""
    this, table = column.args["this"], column.args.get("table")
    return this.args.get("this"), table.args.get("this") if table is not None else None


def evaluate(node: exp.Expr, key: exp.Expr, value: str | None) -> Answer:
    """What an expression is where the key has a value."""
    if is_same(node, key):
        return value
    rule = EVALUATED.get(type(node))
    return rule(node, lambda part: evaluate(part, key, value)) if rule else simplified(node, key, value)


def simplified(node: exp.Expr, key: exp.Expr, value: str | None) -> Answer:
    """What SQLGlot makes of an expression of the key alone."""
    columns = [*node.find_all(exp.Column)]
    if not columns or not all(is_same(column, key) for column in columns) or node.find(exp.Query, exp.AggFunc):
        return MAYBE
    literal = exp.null() if value is None else exp.Literal.string(value)
    copied = node.copy().transform(lambda part: literal.copy() if is_same(part, key) else part)
    return constant(simplify(copied))


def constant(node: exp.Expr) -> Answer:
    """The text, whole number, truth value or NULL that an expression is."""
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else int(node.name) if WHOLE.fullmatch(node.name) else MAYBE
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    return None if isinstance(node, exp.Null) else MAYBE


def spelled_out(answer: Answer) -> str | Maybe | None:
    """An answer as the text of a key: numbers and truth values as YAML and JSON write them."""
    if isinstance(answer, bool):
        return str(answer).lower()
    return str(answer) if isinstance(answer, int) else answer


def truth(answer: Answer) -> Answer:
    """An answer where a truth value is read: the key 'true' is true."""
    if isinstance(answer, str):
        return {"true": True, "false": False}.get(answer.lower(), MAYBE)
    return answer if isinstance(answer, bool) or answer is None else MAYBE


def equal(left: Answer, right: Answer) -> Answer:
    """`left = right`, where a text may be the key that stands for a number or a truth value."""
    if left is None or right is None:
        return None
    if type(left) is type(right):
        return MAYBE if left is MAYBE else left == right
    text, other = (left, right) if isinstance(left, str) else (right, left)
    if isinstance(text, str) and isinstance(other, bool):
        return MAYBE if (said := truth(text)) is MAYBE else said == other
    return int(text) == other if isinstance(text, str) and isinstance(other, int) and WHOLE.fullmatch(text) else MAYBE


def metric_label(node: exp.Expr) -> str | None:
    """The label of `@metric_name('label')`, which stands for the metric's id at any interval; None for all else."""
    named = isinstance(node, exp.Anonymous) and node.name.lower() in METRIC_IDS and len(node.expressions) == 1
    only = node.expressions[0] if named else None
    return str(only.name) if isinstance(only, exp.Literal) and only.is_string else None


METRIC_IDS = (f"{MARK}metric_id", f"{MARK}metric_name", f"{MARK}metrics_name")

Evaluate = Callable[[exp.Expr], Answer]


def called(node: Node, of: Evaluate) -> Answer:
    return MAYBE if (label := metric_label(node)) is None else label


def equals(node: Node, of: Evaluate) -> Answer:
    return equal(of(node.this), of(node.expression))


def differs(node: Node, of: Evaluate) -> Answer:
    answer = equals(node, of)
    return not answer if isinstance(answer, bool) else answer


def compared(test: Callable[[str, str], Answer]) -> Callable[[Node, Evaluate], Answer]:
    """A rule for a comparison of two texts."""

    def rule(node: Node, of: Evaluate) -> Answer:
        left, right = of(node.this), of(node.expression)
        if left is None or right is None:
            return None
        return test(left, right) if isinstance(left, str) and isinstance(right, str) else MAYBE

    return rule


def member(node: Node, of: Evaluate) -> Answer:
    """`x IN (a, b)`."""
    left = of(node.this)
    if left is None or node.args.get("query") or not node.expressions:
        return None if left is None else MAYBE
    answers = [equal(left, of(item)) for item in node.expressions]
    if True in answers:
        return True
    return MAYBE if MAYBE in answers else None if None in answers else False


def both(node: Node, of: Evaluate) -> Answer:
    answers = (truth(of(node.this)), truth(of(node.expression)))
    if False in answers:
        return False
    return MAYBE if MAYBE in answers else None if None in answers else True


def either(node: Node, of: Evaluate) -> Answer:
    answers = (truth(of(node.this)), truth(of(node.expression)))
    if True in answers:
        return True
    return MAYBE if MAYBE in answers else None if None in answers else False


def negated(node: Node, of: Evaluate) -> Answer:
    answer = truth(of(node.this))
    return not answer if isinstance(answer, bool) else answer


def unless_negated(rule: Callable[[Node, Evaluate], Answer]) -> Callable[[Node, Evaluate], Answer]:
    """A rule for a class that holds its own NOT, as LIKE does in some dialects."""

    def negatable(node: Node, of: Evaluate) -> Answer:
        answer = rule(node, of)
        return not answer if node.args.get("negate") and isinstance(answer, bool) else answer

    return negatable


def is_null(node: Node, of: Evaluate) -> Answer:
    answer, other = of(node.this), of(node.expression)
    answer = truth(answer) if isinstance(other, bool) else answer
    return MAYBE if MAYBE in (answer, other) else answer == other


def chosen(node: Node, of: Evaluate) -> Answer:
    """CASE and IF: the branch whose condition is true, where that can be said."""
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    subject = of(node.this) if isinstance(node, exp.Case) and node.this is not None else None
    for branch in branches:
        taken = of(branch.this)
        has_subject = isinstance(node, exp.Case) and node.this is not None
        taken = equal(subject, taken) if has_subject else truth(taken)
        if taken is True:
            return of(branch.args["true"])
        if taken is MAYBE:
            return MAYBE
    default = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
    return of(default) if default is not None else None


def first_known(node: Node, of: Evaluate) -> Answer:
    """COALESCE."""
    for part in (node.this, *node.expressions):
        if (answer := of(part)) is not None:
            return answer
    return None


def joined(node: Node, of: Evaluate) -> Answer:
    """`a || b` and CONCAT; engines differ in what NULL does to CONCAT."""
    parts = [node.this, node.expression] if isinstance(node, exp.DPipe) else node.expressions
    answers = [of(part) for part in parts]
    texts = [answer for answer in answers if isinstance(answer, str)]
    if len(texts) == len(answers):
        return "".join(texts)
    return None if None in answers and isinstance(node, exp.DPipe) and MAYBE not in answers else MAYBE


def mapped(function: Callable[[str], str]) -> Callable[[Node, Evaluate], Answer]:
    """A rule for a function of one text."""

    def rule(node: Node, of: Evaluate) -> Answer:
        answer = of(node.this)
        return function(answer) if isinstance(answer, str) else MAYBE if answer is not None else None

    return rule


def cast_to_text(node: Node, of: Evaluate) -> Answer:
    return of(node.this) if node.to.is_type(*exp.DataType.TEXT_TYPES) else MAYBE


def is_like(text: str, like: str, ignore_case: bool) -> Answer:
    """`text LIKE like`; engines differ in what a backslash is, and in whether `A` is like `a`."""
    fits = pattern(like, ignore_case).fullmatch(text) is not None
    return MAYBE if "\\" in like or fits != (pattern(like, True).fullmatch(text) is not None) else fits


@lru_cache(maxsize=1024)
def pattern(like: str, ignore_case: bool) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern."""
    parts = [{"%": ".*", "_": "."}.get(char) or re.escape(char) for char in like]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
"""What the engine's collation decides, or the column's type: '10' is before '9', and 10 is not."""

EVALUATED: dict[type[exp.Expr], Callable[[Node, Evaluate], Answer]] = {
    exp.Literal: lambda node, of: constant(node),
    exp.Boolean: lambda node, of: constant(node),
    exp.Null: lambda node, of: None,
    exp.Column: lambda node, of: MAYBE,
    exp.Paren: lambda node, of: of(node.this),
    exp.EQ: equals,
    exp.NEQ: differs,
    **dict.fromkeys(ORDERED, lambda node, of: MAYBE),
    exp.Like: unless_negated(compared(lambda a, b: is_like(a, b, False))),
    exp.ILike: unless_negated(compared(lambda a, b: is_like(a, b, True))),
    exp.In: member,
    exp.Is: is_null,
    exp.Not: negated,
    exp.And: both,
    exp.Or: either,
    exp.Case: chosen,
    exp.If: chosen,
    exp.Coalesce: first_known,
    exp.DPipe: joined,
    exp.Concat: joined,
    exp.Anonymous: called,
    exp.Lower: mapped(str.lower),
    exp.Upper: mapped(str.upper),
    exp.Cast: cast_to_text,
    exp.TryCast: cast_to_text,
}
"""What can be evaluated for one value of a key, class by class; the rest is left to SQLGlot's `simplify`."""

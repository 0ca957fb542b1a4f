"""What an expression is for one value of a key: the predicates and recodings of long tables, worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any as Node

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from gnomon.check.units.logic import MAYBE, WHOLE, Answer, Maybe, all_of, equal, is_like, less, opposite, truth, whole
from gnomon.rewrite.parse import MARK


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


def is_written(table: exp.Expr, name: exp.Expr) -> bool:
    """Whether the author wrote `table.name`: the table that SQLGlot finds for a bare name has its alias's place."""
    start, end = name.meta.get("start"), table.meta.get("end")
    return start is not None and end is not None and 0 < start - end <= len(" . ")


def evaluate(node: exp.Expr, key: exp.Expr, value: str | None) -> Answer:
    """What an expression is where the key has a value."""
    if is_same(node, key):
        return value
    rule = EVALUATED.get(type(node))
    return rule(node, lambda part: evaluate(part, key, value)) if rule else simplified(node, key, value)


def is_of_key(node: exp.Expr, key: exp.Expr) -> bool:
    """Whether an expression is made of the key alone, row by row."""
    columns = [*node.find_all(exp.Column)]
    is_plain = node.find(exp.Query, exp.AggFunc, exp.Window) is None
    return is_plain and bool(columns) and all(is_same(column, key) for column in columns)


def simplified(node: exp.Expr, key: exp.Expr, value: str | None) -> Answer:
    """What SQLGlot makes of an expression of the key alone."""
    if not is_of_key(node, key):
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


def null_safe_equals(node: Node, of: Evaluate) -> Answer:
    """`a IS NOT DISTINCT FROM b`."""
    left, right = of(node.this), of(node.expression)
    if left is None or right is None:
        return MAYBE if MAYBE in (left, right) else left is right
    return equal(left, right)


def null_if(node: Node, of: Evaluate) -> Answer:
    answer = of(node.this)
    match equal(answer, of(node.expression)):
        case True:
            return None
        case Maybe():
            return MAYBE
        case _:
            return answer


def differs(node: Node, of: Evaluate) -> Answer:
    return opposite(equals(node, of))


def compared(test: Callable[[Answer, Answer], Answer]) -> Callable[[Node, Evaluate], Answer]:
    """A rule for a comparison of two sides."""

    def rule(node: Node, of: Evaluate) -> Answer:
        return test(of(node.this), of(node.expression))

    return rule


def between(node: Node, of: Evaluate) -> Answer:
    value, low, high = of(node.this), of(node.args["low"]), of(node.args["high"])
    return MAYBE if node.args.get("symmetric") else all_of([opposite(less(value, low)), opposite(less(high, value))])


def minus(node: Node, of: Evaluate) -> Answer:
    answer = of(node.this)
    if answer is None or isinstance(answer, bool):
        return None if answer is None else MAYBE
    return -answer if isinstance(answer, int) else MAYBE


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
    return all_of([truth(of(term)) for term in terms_of(node)])


def either(node: Node, of: Evaluate) -> Answer:
    answers = [truth(of(term)) for term in terms_of(node)]
    if True in answers:
        return True
    return MAYBE if MAYBE in answers else None if None in answers else False


def terms_of(node: exp.Expr) -> Iterator[exp.Expr]:
    """The terms of `a OR b OR c`, from left to right."""
    stack = [node.expression, node.this]
    while stack:
        term = stack.pop()
        if type(term) is type(node):
            stack += [term.expression, term.this]
        else:
            yield term


def negated(node: Node, of: Evaluate) -> Answer:
    return opposite(truth(of(node.this)))


def unless_negated(rule: Callable[[Node, Evaluate], Answer]) -> Callable[[Node, Evaluate], Answer]:
    """A rule for a class that holds its own NOT, as LIKE does in some dialects."""

    def negatable(node: Node, of: Evaluate) -> Answer:
        answer = rule(node, of)
        return opposite(answer) if node.args.get("negate") else answer

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


def cast(node: Node, of: Evaluate) -> Answer:
    """A cast to text, or of a text that is a whole number to one."""
    answer = of(node.this)
    if node.to.is_type(*exp.DataType.INTEGER_TYPES):
        return answer if answer is None else whole(answer)
    return answer if node.to.is_type(*exp.DataType.TEXT_TYPES) else MAYBE


EVALUATED: dict[type[exp.Expr], Callable[[Node, Evaluate], Answer]] = {
    exp.Literal: lambda node, of: constant(node),
    exp.Boolean: lambda node, of: constant(node),
    exp.Null: lambda node, of: None,
    exp.Column: lambda node, of: MAYBE,
    exp.Paren: lambda node, of: of(node.this),
    exp.EQ: equals,
    exp.NEQ: differs,
    exp.NullSafeEQ: null_safe_equals,
    exp.NullSafeNEQ: lambda node, of: opposite(null_safe_equals(node, of)),
    exp.Nullif: null_if,
    exp.GT: compared(lambda a, b: less(b, a)),
    exp.LT: compared(less),
    exp.GTE: compared(lambda a, b: opposite(less(a, b))),
    exp.LTE: compared(lambda a, b: opposite(less(b, a))),
    exp.Between: between,
    exp.Neg: minus,
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
    exp.Cast: cast,
    exp.TryCast: cast,
}
"""What can be evaluated for one value of a key, class by class; the rest is left to SQLGlot's `simplify`."""

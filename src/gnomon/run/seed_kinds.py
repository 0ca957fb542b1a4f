"""Evidence in a query for the types of columns that nobody declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.run.seed_demands import literal_date
from gnomon.run.seed_predicates import COMPARISONS, MISSING, constant

Evidence = Iterator[tuple[str, exp.Expr]]
Nodes = tuple[type[exp.Expr], ...]
SUMS: Nodes = (exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Median)
SUMS += (
    exp.Quantile,
    exp.ApproxQuantile,
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.Corr,
    exp.CovarPop,
    exp.CovarSamp,
)
FUNCTIONS: Nodes = (exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Exp, exp.Sign)
POSITIVE: Nodes = (exp.Ln, exp.Log, exp.Sqrt, exp.Pow)
ARITHMETIC: Nodes = (exp.Mul, exp.Div, exp.Mod, exp.IntDiv, exp.Add, exp.Sub, exp.Neg)
EXTREMES: Nodes = (exp.Min, exp.Max)
TIMES: Nodes = (exp.DateTrunc, exp.TimestampTrunc, exp.DateAdd, exp.DateSub, exp.TsOrDsToDate, exp.TsOrDsAdd)
TIMES += (exp.TimestampAdd, exp.TimestampSub, exp.Year, exp.Month, exp.Day, exp.DayOfWeek, exp.DayOfWeekIso)
TIMES += (exp.Quarter, exp.Week, exp.WeekOfYear, exp.DayOfYear, exp.LastDay, exp.DateBin)
CLOCKS: Nodes = (exp.AtTimeZone, exp.ConvertTimezone, exp.Hour, exp.Minute)
DIFFERENCES: Nodes = (exp.DateDiff, exp.TimestampDiff, exp.TsOrDsDiff, exp.DatetimeDiff)
TEXTS: Nodes = (
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Concat,
    exp.DPipe,
    exp.Like,
    exp.ILike,
    exp.StartsWith,
    exp.RegexpLike,
)
TEXTS += (exp.Length, exp.Substring, exp.SplitPart, exp.RegexpExtract, exp.RegexpReplace, exp.Replace, exp.Contains)
NOW: Nodes = (exp.CurrentDate, exp.CurrentTimestamp)


def kinds_in(scope: Scope) -> Evidence:
    """Pairs of a kind (number, positive, extreme, time, clock, boolean, text, list) and an expression that has it."""
    for nodes, rule in RULES:
        for node in scope.find_all(*nodes):
            yield from rule(node)


def numbers(node: exp.Expr) -> Evidence:
    """The argument of a sum or of a numeric function; MIN and MAX say least."""
    kind = "positive" if isinstance(node, POSITIVE) else "extreme" if isinstance(node, EXTREMES) else "number"
    yield from ((kind, part) for part in results(node.this))


def texts(node: exp.Expr) -> Evidence:
    yield from (("text", part) for part in (node.this, *node.expressions) if isinstance(part, exp.Expr))


def booleans(node: exp.Expr) -> Evidence:
    """A column that stands as a condition of its own."""
    parts = [part for part in (node.this, node.args.get("expression")) if isinstance(part, exp.Expr)]
    yield from (("boolean", part) for part in parts if is_column(part))


def lists(node: exp.Expr) -> Evidence:
    yield from (("list", part) for part in (node.this, *node.expressions) if is_column(part))


def is_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) or (isinstance(node, exp.Paren) and is_column(node.this))


def results(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """The expressions that a value may be taken from: the branches of a CASE, the arguments of COALESCE."""
    if isinstance(node, exp.Case):
        for branch in (*node.args["ifs"], node.args.get("default")):
            yield from results(branch.args.get("true") if isinstance(branch, exp.If) else branch)
    elif isinstance(node, exp.If):
        yield from results(node.args.get("true"))
        yield from results(node.args.get("false"))
    elif isinstance(node, (exp.Coalesce, exp.Nullif, exp.Paren, exp.Distinct)):
        inner = (node.this, *node.expressions) if not isinstance(node, exp.Nullif) else (node.this,)
        for part in inner:
            yield from results(part)
    elif isinstance(node, exp.Column):
        yield node


def arithmetic(node: exp.Expr) -> Evidence:
    """Numbers, unless an interval or a date takes part: then the other side is a time."""
    sides = [side for side in (node.this, node.args.get("expression")) if side is not None]
    temporal = any(isinstance(side, (exp.Interval, *TIMES, *NOW)) or dated(side) for side in sides)
    for side in sides:
        yield from (("time" if temporal else "number", part) for part in results(side))


def times(node: exp.Expr) -> Evidence:
    """The arguments of date functions, and what is cast to a date or a number."""
    if isinstance(node, (exp.Cast, exp.TryCast)):
        if node.is_type(*exp.DataType.TEMPORAL_TYPES):
            yield "time", node.this
        elif node.is_type(*exp.DataType.NUMERIC_TYPES):
            yield "number", node.this
        return
    kind = "clock" if isinstance(node, CLOCKS) else "time"
    if isinstance(node, exp.Extract):
        kind = "clock" if node.name.upper() in ("HOUR", "MINUTE", "SECOND", "EPOCH") else "time"
        yield kind, node.expression
        return
    if "HOUR" in node.text("unit").upper() or "MINUTE" in node.text("unit").upper():
        kind = "clock"
    yield kind, node.args.get("timestamp") or node.this
    if isinstance(node, DIFFERENCES):
        yield kind, node.expression


def dated(node: exp.Expr) -> bool:
    """Whether an expression is a date literal, or one that is spelled as a cast."""
    value = constant(node)
    is_cast = isinstance(node, (exp.Cast, exp.TryCast)) and node.is_type(*exp.DataType.TEMPORAL_TYPES)
    return is_cast or (value is not MISSING and not isinstance(value, (str, int, float, bool)))


def compared(node: exp.Expr) -> Evidence:
    """The kind that a comparison with a literal gives to the other side."""
    others = [node.args.get(part) for part in ("expression", "low", "high")] + node.expressions
    sides = [node.this, *[other for other in others if isinstance(other, exp.Expr)]]
    for side in sides:
        value = constant(side)
        kind = "time" if isinstance(side, (*NOW, *TIMES)) or dated(side) else kind_of(value)
        if kind:
            yield from ((kind, part) for other in sides if other is not side for part in results(other))


def kind_of(value: object) -> str | None:
    """The kind of a literal; a text that spells a date may be either."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text" if literal_date(value) is None else "dated text"
    return None


RULES: tuple[tuple[Nodes, Callable[[exp.Expr], Evidence]], ...] = (
    ((*SUMS, *FUNCTIONS, *POSITIVE, *EXTREMES), numbers),
    (ARITHMETIC, arithmetic),
    ((*TIMES, *CLOCKS, *DIFFERENCES, exp.Extract, exp.Cast, exp.TryCast), times),
    ((*COMPARISONS, exp.In, exp.Between), compared),
    (TEXTS, texts),
    ((exp.Where, exp.And, exp.Or, exp.Not, exp.If, exp.CountIf, exp.LogicalAnd, exp.LogicalOr), booleans),
    ((exp.Unnest, exp.Explode, exp.ArraySize), lists),
)

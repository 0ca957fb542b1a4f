"""What SQLGlot writes for Spark under names that mean something else there, or only roughly the same, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from gnomon.rewrite.terms import SPARK, Type, call, number, operand

Rule = Callable[[exp.Expr], exp.Expr | None]


def spoken(query: exp.Expr, dialect: str, written: str) -> None:
    """Say for Spark, in place, what was `written` in another dialect; percentiles are exact, whoever wrote them.

    >>> from sqlglot import parse_one
    >>> query = parse_one("SELECT QUANTILE_CONT(x, 0.9), LOG(x), DAYOFWEEK(day)", dialect="duckdb")
    >>> spoken(query, "spark", "duckdb")
    >>> query.sql("spark")
    'SELECT PERCENTILE(x, 0.9), LOG10(x), (DAYOFWEEK(day) - 1)'
    """
    if dialect not in SPARK:
        return
    rules: dict[type[exp.Expr], Rule] = {exp.WithinGroup: percentile}
    if written not in SPARK:
        rules.update(MEANINGS)
    for node in [node for node in query.walk() if type(node) in rules]:
        if (said := rules[type(node)](node)) is not None:
            node.replace(said)


def percentile(node: exp.Expr) -> exp.Expr | None:
    """PERCENTILE_CONT and PERCENTILE_DISC by an order, of which SQLGlot makes PERCENTILE_APPROX."""
    share, order = node.this, node.expression
    if not isinstance(share, exp.PercentileCont | exp.PercentileDisc) or len(order.expressions) != 1:
        return None
    value, is_descending = order.expressions[0].this, bool(order.expressions[0].args.get("desc"))
    if isinstance(share, exp.PercentileDisc):
        return discrete(value, share.this, is_descending=is_descending)
    at = exp.Sub(this=number(1), expression=operand(share.this)) if is_descending else share.this
    return exp.Quantile(this=value, quantile=at)


def discrete(value: exp.Expr, at: exp.Expr, *, is_descending: bool = False) -> exp.Expr:
    """The first value that a share of the values is up to, which is one of them."""
    term = exp.Ordered(this=value, desc=is_descending, nulls_first=not is_descending)
    return exp.WithinGroup(this=call("PERCENTILE_DISC", at), expression=exp.Order(expressions=[term]))


def continuous_of(node: exp.Expr) -> exp.Expr | None:
    """QUANTILE_CONT(x, share)."""
    at = node.args.get("expression")
    return None if at is None else exp.Quantile(this=node.this, quantile=at)


def discrete_of(node: exp.Expr) -> exp.Expr | None:
    """QUANTILE_DISC(x, share), which DuckDB's QUANTILE is too."""
    at = node.args.get("quantile") if isinstance(node, exp.Quantile) else node.args.get("expression")
    return None if at is None else discrete(node.this, at)


def logarithm(node: exp.Expr) -> exp.Expr | None:
    """LOG(x) to the base 10; Spark's is the natural one."""
    return call("LOG10", node.this) if node.args.get("expression") is None else None


def weekday(node: exp.Expr) -> exp.Expr:
    """Sunday is 0; in Spark it is 1."""
    return exp.paren(exp.Sub(this=exp.DayOfWeek(this=node.this.copy()), expression=number(1)), copy=False)


def iso_weekday(node: exp.Expr) -> exp.Expr:
    """Monday is 1; Spark's WEEKDAY gives 0 for it."""
    return exp.paren(exp.Add(this=call("WEEKDAY", node.this), expression=number(1)), copy=False)


def extracted(node: exp.Expr) -> exp.Expr | None:
    """EXTRACT(DOW FROM day) and EXTRACT(ISODOW FROM day)."""
    part = node.name.upper()
    if part in ("DOW", "DAYOFWEEK", "WEEKDAY"):
        return weekday(exp.DayOfWeek(this=node.expression))
    return iso_weekday(exp.DayOfWeekIso(this=node.expression)) if part == "ISODOW" else None


def named(node: exp.Expr) -> exp.Expr | None:
    """ROW(a, b), and DuckDB's WEEKDAY, whose Sunday is 0."""
    name = node.name.upper()
    if name == "ROW":
        return exp.Tuple(expressions=node.expressions)
    is_weekday = name == "WEEKDAY" and len(node.expressions) == 1
    return weekday(exp.DayOfWeek(this=node.expressions[0])) if is_weekday else None


def whole_number(node: exp.Expr) -> exp.Expr | None:
    """HUGEINT, which Spark has not; 38 digits are the most that it has."""
    return exp.DataType.build("DECIMAL(38, 0)") if node.this == Type.INT128 else None


MEANINGS: Mapping[type[exp.Expr], Rule] = {
    exp.PercentileCont: continuous_of,
    exp.PercentileDisc: discrete_of,
    exp.Quantile: discrete_of,
    exp.Log: logarithm,
    exp.DayOfWeek: weekday,
    exp.DayOfWeekIso: iso_weekday,
    exp.Extract: extracted,
    exp.Anonymous: named,
    exp.DataType: whole_number,
}

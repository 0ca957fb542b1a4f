"""Instants, intervals and their differences, as each dialect has them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any as Node

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.rules.plain import UNITLESS
from gnomon.check.units.values import UNKNOWN, Known, Literal, NotQuantity, Value
from gnomon.units.algebra import Product
from gnomon.units.text import parse_text

PARTS = {
    "NANOSECOND": "1e-9*s",
    "MICROSECOND": "1e-6*s",
    "MILLISECOND": "ms",
    "SECOND": "s",
    "MINUTE": "min",
    "HOUR": "h",
    "DAY": "d",
    "WEEK": "wk",
    "ISOWEEK": "wk",
    "MONTH": "mo",
    "QUARTER": "3*mo",
    "YEAR": "yr",
    "ISOYEAR": "yr",
    "DECADE": "10*yr",
    "CENTURY": "100*yr",
}
"""The unit of a difference that is counted in a part of a date. A part that is not here has none."""

SHORT = {
    "NS": "NANOSECOND", "US": "MICROSECOND", "MS": "MILLISECOND", "S": "SECOND", "SS": "SECOND", "SEC": "SECOND",
    "MI": "MINUTE", "N": "MINUTE", "MIN": "MINUTE", "H": "HOUR", "HH": "HOUR", "HR": "HOUR", "D": "DAY", "DD": "DAY",
    "W": "WEEK", "WK": "WEEK", "WW": "WEEK", "MM": "MONTH", "MON": "MONTH", "Q": "QUARTER", "QQ": "QUARTER",
    "QTR": "QUARTER", "Y": "YEAR", "YY": "YEAR", "YYYY": "YEAR", "YR": "YEAR",
}  # fmt: skip

DAYS_OF_TSQL = ("Y", "DY", "DAYOFYEAR", "W", "DW", "WEEKDAY")
"""Parts by which T-SQL counts days: the day of the year, the day of the week."""

DATE_MINUS_DATE = dict.fromkeys(
    ("duckdb", "postgres", "redshift", "snowflake", "oracle", "clickhouse", "teradata", "materialize", "risingwave"),
    "d",
)
"""Where the difference of two dates is a number, and what of. Elsewhere it is an interval, or an error."""

INSTANT_MINUS_INSTANT = {"oracle": "d", "clickhouse": "s"}
"""Where the difference of two timestamps is a number, and what of."""

NO_DIFFERENCE = ("mysql", "tsql", "sqlite", "fabric", "doris", "starrocks", "singlestore", "hive")
"""Where subtracting instants gives a number that is no difference, or another instant."""

EPOCH = {
    "EPOCH": "s",
    "EPOCH_SECOND": "s",
    "EPOCH_MILLISECOND": "ms",
    "EPOCH_MICROSECOND": "1e-6*s",
    "EPOCH_NANOSECOND": "1e-9*s",
}


@lru_cache(maxsize=64)
def time(text: str) -> Product:
    return parse_text(text)


def part_of(node: exp.Expr | None) -> str:
    """The part of a date that an argument names, in full: DAY where it is left out."""
    if node is None:
        return "DAY"
    name = (node.name if isinstance(node, exp.Var | exp.Literal | exp.Column) else node.sql()).upper()
    name = name.partition("(")[0].removesuffix("S") if len(name) > 2 else name
    if isinstance(node, exp.WeekStart):
        return "WEEK"
    return SHORT.get(name, name)


def date_difference(node: Node, frame: Frame) -> Value:
    """DATE_DIFF and its relatives: time, in the unit that they count."""
    frame.visit(node.this, node.expression)
    part = part_of(node.args.get("unit"))
    written = node.text("unit").upper()
    unit = PARTS.get("DAY" if frame.run.dialect in ("tsql", "fabric") and written in DAYS_OF_TSQL else part)
    return Known(time(unit)) if unit is not None else UNKNOWN


def in_time(text: str) -> Node:
    """A rule for a function that gives a duration in one unit."""

    def rule(node: Node, frame: Frame) -> Value:
        frame.visit(*node.args.values())
        return Known(time(text))

    return rule


def since_epoch(text: str) -> Node:
    """A rule for a function that counts time since an epoch. Of an interval it is its length."""

    def rule(node: Node, frame: Frame) -> Value:
        value = frame.value(node.this)
        frame.visit(*(argument for name, argument in node.args.items() if name != "this"))
        return of_epoch(value, text)

    return rule


def of_epoch(value: Value, text: str) -> Value:
    is_length = isinstance(value, NotQuantity) and value.kind == "interval"
    return Known(time(text), nature=None if is_length else "instant")


def extract(node: Node, frame: Frame) -> Value:
    """EXTRACT: the epoch in seconds; another part of an instant is a number, of an interval it is not known."""
    value = frame.value(node.expression)
    name = node.name.upper()
    if name in EPOCH:
        return of_epoch(value, EPOCH[name])
    is_instant = isinstance(value, NotQuantity) and value.kind != "interval"
    return UNITLESS if is_instant or isinstance(node.expression, exp.Column) else UNKNOWN


def unix_to_time(node: Node, frame: Frame) -> Value:
    """DuckDB's `epoch_ms` goes both ways: of an instant it is milliseconds, of a number an instant."""
    value = frame.value(node.this)
    scale = node.args.get("scale")
    is_instant = isinstance(value, NotQuantity) and value.kind in ("date", "timestamp")
    if frame.run.dialect == "duckdb" and scale is not None and scale.name == "3":
        if is_instant:
            return Known(time("ms"), nature="instant")
        return NotQuantity("timestamp") if isinstance(value, Known | Literal) else UNKNOWN
    return NotQuantity("timestamp")


def interval(node: Node, frame: Frame) -> Value:
    frame.visit(node.this if not isinstance(node.this, exp.Literal) else None)
    return NotQuantity("interval")


def instant(kind: Node) -> Node:
    """A rule for what gives an instant; the arguments are read for mistakes."""

    def rule(node: Node, frame: Frame) -> Value:
        frame.visit(*node.args.values())
        return NotQuantity(kind)

    return rule


def moved(node: Node, frame: Frame) -> Value:
    """DATE_ADD, DATE_TRUNC: an instant; whether it stays a date differs."""
    value = frame.value(node.this)
    frame.visit(node.expression if not isinstance(node.expression, exp.Literal) else None)
    is_stamp = isinstance(value, NotQuantity) and value.kind == "timestamp"
    return NotQuantity("timestamp") if is_stamp else NotQuantity()


def kind(value: Value) -> str | None:
    return value.kind if isinstance(value, NotQuantity) else None


def difference(left: Value, right: Value, frame: Frame) -> Value:
    """`left - right` where one of them is no quantity."""
    dialect = frame.run.dialect
    kinds = (kind(left), kind(right))
    if set(kinds) <= {"date", "timestamp"}:
        if dialect in NO_DIFFERENCE:
            return UNKNOWN
        table = DATE_MINUS_DATE if kinds == ("date", "date") else INSTANT_MINUS_INSTANT
        if dialect in table:
            return Known(time(table[dialect]))
        return UNKNOWN if dialect == "snowflake" else NotQuantity("interval")
    return shifted(left, right, frame)


def shifted(left: Value, right: Value, frame: Frame) -> Value:
    """An instant moved by an interval or a number of days; intervals together."""
    kinds = {kind(left), kind(right)}
    if kinds == {"interval"}:
        return NotQuantity("interval")
    if kinds == {"timestamp", "interval"}:
        return NotQuantity("timestamp")
    if kinds == {"date", "interval"}:
        return NotQuantity()
    if "date" in kinds and any(isinstance(value, Literal | Known) for value in (left, right)):
        return NotQuantity("date")
    return UNKNOWN

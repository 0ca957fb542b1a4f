"""Dates and times: units, whole units between two times, and patterns, as Spark counts and writes them, for DuckDB."""

from __future__ import annotations

import re

from sqlglot import exp

from gnomon.catalog.sql.known_types import DATE, TEXT, TIME, kind
from gnomon.catalog.sql.meanings import Answer, Refused, Unsure, fill

TRUNCATED = {
    **dict.fromkeys(("YEAR", "YYYY", "YY"), "YEAR"),
    **dict.fromkeys(("MONTH", "MM", "MON"), "MONTH"),
    **dict.fromkeys(("DAY", "DD"), "DAY"),
    **{unit: unit for unit in ("QUARTER", "WEEK", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")},
}
PARTS = {
    **dict.fromkeys(("DOW", "DAYOFWEEK"), "DAYOFWEEK({0}) + 1"),
    **dict.fromkeys(("DOW_ISO", "DAYOFWEEK_ISO", "DAYOFWEEKISO"), "ISODOW({0})"),
    **dict.fromkeys(("SECOND", "SECONDS", "S", "SEC", "SECS"), "DATE_PART('MICROSECONDS', {0}) / 1000000.0"),
    **dict.fromkeys(("YEAROFWEEK", "ISOYEAR"), "ISOYEAR({0})"),
    **dict.fromkeys(("DOY", "DAYOFYEAR"), "DAYOFYEAR({0})"),
    **{part: f"DATE_PART('{part}', {{0}})" for part in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE")},
}
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
WHOLE_DAYS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
SPANS = ("WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
INTO_MONTH = "FLOOR(EPOCH({0})) - EPOCH(DATE_TRUNC('MONTH', {0}))"
END, START = "TRY_CAST(:this AS TIMESTAMP)", "TRY_CAST(:expression AS TIMESTAMP)"
REST = f"({INTO_MONTH.format(END)} - ({INTO_MONTH.format(START)}))"
BETWEEN = f"DATE_DIFF('MONTH', {START}, {END})"
LAST_DAY_IN = (
    f"CAST({END} AS DATE) + CASE WHEN {START} < {END} AND CAST({END} AS TIME) < CAST({START} AS TIME) THEN -1 "
    f"WHEN {START} > {END} AND CAST({END} AS TIME) > CAST({START} AS TIME) THEN 1 ELSE 0 END"
)
"""The end, without a day that is not whole."""
LAST = "DAY({0}) = DAY(LAST_DAY({0}))"
MONTHS_BETWEEN = (
    f"ROUND(CASE WHEN DAY({END}) = DAY({START}) OR ({LAST.format(END)} AND {LAST.format(START)}) THEN {BETWEEN} "
    f"ELSE {BETWEEN} + {REST} / 2678400.0 END, 8)"
)

QUARTER = "%q"
"""Stands for a quarter in a pattern."""
TOKEN = re.compile(r"'[^']*'|%-?[A-Za-z]|S+|Q+|[A-Za-z]|[^A-Za-z'%]+")
OWN = {"%J": "%j", "%j": "%jj", "SSS": "%g", "Q": QUARTER}
"""What SQLGlot leaves of Java's letters, or has another word for: DDD, DD, SSS, Q."""
BOTH = "%Y %m %d %H %M %S %y %b %B %A %p %I %-d %-m %-H %-I %-M %-S %g %j"
WRITTEN = frozenset(f"{BOTH} %a %-j".split())
READ = frozenset(BOTH.split()) - {"%A"}


def truncated(node: exp.Expr) -> Answer:
    """date_trunc: a time, by any of Spark's words for a unit."""
    unit = TRUNCATED.get(node.args["unit"].name.upper())
    if unit is None:
        return odd_unit(node)
    value = "TRY_CAST(:this AS TIMESTAMP)" if kind(node.this) in TEXT else ":this"
    return f"DATE_TRUNC('{unit}', {value})"


def truncated_day(node: exp.Expr) -> Answer:
    """trunc: a date, null for a unit below a week."""
    unit = TRUNCATED.get(node.args["unit"].name.upper(), "DAY")
    if unit not in WHOLE_DAYS[:-1]:
        return odd_unit(node)
    return f"CAST(DATE_TRUNC('{unit}', TRY_CAST(:this AS DATE)) AS DATE)"


def part(node: exp.Expr) -> Answer:
    """EXTRACT, and date_part with the part as a text."""
    name, value = (node.this, node.expression) if isinstance(node, exp.Extract) else node.expressions
    known = PARTS.get(name.name.upper())
    if known is None:
        return odd_unit(node)
    mark = ":expression" if isinstance(node, exp.Extract) else ":e1"
    return known.format(f"TRY_CAST({mark} AS TIMESTAMP)" if kind(value) in TEXT else mark)


class OfTime:
    """The rule of a function of a time that Spark also takes a text for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, node: exp.Expr) -> Answer:
        return f"{self.name}(TRY_CAST(:this AS TIMESTAMP))" if kind(node.this) in TEXT else None


def between(node: exp.Expr) -> Answer:
    """Whole units elapsed, towards zero; with no unit the days between two dates."""
    if node.args.get("unit") is None:
        return None
    unit = node.args["unit"].name.upper()
    bare = type(node)(this=unwrapped(node.this), expression=unwrapped(node.expression))
    if unit in MONTHS:
        dates = kind(bare.this) in DATE and kind(bare.expression) in DATE
        months = whole_months(END if dates else LAST_DAY_IN)
        return fill(f"({months}) // {MONTHS[unit]}" if MONTHS[unit] > 1 else months, bare, "duckdb")
    return fill(f"DATE_SUB('{unit}', {START}, {END})", bare, "duckdb") if unit in SPANS else odd_unit(node)


def whole_months(end: str) -> str:
    """The months from the start to an end, without one whose day of the month is not reached."""
    months = f"DATE_DIFF('MONTH', {START}, {end})"
    short = f"WHEN {months} > 0 AND DAY({end}) < DAY({START}) THEN 1"
    return f"{months} - CASE {short} WHEN {months} < 0 AND DAY({end}) > DAY({START}) THEN -1 ELSE 0 END"


def unwrapped(node: exp.Expr) -> exp.Expr:
    """What SQLGlot took for a date, as it was written."""
    return node.this if isinstance(node, exp.TsOrDsToDate) and not node.args.get("format") else node


def months_between(node: exp.Expr) -> Answer:
    """Months with a fraction of 31 days, to eight places."""
    return (
        Refused("it is rounded here", "leave out the third argument") if node.args.get("roundoff") else MONTHS_BETWEEN
    )


def shifted(node: exp.Expr) -> Answer:
    """A date plus days or months stays a date."""
    day, interval = (node.this, node.expression)[:: -1 if isinstance(node.this, exp.Interval) else 1]
    if not isinstance(interval, exp.Interval) or interval.unit is None or kind(day) in TIME:
        return None
    if interval.unit.name.upper().rstrip("S") not in WHOLE_DAYS:
        return None
    return "CAST(:self AS DATE)" if kind(day) in DATE else Unsure()


def shown(node: exp.Expr) -> Answer:
    """date_format and from_unixtime: a pattern written out, with quarters apart since strftime has none."""
    time = "TO_TIMESTAMP(:this)" if isinstance(node, exp.UnixToStr) else "TRY_CAST(:this AS TIMESTAMP)"
    pattern = pattern_of(node, WRITTEN | {QUARTER})
    if pattern is None:
        return odd_pattern(node)
    pieces = [each for each in re.split(f"({QUARTER})", pattern) if each]
    made = [f"CAST(QUARTER({time}) AS TEXT)" if each == QUARTER else f"STRFTIME({time}, '{each}')" for each in pieces]
    bare = node.this.this if isinstance(node.this, exp.TimeStrToTime) else node.this
    return fill(" || ".join(made), exp.Paren(this=bare.copy()), "duckdb")


def to_day(node: exp.Expr) -> Answer:
    """to_date: null for what is no date."""
    if node.args.get("format") is None:
        return None
    return "TRY_CAST(:this AS DATE)" if kind(node.this) in DATE | TIME else parsed(node, "CAST({0} AS DATE)")


def to_time(node: exp.Expr) -> Answer:
    """to_timestamp with a pattern: null for what is none."""
    return "CAST(:this AS TIMESTAMP)" if kind(node.this) in DATE | TIME else parsed(node, "{0}")


def to_seconds(node: exp.Expr) -> Answer:
    """unix_timestamp: the seconds of a time, or of a text by its pattern."""
    seconds = "CAST(FLOOR(EPOCH(CAST({0} AS TIMESTAMPTZ))) AS BIGINT)"
    if kind(node.this) not in TEXT and not node.args.get("format"):
        return seconds.format(":this")
    if kind(node.this) in DATE | TIME:
        return seconds.format(":this")
    return parsed(node, seconds)


def parsed(node: exp.Expr, around: str) -> Answer:
    """A text read by a pattern."""
    pattern = pattern_of(node, READ)
    return odd_pattern(node) if pattern is None else around.format(f"TRY_STRPTIME(:this, '{pattern}')")


def pattern_of(node: exp.Expr, known: frozenset[str]) -> str | None:
    """The pattern of a function for strftime, of what SQLGlot has put its words in; None if anything else is there.

    >>> pattern_of(exp.TimeToStr(format=exp.Literal.string("%Y-'Q'Q")), WRITTEN | {QUARTER})
    '%Y-Q%q'
    """
    written = node.args.get("format") or exp.Literal.string("%Y-%m-%d %H:%M:%S")
    if not written.is_string:
        return None
    made = []
    for token in TOKEN.findall(written.name.replace("%j%-j", "%J")):
        plain = token[0] == "'" or not (token[0].isalpha() or token[0] == "%")
        word = (token[1:-1] or "'").replace("%", "%%") if token[0] == "'" else OWN.get(token, token)
        if not plain and word not in known:
            return None
        made.append(word.replace("'", "''"))
    return "".join(made)


def odd_unit(node: exp.Expr) -> Refused:
    """A unit without a rule."""
    return Refused("it has no such unit, or another one", f"use one of {', '.join(sorted({*TRUNCATED.values()}))}")


def odd_pattern(node: exp.Expr) -> Refused:
    """A pattern with letters without a rule."""
    return Refused("a letter of its pattern has no equal", "use y, M, d, H, h, m, s, a, E, Q and SSS, or EXTRACT")

"""What Spark's functions mean, said to engines other than DuckDB: fewer rules, and warnings for all else.

Postgres runs in the tests; of the others, what is written is only read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlglot import exp

from gnomon.catalog.sql import meanings_casts as casts
from gnomon.catalog.sql import meanings_groups as groups
from gnomon.catalog.sql import meanings_values as values
from gnomon.catalog.sql.known_types import DATE, FLOATING, LIST, TIME, WHOLE, kind
from gnomon.catalog.sql.meanings import SAME, Answer, Refused, Rules, Unsure
from gnomon.catalog.sql.meanings_dates import shifted

KEPT = """
    Abs And Avg Case Ceil Coalesce Corr CovarPop CovarSamp CumeDist CurrentDate Day DayOfMonth DayOfYear
    DenseRank Exp Exists Floor If Lag Lead Length LogicalAnd LogicalOr Lower Max Min Month Ntile Nullif Or PercentRank
    Quarter Rank RowNumber Sign StartsWith Stddev StddevPop StddevSamp Sum TimestampTrunc Upper Variance VariancePop
    Year
"""
KEPT_ON_POSTGRES = """
    ArrayToString Ascii Atan2 BitwiseAndAgg BitwiseOrAgg BitwiseXorAgg Cbrt Chr ConcatWs DecodeCase Degrees
    Explode Greatest Grouping LastDay Least Log MD5 Nvl2 Overlay Pad PercentileCont PercentileDisc Pi Pow Rand
    RegexpLike RegrCount RegrSlope Repeat Replace Reverse SafeDivide Sin Space SplitPart StrPosition Translate
    Trim Uuid
"""
NO_MEDIAN = Refused("it has no exact percentile of a group", "write approx_percentile, or ask another engine")
SAMPLE = Refused("there is none, or the sample's", "write it with AVG and STDDEV_POP")
INTERPOLATED = "PERCENTILE_CONT(:quantile) WITHIN GROUP (ORDER BY :this)"
HALF = "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY :this)"


def one_percentile(node: exp.Expr) -> Answer:
    """percentile, of one share."""
    alone = not isinstance(node.args["quantile"], exp.Array)
    return INTERPOLATED if alone else Refused("it takes one share", "write a percentile for each")


def weekdays(sunday_first: str, monday_first: str) -> Rules:
    """The rules of dayofweek, of which Sunday is 1, and of weekday, of which Monday is 0."""
    return {exp.DayOfWeek: sunday_first.format(":this"), "WEEKDAY": monday_first.format(":e0")}


def rounded(node: exp.Expr) -> Answer:
    """ROUND, half up of all but doubles."""
    return None if kind(node.this) in WHOLE | {exp.DType.DECIMAL} else Unsure()


def moved(node: exp.Expr) -> Answer:
    """A date and an interval, or two dates."""
    dates = kind(node.this) in DATE and kind(node.expression) in DATE
    return Unsure() if dates else shifted(node)


def part(node: exp.Expr) -> Answer:
    """EXTRACT of what is counted alike everywhere."""
    return None if node.this.name.upper() in PARTS else Unsure()


def to_day(node: exp.Expr) -> Answer:
    """A date of a date or a time."""
    return None if node.args.get("format") is None and kind(node.this) in DATE | TIME else Unsure()


def days_between(node: exp.Expr) -> Answer:
    """datediff, of two dates; in units they are counted otherwise."""
    return None if node.args.get("unit") is None else Unsure()


def joined(node: exp.Expr) -> Answer:
    """Texts put together."""
    return Unsure() if any(kind(each) in FLOATING | TIME | LIST for each in values.parts_joined(node)) else None


def substring(node: exp.Expr) -> Answer:
    """substring from a place that is written."""
    given = [node.args.get(key) for key in ("start", "length")]
    return None if all(each is None or (each.is_int and int(each.to_py()) > 0) for each in given) else Unsure()


PARTS = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "WEEK")
COMMON: Rules = {
    **dict.fromkeys((getattr(exp, name) for name in KEPT.split()), SAME),
    exp.Cast: casts.cut,
    exp.TryCast: casts.cut,
    exp.Count: groups.counted,
    exp.CountIf: "COUNT(CASE WHEN :this THEN 1 END)",
    exp.Group: groups.grouped,
    exp.Round: rounded,
    exp.Extract: part,
    exp.TsOrDsToDate: to_day,
    exp.TsOrDsAdd: "CAST(:self AS DATE)",
    exp.DateDiff: days_between,
    exp.Concat: joined,
    exp.DPipe: joined,
    exp.Substring: substring,
    exp.Add: moved,
    exp.Sub: moved,
    exp.AtTimeZone: Unsure(),
    exp.Skewness: SAMPLE,
    exp.Kurtosis: SAMPLE,
    exp.Quantile: NO_MEDIAN,
    exp.Median: NO_MEDIAN,
    exp.FirstValue: lambda node: None if groups.in_window(node) else Unsure(),
    "ISNULL": ":e0 IS NULL",
    "ISNOTNULL": ":e0 IS NOT NULL",
    "STD": "STDDEV_SAMP(:e0)",
    "EVERY": lambda node: exp.LogicalAnd(this=node.expressions[0].copy()),
    "SOME": lambda node: exp.LogicalOr(this=node.expressions[0].copy()),
    "PMOD": "CASE WHEN MOD(:e0, :e1) < 0 THEN MOD(MOD(:e0, :e1) + :e1, :e1) ELSE MOD(:e0, :e1) END",
    "NOW": SAME,
    **dict.fromkeys(("TO_JSONB", "TO_JSON_STRING"), SAME),  # stages are joined by these
}
PERCENTILES: Rules = {exp.Quantile: one_percentile, exp.Median: HALF}
DAY = "EXTRACT(DAYOFWEEK FROM {0})"
ESCAPED: Rules = {exp.Like: values.pattern, exp.ILike: values.pattern}
"""LIKE, where a backslash escapes only what says so."""
TRINO: Rules = {**weekdays("MOD(DAY_OF_WEEK({0}), 7) + 1", "DAY_OF_WEEK({0}) - 1"), **ESCAPED, exp.Quantile: SAME}
ELSEWHERE: Mapping[str, Rules] = {
    "postgres": {
        **weekdays("EXTRACT(DOW FROM {0}) + 1", "EXTRACT(ISODOW FROM {0}) - 1"),
        **PERCENTILES,
        **dict.fromkeys((getattr(exp, name) for name in KEPT_ON_POSTGRES.split()), SAME),
        exp.AtTimeZone: "CAST(:this AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE :zone",
    },
    "snowflake": {
        **weekdays("MOD(DAYOFWEEKISO({0}), 7) + 1", "DAYOFWEEKISO({0}) - 1"),
        **PERCENTILES,
        **ESCAPED,
    },
    "redshift": PERCENTILES,
    "bigquery": weekdays(DAY, f"MOD({DAY} + 5, 7)"),
    "trino": TRINO,
    "presto": TRINO,
    "athena": TRINO,
    "clickhouse": {
        **weekdays("MOD(toDayOfWeek({0}), 7) + 1", "toDayOfWeek({0}) - 1"),
        exp.Div: values.divided,
        exp.Cast: SAME,
        exp.TryCast: SAME,
    },
}


@lru_cache
def rules_for(dialect: str) -> Rules:
    """The rules of a dialect; none of its own for one that is not listed."""
    return {**COMMON, **ELSEWHERE.get(dialect, {})}

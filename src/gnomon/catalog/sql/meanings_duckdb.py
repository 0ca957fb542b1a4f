"""What Spark's functions mean, said to DuckDB: one line for each that SQLGlot leaves different, and those it keeps."""

from __future__ import annotations

from sqlglot import exp

from gnomon.catalog.sql import meanings_casts as casts
from gnomon.catalog.sql import meanings_dates as dates
from gnomon.catalog.sql import meanings_groups as groups
from gnomon.catalog.sql import meanings_values as values
from gnomon.catalog.sql.meanings import SAME, Refused, Rules

NOTHING_LIKE_IT = Refused("it has no such function", "compute it in the source, or say it with other functions")
NULL_IN_ONE = Refused("a null in it counts otherwise", "say it with transform, filter and size")

DATES: Rules = {
    exp.DayOfWeek: "DAYOFWEEK(:this) + 1",
    "WEEKDAY": "ISODOW(TRY_CAST(:e0 AS DATE)) - 1",
    exp.Extract: dates.part,
    "DATE_PART": dates.part,
    exp.Hour: dates.OfTime("HOUR"),
    exp.Minute: dates.OfTime("MINUTE"),
    exp.Second: dates.OfTime("SECOND"),
    exp.TimestampTrunc: dates.truncated,
    exp.DateTrunc: dates.truncated_day,
    exp.TimeToStr: dates.shown,
    exp.UnixToStr: dates.shown,
    exp.TsOrDsToDate: dates.to_day,
    exp.StrToTime: dates.to_time,
    exp.StrToUnix: dates.to_seconds,
    exp.DateDiff: dates.between,
    exp.TimestampDiff: dates.between,
    exp.MonthsBetween: dates.months_between,
    exp.TsOrDsAdd: "CAST(TRY_CAST(:this AS DATE) + INTERVAL (:expression) DAY AS DATE)",
    exp.AddMonths: "CAST(TRY_CAST(:this AS DATE) + INTERVAL (:expression) MONTH AS DATE)",
    exp.LastDay: "LAST_DAY(TRY_CAST(:this AS DATE))",
    exp.AtTimeZone: "CAST(:this AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE :zone",
    exp.DateFromUnixDate: "CAST(CAST('1970-01-01' AS DATE) + INTERVAL (:this) DAY AS DATE)",
    "TIMESTAMP_SECONDS": "TO_TIMESTAMP(:e0)",
    "TIMESTAMP_MILLIS": "TO_TIMESTAMP(:e0 / 1000.0)",
    "MAKE_DATE": "TRY(MAKE_DATE(:e0, :e1, :e2))",
}

NUMBERS: Rules = {
    exp.Cast: casts.cast,
    exp.TryCast: casts.cast,
    **{name: casts.Convert(name) for name in ("BIGINT", "SMALLINT", "TINYINT", "DECIMAL")},
    exp.Add: values.added,
    exp.Sub: values.added,
    exp.Mul: values.numeric,
    exp.Div: values.divided,
    exp.IntDiv: values.whole_division,
    exp.Mod: values.remainder,
    "PMOD": "CASE WHEN :e0 % NULLIF(:e1, 0) < 0 THEN (:e0 % :e1 + :e1) % :e1 ELSE :e0 % NULLIF(:e1, 0) END",
    "BROUND": values.even,
    "RINT": "ROUND_EVEN(CAST(:e0 AS DOUBLE), 0)",
    exp.Sqrt: "CASE WHEN :this < 0 THEN CAST('NaN' AS DOUBLE) ELSE SQRT(:this) END",
    exp.Round: values.rounded,
    exp.Ln: "CASE WHEN :this > 0 THEN LN(:this) END",
    exp.Log: values.logarithm,
    exp.IsNan: "COALESCE(ISNAN(:this), FALSE)",
    "NANVL": "CASE WHEN ISNAN(:e0) THEN :e1 ELSE :e0 END",
    "HYPOT": "SQRT(:e0 * :e0 + :e1 * :e1)",
    "POSITIVE": ":e0",
    "NEGATIVE": "-(:e0)",
    "E": "EXP(1)",
}

CONDITIONS: Rules = {
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ), casts.compared),
    exp.Like: values.pattern,
    exp.ILike: values.pattern,
    exp.In: values.member,
    exp.Between: values.member,
    exp.Is: values.truth,
    "ISNULL": ":e0 IS NULL",
    "ISNOTNULL": ":e0 IS NOT NULL",
    "REGEXP": "REGEXP_MATCHES(:e0, :e1)",
}

TEXTS: Rules = {
    exp.Concat: values.joined,
    exp.DPipe: values.joined,
    exp.ConcatWs: values.joined_by,
    exp.Substring: values.substring,
    exp.Left: "LEFT(:this, GREATEST(:expression, 0))",
    exp.Right: "RIGHT(:this, GREATEST(:expression, 0))",
    exp.Replace: values.replaced,
    exp.RegexpReplace: values.replaced_by_pattern,
    exp.Reverse: values.turned,
    exp.RegexpSplit: values.split,
    exp.SubstringIndex: values.up_to,
    exp.Format: values.formatted,
}

LISTS: Rules = {
    exp.ArraySize: "COALESCE(ARRAY_LENGTH(:this), -1)",
    "CARDINALITY": "COALESCE(ARRAY_LENGTH(:e0), -1)",
    exp.Bracket: values.element,
    exp.SortArray: values.sorted_list,
    exp.ArrayContains: (
        "CASE WHEN LIST_CONTAINS(:this, :expression) THEN TRUE WHEN LIST_COUNT(:this) < LEN(:this) THEN NULL "
        "ELSE LIST_CONTAINS(:this, :expression) END"
    ),
    exp.ArrayPosition: "CASE WHEN :this IS NULL THEN NULL ELSE COALESCE(LIST_POSITION(:this, :expression), 0) END",
    exp.ArrayDistinct: "LIST_FILTER(:this, LAMBDA v, i : LIST_POSITION(:this, v) = i)",
    exp.ArraySlice: values.sliced,
    exp.GenerateSeries: values.series,
    "ARRAY_REPEAT": "LIST_TRANSFORM(RANGE(:e1), LAMBDA _ : :e0)",
    exp.Exists: values.exists,
    exp.Lateral: values.exploded,
    **dict.fromkeys(("FORALL", "ARRAYS_OVERLAP", "ARRAY_UNION"), NULL_IN_ONE),
}

AGGREGATES: Rules = {
    exp.CountIf: "COUNT(CASE WHEN :this THEN 1 END)",
    exp.Sum: groups.total,
    exp.Avg: groups.total,
    exp.Count: groups.counted,
    exp.Quantile: groups.percentile,
    exp.Median: "QUANTILE_CONT(CAST(:this AS DOUBLE), 0.5)",
    exp.ApproxQuantile: "QUANTILE_DISC(:this, :quantile)",
    "STD": "STDDEV_SAMP(:e0)",
    exp.Skewness: groups.skewness,
    exp.Kurtosis: "KURTOSIS_POP(:this)",
    "EVERY": "BOOL_AND(:e0)",
    "SOME": "BOOL_OR(:e0)",
    exp.FirstValue: groups.first,
    exp.Max: groups.extreme,
    exp.Min: groups.extreme,
    exp.ArrayAgg: groups.gathered,
    exp.ArrayUniqueAgg: groups.gathered,
    exp.Filter: groups.gathered,
    exp.Window: groups.gathered,
    exp.Group: groups.grouped,
    exp.WithinGroup: groups.within,
}

NONE = """
    CONV CRC32 XXHASH64 HASH MONOTONICALLY_INCREASING_ID FORMAT_NUMBER STACK FIND_IN_SET HISTOGRAM_NUMERIC TRY_SUM
    TRY_AVG HLL_SKETCH_AGG HLL_SKETCH_ESTIMATE
"""
"""Functions that DuckDB does not have."""
KEPT = """
    Abs And AnyValue ApproxDistinct ArgMax ArgMin Array ArrayAppend ArrayCompact ArrayExcept ArrayFilter
    ArrayIntersect ArrayMax ArrayMin ArrayRemove ArraySort ArrayToString Ascii Atan2 BitwiseAndAgg BitwiseCount
    BitwiseOrAgg BitwiseXorAgg Case Cbrt Ceil Chr Coalesce Contains ConvertTimezone Corr CovarPop
    CovarSamp CumeDist CurrentDate Day DayOfMonth DayOfYear DecodeCase Degrees DenseRank EndsWith Exp Explode
    Factorial First Flatten Floor Greatest Grouping GroupingId Hex If Initcap JSONExtractScalar JSONFormat Lag
    Last LastValue Lead Least Length Levenshtein LogicalAnd LogicalOr Lower MD5 MapKeys Mode Month NextDay Ntile
    Nullif Nvl2 Or Pad PercentRank PercentileCont PercentileDisc Pi Posexplode Pow Quarter Rand Rank Reduce
    RegexpCount RegexpExtract RegexpExtractAll RegexpLike RegrCount RegrSlope Repeat RowNumber SHA SHA2
    SafeDivide Sign Sin Space SplitPart StartsWith Stddev StddevPop StddevSamp StrPosition Struct TimeStrToTime
    TimestampAdd TimestampFromParts ToBase64 Transform Translate Trim UnixDate UnixMillis UnixSeconds Upper Uuid
    VarMap Variance VariancePop WeekOfYear Year
"""
"""Classes of which SQLGlot's translation is Spark's meaning."""
KEPT_NAMES = "BIN MAP_VALUES MEAN NOW PRINTF"

DUCKDB: Rules = {
    **dict.fromkeys((getattr(exp, name) for name in KEPT.split()), SAME),
    **dict.fromkeys(KEPT_NAMES.split(), SAME),
    **dict.fromkeys(NONE.split(), NOTHING_LIKE_IT),
    **dict.fromkeys((exp.SafeAdd, exp.Elt, exp.Overlay, exp.WidthBucket), NOTHING_LIKE_IT),
    exp.Typeof: Refused("types have other names there", "leave it out"),
    **DATES,
    **NUMBERS,
    **CONDITIONS,
    **TEXTS,
    **LISTS,
    **AGGREGATES,
}

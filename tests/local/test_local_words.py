"""The words of the command, the dates that they mean, and how values are compared."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gnomon.compile.models import OutputColumn
from gnomon.errors import UsageError
from gnomon.model import Metric, Variant
from gnomon.run.local_args import LocalArgs, LocalRange, local_range, parse_args
from gnomon.run.local_compare import differences, expected_queries
from gnomon.run.local_samples import samples_of
from gnomon.source import Source
from gnomon.time import ALL_TIME, Calendar, Cron, Grain, Interval, Rolling, TimeAggregation

NOW = "2026-11-21 10:20:00"
COLUMNS = (
    OutputColumn("metrics_sample_date", "DATE", "sample_date"),
    OutputColumn("to_artifact_id", "TEXT", "entity"),
    OutputColumn("amount", "DOUBLE", "amount"),
)


UTC_DAYS = Calendar()


def range_of(*words: str, calendar: Calendar = UTC_DAYS, now: str = NOW) -> LocalRange:
    return local_range(parse_args(["plan", "dev", *words]), calendar, now)


def test_the_words_of_the_brief() -> None:
    assert parse_args(["plan", "dev", "--start", "1 week", "--end", "now"]) == LocalArgs("dev", "1 week", "now")
    found = range_of("--start", "1 week", "--end", "now")
    assert (found.start, found.last, found.today) == (date(2026, 11, 14), date(2026, 11, 20), date(2026, 11, 21))


@pytest.mark.parametrize(
    ("words", "start", "last"),
    [
        (["--start", "2026-11-01", "--end", "2026-11-05"], date(2026, 11, 1), date(2026, 11, 5)),
        (["--start=20261101", "--end=yesterday"], date(2026, 11, 1), date(2026, 11, 19)),
        (["-s", "2 days ago", "-e", "now"], date(2026, 11, 19), date(2026, 11, 20)),
        (["--start", "1 month", "--end", "2026-12-31"], date(2026, 10, 21), date(2026, 11, 20)),
    ],
)
def test_dates_are_included_and_moments_end_the_day_before(words: list[str], start: date, last: date) -> None:
    found = range_of(*words)
    assert (found.start, found.last) == (start, last)


def test_days_are_local() -> None:
    west = range_of(calendar=Calendar("America/New_York"), now="2026-11-21 02:00:00")
    assert (west.today, west.last, west.start) == (date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 13))
    east = range_of(calendar=Calendar("Asia/Tokyo"), now="2026-11-20 20:00:00")
    assert (east.today, east.last) == (date(2026, 11, 21), date(2026, 11, 19))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["run"], "unknown_command"),
        (["plan", "dev", "--strat", "x"], "unknown_option"),
        (["plan", "dev", "extra"], "unknown_word"),
        (["plan", "dev", "--start"], "missing_value"),
        (["plan", "prod"], "prod_environment"),
        (["plan", "dev", "--start", "some day"], "not_a_time"),
        (["plan", "dev", "--start", "2026-11-20", "--end", "2026-11-10"], "empty_range"),
        (["plan", "dev", "--execution-time", "soon"], "not_a_time"),
    ],
)
def test_words_that_mean_nothing_are_refused(words: list[str], code: str) -> None:
    with pytest.raises(UsageError) as raised:
        args = parse_args(words)
        local_range(args, Calendar(), None if args.execution_time else NOW)
    assert [problem.code for problem in raised.value.problems] == [code]
    assert raised.value.problems[0].help


def samples(interval: Interval, start: date = date(2015, 1, 1), end: date | None = None) -> list[date]:
    metric = Metric("m", "m", Source("m.sql", ""), "duckdb", (interval,), ("a",), {"": ("k",)}, start, end)
    return samples_of(Variant(metric, "a", interval), range_of(), Calendar())


def test_each_variant_starts_at_its_last_complete_bucket() -> None:
    days = [date(2026, 11, day) for day in range(14, 21)]
    assert samples(TimeAggregation(Grain.DAY)) == days == samples(Rolling(30))
    assert samples(TimeAggregation(Grain.WEEK)) == [date(2026, 11, 9)]
    assert samples(TimeAggregation(Grain.MONTH)) == [date(2026, 10, 1)]
    assert samples(TimeAggregation(Grain.QUARTER)) == [date(2026, 7, 1)]
    assert samples(TimeAggregation(Grain.HALF_YEAR)) == [date(2026, 1, 1)]
    assert samples(TimeAggregation(Grain.YEAR)) == [date(2025, 1, 1)]
    assert samples(Rolling(3, Grain.MONTH, Cron.MONTHLY)) == [date(2026, 10, 31)]
    assert samples(Rolling(1, Grain.WEEK, Cron.WEEKLY)) == [date(2026, 11, 15)]
    assert samples(ALL_TIME) == [date(2026, 11, 20)]
    assert [len(samples(TimeAggregation(Grain.HOUR))), str(samples(TimeAggregation(Grain.HOUR))[0])] == [
        48,
        "2026-11-19 00:00:00",
    ]


def test_a_metrics_own_bounds_are_kept() -> None:
    assert samples(TimeAggregation(Grain.DAY), start=date(2026, 11, 19)) == [date(2026, 11, 19), date(2026, 11, 20)]
    assert samples(TimeAggregation(Grain.MONTH), start=date(2026, 10, 2)) == []
    ended = samples(TimeAggregation(Grain.DAY), end=date(2026, 3, 4))
    assert (ended[0], ended[-1], len(ended)) == (date(2026, 2, 26), date(2026, 3, 4), 7)
    assert samples(ALL_TIME, end=date(2026, 3, 4)) == [date(2026, 3, 4)]
    assert samples(ALL_TIME, start=date(2026, 11, 21)) == []
    assert samples(TimeAggregation(Grain.MONTH), end=date(2026, 3, 4)) == [date(2026, 3, 1)]


def compare(built: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> list[tuple[object, object, object]]:
    found = differences("m.v", COLUMNS, built, expected)
    return [(difference.key["to_artifact_id"], difference.built, difference.expected) for difference in found]


def test_differences_name_the_key_and_both_values() -> None:
    day = date(2026, 11, 14)
    expected = [(day, "a", 1.0), (day, "b", None), (day, "c", 0.3)]
    assert compare([(datetime(2026, 11, 14), "a", 1), (day, "b", None), (day, "c", 0.1 + 0.2)], expected) == []
    assert compare([(day, "a", 2.0), (day, "c", 0.3)], expected) == [("a", 2.0, 1.0), ("b", "no row", None)]
    assert compare([*expected, (day, "a", 1.0)], expected) == [("a", 1.0, "no row")]
    assert compare([(date(2026, 11, 15), "a", 1.0), *expected[1:]], expected) == [
        ("a", "no row", 1.0),
        ("a", 1.0, "no row"),
    ]
    assert compare([(day, "a", float("nan")), *expected[1:]], expected) == [("a", "NaN", 1.0)]
    assert compare([(day, "a", 1.0), (day, "b", 0.0), expected[2]], expected) == [("b", 0.0, None)]


def test_queries_of_one_date_are_joined_in_chunks() -> None:
    found = list(expected_queries([f"SELECT {n} AS x" for n in range(50)], ["x"]))
    assert [query.count("UNION ALL") for query in found] == [23, 23, 1]
    assert len(list(expected_queries(["SELECT 1 AS x" + " " * 50_000] * 4, ["x"]))) == 2

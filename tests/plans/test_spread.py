"""Variances and deviations over windows: what they are of a few values, and how many digits they keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

import gnomon
from gnomon.compile.forms import table_of
from gnomon.compile.shared import Sharing, Work, shared
from gnomon.expand import expand
from oracle.clock import DAY, Bucket, Interval, Rolling, ToDate
from oracle.judge import expected_rows
from oracle.logic import Col, Compare, Lit, Row
from oracle.model import Agg, Having, Measure, PeerOver, Ratio, Shape
from plans.warehouses import Warehouse
from property.runs import CALENDAR, Run, bounded_sql, fill_calendar, run_problems, written
from property.trial import Trial, connect, load, rendered
from property.world import Knobs
from soundness.case import START, Case

FIRST, LAST = date(2024, 1, 1), date(2024, 3, 31)
WEEK, MONTH, TO_DATE = Rolling(7), Rolling(1, "month"), ToDate("monthly")
X, AMOUNT, BIG, FLAG = Col("x"), Col("amount"), Col("big"), Col("flag")
SPREADS = ("var_pop", "var_samp", "stddev_pop", "stddev_samp")


def rows_of(column: str, *days: Sequence[Any]) -> tuple[Row, ...]:
    """Rows of one key: on each day from the first one on, the values that are given."""
    return tuple(
        {"happened": FIRST + n * DAY, "to_artifact_id": "a", column: value, "flag": n % 2 == 0}
        for n, values in enumerate(days)
        for value in values
    )


def noise(column: str, base: float, size: float, days: int = 80) -> tuple[Row, ...]:
    rng = Random(7)
    return rows_of(column, *([base + rng.gauss(0, size) for _ in range(rng.randrange(4))] for _ in range(days)))


def amounts(case: Case, folder: Path, end: date = LAST) -> dict[date, Any]:
    """What the rendered query gives the key `a` at each sample date."""
    found = rendered(case.loaded(folder), Trial(case.metric, case.entity, case.interval, FIRST, end))
    assert (found.plan.name, found.plan.aggregate) == ("windows", "decomposable")
    with connect(case.project, case.data) as connection:
        cursor = connection.execute(found.sql)
        names = [column[0] for column in cursor.description or ()]
        day, key, amount = map(names.index, ("metrics_sample_date", "to_artifact_id", "amount"))
        return {row[day]: row[amount] for row in cursor.fetchall() if row[key] == "a"}


def errors(case: Case, folder: Path, end: date = LAST) -> list[float]:
    """How far each amount is from the exact one, as a part of it; pairs of null are left out."""
    found = amounts(case, folder, end)
    rows = expected_rows(case.project, case.metric, case.data, "artifact", case.interval, FIRST, end)
    exact = [row for row in rows if row[1] == "a"]
    assert {row[0] for row in exact} == {*found}
    known = [(found[day], number.value) for day, *_, number in exact if number.value is not None]
    assert len(known) > 50
    return [abs(float((Fraction(amount) - value) / value)) for amount, value in known if value]


@pytest.mark.parametrize("interval", [WEEK, MONTH, TO_DATE])
@pytest.mark.parametrize("func", SPREADS)
def test_noise_on_a_large_number_keeps_its_digits(func: str, interval: Interval, tmp_path: Path) -> None:
    case = Case(Measure("raw.events", Agg(func, X)), interval, noise("x", 1e9, 1.0))
    assert max(errors(case, tmp_path)) < 1e-12


def test_what_is_taken_away_is_each_keys_own(tmp_path: Path) -> None:
    others = tuple({**row, "to_artifact_id": "b"} for row in noise("x", -1e9, 1.0))
    case = Case(Measure("raw.events", Agg("var_pop", X)), WEEK, noise("x", 1e9, 1.0) + others)
    assert case.rendered_problems(tmp_path / "both", FIRST, LAST) == []
    assert max(errors(case, tmp_path / "a")) < 1e-12


def test_milliseconds_since_1970_keep_their_digits(tmp_path: Path) -> None:
    rows = tuple({**row, "big": None if row["big"] is None else int(row["big"])} for row in noise("big", 1.7e12, 3e4))
    assert max(errors(Case(Measure("raw.events", Agg("var_samp", BIG)), WEEK, rows), tmp_path)) < 1e-12


def level(apart: float, days: int = 360, outlier: float | None = None) -> tuple[Row, ...]:
    """Noise of about 1: on 1, from the 40th to the 60th day of each hundred on `apart`; or with one outlier."""
    rng = Random(7)
    levels = [1 + (apart if 40 <= n % 100 < 60 else 0) for n in range(days)]
    values = [[level + rng.gauss(0, 1) for _ in range(rng.randrange(4))] for level in levels]
    if outlier is not None:
        values[30] = [outlier]
    return rows_of("x", *values)


@pytest.mark.parametrize(("apart", "most"), [(1e3, 1e-12), (1e6, 1e-9), (1e9, 1e-6)])
def test_a_level_that_moves_costs_no_more_than_how_far(apart: float, most: float, tmp_path: Path) -> None:
    """An engine's own variance is no nearer. With one centre for all windows it was the square of that."""
    assert max(errors(Case(Measure("raw.events", Agg("var_samp", X)), WEEK, level(apart, 80)), tmp_path)) < most


INTERVALS = [WEEK, Rolling(30), Rolling(365), MONTH, Rolling(2, "month"), Rolling(1, "quarter"), TO_DATE]


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_level_that_moves_within_a_year(interval: Interval, tmp_path: Path) -> None:
    end = FIRST + 365 * DAY
    assert max(errors(Case(Measure("raw.events", Agg("var_samp", X)), interval, level(1e6)), tmp_path, end)) < 1e-9


def test_an_outlier_costs_other_windows_nothing(tmp_path: Path) -> None:
    case = Case(Measure("raw.events", Agg("stddev_pop", X)), WEEK, level(0, 80, outlier=1e15))
    assert max(errors(case, tmp_path)) < 1e-13


@pytest.mark.parametrize("interval", [WEEK, MONTH, TO_DATE])
def test_a_level_that_moves_on_other_engines(interval: Interval, warehouse: Warehouse, tmp_path: Path) -> None:
    case = Case(Measure("raw.events", Agg("var_samp", X)), interval, level(1e6, 80))
    loaded, range = case.loaded(tmp_path), {"start": FIRST, "end": LAST}
    [found] = gnomon.render(loaded, "m", interval=interval.suffix, dialect=warehouse.dialect, **range)
    warehouse.fill(case.project, case.data)
    answer = warehouse.execute(found.sql)
    names = [column[0] for column in answer.description]
    got = {row[names.index("metrics_sample_date")]: row[names.index("amount")] for row in answer.fetchall()}
    exact = expected_rows(case.project, case.metric, case.data, "artifact", interval, FIRST, LAST)
    assert {row[0] for row in exact} == {*got}
    known = [(Fraction(got[day]), number.value) for day, *_, number in exact if number.value]
    assert max(abs(amount / value - 1) for amount, value in known) < 1e-9


CHECK_QUERY = """
WITH dates AS (
  SELECT DATE '2024-01-01' + CAST(n AS INTEGER) AS day FROM range(91) AS t(n)
), held AS (
  SELECT day, to_artifact_id, amount FROM dates JOIN raw.events ON day - happened BETWEEN 0 AND {last}
), means AS (
  SELECT day, to_artifact_id, AVG(amount) AS mean FROM held GROUP BY ALL
)
SELECT day, to_artifact_id, SUM((amount - mean) * (amount - mean)) / NULLIF(COUNT(amount) - 1, 0)
FROM held JOIN means USING (day, to_artifact_id) GROUP BY ALL ORDER BY ALL
"""


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_against_a_query_by_hand(size: int, tmp_path: Path) -> None:
    """Two keys, one of them null on some days; days without values are at the ends of windows and of blocks too."""
    rng = Random(size)
    rows = tuple(
        {
            "happened": FIRST + rng.randrange(85) * DAY,
            "to_artifact_id": key,
            "amount": rng.choice([0, 3, 7, None, None]),
        }
        for key in "aab"
        for _ in range(60)
    )
    case = Case(Measure("raw.events", Agg("var_samp", AMOUNT)), Rolling(size), rows)
    found = rendered(case.loaded(tmp_path), Trial(case.metric, "artifact", case.interval, FIRST, LAST))
    with connect(case.project, case.data) as connection:
        wanted = connection.execute(CHECK_QUERY.format(last=size - 1)).fetchall()
        columns = "metrics_sample_date, to_artifact_id, amount"
        got = connection.execute(f"SELECT {columns} FROM ({found.sql}) ORDER BY ALL").fetchall()
    assert [row[:2] for row in got] == [row[:2] for row in wanted]
    assert [row[2] for row in got] == [amount and pytest.approx(amount, rel=1e-12) for *_, amount in wanted]


def test_integers_beyond_53_bits_keep_their_digits(tmp_path: Path) -> None:
    rows = rows_of("big", *[(2**60 + n % 3, 2**60 + 1) for n in range(80)])
    assert max(errors(Case(Measure("raw.events", Agg("var_pop", BIG)), WEEK, rows), tmp_path)) < 1e-12


@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_below_0_keep_their_digits(sign: int, tmp_path: Path) -> None:
    assert (
        max(errors(Case(Measure("raw.events", Agg("var_pop", X)), WEEK, noise("x", sign * 1e9, 1.0)), tmp_path)) < 1e-12
    )


@pytest.mark.parametrize("interval", [WEEK, MONTH, TO_DATE])
def test_equal_values_have_no_variance_at_all(interval: Interval, tmp_path: Path) -> None:
    """Also where the key had another value before: 0, and not what rounding leaves."""
    rows = rows_of("x", *[(0.1, 0.1)] * 35, *[(1000.3,) * (1 + n % 7) for n in range(45)])
    found = amounts(Case(Measure("raw.events", Agg("stddev_samp", X)), interval, rows), tmp_path)
    changed = FIRST + 35 * DAY
    same = [amount for day, amount in found.items() if day < changed or day >= changed + 31 * DAY]
    assert len(same) > 40 and set(same) <= {0.0, None}
    assert found[changed] > 0


ONE = rows_of("x", (3.0,), (), (None,), (), (0.1,), (0.3, 0.3))


def test_few_values(tmp_path: Path) -> None:
    """One value has no sample variance, and a population variance of 0; none have neither; nulls are none."""
    days = [FIRST + n * DAY for n in range(8)]
    sample, whole = (
        amounts(Case(Measure("raw.events", Agg(func, X)), Rolling(2), ONE), tmp_path / func, days[-1])
        for func in ("var_samp", "var_pop")
    )
    assert [sample.get(day, "no row") for day in days[:5]] == [None, None, None, None, None]
    assert [whole.get(day, "no row") for day in days[:5]] == [0.0, 0.0, None, None, 0.0]
    assert sample[days[5]] == pytest.approx(0.04 / 3, rel=1e-15) and sample[days[6]] == 0.0
    assert days[7] not in sample


def test_an_infinity_is_in_its_own_windows_only(tmp_path: Path) -> None:
    """DuckDB's own function refuses such values; the windows that hold one have no number."""
    rows = rows_of("x", *[(1.0, 2.0)] * 20, (float("inf"),), *[(1.0, 2.0)] * 20)
    found = amounts(Case(Measure("raw.events", Agg("var_pop", X)), Rolling(2), rows), tmp_path)
    wild = {FIRST + 20 * DAY, FIRST + 21 * DAY}
    assert {found[day] for day in found if day not in wild} == {0.25}
    assert not any(found[day] < float("inf") for day in wild)


def test_an_infinity_beside_other_values_of_its_day(tmp_path: Path) -> None:
    rows = rows_of("x", *[(1.0, 2.0)] * 20, (1.0, float("inf"), 3.0), *[(1.0, 2.0)] * 20)
    found = amounts(Case(Measure("raw.events", Agg("stddev_pop", X)), Rolling(2), rows), tmp_path)
    wild = {FIRST + 20 * DAY, FIRST + 21 * DAY}
    assert {found[day] for day in found if day not in wild} == {0.5}
    assert not any(found[day] < float("inf") for day in wild)


def test_squares_beyond_a_double_are_no_number(tmp_path: Path) -> None:
    """Nor do they make the whole statement fail, as an engine's own variance does."""
    rows = rows_of("x", (1.0, 2.0), (), (1e200, -1e200), (), (1.0, 2.0))
    found = amounts(Case(Measure("raw.events", Agg("var_pop", X)), Rolling(1), rows), tmp_path)
    assert (found[FIRST], found[FIRST + 4 * DAY]) == (0.25, 0.25) and not found[FIRST + 2 * DAY] < float("inf")


@pytest.mark.parametrize("count", [1, 5, 7])
def test_months_across_a_new_year(count: int, tmp_path: Path) -> None:
    end = FIRST + 500 * DAY
    case = Case(Measure("raw.events", Agg("var_samp", X)), Rolling(count, "month"), level(1e3, 500))
    assert max(errors(case, tmp_path, end)) < 1e-11


BURST = Ratio(Agg("var_samp", AMOUNT), Agg("avg", AMOUNT))
SHAPES: dict[str, Shape] = {
    "filtered": Measure("raw.events", Agg("var_samp", AMOUNT, Compare(FLAG, "=", Lit(True)))),
    "over a mean": Measure("raw.events", BURST),
    "in HAVING": Measure("raw.events", Agg("sum", AMOUNT), having=Having(Agg("var_pop", AMOUNT), ">", 2)),
    "beside a distinct count": Measure("raw.events", Agg("stddev_samp", AMOUNT),
                                       having=Having(Agg("count_distinct", AMOUNT), ">", 1)),
}  # fmt: skip


def integers() -> tuple[Row, ...]:
    rng = Random(3)
    return rows_of("amount", *([rng.choice([0, 1, 1, 5, None]) for _ in range(rng.randrange(3))] for _ in range(60)))


@pytest.mark.parametrize("interval", [WEEK, MONTH])
@pytest.mark.parametrize("name", SHAPES)
def test_beside_other_aggregates(name: str, interval: Interval, tmp_path: Path) -> None:
    assert Case(SHAPES[name], interval, integers()).rendered_problems(tmp_path, FIRST, LAST) == []


def test_in_hours(tmp_path: Path) -> None:
    rng, midnight = Random(5), datetime(2024, 1, 2)
    rows = tuple(
        {"happened": midnight + timedelta(minutes=rng.randrange(4000)), "to_artifact_id": "a", "x": 1e9 + rng.random()}
        for _ in range(60)
    )
    interval = Rolling(5, "hour", "@hourly")
    case = Case(Measure("raw.events", Agg("var_pop", X)), interval, rows, knobs=Knobs(0, rows=0, time_type="timestamp"))
    assert case.rendered_problems(tmp_path, date(2024, 1, 2), date(2024, 1, 5)) == []


def test_of_the_days_of_another_metric(tmp_path: Path) -> None:
    peers = {"total": Measure("raw.events", Agg("sum", AMOUNT))}
    case = Case(PeerOver("total", "stddev_samp"), WEEK, integers(), peers=peers)
    assert case.rendered_problems(tmp_path, FIRST, LAST) == []


def test_a_run_of_a_few_days_is_as_near_as_a_rebuild(tmp_path: Path) -> None:
    """What it takes away from all values is of the rows that it reads, and may be another number."""
    case = Case(Measure("raw.events", Agg("stddev_samp", X)), WEEK, noise("x", 1e9, 1.0))
    for number, (start, end) in enumerate([(START, LAST), (date(2024, 2, 1), date(2024, 2, 3))]):
        assert case.run_problems(tmp_path / str(number), start, end, LAST) == []


DEVIATION = """SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
  STDDEV(amount) AS amount FROM raw.events WHERE @metrics_in_window(happened)
GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT amount) > 1"""


def sharing(case: Case, sql: str, folder: Path, *intervals: Interval) -> tuple[Sharing, list[Run]]:
    """What the intervals of a query share, and their runs."""
    load(replace(case.project, metrics=(replace(case.metric, intervals=intervals),)), folder)
    (folder / "queries" / "m.sql").write_text(sql)
    loaded = gnomon.load(folder)
    runs = [Run(Trial(case.metric, "artifact", each, FIRST, LAST), FIRST, LAST, LAST) for each in intervals]
    variants = {variant.suffix: variant for variant in expand(loaded)}
    works = [Work(variants[run.trial.interval.suffix], (FIRST, LAST), written(run, case.project)) for run in runs]
    return shared(loaded, works, CALENDAR), runs


def test_distances_are_in_no_shared_parts(tmp_path: Path) -> None:
    """What is taken away is a key's, of the rows that one statement reads, and days are added up around their own."""
    case = Case(Measure("raw.events", Agg("stddev_samp", AMOUNT)), WEEK, integers())
    sql, buckets = DEVIATION.partition("HAVING")[0], (Bucket("daily"), Bucket("weekly"))
    assert sharing(case, sql, tmp_path / "deviation", *buckets)[0].uses == {}
    assert len(sharing(case, sql.replace("STDDEV", "AVG"), tmp_path / "mean", *buckets)[0].uses) == 2


def test_what_shares_the_sort_of_a_distinct_count(tmp_path: Path) -> None:
    """Two windows read one table of what enters and leaves; the means of days are in it."""
    case = Case(SHAPES["beside a distinct count"], WEEK, integers())
    found, runs = sharing(case, DEVIATION, tmp_path, WEEK, Rolling(30))
    assert len(found.uses) == 2
    with connect(case.project, case.data) as connection:
        fill_calendar(connection, START - 400 * DAY, LAST + 400 * DAY)
        for name, query in found.tables.items():
            connection.execute(f"CREATE TEMP TABLE {table_of(name).sql('duckdb')} AS {query.sql('duckdb')}")
        for place, run in enumerate(runs):
            sql = bounded_sql(found.uses[place].query, run)
            assert run_problems(connection, case.project, case.data, run, sql) == []


@pytest.mark.parametrize("amount", ["VARIANCE(DISTINCT amount)", "COVAR_POP(amount, x)", "CORR(amount, x)",
                                    "REGR_SLOPE(amount, x)"])  # fmt: skip
def test_what_has_no_such_parts_is_computed_of_all_rows(amount: str, tmp_path: Path) -> None:
    sql = f"""SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
      {amount} AS amount FROM raw.events WHERE @metrics_in_window(happened) GROUP BY 1, 2, 3"""
    case = Case(Measure("raw.events", Agg("count_rows")), WEEK, (), sql=sql)
    found = rendered(case.loaded(tmp_path), Trial(case.metric, "artifact", WEEK, FIRST, LAST))
    assert (found.plan.name, found.plan.aggregate) == ("window_join", "holistic")

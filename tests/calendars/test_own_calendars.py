"""Series by a 4-4-5 calendar over two years, on DuckDB, against plain Python that goes day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

import gnomon
from calendars.retail import (
    ADVERBS,
    DAY,
    FIRST,
    GRAINS,
    QUERIES,
    add_days,
    add_orders,
    buckets,
    calendar,
    expected,
    fill,
    local_day,
    orders,
    table,
    write_project,
)
from doc_blocks import blocks
from gnomon.compile.sql import per_date
from gnomon.errors import DefinitionError, RunError
from gnomon.query import query
from gnomon.query.answer import about
from gnomon.rewrite.dialects import DIALECTS
from gnomon.run.advance import run
from gnomon.run.local_test import local_test
from gnomon.run.plan import plan
from gnomon.run.restate import restate
from gnomon.time import Buckets, Calendar, Grain, OwnAggregation, OwnGrain
from gnomon.time.own import bucket_starts
from gnomon.time.ranges import written_range

END = FIRST + timedelta(days=728)
VARIANTS = [(metric, grain) for metric in QUERIES for grain in GRAINS if (metric, grain) != ("of_year", "week")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return gnomon.load(write_project(tmp_path_factory.mktemp("retail") / "shop"))


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection, calendar(), orders(1))
        connection.execute("SET TimeZone = 'Asia/Kathmandu'")
        yield connection


# Queries


@pytest.mark.parametrize(("metric", "grain"), VARIANTS)
def test_rendered_rows(metric: str, grain: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    (rendered,) = gnomon.render(project, metric, interval=ADVERBS[grain], end=END + 50 * DAY)
    truth = expected(metric, calendar(), grain, orders(1), END + 50 * DAY)
    assert table(warehouse, rendered.sql) == pytest.approx(truth)
    assert truth or grain == "year"


@pytest.mark.parametrize("metric", QUERIES)
def test_a_part_of_the_sample_dates(metric: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    """The first bucket is the first that begins on or after the start, the last one the last that begins by the end."""
    start, end = date(2023, 6, 2), date(2024, 3, 3)
    (rendered,) = gnomon.render(project, metric, interval="fiscal_monthly", start=start, end=end)
    truth = expected(metric, calendar(), "month", orders(1), END)
    assert table(warehouse, rendered.sql) == pytest.approx({k: v for k, v in truth.items() if start <= k[0] <= end})


@pytest.mark.parametrize("metric", ["sales", "per_day", "earlier", "best_day", "change"])
def test_each_date_by_itself(metric: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    (variant,) = [v for v in gnomon.expand(project) if (v.metric.key, v.suffix) == (metric, "fiscal_monthly")]
    truth = expected(metric, calendar(), "month", orders(1), END)
    for sample in buckets(calendar(), "month"):
        found = table(warehouse, per_date(project, variant, sample, "duckdb"))
        assert found == pytest.approx({key: value for key, value in truth.items() if key[0] == sample})


def test_rows_of_days_that_the_calendar_lacks_are_in_no_bucket(project: Any) -> None:
    """Not in the bucket before or around them either, whatever the engine would make of a range."""
    kept = [row for row in calendar() if row["day"] != date(2023, 5, 5)]
    with duckdb.connect() as connection:
        fill(connection, kept, orders(2, 3000))
        (rendered,) = gnomon.render(project, "sales", interval="fiscal_monthly", end=END)
        assert any(local_day(event[0]) == date(2023, 5, 5) for event in orders(2, 3000))
        assert table(connection, rendered.sql) == pytest.approx(expected("sales", kept, "month", orders(2, 3000), END))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_say_it(dialect: str, project: Any) -> None:
    import sqlglot

    for rendered in gnomon.render(project, dialect=dialect, end=END):
        sqlglot.parse_one(rendered.sql, read=dialect)


# Built tables


class World:
    """A project that is built, with what has happened until now."""

    def __init__(self, root: Path, days: list[Any]) -> None:
        self.root = write_project(root, ["sales", "customers", "change"], ["week", "month", "quarter"])
        self.days, self.events = days, [event for event in orders(3) if local_day(event[0]) < date(2024, 3, 1)]
        with self.connect() as connection:
            fill(connection, self.days, self.events)

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.root / "warehouse.duckdb"))

    def add(self, *events: Any) -> None:
        self.events += events
        with self.connect() as connection:
            add_orders(connection, events)

    def agrees(self, today: date) -> None:
        """Every built table holds what plain Python says of the buckets that are over today."""
        known = [event for event in self.events if local_day(event[0]) < today]
        with self.connect() as connection:
            for metric in ("sales", "customers", "change"):
                for grain in ("week", "month", "quarter"):
                    found = table(connection, f"SELECT * FROM metrics.{metric}_to_shop_{ADVERBS[grain]}")
                    truth = expected(metric, self.days, grain, known, today)
                    assert found == pytest.approx(truth), (metric, grain, today)


def test_plans_runs_and_restatements_end_in_what_one_rebuild_gives(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", calendar())
    plan(world.root, execution_time="2024-02-15 12:00:00")
    world.agrees(date(2024, 2, 15))
    for today in (date(2024, 2, 17), date(2024, 2, 26)):
        run(world.root, execution_time=f"{today} 12:00:00")
        world.agrees(today)
    world.add((noon(date(2024, 2, 24)), "north", "c9", 1000))  # its week, and only that, is over by then
    for today in (date(2024, 2, 27), date(2024, 3, 3)):
        run(world.root, execution_time=f"{today} 12:00:00")
        world.agrees(today)
    world.add((noon(date(2023, 5, 10)), "south", "c8", 5000))
    restate(world.root, since="2023-05-10", until="2023-05-10", execution_time="2024-03-03 12:00:00")
    world.agrees(date(2024, 3, 3))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def test_a_calendar_that_ends_says_so_and_goes_on(tmp_path: Path) -> None:
    days = calendar()
    short = [row for row in days if row["day"] < date(2024, 1, 28)]
    world = World(tmp_path / "shop", short)
    result = plan(world.root, execution_time="2024-02-28 12:00:00")
    world.agrees(date(2024, 2, 28))
    for grain, since in (("week", "2024-01-21"), ("month", "2023-12-24"), ("quarter", "2023-10-29")):
        unbuilt = f"ref.fiscal ends on 2024-01-27: the fiscal {grain} from {since} on has no known end and is not built"
        said = next(warning for warning in result.warnings if unbuilt in warning)
        assert said.endswith(f"add the days from 2024-01-28 on to it, then `gnomon restate --since {since}`")
    with world.connect() as connection:
        add_days(connection, [row for row in days if row["day"] >= date(2024, 1, 28)])
    world.days = days
    restate(world.root, since="2023-10-29", execution_time="2024-02-28 12:00:00")
    world.agrees(date(2024, 2, 28))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM ref.fiscal WHERE day = '2023-05-05'", "lacks 2023-05-05"),
        ("INSERT INTO ref.fiscal SELECT * FROM ref.fiscal WHERE day = '2023-05-05'", "has 2023-05-05 twice"),
        ("UPDATE ref.fiscal SET month_start = NULL WHERE day = '2023-05-05'", "has no bucket for 2023-05-05"),
        ("UPDATE ref.fiscal SET month_start = '2023-05-20' WHERE day = '2023-05-05'", "begins on 2023-05-20"),
        ("DELETE FROM ref.fiscal", "no day on which a bucket begins"),
    ],
)
def test_a_table_that_does_not_cut_time_is_refused_before_anything_is_written(
    change: str, says: str, tmp_path: Path
) -> None:
    world = World(tmp_path / "shop", calendar())
    with world.connect() as connection:
        connection.execute(change)
    with pytest.raises(DefinitionError) as refused:
        plan(world.root, execution_time="2024-02-15 12:00:00")
    (problem,) = refused.value.problems
    assert problem.code == "calendar_not_whole"
    assert says in problem.message
    assert str(problem.span).startswith("sources.yaml:")


def test_answers_say_the_bounds_of_own_buckets(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", calendar())
    plan(world.root, execution_time="2024-02-15 12:00:00")
    rows = query(gnomon.load(world.root), "sales", "shop", "fiscal_quarterly")
    assert set(rows["is_complete"].to_pylist()) <= {True, False}
    said = about(rows)["bounds"]
    assert said["each_row_covers"] == "the fiscal quarter that begins on the sample date"
    assert said["first"] == {"sample_date": "2023-01-29", "start": "2023-01-29", "end_exclusive": "2023-04-30"}
    assert said["last"]["end_exclusive"] == "2024-01-28"
    with world.connect() as connection:
        connection.execute("DELETE FROM ref.fiscal WHERE day = '2023-05-05'")
    with pytest.raises(RunError, match="lacks 2023-05-05"):
        query(gnomon.load(world.root), "sales", "shop", "fiscal_quarterly")


# The pure part


def test_written_ranges_are_those_of_the_calendars_buckets() -> None:
    rng, days = Random(5), calendar()
    for grain in GRAINS:
        ends = buckets(days, grain)
        own = Buckets(f"fiscal_{grain}", bucket_starts([(row["day"], row[grain]) for row in days]))
        assert own.starts == (*ends, max(ends.values()))
        interval = OwnAggregation(OwnGrain("fiscal", Grain(grain), "ref.fiscal", "day", f"{grain}_start"))
        for _ in range(300):
            start = FIRST + rng.randrange(-30, 760) * DAY
            end, execution = start + rng.randrange(1, 90) * DAY, start + rng.randrange(0, 200) * DAY
            low, high = written_range(interval, start, end, end, execution, Calendar(own=(own,)))
            touched = {s for s, e in ends.items() if s < end and e > start and e <= execution}
            assert {s for s in own.starts if low <= s < high} == touched, (grain, start, end, execution)


def test_bounds_and_samples_need_the_table() -> None:
    grain = OwnGrain("fiscal", Grain.MONTH, "ref.fiscal", "day", "month_start")
    interval = OwnAggregation(grain)
    with pytest.raises(LookupError, match=r"fiscal_month are in ref\.fiscal"):
        interval.bounds(FIRST, Calendar())
    own = Calendar(own=(Buckets("fiscal_month", bucket_starts([(r["day"], r["month"]) for r in calendar()])),))
    assert interval.bounds(FIRST, own) == (FIRST, FIRST + 28 * DAY)
    with pytest.raises(LookupError, match="no fiscal_month with a known end"):
        interval.bounds(FIRST + DAY, own)
    assert list(interval.samples(FIRST, FIRST + 28 * DAY, own)) == [FIRST, FIRST + 28 * DAY]
    assert len(list(interval.samples(FIRST, END, own))) == 23


# What a reader of the pages does


def test_the_pages_model_is_such_a_calendar_and_can_be_a_model_of_the_project(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "time.md"
    (model,) = [block.text for block in blocks(page.read_text()) if block.text.startswith("MODEL (name ref.fiscal")]
    root = write_project(tmp_path / "shop", ["sales", "customers"], ["month", "quarter"])
    (root / "models").mkdir()
    (root / "models" / "fiscal.sql").write_text(model.replace("ref.fiscal_calendar", "ref.fiscal"))
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        fill(connection, calendar(), orders(4))
        connection.execute("DROP SCHEMA ref CASCADE")
    plan(root, execution_time="2024-02-15 12:00:00")
    run(root, execution_time="2024-02-27 12:00:00")
    truth = [event for event in orders(4) if local_day(event[0]) < date(2024, 2, 27)]
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        said = connection.execute("SELECT day, month_start, quarter_start FROM ref.fiscal ORDER BY day").fetchall()
        assert said[: 7 * 104] == [(row["day"], row["month"], row["quarter"]) for row in calendar()]
        for metric in ("sales", "customers"):
            found = table(connection, f"SELECT * FROM metrics.{metric}_to_shop_fiscal_monthly")
            assert found == pytest.approx(expected(metric, calendar(), "month", truth, date(2024, 2, 27)))


def test_local_test_compares_own_buckets(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop", ["sales", "per_day", "change"], ["month", "year"])
    result = local_test(
        root, ["plan", "dev", "--start", "2026-03-01", "--end", "2026-05-31"], execution_time="2026-06-01"
    )
    assert result.ok, str(result)
    own = [found for found in result.results if found.name.endswith("_fiscal_monthly")]
    assert len(own) == 3
    assert all(len(found.samples) >= 2 and found.rows for found in own)

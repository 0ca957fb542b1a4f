"""Windows to date of a 4-4-5 calendar over two years, on DuckDB, against plain Python that goes day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

import gnomon
from calendars.retail import DAY, FIRST, GRAINS, add_days, add_orders, calendar, fill, local_day, orders, table
from calendars.to_date import METRICS, to_date, write_to_date
from gnomon.compile.sql import per_date
from gnomon.errors import DefinitionError
from gnomon.query import query
from gnomon.query.answer import about
from gnomon.rewrite.dialects import DIALECTS
from gnomon.run.advance import run
from gnomon.run.local_test import local_test
from gnomon.run.plan import plan
from gnomon.run.restate import restate
from gnomon.time import Buckets, Calendar, Grain, OwnGrain, ToDate
from gnomon.time.own import bucket_starts
from gnomon.time.ranges import written_range
from oracle.clock import days

LAST = FIRST + 727 * DAY
VARIANTS = [(metric, grain) for metric in METRICS for grain in GRAINS if (metric, grain) != ("before_month", "week")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return gnomon.load(write_to_date(tmp_path_factory.mktemp("retail") / "shop"))


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection, calendar(), orders(1))
        connection.execute("SET TimeZone = 'Asia/Kathmandu'")
        yield connection


# Queries


@pytest.mark.parametrize(("metric", "grain"), VARIANTS)
def test_rendered_rows(metric: str, grain: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every day from before the calendar to after it, which are no sample dates, and its last bucket to its end."""
    (rendered,) = gnomon.render(project, metric, interval=f"fiscal_{grain}_to_date", end=LAST + 50 * DAY)
    truth = to_date(metric, calendar(), grain, orders(1), days(FIRST - 40 * DAY, LAST + 50 * DAY))
    assert table(warehouse, rendered.sql) == pytest.approx(truth)
    assert max(truth)[0] == LAST


@pytest.mark.parametrize("metric", METRICS)
def test_a_part_of_the_sample_dates(metric: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    start, end = date(2023, 6, 2), date(2023, 9, 3)
    (rendered,) = gnomon.render(project, metric, interval="fiscal_quarter_to_date", start=start, end=end)
    truth = to_date(metric, calendar(), "quarter", orders(1), days(start, end))
    assert table(warehouse, rendered.sql) == pytest.approx(truth)


@pytest.mark.parametrize("metric", METRICS)
def test_each_date_by_itself(metric: str, project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    (variant,) = [v for v in gnomon.expand(project) if (v.metric.key, v.suffix) == (metric, "fiscal_month_to_date")]
    for sample in (date(2023, 2, 25), date(2023, 2, 26), date(2023, 5, 27), date(2024, 7, 1), LAST):
        found = table(warehouse, per_date(project, variant, sample, "duckdb"))
        assert found == pytest.approx(to_date(metric, calendar(), "month", orders(1), [sample]))


def test_last_days_of_months_and_weeks(tmp_path: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    root = write_to_date(tmp_path / "shop", ["sales"])
    for cron, ends in (
        ("@monthly", lambda day: (day + DAY).day == 1),
        ("@weekly", lambda day: day.weekday() == 6),
    ):
        text = f"sales: {{ref: sales.sql, entity_key: shop_id, to_date: {{grains: [fiscal_year], cron: '{cron}'}}}}\n"
        (root / "metrics.yaml").write_text(text)
        (rendered,) = gnomon.render(gnomon.load(root), "sales", end=LAST)
        sampled = [day for day in days(FIRST, LAST) if ends(day)]
        assert table(warehouse, rendered.sql) == to_date("sales", calendar(), "year", orders(1), sampled)


@pytest.mark.parametrize("metric", ["sales", "per_day"])
def test_a_calendar_that_begins_within_a_bucket_has_its_first_sample_date_with_the_next_one(
    metric: str, project: Any
) -> None:
    begun = [row for row in calendar() if row["day"] >= date(2023, 3, 10)]
    with duckdb.connect() as connection:
        fill(connection, begun, orders(2))
        (rendered,) = gnomon.render(project, metric, interval="fiscal_month_to_date", end=LAST)
        truth = to_date(metric, begun, "month", orders(2), days(FIRST, LAST))
        assert min(truth)[0] >= date(2023, 3, 26)
        assert table(connection, rendered.sql) == pytest.approx(truth)


def test_filled_dates_end_with_the_calendar(tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["sales"])
    text = "sales: {ref: sales.sql, entity_key: shop_id, to_date: [fiscal_week], fill: zero}\n"
    (root / "metrics.yaml").write_text(text)
    few = orders(3, 40)
    firsts = {shop: min(local_day(event[0]) for event in few if event[1] == shop) for shop in ("north", "south")}
    with duckdb.connect() as connection:
        fill(connection, calendar(), few)
        (rendered,) = gnomon.render(gnomon.load(root), "sales", end=LAST + 9 * DAY)
        truth = to_date("sales", calendar(), "week", few, days(FIRST, LAST))
        filled = {
            (day, shop): truth.get((day, shop), 0.0)
            for day in days(FIRST, LAST)
            for shop in firsts
            if day >= firsts[shop]
        }
        assert table(connection, rendered.sql) == filled


@pytest.mark.parametrize("rule", ["last", "average", "min", "max"])
@pytest.mark.parametrize("carry", ["none", "{forward: 3 days}"])
def test_a_stock_is_the_same_by_its_plan_and_by_itself(rule: str, carry: str, tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["sales"])
    stock = f"additivity: {{over_time: {rule}, carry: {carry}}}"
    text = f"sales: {{ref: sales.sql, entity_key: shop_id, to_date: [fiscal_month], {stock}}}\n"
    (root / "metrics.yaml").write_text(text)
    project = gnomon.load(root)
    (variant,) = gnomon.expand(project)
    first, last = date(2023, 5, 20), date(2023, 7, 5)
    with duckdb.connect() as connection:
        fill(connection, calendar(), orders(5))
        (rendered,) = gnomon.render(project, "sales", start=first, end=last)
        found = table(connection, rendered.sql)
        alone = [table(connection, per_date(project, variant, day, "duckdb")) for day in days(first, last)]
        assert found == pytest.approx({key: value for each in alone for key, value in each.items()})
        assert len(found) > 60


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_can_say_it(dialect: str, project: Any) -> None:
    import sqlglot

    for rendered in gnomon.render(project, dialect=dialect, end=LAST):
        sqlglot.parse_one(rendered.sql, read=dialect)


# Built tables


class World:
    """A project that is built, with what has happened until now."""

    METRICS, GRAINS = ("sales", "customers", "change"), ("month", "year")

    def __init__(self, root: Path, rows: list[Any]) -> None:
        self.root = write_to_date(root, self.METRICS, self.GRAINS)
        self.rows, self.events = rows, [event for event in orders(3) if local_day(event[0]) < date(2024, 3, 1)]
        with self.connect() as connection:
            fill(connection, self.rows, self.events)

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.root / "warehouse.duckdb"))

    def add(self, *events: Any) -> None:
        self.events += events
        with self.connect() as connection:
            add_orders(connection, events)

    def agrees(self, today: date) -> None:
        """Every built table holds what plain Python says of each day before today."""
        known = [event for event in self.events if local_day(event[0]) < today]
        sampled = [*days(FIRST - 40 * DAY, today - DAY)]
        with self.connect() as connection:
            for metric in self.METRICS:
                for grain in self.GRAINS:
                    found = table(connection, f"SELECT * FROM metrics.{metric}_to_shop_fiscal_{grain}_to_date")
                    truth = to_date(metric, self.rows, grain, known, sampled)
                    assert found == pytest.approx(truth), (metric, grain, today)


def noon(day: date) -> Any:
    return orders(0, 1)[0][0].replace(year=day.year, month=day.month, day=day.day, hour=17, minute=0)


def test_plans_runs_and_restatements_end_in_what_one_rebuild_gives(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", calendar())
    plan(world.root, execution_time="2024-02-15 12:00:00")
    world.agrees(date(2024, 2, 15))
    run(world.root, execution_time="2024-02-17 12:00:00")
    world.agrees(date(2024, 2, 17))
    world.add((noon(date(2024, 2, 16)), "north", "c9", 1000))  # late, and within the lateness
    for today in (date(2024, 2, 18), date(2024, 2, 27)):  # a month of the calendar ends on 24 February
        run(world.root, execution_time=f"{today} 12:00:00")
        world.agrees(today)
    world.add((noon(date(2023, 5, 10)), "south", "c8", 5000))
    restate(world.root, since="2023-05-10", until="2023-05-10", execution_time="2024-02-27 12:00:00")
    world.agrees(date(2024, 2, 27))


def test_the_last_bucket_is_built_up_to_the_calendars_end(tmp_path: Path) -> None:
    """Its end need not be known, since a window to date ends with its sample date."""
    rows = calendar()
    world = World(tmp_path / "shop", [row for row in rows if row["day"] < date(2024, 2, 10)])
    result = plan(world.root, execution_time="2024-02-20 12:00:00")
    world.agrees(date(2024, 2, 20))
    unbuilt = "ref.fiscal ends on 2024-02-09: fiscal_month_to_date has no rows of later days"
    said = next(warning for warning in result.warnings if unbuilt in warning)
    assert said.endswith("add the days from 2024-02-10 on to it, then `gnomon restate --since 2024-02-10`")
    with world.connect() as connection:
        add_days(connection, [row for row in rows if row["day"] >= date(2024, 2, 10)])
    world.rows = rows
    restate(world.root, since="2024-02-10", execution_time="2024-02-20 12:00:00")
    world.agrees(date(2024, 2, 20))


def test_answers_say_the_bounds_and_which_rows_are_whole(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", calendar())
    plan(world.root, execution_time="2024-02-15 12:00:00")
    rows = query(gnomon.load(world.root), "sales", "shop", "fiscal_month_to_date")
    flags = dict(zip(rows["metrics_sample_date"].to_pylist(), rows["is_complete"].to_pylist(), strict=True))
    assert flags[date(2024, 2, 14)]
    said = about(rows)["bounds"]
    covered = "the fiscal month of the sample date, up to and including that date"
    assert said["each_row_covers"] == f"{covered}, sampled each day"
    assert said["last"] == {"sample_date": "2024-02-14", "start": "2024-01-28", "end_exclusive": "2024-02-15"}


def test_marked_views_know_where_windows_begin(tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["sales"])
    text = "sales: {ref: sales.sql, entity_key: shop_id, to_date: [fiscal_quarter], partial: mark}\n"
    (root / "metrics.yaml").write_text(text)
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        fill(connection, calendar(), [event for event in orders(3) if local_day(event[0]) >= date(2023, 3, 1)])
    plan(root, execution_time="2024-02-15 12:00:00")
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        view = "metrics.sales_to_shop_fiscal_quarter_to_date_marked"
        found = connection.execute(f"SELECT metrics_sample_date, is_complete FROM {view}").fetchall()
    assert {sample for sample, whole in found if whole} == {day for day, _ in found if day >= date(2023, 4, 30)}


def test_a_table_that_does_not_cut_time_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path / "shop", [row for row in calendar() if row["day"] != date(2023, 5, 5)])
    with pytest.raises(DefinitionError, match="lacks 2023-05-05"):
        plan(world.root, execution_time="2024-02-15 12:00:00")


def test_local_test_compares_them(tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["sales", "per_day", "change"], ["month", "year"])
    result = local_test(
        root, ["plan", "dev", "--start", "2026-05-01", "--end", "2026-05-03"], execution_time="2026-05-04"
    )
    assert result.ok, str(result)
    own = [found for found in result.results if found.name.endswith("_to_date")]
    assert len(own) == 6
    assert all(len(found.samples) == 2 and found.rows for found in own)


# Without SQL


def test_written_ranges_reach_to_the_end_of_the_bucket() -> None:
    rng, rows = Random(5), calendar()
    for grain in GRAINS:
        start_of = {row["day"]: row[grain] for row in rows}
        own = Buckets(f"fiscal_{grain}", bucket_starts([*start_of.items()]), (FIRST, LAST))
        interval = ToDate(OwnGrain("fiscal", Grain(grain), "ref.fiscal", "day", f"{grain}_start"))
        for _ in range(200):
            start = FIRST + rng.randrange(-30, 727) * DAY
            end = min(start + rng.randrange(1, 60) * DAY, LAST + DAY)
            built, execution = end + rng.randrange(0, 80) * DAY, end + rng.randrange(0, 90) * DAY
            low, high = written_range(interval, start, end, built, execution, Calendar(own=(own,)))
            until = max(end, min(built, execution))
            held = {day for day, first in start_of.items() if first < end and day >= start and day < until}
            assert held == {day for day in start_of if low <= day < high}, (grain, start, end, built, execution)


def test_bounds_and_samples_are_those_of_days_whose_bucket_is_known() -> None:
    grain = OwnGrain("fiscal", Grain.MONTH, "ref.fiscal", "day", "month_start")
    interval = ToDate(grain)
    with pytest.raises(LookupError, match=r"fiscal_month are in ref\.fiscal"):
        interval.bounds(FIRST, Calendar())
    starts = bucket_starts([(row["day"], row["month"]) for row in calendar()])
    own = Calendar(own=(Buckets("fiscal_month", starts, (FIRST, LAST)),))
    assert interval.bounds(FIRST + 30 * DAY, own) == (FIRST + 28 * DAY, FIRST + 31 * DAY)
    assert [*interval.samples(FIRST - 9 * DAY, LAST + 9 * DAY, own)] == [*days(FIRST, LAST)]
    for day in (FIRST - DAY, LAST + DAY):
        with pytest.raises(LookupError, match="no fiscal_month is known"):
            interval.bounds(day, own)


@pytest.mark.parametrize(
    ("to_date", "offset", "code", "says"),
    [
        (
            "{grains: [fiscal_year], cron: '@weekly'}",
            "-1",
            "no_grain",
            "only the daily sample dates of fiscal_year_to_date",
        ),
        ("[fiscal_year]", "0", "macro_arguments", "other than 0"),
    ],
)
def test_dates_that_cannot_be_moved(to_date: str, offset: str, code: str, says: str, tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["sales", "change"], ["year"])
    names = ("sales", "change")
    lines = (f"{name}: {{ref: {name}.sql, entity_key: shop_id, to_date: {to_date}}}\n" for name in names)
    (root / "metrics.yaml").write_text("".join(lines))
    moved = METRICS["change"].replace("metrics_sample_date, -1)", f"metrics_sample_date, {offset})")
    (root / "queries" / "change.sql").write_text(moved)
    with pytest.raises(DefinitionError, match=says) as refused:
        gnomon.render(gnomon.load(root), "change", end=LAST)
    assert refused.value.problems[0].code == code

"""Marked views of a project that is planned and run: they and `gnomon query` say the same of every row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gnomon.load.project import load
from gnomon.query import query
from gnomon.run.advance import run
from gnomon.run.plan import plan
from gnomon.run.restate import restate

SETTINGS = """
name: marks
start: 2024-01-01
time_zone: {zone}
"""
SOURCES = """
sources:
  raw.visits:
    {time: moment, time_zone: UTC, lateness: 0 days, keys: {shop: shop}, columns: {moment: timestamp, shop: text}}
  raw.sales:
    time: day
    delay: 2 days
    lateness: 0 days
    keys: {shop: shop}
    columns: {day: date, shop: text, amount: double}
entities: {shop: {}}
"""
SALES = """
sales:
  ref: sales.sql
  time_aggregations: [daily, weekly]
  over_all_time: true
  entity_types: [shop]
  entity_key: shop
  partial: mark
"""
METRICS = (
    SALES
    + """
visits:
  ref: visits.sql
  time_aggregations: [hourly, daily, weekly, monthly]
  rolling: {windows: [7]}
  to_date: [month]
  over_all_time: true
  entity_types: [shop]
  entity_key: shop
  partial: mark
hours:
  ref: visits.sql
  rolling: {windows: [24], unit: hour, cron: "@hourly"}
  entity_types: [shop]
  entity_key: shop
  partial: mark
events:
  ref: events.sql
  time_aggregations: [daily]
  rolling: {windows: [7]}
  entity_types: [shop]
  entity_key: shop
  partial: mark
per_visit:
  ref: per_visit.sql
  time_aggregations: [daily, weekly]
  entity_types: [shop]
  entity_key: shop
  partial: mark
"""
)
QUERIES = {
    "visits": "SELECT @metrics_sample_date(v.moment) AS metrics_sample_date, v.shop, @metric_name() AS metric, "
    "COUNT(*) AS amount FROM raw.visits AS v WHERE @metrics_in_window(v.moment) GROUP BY 1, 2, 3",
    "sales": "SELECT @metrics_sample_date(s.day) AS metrics_sample_date, s.shop, @metric_name() AS metric, "
    "SUM(s.amount) AS amount FROM raw.sales AS s WHERE @metrics_in_window(s.day) GROUP BY 1, 2, 3",
    "events": """
WITH visits AS (
  SELECT @metrics_sample_date(v.moment) AS metrics_sample_date, v.shop, COUNT(*) AS n
  FROM raw.visits AS v WHERE @metrics_in_window(v.moment) GROUP BY 1, 2
), sales AS (
  SELECT @metrics_sample_date(s.day) AS metrics_sample_date, s.shop, COUNT(*) AS n
  FROM raw.sales AS s WHERE @metrics_in_window(s.day) GROUP BY 1, 2
), both_kinds AS (SELECT * FROM visits UNION ALL SELECT * FROM sales)
SELECT metrics_sample_date, shop, @metric_name() AS metric, SUM(n) AS amount FROM both_kinds GROUP BY 1, 2, 3""",
    "per_visit": "SELECT s.metrics_sample_date, s.shop, @metric_name() AS metric, s.amount / v.amount AS amount "
    "FROM @metrics_peer_ref(sales) AS s JOIN @metrics_peer_ref(visits) AS v "
    "ON v.metrics_sample_date = s.metrics_sample_date AND v.shop = s.shop",
}
VARIANTS = {
    "visits": ("hourly", "daily", "weekly", "monthly", "over_7_day_window", "month_to_date", "over_all_time"),
    "hours": ("over_24_hour_window",),
    "sales": ("daily", "weekly", "over_all_time"),
    "events": ("daily", "over_7_day_window"),
    "per_visit": ("daily", "weekly"),
}
DATA = """
CREATE SCHEMA raw;
CREATE TABLE raw.visits AS SELECT moment, 'a' AS shop
  FROM generate_series(TIMESTAMP '2024-01-03 12:00', TIMESTAMP '2024-03-31', INTERVAL 6 HOUR) t(moment);
CREATE TABLE raw.sales AS SELECT day::DATE AS day, 'a' AS shop, 2.0 AS amount
  FROM generate_series(DATE '2024-01-08', DATE '2024-03-31', INTERVAL 1 DAY) t(day);
"""


class Marks:
    """The project's folder and its warehouse."""

    def __init__(self, root: Path, zone: str = "UTC", metrics: str = METRICS) -> None:
        self.root = root
        (root / "queries").mkdir(parents=True)
        (root / "config.py").write_text("from gnomon.loader import project_config\nconfig = project_config(__file__)\n")
        (root / "gnomon.yaml").write_text(SETTINGS.format(zone=zone))
        (root / "sources.yaml").write_text(SOURCES)
        (root / "metrics.yaml").write_text(metrics)
        for name, text in QUERIES.items():
            (root / "queries" / f"{name}.sql").write_text(f"{text}\n")
        self.execute(DATA)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            return connection.execute(sql).fetchall()

    def marked(self, metric: str, suffix: str, schema: str = "metrics") -> dict[date, bool | None]:
        rows = self.execute(f"SELECT metrics_sample_date, is_complete FROM {schema}.{metric}_to_shop_{suffix}_marked")
        assert len({day for day, _ in rows}) == len(rows)
        return dict(rows)

    def asked(self, metric: str, suffix: str) -> dict[date, bool | None]:
        rows = query(load(self.root), metric, "shop", suffix).to_pylist()
        return {row["metrics_sample_date"]: row["is_complete"] for row in rows}

    def complete(self, metric: str, suffix: str, schema: str = "metrics") -> tuple[date, date]:
        """The first and the last complete sample date; those between are complete as well."""
        flags = sorted(self.marked(metric, suffix, schema).items())
        days = [day for day, flag in flags if flag]
        assert all(flag for day, flag in flags if days[0] <= day <= days[-1])
        return days[0], days[-1]


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Marks:
    """A project planned on 6 February 2024 and run on 14 February, which tests only read."""
    made = Marks(tmp_path_factory.mktemp("marks") / "project")
    plan(made.root, execution_time="2024-02-06 03:00:00")
    run(made.root, execution_time="2024-02-14 03:00:00")
    return made


def d(month: int, day: int) -> date:
    return date(2024, month, day)


COMPLETE = {
    # raw.visits begins on 3 January and is whole to 14 February
    ("visits", "daily"): (d(1, 3), d(2, 13)),
    ("visits", "weekly"): (d(1, 8), d(2, 5)),
    ("visits", "monthly"): None,
    ("visits", "over_7_day_window"): (d(1, 9), d(2, 13)),
    ("visits", "month_to_date"): (d(2, 1), d(2, 13)),
    ("visits", "over_all_time"): (d(2, 13), d(2, 13)),
    ("visits", "hourly"): (datetime(2024, 1, 3, 12), datetime(2024, 2, 13, 18)),
    ("hours", "over_24_hour_window"): (datetime(2024, 1, 3, 23), datetime(2024, 2, 13, 23)),
    # raw.sales begins on 8 January and runs two days behind
    ("sales", "daily"): (d(1, 8), d(2, 11)),
    ("sales", "weekly"): (d(1, 8), d(2, 5)),
    ("sales", "over_all_time"): None,
    # both
    ("events", "daily"): (d(1, 8), d(2, 11)),
    ("events", "over_7_day_window"): (d(1, 14), d(2, 11)),
    ("per_visit", "daily"): (d(1, 8), d(2, 11)),
    ("per_visit", "weekly"): (d(1, 8), d(2, 5)),
}


@pytest.mark.parametrize("metric, suffix", COMPLETE, ids=str)
def test_which_rows_are_complete(marks: Marks, metric: str, suffix: str) -> None:
    expected = COMPLETE[metric, suffix]
    flags = marks.marked(metric, suffix)
    if expected is None:
        assert flags and set(flags.values()) == {False}
    else:
        assert marks.complete(metric, suffix) == expected


@pytest.mark.parametrize("metric, suffix", COMPLETE, ids=str)
def test_the_view_and_the_query_agree(marks: Marks, metric: str, suffix: str) -> None:
    assert marks.marked(metric, suffix) == marks.asked(metric, suffix)


def test_every_variant_has_a_view_with_its_columns(marks: Marks) -> None:
    assert {(metric, suffix) for metric, suffixes in VARIANTS.items() for suffix in suffixes} == set(COMPLETE)
    for metric, suffix in COMPLETE:
        table = f"metrics.{metric}_to_shop_{suffix}"
        plain = [name for name, *_ in marks.execute(f"DESCRIBE {table}")]
        seen = [(name, kind) for name, kind, *_ in marks.execute(f"DESCRIBE {table}_marked")]
        assert seen[-1] == ("is_complete", "BOOLEAN") and [name for name, _ in seen[:-1]] == plain
        assert marks.execute(f"SELECT COUNT(*) FROM {table}") == marks.execute(f"SELECT COUNT(*) FROM {table}_marked")


def test_coverage_says_what_each_source_holds(marks: Marks) -> None:
    rows = marks.execute(
        "SELECT source, MIN(data_from), MAX(data_through) FROM metrics.metrics_coverage_events GROUP BY 1 ORDER BY 1"
    )
    assert rows == [
        ("raw.sales", d(1, 8), datetime(2024, 2, 12)),
        ("raw.visits", d(1, 3), datetime(2024, 2, 14)),
    ]
    runs = "SELECT source, data_through FROM metrics.gnomon_runs ORDER BY 1"
    assert marks.execute(runs) == [(source, through) for source, _, through in rows]


def test_a_run_completes_rows_without_building_them_or_the_view_again(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project", metrics=SALES)
    plan(marks.root, execution_time="2024-02-06 03:00:00")
    before = marks.marked("sales", "daily")
    views = "SELECT sql FROM duckdb_views() WHERE view_name LIKE '%marked%' AND NOT internal ORDER BY 1"
    made = marks.execute(views)
    assert (before[d(2, 3)], before[d(2, 4)], before[d(2, 5)]) == (True, False, False)
    marks.execute("DELETE FROM raw.sales WHERE day = DATE '2024-02-04'")  # lateness 0: it is not read again
    run(marks.root, execution_time="2024-02-07 03:00:00")
    after = marks.marked("sales", "daily")
    assert (after[d(2, 4)], after[d(2, 5)], after[d(2, 6)]) == (True, False, False)
    assert after == marks.asked("sales", "daily")
    assert marks.execute(views) == made


def test_a_restatement_of_old_days_takes_nothing_back(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project", metrics=SALES)
    plan(marks.root, execution_time="2024-02-06 03:00:00")
    before = marks.marked("sales", "daily")
    restate(marks.root, since="2024-01-10", until="2024-01-12", execution_time="2024-02-06 05:00:00")
    assert marks.marked("sales", "daily") == before == marks.asked("sales", "daily")


def test_each_environment_reads_its_own_coverage(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project", metrics=SALES)
    plan(marks.root, execution_time="2024-02-06 03:00:00")
    sql = marks.root / "queries" / "sales.sql"
    sql.write_text(sql.read_text().replace("SUM(s.amount)", "SUM(s.amount) * 2"))
    plan(marks.root, "dev", execution_time="2024-02-08 03:00:00")
    assert marks.complete("sales", "daily") == (d(1, 8), d(2, 3))
    assert marks.complete("sales", "daily", "metrics__dev") == (d(1, 8), d(2, 5))
    run(marks.root, execution_time="2024-02-20 03:00:00", environment="dev")
    assert marks.complete("sales", "daily") == (d(1, 8), d(2, 3))
    assert marks.complete("sales", "daily", "metrics__dev") == (d(1, 8), d(2, 17))
    plan(marks.root, execution_time="2024-02-20 04:00:00")
    assert marks.complete("sales", "daily") == (d(1, 8), d(2, 17))
    assert marks.marked("sales", "daily") == marks.asked("sales", "daily")
    run(marks.root, execution_time="2024-02-22 04:00:00")
    assert marks.complete("sales", "daily") == (d(1, 8), d(2, 19))


def test_in_a_zone_days_are_local_and_hours_are_instants(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project", "America/New_York")
    plan(marks.root, execution_time="2024-02-06 03:00:00")  # 5 February, 22:00 there
    assert marks.complete("visits", "daily") == (d(1, 3), d(2, 4))
    assert marks.complete("hours", "over_24_hour_window") == (datetime(2024, 1, 4, 4), datetime(2024, 2, 5, 4))
    for metric, suffix in COMPLETE:
        assert marks.marked(metric, suffix) == marks.asked(metric, suffix), (metric, suffix)


def test_a_source_that_runs_hours_behind(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project")
    sources = marks.root / "sources.yaml"
    sources.write_text(SOURCES.replace("lateness: 0 days, keys", "delay: 90 minutes, lateness: 0 days, keys"))
    plan(marks.root, execution_time="2024-02-06 03:00:00")
    assert marks.complete("visits", "daily")[1] == d(2, 4)
    assert marks.complete("hours", "over_24_hour_window")[1] == datetime(2024, 2, 5, 21)
    assert marks.marked("visits", "hourly") == marks.asked("visits", "hourly")


def test_a_young_metric_and_an_empty_source_claim_nothing(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "project")
    marks.execute("DELETE FROM raw.sales")
    marks.execute("DELETE FROM raw.visits WHERE moment >= TIMESTAMP '2024-02-01'")
    run_at = "2024-02-06 03:00:00"
    marks.execute("INSERT INTO raw.sales VALUES (DATE '2024-02-06', 'a', 1.0)")
    plan(marks.root, execution_time=run_at)
    assert marks.marked("sales", "daily") == {}
    assert set(marks.marked("events", "daily").values()) == {False}
    assert marks.marked("visits", "daily")[d(1, 31)] is True


def test_a_metric_that_does_not_mark_has_no_view(tmp_path: Path) -> None:
    keep = METRICS.replace("partial: mark", "partial: hide")
    marks = Marks(tmp_path / "project", metrics=keep)
    plan(marks.root, execution_time="2024-02-06 03:00:00")
    tables = [name for (name,) in marks.execute("SELECT table_name FROM information_schema.tables")]
    assert [name for name in tables if "marked" in name or "coverage" in name] == []
    table = query(load(marks.root), "sales", "shop", "daily")
    assert "is_complete" not in table.column_names
    days = table["metrics_sample_date"].to_pylist()
    assert (min(days), max(days)) == (d(1, 8), d(2, 3))
    assert max(marks.execute("SELECT metrics_sample_date FROM metrics.sales_to_shop_daily"))[0] == d(2, 5)
    hourly = query(load(marks.root), "visits", "shop", "over_7_day_window")["metrics_sample_date"].to_pylist()
    assert min(hourly) == d(1, 3) + timedelta(days=6)

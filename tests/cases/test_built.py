"""Plan and apply the examples on their data, and compare every built table.

Each table equals the self-contained query of its variant over the same sample dates; and wherever a check query was
written by hand, the built rows equal that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

import gnomon
from cases.rows import Table, assert_same, fetch
from cases.test_cases import ELSEWHERE, SHARED, as_date, read
from gnomon.examples import ExampleInfo, create
from gnomon.examples.oss import create_from_parquet
from gnomon.run.plan import plan

OSS_START, OSS_DAY = date(2025, 1, 1), date(2026, 8, 23)


@dataclass(frozen=True)
class Built:
    """A planned and applied example: its tables are those of the end of the day before `today`."""

    info: ExampleInfo
    project: Any
    today: date

    @property
    def last(self) -> date:
        return self.today - timedelta(days=1)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Built:
    info = create("flights", tmp_path_factory.mktemp("built") / "flights")
    return build(info, date(2014, 2, 1))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Built:
    info = create("shop", tmp_path_factory.mktemp("built") / "shop")
    return build(info, date(2022, 1, 1))


@pytest.fixture(scope="module")
def oss(tmp_path_factory: pytest.TempPathFactory) -> Built:
    events = SHARED / "oss_events.parquet"
    if not events.is_file():
        pytest.skip(f"no {events.name} beside the repository, in ../shared/data")
    root = tmp_path_factory.mktemp("built") / "oss"
    info = create_from_parquet(root, events, SHARED / "artifacts_by_project.csv", SHARED / "projects_by_collection.csv")
    settings = root / "gnomon.yaml"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("start:")]
    settings.write_text("\n".join([*lines, f"start: {OSS_START}", ""]))
    return build(info, OSS_DAY)


def build(info: ExampleInfo, today: date) -> Built:
    plan(info.root, execution_time=f"{today} 12:00:00")
    return Built(info, gnomon.load(info.root), today)


@pytest.fixture(params=["flights", "oss", "shop"])
def example(request: pytest.FixtureRequest) -> Iterator[tuple[str, Built, duckdb.DuckDBPyConnection]]:
    built = request.getfixturevalue(request.param)
    with duckdb.connect(str(built.info.database), read_only=True) as connection:
        connection.execute(f"SET TimeZone = '{ELSEWHERE}'")
        yield request.param, built, connection


def test_every_built_table_is_its_query(example: tuple[str, Built, duckdb.DuckDBPyConnection]) -> None:
    name, built, connection = example
    queries = gnomon.render(built.project, end=built.last, execution_time=built.today)
    assert len(queries) == len(gnomon.expand(built.project)) >= (40 if name == "shop" else 60)
    for query in queries:
        found = fetch(connection, f"SELECT * FROM {query.name}")
        expected = complete(fetch(connection, query.sql), query.interval, built)
        assert_same(found, expected, default_metric="")


def complete(table: Table, interval: str, built: Built) -> Table:
    """The rows of buckets that had ended: a built table holds no others."""
    grain = gnomon.render(built.project, interval=interval, end=built.last)[0]
    variant = next(v for v in gnomon.expand(built.project) if v.name == grain.name)
    if not hasattr(variant.interval, "grain"):
        return table
    place = table.columns.index("metrics_sample_date")

    def has_ended(sample: date) -> bool:
        if isinstance(sample, datetime):
            return True
        return variant.interval.bounds(sample, built.project.calendar)[1] <= built.today

    return Table(table.columns, [row for row in table.rows if has_ended(row[place])])


def test_built_rows_equal_the_check_queries(example: tuple[str, Built, duckdb.DuckDBPyConnection]) -> None:
    name, built, connection = example
    compared = 0
    for case in read(name)["cases"]:
        first, last = (as_date(day) for day in case.get("range", (None, None)))
        if name == "oss" and (first is None or first < OSS_START or (last or built.today) > built.last):
            continue  # the check covers days that were not built here
        if case["interval"] == "over_all_time" and (name == "oss" or last not in (None, built.last)):
            continue  # it began or ended on another day
        [variant] = [v for v in gnomon.expand(built.project) if matches(v, case)]
        day = f"metrics_sample_date AT TIME ZONE 'UTC' AT TIME ZONE '{built.project.calendar.time_zone}'"
        day = f"CAST({day} AS DATE)" if case["interval"] == "hourly" else "metrics_sample_date"
        days = f"{day} BETWEEN DATE '{first or date(1, 1, 1)}' AND DATE '{last or built.last}'"
        where = f"{days} AND {case['where']}" if "where" in case else days
        found = fetch(connection, f"SELECT * FROM {variant.name} WHERE {where}")
        assert_same(
            found, fetch(connection, case["check_query"]), default_metric=f"{case['metric']}_{case['interval']}"
        )
        compared += 1
    assert compared >= {"flights": 45, "shop": 13}.get(name, 4)


def matches(variant: Any, case: dict[str, Any]) -> bool:
    return (variant.metric.key, variant.entity, variant.suffix) == (case["metric"], case["entity"], case["interval"])

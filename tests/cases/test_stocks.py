"""Stocks against queries written by hand: rendered, date by date, and built, restated and built on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

import gnomon
from cases.rows import Table, assert_same, fetch
from gnomon.compile.sql import per_date
from gnomon.run.plan import plan
from gnomon.run.restate import restate

CASES: dict[str, Any] = YAML(typ="safe").load((Path(__file__).parent / "stocks.yaml").read_text(encoding="utf-8"))
START, TODAY = CASES["start"], CASES["today"]
ENTITIES, RULES, CARRIES = [*CASES["members"]], [*CASES["values"]], (0, 3)
INTERVALS = [*CASES["windows"]]
UNITS = [(7, "day"), (1, "month")]
SOURCES = """
sources:
  raw.balances:
    time: taken_at
    keys: {artifact_id: artifact}
    columns:
      taken_at: timestamp
      artifact_id: text
      chain: text
      tvl: {type: double, additivity: stock}
entities: {artifact: {}, project: {}, collection: {}, owner: {}}
relationships:
  - {table: raw.members, from: {artifact: artifact_id}, to: {project: project_id}}
  - {table: raw.projects, from: {project: project_id}, to: {collection: collection_id}}
  - {table: raw.owners, from: {artifact: artifact_id}, to: {owner: owner_id}, valid_from: since, valid_to: until}
"""
QUERY = """SELECT @metrics_sample_date(b.taken_at) AS metrics_sample_date, b.artifact_id,
  @metric_name() AS metric, SUM(b.tvl) AS amount
FROM raw.balances AS b
WHERE b.chain = 'op' AND b.taken_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""
METRIC = """
{name}:
  ref: tvl.sql
  entity_key: artifact_id
  entity_types: [{entities}]
  time_aggregations: [daily, weekly, monthly]
  rolling: {{windows: [{window}], unit: {unit}}}
  to_date: [month]
  over_all_time: true
  additivity: {{over_time: {rule}, carry: {carry}}}
"""


def named(rule: str, carry: int, unit: str) -> str:
    return f"tvl_{rule}_{carry}_by_{unit}"


def project(
    root: Path, entities: list[str], rules: list[str], carries: tuple[int, ...], units: list[tuple[int, str]]
) -> Path:
    """A project with a metric for each rule, carry and unit of windows."""
    (root / "queries").mkdir(parents=True)
    (root / "gnomon.yaml").write_text(f"name: stocks\nstart: {START}\n")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "queries" / "tvl.sql").write_text(QUERY)
    metrics = [
        METRIC.format(
            name=named(rule, carry, unit), entities=", ".join(entities), window=window, unit=unit, rule=rule,
            carry=f"{{forward: {carry} days}}" if carry else "none",
        )
        for rule, carry, (window, unit) in product(rules, carries, units)
    ]  # fmt: skip
    (root / "metrics.yaml").write_text("".join(metrics))
    return root


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    for table in ("balances", "memberships", "projects", "owners"):
        connection.execute(CASES[table])


def check_query(rule: str, carry: int, entity: str, interval: str, today: date = TODAY) -> str:
    value, since = CASES["values"][rule]
    return str(CASES["check_query"]).format(
        today=today, windows=CASES["windows"][interval], carry=carry, interval=interval, value=value, since=since,
        entity=entity, members=CASES["members"][entity],
    )  # fmt: skip


@pytest.fixture(scope="module")
def stocks(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return gnomon.load(project(tmp_path_factory.mktemp("stocks") / "project", ENTITIES, RULES, CARRIES, UNITS))


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection)
        yield connection


def metric_of(rule: str, carry: int, interval: str) -> str:
    return named(rule, carry, "month" if interval == "over_1_month_window" else "day")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("interval", INTERVALS)
def test_rendered(rule: str, interval: str, stocks: Any, connection: duckdb.DuckDBPyConnection) -> None:
    for carry, entity in product(CARRIES, ENTITIES):
        metric = metric_of(rule, carry, interval)
        end = TODAY - timedelta(days=1)
        last = end if interval not in ("weekly", "monthly") else end - timedelta(days=7 if interval == "weekly" else 29)
        (found,) = gnomon.render(stocks, metric, entity=entity, interval=interval, start=START, end=last)
        expected = fetch(connection, check_query(rule, carry, entity, interval))
        assert_same(fetch(connection, found.sql), expected, f"{metric}_{interval}")
        assert found.plan.reason.startswith("SUM(b.tvl): the "), found.plan


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("interval", INTERVALS)
def test_date_by_date(rule: str, interval: str, stocks: Any, connection: duckdb.DuckDBPyConnection) -> None:
    for carry, entity in zip(CARRIES, ("collection", "owner"), strict=True):
        metric = metric_of(rule, carry, interval)
        variants = {(v.metric.key, v.entity, v.suffix): v for v in gnomon.expand(stocks)}
        expected = fetch(connection, check_query(rule, carry, entity, interval))
        position = expected.columns.index("metrics_sample_date")
        samples = sorted({row[position] for row in expected.rows})
        for sample in (samples[0], samples[len(samples) // 2], samples[-1]):
            sql = per_date(stocks, variants[metric, entity, interval], sample, "duckdb")
            rows = [row for row in expected.rows if row[position] == sample]
            assert_same(fetch(connection, sql), Table(expected.columns, rows), f"{metric}_{interval}")


@pytest.mark.parametrize(
    ("rule", "carry", "entity", "interval", "sample", "amounts"),
    [
        ("last", 0, "project", "monthly", date(2024, 1, 1), {"p": 7 + 100, "q": 7 + 6}),
        ("last", 0, "collection", "monthly", date(2024, 1, 1), {"all": 7 + 6 + 100}),
        ("average", 0, "collection", "monthly", date(2024, 1, 1), {"all": (10 + 30 + 20 + 7) / 4 + (3 + 6) / 2 + 100}),
        ("min", 0, "collection", "weekly", date(2024, 1, 1), {"all": 10 + 3 + 100}),
        ("max", 0, "collection", "weekly", date(2024, 1, 1), {"all": 30 + 3 + 100}),
        # 4 January is carried to the 7th, 30 and 30 December to 2 January; c is null from the 6th on
        ("average", 3, "artifact", "weekly", date(2024, 1, 1), {"a": (5 + 5 + 10 + 4 * 30) / 7, "b": 3, "c": 100}),
        ("last", 3, "artifact", "daily", date(2024, 2, 3), {"a": 7, "b": 8}),
        ("last", 0, "owner", "monthly", date(2024, 1, 1), {"new": 7 + 6}),
        ("min", 0, "owner", "monthly", date(2024, 2, 1), {"new": 90 + 8}),
    ],
)  # fmt: skip
def test_counted_on_fingers(
    rule: str, carry: int, entity: str, interval: str, sample: date, amounts: dict[str, float], stocks: Any,
    connection: duckdb.DuckDBPyConnection,
) -> None:  # fmt: skip
    (found,) = gnomon.render(stocks, metric_of(rule, carry, interval), entity=entity, interval=interval,
                             start=sample, end=sample)  # fmt: skip
    rows = fetch(connection, found.sql)
    entities, values = (rows.columns.index(name) for name in (f"{entity}_id", "amount"))
    amounts = {**amounts, **({"d": 7777} if entity == "artifact" and interval == "weekly" else {})}
    assert {row[entities]: row[values] for row in rows.rows} == pytest.approx(amounts)


def test_built_restated_and_built_on(tmp_path: Path) -> None:
    """Runs that end in mid-bucket, and a balance of January that arrives in March and is carried into February."""
    root = project(tmp_path / "project", ["owner"], ["last"], (3,), UNITS[:1])
    (root / "config.py").write_text("from gnomon.loader import project_config\n\nconfig = project_config(__file__)\n")
    warehouse = root / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        fill(connection)
    for today in (date(2024, 2, 2), TODAY):
        plan(root, execution_time=f"{today} 06:00:00")
    assert_built(warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "INSERT INTO raw.balances VALUES ('2024-01-29 10:00', 'a', 'op', 1), ('2024-01-30', 'b', 'op', 2)"
        )
    restate(root, since="2024-01-29", until="2024-01-30", execution_time=f"{TODAY} 07:00:00")
    assert_built(warehouse)


def assert_built(warehouse: Path) -> None:
    """Fail unless every built table holds what its check query says."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for interval in INTERVALS:
            if interval != "over_1_month_window":
                metric = metric_of("last", 3, interval)
                found = fetch(connection, f"SELECT * FROM metrics.{metric}_to_owner_{interval}")
                assert_same(found, fetch(connection, check_query("last", 3, "owner", interval)), f"{metric}_{interval}")


def test_buckets_of_an_own_calendar(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Periods of thirty days from 1 January on, rendered and date by date; one balance is of a first day."""
    root = project(tmp_path / "project", ["owner"], ["last"], (3,), UNITS[:1])
    calendars = "calendars:\n  fiscal: {table: raw.fiscal, grains: {month: period_start}}\n"
    (root / "sources.yaml").write_text(SOURCES + calendars)
    metrics = root / "metrics.yaml"
    metrics.write_text(metrics.read_text().replace("[daily,", "[fiscal_monthly, daily,"))
    connection.execute(
        "CREATE OR REPLACE TABLE raw.fiscal AS SELECT day, DATE '2024-01-01' + 30 * CAST((n // 30) AS INTEGER) AS "
        "period_start FROM (SELECT n, DATE '2024-01-01' + CAST(n AS INTEGER) AS day FROM range(150) AS t(n))"
    )
    loaded = gnomon.load(root)
    windows = "SELECT day AS sample, day AS low, day + 30 AS high FROM days WHERE (day - DATE '2024-01-01') % 30 = 0"
    expected = fetch(connection, check_query("last", 3, "owner", "daily").replace(CASES["windows"]["daily"], windows))
    metric = metric_of("last", 3, "fiscal_monthly")
    (found,) = gnomon.render(
        loaded, metric, entity="owner", interval="fiscal_monthly", start=START, end=TODAY - timedelta(days=1)
    )
    assert_same(fetch(connection, found.sql), expected, f"{metric}_fiscal_monthly")
    variant = next(v for v in gnomon.expand(loaded) if v.suffix == "fiscal_monthly")
    sample = date(2024, 1, 31)
    rows = [row for row in expected.rows if sample in row]
    one = fetch(connection, per_date(loaded, variant, sample, "duckdb"))
    assert_same(one, Table(expected.columns, rows), f"{metric}_fiscal_monthly")

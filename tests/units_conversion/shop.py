"""A small shop whose purchases are in several currencies, with a table of rates: its files, its rows, its series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

import gnomon
from gnomon.model import Project

RATES = "{date: day, from: base, to: quote, rate: rate, via: EUR}"
SOURCES = """
sources:
  raw.purchases:
    time: ts
    keys: {{customer: customer}}
    columns:
      id: bigint
      ts: {ts}
      day: date
      customer: text
      currency: text
      paid: {{type: double, unit: {{kind: currency, by: currency}}}}
      fee: {{type: double, unit: {{kind: currency, code: JPY}}}}
      wei: {{type: double, unit: {{kind: currency, code: wei}}}}
      waited: {{type: bigint, unit: {{kind: time, code: ms}}}}
      age: {{type: bigint, unit: {{kind: time, code: mo}}}}
      weight: {{type: bigint, unit: {{kind: data_size, code: B}}}}
      score: double
      sort: text
      size: {{type: double, unit_by: {{column: sort, map: {{
        long: {{kind: time, code: h}}, short: {{kind: time, code: s}}}}}}}}
rates:
  raw.rates: {rates}
references:
  raw.names: {{columns: {{customer: text, name: text}}}}
entities: {{customer: {{}}}}
"""
UNITS = "units: {wei: {kind: currency, of: ETH, factor: 1/10^18}}\n"
QUERY = """SELECT
  @metrics_sample_date(p.ts) AS metrics_sample_date,
  p.customer,
  @metric_name() AS metric,
  {amount} AS amount
FROM raw.purchases AS p
WHERE @metrics_in_window(p.ts)
GROUP BY 1, 2, 3
"""
DDL = """
CREATE SCHEMA raw;
CREATE TABLE raw.purchases (
  id BIGINT, ts {ts}, day DATE, customer TEXT, currency TEXT, paid DOUBLE PRECISION, fee DOUBLE PRECISION,
  wei DOUBLE PRECISION, waited BIGINT, age BIGINT, weight BIGINT, score DOUBLE PRECISION, sort TEXT,
  size DOUBLE PRECISION);
CREATE TABLE raw.rates (day DATE, base TEXT, quote TEXT, rate DOUBLE PRECISION);
CREATE TABLE raw.names (customer TEXT, name TEXT)
"""
FIRST, LAST = date(2024, 1, 1), date(2024, 3, 31)


def shop(root: Path, *, rates: str = RATES, ts: str = "timestamp", zone: str = "UTC", **amounts: str) -> Project:
    """A project with one metric for each amount; an amount that is a whole SELECT is taken as it is."""
    intervals = "time_aggregations: [daily, monthly], rolling: {windows: [7], unit: day, cron: '@daily'}"
    files = {
        "gnomon.yaml": f"start: {FIRST}\ntime_zone: {zone}\n",
        "units.yaml": UNITS,
        "sources.yaml": SOURCES.format(rates=rates, ts=ts),
        "metrics.yaml": "".join(
            f"{name}: {{ref: {name}.sql, {intervals}, over_all_time: true, entity_types: [customer], "
            "entity_key: customer}\n"
            for name in amounts
        ),
    }
    for name, amount in amounts.items():
        files[f"queries/{name}.sql"] = amount if "SELECT" in amount else QUERY.format(amount=amount)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return gnomon.load(root)


def warehouse(
    purchases: Iterable[dict[str, Any]], rates: Sequence[tuple[Any, ...]] = (), ts: str = "TIMESTAMP"
) -> duckdb.DuckDBPyConnection:
    """A DuckDB database with some purchases, null where they say nothing, and rates."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Kathmandu'")
    connection.execute(DDL.format(ts=ts))
    for row in purchases:
        moment = row.get("ts")
        known = {"day": moment.date() if isinstance(moment, datetime) else None, "customer": "ada", **row}
        names = ", ".join(known)
        holes = ", ".join("?" for _ in known)
        connection.execute(f"INSERT INTO raw.purchases ({names}) VALUES ({holes})", list(known.values()))
    for rate in rates:
        connection.execute("INSERT INTO raw.rates VALUES (?, ?, ?, ?)", rate)
    return connection


def series(project: Project, connection: duckdb.DuckDBPyConnection, metric: str, interval: str) -> dict[Any, Any]:
    """A series' amounts by sample date; fails where a key comes twice."""
    (query,) = gnomon.render(project, metric, interval=interval, dialect="duckdb", full=True, start=FIRST, end=LAST)
    cursor = connection.execute(query.sql)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found: dict[Any, Any] = {}
    for row in rows:
        key = row["metrics_sample_date"] if row["customer"] == "ada" else (row["metrics_sample_date"], row["customer"])
        assert key not in found, f"{key} comes twice"
        found[key] = row["amount"]
    return found


def day(number: int, hour: int = 12) -> datetime:
    """An hour of a day of January 2024."""
    return datetime(2024, 1, number, hour)


def codes(project: Project) -> list[str]:
    """What `gnomon check` finds wrong."""
    return [problem.code for problem in gnomon.check(project) if problem.severity == "error"]

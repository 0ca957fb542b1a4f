"""What conversions look like in each dialect: parsed in all nine, executed on Postgres."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlglot

import gnomon
from dates.conftest import postgres
from gnomon.rewrite.dialects import DIALECTS
from units_conversion.shop import DDL, FIRST, LAST, RATES, day, shop

__all__ = ["postgres"]

AMOUNTS = {
    "dollars": "SUM(@convert(p.paid, 'USD', on := p.ts))",
    "seconds": "@to_unit(SUM(p.waited), 's')",
    "at_sample": "@convert(SUM(p.fee), 'USD', on := @metrics_sample_date(p.ts))",
}
RAISERS = {
    "duckdb": "ERROR(",
    "bigquery": "ERROR(",
    "spark": "RAISE_ERROR(",
    "databricks": "RAISE_ERROR(",
    "trino": "FAIL(",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("rates", [RATES, RATES.replace("via: EUR", "max_age: 400 days")])
def test_each_dialect_parses_what_it_gets(tmp_path: Path, dialect: str, rates: str) -> None:
    project = shop(tmp_path, rates=rates, **AMOUNTS)
    for query in gnomon.render(project, dialect=dialect, full=True, start=FIRST, end=LAST):
        tree = sqlglot.parse_one(query.sql, dialect=dialect)
        assert "ˍ" not in query.sql
        assert not list(tree.find_all(sqlglot.exp.Command))
        if query.metric == "dollars":
            assert RAISERS.get(dialect, "AS DOUBLE" if dialect != "clickhouse" else "Float64") in query.sql


@pytest.fixture
def connection(postgres: str) -> Any:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connected:
        connected.execute("DROP SCHEMA IF EXISTS raw CASCADE")
        for statement in DDL.format(ts="TIMESTAMP").split(";"):
            connected.execute(statement)
        for n, (currency, paid) in enumerate([("EUR", 10), ("JPY", 50), ("USD", 1), ("XXX", None)]):
            connected.execute(
                "INSERT INTO raw.purchases (id, ts, day, customer, currency, paid, fee, waited) "
                "VALUES (%s, %s, %s, 'ada', %s, %s, 50, 333)",
                (n, day(5 + n), day(5 + n).date(), currency, paid),
            )
        for currency, rate in (("USD", 2.0), ("JPY", 100.0)):
            connected.execute("INSERT INTO raw.rates VALUES (%s, 'EUR', %s, %s)", (date(2024, 1, 5), currency, rate))
        yield connected


def rows(project: Any, connection: Any, metric: str, interval: str) -> dict[date, float]:
    (query,) = gnomon.render(project, metric, interval=interval, dialect="postgres", full=True, start=FIRST, end=LAST)
    sql = f"SELECT metrics_sample_date, amount FROM ({query.sql}) AS q"
    return dict(connection.execute(sql.replace("%", "%%")).fetchall())


def test_postgres_gives_the_same(tmp_path: Path, connection: Any) -> None:
    project = shop(tmp_path, **AMOUNTS)
    assert rows(project, connection, "dollars", "monthly") == {date(2024, 1, 1): pytest.approx(22)}
    assert rows(project, connection, "dollars", "over_7_day_window")[date(2024, 1, 12)] == pytest.approx(2)
    assert rows(project, connection, "seconds", "monthly") == {date(2024, 1, 1): pytest.approx(1.332)}
    assert rows(project, connection, "at_sample", "daily") == {day(n).date(): pytest.approx(1) for n in (5, 6, 7, 8)}


def test_postgres_refuses_to_do_without_a_rate(tmp_path: Path, connection: Any) -> None:
    import psycopg

    connection.execute("UPDATE raw.purchases SET paid = 1")
    with pytest.raises(psycopg.DataError, match="no exchange rate from XXX to USD on 2024-01-08"):
        rows(shop(tmp_path, **AMOUNTS), connection, "dollars", "monthly")

"""Random rates and purchases: buckets, windows, all time and date by date, against plain Python.

Rates have gaps, are given in either direction, twice, or differently on one day; purchases have no currency or no
amount, or are in a currency without rates. What is expected is computed without Gnomon and without SQL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

import gnomon
from units_conversion.shop import DDL, FIRST, LAST, RATES, shop

DAY = timedelta(days=1)
DAYS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
FOREIGN = ("USD", "GBP", "JPY")

PAID = "SUM(@convert(p.paid, 'USD', on := p.ts))"
LIMITED = """SELECT @metrics_sample_date(p.ts) AS metrics_sample_date, p.customer, @metric_name() AS metric,
  {amount} AS amount
FROM (SELECT * FROM raw.purchases AS q WHERE @metrics_in_window(q.ts) ORDER BY q.id LIMIT 100000) AS p
GROUP BY 1, 2, 3"""
BY_DAY = """WITH d AS (
  SELECT @metrics_sample_date(p.ts) AS sample, p.customer, CAST(p.ts AS DATE) AS day, p.currency, SUM(p.paid) AS paid
  FROM raw.purchases AS p WHERE @metrics_in_window(p.ts) GROUP BY 1, 2, 3, 4
)
SELECT d.sample AS metrics_sample_date, d.customer, @metric_name() AS metric,
  SUM(@convert(d.paid, 'USD', on := d.day)) AS amount
FROM d GROUP BY 1, 2, 3"""
AMOUNTS = {
    "dollars": PAID,
    "euros": "SUM(@convert(p.paid, 'EUR', on := p.ts))",
    "pounds": "SUM(@convert(p.fee, 'GBP', on := p.ts))",
    "gains": PAID + " FILTER (WHERE p.paid > 0)",
    "most": "MAX(@convert(p.paid, 'EUR', on := p.ts)) + AVG(@convert(p.fee, 'EUR', on := p.ts))",
    "limited": LIMITED.format(amount=PAID),
    "limited_euros": LIMITED.format(amount="SUM(@convert(p.paid, 'EUR', on := p.ts))"),
    "by_day": BY_DAY,
    "at_sample": "@convert(SUM(p.fee), 'USD', on := @metrics_sample_date(p.ts))",
}


@dataclass(frozen=True)
class Purchase:
    at: datetime
    customer: str
    currency: str | None
    paid: float | None
    fee: float


@dataclass(frozen=True)
class World:
    """Purchases, the rows of the table of rates, and by currency and day how many of it a euro is, None if unclear."""

    purchases: list[Purchase]
    rates: list[tuple[date, str, str, float | None]]
    known: dict[tuple[str, date], float | None]
    max_age: int

    def per_euro(self, currency: str, day: date) -> float | None:
        if currency == "EUR":
            return 1.0
        dated = (day - n * DAY for n in range(self.max_age + 1))
        return next((self.known[currency, each] for each in dated if (currency, each) in self.known), None)

    def convert(self, amount: float | None, source: str | None, target: str, day: date) -> float | None:
        if amount is None or source is None or source == target:
            return amount if source is not None else None
        ours, theirs = self.per_euro(source, day), self.per_euro(target, day)
        return None if ours is None or theirs is None else amount / ours * theirs


def world(dice: Random) -> World:
    rates: list[tuple[date, str, str, float | None]] = []
    known: dict[tuple[str, date], float | None] = {}
    for currency in FOREIGN:
        for day in (FIRST + n * DAY for n in range(-12, len(DAYS))):
            if dice.random() < 0.45 or (currency == "GBP" and 10 < (day - FIRST).days < 25):
                continue
            rate = round(dice.uniform(0.5, 3), 4)
            inverse = dice.random() < 0.3
            rates.append((day, currency, "EUR", rate) if inverse else (day, "EUR", currency, rate))
            known[currency, day] = 1 / rate if inverse else rate
            if dice.random() < 0.1:
                rates.append(rates[-1])
            if dice.random() < 0.05:
                rates.append((*rates[-1][:3], rate + 1))
                known[currency, day] = None
            if dice.random() < 0.05:
                rates.append((day, "EUR", currency, dice.choice([None, 0.0, -1.0])))
    purchases = [
        Purchase(
            datetime.combine(dice.choice(DAYS), time()) + timedelta(seconds=dice.randrange(86_400)),
            dice.choice("abc"),
            dice.choice(["EUR", "USD", "GBP", "JPY", "XXX", None]),
            None if dice.random() < 0.05 else round(dice.uniform(-50, 100), 2),
            round(dice.uniform(0, 9), 2),
        )
        for _ in range(400)
    ]
    return World(purchases, rates, known, dice.choice([0, 1, 3, 7, 30]))


def total(values: Iterator[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return sum(found) if found else None


def expected(metric: str, rows: list[Purchase], sample: date, known: World) -> float | None:
    def paid(target: str, keep: Callable[[Purchase], bool] = lambda _: True) -> Iterator[float | None]:
        return (known.convert(row.paid, row.currency, target, row.at.date()) for row in rows if keep(row))

    def fees(target: str) -> Iterator[float | None]:
        return (known.convert(row.fee, "JPY", target, row.at.date()) for row in rows)

    if metric in ("euros", "limited_euros"):
        return total(paid("EUR"))
    if metric == "pounds":
        return total(fees("GBP"))
    if metric == "gains":
        return total(paid("USD", lambda row: row.paid is not None and row.paid > 0))
    if metric == "at_sample":
        return known.convert(sum(row.fee for row in rows), "JPY", "USD", sample)
    if metric == "most":
        euros, others = ([v for v in values if v is not None] for values in (paid("EUR"), fees("EUR")))
        return max(euros) + sum(others) / len(others) if euros and others else None
    return total(paid("USD"))


def stretches(interval: str) -> Iterator[tuple[date, date, date]]:
    """Each sample date of the tested days with the first and the last day that it covers."""
    for day in DAYS:
        if interval == "daily":
            yield day, day, day
        elif interval == "monthly" and day.day == 1:
            yield day, day, (day + 31 * DAY).replace(day=1) - DAY
        elif interval == "over_7_day_window":
            yield day, day - 6 * DAY, day
    if interval == "over_all_time":
        yield LAST, FIRST, LAST


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n > 3 else []) for n in range(30)])
def test_against_plain_python(tmp_path: Path, seed: int) -> None:
    known = world(Random(seed))
    rates = RATES.replace("via: EUR", f"via: EUR, missing: null, max_age: {known.max_age} days")
    project = shop(tmp_path, rates=rates, **AMOUNTS)
    assert [str(p) for p in gnomon.check(project) if p.severity == "error"] == []
    connection = filled(known)
    plans = set()
    for query in gnomon.render(project, dialect="duckdb", full=True, start=FIRST, end=LAST):
        plans.add(query.plan.name)
        found = {row[:2]: row[2] for row in connection.execute(
            f"SELECT metrics_sample_date, customer, amount FROM ({query.sql}) AS q").fetchall()}  # fmt: skip
        wanted = {}
        for sample, first, last in stretches(query.interval):
            within = [row for row in known.purchases if first <= row.at.date() <= last]
            for customer in {row.customer for row in within}:
                rows = [row for row in within if row.customer == customer]
                wanted[sample, customer] = expected(query.metric, rows, sample, known)
        assert found.keys() == wanted.keys(), query.name
        differ = {key: (found[key], wanted[key]) for key in wanted if not same(found[key], wanted[key])}
        assert not differ, (query.name, query.plan.name, differ)
    assert plans >= {"buckets", "windows", "per_date", "all_time"}


def same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def filled(known: World) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(DDL.format(ts="TIMESTAMP"))
    rows = [(n, p.at, p.customer, p.currency, p.paid, p.fee) for n, p in enumerate(known.purchases)]
    connection.executemany(
        "INSERT INTO raw.purchases (id, ts, customer, currency, paid, fee) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    connection.executemany("INSERT INTO raw.rates VALUES (?, ?, ?, ?)", known.rates)
    return connection

"""Small tables for a project with exchange rates: every amount is in a currency that has one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from gnomon.run.seed import SeedTable
from gnomon.run.seed_days import seed_days
from gnomon.run.seed_rates import seeded_rates
from units_conversion.shop import RATES, shop

DAYS = seed_days([(date(2024, 1, 1), date(2024, 2, 1))], date(2024, 1, 20), date(2024, 1, 31))
QUERIES = [
    parse_one("SELECT CASE WHEN currency = 'USD' THEN 1 WHEN currency = 'ISK' THEN 2 WHEN sort = 'long' THEN 3 END")
]
TEXT, NUMBER = exp.DataType.build("TEXT"), exp.DataType.build("DOUBLE")


def seeds(root: Path, rates: str) -> dict[str, SeedTable]:
    purchases = SeedTable(
        "raw.purchases",
        {"currency": TEXT, "sort": TEXT, "paid": NUMBER},
        (("USD", "long", 1.0), (None, None, 2.0), ("other", "other", None)),
    )
    known = SeedTable("raw.rates", {"quote": TEXT, "source": TEXT}, (("x", "y"),))
    names = SeedTable("raw.names", {"customer": TEXT}, (("ada",),))
    found = seeded_rates([purchases, known, names], shop(root, rates=rates, m="SUM(p.fee)"), QUERIES, DAYS)
    return {seed.name: seed for seed in found}


def test_amounts_are_in_currencies_with_rates(tmp_path: Path) -> None:
    found = seeds(tmp_path, RATES)
    assert found["raw.purchases"].rows == (("USD", "long", 1.0), ("ISK", "short", 2.0), ("USD", "long", None))
    assert found["raw.names"].rows == (("ada",),)


@pytest.mark.parametrize(("rates", "pairs"), [(RATES, 2), (RATES.replace("via: EUR", "max_age: 1 days"), 6)])
def test_every_pair_has_a_rate_on_every_day_but_sunday(tmp_path: Path, rates: str, pairs: int) -> None:
    table = seeds(tmp_path, rates)["raw.rates"]
    columns = list(table.columns)
    assert columns == ["day", "base", "quote", "rate", "source"]
    days = {row[0] for row in table.rows}
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4, 5}
    assert min(days) < DAYS.first and max(days) >= DAYS.last + timedelta(days=2)
    assert len({row[1:3] for row in table.rows}) == pairs == len(table.rows) / len(days)
    assert all(row[3] > 0 and row[4] is None for row in table.rows)


def test_without_gaps_where_rates_hold_for_their_day_alone(tmp_path: Path) -> None:
    table = seeds(tmp_path, RATES.replace("via: EUR", "via: EUR, max_age: 0 days"))["raw.rates"]
    assert {row[0].weekday() for row in table.rows} == set(range(7))

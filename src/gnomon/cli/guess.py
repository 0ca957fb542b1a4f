"""What a data file probably is: its time column, the keys of what it is about, and its measures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gnomon.errors import Problem, RunError, UsageError

if TYPE_CHECKING:
    from gnomon.engine import Engine

TIME_NAMES = ("time", "timestamp", "ts", "datetime", "date", "day", "at", "created", "occurred", "event", "bucket")
KEY_SUFFIX = re.compile(r"(_id|_key|_code|_uuid|id)$")
PARTS_OF_DATES = {"year", "month", "day", "hour", "minute", "week", "quarter"}
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")
KEYS = 3
READERS = {".parquet": "read_parquet", ".csv": "read_csv"}


@dataclass(frozen=True, slots=True)
class Guess:
    """A source as a file suggests it. `keys` maps columns to entity names, the best first."""

    table: str
    time: str
    keys: Mapping[str, str]
    measures: tuple[str, ...]
    columns: Mapping[str, str]
    start: date


def guess(path: Path) -> Guess:
    """Look at a file. Raises UsageError where it cannot be read, is empty, or has no time column or no key."""
    try:
        return look_at(path)
    except RunError as error:
        message = f"{path.name} cannot be read: {error.problems[0].message}"
        raise UsageError(Problem("unreadable_file", message, help="give a .parquet or .csv file")) from None


def look_at(path: Path) -> Guess:
    """What the columns of a file are, by their types, their names and how many values they have."""
    from gnomon.engine.duckdb import DuckDBEngine

    with DuckDBEngine.open(":memory:") as engine:
        engine.execute(f"CREATE VIEW data AS SELECT * FROM {reader(path)}")
        columns = dict(engine.columns("data"))
        rows = engine.execute("SELECT COUNT(*) AS n FROM data")["n"][0].as_py()
        if not rows:
            raise UsageError(Problem("empty_file", f"{path.name} has no rows", help="give a file with data"))
        time = time_column(path, columns)
        distinct = distinct_counts(engine, columns)
        start = engine.execute(f"SELECT MIN({quoted(time)}) AS first FROM data")["first"][0].as_py()
    keys = key_columns(columns, distinct, rows, time)
    if not keys:
        message = f"{path.name} has no column that looks like an id"
        raise UsageError(Problem("no_key", message, help="write sources.yaml by hand: gnomon init without --from"))
    measures = [name for name, kind in columns.items() if is_measure(name, kind) and name not in keys and name != time]
    first = start.date() if isinstance(start, datetime) else start or date(2023, 1, 1)
    return Guess(f"raw.{table_name(path)}", time, keys, tuple(measures), columns, first)


def load_file(path: Path, database: Path, table: str) -> int:
    """Load a file into a new table of a DuckDB file; the number of its rows."""
    from gnomon.engine.duckdb import DuckDBEngine

    schema, name = table.split(".")
    with DuckDBEngine.open(str(database), read_only=False) as engine:
        engine.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        engine.execute(f"CREATE TABLE {quoted(schema)}.{quoted(name)} AS SELECT * FROM {reader(path)}")
        counted: int = engine.execute(f"SELECT COUNT(*) AS n FROM {quoted(schema)}.{quoted(name)}")["n"][0].as_py()
    return counted


def reader(path: Path) -> str:
    """The table function that reads a file."""
    function = READERS.get(path.suffix.lower())
    if function is None:
        message = f"'{path.name}' is neither .parquet nor .csv"
        raise UsageError(Problem("unknown_format", message, help="give a .parquet or .csv file"))
    return f"{function}('{str(path.resolve()).replace(chr(39), chr(39) * 2)}')"


def time_column(path: Path, columns: Mapping[str, str]) -> str:
    """The DATE or TIMESTAMP whose name says most about time."""
    times = [name for name, kind in columns.items() if kind.startswith(("DATE", "TIMESTAMP"))]
    if not times:
        message = f"{path.name} has no DATE or TIMESTAMP column"
        listed = tuple(f"{name} {kind}" for name, kind in columns.items())
        raise UsageError(Problem("no_time_column", message, notes=listed, help="cast one of its columns"))
    words = {name: re.split(r"[^a-z]+", name.lower()) for name in times}
    return min(times, key=lambda name: min((TIME_NAMES.index(w) for w in words[name] if w in TIME_NAMES), default=99))


def distinct_counts(engine: Engine, columns: Mapping[str, str]) -> dict[str, int]:
    """About how many different values each column has."""
    counted = ", ".join(f"approx_count_distinct({quoted(name)}) AS {quoted(name)}" for name in columns)
    row: dict[str, int] = engine.execute(f"SELECT {counted} FROM data").to_pylist()[0]
    return row


def key_columns(columns: Mapping[str, str], distinct: Mapping[str, int], rows: int, time: str) -> dict[str, str]:
    """Columns whose values come again, each with the entity that it names: ids first, then texts with few values."""
    texts = ("VARCHAR", "UUID", "BIGINT", "INTEGER", "UBIGINT", "UINTEGER", "HUGEINT")
    candidates = [
        name
        for name, kind in columns.items()
        if name != time
        and kind.startswith(texts)
        and 1 < distinct[name] <= max(2, rows // 2)
        and name.lower() not in PARTS_OF_DATES
        and (kind in ("VARCHAR", "UUID") or KEY_SUFFIX.search(name.lower()))
    ]
    order = sorted(candidates, key=lambda name: (not KEY_SUFFIX.search(name.lower()), list(columns).index(name)))
    return {name: entity_name(name) for name in order[:KEYS]}


def entity_name(column: str) -> str:
    """The entity that a key column holds.

    >>> entity_name("customer_id"), entity_name("to_artifact_id"), entity_name("carrier"), entity_name("ID")
    ('customer', 'artifact', 'carrier', 'item')
    """
    word = re.sub(r"[^a-z0-9_]+", "_", column.lower())
    word = KEY_SUFFIX.sub("", word).removeprefix("to_").removeprefix("from_").strip("_")
    return word if word and word[0].isalpha() else f"item{'_' + word if word else ''}"


def is_measure(name: str, kind: str) -> bool:
    """Whether a column can be summed."""
    return kind.startswith(NUMBERS) and name.lower() not in PARTS_OF_DATES and not KEY_SUFFIX.search(name.lower())


def table_name(path: Path) -> str:
    """A table's name from a file's.

    >>> table_name(Path("My events-2024.parquet")), table_name(Path("2024.csv"))
    ('my_events_2024', 'data_2024')
    """
    word = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "data"
    return word if word[0].isalpha() else f"data_{word}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

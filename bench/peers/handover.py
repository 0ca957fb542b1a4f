"""What a peer's script is given and gives back. It runs in the peer's own environment, which has DuckDB and no Gnomon.

    python in_<peer>.py JOB.json

The job holds `events` (a Parquet file), `gnomon` (the SQL of Gnomon's series over raw.events), `start`, `end`,
`window`, `rounds`, `threads`, and `folder`, which the script may fill. It prints one line of JSON: the peer's series by
date, its seconds and version, and the seconds that Gnomon's SQL takes in this environment's DuckDB on the same file.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

Series = Mapping[str, float]


def job() -> dict[str, Any]:
    return dict(json.loads(Path(sys.argv[1]).read_text()))


def best(work: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """What some work returns, and the least of its wall times."""
    times, result = [], None
    for _ in range(rounds):
        before = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - before)
    return result, min(times)


def events_sql(given: Mapping[str, Any]) -> str:
    return f"SELECT * FROM read_parquet('{given['events']}')"


def gnomon_seconds(file: Path, given: Mapping[str, Any]) -> float:
    """The time of Gnomon's SQL as CREATE TABLE AS on the peer's own file, whose events are main.events."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"SET threads = {given['threads']}; CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute("CREATE OR REPLACE VIEW raw.events AS SELECT * FROM main.events")
        made = f"CREATE OR REPLACE TABLE gnomon_series AS {given['gnomon']}"
        return best(lambda: connection.execute(made), max(3, given["rounds"]))[1]


def report(package: str, file: Path, given: Mapping[str, Any], series: Series, seconds: float, note: str = "") -> None:
    """Print what was found."""
    found = {
        "version": version(package),
        "duckdb": version("duckdb"),
        "series": dict(series),
        "seconds": seconds,
        "gnomon_seconds": gnomon_seconds(file, given),
        "note": note,
    }
    print(json.dumps(found))

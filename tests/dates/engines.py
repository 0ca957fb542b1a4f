"""Engines that execute the SQL of a dialect: DuckDB and Postgres always, Spark and ClickHouse where installed."""

from __future__ import annotations

import glob
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

Row = tuple[Any, ...]


class Engine(Protocol):
    """Something that runs a query in its dialect and gives rows of Python values.

    Spark has no TIMESTAMP without zone: a wall clock comes as the instant at which the session shows it.
    """

    dialect: str
    zone: ZoneInfo

    def rows(self, sql: str) -> list[Row]: ...

    def close(self) -> None: ...


class DuckdbEngine:
    dialect = "duckdb"

    def __init__(self, zone: str) -> None:
        import duckdb

        self.zone = ZoneInfo(zone)
        self.connection = duckdb.connect()
        self.connection.execute(f"SET TimeZone = '{zone}'")

    def rows(self, sql: str) -> list[Row]:
        relation = self.connection.sql(sql)
        # An instant comes as its UTC wall clock: fetching TIMESTAMPTZ itself needs pytz.
        instants = [str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in relation.types]
        columns = [f"#{n} AT TIME ZONE 'UTC'" if is_one else f"#{n}" for n, is_one in enumerate(instants, start=1)]
        found = relation.project(", ".join(columns)).fetchall()
        return [
            tuple(v.replace(tzinfo=UTC) if i and v else v for v, i in zip(row, instants, strict=True)) for row in found
        ]

    def close(self) -> None:
        self.connection.close()


class PostgresEngine:
    dialect = "postgres"

    def __init__(self, dsn: str, zone: str) -> None:
        import psycopg

        self.zone = ZoneInfo(zone)
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.connection.execute(f"SET TIME ZONE '{zone}'".encode())

    def rows(self, sql: str) -> list[Row]:
        return self.connection.execute(sql.encode()).fetchall()

    def close(self) -> None:
        self.connection.close()


class SparkEngine:
    dialect = "spark"

    def __init__(self, zone: str) -> None:
        sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed, so Spark's SQL is not executed")
        self.zone = ZoneInfo(zone)
        builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        self.session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
        self.session.conf.set("spark.sql.session.timeZone", zone)
        self.session.sparkContext.setLogLevel("ERROR")

    def rows(self, sql: str) -> list[Row]:
        frame = self.session.sql(sql)
        instants = [kind == "timestamp" for _, kind in frame.dtypes]
        # An instant is fetched as a number: the driver would show it in the machine's own zone.
        columns = [
            f"unix_micros(`{name}`)" if is_one else f"`{name}`"
            for (name, _), is_one in zip(frame.dtypes, instants, strict=True)
        ]
        return [
            tuple(
                datetime.fromtimestamp(v / 1e6, UTC) if i and v is not None else v
                for v, i in zip(r, instants, strict=True)
            )
            for r in frame.selectExpr(*columns).collect()
        ]

    def close(self) -> None:
        self.session.conf.unset("spark.sql.session.timeZone")


class ClickhouseEngine:
    dialect = "clickhouse"

    def __init__(self, zone: str) -> None:
        self.chdb = pytest.importorskip("chdb", reason="chdb is not installed, so ClickHouse's SQL is not executed")
        self.zone = ZoneInfo(zone)
        self.settings = f"SETTINGS session_timezone = '{zone}', date_time_output_format = 'iso'"

    def rows(self, sql: str) -> list[Row]:
        answer = json.loads(str(self.chdb.query(f"{sql} {self.settings}", "JSONCompact")))
        kinds = [column["type"].removeprefix("Nullable(").rstrip(")") for column in answer["meta"]]
        return [tuple(self.value(v, k) for v, k in zip(row, kinds, strict=True)) for row in answer["data"]]

    def close(self) -> None:
        pass

    def value(self, value: Any, kind: str) -> Any:
        """A value of a column's type; a DateTime is what it shows, in the session's zone if it has none."""
        if isinstance(value, str) and kind in ("Date", "Date32"):
            return date.fromisoformat(value)
        if isinstance(value, str) and kind.startswith("DateTime"):
            zone = ZoneInfo(kind.split("'")[1]) if "'" in kind else self.zone
            return datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
        return int(value) if kind.startswith(("Int", "UInt")) else value


def postgres_programs() -> Path:
    """The folder of initdb and pg_ctl, installed from Debian where that is possible; else the test is skipped."""
    for attempt in (1, 2):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))
        if found:
            return Path(found[-1]).parent
        if attempt == 1 and os.geteuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "-q", "postgresql"], capture_output=True, check=False)
    pytest.skip("Postgres is not installed and cannot be (try: apt-get install postgresql), so its SQL is not executed")


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A server of our own in `folder` on a free port of 127.0.0.1; gives its connection string."""
    pytest.importorskip("psycopg", reason="psycopg is not installed, so Postgres's SQL is not executed")
    programs = postgres_programs()
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    run(str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "-N", "--no-locale", "-E", "UTF8")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
    run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")

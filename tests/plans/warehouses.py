"""The rows of a generated project on engines other than DuckDB, and queries over them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

import pytest

from oracle.logic import Row
from oracle.model import Data, Project
from oracle.spell import tables


class Answer:
    """The rows of a query, with the columns' names as a DB-API cursor gives them."""

    def __init__(self, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        self.description = [(name,) for name in names]
        self.rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows


class Refused(Exception):
    """An engine does not run a query."""


class Warehouse(Protocol):
    """An engine with tables of a project's shape."""

    dialect: str

    def fill(self, project: Project, data: Data) -> None: ...

    def execute(self, sql: str) -> Answer: ...


class PostgresWarehouse:
    """A Postgres database. Every statement is a transaction of its own."""

    dialect = "postgres"
    TYPES: ClassVar[dict[str, str]] = {"double": "DOUBLE PRECISION", "hugeint": "NUMERIC(38, 0)"}

    def __init__(self, dsn: str, zone: str = "UTC") -> None:
        import psycopg

        self.error = psycopg.Error
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.connection.execute(b"SET jit = off")  # tables without statistics look large enough for it
        self.zone(zone)

    def zone(self, zone: str) -> None:
        self.connection.execute(f"SET TIME ZONE '{zone}'".encode())

    def fill(self, project: Project, data: Data) -> None:
        for name, (types, rows) in tables(project, data).items():
            written = ", ".join(f"{column} {self.TYPES.get(kind, kind)}" for column, kind in types.items())
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}".encode())
            self.connection.execute(f"DROP TABLE IF EXISTS {name}".encode())
            self.connection.execute(f"CREATE TABLE {name} ({written})".encode())
            with self.connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row([row[column] for column in types])

    def execute(self, sql: str) -> Answer:
        try:
            cursor = self.connection.execute(sql.encode())
        except self.error as error:
            raise Refused(f"{type(error).__name__}: {error}") from None
        return Answer([column.name for column in cursor.description or ()], cursor.fetchall())

    def close(self) -> None:
        self.connection.close()


class SparkWarehouse:
    """A Spark session whose tables are views of literal rows."""

    dialect = "spark"
    TYPES: ClassVar[dict[str, str]] = {
        "varchar": "STRING",
        "hugeint": "DECIMAL(38, 0)",
        "timestamp": "TIMESTAMP_NTZ",
        "timestamptz": "TIMESTAMP",
    }
    OPTIONS: ClassVar[dict[str, str]] = {  # compiling a query to bytecode takes longer than going over a few rows
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.leafNodeDefaultParallelism": "1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }

    def __init__(self, zone: str = "UTC") -> None:
        sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed, so Spark's SQL is not executed")
        builder = sql.SparkSession.builder.master("local[1]")
        for option, value in self.OPTIONS.items():
            builder = builder.config(option, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")
        self.zone(zone)

    def zone(self, zone: str) -> None:
        self.session.conf.set("spark.sql.session.timeZone", zone)

    def fill(self, project: Project, data: Data) -> None:
        for name, (types, rows) in tables(project, data).items():
            self.session.sql(f"CREATE DATABASE IF NOT EXISTS {name.partition('.')[0]}")
            self.session.sql(f"CREATE OR REPLACE VIEW {name} AS {self.literal_rows(types, rows)}")

    def literal_rows(self, types: dict[str, str], rows: Sequence[Row]) -> str:
        kinds = {column: self.TYPES.get(kind, kind) for column, kind in types.items()}
        columns = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in kinds.items())
        given = [f"({', '.join(spark_literal(row[column]) for column in types)})" for row in rows]
        none = "" if given else " WHERE FALSE"
        listed = ", ".join(given or [f"({', '.join('NULL' for _ in types)})"])
        return f"SELECT {columns} FROM VALUES {listed} AS t({', '.join(types)}){none}"

    def execute(self, sql: str) -> Answer:
        from pyspark.errors import PySparkException

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # Spark's driver leaves sockets to be collected
                frame = self.session.sql(sql)
                return Answer(frame.columns, [tuple(row) for row in frame.collect()])
        except PySparkException as error:
            raise Refused(f"{type(error).__name__}: {error}") from None

    def close(self) -> None:
        self.session.conf.unset("spark.sql.session.timeZone")


def spark_literal(value: Any) -> str:
    """A value that Spark reads back unchanged once it is cast to its column's type."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return f"{'TIMESTAMP' if value.tzinfo else 'TIMESTAMP_NTZ'} '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, Decimal | int):
        return f"{value}"
    return f"'{value}'"

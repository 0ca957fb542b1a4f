"""What Spark answers to a few hundred expressions: `spark_answers.jsonl`, made by this file where pyspark is installed.

    python tests/catalog/sql/spark_answers.py

A line is a case: `kind` is `row` (an expression on each row of `f`), `agg` (over all of them) or `query`; `sql` is
Spark's; `spark` are the rows it answered, with spark.sql.ansi.enabled = false and the time zone UTC. `here` is what
becomes of it on DuckDB: `same`, `refused`, or `engine` where DuckDB ends it with an error. A new case is a line with
`kind`, `sql` and `here`; this file adds Spark's answer.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).with_suffix(".jsonl")
COLUMNS = {
    "id": "int",
    "d": "date",
    "ts": "timestamp",
    "x": "int",
    "y": "double",
    "n": "decimal(10,2)",
    "s": "string",
    "b": "boolean",
}
VALUES = (
    (1, "2024-01-07", "2024-01-07 10:30:15", 7, 0.5, "2.55", "a%b", True),
    (2, "2024-01-08", "2024-01-08 23:59:59.5", -7, 1.5, "-2.55", "axb", False),
    (3, "2024-12-30", "2024-12-30 00:00:00", 2, 2.5, "10.00", "1.9", None),
    (4, None, None, None, None, None, None, True),
    (5, "2023-01-01", "2023-01-01 05:00:00", 0, -2.5, "0.50", "Hello World", False),
)
SETTINGS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def cases() -> list[dict[str, Any]]:
    """All cases."""
    return [json.loads(line) for line in ANSWERS.read_text().splitlines()]


def table(text: str) -> str:
    """The query of the table `f`, with a word for texts."""
    rows = ", ".join(f"({', '.join(map(literal, row))})" for row in VALUES)
    named = ", ".join(f"CAST({name} AS {kind.replace('string', text)}) AS {name}" for name, kind in COLUMNS.items())
    return f"SELECT {named} FROM (VALUES {rows}) AS t({', '.join(COLUMNS)})"


def literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else "NULL" if value is None else str(value)


def plain(value: Any) -> Any:
    """A value as JSON has it, the same from any engine."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, date | timedelta):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def statement(kind: str, sqls: Sequence[str]) -> str:
    """Cases of one kind as one statement."""
    if kind == "query":
        return sqls[0]
    shown = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(sqls))
    return f"SELECT id, {shown} FROM f" if kind == "row" else f"SELECT {shown} FROM f"


def asked(spark: Any, kind: str, sqls: Sequence[str]) -> Iterator[list[Any]]:
    """The rows that Spark answers to each case. Times come in the process's zone, whatever the session's is."""
    with in_utc():
        rows = [tuple(row) for row in spark.sql(statement(kind, sqls)).collect()]
    if kind == "query":
        yield [plain(row) for row in rows]
        return
    first = int(kind == "row")
    rows = sorted(rows, key=lambda row: row[0]) if first else rows
    for at in range(len(sqls)):
        yield [[plain(row[at + first])] for row in rows]


@contextmanager
def in_utc() -> Iterator[None]:
    """The process in UTC."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ")
    os.environ |= {"TZ": before} if before is not None else {}
    time.tzset()


def answered(spark: Any, found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Cases with what Spark answers, many at once."""
    spark.sql(f"CREATE OR REPLACE TEMP VIEW f AS {table('string')}")
    listed = list(found)
    for kind, size in (("row", 40), ("agg", 40), ("query", 1)):
        some = [case for case in listed if case["kind"] == kind]
        for at in range(0, len(some), size):
            part = some[at : at + size]
            rows = asked(spark, kind, [case["sql"] for case in part])
            yield from (case | {"spark": answer} for case, answer in zip(part, rows, strict=True))


def session() -> Any:
    """A session of Spark."""
    builder = import_module("pyspark.sql").SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    made = builder.getOrCreate()
    for key, value in SETTINGS.items():  # a session that other tests began is the one that is got
        if made.conf.isModifiable(key):
            made.conf.set(key, value)
    return made


if __name__ == "__main__":
    made = answered(session(), cases())
    ANSWERS.write_text("".join(f"{json.dumps(case)}\n" for case in made))

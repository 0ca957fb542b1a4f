"""A metric's own tests: the rows given in its definition, and the rows that one of its series must then have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlglot import exp

from gnomon.compile.render import render
from gnomon.compile.sql import standalone
from gnomon.engine.duckdb import DuckDBEngine
from gnomon.model import Metric, Project, Variant
from gnomon.run.local_compare import Difference
from gnomon.run.local_result import VariantResult

Row = Mapping[str, Any]
DUCKDB = "duckdb"
# As in 2024-01-31, and in 2024-01-31 10:00:00 or 2024-01-31T10:00:00+01:00.
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:?\d\d|Z)?")
TOLERANCE = 1e-9


def expected_results(project: Project, today: date) -> Iterator[VariantResult]:
    """One result for each test of each metric, computed in a database of its own, in memory.

    Tables that a test gives no rows for are empty. Columns that an expected row leaves out are not compared; rows are
    compared as a multiset. The sample dates run from `start` (default: the metric's) to `end` (default: the day
    before `today`).
    """
    for metric in project.metrics.values():
        for number, test in enumerate(metric.tests, start=1):
            yield outcome(project, metric, test, number, today)


def outcome(project: Project, metric: Metric, test: Mapping[str, Any], number: int, today: date) -> VariantResult:
    """The result of one test."""
    interval = test["interval"] or metric.intervals[0].suffix
    entity = test["entity"] or metric.entity_types[0]
    variant = next(Variant(metric, entity, i) for i in metric.intervals if i.suffix == interval)
    (query,) = render(project, variant.name, dialect=DUCKDB, start=test["start"], end=test["end"], execution_time=today)
    reads = standalone(project, variant, query.start, query.end, DUCKDB).reads
    with DuckDBEngine.open(":memory:", read_only=False) as engine:
        for statement in tables(project, reads, test["given"]):
            engine.execute(statement)
        found = engine.execute(query.sql).to_pylist()
    name = f"{variant.name}, test {number}"
    return VariantResult(name, (query.start, query.end), len(found), tuple(differences(name, found, test["expect"])))


def tables(project: Project, reads: Iterable[str], given: Mapping[str, Iterable[Row]]) -> Iterator[str]:
    """The statements that make the tables which a query reads, and fill those that have rows."""
    for name in sorted({*reads, *given}):
        rows = list(given.get(name, ()))
        types = column_types(project, name, rows)
        table = exp.to_table(name).sql(DUCKDB, identify=True)
        if "." in name:
            yield f'CREATE SCHEMA IF NOT EXISTS "{name.rpartition(".")[0]}"'
        columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        yield f"CREATE TABLE {table} ({columns})"
        for row in rows:
            values = ", ".join(exp.convert(row.get(column)).sql(DUCKDB) for column in types)
            yield f"INSERT INTO {table} VALUES ({values})"


def column_types(project: Project, name: str, rows: list[Row]) -> dict[str, str]:
    """The columns of a table with their types: as declared, else as the given values look."""
    declared = project.sources.get(name) or project.references.get(name)
    bridges = [hop for hop in project.relationships if hop.table == name]
    found: dict[str, str | None] = {column: None for hop in bridges for column in bridge_columns(hop)}
    found.update({column.name: column.type for column in (declared.columns.values() if declared else ())})
    for row in rows:
        for column, value in row.items():
            if found.get(column) is None:
                found[column] = None if value is None else looks_like(value)
    return {column: kind or "TEXT" for column, kind in found.items()}


def bridge_columns(hop: Any) -> tuple[str, ...]:
    return (*hop.from_columns, *hop.to_columns, *(name for name in (hop.valid_from, hop.valid_to) if name))


def looks_like(value: Any) -> str:
    """The SQL type of a value in a definition.

    >>> [looks_like(value) for value in (True, 1, 1.5, "2024-01-31", "2024-01-31 10:00:00", "x")]
    ['BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TEXT']
    """
    if isinstance(value, bool | int | float):
        return {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}[type(value)]
    if DATE.fullmatch(str(value)):
        return "DATE"
    return "TIMESTAMP" if TIMESTAMP.fullmatch(str(value)) else "TEXT"


def differences(name: str, found: Sequence[Row], expected: Sequence[Row]) -> Iterator[Difference]:
    """The expected rows that are not there, and the rows that nothing expects."""
    pairs = paired(found, expected)
    for place, row in enumerate(expected):
        if place not in pairs.values():
            yield Difference(name, spelled(row), "is there", "no", "yes")
    for place, row in enumerate(found):
        if place not in pairs:
            yield Difference(name, spelled(row), "is there", "yes", "no")


def paired(found: Sequence[Row], expected: Sequence[Row]) -> dict[int, int]:
    """For as many found rows as possible, by their place, the place of the expected row that each stands for.

    An expected row that leaves columns out may fit several: one that is taken makes room where it fits another.

    >>> paired([{"day": 1, "amount": 2}, {"day": 2, "amount": 2}], [{"amount": 2}, {"day": 1}])
    {0: 1, 1: 0}
    """
    fits = [[place for place, row in enumerate(found) if is_as(row, wanted)] for wanted in expected]
    pairs: dict[int, int] = {}

    def pair(wanted: int, tried: set[int]) -> bool:
        for place in fits[wanted]:
            if place not in tried:
                tried.add(place)
                if place not in pairs or pair(pairs[place], tried):
                    pairs[place] = wanted
                    return True
        return False

    for wanted in range(len(expected)):
        pair(wanted, set())
    return pairs


def is_as(row: Row, wanted: Row) -> bool:
    """Whether a row has the values that an expected one names."""
    return all(same(row.get(column), value) for column, value in wanted.items())


def spelled(row: Row) -> dict[str, str]:
    """A row as one text, since expected rows may name different columns."""
    return {"row": ", ".join(f"{column} {value}" for column, value in row.items())}


def same(built: Any, wanted: Any) -> bool:
    """Whether a built value is the one that a definition spells."""
    if isinstance(built, float | int) and isinstance(wanted, float | int) and not isinstance(wanted, bool):
        return abs(built - wanted) <= TOLERANCE * max(1.0, abs(wanted))
    return built is wanted or (built is not None and wanted is not None and str(built) == str(wanted))

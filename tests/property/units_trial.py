"""The judge: a query on its data and on the same data scaled, and each output beside what is claimed of its unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from property.units_cases import Case
from property.units_kinds import Unit
from property.units_tables import Table, fill, scaled, units_of

FACTOR = 2.0**12
"""Doubles are scaled by it exactly, and so are their square, cube and fourth roots."""
CLOSE, LOOSE = 1e-9, 1e-3
"""Of the largest value of a column: how far values may differ, and how far where the query rounds."""
ROUNDED = 1e-8
"""What rounding to eight decimals can change."""
NO_RANGE = (duckdb.OutOfRangeException, duckdb.ConversionException)
"""The engine's refusal of numbers that are too large or not finite: it says nothing of units."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Keyed:
    """One unit for each value of another output."""

    by: str
    units: Mapping[str, Unit]


Claims = Mapping[str, Unit | Keyed]
"""What is said of outputs, by name; those of which nothing is known are left out."""


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with one thread, so that equal queries see equal orders."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@dataclass
class Answers:
    """Runs texts of one case over differing data."""

    connection: duckdb.DuckDBPyConnection
    schemas: int = 0

    def rows(self, tables: Iterable[Table], sql: str) -> tuple[list[str], list[Row]]:
        name = f"s{self.schemas}"
        self.schemas += 1
        fill(self.connection, name, tables)
        self.connection.execute(f"USE {name}")
        cursor = self.connection.execute(sql)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def dimensions(tables: Iterable[Table]) -> list[str]:
    """The dimensions that the data has; time always, for dates."""
    units = [unit for table in tables for column in table.columns for unit in units_of(table, column) if unit]
    return sorted({name for unit in units for name, _ in unit.powers} | {"time"})


def disagreements(case: Case, claims: Claims, names: Iterable[str] | None = None) -> tuple[int, list[str]]:
    """How many outputs were judged with values that say something, and where scaling is not as claimed."""
    if not claims:
        return 0, []
    found: list[str] = []
    judged: set[str] = set()
    with engine() as connection:
        answers = Answers(connection)
        columns, before = answers.rows(case.tables, case.sql())
        for name in names or dimensions(case.tables):
            factors = {name: FACTOR}
            _, after = answers.rows(scaled(case.tables, factors), case.sql(factors))
            tolerance = LOOSE if case.pen.loose else CLOSE
            telling, wrong = compared(columns, before, after, claims, factors, tolerance)
            judged |= telling
            found += [f"{name} x {FACTOR:g}: {line}" for line in wrong]
    return len(judged), found


def compared(
    columns: Sequence[str], before: Sequence[Row], after: Sequence[Row], claims: Claims, factors: Mapping[str, float],
    tolerance: float,
) -> tuple[set[str], list[str]]:  # fmt: skip
    """The outputs that have values other than 0 and NULL, and those whose values did not grow as their unit says."""
    telling, wrong = set(), []
    for output, claim in claims.items():
        at = columns.index(output)
        sides: list[tuple[float, list[Any], list[Any]]]
        if isinstance(claim, Unit):
            sides = [(claim.growth(factors), [row[at] for row in before], [row[at] for row in after])]
        else:
            by = columns.index(claim.by)
            sides = [
                (unit.growth(factors), of_key(before, at, by, key), of_key(after, at, by, key))
                for key, unit in claim.units.items()
            ]
        for growth, old, new in sides:
            if any(isinstance(value, int | float | Decimal) and value for value in old):
                telling.add(output)
            if line := unlike(old, new, growth, tolerance):
                wrong.append(f"{output} as {claim}: {line}")
    return telling, wrong


def of_key(rows: Sequence[Row], at: int, by: int | None = None, key: str | None = None) -> list[Any]:
    """The values of a column, with `by` those of the rows whose column `by` is the key."""
    return [row[at] for row in rows if by is None or row[by] == key]


def unlike(old: Sequence[Any], new: Sequence[Any], growth: float, tolerance: float, noise: float = 0.0) -> str | None:
    """How values differ from others times a factor, in any order; None where they do not."""
    try:
        expected, got = sorted((number(value) * growth for value in old), key=rank), sorted(map(number, new), key=rank)
    except TypeError:
        return f"no numbers: {old[:3]}"
    near = tolerance * max((abs(value) for value in expected if math.isfinite(value)), default=0)
    near += ROUNDED if tolerance == LOOSE else noise
    if len(expected) != len(got):
        return f"{len(expected)} rows, then {len(got)}"
    for one, other in zip(expected, got, strict=True):
        if not (one == other or (math.isnan(one) and math.isnan(other)) or abs(one - other) <= near):
            return f"{one:.12g} expected (grown by {growth:g}), {other:.12g} found"
    return None


def number(value: Any) -> float:
    """A number; NULL is not one. TypeError for text and dates."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(value)
    return float(value)


def rank(value: float) -> tuple[bool, float]:
    return (math.isnan(value), 0 if math.isnan(value) else value)

"""Random tables with declared units, and the same tables with a dimension scaled or a unit re-expressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import duckdb

from property.units_kinds import ATOMS, CONVERSIONS, UNITS, Unit, unit_of

EPOCH = datetime(1970, 1, 1)
"""All instants are near it, so that scaling time about it scales seconds since the epoch too."""
KEYS = ["a", "b", "c"]
NAMES = ("sales", "visits", "loads")


@dataclass(frozen=True)
class Column:
    """A column with its values. `unit` is unit JSON, or a map from the values of column `by` to unit JSON."""

    name: str
    type: str
    values: tuple[Any, ...]
    unit: Mapping[str, Any] | None = None
    by: str | None = None


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def quantities(rng: Random, size: int, type: str) -> tuple[Any, ...]:
    """Numbers that binary fractions hold exactly, a few of them zero, negative or null."""

    def one() -> Any:
        chance = rng.random()
        if chance < 0.12:
            return None if chance < 0.08 else 0
        value = rng.randint(1, 60) if rng.random() < 0.3 else rng.randint(8, 4000)
        return (-value if rng.random() < 0.1 else value) if type == "BIGINT" else value / 8

    return tuple(one() for _ in range(size))


def wide(rng: Random, name: str) -> Table:
    """A table of facts: a key, a label, a day, two instants, and quantities."""
    size = rng.randint(9, 16)
    days = [(EPOCH + timedelta(days=rng.randint(1, 60))).date() for _ in range(size)]
    starts = [EPOCH + timedelta(hours=rng.randint(24, 24 * 30)) for _ in range(size)]
    ends = [start + timedelta(hours=rng.randint(1, 200)) for start in starts]
    own = [rng.choice(UNITS) for _ in range(rng.randint(2, 4))]
    own += [rng.choice(own) for _ in range(rng.randint(1, 3))]
    own += list(rng.choice(CONVERSIONS)[:2]) if rng.random() < 0.35 else []
    first = name[0]
    columns = [
        Column("id", "BIGINT", tuple(range(1, size + 1))),
        Column("k", "VARCHAR", tuple(rng.choice(KEYS) for _ in range(size))),
        Column("label", "VARCHAR", tuple(rng.choice(["x", "y", None]) for _ in range(size))),
        Column("day", "DATE", tuple(days)),
        Column("began", "TIMESTAMP", tuple(starts)),
        Column("ended", "TIMESTAMP", tuple(ends)),
    ]
    for number, unit in enumerate(own, 1):
        whole = unit in ATOMS and rng.random() < 0.25
        type = "BIGINT" if whole else "DOUBLE"
        columns.append(Column(f"{first}{number}", type, quantities(rng, size, type), unit))
    return Table(name, tuple(columns))


def long(rng: Random) -> Table:
    """A table whose amounts are in the unit that the row's metric names; two metrics share one."""
    size = rng.randint(14, 20)
    shared, *others = rng.sample(ATOMS[1:], 3)
    units = {"paid": shared, "refund_paid": shared, "took": others[0], "sent": others[1]}
    metrics = [*units, *(rng.choice(list(units)) for _ in range(size - 4))]
    columns = (
        Column("id", "BIGINT", tuple(range(1, size + 1))),
        Column("day", "DATE", tuple((EPOCH + timedelta(days=rng.randint(1, 40))).date() for _ in range(size))),
        Column("metric", "VARCHAR", tuple(metrics)),
        Column("amount", "DOUBLE", quantities(rng, size, "DOUBLE"), units, by="metric"),
    )
    return Table("long", columns)


def tables(rng: Random) -> tuple[Table, ...]:
    return (*(wide(rng, name) for name in rng.sample(NAMES, rng.randint(1, 2))), long(rng))


def declared(tables: Iterable[Table]) -> dict[str, Any]:
    """The units as `infer_units` takes them: also the columns that have none."""
    return {
        f"{table.name}.{column.name}": {"by": column.by, "map": dict(column.unit or {})} if column.by else column.unit
        for table in tables
        for column in table.columns
    }


def types(tables: Iterable[Table]) -> dict[str, str]:
    return {f"{table.name}.{column.name}": column.type for table in tables for column in table.columns}


def units_of(table: Table, column: Column) -> list[Unit | None]:
    """The unit of each row's value."""
    if column.by is None:
        return [unit_of(column.unit) if column.unit else None] * len(column.values)
    keys = table.column(column.by).values
    return [unit_of((column.unit or {})[key]) for key in keys]


def scaled(tables: Iterable[Table], factors: Mapping[str, float]) -> tuple[Table, ...]:
    """The tables as if the base units of some dimensions were that much smaller."""

    def value(value: Any, unit: Unit | None) -> Any:
        if isinstance(value, datetime):
            return EPOCH + (value - EPOCH) * factors.get("time", 1)
        if isinstance(value, date):
            return EPOCH.date() + (value - EPOCH.date()) * factors.get("time", 1)
        return value if unit is None or value is None else value * unit.growth(factors)

    def column(table: Table, one: Column) -> Column:
        pairs = zip(one.values, units_of(table, one), strict=True)
        return replace(one, values=tuple(value(*pair) for pair in pairs))

    return tuple(replace(table, columns=tuple(column(table, one) for one in table.columns)) for table in tables)


def restated(tables: Iterable[Table], old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Table, ...]:
    """The same quantities with every value that was in one unit in another of its dimension."""
    ratio = float(Fraction(unit_of(old).factor or 1) / Fraction(unit_of(new).factor or 1))

    def column(table: Table, one: Column) -> Column:
        keys = table.column(one.by).values if one.by else one.values
        units = [(one.unit or {})[key] if one.by else one.unit for key in keys]
        if old not in units:
            return one
        values = [
            value * ratio if unit == old and value is not None else value
            for value, unit in zip(one.values, units, strict=True)
        ]
        changed = {key: new if unit == old else unit for key, unit in (one.unit or {}).items()} if one.by else new
        return replace(one, type="DOUBLE", unit=changed, values=tuple(values))

    return tuple(replace(table, columns=tuple(column(table, one) for one in table.columns)) for table in tables)


def fill(connection: duckdb.DuckDBPyConnection, schema: str, tables: Iterable[Table]) -> None:
    """The tables in a schema of their own."""
    connection.execute(f"CREATE SCHEMA {schema}")
    for table in tables:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE {schema}.{table.name} ({columns})")
        rows = zip(*(column.values for column in table.columns), strict=True)
        literals = ", ".join("(" + ", ".join(map(spelled, row)) + ")" for row in rows)
        connection.execute(f"INSERT INTO {schema}.{table.name} VALUES {literals}")


def spelled(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime | date | str):
        return f"'{value}'"
    return repr(value) + "::DOUBLE" if isinstance(value, float) else str(value)

"""Small tables to test a project on, made from what its queries ask for.

Every comparison in a query becomes values on both sides of it, and every conjunction becomes rows that pass it, so
that no series is empty by accident: ids that begin late, bridges that overlap, nulls, events at the very bounds of
buckets and windows. The same project and dates always give the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from gnomon.model import Project
from gnomon.run.seed_days import SeedDays
from gnomon.run.seed_demands import Demand
from gnomon.run.seed_pools import make_pools
from gnomon.run.seed_rows import make_rows
from gnomon.run.seed_types import declared_columns, lay_out
from gnomon.run.seed_usage import Profile, read_usage

CHUNK = 500


@dataclass(frozen=True, slots=True)
class SeedTable:
    """A table: its columns' types, its rows in the order of the columns, and the conjunctions that they pass."""

    name: str
    columns: Mapping[str, exp.DataType]
    rows: tuple[tuple[Any, ...], ...]
    profiles: tuple[Profile, ...] = field(default=(), repr=False)

    @property
    def predicates(self) -> list[str]:
        """The conjunctions in words: `event_type in ('STARRED') and amount > 5`."""
        return list(dict.fromkeys(" and ".join(map(describe, profile)) for profile in self.profiles if profile))


def plan_seeds(
    project: Project, queries: Iterable[exp.Expr], dialect: str, days: SeedDays, built: Collection[str] = ()
) -> tuple[SeedTable, ...]:
    """The tables that queries read, other than those in `built`, with rows.

    `queries` hold no macros; table names are compared in lower case.
    """
    tables = [*project.sources, *project.references, *(hop.table for hop in project.relationships)]
    usage = read_usage(queries, dialect, {table: declared_columns(project, table) for table in tables})
    layout = lay_out(project, usage, built)
    pools = make_pools(usage, layout, days)
    return tuple(
        SeedTable(
            name,
            columns,
            tuple(
                tuple(row[column] for column in columns) for row in make_rows(project, name, usage, layout, pools, days)
            ),
            tuple(profile_without_times(profile, layout.times.get(name)) for profile in usage.profiles.get(name, {})),
        )
        for name, columns in layout.tables.items()
        if columns
    )


def profile_without_times(profile: Profile, time: str | None) -> Profile:
    return tuple(demand for demand in profile if demand.place.column != time)


def describe(demand: Demand) -> str:
    """A comparison as it might be typed."""
    column, op, values = demand.place.column, demand.op, demand.values
    if op in ("null", "not null", "true", "false"):
        return f"{column} is {op}"
    if op in ("like", "not like"):
        return f"{column} {op} {values[1]!r}"
    shown = ", ".join(repr(value) if isinstance(value, (str, int, float)) else f"'{value}'" for value in values)
    return f"{column} {op} ({shown})" if op in ("in", "not in") else f"{column} {op} {shown}"


def write_seeds(adapter: Any, tables: Iterable[SeedTable], target: Mapping[str, exp.Table]) -> int:
    """Create and fill the tables through a SQLMesh engine adapter, and count the rows.

    `target` maps a table's name to where it is written; its schema is created.
    """
    count = 0
    for table in tables:
        place = target[table.name]
        if place.db:
            adapter.create_schema(exp.table_(place.args["db"].copy(), catalog=place.args.get("catalog")))
        adapter.create_table(place, dict(table.columns))
        columns = ", ".join(exp.to_identifier(column).sql(adapter.dialect, identify=True) for column in table.columns)
        write = Literals(adapter.dialect, list(table.columns.values()))
        for start in range(0, len(table.rows), CHUNK):
            values = ", ".join(write.row(row) for row in table.rows[start : start + CHUNK])
            adapter.execute(f"INSERT INTO {place.sql(adapter.dialect, identify=True)} ({columns}) VALUES {values}")
        count += len(table.rows)
    return count


class Literals:
    """Rows as SQL text in one dialect; each distinct value is generated once."""

    def __init__(self, dialect: str, types: list[exp.DataType]) -> None:
        self.dialect, self.types = dialect, types
        self.texts: dict[tuple[str, int], str] = {}

    def row(self, row: tuple[Any, ...]) -> str:
        return f"({', '.join(self.text(value, position) for position, value in enumerate(row))})"

    def text(self, value: Any, position: int) -> str:
        key = (repr(value), position)
        if key not in self.texts:
            literal = exp.convert(value.isoformat(" ") if isinstance(value, datetime) else str(value))
            if value is None:
                node: exp.Expr = exp.Null()
            elif isinstance(value, (date, datetime)):
                node = exp.cast(literal, self.types[position])
            else:
                node = exp.convert(value)
            self.texts[key] = node.sql(self.dialect)
        return self.texts[key]

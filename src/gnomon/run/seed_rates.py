"""Exchange rates for a project that is tested on small tables: each currency has one each day, but on Sundays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import permutations
from typing import Any

from sqlglot import exp

from gnomon.model import Project, RateTable
from gnomon.run.seed import SeedTable
from gnomon.run.seed_days import SeedDays

DAY, SUNDAY = timedelta(days=1), 6
CODE = re.compile(r"[A-Z][A-Z0-9]{2,11}")
ROOM = 3 * DAY
"""How far rows may lie beyond the seeds' days: after the last one, and in another zone."""


def seeded_rates(
    tables: Iterable[SeedTable], project: Project, queries: Iterable[exp.Expr], days: SeedDays
) -> tuple[SeedTable, ...]:
    """Seeds in which every amount is in a currency with rates: those that queries name."""
    seeds = tuple(tables)
    if not project.rates:
        return seeds
    named = {node.name for query in queries for node in query.find_all(exp.Literal) if node.is_string}
    codes = sorted({code for code in named if CODE.fullmatch(code)} | {"EUR", "USD"})
    return tuple(
        rates_seed(seed, project.rates[seed.name], codes, days)
        if seed.name in project.rates
        else in_currencies(seed, keys_of(seed, project, codes))
        for seed in seeds
    )


def rates_seed(seed: SeedTable, table: RateTable, codes: list[str], days: SeedDays) -> SeedTable:
    """A rate for each pair and day; columns that say something else are null."""
    own = {table.date: "DATE", table.from_code: "TEXT", table.to_code: "TEXT", table.rate: "DOUBLE"}
    columns = {**{name: exp.DataType.build(kind) for name, kind in own.items()}, **seed.columns}
    rows = []
    for day in rate_days(days, has_gaps=table.max_age >= DAY):
        for number, (source, target) in enumerate(pairs(codes, table.via)):
            known = {table.date: day, table.from_code: source, table.to_code: target, table.rate: rate(number, day)}
            rows.append(tuple(known.get(column) for column in columns))
    return SeedTable(seed.name, columns, tuple(rows))


def rate_days(days: SeedDays, *, has_gaps: bool) -> Iterator[date]:
    day = days.first - ROOM - DAY
    while day <= days.last + ROOM:
        if not (has_gaps and day.weekday() == SUNDAY):
            yield day
        day += DAY


def pairs(codes: list[str], via: str | None) -> Iterable[tuple[str, str]]:
    """The pairs that a table of rates has to hold."""
    return permutations(codes, 2) if via is None else ((via, code) for code in codes if code != via)


def rate(number: int, day: date) -> float:
    """A rate that differs from day to day and from pair to pair.

    >>> rate(0, date(2024, 1, 1)), rate(1, date(2024, 1, 2))
    (1.24, 1.7)
    """
    return 0.5 + (day.toordinal() + 22 * number) % 97 / 50


def keys_of(seed: SeedTable, project: Project, codes: list[str]) -> Mapping[str, list[str]]:
    """The values that the columns may have which say what an amount is in, by column."""
    table = project.sources.get(seed.name) or project.references.get(seed.name)
    found = {}
    for column in table.columns.values() if table is not None else ():
        if column.unit_by is not None:
            found[column.unit_by.column] = codes if column.unit_by.map is None else sorted(column.unit_by.map)
    return found


def in_currencies(seed: SeedTable, keys: Mapping[str, list[str]]) -> SeedTable:
    """A table whose rows are in one of the known currencies each: what is none becomes the next in turn."""
    if not keys.keys() & seed.columns.keys():
        return seed

    def value(column: str, given: Any, number: int) -> Any:
        known = keys.get(column)
        return given if known is None or given in known else known[number % len(known)]

    rows = (
        tuple(value(column, given, number) for column, given in zip(seed.columns, row, strict=True))
        for number, row in enumerate(seed.rows)
    )
    return SeedTable(seed.name, seed.columns, tuple(rows), seed.profiles)

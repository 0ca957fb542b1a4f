"""The judge of scales: the same data in another unit gives the same quantities."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from property.units_cases import Case
from property.units_claims import Said
from property.units_kinds import RESTATED, Unit
from property.units_tables import Table, restated
from property.units_trial import Answers, Keyed, engine, of_key, unlike

NEAR, NOISE = 1e-6, 1e-9
"""Of the largest value of a column, and beside it: factors of ten do not keep doubles exact."""


def restated_problems(case: Case, said: Callable[[tuple[Table, ...]], Said], rng: Random) -> list[str] | None:
    """The outputs that are another quantity where one unit of the data is written as another.

    None where the data has no such unit, or where the query does not go with it: a number of hours that was compared
    with hours is then compared with minutes.
    """
    units = [unit for table in case.tables for column in table.columns for unit in declared_in(column)]
    pairs = [pair for pair in RESTATED if pair[0] in units]
    if not pairs:
        return None
    old, new = rng.choice(pairs)
    others = restated(case.tables, old, new)
    first, second = said(case.tables), said(others)
    if second.mismatches:
        return None
    with engine() as connection:
        answers = Answers(connection)
        columns, before = answers.rows(case.tables, case.sql())
        _, after = answers.rows(others, case.sql())
    wrong: list[str] = []
    for name in first.claims.keys() & second.claims.keys():
        for was, now, key in pairs_of(first.claims[name], second.claims[name]):
            if was.factor is None or now.factor is None:
                continue
            claim, at = first.claims[name], columns.index(name)
            by = columns.index(claim.by) if isinstance(claim, Keyed) else None
            growth = float(was.factor / now.factor)
            if line := unlike(of_key(before, at, by, key), of_key(after, at, by, key), growth, NEAR, NOISE):
                wrong.append(f"{old} as {new}: {name} was {was}, is {now}: {line}")
    return wrong


def declared_in(column: Any) -> list[Any]:
    return list(column.unit.values()) if column.by else [column.unit]


def pairs_of(first: Unit | Keyed, second: Unit | Keyed) -> list[tuple[Unit, Unit, str | None]]:
    """The units of an output before and after, by key where they go by one."""
    if isinstance(first, Unit) and isinstance(second, Unit):
        return [(first, second, None)]
    if isinstance(first, Keyed) and isinstance(second, Keyed):
        return [(first.units[key], second.units[key], key) for key in first.units.keys() & second.units.keys()]
    return []

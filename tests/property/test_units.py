"""Random queries over tables with declared units: what inference says of their outputs is what DuckDB returns.

GNOMON_EXAMPLES=200 tries 2 000 queries; GNOMON_CASE=<number> tries one of them again. Each test is one law:

scaling     with the data of one dimension in units 4096 times smaller (a power of two, so that doubles stay exact, and
            so do square, cube and fourth roots), each output with a claimed unit grows by 4096 ** its exponent. Bare
            numbers that are added or compared take the unit of what they meet, so they are scaled along.
restating   with all columns of one unit in another unit of its dimension, each output is the same quantity.
authors     the claimed unit is the one that the query's author meant, and nothing is said against the query.
unsetting   with one column's unit not declared, no output that comes from it has a unit, and no other one changes.
silence     with nothing declared, nothing is said.
planting    with one operand replaced by one that must not stand there, that place is named.

What no unit makes scale is not generated: see `units_terms`. Queries that the engine refuses because a number leaves
its range are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NoReturn

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from property.numbers import EXAMPLES, SHARDS, case_number, numbers
from property.units_cases import Case, case
from property.units_claims import Said, said
from property.units_kinds import Unit
from property.units_restated import restated_problems
from property.units_smaller import smaller
from property.units_tables import declared
from property.units_trial import NO_RANGE, Keyed, dimensions, disagreements

QUERIES = 10 * EXAMPLES
"""How many queries are scaled. The other laws try half as many each."""
DIMENSIONS = 3
"""How many dimensions of a query's data are scaled, one after the other."""
Record = Callable[[str, object], None]


def tries(count: int) -> settings:
    return settings(
        max_examples=max(1, count // SHARDS),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


def fail(found: Case, problems: list[str], what: object = "") -> NoReturn:
    tables = "\n".join(f"{name}: {unit}" for name, unit in declared(found.tables).items() if unit is not None)
    again = f"case {found.number}; again: GNOMON_CASE={found.number} python -m pytest tests/property/test_units.py -q"
    pytest.fail("\n\n".join([again, "\n".join(problems), found.sql(), tables, str(what)]), pytrace=False)


def inferred(found: Case) -> Said:
    return said(found.sql(), found.tables)


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES)
@given(numbers())
def test_outputs_scale_as_their_units_say(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard), traps=True)
    rng = Random(one.number)
    names = dimensions(one.tables)
    picked = rng.sample(names, min(len(names), DIMENSIONS))
    try:
        _, wrong = disagreements(one, inferred(one).claims, picked)
    except NO_RANGE:
        return
    except duckdb.BinderException:
        assert one.pen.features["trap"], one.sql()
        return
    record_property("cases", 1)
    if wrong:
        least = smaller(one, lambda less: bool(disagreements(less, inferred(less).claims, picked)[1]))
        fail(least, disagreements(least, inferred(least).claims, picked)[1], one.sql())


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES // 2)
@given(numbers())
def test_outputs_are_the_same_quantity_in_another_unit(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard), plain=True)
    try:
        wrong = restated_problems(one, lambda tables: said(one.sql(), tables), Random(one.number))
    except NO_RANGE:
        return
    if wrong is not None:
        record_property("cases", 1)
    if wrong:
        fail(one, wrong)


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES // 2)
@given(numbers())
def test_units_are_what_the_author_meant(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard))
    found = inferred(one)
    record_property("cases", 1)
    wrong = [
        f"{name} is {claim}, not {meant}"
        for name, claim in found.claims.items()
        if (meant := unlike(one, name, claim)) is not None
    ]
    if not one.pen.clashes:
        wrong += [f"nothing is wrong, but: {each}" for each in found.mismatches]
    if wrong:
        fail(one, wrong)


def unlike(one: Case, name: str, claim: Unit | Keyed) -> str | None:
    """What the author meant instead, None where it is the same or nothing was meant."""
    term = one.terms.get(name)
    if isinstance(claim, Keyed):
        meant = {key: unit for long in one.longs for key, unit in long.units}
        return None if all(unit.fits(meant.get(key, unit)) for key, unit in claim.units.items()) else str(meant)
    if term is None:
        return None
    if term.unit is None:
        return "any unit"
    exact = term.exact and term.unit.factor is not None
    alike = claim.same(term.unit) if exact and claim.factor is not None else claim.fits(term.unit)
    return None if alike else str(term.unit)


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES // 2)
@given(numbers())
def test_what_comes_from_an_unset_column_has_no_unit(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard), traps=True)
    units = declared(one.tables)
    column = Random(one.number).choice([name for name, unit in units.items() if unit is not None])
    full, less = inferred(one), said(one.sql(), one.tables, units | {column: None})
    record_property("cases", 1)
    wrong = [
        f"{name} is {claim} though it comes from it"
        for name, claim in less.claims.items()
        if (term := one.terms.get(name)) and column in term.sources and isinstance(claim, Unit)
    ]
    wrong += [
        f"{name} is {claim}, and {full.claims.get(name)} where it is declared"
        for name, claim in less.claims.items()
        if not within(claim, full.claims.get(name)) and not (name not in full.claims and full.mismatches)
    ]
    if wrong:
        fail(one, [f"{column} is unset:", *wrong])


def within(less: Unit | Keyed, full: Unit | Keyed | None) -> bool:
    """Whether a claim says nothing that the other does not say; without its unit a key may be told from others."""
    if isinstance(less, Keyed):
        units = full.units if isinstance(full, Keyed) else dict.fromkeys(less.units, full)
        return all(units.get(key) == unit for key, unit in less.units.items())
    return less == full


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES // 2)
@given(numbers())
def test_nothing_is_said_where_nothing_is_declared(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard), traps=True)
    found = said(one.sql(), one.tables, {})
    again = said(one.sql(), one.tables, dict.fromkeys(declared(one.tables)))
    record_property("cases", 1)
    if found.diagnostics or again.diagnostics:
        fail(one, [str(each) for each in (*found.diagnostics, *again.diagnostics)])


@pytest.mark.parametrize("shard", range(SHARDS))
@tries(QUERIES // 2)
@given(numbers())
def test_a_planted_mistake_is_found_where_it_stands(shard: int, record_property: Record, number: int) -> None:
    one = case(case_number(number, shard))
    places = one.pen.places.spoilable(one.text)
    if one.pen.clashes or not places:
        return
    at = Random(one.number).choice(places)
    sql, region = one.pen.places.planted(one.text, at)
    found = said(sql, one.tables)
    record_property("cases", 1)
    if not any(region.holds(each.line, each.column) for each in found.mismatches):
        elsewhere = [f"{each.code} at {each.line}:{each.column}: {each.message}" for each in found.diagnostics]
        spot = f"planted at {region.first} to {region.last}: {sql[region.start : region.end]}"
        fail(one, [spot, *(elsewhere or ["nothing is said"])], sql)

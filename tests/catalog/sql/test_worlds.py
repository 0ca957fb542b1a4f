"""Random catalogs, rows and requests: the SQL's answer is the one that plain loops give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.sql.worlds import Walk, World, answer, is_boundary, lagged, nodes, read_at, walks, world_of
from gnomon.catalog import Definition
from gnomon.catalog.sql import common_dimensions, metrics_sql

COLUMNS = {"d": ("id", "a", "fk"), "m": ("tag", "order_id"), "f": ("fk", "id")}
TESTS: Mapping[str, Any] = {
    "= 2": lambda v: v == 2,
    "<> 1": lambda v: v is not None and v != 1,
    "IS NULL": lambda v: v is None,
    "IN (1, 3)": lambda v: v in (1, 3),
    "BETWEEN 2 AND 9": lambda v: v is not None and 2 <= v <= 9,
}


def dimensions_of(world: World, facts: list[str]) -> dict[str, dict[str, tuple[Walk, str]]]:
    """What can be asked of all facts: for each name, its walk and column from each of them."""
    tables: list[dict[str, tuple[Walk, str]]] = []
    for fact in facts:
        found = walks(world, fact).items()
        tables.append({text.format(c): (walk, c) for text, walk in found for c in COLUMNS[text.split(".")[1][0]]})
    common = sorted(set.intersection(*(set(table) for table in tables)))
    return {name: {fact: table[name] for fact, table in zip(facts, tables, strict=True)} for name in common}


def asked_of(random: Random, names: list[str], most: int) -> list[str]:
    return random.sample(names, min(len(names), random.randint(0, most)))


def rows_of(world: World, statement: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers."""
    with duckdb.connect() as connection:
        for table in world.tables():
            connection.execute(table)
        return connection.execute(statement).fetchall()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48))
def test_random_windows(seed: int) -> None:
    """LAG sees the rows before a condition on what it follows, and is divided by all else that is asked for."""
    random = Random(seed)
    world = world_of(random)
    names = {name: each["w.f0"] for name, each in dimensions_of(world, ["w.f0"]).items()}
    order = random.choice(list(names))
    walk = names[order][0]
    others = [n for n in names if (names[n][0] != walk or not walk) and read_at(*names[n]) != read_at(*names[order])]
    dimensions = [order, *asked_of(random, others, 2)]
    near = [name for name in names if is_boundary(names[name], names[order])]
    tests = {name: random.choice(list(TESTS)) for name in (random.choice(near), *asked_of(random, list(names), 1))}
    world.definitions["w.lag"] = Definition("metric", query=f"SELECT LAG(w.sum0) OVER (ORDER BY {order})")

    def totals(conditions: Mapping[str, str]) -> Mapping[tuple[Any, ...], Any]:
        asked = {"w.f0": {name: names[name] for name in [*dimensions, *conditions]}}
        found = answer(
            world, ["w.sum0"], dimensions, asked, lambda values: all(TESTS[t](values[n]) for n, t in conditions.items())
        )
        return {key: total for key, (total,) in found.items()}

    seen = {name: test for name, test in tests.items() if not is_boundary(names[name], names[order])}
    shown, before = totals(tests), lagged(totals(seen), 0)
    metrics = ["w.lag", "w.sum0"]
    filters = [f"{name} {test}" for name, test in tests.items()]
    statement = metrics_sql(nodes(world), metrics, dimensions, filters, dialect="duckdb").sql
    found = {row[:-2]: row[-2:] for row in rows_of(world, statement)}
    assert found == {key: (before[key], total) for key, total in shown.items()}, statement


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48))
def test_random_worlds(seed: int) -> None:
    compare(seed, "duckdb", rows_of)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48))
def test_random_worlds_on_postgres(postgres: str, seed: int) -> None:
    import psycopg

    def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(postgres) as connection:
            for table in world.tables():
                connection.execute(table.encode())
            found = connection.execute(statement.encode()).fetchall()
            connection.rollback()
        return [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in found]

    compare(seed, "postgres", rows)


def compare(seed: int, dialect: str, rows_of: Callable[[World, str], list[tuple[Any, ...]]]) -> None:
    """One random request to one random world."""
    random = Random(seed)
    world = world_of(random)
    facts = random.choice((["w.f0"], ["w.f1"], ["w.f0", "w.f1"]))
    metrics = [f"w.{word}{fact[-1]}" for fact in facts for word in random.sample(("sum", "n", "top", "kinds"), 2)]
    metrics += random.sample(("w.minus", "w.over"), 1) if len(facts) == 2 else []
    names = dimensions_of(world, facts)
    dimensions = asked_of(random, list(names), 3)
    filters = {name: random.choice(list(TESTS)) for name in asked_of(random, list(names), 2)}
    used = dict.fromkeys([*dimensions, *filters])
    asked = {fact: {name: names[name][fact] for name in used} for fact in facts}
    expected = answer(
        world, metrics, dimensions, asked, lambda values: all(TESTS[t](values[n]) for n, t in filters.items())
    )
    listed = [each.name for each in common_dimensions(nodes(world), metrics)]
    assert {name for name in names if not name.startswith("w.f") or name.endswith(".id")} <= set(listed)
    assert metrics_sql(nodes(world), metrics, listed).sql, "all that is listed can be asked for"
    statement = metrics_sql(
        nodes(world), metrics, dimensions, [f"{n} {t}" for n, t in filters.items()], dialect=dialect
    )
    rows = rows_of(world, statement.sql)
    found = {row[: len(dimensions)]: list(row[len(dimensions) :]) for row in rows}
    assert len(found) == len(rows), "a combination of dimensions stands in two rows"
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key] == [pytest.approx(value) for value in values], (key, statement.sql)

"""A random query over random tables, by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from property.units_long import of_long
from property.units_pen import Long, Pen, Term
from property.units_relations import Query, Relation, base, groups, rows, union, values
from property.units_shapes import passed
from property.units_tables import Table, tables
from property.units_traps import trapped

TRAPS = 0.25


@dataclass(frozen=True)
class Case:
    """A query with marked places, its tables, and what its author means by its outputs."""

    number: int
    text: str
    tables: tuple[Table, ...]
    pen: Pen
    terms: Mapping[str, Term]
    longs: tuple[Long, ...]

    def sql(self, factors: Mapping[str, float] | None = None) -> str:
        return self.pen.places.text(self.text, factors)


def case(number: int, plain: bool = False, traps: bool = False) -> Case:
    """The case of a number; a plain one has no bare numbers that multiply, add or convert.

    With traps, some queries are of which the author says nothing, and some of those the engine refuses.
    """
    rng = Random(f"units {number}")
    made = tables(rng)
    pen = Pen(rng, plain=plain)
    relations = [base(table) for table in made]
    pen.subqueries = tuple((one.text, term) for one in relations for _, term in one.numbers)
    if rng.random() < 0.1 and not plain:
        relations.append(values(pen))
    steps: list[str] = []
    for at in range(rng.choice([0, 0, 1, 1, 2, 3])):
        found = step(pen, relations, at)
        if found is None:
            continue
        name = f"c{at}"
        if rng.random() < 0.6:
            steps.append(f"{name} AS (\n{found.sql}\n)")
            pen.features["CTE"] += 1
            relations.append(named(found.relation, name))
        else:
            pen.features["subquery in FROM"] += 1
            relations.append(found.relation)
    last = relations[-2:] if len(relations) > len(made) and rng.random() < 0.8 else relations
    trap = trapped(pen, relations) if traps and rng.random() < TRAPS else None
    query = trap or final(pen, last, relations)
    head = "WITH " + ",\n".join(steps) + "\n" if steps else ""
    return Case(number, head + query.sql, made, pen, query.terms, query.relation.longs)


def named(relation: Relation, name: str) -> Relation:
    return replace(relation, text=name)


def step(pen: Pen, relations: list[Relation], at: int) -> Query | None:
    """One query that others may read."""
    make = pen.rng.choices([rows, groups, union, of_long, passed], [4, 4, 2, 3, 3])[0]
    if make in (rows, groups, union):
        usable = [relation for relation in relations if relation.numbers] or relations
        return make(pen, usable if make is union else relations)
    return make(pen, relations)


def final(pen: Pen, last: list[Relation], relations: list[Relation]) -> Query:
    """The query whose outputs are judged."""
    pen.final = True
    for _ in range(9):
        make = pen.rng.choices([rows, groups, union, of_long, passed], [5, 5, 2, 2, 2])[0]
        usable = [one for one in last if one.numbers] if make is union else last
        found = make(pen, usable) if usable else None
        if found is not None and (found.terms or found.relation.longs):
            return found
    return groups(pen, relations)

"""Queries that only pass columns on, under other names and through other shapes of FROM and SELECT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from property.units_kinds import NUMBER
from property.units_pen import Pen, Term
from property.units_relations import Query, Relation

Columns = dict[str, Term]


def passed(pen: Pen, relations: Sequence[Relation]) -> Query | None:
    """A relation with at least two quantities, passed on."""
    usable = [one for one in relations if len(one.numbers) > 1]
    if not usable:
        return None
    make = pen.one(SHAPES)
    found = make(pen, pen.one(usable))
    if found is not None:
        pen.features[f"shape {make.__name__}"] += 1
    return found


def origin(relation: Relation, alias: str = "z") -> str:
    return f"{relation.text} AS {alias}"


def two(pen: Pen, relation: Relation) -> tuple[tuple[str, Term], tuple[str, Term]]:
    first, second = pen.rng.sample(relation.numbers, 2)
    return first, second


def query(sql: str, relation: Relation, numbers: Columns, order: bool = True) -> Query:
    """The result with some quantities; other columns are as they were, where they are still there."""
    named = tuple((name, replace(term, sql=name)) for name, term in numbers.items())
    sql = f"SELECT * FROM ({sql}) AS e" if sql.startswith("WITH") else sql
    kept = relation if order else Relation("", (), size=relation.size)
    return Query(sql, replace(kept, text=f"({sql})", numbers=named))


def star(pen: Pen, relation: Relation) -> Query:
    forms = ["SELECT * FROM {}", "SELECT z.* FROM {}", "FROM {}", "SELECT DISTINCT * FROM {}", "FROM {} SELECT *"]
    return query(pen.one(forms).format(origin(relation)), relation, dict(relation.numbers))


def excluded(pen: Pen, relation: Relation) -> Query:
    (gone, _), (name, term) = two(pen, relation)
    kept = {other: one for other, one in relation.numbers if other != gone}
    if pen.chance(0.5):
        return query(f"SELECT * EXCLUDE ({gone}) FROM {origin(relation)}", relation, kept)
    kept[name] = replace(term, exact=False)
    return query(f"SELECT * EXCLUDE ({gone}) REPLACE ({name} * 3 AS {name}) FROM {origin(relation)}", relation, kept)


def swapped(pen: Pen, relation: Relation) -> Query:
    """Two columns under each other's names."""
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT z.{b} AS {a}, z.{a} AS {b} FROM {origin(relation)}"
    return query(sql, relation, {a: second, b: first}, order=False)


def renamed(pen: Pen, relation: Relation) -> Query:
    """Names given by the alias of the relation."""
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT x, y FROM (SELECT {a}, {b} FROM {origin(relation)}) AS w(x, y)"
    sql = pen.one([sql, f"WITH w(x, y) AS (SELECT {a}, {b} FROM {origin(relation)}) SELECT x, y FROM w"])
    return query(sql, relation, {"x": first, "y": second}, order=False)


def lateral_alias(pen: Pen, relation: Relation) -> Query:
    """An expression that reads another one's alias; a column of the same name comes first."""
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT z.{a} * 2 AS p, p + z.{a} AS q, z.{b} AS {a}, {a} + {a} AS o FROM {origin(relation)}"
    numbers = {"p": replace(first, exact=False), "q": replace(first, exact=False, sure=False), a: second, "o": first}
    return query(sql, relation, numbers, order=False)


def shadowed(pen: Pen, relation: Relation) -> Query | None:
    """A CTE by the name of the table that it reads, with two columns under each other's names."""
    if not relation.text.isidentifier() or relation.text.startswith("c"):
        return None
    (a, first), (b, second) = two(pen, relation)
    name = relation.text
    sql = f"WITH {name} AS (SELECT {a} AS {b}, {b} AS {a} FROM {name}) SELECT {a}, {b} FROM {name}"
    return query(sql, relation, {a: second, b: first}, order=False)


def struct(pen: Pen, relation: Relation) -> Query:
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT o.p AS x, o.q AS y FROM (SELECT {{'p': {a}, 'q': {b}}} AS o FROM {origin(relation)}) AS w"
    return query(sql, relation, {"x": replace(first, sure=False), "y": replace(second, sure=False)}, order=False)


def correlated(pen: Pen, relation: Relation) -> Query | None:
    if "id" not in relation.order or not relation.text.isidentifier():
        return None
    (a, first), (b, second) = two(pen, relation)
    same = f"SELECT MAX(y.{b}) FROM {relation.text} AS y WHERE y.id = z.id"
    sql = f"SELECT (SELECT SUM(y.{a}) FROM {relation.text} AS y WHERE y.id <= z.id) AS x,\n"
    sql += f"  z.{b} / NULLIF(({same}), 0) AS y FROM {origin(relation)}"
    return query(sql, relation, {"x": first, "y": replace(second, unit=second.unit and NUMBER)}, order=False)


def lateral_join(pen: Pen, relation: Relation) -> Query:
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT k.x, z.{b} AS y FROM {origin(relation)}, LATERAL (SELECT z.{a} + z.{a} AS x) AS k"
    return query(sql, relation, {"x": first, "y": second}, order=False)


def unnested(pen: Pen, relation: Relation) -> Query:
    (a, first), _ = two(pen, relation)
    forms = [
        f"SELECT UNNEST([{a}, {a} + {a}]) AS x FROM {origin(relation)}",
        f"SELECT k.x FROM {origin(relation)}, UNNEST([z.{a}, NULL]) AS k(x)",
    ]
    return query(pen.one(forms), relation, {"x": replace(first, sure=False)}, order=False)


def named_window(pen: Pen, relation: Relation) -> Query | None:
    if not relation.order:
        return None
    (a, first), (b, second) = two(pen, relation)
    sql = f"SELECT SUM({a}) OVER w AS x, {b} - LAG({b}) OVER w AS y FROM {origin(relation)}"
    sql += f" WINDOW w AS (ORDER BY {', '.join(relation.order)})"
    return query(sql, relation, {"x": first, "y": second}, order=False)


def same_rows(pen: Pen, relation: Relation) -> Query:
    """Set operations of a query with itself."""
    (a, first), (b, second) = two(pen, relation)
    one = f"SELECT {a} AS x, {b} AS y FROM {origin(relation)}"
    other = f"(SELECT {a}, {b} FROM {origin(relation)}{pen.one(['', f' WHERE {a} > 0'])})"
    if pen.chance(0.3) or first.unit is None:
        sql = f"{one} UNION ALL BY NAME SELECT {b} AS y, {a} AS x FROM {origin(relation)}"
    else:
        sql = f"{one} {pen.one(['INTERSECT', 'EXCEPT', 'UNION', 'UNION ALL', 'EXCEPT ALL'])} {other}"
    return query(sql, relation, {"x": first, "y": second}, order=False)


def recursive(pen: Pen, relation: Relation) -> Query | None:
    if "id" not in relation.order:
        return None
    (a, first), _ = two(pen, relation)
    sql = f"WITH RECURSIVE u(i, x) AS (SELECT 1, {a} FROM {origin(relation)} UNION ALL\n"
    sql += f"  SELECT i + 1, {pen.one(['x + x', 'x', '-x'])} FROM u WHERE i < 3) SELECT x, i FROM u"
    return query(sql, relation, {"x": replace(first, sure=False)}, order=False)


def rolled_up(pen: Pen, relation: Relation) -> Query | None:
    if not relation.keys:
        return None
    (a, first), (b, second) = two(pen, relation)
    key = relation.keys[0]
    group = pen.one([f"ROLLUP ({key})", f"CUBE ({key})", f"GROUPING SETS (({key}), ())"])
    sql = f"SELECT {key}, SUM({a}) AS x, MIN({b}) AS y FROM {origin(relation)} GROUP BY {group}"
    return query(sql, relation, {"x": first, "y": second}, order=False)


def joined_using(pen: Pen, relation: Relation) -> Query | None:
    if relation.order != ("id",):
        return None
    (a, first), (b, second) = two(pen, relation)
    other = f"(SELECT id, {b} AS y, {b} AS {a} FROM {origin(relation, 'v')}) AS w"
    kind = pen.one(["JOIN", "LEFT JOIN", "FULL JOIN"])
    sql = f"SELECT id, z.{a} AS x, w.{a} AS v, y FROM {origin(relation)} {kind} {other} USING (id)"
    if pen.chance(0.3):
        sql = f"SELECT z.id, z.{a} AS x, w.{a} AS v, w.y FROM {origin(relation)} ASOF JOIN {other} ON z.id >= w.id"
    return query(sql, relation, {"x": first, "v": second, "y": second}, order=False)


def other_name(pen: Pen, relation: Relation) -> Query:
    """A relation under the name of another table."""
    (a, first), (b, second) = two(pen, relation)
    alias = pen.one(["sales", "visits", "loads", "long"])
    sql = f"SELECT {alias}.{a} AS x, {b} AS y FROM {origin(relation, alias)}"
    return query(sql, relation, {"x": first, "y": second}, order=False)


SHAPES: tuple[Callable[[Pen, Relation], Query | None], ...] = (
    star, excluded, swapped, renamed, lateral_alias, shadowed, struct, correlated, lateral_join, unnested, named_window,
    same_rows, recursive, rolled_up, joined_using, other_name,
)  # fmt: skip

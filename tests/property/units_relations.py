"""What stands in FROM: tables, queries over them, set operations, pivots, each with the units of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from property.units_kinds import NUMBER
from property.units_pen import Context, Long, Pen, Term
from property.units_predicates import predicate
from property.units_tables import Table, units_of
from property.units_terms import number, rounded
from property.units_text import Meeting

LINE = ",\n  "
MOST_ROWS = 300
PART, BELOW = "'l' AS part", "'r'"


@dataclass(frozen=True)
class Relation:
    """A table or a query by its text in FROM, and its columns; `order` are those that together tell its rows
    apart, `size` about how many there are."""

    text: str
    numbers: tuple[tuple[str, Term], ...] = ()
    keys: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    longs: tuple[Long, ...] = ()
    order: tuple[str, ...] = ()
    size: int = 16


@dataclass(frozen=True)
class Query:
    """A SELECT, and what it is as a relation (whose text is then the query in parentheses)."""

    sql: str
    relation: Relation

    @property
    def terms(self) -> dict[str, Term]:
        return dict(self.relation.numbers)


def base(table: Table) -> Relation:
    """A declared table."""
    names = [column.name for column in table.columns]
    longs = [
        Long(column.by, column.name, tuple(units.items()), frozenset({f"{table.name}.{column.name}"}))
        for column in table.columns
        if column.by and (units := dict(zip(table.column(column.by).values, units_of(table, column), strict=True)))
    ]
    numbers = tuple(
        (column.name, Term(column.name, units_of(table, column)[0], frozenset({f"{table.name}.{column.name}"})))
        for column in table.columns
        if column.unit and not column.by
    )
    days = tuple(column.name for column in table.columns if column.type == "DATE")
    moments = tuple(column.name for column in table.columns if column.type == "TIMESTAMP")
    keys = tuple(name for name in names if name in ("k", "label"))
    return Relation(table.name, numbers, keys, days, moments, tuple(longs), ("id",))


def context(pen: Pen, sides: Sequence[tuple[str, Relation]], windows: bool = True) -> Context:
    """The columns of several relations by their aliases; with one relation, an empty alias leaves the names bare.

    Of a long table one unit is used: what two metrics of one row make together is NULL in every row.
    """

    def full(alias: str, name: str) -> str:
        return f"{alias}.{name}" if alias else name

    told = all(one.order or one.size == 1 for _, one in sides)
    return Context(
        tuple(replace(term, sql=full(alias, name)) for alias, one in sides for name, term in one.numbers),
        tuple(full(alias, name) for alias, one in sides for name in one.keys),
        tuple(full(alias, name) for alias, one in sides for name in one.days),
        tuple(full(alias, name) for alias, one in sides for name in one.moments),
        tuple(
            replace(one_unit(pen, long), by=full(alias, long.by), amount=full(alias, long.amount))
            for alias, one in sides
            for long in one.longs
        ),
        tuple(full(alias, name) for alias, one in sides for name in one.order) if told else (),
        windows=windows,
    )


def one_unit(pen: Pen, long: Long) -> Long:
    """One key of a long table, or all that share its unit."""
    picked = pen.one(long.units)
    alike = tuple(pair for pair in long.units if pair[1] == picked[1])
    return replace(long, units=alike if pen.chance(0.4) else (picked,))


def source(pen: Pen, relations: Sequence[Relation]) -> tuple[str, Context, int]:
    """A FROM clause, the columns that it brings, and about how many rows."""
    first, second = pen.one(relations), pen.one(relations)
    matched = "id" in first.order and "id" in second.order
    size = first.size if matched else first.size * second.size
    if pen.chance(0.6) or size > MOST_ROWS:
        alias = pen.one(["", "t"]) if first.text.isidentifier() else "t"
        return f"{first.text} AS {alias}" if alias else first.text, context(pen, [(alias, first)]), first.size
    both = context(pen, [("l", first), ("r", second)])
    pen.features["join"] += 1
    if not matched:
        return f"{first.text} AS l CROSS JOIN {second.text} AS r", both, size
    kind, on = pen.one(["JOIN", "LEFT JOIN", "FULL JOIN", "INNER JOIN"]), "l.id = r.id"
    if kind == "INNER JOIN" and pen.chance(0.7):
        on += f" AND {predicate(pen, replace(both, windows=False, longs=()), number)}"
    return f"{first.text} AS l {kind} {second.text} AS r\n  ON {on}", both, size


def where(pen: Pen, sight: Context, share: float = 0.4) -> str:
    inner = replace(sight, windows=False)
    return f"\nWHERE {predicate(pen, inner, number)}" if pen.chance(share) else ""


def rows(pen: Pen, relations: Sequence[Relation], columns: int = 3) -> Query:
    """A query that keeps rows apart: their order, some keys, and expressions."""
    origin, sight, size = source(pen, relations)
    names = [f"n{place}" for place in range(1, columns + 1)]
    terms = [(name, rounded(pen, number(pen, sight, pen.rng.randint(1, 3)))) for name in names]
    head = {f"i{place}" if len(sight.order) > 1 else "id": sql for place, sql in enumerate(sight.order)}
    keys = {f"k{place}": sql for place, sql in enumerate(sight.keys[:2])}
    days = {f"d{place}": sql for place, sql in enumerate(sight.days[:2])}
    listed = [f"{sql} AS {name}" for name, sql in (head | keys | days).items()]
    listed += [f"{term.sql} AS {name}" for name, term in terms]
    sql = f"SELECT {LINE.join(listed)}\nFROM {origin}{where(pen, sight)}"
    if pen.chance(0.08) and sight.order:
        ranked = f"ROW_NUMBER() OVER (ORDER BY {', '.join(sight.order)})"
        pen.features["QUALIFY"] += 1
        sql += f"\nQUALIFY {ranked} < 9"
    elif pen.chance(0.1) and sight.order:
        sql += f"\nORDER BY {', '.join(sight.order)}\nLIMIT 8"
    columns_of = tuple((name, replace(term, sql=name)) for name, term in terms)
    found = Relation(f"({sql})", columns_of, tuple(keys), tuple(days), (), (), tuple(head), size)
    return Query(sql, found)


def groups(pen: Pen, relations: Sequence[Relation], columns: int = 3) -> Query:
    """A query with GROUP BY, or over all rows."""
    origin, sight, _ = source(pen, relations)
    by = pen.rng.sample(sight.keys, min(len(sight.keys), pen.rng.choice([0, 1, 1, 1, 2])))
    inner = replace(sight, grouped=True, windows=bool(by) and pen.chance(0.7))
    outer = [(f"n{place}", grouped(pen, inner, by)) for place in range(1, columns + 1)]
    keys = {f"k{place}": sql for place, sql in enumerate(by)}
    listed = [f"{sql} AS {name}" for name, sql in keys.items()] + [f"{term.sql} AS {name}" for name, term in outer]
    having = ""
    if by and pen.chance(0.3):
        pen.features["HAVING"] += 1
        pen.having = True
        having = f"\nHAVING {predicate(pen, replace(inner, windows=False), number)}"
        pen.having = False
    filtered = where(pen, replace(sight, grouped=False))
    group = f"\nGROUP BY {', '.join(by) if having or inner.windows else pen.one([', '.join(by), 'ALL'])}" if by else ""
    sql = f"SELECT {LINE.join(listed)}\nFROM {origin}{filtered}{group}{having}"
    found = tuple((name, replace(term, sql=name)) for name, term in outer)
    return Query(sql, Relation(f"({sql})", found, tuple(keys), order=tuple(keys), size=6 if by else 1))


def grouped(pen: Pen, sight: Context, by: Sequence[str]) -> Term:
    """An expression over aggregates; its windows go over the groups."""
    return rounded(pen, number(pen, replace(sight, groups=tuple(by)), pen.rng.randint(0, 2)))


def union(pen: Pen, relations: Sequence[Relation], columns: int = 2) -> Query:
    """A set operation of two queries whose columns agree.

    Where a constant tells the branches apart, a column of two units is no mistake, so none is planted there.
    """
    pen.features["UNION"] += 1
    first, second = pen.one(relations), pen.one(relations)
    left, right = context(pen, [("", first)], False), context(pen, [("", second)], False)
    terms = [number(pen, left, pen.rng.randint(0, 2)) for _ in range(columns)]
    terms = [term if term.unit is not None else Term("NULL", NUMBER, exact=False, sure=False) for term in terms]
    told = pen.chance(0.4)
    others = [branch(pen, right, term, told) for term in terms]
    lists = [f"{term.sql} AS n{place}" for place, term in enumerate(terms, 1)]
    below = [other.sql for other in others]
    head = f"SELECT {LINE.join([PART, *lists] if told else lists)}\nFROM {aliased(first)}"
    tail = f"SELECT {', '.join([BELOW, *below] if told else below)} FROM {aliased(second)}"
    sql = f"{head}\n{pen.one(['UNION ALL', 'UNION ALL', 'UNION'])}\n{tail}"
    spoilt = [(place, bad) for place, term in enumerate(terms) if (bad := pen.bad(right, term)) is not None]
    if spoilt and not told:
        sql = spoilt_branch(pen, sql, tail, below, *pen.one(spoilt))
    both = zip(terms, others, strict=True)
    known = [replace(t, sources=t.sources | o.sources, sure=t.sure and o.sure and not told) for t, o in both]
    numbers = tuple((f"n{place}", replace(term, sql=f"n{place}")) for place, term in enumerate(known, 1))
    found = Relation(f"({sql})", numbers, ("part",) if told else (), size=first.size + second.size)
    return Query(sql, found)


def aliased(relation: Relation) -> str:
    """A relation in FROM, by its name or by one that it is given."""
    return relation.text if relation.text.isidentifier() else f"{relation.text} AS t"


def branch(pen: Pen, sight: Context, term: Term, told: bool) -> Term:
    """What may stand below a term in a set operation.

    A bare number of a branch that is told apart takes no unit from the other, so it is no part of such branches.
    """
    found = pen.alike(sight, term)
    is_there = (found.sql.startswith("\x01") and not told) or any(
        found.sql in (one.sql, f"ABS({one.sql})") for one in sight.numbers
    )
    return found if is_there and pen.chance(0.9) else Term("NULL", term.unit)


def spoilt_branch(pen: Pen, sql: str, tail: str, columns: list[str], place: int, bad: str) -> str:
    """The same text, with a column of its second branch as a place where a mistake can be planted."""
    start = sql.rindex(tail) + tail.index(", ".join(columns)) + sum(len(column) + 2 for column in columns[:place])
    end = start + len(columns[place])
    return pen.places.mark(Meeting("UNION", sql[:start], sql[start:end], sql[end:], bad))


def values(pen: Pen) -> Relation:
    """Rows that are written down: bare numbers."""
    pen.features["VALUES"] += 1
    numbers = tuple((name, Term(name, NUMBER, exact=False, sure=False)) for name in ("w", "v"))
    text = "(SELECT * FROM (VALUES (1, 2.5, 2), (2, 0.5, 3), (3, 4.0, 5)) AS q(id, w, v))"
    return Relation(text, numbers, order=("id",))

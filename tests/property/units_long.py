"""Queries over long tables, whose amounts are in the unit that a key names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from property.units_kinds import Unit
from property.units_pen import Long, Pen, Term
from property.units_relations import Query, Relation

Units = dict[str, Unit]


def of_long(pen: Pen, relations: Sequence[Relation]) -> Query | None:
    """A query over a relation that has such an amount, or one that makes one."""
    having = [relation for relation in relations if relation.longs]
    make = pen.one(MAKERS)
    if make in (united, unpivoted):
        numbers = [relation for relation in relations if relation.numbers]
        return make(pen, numbers) if numbers else None
    return make(pen, having) if having else None


def known(pen: Pen, relations: Sequence[Relation]) -> tuple[Relation, Long, Units]:
    relation = pen.one(relations)
    long = pen.one(relation.longs)
    return relation, long, dict(long.units)


def origin(relation: Relation) -> str:
    return relation.text if relation.text.isidentifier() else f"{relation.text} AS t"


def result(pen: Pen, sql: str, **parts: tuple[object, ...]) -> Query:
    return Query(sql, Relation(f"({sql})", **parts))  # type: ignore[arg-type]


def filtered(pen: Pen, relations: Sequence[Relation]) -> Query:
    """One unit left by WHERE: one key, or several that share it."""
    relation, long, units = known(pen, relations)
    key = pen.one(list(units))
    alike = [other for other, unit in units.items() if unit == units[key]]
    others = [other for other in units if other not in alike]
    listed, rest = (", ".join(f"'{other}'" for other in names) for names in (alike, others))
    conditions = [f"{long.by} = '{key}'", f"'{key}' = {long.by}", f"{long.by} IN ({listed})", f"{long.by} LIKE '{key}'"]
    conditions += [" OR ".join(f"{long.by} = '{other}'" for other in alike), f"{long.by} LIKE '%{key}'"]
    conditions += [f"{long.by} NOT IN ({rest})"] if others else []
    condition = pen.one(conditions)
    if condition.endswith("%" + key + "'") and any(o.endswith(key) and units[o] != units[key] for o in units):
        condition = conditions[0]
    pen.features["narrowed by WHERE"] += 1
    amount, head = pen.one(["{}", "{} * 1", "-{}"]).format(long.amount), relation.order[:1]
    first = f"{head[0]} AS id, " if head else ""
    sql = f"SELECT {first}{amount} AS n1\nFROM {origin(relation)}\nWHERE {condition}"
    if pen.chance(0.3):
        inner = f"SELECT {first}{long.by} AS m, {amount} AS n1\n  FROM {origin(relation)}"
        sql = f"SELECT {'id, ' if head else ''}n1 FROM (\n  {inner}\n) AS s\nWHERE {condition.replace(long.by, 'm')}"
    numbers = (("n1", Term("n1", units[key], long.sources)),)
    return result(pen, sql, numbers=numbers, order=("id",) if head else ())


def widened(pen: Pen, relations: Sequence[Relation]) -> Query:
    """A column for each key."""
    relation, long, units = known(pen, relations)
    forms = [
        "SUM(CASE WHEN {by} = '{key}' THEN {amount} ELSE 0 END)", "MAX(CASE {by} WHEN '{key}' THEN {amount} END)",
        "SUM({amount}) FILTER (WHERE {by} = '{key}')", "AVG(IF({by} = '{key}', {amount}, NULL))",
    ]  # fmt: skip
    picked = pen.rng.sample(list(units), min(3, len(units)))
    listed = [pen.one(forms).format(by=long.by, key=key, amount=long.amount) for key in picked]
    columns = ",\n  ".join(f"{sql} AS n{place}" for place, sql in enumerate(listed, 1))
    day = relation.days[0] if relation.days else None
    head, tail = (f"{day} AS d0, ", f"\nGROUP BY {day}") if day else ("", "")
    sql = f"SELECT {head}{columns}\nFROM {origin(relation)}{tail}"
    pen.features["pivot by CASE"] += 1
    return result(pen, sql, numbers=numbered(picked, units, long), days=("d0",) if day else ())


def numbered(keys: Sequence[str], units: Units, long: Long, sure: bool = True) -> tuple[tuple[str, Term], ...]:
    return tuple((f"n{at}", Term(f"n{at}", units[key], long.sources, True, sure)) for at, key in enumerate(keys, 1))


def pivoted(pen: Pen, relations: Sequence[Relation]) -> Query:
    relation, long, units = known(pen, relations)
    keys = pen.rng.sample(list(units), min(2, len(units)))
    listed = ", ".join(f"'{key}'" for key in keys)
    inner = f"(SELECT {long.by} AS m, {long.amount} AS amount FROM {origin(relation)})"
    forms = [
        f"SELECT {', '.join(keys)} FROM (PIVOT {inner} ON m IN ({listed}) USING SUM(amount))",
        f"SELECT p.* FROM {inner} AS s\nPIVOT (SUM(amount) FOR m IN ({listed})) AS p",
        f"SELECT {', '.join(keys)} FROM {inner}\nPIVOT (MAX(amount) FOR m IN ({listed}))",
    ]
    pen.features["PIVOT"] += 1
    numbers = tuple((key, Term(key, units[key], long.sources, True, False)) for key in keys)
    return result(pen, pen.one(forms), numbers=numbers)


def still_long(pen: Pen, relations: Sequence[Relation]) -> Query:
    """The amount carried on with its key, which may be written anew."""
    relation, long, units = known(pen, relations)
    key, renamed = recoded(pen, long, units)
    amount = pen.one(["{}", "{} * 2", "{} / 7.0", "0.15 * {}", "COALESCE({}, 0)", "ABS({})"]).format(long.amount)
    order = ", ".join(relation.order)
    if pen.chance(0.4):
        pen.features["long by GROUP BY"] += 1
        total = f"{pen.one(['SUM', 'AVG', 'MAX', 'MEDIAN'])}({amount})"
        sql = f"SELECT {key} AS m, {total} AS amount\nFROM {origin(relation)}\nGROUP BY {key}"
        return result(pen, sql, longs=(carried(long, renamed),), order=("m",))
    if order and pen.chance(0.3):
        amount = f"SUM({long.amount}) OVER (PARTITION BY {long.by} ORDER BY {order})"
    pen.features["long carried"] += 1
    head = f"{relation.order[0]} AS id, " if relation.order else ""
    sql = f"SELECT {head}{key} AS m, {amount} AS amount\nFROM {origin(relation)}"
    return result(pen, sql, longs=(carried(long, renamed),), order=("id",) if head else ())


def carried(long: Long, units: Units) -> Long:
    return Long("m", "amount", tuple(units.items()), long.sources)


def recoded(pen: Pen, long: Long, units: Units) -> tuple[str, Units]:
    """The key as another text, and the unit of each new key."""
    kind = pen.rng.randrange(4)
    if kind == 0:
        return f"{long.by} || '_x'", {f"{key}_x": unit for key, unit in units.items()}
    if kind == 1:
        names = {key: f"new_{at}" for at, key in enumerate(units)}
        cases = " ".join(f"WHEN '{key}' THEN '{name}'" for key, name in names.items())
        return f"CASE {long.by} {cases} END", {names[key]: unit for key, unit in units.items()}
    if kind == 2:
        return f"CONCAT('all_', {long.by})", {f"all_{key}": unit for key, unit in units.items()}
    return long.by, units


def united(pen: Pen, relations: Sequence[Relation]) -> Query | None:
    """A long table made of constants and columns."""
    options = [(one, name, term) for one in relations for name, term in one.numbers if term.exact and term.unit]
    if len(options) < 2:
        return None
    picked = pen.rng.sample(options, min(len(options), pen.rng.choice([2, 3])))
    forms = ["SELECT 'm{}' AS m, {} AS amount FROM {}", "SELECT 'm{}', {} FROM {}"]
    lines = [forms[at > 0].format(at, name, origin(one)) for at, (one, name, _) in enumerate(picked)]
    units = {f"m{at}": term.unit for at, (_, _, term) in enumerate(picked) if term.unit}
    pen.features["long by UNION"] += 1
    made = Long("m", "amount", tuple(units.items()))
    return result(pen, "\nUNION ALL\n".join(lines), longs=(made,))


def unpivoted(pen: Pen, relations: Sequence[Relation]) -> Query | None:
    relation = pen.one(relations)
    names = [name for name, term in relation.numbers if term.exact and term.unit]
    if len(names) < 2:
        return None
    picked = pen.rng.sample(names, 2)
    terms = dict(relation.numbers)
    listed = ", ".join(f"{name}::DOUBLE AS {name}" for name in picked)
    inner = f"(SELECT {listed} FROM {origin(relation)})"
    forms = [
        f"SELECT m, amount FROM (UNPIVOT {inner} ON {', '.join(picked)} INTO NAME m VALUE amount)",
        f"SELECT m, amount FROM {inner} AS s\nUNPIVOT (amount FOR m IN ({', '.join(picked)}))",
    ]
    units = {name: unit for name in picked if (unit := terms[name].unit)}
    pen.features["UNPIVOT"] += 1
    return result(pen, pen.one(forms), longs=(Long("m", "amount", tuple(units.items())),))


MAKERS: list[Callable[[Pen, Sequence[Relation]], Query | None]] = [
    filtered, filtered, widened, pivoted, still_long, still_long, united, unpivoted,
]  # fmt: skip

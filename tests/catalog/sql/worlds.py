"""Random small catalogs with their rows, and what a request answers computed by plain loops over them.

Nothing here knows how SQL is made. A world has facts `w.f0`, `w.f1`, dimensions `w.d0` ..., each dimension with links
to later ones, and a table of many rows for each fact. A dimension asked for is a walk over links, so that its text and
its meaning are made together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from catalog.sql.shop import nodes_of
from gnomon.catalog.values import Column, Definition, Link

Row = Mapping[str, Any]
Walk = tuple[Link, ...]
VALUES = (None, 1, 2, 3)


@dataclass
class World:
    """Definitions, and the rows of each node that has any."""

    definitions: dict[str, Definition] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(
        self, name: str, columns: list[str], key: str | None, rows: list[dict[str, Any]], links: list[Link]
    ) -> None:
        """A source with integer columns."""
        made = tuple(Column(c, "int", attributes=("primary_key",) if c == key else ()) for c in columns)
        table = name.replace(".", "_")
        self.definitions[name] = Definition("source", table=table, columns=made, links=tuple(links))
        self.rows[name] = rows

    def tables(self) -> Iterator[str]:
        """Statements that make the rows."""
        for name, rows in self.rows.items():
            columns = [column.name for column in self.definitions[name].columns]
            yield f"CREATE TABLE {name.replace('.', '_')} ({', '.join(f'{c} INT' for c in columns)})"
            for row in rows:
                values = ", ".join("NULL" if row[c] is None else str(row[c]) for c in columns)
                yield f"INSERT INTO {name.replace('.', '_')} VALUES ({values})"


def world_of(random: Random) -> World:
    """A random world."""
    world = World()
    size = random.randint(2, 4)
    for number in reversed(range(size)):
        later = [f"w.d{other}" for other in range(number + 1, size)]
        links = links_of(random, f"w.d{number}", later)
        keys = random.sample([1, 2, 3, 4], random.randint(0, 4))
        rows = [{"id": k, "a": random.choice(VALUES), "fk": random.choice((*VALUES, 9))} for k in keys]
        world.add(f"w.d{number}", ["id", "a", "fk"], "id", rows, links)
    for number in range(2):
        name, many = f"w.f{number}", f"w.m{number}"
        rows = [
            {"order_id": random.choice((1, 2, 3, 7)), "tag": random.choice(VALUES)} for _ in range(random.randint(0, 6))
        ]
        world.add(many, ["order_id", "tag"], None, rows, [])
        links = links_of(random, name, [f"w.d{other}" for other in range(size)])
        on = f"{name}.id = {many}.order_id"
        links.append(Link(many, join_on=on, cardinality=random.choice(("one_to_many", "many_to_many"))))
        rows = [
            {
                "id": k,
                "fk": random.choice((*VALUES, 9)),
                "gk": random.choice(VALUES),
                "x": random.choice((None, 1, 5, 7)),
            }
            for k in range(1, random.randint(1, 7))
        ]
        world.add(name, ["id", "fk", "gk", "x"], "id", rows, links)
        for word, query in {"sum": "SUM(x)", "n": "COUNT(*)", "top": "MAX(x)", "kinds": "COUNT(DISTINCT x)"}.items():
            world.definitions[f"w.{word}{number}"] = Definition("metric", query=f"SELECT {query} FROM {name}")
    world.definitions["w.minus"] = Definition("metric", query="SELECT w.sum0 - w.sum1")
    world.definitions["w.over"] = Definition("metric", query="SELECT w.n0 / w.n1")
    return world


def links_of(random: Random, origin: str, targets: list[str]) -> list[Link]:
    """Some links to dimensions, several to one of them only with roles."""
    found = []
    for target in random.sample(targets, random.randint(0, min(2, len(targets)))):
        near = ["fk", "gk"] if origin.startswith("w.f") and random.random() < 0.4 else ["fk"]
        for column in near:
            role = column if len(near) > 1 or random.random() < 0.4 else None
            join_type = random.choice(("left", "left", "inner"))
            found.append(Link(target, role, join_on=f"{origin}.{column} = {target}.id", join_type=join_type))
    return found


def walks(world: World, start: str) -> dict[str, Walk]:
    """The walks from a node by the text of their end, `node[roles]`: those that no other walk has the text of."""
    found: dict[str, list[Walk]] = {}

    def go(node: str, walk: Walk, seen: frozenset[str]) -> None:
        roles = "->".join(link.role for link in walk if link.role)
        found.setdefault(f"{node}.{{}}" + (f"[{roles}]" if roles else ""), []).append(walk)
        for link in world.definitions[node].links:
            if link.dimension not in seen:
                go(link.dimension, (*walk, link), seen | {link.dimension})

    go(start, (), frozenset([start]))
    return {text: each[0] for text, each in found.items() if len(each) == 1}


def value_rows(world: World, start: str, row: Row, asked: Mapping[str, tuple[Walk, str]]) -> Iterator[dict[str, Any]]:
    """The values of dimensions for one row of a fact: one mapping for each way through the links."""
    trails: list[dict[Walk, Row | None]] = [{(): row}]
    needed: dict[Walk, None] = {}
    for walk, column in asked.values():
        last = walk[:-1] if skipped(walk, column) else walk
        needed |= dict.fromkeys(last[:size] for size in range(1, len(last) + 1))
    for walk in sorted(needed, key=len):
        trails = [{**trail, walk: found} for trail in trails for found in step(world, trail[walk[:-1]], walk[-1])]
    for trail in trails:
        yield {name: value(trail, walk, column) for name, (walk, column) in asked.items()}


def skipped(walk: Walk, column: str) -> bool:
    """Whether a key is read on the near side of the last link."""
    return bool(walk) and column == "id" and walk[-1].join_type == "left" and walk[-1].cardinality == "many_to_one"


def value(trail: Mapping[Walk, Row | None], walk: Walk, column: str) -> Any:
    if skipped(walk, column):
        near = (walk[-1].join_on or "").split(" = ")[0].rpartition(".")[2]
        return value(trail, walk[:-1], near)
    row = trail[walk]
    return None if row is None else row[column]


def step(world: World, row: Row | None, link: Link) -> list[Row | None]:
    """The rows that one row is joined to."""
    near, far = ((link.join_on or "").split(" = ")[side].rpartition(".")[2] for side in (0, 1))
    key = None if row is None else row[near]
    found: list[Row | None] = [each for each in world.rows[link.dimension] if key is not None and each[far] == key]
    return found or ([None] if link.join_type == "left" else [])


AGGREGATES: Mapping[str, Callable[[list[Row]], Any]] = {
    "sum": lambda rows: sum(some) if (some := [r["x"] for r in rows if r["x"] is not None]) else None,
    "n": len,
    "top": lambda rows: max((r["x"] for r in rows if r["x"] is not None), default=None),
    "kinds": lambda rows: len({r["x"] for r in rows} - {None}),
}


def answer(
    world: World,
    metrics: list[str],
    dimensions: list[str],
    asked: Mapping[str, Mapping[str, tuple[Walk, str]]],
    keep: Callable[[Mapping[str, Any]], bool],
) -> dict[tuple[Any, ...], list[Any]]:
    """The answer to a request: the values of metrics by the values of dimensions.

    `asked` says for each fact which walk and column each name is, those of filters included.
    """
    groups: dict[str, dict[tuple[Any, ...], list[Row]]] = {}
    for fact, names in asked.items():
        groups[fact] = found = {} if dimensions else {(): []}
        for row in world.rows[fact]:
            kept = [values for values in value_rows(world, fact, row, names) if keep(values)]
            for key in {tuple(values[name] for name in dimensions) for values in kept}:
                found.setdefault(key, []).append(row)
    keys = {key for found in groups.values() for key in found}

    def base(name: str, key: tuple[Any, ...]) -> Any:
        rows = groups[f"w.f{name[-1]}"].get(key)
        return None if rows is None else AGGREGATES[name[2:-1]](rows)

    def metric(name: str, key: tuple[Any, ...]) -> Any:
        if name not in ("w.minus", "w.over"):
            return base(name, key)
        word = "sum" if name == "w.minus" else "n"
        left, right = base(f"w.{word}0", key), base(f"w.{word}1", key)
        if left is None or right is None or (name == "w.over" and right == 0):
            return None
        return left - right if name == "w.minus" else left / right

    return {key: [metric(name, key) for name in metrics] for key in keys}


def read_at(walk: Walk, column: str) -> tuple[Walk, str]:
    """Where a dimension is read, keys on the near side of their links."""
    while skipped(walk, column):
        walk, column = walk[:-1], (walk[-1].join_on or "").split(" = ")[0].rpartition(".")[2]
    return walk, column


def is_boundary(name: tuple[Walk, str], order: tuple[Walk, str]) -> bool:
    """Whether a condition on one dimension cuts what a window that follows another one sees."""
    walk = order[0]
    if read_at(*name) == read_at(*order) or (walk and name[0][: len(walk)] == walk):
        return True
    return bool(walk) and read_at(*name) == (walk[:-1], (walk[-1].join_on or "").split(" = ")[0].rpartition(".")[2])


def lagged(values: Mapping[tuple[Any, ...], Any], at: int) -> dict[tuple[Any, ...], Any]:
    """The value one row before by the key's part at a place, among the keys that are else the same; null is first."""
    found: dict[tuple[Any, ...], Any] = {}
    before: dict[tuple[Any, ...], Any] = {}
    for key in sorted(values, key=lambda key: (key[at] is not None, key[at] or 0)):
        rest = (*key[:at], *key[at + 1 :])
        found[key], before[rest] = before.get(rest), values[key]
    return found


def nodes(world: World) -> Callable[[Any], Mapping[str, Any]]:
    """A world's nodes, as a caller of the SQL layer gives them."""
    made = nodes_of(world.definitions)
    return lambda names: {name: made[name] for name in names if name in made}

"""How long it takes to make the SQL of catalog metrics, in process: `python -m bench.catalog_sql`.

The aim is 15 ms at the median for 12 metrics by 7 dimensions, over HTTP; what this leaves of it is the server's.
`fresh` has no parsed tree in memory, as after a restart; `store` reads nodes through a SQLite catalog.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from gnomon.catalog import Store, connect, migrate
from gnomon.catalog.sql import Nodes, StoreNodes, common_dimensions, metrics_sql
from gnomon.catalog.sql.links import read_condition
from gnomon.catalog.sql.metric import read_metric
from gnomon.catalog.sql.query import read_query
from gnomon.catalog.values import Column, Definition, Link, Node, Revision
from gnomon.catalog.versions import FIRST

AIM = 0.015
ROUNDS = 60
FACTS, ATTRIBUTES, MORE = ("sales", "visits", "refunds"), 12, 40


class Shape(NamedTuple):
    """A request: how many metrics, of how many facts, by how many dimensions."""

    metrics: int
    facts: int
    dimensions: int


SHAPES = (Shape(1, 1, 1), Shape(3, 1, 3), Shape(12, 1, 7), Shape(12, 3, 7))


def columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "bigint", attributes=("primary_key",) if name == "id" else ()) for name in names)


def definitions() -> Iterator[tuple[str, Definition]]:
    """Three facts, four dimensions in five roles, each over a source through a query with joins."""
    attributes = [f"a{number}" for number in range(ATTRIBUTES)]
    for name in ("day", "customer", "product", "country"):
        made = columns("id", "parent", *attributes)
        yield f"b.src_{name}", Definition("source", schema="raw", table=name, columns=made)
        query = f"SELECT s.id, s.parent, {', '.join(f'UPPER(s.{a}) AS {a}' for a in attributes)} FROM b.src_{name} AS s"
        near = (Link("b.country", join_on="b.customer.parent = b.country.id"),) if name == "customer" else ()
        yield f"b.{name}", Definition("dimension", query=query, columns=made, links=near)
    for fact in FACTS:
        measures = [f"m{number}" for number in range(MORE)]
        keys = ["id", "placed", "shipped", "customer", "product"]
        made = columns(*keys, *measures)
        yield f"b.src_{fact}", Definition("source", schema="raw", table=fact, columns=made)
        written = ", ".join([*(f"s.{key}" for key in keys), *(f"COALESCE(s.{m}, 0) * 2 AS {m}" for m in measures)])
        query = f"SELECT {written} FROM b.src_{fact} AS s WHERE s.m0 IS NOT NULL"
        links = (
            Link("b.day", "placed", join_on=f"b.{fact}.placed = b.day.id"),
            Link("b.day", "shipped", join_on=f"b.{fact}.shipped = b.day.id"),
            Link("b.customer", join_on=f"b.{fact}.customer = b.customer.id"),
            Link("b.product", join_on=f"b.{fact}.product = b.product.id"),
        )
        yield f"b.{fact}", Definition("transform", query=query, columns=made, links=links)
        for number in range(8):
            yield f"b.{fact}_{number}", Definition("metric", query=f"SELECT SUM(m{number} / 100.0) FROM b.{fact}")
        for number in range(4):
            query = f"SELECT b.{fact}_{number} / b.{fact}_{number + 4}"
            yield f"b.{fact}_ratio_{number}", Definition("metric", query=query)


def request(shape: Shape) -> tuple[list[str], list[str], list[str]]:
    """Metrics, a third of them derived, dimensions and filters."""
    each = shape.metrics // shape.facts
    words = [*range(8), *(f"ratio_{number}" for number in range(4))]
    chosen = words[:each] if each < 4 else [*words[: each - each // 3], *words[8 : 8 + each // 3]]
    metrics = [f"b.{fact}_{word}" for fact in FACTS[: shape.facts] for word in chosen]
    dimensions = ["b.day.a0[placed]", "b.customer.a1", "b.country.a2", "b.product.a3", "b.day.a4[shipped]"]
    dimensions += ["b.product.a5", "b.customer.a6"]
    return metrics, dimensions[: shape.dimensions], ["b.day.a0[placed] >= 5", "b.product.a3 IN (1, 2, 3)"]


def times(shape: Shape, nodes: Nodes, fresh: bool = False) -> float:
    """The median of seconds."""
    metrics, dimensions, filters = request(shape)
    found = []
    for _ in range(ROUNDS // 4 if fresh else ROUNDS):
        for cache in (read_query, read_metric, read_condition) if fresh else ():
            cache.cache_clear()
        before = perf_counter()
        metrics_sql(nodes, metrics, dimensions, filters, dialect="duckdb")
        found.append(perf_counter() - before)
    return statistics.median(found)


def main() -> None:
    made = dict(definitions())
    at = datetime(2026, 1, 1, tzinfo=UTC)
    kept = {name: Node(name, Revision(FIRST, definition, at), at) for name, definition in made.items()}

    def memory(names: Iterable[str]) -> Mapping[str, Node]:
        return {name: kept[name] for name in names if name in kept}

    with tempfile.TemporaryDirectory() as folder:
        engine = connect(str(Path(folder) / "catalog.db"))
        migrate(engine)
        store = Store(engine)
        store.put(made)
        stored = StoreNodes(store)
        print(f"{'metrics':>8}{'facts':>7}{'dims':>6}{'ms':>9}{'fresh':>9}{'store':>9}")
        for shape in SHAPES:
            seconds = (times(shape, memory), times(shape, memory, fresh=True), times(shape, stored))
            print(
                f"{shape.metrics:>8}{shape.facts:>7}{shape.dimensions:>6}" + "".join(f"{s * 1e3:9.1f}" for s in seconds)
            )
        before = perf_counter()
        common_dimensions(stored, request(SHAPES[-1])[0])
        print(f"common dimensions of {SHAPES[-1].metrics} metrics: {(perf_counter() - before) * 1e3:.1f} ms")
        engine.dispose()


if __name__ == "__main__":
    main()

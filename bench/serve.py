"""What calls of `gnomon serve` cost over HTTP, on a catalog of 10 000 nodes: `python -m bench.serve`.

The aims: a page of a listing under 200 ms, SQL for 12 metrics by 7 dimensions under 15 ms at the median. Times are
those of a client on the same machine, one call after another, with a login.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx

from gnomon.catalog import Column, Definition, Link, Store, connect, migrate
from gnomon.catalog.accounts import Account, Accounts

ROUNDS = 30
GROUPS = 500
"""Each has a source, a dimension, and metrics: 20 nodes."""
EURO = {"kind": "currency", "code": "EUR"}
COMMAND = "from gnomon.cli.main import main; main()"
METRICS, DIMENSIONS = 12, 7


class Call(NamedTuple):
    """A call, and the milliseconds that it may take at the median; None where nothing was aimed at."""

    name: str
    path: str
    aim: float | None = None


def definitions(group: int) -> Iterator[tuple[str, Definition]]:
    """The nodes of one group."""
    home = f"shop.g{group}"
    columns = tuple(Column(f"a{i}", "double", EURO) for i in range(16))
    link = Link(f"{home}.user", join_on=f"{home}.orders.a0 = {home}.user.a0")
    yield f"{home}.orders", Definition("source", catalog="c", schema="s", table="o", columns=columns, links=(link,))
    query = f"SELECT {', '.join(f'a{i}' for i in range(8))} FROM {home}.orders"
    key = Column("a0", "double", EURO, attributes=("primary_key",))
    yield (
        f"{home}.user",
        Definition("dimension", query=query, columns=(key, *columns[1:8]), parents=(f"{home}.orders",)),
    )
    for i in range(18):
        output = Column(f"{home}.m{i}".replace(".", "_DOT_"), "double", EURO)
        query = f"SELECT SUM(a{i % 16}) FROM {home}.orders"
        yield f"{home}.m{i}", Definition("metric", query=query, columns=(output,), parents=(f"{home}.orders",))


def calls() -> Sequence[Call]:
    """The calls that are measured."""
    metrics = "&".join(f"metrics=shop.g7.m{i}" for i in range(METRICS))
    dimensions = "&".join(f"dimensions=shop.g7.user.a{i + 1}" for i in range(DIMENSIONS))
    return (
        Call("names of 10 000 nodes", "/nodes/", 200),
        Call("lines of 10 000 nodes", "/namespaces/shop/"),
        Call("a page of 1 000", "/v1/nodes?limit=1000", 200),
        Call("a page of 100", "/v1/nodes?limit=100&after=shop.g3", 200),
        Call("a node", "/nodes/shop.g7.orders/"),
        Call("a metric", "/metrics/shop.g7.m3/"),
        Call("dimensions in common", "/metrics/common/dimensions/?metric=shop.g7.m1&metric=shop.g7.m2"),
        Call("SQL, 1 metric x 1 dimension", "/sql/metrics/v3/?metrics=shop.g7.m1&dimensions=shop.g7.user.a1"),
        Call(f"SQL, {METRICS} metrics x {DIMENSIONS} dimensions", f"/sql/metrics/v3/?{metrics}&{dimensions}", 15),
        Call("health", "/health/"),
    )


def filled(folder: Path) -> str:
    """A catalog of 10 000 nodes."""
    database = str(folder / "catalog.db")
    engine = connect(database)
    migrate(engine)
    Accounts(engine).put(Account("bench"), "bench")
    nodes = {name: definition for group in range(GROUPS) for name, definition in definitions(group)}
    Store(engine).put(nodes)
    engine.dispose()
    return database


@contextmanager
def served(database: str) -> Iterator[httpx.Client]:
    """A client that is logged in to `gnomon serve`."""
    words = [sys.executable, "-c", COMMAND, "serve", "--database", database, "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            with httpx.Client(base_url=process.stdout.readline().strip(), timeout=60) as client:
                client.post("/basic/login", data={"username": "bench", "password": "bench"}).raise_for_status()
                yield client
        finally:
            process.terminate()


def measured(client: httpx.Client, call: Call) -> tuple[float, float, int]:
    """The median and the slowest of some rounds in milliseconds, after one that does not count; and its size."""
    size = len(client.get(call.path).raise_for_status().content)
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        client.get(call.path)
        times.append(1000 * (perf_counter() - start))
    return statistics.median(times), max(times), size


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder, served(filled(Path(folder))) as client:
        print("| call | median, ms | slowest, ms | KB | aim, ms |\n|---|---|---|---|---|")
        for call in calls():
            median, slowest, size = measured(client, call)
            aim = f"{call.aim:g}" + ("" if median < call.aim else " (missed)") if call.aim is not None else ""
            print(f"| {call.name} | {median:.1f} | {slowest:.1f} | {size / 1000:.0f} | {aim} |")


if __name__ == "__main__":
    main()

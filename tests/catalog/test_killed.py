"""A migration that is killed, wherever it is, and taken up again gives what one that was left alone gives."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from catalog.conftest import empty_database
from catalog.old_database import OldDatabase, Shape, fill
from gnomon.catalog import tables
from gnomon.catalog.database import connect
from gnomon.catalog.migrate import migrate
from gnomon.catalog.store import Store

KILLS = 10
CONTEXT = multiprocessing.get_context("forkserver")
"""Each migration has a process of its own, which need not import anything."""
CONTEXT.set_forkserver_preload(["catalog.test_killed"])


def migrating(address: str, to: str, told: Connection) -> None:
    """Migrate, telling that it begins and how many nodes are done."""
    told.send("ready")
    migrate(connect(address), to, batch=10, report=lambda done, total: told.send(done))


def content(engine: Engine) -> tuple[Any, ...]:
    """All nodes with all revisions, what became of units, and how many nodes are noted as carried."""
    store = Store(engine)
    nodes = {node.name: (node, store.revisions(node.name)) for node in store.list(inactive=True)}
    notes = select(*(c for c in tables.unit_moves.c if c.name not in ("id", "at")))
    with engine.connect() as connection:
        moves = sorted(repr(tuple(row)) for row in connection.execute(notes))
        carried = sorted(connection.execute(select(tables.carried.c.old_node_id)).scalars())
    return nodes, moves, carried


def killed(address: str, to: str, chance: random.Random) -> bool:
    """Start a migration and kill it at a random moment; whether it was still running."""
    told, tells = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=migrating, args=(address, to, tells))
    process.start()
    tells.close()
    with told:
        assert told.recv() == "ready"
        with suppress(EOFError):  # it has ended
            for _ in range(chance.randrange(9)):
                told.recv()
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_ten_times_and_resumed_it_is_the_same(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def address(name: str) -> str:
        return str(tmp_path / name) if kind == "sqlite" else empty_database(request.getfixturevalue("postgres"))

    engines = {}
    addresses = {name: address(name) for name in ("alone", "killed")}
    for name, place in addresses.items():
        engines[name] = connect(place)
        old = OldDatabase(engines[name], Shape(unit=True))
        fill(old, sources=30, width=10, metrics=600, seed=4)
        old.write()
    migrate(engines["alone"])
    chance = random.Random(4)
    kills = 0
    for turn in range(60):
        downward = turn % 4 == 3  # and sometimes back half-way, killed there as well
        kills += killed(addresses["killed"], "before_units" if downward else "newest", chance)
        if kills >= KILLS and not downward:
            break
    assert kills >= KILLS
    migrate(engines["killed"])
    assert content(engines["killed"]) == content(engines["alone"])
    for engine in engines.values():
        engine.dispose()

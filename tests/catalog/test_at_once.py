"""Two writers of one namespace: one waits or is told so, and nothing is half-written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from gnomon.catalog import nodes, tables
from gnomon.catalog.database import connect, opened, reading, writing
from gnomon.catalog.migrate import alone, migrate
from gnomon.catalog.store import Store
from gnomon.catalog.values import Column, Definition
from gnomon.errors import RunError


def test_two_pushes_at_once_leave_one_of_them(address: str) -> None:
    """Whichever came last is whole, and no revision was lost on the way."""
    engine = connect(address, wait=30)
    migrate(engine)
    writers, turns = 4, 6
    start = threading.Barrier(writers)

    def push(writer: int) -> None:
        mine = Store(connect(address, wait=30))
        start.wait()
        for turn in range(turns):
            text = f"writer {writer}, turn {turn}"
            mine.push("shop", {f"shop.n{n}": Definition("source", description=text) for n in range(8)}, by=str(writer))
        mine.engine.dispose()

    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(push, writer) for writer in range(writers)]:
            done.result(timeout=120)
    store = Store(engine)
    last = [node.revision for node in store.list("shop")]
    assert len({revision.definition.description for revision in last}) == 1
    assert len({revision.version for revision in last}) == 1
    histories = [[r.definition.description for r in store.revisions(f"shop.n{n}")] for n in range(8)]
    assert all(history == histories[0] for history in histories)
    assert len(histories[0]) == writers * turns
    engine.dispose()


def test_a_writer_that_waits_too_long_is_told_so(address: str) -> None:
    engine, impatient = connect(address), connect(address, wait=0.2)
    migrate(engine)
    store = Store(impatient)
    with writing(engine, "shop"):
        with pytest.raises(RunError, match="catalog_busy"):
            store.put({"shop.a": Definition("source")})
        assert store.list() == ()
    store.put({"shop.a": Definition("source")})
    assert len(store.list()) == 1
    engine.dispose()
    impatient.dispose()


def test_postgres_writers_of_other_namespaces_do_not_wait(postgres_address: str) -> None:
    engine, impatient = connect(postgres_address), connect(postgres_address, wait=0.2)
    migrate(engine)
    with writing(engine, "shop"):
        Store(impatient).put({"bank.a": Definition("source"), "b": Definition("source")})
    engine.dispose()
    impatient.dispose()


def test_readers_see_one_state_while_a_push_is_written(address: str) -> None:
    engine = connect(address)
    migrate(engine)
    store = Store(engine)
    before = Definition("source", columns=(Column("c", "int"),))
    store.put({"shop.a": before})
    with opened(address) as other, writing(other, "shop") as connection:
        wanted = {"shop.a": replace(before, columns=()), "shop.b": before}
        nodes.apply(connection, nodes.planned(connection, wanted), wanted, store.clock(), None)
        assert [node.name for node in store.list()] == ["shop.a"]
        assert store.get("shop.a").revision.definition == before
    assert [node.name for node in store.list()] == ["shop.a", "shop.b"]
    engine.dispose()


def test_a_read_of_many_statements_is_of_one_moment(address: str) -> None:
    with opened(address) as engine, opened(address) as other:
        migrate(engine)
        store = Store(other)
        store.put({"shop.a": Definition("source", columns=(Column("c"),))})
        with reading(engine) as connection:
            before = nodes.read_nodes(connection, nodes.CURRENT)
            store.put({"shop.a": Definition("source"), "shop.b": Definition("source")})
            assert nodes.read_nodes(connection, nodes.CURRENT) == before


def test_a_push_that_fails_on_the_way_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(nodes, "record", failing)
    with pytest.raises(RuntimeError):
        store.put({"shop.a": Definition("source", columns=(Column("c"),))})
    with store.engine.connect() as connection:
        for table in tables.METADATA.sorted_tables:
            assert connection.execute(select(table)).all() == [], table.name


def test_two_migrations_at_once_are_one(engine: Engine, address: str) -> None:
    with alone(engine), opened(address) as other, pytest.raises(RunError, match="catalog_busy"):
        migrate(other)
    migrate(engine)

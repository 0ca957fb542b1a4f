"""A push that is killed, before whichever statement, leaves nothing half-written, and can be repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from gnomon.catalog import tables
from gnomon.catalog.database import opened
from gnomon.catalog.deploy import deploy
from gnomon.catalog.migrate import migrate
from gnomon.catalog.store import Store
from gnomon.catalog.values import Column, Definition, Link, MetricDetails, Tag
from gnomon.errors import UsageError

USD = {"kind": "currency", "code": "USD"}
BEFORE = {
    "shop.orders": Definition("source", columns=(Column("paid", "double", USD),)),
    "shop.gone": Definition("source", columns=(Column("c"),)),
}
AFTER = {
    "shop.orders": Definition("source", columns=(Column("paid", "double", USD), Column("at")), tags=("money",)),
    "shop.users": Definition("dimension", columns=(Column("id"),), links=(Link("shop.orders"),)),
    "shop.eu.revenue": Definition("metric", metric=MetricDetails("neutral"), parents=("shop.orders",)),
}
TAGS = [Tag("money")]
PROGRAM = "import sys; from catalog.test_killed_push import push_in_children; push_in_children(sys.argv[1])"


def content(engine: Engine) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables.METADATA.sorted_tables
        }


def said(engine: Engine) -> dict[str, Definition]:
    """The active nodes."""
    return {node.name: node.revision.definition for node in Store(engine).list()}


def push(address: str, statement: int) -> None:
    """Deploy, and be killed before the statement of this number: the last one is followed only by COMMIT."""
    with opened(address) as engine:
        left = statement

        def count(*args: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        store = Store(engine)
        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)
        deploy(store, "shop", AFTER, TAGS)


def push_in_children(address: str) -> None:
    """For each number that is read, push in a process of its own, and write how it ended."""
    with opened(address) as engine:
        Store(engine)  # what is imported by this is imported once
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                push(address, int(line))
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def test_killed_before_any_statement_it_has_written_nothing(engine: Engine, address: str) -> None:
    migrate(engine)
    Store(engine).push("shop", BEFORE)
    before = content(engine)
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    started = [sys.executable, "-c", PROGRAM, address]
    with subprocess.Popen(
        started, stdin=PIPE, stdout=PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as pushing:
        assert pushing.stdin is not None and pushing.stdout is not None
        for statement in range(1000):
            pushing.stdin.write(f"{statement}\n")
            pushing.stdin.flush()
            if (ended := pushing.stdout.readline()) == "0\n":
                break
            assert ended == f"{-signal.SIGKILL}\n"
            assert content(engine) == before
        pushing.stdin.close()
    assert statement > 20
    assert said(engine) == AFTER
    assert [revision.version.minor for revision in Store(engine).revisions("shop.orders")] == [0, 1]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (Definition("metric", tags=("nowhere",)), "unknown_tag"),
        (Definition("metric", parents=("shop.z",)), "node_cycle"),
        (Definition("metric", columns=(Column("c", unit={"kind": "weight"}),)), "wrong_unit"),
    ],
)
def test_a_push_whose_last_node_is_wrong_writes_nothing(engine: Engine, last: Definition, code: str) -> None:
    migrate(engine)
    store = Store(engine)
    store.push("shop", BEFORE)
    before = content(engine)
    wanted = {**AFTER, "shop.z": last}
    for dry_run in (False, True):
        with pytest.raises(UsageError) as refused:
            deploy(store, "shop", wanted, TAGS, dry_run=dry_run)
        assert code in {problem.code for problem in refused.value.problems}
        assert content(engine) == before
    with pytest.raises(UsageError):
        store.push("shop", wanted)
    assert content(engine) == before

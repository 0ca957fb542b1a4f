"""A circle of nodes is refused whoever closes it: one push, a later one of another namespace, or what comes back."""

from __future__ import annotations

import pytest

from gnomon.catalog.circles import circle_through
from gnomon.catalog.deploy import deploy
from gnomon.catalog.spaces import Spaces
from gnomon.catalog.store import Store
from gnomon.catalog.values import Definition
from gnomon.errors import UsageError


def reading(*names: str, description: str | None = None) -> Definition:
    """A node that reads others."""
    return Definition("transform", parents=names, description=description)


def shown(error: pytest.ExceptionInfo[UsageError]) -> str:
    """The circle that a problem shows."""
    (problem,) = error.value.problems
    assert problem.code == "node_cycle"
    return problem.message.removeprefix("nodes read each other in a circle: ")


def test_in_one_call_through_two_namespaces(store: Store) -> None:
    wanted = {"a.x": reading("b.y"), "b.y": reading("b.z"), "b.z": reading("a.x"), "c.other": reading("a.x")}
    for dry_run in (True, False):
        with pytest.raises(UsageError) as refused:
            store.put(wanted, dry_run=dry_run)
        assert shown(refused) == "a.x reads b.y reads b.z reads a.x"
    with pytest.raises(UsageError) as refused:
        store.push("a", {"a.b.x": reading("a.c.x"), "a.c.x": reading("a.b.x")})
    assert shown(refused) == "a.b.x reads a.c.x reads a.b.x"
    assert store.list(inactive=True) == ()


def test_in_a_later_call_that_closes_it(store: Store) -> None:
    store.put({"a.x": reading("b.y"), "b.y": reading("c.z")})
    closing = {"c.z": reading("a.x")}
    for call in (
        lambda: store.put(closing),
        lambda: store.put(closing, dry_run=True),
        lambda: store.push("c", closing),
        lambda: deploy(store, "c", closing),
        lambda: deploy(store, "c", closing, dry_run=True),
    ):
        with pytest.raises(UsageError) as refused:
            call()
        assert shown(refused) == "c.z reads a.x reads b.y reads c.z"
    assert [node.name for node in store.list(inactive=True)] == ["a.x", "b.y"]
    assert Spaces(store.engine).list("c") == ()


def test_in_what_reads_itself(store: Store) -> None:
    with pytest.raises(UsageError) as refused:
        store.put({"a.x": reading("a.x")})
    assert shown(refused) == "a.x reads a.x"


def test_in_what_comes_back(store: Store) -> None:
    store.put({"a.x": reading("b.y")})
    store.deactivate(["a.x"])
    store.put({"b.y": reading("a.x")})
    with pytest.raises(UsageError) as refused:
        store.put({"a.x": reading("b.y")})
    assert shown(refused) == "a.x reads b.y reads a.x"
    spaces = Spaces(store.engine)
    store.put({"c.x": reading("d.y")})
    spaces.leave("c", cascade=True)
    store.put({"d.y": reading("c.x")})
    with pytest.raises(UsageError) as refused:
        spaces.come_back("c", cascade=True)
    assert shown(refused) == "c.x reads d.y reads c.x"
    assert [node.name for node in store.list()] == ["b.y", "d.y"]


def test_a_push_may_turn_the_way_around(store: Store) -> None:
    """What leaves reads nothing any more, and what is written anew reads what it is to read now."""
    store.push("a", {"a.x": reading("a.y"), "a.y": reading(), "a.z": reading("a.x")})
    store.push("a", {"a.x": reading(), "a.y": reading("a.x")})
    store.push("a", {"a.x": reading("a.y"), "a.y": reading()})
    store.put({"b.x": reading("a.x")})
    store.push("a", {"a.y": reading("b.x")})
    assert [node.name for node in store.list()] == ["a.y", "b.x"]


def test_a_circle_that_is_there_already_keeps_nobody_from_writing(store: Store) -> None:
    """One may have been carried over from an older database; words may still be said about its nodes, and it ends."""
    store.put({"a.x": reading("a.y"), "a.y": reading("a.z"), "a.z": reading()})
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE parents SET name = 'a.x' WHERE name = 'a.z'")
    store.put({"a.x": reading("a.y", description="in a circle"), "b.other": reading("a.x")})
    with pytest.raises(UsageError) as refused:
        store.put({"a.x": reading("c", "a.y")})
    assert shown(refused) == "a.x reads a.y reads a.x"
    store.put({"a.x": reading()})
    store.put({"a.x": reading("a.z")})


def test_of_many_nodes_the_shortest_way_is_shown() -> None:
    ring = {f"n{n}": [f"n{(n + 1) % 50}", "leaf"] for n in range(50)}
    assert circle_through(["leaf", "n7"], ring | {"n9": ["n10", "n7"]}) == ["n7", "n8", "n9", "n7"]
    chain = {f"n{n}": [f"n{n + 1}"] for n in range(20_000)}
    assert circle_through(chain, chain) is None
    assert len(circle_through(["n0"], chain | {"n20000": ["n0"]}) or ()) == 20_002

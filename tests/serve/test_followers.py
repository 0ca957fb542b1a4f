"""What follows from a node follows again when it changes: a unit that was inferred is never an old one."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gnomon.catalog import Column, Definition, Store, migrate
from gnomon.catalog.database import opened
from serve.conftest import Served

EUR, JPY, CHF = ({"kind": "currency", "code": code} for code in ("EUR", "JPY", "CHF"))

SHOP: dict[str, Any] = {
    "namespace": "s1",
    "nodes": [
        {
            "name": "${prefix}orders",
            "node_type": "source",
            "catalog": "c",
            "schema": "s",
            "table": "orders",
            "columns": [{"name": "id", "type": "bigint"}, {"name": "Amount", "type": "double", "unit": EUR}],
        },
        {"name": "${prefix}t", "node_type": "transform", "query": "SELECT id, Amount * 2 AS a FROM ${prefix}orders"},
        {"name": "${prefix}m", "node_type": "metric", "query": "SELECT SUM(Amount) FROM ${prefix}orders"},
        {"name": "${prefix}c", "node_type": "cube", "metrics": ["${prefix}m"], "dimensions": []},
    ],
}
BESIDE: dict[str, Any] = {
    "namespace": "s2",
    "nodes": [
        {"name": "${prefix}m", "node_type": "metric", "query": "SELECT SUM(a) FROM s1.t"},
        {"name": "${prefix}own", "node_type": "metric", "query": "SELECT SUM(a) FROM s1.t", "unit": "dollar"},
    ],
}
FOLLOWING = {"s1.t": 1, "s1.m": 0, "s1.c": 0, "s2.m": 0}
"""The nodes whose unit is that of orders, and the place of the column that has it."""


@pytest.fixture
def shop(served: Served) -> Served:
    """Two namespaces, of which one reads the other."""
    for each in (SHOP, BESIDE):
        deployed(served, each)
    return served


def deployed(served: Served, body: dict[str, Any]) -> dict[str, Any]:
    """A deployment's outcome."""
    reply = served.http.post("/deployments", json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def units(served: Served) -> list[Any]:
    """The units that follow from that of orders."""
    nodes = {name: served.http.get(f"/nodes/{name}/").json() for name in FOLLOWING}
    return [nodes[name]["columns"][place]["unit"] for name, place in FOLLOWING.items()]


def amount_in(unit: dict[str, str]) -> dict[str, Any]:
    """The change of the one unit that is declared."""
    return {"columns": [{"name": "id", "type": "bigint"}, {"name": "Amount", "type": "double", "unit": unit}]}


def test_a_unit_that_changes_changes_all_that_follow_from_it(shop: Served) -> None:
    assert units(shop) == [EUR] * 4
    reply = shop.http.patch("/nodes/s1.orders", json=amount_in(JPY))
    assert reply.status_code == 200, reply.text
    assert units(shop) == [JPY] * 4
    told = {each["name"]: each for each in reply.json()["followers"]}
    assert told.keys() == FOLLOWING.keys()
    assert [told[name]["columns"][place]["unit"] for name, place in FOLLOWING.items()] == [JPY] * 4
    assert told["s2.m"]["version"] == "v2.0.0"
    assert shop.http.patch("/nodes/s1.orders", json={"description": "paid"}).json()["followers"] == []
    assert shop.http.get("/nodes/s2.m/").json()["version"] == "v2.0.0", "a unit that is inferred breaks as any other"
    assert shop.http.get("/nodes/s2.own/").json()["unit"] == {"kind": "currency", "code": "USD"}
    columns = shop.http.get("/sql/metrics/v3", params={"metrics": ["s1.m", "s2.m"]}).json()["columns"]
    assert [column["unit"] for column in columns] == [JPY, JPY]
    for namespace in ("s1", "s2"):
        spec = shop.http.get(f"/namespaces/{namespace}/export/spec").json()
        changes = shop.http.post("/v1/push", params={"dry_run": True}, json=spec).json()["changes"]
        assert {change["action"] for change in changes} == {"none"}, changes


def test_a_deployment_changes_readers_in_other_namespaces_and_says_so(shop: Served) -> None:
    body = copy.deepcopy(SHOP)
    body["nodes"][0]["columns"][1]["unit"] = CHF
    said = {each["name"]: each for each in deployed(shop, body)["results"]}
    assert "columns.s2_DOT_m.unit" in said["s2.m"]["changed_fields"]
    assert (said["s2.m"]["operation"], said["s2.m"]["change_tier"]) == ("update", "major")
    assert "s2.own" not in said
    assert units(shop) == [CHF] * 4


def test_a_column_that_is_taken_out_and_a_node_that_comes_and_goes(shop: Served) -> None:
    shop.http.delete("/nodes/s1.orders")
    assert units(shop) == [None] * 4
    shop.http.post("/nodes/s1.orders/restore")
    assert units(shop) == [EUR] * 4
    shop.http.delete("/namespaces/s1", params={"cascade": True})
    assert shop.http.get("/nodes/s2.m/").json()["unit"] is None
    shop.http.post("/namespaces/s1/restore", params={"cascade": True})
    assert units(shop) == [EUR] * 4


def test_what_follows_for_a_node_that_was_away_is_what_follows_now(shop: Served) -> None:
    shop.http.delete("/nodes/s2.m")
    shop.http.patch("/nodes/s1.orders", json=amount_in(JPY))
    shop.http.post("/nodes/s2.m/restore")
    assert units(shop) == [JPY] * 4


def test_a_query_that_changes_is_news_below(shop: Served) -> None:
    shop.http.patch("/nodes/s1.t", json={"query": "SELECT id, id AS a FROM s1.orders"})
    assert shop.http.get("/nodes/s2.m/").json()["unit"] is None


def test_nodes_of_a_project_keep_the_units_that_it_says(tmp_path: Path) -> None:
    """Also where their tables' units are changed; a unit of a project's own follows as any other."""
    with opened(tmp_path / "catalog.db") as engine:
        migrate(engine)
        store = Store(engine)
        source = Definition("source", catalog="c", schema="s", table="o", columns=(Column("a", "double", EUR),))
        metric = Definition("metric", query="SELECT SUM(a) FROM s1.o", parents=("s1.o",))
        made = replace(metric, columns=(Column("s1_DOT_made"),), custom={"gnomon": {"metric": "a"}})
        written = replace(metric, columns=(Column("s2_DOT_written"),))
        store.put({"s1.o": source, "s1.made": made, "s2.written": written})
        wei = {"kind": "currency", "code": "wei"}
        changes = store.put(
            {"s1.o": replace(source, columns=(Column("a", "double", wei),))}, own={"wei": "currency"}, dry_run=True
        )
        assert [change.name for change in changes] == ["s1.o", "s2.written"], "what follows stands last"
        store.put({"s1.o": replace(source, columns=(Column("a", "double", wei),))}, own={"wei": "currency"})
        units = {node.name: node.revision.definition.columns[0].unit for node in store.list()}
        assert units == {"s1.o": wei, "s1.made": None, "s2.written": wei}

"""Nodes made and changed one at a time. What a call does not mention stays: the original wiped units there."""

from __future__ import annotations

from typing import Any

import pytest

from serve.conftest import Served
from serve.project import spec

EURO = {"kind": "currency", "code": "EUR"}


@pytest.fixture
def shop(served: Served) -> Served:
    """A server with a shop."""
    reply = served.http.post("/deployments", json=spec())
    assert reply.status_code == 200, reply.text
    return served


def node(served: Served, name: str) -> dict[str, Any]:
    """A node as it is answered."""
    found: dict[str, Any] = served.http.get(f"/nodes/{name}/").json()
    return found


def patched(served: Served, node_name: str, **said: Any) -> dict[str, Any]:
    """A node after a change, without what followed. It may be sent back as it is answered."""
    reply = served.http.patch(f"/nodes/{node_name}/", json=said)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    assert served.http.patch(f"/nodes/{node_name}/", json=found).json() == {**found, "followers": []}
    del found["followers"]
    return found


NOTHING_SAID = {
    **dict.fromkeys(("display_name", "description", "mode", "primary_key", "query", "custom_metadata", "catalog")),
    **dict.fromkeys(("schema_", "table", "metrics", "dimensions", "filters", "orderby", "limit")),
    **dict.fromkeys(("required_dimensions", "metric_metadata")),
    "columns": [],
}
"""What the published client sends of all that it does not change."""


@pytest.mark.parametrize("name", ["orders", "users", "revenue", "orders_total", "overview"])
def test_a_description_leaves_all_else(shop: Served, name: str) -> None:
    before = node(shop, f"shop.{name}")
    after = patched(shop, f"shop.{name}", **NOTHING_SAID | {"description": "other words"})
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"description", "version", "current_version", "updated_at"}
    assert after["version"] == "v1.0.1"


@pytest.mark.parametrize("name", ["orders", "users", "revenue", "orders_total", "overview"])
def test_a_node_sent_back_as_it_was_answered_does_not_change(shop: Served, name: str) -> None:
    before = node(shop, f"shop.{name}")
    assert patched(shop, f"shop.{name}", **before) == before


def test_another_query_keeps_what_is_declared_and_follows_what_is_not(shop: Served) -> None:
    assert patched(shop, "shop.orders_total", query="SELECT MIN(id) FROM shop.orders")["unit"] == {
        "kind": "time",
        "code": "d",
    }
    assert patched(shop, "shop.revenue", query="SELECT COUNT(*) FROM shop.orders")["unit"] == {"kind": "count"}


def test_the_old_field_changes_the_unit_itself(shop: Served) -> None:
    """Both forms say the same afterwards, and the rest of the metadata stays."""
    patched(shop, "shop.orders_total", metric_metadata={"direction": "neutral", "significant_digits": 3})
    after = patched(shop, "shop.orders_total", metric_metadata={"unit": "percentage"})
    assert after["columns"][0]["unit"] == after["unit"] == {"kind": "percentage"}
    assert after["metric_metadata"]["unit"]["name"] == "percentage"
    assert (after["metric_metadata"]["direction"], after["metric_metadata"]["significant_digits"]) == ("neutral", 3)
    assert shop.http.get("/metrics/shop.orders_total").json()["unit"] == {"kind": "percentage"}


def test_what_is_said_at_the_top_holds_beside_the_old_field(shop: Served) -> None:
    said = {"unit": EURO, "metric_metadata": {"unit": "hour", "direction": "neutral"}, "description": "d"}
    after = patched(shop, "shop.orders_total", **said)
    assert (after["unit"], after["metric_metadata"]["direction"], after["description"]) == (EURO, "neutral", "d")


def test_a_unit_of_another_metric_is_structured(shop: Served) -> None:
    after = patched(shop, "shop.revenue", unit={"kind": "currency", "code": "GBP"})
    assert (after["unit"], after["version"]) == ({"kind": "currency", "code": "GBP"}, "v2.0.0")


def test_columns_keep_what_is_not_said_of_them(shop: Served) -> None:
    columns = [
        {"name": "id", "type": "bigint"},
        {"name": "user_id", "type": "int"},
        {"name": "amount", "type": "double"},
    ]
    after = {each["name"]: each for each in patched(shop, "shop.orders", columns=columns)["columns"]}
    assert after["amount"]["unit"] == EURO
    assert (after["user_id"]["description"], after["user_id"]["type"]) == ("who", "int")


def test_a_source_loses_the_columns_that_are_not_listed(shop: Served) -> None:
    after = patched(shop, "shop.orders", columns=[{"name": "id"}, {"name": "amount"}, {"name": "day", "type": "date"}])
    assert [each["name"] for each in after["columns"]] == ["id", "amount", "day"]
    assert after["version"] == "v2.0.0"


def test_columns_of_sql_are_overlaid(shop: Served) -> None:
    columns = [{"name": "most", "unit": {"kind": "currency", "code": "CHF"}}]
    after = {each["name"]: each for each in patched(shop, "shop.users", columns=columns)["columns"]}
    assert after["most"]["unit"]["code"] == "CHF"
    assert after["id"]["attributes"][0]["attribute_type"]["name"] == "primary_key"


@pytest.mark.parametrize(
    ("said", "context"),
    [
        ({"mode": "secret"}, "wrong_type"),
        ({"description": 7}, "wrong_type"),
        ({"owners": "me"}, "wrong_type"),
        ({"query": "SELECT FROM WHERE ("}, "sql_not_read"),
        ({"metric_metadata": {"unit": "count"}}, "wrong_unit"),
        ({"unit": {"kind": "time"}}, "wrong_unit"),
        ({"columns": "all"}, "wrong_type"),
        ({"columns": [7]}, "wrong_type"),
        ({"tags": ["nope"]}, "unknown_tag"),
    ],
)
def test_a_wrong_change_changes_nothing(shop: Served, said: dict[str, Any], context: str) -> None:
    before = node(shop, "shop.revenue")
    reply = shop.http.patch("/nodes/shop.revenue", json=said)
    assert reply.status_code == 422, reply.text
    assert reply.json()["errors"][0]["context"] == context, reply.text
    assert node(shop, "shop.revenue") == before


# Making


def test_a_metric_with_a_unit_of_each_form(shop: Served) -> None:
    said = {"query": "SELECT MAX(user_id) FROM shop.orders", "mode": "published", "columns": None, "tags": None}
    old = shop.http.post("/nodes/metric/", json={"name": "shop.old", **said, "metric_metadata": {"unit": "hour"}})
    new = shop.http.post("/nodes/metric/", json={"name": "shop.new", **said, "unit": EURO})
    both = {"name": "shop.both", **said, "unit": EURO, "metric_metadata": {"unit": "hour", "direction": "neutral"}}
    assert (old.status_code, old.json()["unit"]) == (201, {"kind": "time", "code": "h"})
    assert new.json()["unit"] == EURO
    assert shop.http.post("/nodes/metric", json=both).json()["unit"] == EURO


def test_a_source_with_a_unit_on_a_column(served: Served) -> None:
    columns = [{"name": "cost", "type": "double", "unit": EURO, "attributes": [{"attribute_type": {"name": "hidden"}}]}]
    body = {"name": "bank.costs", "catalog": "default", "schema_": "s", "table": "costs", "columns": columns}
    reply = served.http.post("/nodes/source/", json=body)
    assert (reply.status_code, reply.json()["columns"][0]["unit"]) == (201, EURO)
    assert (reply.json()["schema_"], reply.json()["catalog"]["name"]) == ("s", "default")


def test_a_node_is_made_once(shop: Served) -> None:
    body = {"name": "shop.again", "query": "SELECT 1 AS a", "description": "first"}
    assert shop.http.post("/nodes/transform", json=body).status_code == 201
    reply = shop.http.post("/nodes/transform", json=body | {"description": "second"})
    assert (reply.status_code, reply.json()["message"]) == (409, "A node with name `shop.again` already exists.")
    assert node(shop, "shop.again")["description"] == "first"


def test_a_node_that_was_taken_out_is_made_anew(shop: Served) -> None:
    shop.http.delete("/nodes/shop.overview")
    assert shop.http.get("/nodes/shop.overview").status_code == 404
    body = {"name": "shop.overview", "metrics": ["shop.revenue"], "dimensions": [], "description": "anew"}
    assert shop.http.post("/nodes/cube", json=body).status_code == 201
    assert len(shop.http.get("/nodes/shop.overview/revisions").json()) == 2


def test_a_node_is_validated_and_not_made(shop: Served) -> None:
    body = {"name": "shop.tried", "type": "metric", "query": "SELECT SUM(amount) FROM shop.orders"}
    found = shop.http.post("/nodes/validate/", json=body).json()
    assert (found["status"], found["columns"][0]["unit"]) == ("valid", EURO)
    assert found["dependencies"] == [{"name": "shop.orders"}]
    broken = shop.http.post("/nodes/validate/", json=body | {"unit": "dollars"}).json()
    assert (broken["status"], broken["errors"][0]["context"]) == ("invalid", "wrong_unit")
    assert "shop.tried" not in shop.http.get("/nodes").json()


# Links, columns, tags, availability


def test_links_in_their_roles(shop: Served) -> None:
    join = {"dimension_node": "shop.users", "join_on": "shop.orders.id = shop.users.id", "role": "payer"}
    assert shop.http.post("/nodes/shop.orders/link", json=join).status_code == 201
    roles = [link["role"] for link in node(shop, "shop.orders")["dimension_links"]]
    assert roles == [None, "payer"]
    gone = {"dimension_node": "shop.users", "role": "payer"}
    assert shop.http.request("DELETE", "/nodes/shop.orders/link/", json=gone).status_code == 201
    reply = shop.http.request("DELETE", "/nodes/shop.orders/link/", json=gone)
    assert reply.json()["errors"][0]["context"] == "unknown_link"


def test_a_reference_shows_on_its_column(shop: Served) -> None:
    said = {"dimension_node": "shop.users", "dimension_column": "id"}
    assert shop.http.post("/nodes/shop.orders/columns/user_id/link", params=said).status_code == 201
    column = node(shop, "shop.orders")["columns"][1]
    assert (column["dimension"], column["dimension_column"]) == ({"name": "shop.users"}, "id")
    assert shop.http.delete("/nodes/shop.orders/columns/user_id/link").status_code == 201
    assert node(shop, "shop.orders")["columns"][1]["dimension"] is None


def test_a_link_by_a_key(shop: Served) -> None:
    reply = shop.http.post("/nodes/shop.orders/columns/id/", params={"dimension": "shop.users"})
    assert reply.status_code == 201, reply.text
    assert node(shop, "shop.orders")["dimension_links"][0]["foreign_keys"] == {"shop.orders.id": "shop.users.id"}


def test_a_column_is_described_and_keeps_its_unit(shop: Served) -> None:
    shop.http.patch("/nodes/shop.orders/columns/amount/", params={"display_name": "Price"})
    reply = shop.http.patch("/nodes/shop.orders/columns/amount/description/", params={"description": "paid"})
    assert (reply.status_code, reply.json()["unit"], reply.json()["display_name"]) == (201, EURO, "Price")
    assert shop.http.patch("/nodes/shop.orders/columns/nope", params={"display_name": "x"}).status_code == 422


def test_tags_of_a_node(shop: Served) -> None:
    assert shop.http.post("/nodes/shop.orders/tags/", params={"tag_names": "money"}).status_code == 200
    assert [each["name"] for each in shop.http.get("/tags/money/nodes").json()] == ["shop.orders", "shop.revenue"]
    assert shop.http.post("/nodes/shop.orders/tags/").status_code == 200
    assert node(shop, "shop.orders")["tags"] == []
    assert shop.http.post("/tags", json={"name": "money"}).status_code == 409
    assert shop.http.patch("/tags/money", json={"display_name": "Money!"}).json()["description"] == "What is in euros"


def test_availability(shop: Served) -> None:
    said = {"catalog": "lake", "schema_": None, "table": "t", "valid_through_ts": 1_700_000_000}
    assert shop.http.post("/data/shop.revenue/availability/", json=said).status_code == 200
    assert node(shop, "shop.revenue")["availability"] == said
    assert shop.http.post("/data/shop.revenue/availability", json=said | {"valid_through_ts": -5}).status_code == 422


def test_history_tells_who_did_what(shop: Served) -> None:
    patched(shop, "shop.revenue", description="x")
    shop.http.delete("/nodes/shop.revenue")
    shop.http.post("/nodes/shop.revenue/restore")
    found = shop.http.get("/history", params={"node": "shop.revenue"}).json()
    assert [(each["activity_type"], each["user"]) for each in found] == [
        ("restore", "ada"),
        ("delete", "ada"),
        ("update", "ada"),
        ("create", "ada"),
    ]
    assert shop.http.get("/history/node/shop.revenue?limit=1").json() == found[:1]


def test_namespaces_go_and_come_back_with_their_nodes(shop: Served) -> None:
    shop.http.delete("/nodes/shop.overview")
    assert shop.http.delete("/namespaces/shop").json()["errors"][0]["context"] == "namespace_not_empty"
    assert shop.http.delete("/namespaces/shop?cascade=true").status_code == 200
    assert (shop.http.get("/namespaces").json(), shop.http.get("/nodes").json()) == ([], [])
    assert shop.http.get("/namespaces/shop").status_code == 404
    assert shop.http.post("/namespaces/shop/restore/?cascade=True").status_code == 201
    assert "shop.overview" not in shop.http.get("/nodes").json(), "it was gone before"
    assert len(shop.http.get("/nodes").json()) == 4
    assert shop.http.post("/namespaces/shop").status_code == 409

"""What calls say of columns, and what refusals and lineage say: nothing that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from serve.conftest import PASSWORD, Served
from serve.project import spec

EURO = {"kind": "currency", "code": "EUR"}


@pytest.fixture
def shop(served: Served) -> Served:
    """A server with a shop, and a transform with a unit of its own."""
    assert served.http.post("/deployments", json=spec()).status_code == 200
    columns = [{"name": "twice", "unit": EURO, "description": "ours"}]
    body = {"name": "shop.t", "query": "SELECT id, id * 2 AS twice FROM shop.orders", "columns": columns}
    assert served.http.post("/nodes/transform", json=body).status_code == 201
    return served


def columns(served: Served, name: str = "shop.t") -> dict[str, Any]:
    """The units of a node's columns."""
    return {each["name"]: each["unit"] for each in served.http.get(f"/nodes/{name}").json()["columns"]}


# Columns that a query makes


def test_a_column_that_the_query_makes_no_more_is_gone(shop: Served) -> None:
    assert columns(shop) == {"id": None, "twice": EURO}
    before = shop.http.get("/nodes/shop.t").json()
    query = "SELECT id, amount FROM shop.orders"
    assert shop.http.patch("/nodes/shop.t", json={"query": query}).status_code == 200
    assert columns(shop) == {"id": None, "amount": EURO}
    shop.http.patch("/nodes/shop.t", json=before)
    again = {**shop.http.get("/nodes/shop.t").json(), "query": query}
    assert shop.http.patch("/nodes/shop.t", json=again).status_code == 200, "a node that is sent back whole"
    assert columns(shop) == {"id": None, "amount": EURO}


def test_a_declared_column_stays_where_the_query_makes_it(shop: Served) -> None:
    shop.http.patch("/nodes/shop.t", json={"query": "SELECT user_id AS twice FROM shop.orders"})
    (column,) = shop.http.get("/nodes/shop.t").json()["columns"]
    assert (column["name"], column["unit"], column["description"]) == ("twice", EURO, "ours")
    shop.http.patch("/nodes/shop.users", json={"query": "SELECT country FROM shop.users_table"})
    assert columns(shop, "shop.users") == {"country": None}, "its key is gone too"


@pytest.mark.parametrize("query", ["SELECT * FROM other.nope", "SELECT n.* FROM other.nope AS n"])
def test_a_star_over_what_is_not_known_takes_nothing_away(shop: Served, query: str) -> None:
    shop.http.patch("/nodes/shop.t", json={"query": query})
    assert columns(shop) == {"twice": EURO}


def test_nothing_is_said_of_a_column_that_the_query_does_not_make(shop: Served) -> None:
    reply = shop.http.patch("/nodes/shop.t", json={"columns": [{"name": "nope", "unit": EURO}]})
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (422, "unknown_column")
    assert columns(shop) == {"id": None, "twice": EURO}


def test_null_takes_a_declared_unit_away(shop: Served) -> None:
    assert shop.http.patch("/nodes/shop.t", json={"columns": [{"name": "twice", "unit": None}]}).status_code == 200
    assert columns(shop) == {"id": None, "twice": None}
    assert shop.http.get("/nodes/shop.t").json()["columns"][1]["description"] == "ours"


# Refusals


def test_a_link_to_a_node_that_is_not_there(shop: Served) -> None:
    for asked in ({"dimension": "zz"}, {"dimension": "zz", "dimension_column": "id"}):
        reply = shop.http.post("/nodes/shop.orders/columns/user_id/", params=asked)
        assert (reply.status_code, reply.json()["message"]) == (404, "A node with name `zz` does not exist.")
    asked = {"dimension": "shop.users", "dimension_column": "nope"}
    assert shop.http.post("/nodes/shop.orders/columns/user_id/", params=asked).status_code == 422


def test_an_attribute_that_nobody_knows(shop: Served) -> None:
    reply = shop.http.post("/nodes/shop.orders/columns/id/attributes/", json=[{"name": "foo"}])
    assert reply.status_code == 422
    assert reply.json()["message"] == "unknown attribute 'foo' (known: primary_key, dimension, hidden)"


def test_an_attribute_in_a_body_is_refused_unless_it_is_there_already(shop: Served) -> None:
    column = {"name": "id", "attributes": ["primary_ky"]}
    words = "unknown attribute 'primary_ky' (at columns.0.attributes) (did you mean 'primary_key'?)"
    reply = shop.http.patch("/nodes/shop.t", json={"columns": [column | {"name": "twice"}]})
    assert (reply.status_code, reply.json()["message"]) == (422, words)
    made = {"name": "shop.odd", "catalog": "c", "schema_": "s", "table": "t", "columns": [column]}
    assert shop.http.post("/nodes/source", json=made).json()["message"] == words
    node = {**made, "name": "odd", "node_type": "source", "schema": "s"}
    done = shop.http.post("/deployments", json={"namespace": "other", "nodes": [node]}).json()
    assert [each["context"] for each in done["warnings"] if "attribute" in each["message"]] == ["unknown_attribute"]
    kept = shop.http.patch("/nodes/other.odd", json={"table": "u"}).json()
    assert kept["columns"][0]["attributes"] == [{"attribute_type": {"namespace": "system", "name": "primary_ky"}}]


@pytest.mark.parametrize("path", ["/nodes/shop.zz", "/sql/shop.zz", "/sql/metrics/v3?metrics=shop.zz"])
def test_an_unknown_node_is_refused_in_the_words_that_clients_know(shop: Served, path: str) -> None:
    reply = shop.http.get(path)
    assert reply.status_code == 404
    assert reply.json()["message"].startswith("A node with name `shop.zz` does not exist.")


def test_a_wrong_unit_is_pointed_at_in_what_was_sent(shop: Served) -> None:
    reply = shop.http.patch("/nodes/shop.revenue", json={"unit": "EUR"})
    assert reply.json()["message"] == "unknown unit 'EUR' (at unit) (write {kind: currency, code: EUR})"
    reply = shop.http.patch("/nodes/shop.t", json={"columns": [{"name": "twice", "unit": {"kind": "x"}}]})
    assert "(at columns.0.unit.kind)" in reply.json()["message"]


def test_without_a_warehouse_it_is_said_that_there_is_none(shop: Served) -> None:
    for path in ("/data", "/data/shop.revenue/"):
        reply = shop.http.get(path, params={"metrics": "shop.revenue"})
        words = "this server has no warehouse (start it with gnomon serve --warehouse FILE)"
        assert (reply.status_code, reply.json()["message"]) == (404, words)


def test_a_wrong_password_ends_no_session(shop: Served) -> None:
    reply = shop.http.post("/basic/login", data={"username": "ada", "password": "wrong"})
    assert reply.status_code == 401 and "set-cookie" not in reply.headers
    assert shop.http.get("/whoami").json()["username"] == "ada"
    stranger = shop.stranger(Cookie="__dj=stale").get("/whoami")
    assert stranger.status_code == 401 and "set-cookie" in stranger.headers, "a token that is no more is forgotten"
    example = shop.http.get("/openapi.json").json()["paths"]["/basic/login"]["post"]["requestBody"]["content"]
    assert example["application/x-www-form-urlencoded"]["example"] == {"username": "ada", "password": PASSWORD}


# Lineage


def test_lineage_has_units(shop: Served) -> None:
    up = shop.http.get("/nodes/shop.revenue/upstream").json()
    assert {"name": "amount", "unit": EURO} in next(each for each in up if each["name"] == "shop.orders")["columns"]
    down = shop.http.get("/nodes/shop.orders/downstream").json()
    assert {each["name"]: each["columns"] for each in down}["shop.revenue"] == [
        {"name": "shop_DOT_revenue", "unit": EURO}
    ]
    body = {"name": "shop.wrong", "query": "SELECT SUM(nope) FROM shop.orders"}
    assert shop.http.post("/nodes/metric", json=body).json()["status"] == "invalid"
    down = shop.http.get("/nodes/shop.orders/downstream").json()
    assert [each["name"] for each in down if each["status"] == "invalid"] == ["shop.wrong"]
    graph = shop.http.get("/v1/nodes/shop.revenue/graph").json()
    assert set(graph["units"]) == {"shop.revenue", *graph["upstream"], *graph["downstream"]}
    assert graph["units"]["shop.revenue"] == [{"name": "shop_DOT_revenue", "unit": EURO}]

"""Rows over HTTP: numbers, units that depend on the row, and statements that the warehouse does not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from gnomon.serve import Settings
from serve.conftest import login, new_catalog, serving

EUR, USD = ({"kind": "currency", "code": code} for code in ("EUR", "USD"))
BY_STATUS = {"by": "status", "map": {"paid": EUR, "open": USD}}
NODES = [
    {
        "name": "pay",
        "node_type": "source",
        "catalog": "warehouse",
        "schema": "wh",
        "table": "pay",
        "columns": [
            {"name": "id", "type": "int"},
            {"name": "amount", "type": "int", "unit": {"kind": "currency"}, "unit_by": BY_STATUS},
            {"name": "status", "type": "string", "attributes": ["dimension"]},
            {"name": "price", "type": "decimal(10,2)"},
        ],
    },
    {"name": "total", "node_type": "metric", "query": "SELECT SUM(amount) FROM ${prefix}pay", "unit": "dollar"},
    {"name": "ids", "node_type": "metric", "query": "SELECT SUM(id) FROM ${prefix}pay"},
    {"name": "prices", "node_type": "metric", "query": "SELECT SUM(price) FROM ${prefix}pay"},
    {"name": "gone", "node_type": "transform", "query": "SELECT nowhere.id FROM ${prefix}nowhere"},
    {"name": "nowhere", "node_type": "source", "schema": "wh", "table": "nowhere", "catalog": "warehouse",
     "columns": [{"name": "id", "type": "int"}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("data")
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        connection.execute("CREATE SCHEMA wh")
        connection.execute("CREATE TABLE wh.pay (id INT, amount INT, status TEXT, price DECIMAL(10, 2))")
        connection.execute("INSERT INTO wh.pay VALUES (1, 10, 'paid', 0.50), (2, 20, 'open', 1.50)")
    settings = Settings(new_catalog(str(folder / "c.db")), warehouse=str(folder / "w.duckdb"))
    with serving(settings) as url, httpx.Client(timeout=60, base_url=url) as client:
        login(client)
        reply = client.post("/deployments", json={"namespace": "shop", "nodes": NODES, "tags": []})
        assert reply.status_code in (200, 201), reply.text
        yield client


def answer(http: httpx.Client, *metrics: str, **more: Any) -> tuple[dict[str, Any], list[Any], list[str]]:
    """The columns by name, the rows, and the codes of warnings."""
    reply = http.get("/data", params={"metrics": [f"shop.{name}" for name in metrics], **more})
    assert reply.status_code == 200, reply.text
    (result,) = reply.json()["results"]
    said = [warning["context"] for warning in reply.json()["warnings"]]
    return {column["name"]: column for column in result["columns"]}, result["rows"], said


def test_a_sum_of_several_currencies_says_so(http: httpx.Client) -> None:
    columns, rows, said = answer(http, "total")
    assert (columns["total"]["unit"], rows, said) == (None, [[30]], ["mixed_units"])
    columns, rows, said = answer(http, "total", dimensions="shop.pay.status", orderby="shop.pay.status")
    assert (columns["total"]["unit_by"], rows, said) == (BY_STATUS, [["open", 20], ["paid", 10]], [])
    columns, rows, said = answer(http, "total", filters="shop.pay.status = 'paid'")
    assert (columns["total"]["unit"], rows, said) == (EUR, [[10]], [])
    own = http.get("/data/shop.pay").json()["results"][0]["columns"][1]
    assert (own["unit"], own["unit_by"]) == ({"kind": "currency"}, BY_STATUS)
    sql = http.get("/sql/metrics/v3", params={"metrics": "shop.total"}).json()
    assert [warning["context"] for warning in sql["warnings"]] == ["mixed_units"]


def test_a_deployment_says_what_may_mean_something_else(http: httpx.Client) -> None:
    odd = {"name": "odd", "node_type": "metric", "query": "SELECT SUM(our_own(id)) FROM ${prefix}ids"}
    ids = {"name": "ids", "node_type": "source", "schema": "wh", "table": "pay", "catalog": "warehouse",
           "columns": [{"name": "id", "type": "int"}]}  # fmt: skip
    body = {"namespace": "odd", "nodes": [ids, odd]}
    for path in ("/deployments/impact", "/deployments"):
        warnings = http.post(path, json=body, headers={"Prefer": "respond-async"}).json()["warnings"]
        assert [each["context"] for each in warnings] == ["meaning_unchecked"]
        assert "whether OUR_OWN means in duckdb" in warnings[0]["message"]
    assert [each["code"] for each in http.post("/v1/push", json=body).json()["findings"]] == ["meaning_unchecked"]


def test_whole_numbers_stay_whole(http: httpx.Client) -> None:
    _, rows, _ = answer(http, "ids", "prices")
    assert [(value, type(value)) for value in rows[0]] == [(3, int), (2.0, float)]


def test_what_the_warehouse_does_not_take_is_the_callers_matter(http: httpx.Client) -> None:
    """It was the server's mistake: 500."""
    reply = http.get("/data/shop.gone")
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (422, "statement_refused")
    assert "Table with name nowhere does not exist" in reply.json()["message"]

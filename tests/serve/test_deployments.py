"""Deployments: all of it is written, or nothing."""

from __future__ import annotations

import copy
import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from serve.conftest import Served
from serve.project import spec

ASYNC = {"Prefer": "respond-async"}


def with_last(node: dict[str, Any]) -> dict[str, Any]:
    """A shop with one node more, at its end."""
    body = spec()
    body["nodes"].append(node)
    return body


def names(served: Served) -> list[str]:
    """The names of all nodes."""
    found: list[str] = served.http.get("/nodes").json()
    return found


def operations(reply: httpx.Response) -> dict[str, str]:
    """What became of each node and tag."""
    assert reply.status_code == 200, reply.text
    return {each["name"]: each["operation"] for each in reply.json()["results"]}


def test_a_deployment_twice(served: Served) -> None:
    first, second = (served.http.post("/deployments", json=spec()) for _ in range(2))
    assert set(operations(first).values()) == {"create"}
    assert set(operations(second).values()) == {"noop"}
    assert served.http.get(f"/deployments/{first.json()['uuid']}/").json() == first.json()
    assert first.json()["status"] == "success"


def test_what_is_left_out_goes_and_comes_back(served: Served) -> None:
    served.http.post("/deployments", json=spec())
    less = spec()
    less["nodes"] = less["nodes"][:-1]
    assert operations(served.http.post("/deployments", json=less))["shop.overview"] == "delete"
    assert operations(served.http.post("/deployments", json=spec()))["shop.overview"] == "create"
    assert [each["activity_type"] for each in served.http.get("/history?node=shop.overview").json()] == [
        "restore",
        "delete",
        "create",
    ]


def test_an_empty_deployment_is_refused_unless_it_is_meant(served: Served) -> None:
    served.http.post("/deployments", json=spec())
    reply = served.http.post("/deployments", json={"namespace": "shop", "nodes": []})
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (422, "empty_deployment")
    assert len(names(served)) == 5
    served.http.post("/deployments", json={"namespace": "shop", "nodes": [], "allow_empty": True})
    assert names(served) == []


WRONG: list[dict[str, Any]] = [
    {"name": "last", "node_type": "metric", "query": "SELECT 1", "unit": "dollars"},
    {"name": "last", "node_type": "metric", "query": "SELECT 1", "unit": {"kind": "time"}},
    {"name": "last", "node_type": "gadget"},
    {"name": "la'st", "node_type": "source", "catalog": "c", "table": "t"},
    {"name": "../last", "node_type": "source", "catalog": "c", "table": "t"},
    {"name": 'la"st; DROP TABLE nodes', "node_type": "source", "catalog": "c", "table": "t"},
    {"name": "last", "node_type": "source", "catalog": "c", "table": "t", "tags": ["nobody"]},
    {"name": "last", "node_type": "source", "catalog": "c", "table": "t", "columns": [{"name": "a", "unit": "dollar"}]},
    {"name": "last", "node_type": "transform", "query": "SELECT * FROM ${prefix}last"},
    {"node_type": "source"},
    {"name": "last", "node_type": "source", "catalog": "c", "table": "t", "description": "a\0b"},
    {"name": "orders", "node_type": "metric", "query": "SELECT 1"},
]


@pytest.mark.parametrize("last", WRONG, ids=lambda node: str(node.get("name")))
def test_a_deployment_whose_last_node_is_wrong_writes_nothing(served: Served, last: dict[str, Any]) -> None:
    """No node and no tag, in an empty catalog; and in a full one nothing is another than before."""
    reply = served.http.post("/deployments", json=with_last(last))
    assert reply.status_code == 422, reply.text
    assert set(reply.json()) == {"message", "errors", "warnings"}
    assert reply.headers["content-type"] == "application/json"
    assert (names(served), served.http.get("/tags").json()) == ([], [])
    served.http.post("/deployments", json=spec())
    before = [served.http.get(f"/v1/nodes/{name}").json() for name in names(served)]
    changed = with_last(last)
    changed["nodes"][0]["description"] = "another"
    served.http.post("/deployments", json=changed)
    assert [served.http.get(f"/v1/nodes/{name}").json() for name in names(served)] == before


def test_a_node_that_cannot_be_computed_is_invalid(served: Served) -> None:
    """As DataJunction's server has it: it is kept, and `dj push` ends with an error."""
    body = with_last({"name": "last", "node_type": "transform", "query": "SELECT a FROM other.nope"})
    body["nodes"].append({"name": "lost", "node_type": "transform", "query": "SELECT a FROM ${prefix}nope"})
    body["nodes"].append({"name": "odd", "node_type": "transform", "query": "SELECT FROM ("})
    reply = served.http.post("/deployments", json=body)
    status = {each["name"]: each["status"] for each in reply.json()["results"]}
    assert (status["shop.lost"], status["shop.odd"], status["shop.orders"]) == ("invalid", "invalid", "success")
    assert served.http.get("/nodes/shop.lost").json()["status"] == "invalid"


def test_a_dry_run_says_what_would_happen_and_to_whom(served: Served) -> None:
    served.http.post("/deployments", json=spec())
    outside = {"name": "bank.total", "query": "SELECT COUNT(*) FROM shop.orders"}
    assert served.http.post("/nodes/metric", json=outside).status_code == 201
    body = spec()
    body["nodes"][0]["columns"][2]["unit"] = {"kind": "currency", "code": "CHF"}
    before = served.http.get("/v1/nodes/shop.orders").json()
    reply = served.http.post("/deployments/impact", json=body, headers=ASYNC)
    orders = next(each for each in reply.json()["results"] if each["name"] == "shop.orders")
    assert (orders["changed_fields"], orders["change_tier"]) == (["columns.amount.unit"], "major")
    impacts = {each["name"]: each for each in reply.json()["downstream_impacts"]}
    assert impacts["bank.total"]["is_external"] and impacts["bank.total"]["caused_by"] == ["shop.orders"]
    assert impacts["bank.total"]["impact_type"] == "may_affect"
    assert served.http.get("/v1/nodes/shop.orders").json() == before
    lost = {"namespace": "shop", "nodes": [spec()["nodes"][4] | {"metrics": [], "dimensions": []}]}
    gone = served.http.post("/deployments/impact", json=lost, headers=ASYNC).json()["downstream_impacts"]
    assert [(each["name"], each["predicted_status"]) for each in gone] == [("bank.total", "invalid")]


def test_a_dry_run_asks_for_its_header(served: Served) -> None:
    reply = served.http.post("/deployments/impact", json=spec())
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (426, "prefer_async")


def test_warnings_come_with_the_answer(served: Served) -> None:
    body = spec()
    body["nodes"][3]["colour"] = "blue"
    warnings = served.http.post("/deployments", json=body).json()["warnings"]
    assert "unknown_field" in {each["context"] for each in warnings}


def test_two_deployments_at_once_leave_one_of_them(served: Served) -> None:
    """Whichever came last is whole."""
    start = threading.Barrier(4)

    def push(writer: int) -> set[int]:
        found = set()
        with httpx.Client(base_url=served.url, cookies=served.http.cookies, timeout=60) as http:
            start.wait()
            for turn in range(5):
                body = copy.deepcopy(spec())
                for node in body["nodes"]:
                    node["description"] = f"writer {writer}, turn {turn}"
                found.add(http.post("/deployments", json=body).status_code)
        return found

    with ThreadPoolExecutor(4) as pool:
        assert set().union(*pool.map(push, range(4))) == {200}
    last = {served.http.get(f"/nodes/{name}").json()["description"] for name in names(served)}
    assert len(last) == 1 and len(names(served)) == 5


def test_changes_at_once_lose_none(served: Served) -> None:
    """Each writer has a column of its own; none reads the node before another has written it."""
    served.http.post("/deployments", json=spec())
    columns = ("id", "user_id", "amount")

    def describe(column: str, turn: int) -> int:
        path = f"/nodes/shop.orders/columns/{column}/description"
        with httpx.Client(base_url=served.url, cookies=served.http.cookies, timeout=60) as http:
            start.wait()
            return http.patch(path, params={"description": f"turn {turn}"}).status_code

    for turn in range(8):
        start = threading.Barrier(len(columns))
        with ThreadPoolExecutor(len(columns)) as pool:
            assert set(pool.map(describe, columns, [turn] * len(columns))) == {201}
        found = served.http.get("/nodes/shop.orders").json()["columns"]
        assert {each["description"] for each in found} == {f"turn {turn}"}


def test_a_push_of_our_own(served: Served) -> None:
    dry = served.http.post("/v1/push?dry_run=true", json=spec()).json()
    assert (dry["written"], {each["action"] for each in dry["changes"]}, names(served)) == (False, {"create"}, [])
    done = served.http.post("/v1/push", json=spec()).json()
    assert done["changes"] == dry["changes"]
    wrong = served.http.post("/v1/push", json=with_last(WRONG[0]))
    assert (wrong.headers["content-type"], wrong.json()["code"]) == ("application/problem+json", "wrong_unit")
    assert wrong.json()["problems"][0]["help"].startswith("did you mean 'dollar'")


# Files


def unpacked(reply: httpx.Response) -> dict[str, str]:
    """The files of a ZIP."""
    assert reply.headers["content-type"] == "application/zip", reply.text
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(texts: dict[str, str]) -> dict[str, Any]:
    """Files as the published client sends them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return {"existing_zip": ("existing.zip", content.getvalue(), "application/zip")}


def test_what_is_exported_deploys_as_it_was(served: Served) -> None:
    served.http.post("/deployments", json=spec())
    body = served.http.get("/namespaces/shop/export/spec").json()
    assert set(operations(served.http.post("/deployments", json=body)).values()) == {"noop"}
    assert set(unpacked(served.http.post("/namespaces/shop/export/yaml/"))) == {
        *("dj.yaml", "orders.yaml", "users.yaml", "revenue.yaml", "orders_total.yaml", "overview.yaml")
    }


def test_a_pull_keeps_files_where_they_are_and_as_they_are(served: Served) -> None:
    """Comments too, until the node says something else; other files of the folder are not sent back."""
    served.http.post("/deployments", json=spec())
    project = "namespace: shop\ntags: [{name: money, description: What is in euros}]\n"
    query = "query: SELECT COUNT(*) FROM ${prefix}orders\n"
    mine = f"# ours\nname: orders_total\nnode_type: metric\nunit: day   # odd\n{query}"
    files = packed({"a/b/orders_total.yaml": mine, "dj.yaml": project})
    found = unpacked(served.http.post("/namespaces/shop/export/yaml", files=files))
    assert (found["a/b/orders_total.yaml"], found["dj.yaml"]) == (mine, project)
    assert "orders_total.yaml" not in found and "revenue.yaml" in found
    served.http.patch("/nodes/shop.orders_total", json={"description": "counted"})
    found = unpacked(served.http.post("/namespaces/shop/export/yaml", files=files))
    assert "description: counted" in found["a/b/orders_total.yaml"]


def test_a_pull_keeps_a_file_that_differs_in_nothing_that_is_written(served: Served) -> None:
    """A column that somebody has described since is written as one that the file declares."""
    served.http.post("/deployments", json=spec())
    query = "SELECT id, amount FROM shop.orders"
    served.http.post("/nodes/transform", json={"name": "shop.paid", "query": query})
    served.http.patch("/nodes/shop.paid/columns/id/description", params={"description": "its number"})
    columns = "columns:\n- {name: id, description: its number}\n"
    mine = f"# ours\nname: paid\nnode_type: transform\nquery: SELECT id, amount FROM ${{prefix}}orders\n{columns}"
    found = unpacked(served.http.post("/namespaces/shop/export/yaml", files=packed({"paid.yaml": mine})))
    assert found["paid.yaml"] == mine


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/evil.yaml", "a\\..\\evil.yaml"])
def test_a_zip_that_leads_elsewhere_is_refused(served: Served, name: str) -> None:
    served.http.post("/deployments", json=spec())
    reply = served.http.post("/namespaces/shop/export/yaml", files=packed({name: "name: x\n"}))
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (422, "zip_path")


def test_what_is_no_zip_is_refused(served: Served) -> None:
    served.http.post("/deployments", json=spec())
    files = {"existing_zip": ("existing.zip", b"nonsense", "application/zip")}
    reply = served.http.post("/namespaces/shop/export/yaml", files=files)
    assert (reply.status_code, reply.json()["errors"][0]["context"]) == (422, "not_a_zip")
    assert served.http.post("/namespaces/nope/export/yaml").status_code == 404


def test_a_checkout_is_answered_and_not_kept(served: Served) -> None:
    said = {"git_branch": "main", "parent_namespace": None}
    assert served.http.patch("/namespaces/shop/git", json=said).json()["git_branch"] == "main"
    assert [each["git_branch"] for each in served.http.get("/namespaces").json()] == [None]
    assert served.http.patch("/namespaces/../git", json=said).status_code in (404, 405, 422)
    assert served.http.patch("/namespaces/shop/git", json={"parent_namespace": "shop"}).status_code == 422


def test_a_catalog_on_postgres(postgres: str, tmp_path: Path) -> None:
    """The same calls on the other database."""
    from catalog.conftest import empty_database
    from gnomon.serve import Settings
    from serve.conftest import login, new_catalog, serving

    database = new_catalog(empty_database(postgres))
    with serving(Settings(database)) as url, httpx.Client(base_url=url, timeout=60) as http:
        login(http)
        assert set(operations(http.post("/deployments", json=spec())).values()) == {"create"}
        assert set(operations(http.post("/deployments", json=spec())).values()) == {"noop"}
        assert http.patch("/nodes/shop.revenue", json={"description": "x"}).json()["unit"]["code"] == "EUR"
        page = http.get("/v1/nodes?limit=2").json()
        assert ([each["name"] for each in page["nodes"]], page["next"]) == (
            ["shop.orders", "shop.orders_total"],
            "shop.orders_total",
        )
        assert http.delete("/namespaces/shop?cascade=true").status_code == 200
        assert http.post("/namespaces/shop/restore?cascade=true").status_code == 201
        assert len(http.get("/dimensions/shop.users/nodes?node_type=metric").json()) == 2

"""The OpenAPI document: every answer is as it says, every call has an example, and nothing that is sent breaks it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

import gnomon.serve
from serve.conftest import PASSWORD, Served, login, new_catalog, serving
from serve.project import spec, write_warehouse
from serve.refusing import sound

EXAMPLES = Path(gnomon.serve.__file__).parent / "examples.json"
METRIC = {"query": "SELECT MAX(amount) FROM shop.orders", "metric_metadata": {"direction": "neutral"}}
UNIT = {"kind": "currency", "code": "EUR"}
ASYNC = {"Prefer": "respond-async"}
SHOP = {"dimension_node": "shop.users", "join_on": "shop.orders.id = shop.users.id", "role": "payer"}
REFERENCE = "dimension_node=shop.users&dimension_column=id"
ASKED = "metrics=shop.revenue&dimensions=shop.users.id"

CALLS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/health", None),
    ("POST", "/deployments/impact", spec()),
    ("POST", "/deployments", spec()),
    ("GET", "/deployments/{number}", None),
    ("GET", "/namespaces", None),
    ("GET", "/namespaces/shop", None),
    ("POST", "/namespaces/shop.eu", None),
    ("PATCH", "/namespaces/shop.eu/git", {"git_branch": "main"}),
    ("DELETE", "/namespaces/shop.eu", None),
    ("POST", "/namespaces/shop.eu/restore", None),
    ("GET", "/namespaces/shop/export/spec", None),
    ("GET", "/nodes", None),
    ("GET", "/nodes/details", None),
    ("GET", "/nodes/shop.revenue", None),
    ("GET", "/nodes/shop.revenue/revisions", None),
    ("GET", "/nodes/shop.revenue/upstream", None),
    ("GET", "/nodes/shop.orders/downstream", None),
    ("GET", "/nodes/shop.orders/dimensions", None),
    ("GET", "/catalogs", None),
    ("GET", "/engines", None),
    ("POST", "/nodes/validate", {"name": "shop.largest", "type": "metric", **METRIC}),
    ("POST", "/nodes/metric", {"name": "shop.largest", "unit": UNIT, **METRIC}),
    ("PATCH", "/nodes/shop.largest", {"description": "The largest order"}),
    ("DELETE", "/nodes/shop.largest", None),
    ("POST", "/nodes/shop.largest/restore", None),
    ("POST", "/nodes/shop.orders/refresh", None),
    ("POST", "/nodes/shop.revenue/tags?tag_names=money", None),
    (
        "POST",
        "/data/shop.revenue/availability",
        {"catalog": "lake", "table": "t", "valid_through_ts": 1_700_000_000},
    ),
    ("POST", "/nodes/shop.orders/link", SHOP),
    ("DELETE", "/nodes/shop.orders/link", {"dimension_node": "shop.users", "role": "payer"}),
    ("POST", "/nodes/shop.orders/columns/user_id?dimension=shop.users", None),
    ("DELETE", "/nodes/shop.orders/columns/user_id?dimension=shop.users", None),
    ("POST", f"/nodes/shop.orders/columns/user_id/link?{REFERENCE}", None),
    ("DELETE", "/nodes/shop.orders/columns/user_id/link", None),
    ("POST", "/nodes/shop.orders/link", {**SHOP, "join_on": "shop.orders.user_id = shop.users.id", "role": None}),
    ("POST", "/nodes/shop.orders/columns/id/attributes", [{"name": "primary_key"}]),
    ("PATCH", "/nodes/shop.orders/columns/amount?display_name=Price", None),
    ("PATCH", "/nodes/shop.orders/columns/amount/description?description=paid", None),
    ("GET", "/metrics", None),
    ("GET", "/metrics/metadata", None),
    ("GET", "/metrics/common/dimensions?metric=shop.revenue", None),
    ("GET", "/metrics/shop.revenue", None),
    ("GET", "/cubes", None),
    ("GET", "/cubes/shop.overview", None),
    ("GET", "/dimensions", None),
    ("GET", "/dimensions/common?dimension=shop.users", None),
    ("GET", "/dimensions/shop.users/nodes", None),
    ("POST", "/tags", {"name": "old", "tag_type": "age"}),
    ("GET", "/tags", None),
    ("GET", "/tags/money", None),
    ("PATCH", "/tags/money", {"description": "What is in euros"}),
    ("GET", "/tags/money/nodes", None),
    ("GET", "/history?node=shop.revenue", None),
    ("GET", "/history/node/shop.revenue", None),
    ("GET", f"/sql/metrics/v3?{ASKED}", None),
    ("GET", f"/sql/measures/v3?{ASKED}", None),
    ("GET", "/sql/shop.users", None),
    ("GET", f"/data?{ASKED}", None),
    ("GET", "/data/shop.orders", None),
    ("GET", "/v1/nodes?namespace=shop&limit=2", None),
    ("GET", "/v1/nodes/shop.revenue", None),
    ("GET", "/v1/nodes/shop.revenue/revisions", None),
    ("GET", "/v1/nodes/shop.revenue/graph", None),
    ("POST", "/v1/push", {"namespace": "bank", "nodes": []}),
    ("GET", "/whoami", None),
    ("GET", "/token", None),
    ("POST", "/basic/user", {"username": "bob", "password": "secret"}),
    ("POST", "/logout", None),
)
"""Each call once, in an order in which all of them succeed."""
ELSEWHERE = {("POST", "/basic/login"), ("POST", "/namespaces/{namespace}/export/yaml")}
"""Calls that are no JSON."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with a warehouse."""
    folder = tmp_path_factory.mktemp("document")
    settings = gnomon.serve.Settings(new_catalog(str(folder / "c.db")), warehouse=write_warehouse(folder / "w.duckdb"))
    with serving(settings) as url, httpx.Client(base_url=url, timeout=60) as http:
        login(http)
        yield http


@pytest.fixture(scope="module")
def document(server: httpx.Client) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = server.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def replies(server: httpx.Client) -> list[tuple[str, str, Any, httpx.Response]]:
    """The answers to all calls."""
    found, number = [], ""
    for method, path, body in CALLS:
        reply = server.request(method, path.format(number=number), json=body, headers=ASYNC)
        if path == "/deployments":
            number = reply.json()["uuid"]
        found.append((method, path, body, reply))
    return found


def operation_of(document: dict[str, Any], method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The operation that a call is, fixed paths first, with its path."""
    bare = path.partition("?")[0].format(number="x")
    paths = [each for each, item in document["paths"].items() if method.lower() in item]
    fitting = [each for each in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), bare)]
    best = min(fitting, key=lambda each: each.count("{"))
    return best, document["paths"][best][method.lower()]


def test_every_call_is_made_here(document: dict[str, Any]) -> None:
    made = {(method, operation_of(document, method, path)[0]) for method, path, _ in CALLS}
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert listed - made == ELSEWHERE


def test_every_answer_is_as_the_document_says(
    document: dict[str, Any], replies: list[tuple[str, str, Any, httpx.Response]]
) -> None:
    """With no key more than it names, and none less."""
    closed = json.loads(json.dumps(document["components"]))
    for schema in closed["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    for method, path, _, reply in replies:
        _, operation = operation_of(document, method, path)
        assert str(reply.status_code) in operation["responses"], f"{method} {path}: {reply.status_code} {reply.text}"
        described = operation["responses"][str(reply.status_code)]["content"]["application/json"]["schema"]
        jsonschema.validate(reply.json(), {**described, "components": closed})
        assert reply.headers["content-type"] == "application/json"


def test_the_document_is_complete(document: dict[str, Any]) -> None:
    """Each call has a summary, each answer a shape or a media type, and each example is as its description says."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], f"{method} {path}"
            contents = [reply["content"] for status, reply in operation["responses"].items() if status[0] == "2"]
            assert contents and all(contents), f"{method} {path} does not say what it answers"
            for content in (*contents, operation.get("requestBody", {}).get("content", {})):
                for described in content.values():
                    assert described["schema"], f"{method} {path}"
                    if "example" in described:
                        whole = {**described["schema"], "components": document["components"]}
                        jsonschema.validate(described["example"], whole)


VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|gnm_[\w-]+|\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)")
STEADY = {"-": "6f1e6a10-6f0b-4a0e-9d5e-0c7c2f1f3a11", "g": "gnm_...", "T": "2026-01-31T12:00:00+00:00"}


def steady(text: str) -> str:
    """A text with fixed numbers, tokens and instants."""
    return VARIES.sub(lambda found: STEADY["g" if found[0][0] == "g" else "T" if "T" in found[0] else "-"], text)


def test_every_call_has_an_example_that_is_a_real_answer(
    document: dict[str, Any], replies: list[tuple[str, str, Any, httpx.Response]]
) -> None:
    """GNOMON_WRITE_GOLDEN=1 records them again."""
    found: dict[str, dict[str, Any]] = {}
    for method, path, body, reply in replies:
        _, operation = operation_of(document, method, path)
        example = {"request": body} if body is not None else {}
        found.setdefault(operation["operationId"], {**example, "answer": json.loads(steady(reply.text))})
    written = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        EXAMPLES.write_text(written)
    assert EXAMPLES.read_text() == written


def test_the_page_shows_every_call(server: httpx.Client, document: dict[str, Any]) -> None:
    page = server.get("/docs/")
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("<details>") == sum(len(item) for item in document["paths"].values())
    assert "://" not in page.text.split("</head>")[0], "it needs nothing from elsewhere"


def test_every_path_can_be_called_with_a_slash_at_its_end(server: httpx.Client) -> None:
    login(server)
    for path in ("/nodes", "/namespaces/shop", "/nodes/shop.orders", "/metrics/metadata", "/v1/nodes", "/health"):
        assert server.get(f"{path}/").json() == server.get(path).json()


# What is refused


@pytest.fixture
def filled(served: Served) -> Served:
    """A server with a shop."""
    served.http.post("/deployments", json=spec())
    return served


def test_a_body_that_is_too_large(filled: Served) -> None:
    def stream() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 2**20

    for sent in (b" " * (33 * 2**20), stream()):
        reply = filled.http.post("/v1/push", content=sent, headers={"content-type": "application/json"})
        assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
        sound(reply)


def test_what_there_is_not(filled: Served) -> None:
    for call in ("GET /nope", "GET /v1/nope", "PUT /nodes", "DELETE /v1/nodes", "GET /graphql", "GET /"):
        reply = filled.http.request(*call.split())
        sound(reply)
        assert reply.status_code in (404, 405)
    assert filled.http.get("/data").status_code == 404, "no warehouse, no rows"


def test_a_node_whose_sql_reads_files_reads_none(tmp_path: Path) -> None:
    """A writer of nodes is no reader of the server's disk."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    database, warehouse = new_catalog(str(tmp_path / "c.db")), write_warehouse(tmp_path / "w.duckdb")
    with serving(gnomon.serve.Settings(database, warehouse=warehouse)) as url, httpx.Client(base_url=url) as http:
        http.post("/basic/login", data={"username": "ada", "password": PASSWORD})
        body = {"name": "shop.leak", "query": f"SELECT content FROM read_text('{secret}')"}
        assert http.post("/nodes/transform", json=body).status_code in (201, 422)
        reply = http.get("/data/shop.leak")
        assert reply.status_code >= 400 and "a\\n1" not in reply.text

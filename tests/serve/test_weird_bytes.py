"""What no client sends: text that no database keeps, JSON that is none, and what is too long, too deep or too large.

On both databases, as each refuses other things: Postgres has no null character in a text, and its indices no long one.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import httpx
import pytest

from catalog.conftest import empty_database
from gnomon.serve import Settings
from serve.conftest import Served, login, new_catalog, serving
from serve.project import spec, write_warehouse
from serve.refusing import sound
from serve.schemas import EXAMPLES

LONG = random.Random(1).randbytes(2**19).hex()
"""A megabyte that does not become small when it is compressed, as Postgres does before it gives up."""
IN_URLS = ("%00", "a%00b", "%ff%fe", "%ed%a0%80", "..%2f..%2fx", "..", "a'b", "a%22b", "%e2%80%ae", "x" * 9_000)
IN_URLS += ("%", "%zz", "{}", "-1", "a.b.", "1" * 400, "1e400", "NaN", "(" * 3_000, ";DROP TABLE nodes")
IN_JSON = ("\0", "a\0b", "\ud800", "a'b\"c", "../x", "\u202e", LONG, "(" * 3_000, 10**30, -(10**400), 1e308, [[]], {})
IN_JSON += ({"\0": 1}, {"\udfff": 1}, json.loads("[" * 60 + "]" * 60), True, "${prefix}${prefix}", "%00", "1e400")
AS_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "half": b"{",
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "too deep": b"[" * 100_000,
    "deep": b'{"a":' * 900 + b"1" + b"}" * 900,
    "NaN": b'{"namespace": "shop", "name": "x", "tag_metadata": {"a": NaN}}',
    "infinity": b'{"namespace": "shop", "name": "x", "tag_metadata": {"a": -Infinity}}',
    "too large a number": b'{"namespace": "shop", "name": "x", "tag_metadata": {"a": 1e999}}',
    "too many digits": b'{"name": ' + b"9" * 5_000 + b"}",
    "a key twice": b'{"namespace": "shop", "name": "x", "name": "y", "nodes": []}',
    "gzip": gzip.compress(b'{"name": "x"}'),
    "a list of lists": b"[[]]",
    "a text": b'"text"',
    "null": b"null",
}
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "", "/;=\xff")
FIXED = {"name": "shop.orders", "namespace": "shop", "column": "amount", "kind": "metric", "number": "x"}
FIXED |= {"entity_type": "node", "entity_name": "shop.orders"}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop on each database."""
    folder = tmp_path_factory.mktemp("weird")
    is_file = request.param == "sqlite"
    database = new_catalog(str(folder / "c.db") if is_file else empty_database(request.getfixturevalue("postgres")))
    settings = Settings(database, warehouse=write_warehouse(folder / "w.duckdb"))
    with serving(settings) as url, httpx.Client(base_url=url, timeout=60) as http, ExitStack() as closed:
        login(http)
        http.headers["Authorization"] = f"Bearer {http.get('/token').json()['token']}"
        assert http.post("/deployments", json=spec()).status_code == 200
        yield Served(database, url, http, closed)


@pytest.fixture(scope="module")
def operations(shop: Served) -> list[tuple[str, str, dict[str, Any]]]:
    """Every method and path of the document, with what is said of it."""
    paths = shop.http.get("/openapi.json").json()["paths"]
    return [(method, path, said) for path, item in paths.items() for method, said in item.items()]


def test_no_text_in_a_url_breaks_a_call(shop: Served, operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Every parameter of every call, one at a time: a quarter of the texts at each, all with GNOMON_EXAMPLES."""
    turn = 0
    for method, path, said in operations:
        for parameter in said.get("parameters", []):
            turn += 1
            for number, text in enumerate(IN_URLS):
                if not EXAMPLES and (turn + number) % 4:
                    continue
                if parameter["in"] == "path":
                    url = path.format(**FIXED | {parameter["name"]: text})
                else:
                    url = f"{path.format(**FIXED)}?{parameter['name']}={text}"
                sound(shop.http.request(method, url))
    assert shop.http.get("/nodes").status_code == 200


def test_a_null_character_is_refused_alike_by_both(shop: Served) -> None:
    for url in ("/nodes?prefix=%00", "/nodes/shop%00", "/v1/nodes?after=a%00", "/tags/%00", "/history?node=%00"):
        reply = shop.http.get(url)
        assert reply.status_code == 422 and "value_not_kept" in reply.text, reply.text
    for path, form in (("/basic/login", {"username": "a\0", "password": "x"}), ("/basic/user", {"username": "a\0"})):
        sound(shop.http.post(path, data=form | {"password": "\0"}))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield (*path, key)
        yield from places(each, (*path, key))


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """JSON with another value at a place."""
    made = deepcopy(value)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = other
    return made


def test_no_value_in_a_body_breaks_a_call(shop: Served, operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Every place of every example; all values are tried at each place with GNOMON_EXAMPLES, else some."""
    turn = 0
    for method, path, said in operations:
        example = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        for place in places(example):
            turn += 1
            count = len(IN_JSON) if EXAMPLES else 3
            for step in range(count):
                body = put(example, place, IN_JSON[(turn * count + step) % len(IN_JSON)])
                content = json.dumps(body).encode()
                url = path.format(**FIXED)
                sound(shop.http.request(method, url, content=content, headers={"content-type": "application/json"}))
    assert shop.http.get("/nodes").status_code == 200


@pytest.mark.parametrize("name", AS_BODIES)
def test_no_body_breaks_a_call(shop: Served, operations: list[tuple[str, str, dict[str, Any]]], name: str) -> None:
    for method, path, said in operations:
        if "requestBody" in said:
            headers = {"content-type": "application/json", "Prefer": "respond-async"}
            reply = shop.http.request(method, path.format(**FIXED), content=AS_BODIES[name], headers=headers)
            sound(reply)
            if said["requestBody"].get("required") and "application/json" in said["requestBody"]["content"]:
                assert reply.status_code >= 400, f"{method} {path}: {reply.text[:300]}"


@pytest.mark.parametrize("kind", KINDS)
def test_no_content_type_breaks_a_call(
    shop: Served, operations: list[tuple[str, str, dict[str, Any]]], kind: str
) -> None:
    for method, path, said in operations:
        if "requestBody" in said:
            for encoding in ({}, {"content-encoding": "gzip"}):
                headers = {"content-type": kind.encode("latin-1"), **encoding}
                sound(shop.http.request(method, path.format(**FIXED), content=b'{"name": "x', headers=headers))


def test_nothing_is_passed_over(shop: Served) -> None:
    """What has no name, or is of another type than it looks, is refused, and not left out."""
    calls: tuple[tuple[str, str, Any, str], ...] = (
        ("POST", "/v1/push", {"namespace": "bank", "nodes": [{"name": "", "node_type": "source"}]}, "empty_name"),
        ("POST", "/v1/push", {"namespace": "bank", "nodes": [], "tags": [{"name": ""}]}, "empty_name"),
        ("PATCH", "/nodes/shop.revenue", {"columns": 0}, "wrong_type"),
        ("POST", "/nodes/shop.orders/columns/id/attributes", [{"name": {}}], "wrong_type"),
        ("POST", "/data/shop.orders/availability", {"table": "t", "valid_through_ts": False}, "int_type"),
        ("PATCH", "/namespaces/shop/git", {"git_only": 0}, "bool_type"),
    )
    for method, path, body, code in calls:
        reply = shop.http.request(method, path, json=body)
        assert reply.status_code == 422 and f'"{code}"' in reply.text, f"{path}: {reply.status_code} {reply.text}"
    reply = shop.http.post("/tags", content=b'{"name": "a", "name": "b"}', headers={"content-type": "application/json"})
    assert "the key 'name' stands there twice" in reply.text

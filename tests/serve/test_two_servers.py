"""Two servers of one catalog: nobody's change is lost, whichever of them was told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from catalog.conftest import empty_database
from gnomon.serve import Settings
from serve.conftest import login, new_catalog, serving
from serve.project import spec

WRITERS, TURNS = 4, 4


@pytest.fixture(params=["sqlite", "postgres"])
def clients(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[httpx.Client]]:
    """A client for each writer, every other one of the second server."""
    is_file = request.param == "sqlite"
    address = str(tmp_path / "c.db") if is_file else empty_database(request.getfixturevalue("postgres"))
    database = new_catalog(address)
    with ExitStack() as closed:
        urls = [closed.enter_context(serving(Settings(database))) for _ in range(2)]
        made = [closed.enter_context(httpx.Client(base_url=urls[n % 2], timeout=60)) for n in range(WRITERS)]
        for client in made:
            login(client)
        assert made[0].post("/deployments", json=spec()).status_code == 200
        yield made


def test_what_each_writer_was_told_is_there(clients: list[httpx.Client]) -> None:
    """Words about one node and its columns, all changed at once."""
    columns = [column["name"] for column in clients[0].get("/nodes/shop.orders").json()["columns"]]
    start = threading.Barrier(WRITERS)

    def write(writer: int) -> list[int]:
        http, column = clients[writer], columns[writer % len(columns)]
        start.wait()
        replies = []
        for turn in range(TURNS):
            said = {"description": f"turn {turn} by {writer}"}
            replies.append(http.patch(f"/nodes/shop.orders/columns/{column}/description/", params=said))
            replies.append(
                http.patch(f"/nodes/shop.orders/columns/{column}/", params={"display_name": f"{turn} by {writer}"})
            )
            replies.append(http.patch("/nodes/shop.orders/", json={"description": f"{turn} by {writer}"}))
        return [reply.status_code for reply in replies]

    with ThreadPoolExecutor(WRITERS) as threads:
        told = list(threads.map(write, range(WRITERS)))
    assert told == [[201, 201, 200] * TURNS] * WRITERS
    for http in clients[:2]:
        node = http.get("/nodes/shop.orders").json()
        assert all(f"turn {TURNS - 1}" in column["description"] for column in node["columns"])
        revisions = http.get("/v1/nodes/shop.orders/revisions").json()
        versions = [tuple(map(int, each["version"][1:].split("."))) for each in revisions]
        assert versions == sorted(set(versions)) and len(versions) == 1 + 3 * TURNS * WRITERS


def test_of_two_that_make_the_same_one_is_told_so(clients: list[httpx.Client]) -> None:
    start = threading.Barrier(2)

    def make(writer: int) -> list[int]:
        http = clients[writer]
        node = {"description": str(writer), "catalog": "wh", "schema_": "app", "table": "t", "columns": []}
        replies = []
        for turn in range(TURNS):
            start.wait()
            replies.append(http.post("/nodes/source/", json={"name": f"shop.new{turn}", **node}))
            start.wait()
            replies.append(http.post("/tags/", json={"name": f"new{turn}", "tag_type": str(writer)}))
        return [reply.status_code for reply in replies]

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(make, range(2)))
    assert [sorted(pair) for pair in zip(*told, strict=True)] == [[201, 409]] * 2 * TURNS

"""Nodes in units of a project's own, which the project pushed with its units.yaml: no server has that file."""

from __future__ import annotations

import pytest

from gnomon.catalog import Column, Definition, Store, connect
from serve.conftest import Served

WEI = {"kind": "currency", "code": "wei"}


@pytest.fixture
def chain(served: Served) -> Served:
    """A server with fees in wei."""
    fees = Definition("source", catalog="wh", schema="eth", table="fees", columns=(Column("fee", "bigint", WEI),))
    engine = connect(served.database)
    Store(engine).put({"chain.fees": fees}, own={"wei": "currency"})
    engine.dispose()
    return served


@pytest.mark.parametrize("said", [{"description": "words"}, {"table": "fees2"}, {"columns": [{"name": "fee"}]}])
def test_what_is_not_mentioned_stays_in_its_unit(chain: Served, said: dict[str, object]) -> None:
    reply = chain.http.patch("/nodes/chain.fees/", json=said)
    assert reply.status_code == 200, reply.text
    assert reply.json()["columns"][0]["unit"] == WEI


def test_it_is_left_and_comes_back_and_is_deployed_again(chain: Served) -> None:
    assert chain.http.delete("/nodes/chain.fees/").status_code == 200
    assert chain.http.post("/nodes/chain.fees/restore/").status_code == 200
    spec = chain.http.get("/namespaces/chain/export/spec").json()
    reply = chain.http.post("/deployments", json=spec)
    assert reply.status_code == 200, reply.text
    assert [each["operation"] for each in reply.json()["results"]] == ["noop"]
    metric = {"name": "chain.paid", "query": "SELECT SUM(fee) FROM chain.fees"}
    assert chain.http.post("/nodes/metric/", json=metric).json()["columns"][0]["unit"] == WEI


def test_elsewhere_the_code_is_not_known(chain: Served) -> None:
    node = {"name": "bank.fees", "catalog": "wh", "schema_": "b", "table": "t", "columns": [{"name": "f", "unit": WEI}]}
    reply = chain.http.post("/nodes/source/", json=node)
    assert reply.status_code == 422
    assert "define wei in units.yaml" in reply.text

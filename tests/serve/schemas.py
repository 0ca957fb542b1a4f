"""Catalogs in every state, served, with the cases that schemathesis makes of their OpenAPI document."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, BaseSchema, Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from gnomon.catalog.sql import StoreNodes
from gnomon.serve import Settings, create_app
from serve.conftest import PASSWORD, listened, new_catalog
from serve.project import spec, write_warehouse
from serve.refusing import misformed

Operation = APIOperation[Any, Any, Any, Any]

EXAMPLES = os.environ.get("GNOMON_EXAMPLES")
"""How many cases each operation is tried with, at random; without it a few, the same in each run."""

THERE = {
    "header.prefer": ("respond-async",),
    "path.name": ("shop.revenue", "shop.orders", "shop.users", "shop.overview", "shop.orders_total", "money"),
    "path.entity_name": ("shop.revenue", "shop.orders"),
    "path.namespace": ("shop", "shop.eu"),
    "path.column": ("amount", "id", "user_id", "shop_DOT_revenue"),
    "path.number": ("6f1e6a10-6f0b-4a0e-9d5e-0c7c2f1f3a11",),
    "query.metrics": ("shop.revenue", "shop.orders_total"),
    "query.metric": ("shop.revenue", "shop.orders_total"),
    "query.dimensions": ("shop.users.id", "shop.users.most", "shop.orders.id"),
    "query.dimension": ("shop.users", "shop.orders"),
    "query.filters": ("shop.users.id = 1", "shop.revenue > 2", "shop.users.most IN (1, 2)", "1 = 1"),
    "query.orderby": ("shop.revenue DESC", "shop.users.id", "shop.users.most ASC"),
    "query.dialect": ("duckdb", "postgres", "spark", "bigquery"),
    "query.engine_name": ("duckdb", "trino"),
    "query.cube": ("shop.overview",),
    "query.node": ("shop.revenue", "shop.orders"),
    "query.dimension_node": ("shop.users",),
    "query.dimension_column": ("id", "most"),
    "query.namespace": ("shop",),
    "query.tag": ("money",),
    "query.tag_names": ("money",),
    "query.version": ("v1.0.0",),
    "body.dimension_node": ("shop.users",),
    "body.join_on": ("shop.orders.user_id = shop.users.id", "shop.orders.id = shop.users.id"),
    "body.namespace": ("shop", "bank"),
    "body.name": ("shop.largest", "bank.orders", "shop.revenue", "old"),
    "body.query": ("SELECT MAX(amount) FROM shop.orders", "SELECT id, amount FROM shop.orders WHERE amount > 1"),
    "body.table": ("shop.orders", "lake.shop.orders", "orders"),
    "body.catalog": ("default", "lake"),
    "body.unit": ("dollar", "day", "unknown"),
    "body.username": ("ada", "bob"),
    "body.password": (PASSWORD,),
    "body.metrics[*]": ("shop.revenue", "shop.orders_total"),
    "body.dimensions[*]": ("shop.users.id",),
    "body.primary_key[*]": ("id", "amount"),
    "body.columns[*].name": ("id", "amount", "user_id"),
    "body.nodes[*].name": ("orders", "${prefix}revenue", "shop.users", "big"),
    "body.nodes[*].query": ("SELECT SUM(amount) FROM ${prefix}orders", "SELECT id FROM shop.orders"),
    "body.nodes[*].table": ("orders", "lake.shop.orders"),
    "body.nodes[*].catalog": ("default",),
    "body.nodes[*].columns[*].name": ("id", "amount"),
    "body.nodes[*].dimension_links[*].dimension_node": ("${prefix}users", "shop.users"),
}
"""What there is in the shop, by where it can be named. Most cases name it, so that they go beyond `unknown_node`."""
CONFIG = {
    "dictionaries": {where: {"values": list(values)} for where, values in THERE.items()},
    "parameters": {where: {"dictionary": where, "probability": 0.7} for where in THERE},
    "generation": {"with-security-parameters": False},
    "checks": {"negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 413, 422, 426]}},
}


@dataclass(slots=True)
class Fuzzed:
    """A catalog that is served, what an account sends along, and the operations of its document."""

    url: str
    schema: BaseSchema
    restore: Callable[[], None]
    headers: dict[str, str] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def operations(self) -> list[Operation]:
        """Every operation of the document."""
        return [cast(Any, each).ok() for each in self.schema.get_all_operations()]


@contextmanager
def fuzzed(folder: Path, *, nodes: bool = True, account: bool = True, known: bool = True) -> Iterator[Fuzzed]:
    """A catalog with or without nodes, with or without an administrator, and a client that is known to it or not."""
    warehouse = write_warehouse(folder / "w.duckdb")
    live, before = folder / "live.db", folder / "before.db"
    new_catalog(str(live))
    with listened(create_app(Settings(str(live), warehouse=warehouse))) as url, requests.Session() as ada:
        ada.post(f"{url}/basic/login", data={"username": "ada", "password": PASSWORD}).raise_for_status()
        token = ada.get(f"{url}/token").json()["token"]
        if nodes:
            ada.post(f"{url}/deployments", json=spec()).raise_for_status()
    if not account:
        with closing(sqlite3.connect(live)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("DELETE FROM tokens")
            connection.execute("DELETE FROM accounts")
    copy(live, before)
    app = create_app(Settings(str(live), warehouse=warehouse))
    state = app.state.gnomon

    def restore() -> None:
        copy(before, live)
        state.nodes = StoreNodes(state.store)  # it goes by the number of the last change, which is another's now

    with listened(app) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json", config=schemathesis.Config.from_dict(CONFIG))
        yield Fuzzed(url, schema, restore, {"Authorization": f"Bearer {token}"} if known and account else {})


def copy(source: Path, target: Path) -> None:
    """Make one database what another is, also while it is served."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)


def refused_in_form(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A refusal is a problem with its slug, or one of the two shapes that DataJunction's clients read."""
    if response.status_code >= 400:
        kind = (response.headers.get("content-type") or [""])[0]
        wrong = misformed(f"/{case.path.lstrip('/')}", response.status_code, kind, response.json())
        assert wrong is None, f"{wrong}: {response.status_code} {response.text[:500]}"


CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
    refused_in_form,
)
"""What holds for every answer.

Not among them: positive_data_acceptance, as no schema says which SQL can be read and which names there are;
ensure_resource_availability and use_after_free, as they go by a chain of calls, and a node that was taken out is still
answered under /v1 and in the history; object_level_authorization, as whoever is known may read all; max_response_time,
as no test depends on speed; unsupported_method and allow_header_conformance, which take a path for its template and
`/nodes/details` for another than `/nodes/{name}`: `test_a_method_that_is_not_taken` stands for both.
"""
LENIENT = re.compile(r"^(POST /v1/push|POST /deployments|POST /nodes/(validate|\{kind\})|PATCH /nodes/\{name\})")
"""Bodies that hold nodes: a key that a kind of node does not have is kept with a warning, whatever it holds, and
/nodes/validate answers 200 with what is wrong."""


def checks_of(operation: Operation, is_known: bool) -> list[Any]:
    """The checks of an operation. `ignored_auth` takes an account, as it leaves it out again and expects a refusal."""
    strict = [] if LENIENT.match(operation.label) else [checks.negative_data_rejection]
    return [*CHECKS, *strict, *([checks.ignored_auth] if is_known else [])]


def can_be_wrong(operation: Operation) -> bool:
    """Whether there is a call that does not fit an operation's description: any text is a path's."""
    return bool(list(operation.body) or list(operation.query) or list(operation.headers))


def tried(catalog: Fuzzed, operation: Operation, mode: GenerationMode, few: int) -> None:
    """Try an operation with calls that fit its description, or with calls that do not."""
    number = settings(
        max_examples=int(EXAMPLES) if EXAMPLES else few,
        derandomize=EXAMPLES is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
    )

    def holds(case: Case[Any]) -> None:
        response = case.call(headers=catalog.headers, session=catalog.session)
        try:
            case.validate_response(response, checks_of(operation, bool(catalog.headers)), headers=catalog.headers)
        finally:
            if case.method != "GET" and response.status_code < 400:
                catalog.restore()

    number(given(case=operation.as_strategy(generation_mode=mode))(holds))()


def tried_all(catalog: Fuzzed, few: int, *, wrong: bool = False) -> Iterator[tuple[str, Callable[[], None]]]:
    """What tries each operation, with its name: with calls that fit, and with `wrong` ones that do not."""
    for operation in catalog.operations():
        yield f"{operation.label}, fitting", partial(tried, catalog, operation, GenerationMode.POSITIVE, few)
        if can_be_wrong(operation) and (wrong or EXAMPLES):
            yield f"{operation.label}, wrong", partial(tried, catalog, operation, GenerationMode.NEGATIVE, few)

"""What the routes share: the catalog, its accounts, and the deployments that can still be asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine as Database

from gnomon.catalog.accounts import Accounts
from gnomon.catalog.spaces import Spaces
from gnomon.catalog.sql import StoreNodes
from gnomon.catalog.sql.entry import AUTHORED
from gnomon.catalog.store import Store
from gnomon.catalog.values import Kind, Node
from gnomon.engine import Engine
from gnomon.errors import UsageError
from gnomon.serve.refusals import refused
from gnomon.serve.settings import Settings

WAREHOUSE_DIALECT = "duckdb"
REMEMBERED = 1_000
"""Deployments whose outcome can be asked for again."""


class Outcomes:
    """The outcomes of the latest deployments. Each was also the answer to its call: nothing is lost with them."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self.limit = limit
        self.known: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.lock = threading.Lock()

    def put(self, number: str, outcome: dict[str, Any]) -> None:
        """Remember an outcome, and forget the oldest."""
        with self.lock:
            self.known[number] = outcome
            while len(self.known) > self.limit:
                self.known.popitem(last=False)

    def get(self, number: str) -> dict[str, Any]:
        """An outcome. Refuses `unknown_deployment`."""
        with self.lock:
            found = self.known.get(number)
        if found is None:
            message = f"Deployment {number[:100]} not found"
            raise refused("unknown_deployment", message, f"the latest {self.limit} of a server are remembered")
        return found


class State:
    """One catalog, as the routes use it."""

    def __init__(self, engine: Database, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.store = Store(engine)
        self.accounts = Accounts(engine)
        self.spaces = Spaces(engine)
        self.outcomes = Outcomes()
        self.nodes = StoreNodes(self.store)
        self.dialect = WAREHOUSE_DIALECT if settings.warehouse is not None else AUTHORED

    @contextmanager
    def warehouse(self) -> Iterator[Engine]:
        """The warehouse, which is only read, and which reads no other files, whatever SQL a node holds.

        Raises RunError `no_database` and `database_locked`.
        """
        from gnomon.engine.duckdb import DuckDBEngine

        with DuckDBEngine.open(self.settings.warehouse or ":memory:") as engine:
            for setting in ("enable_external_access = false", "lock_configuration = true"):
                engine.execute(f"SET {setting}")
            yield engine

    def node(self, name: str, kind: Kind | None = None, *, inactive: bool = False) -> Node:
        """An active node. Refuses `unknown_node` in the words by which clients know that it can be made."""
        node = self.nodes([name]).get(name)
        if node is None or (node.deactivated_at is not None and not inactive):
            raise missing(name)
        if kind is not None and node.revision.definition.kind != kind:
            found = node.revision.definition.kind
            raise refused("wrong_kind", f"`{name}` is a {found} node, not a {kind}", f"ask for /nodes/{name}")
        return node


def missing(name: str) -> UsageError:
    """There is no such node. By these very words a client finds out that it can be made."""
    return refused("unknown_node", f"A node with name `{name}` does not exist.")


def state_of(request: Request) -> State:
    """The state of the application that a call reaches."""
    state: State = request.app.state.gnomon
    return state


StateOf = Annotated[State, Depends(state_of)]

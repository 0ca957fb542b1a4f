"""A store's nodes in memory, as they are now: read again after any change, by whichever process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from sqlalchemy import func, select

from gnomon.catalog import tables
from gnomon.catalog.database import reading
from gnomon.catalog.nodes import read_named
from gnomon.catalog.store import Store
from gnomon.catalog.values import Node


class StoreNodes:
    """Nodes of a store by name, for `metrics_sql` and its kin; threads may share it.

    Each call asks for the last event of the catalog, which every change writes, and forgets all nodes if there is a
    new one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._event: int | None = None
        self._nodes: dict[str, Node | None] = {}

    def __call__(self, names: Iterable[str]) -> Mapping[str, Node]:
        wanted = list(names)
        with self._lock, reading(self._store.engine) as connection:
            event = connection.scalar(select(func.max(tables.events.c.id))) or 0
            if event != self._event:
                self._event, self._nodes = event, {}
            missing = [name for name in wanted if name not in self._nodes]
            if missing:
                found = read_named(connection, missing)
                self._nodes |= {name: found.get(name) for name in missing}
            return {name: node for name in wanted if (node := self._nodes[name]) is not None}

"""What the tables of one evaluation share, as temporary tables of the engine's only connection.

An evaluation is one pass of SQLMesh over the models that have days to build. Its shared tables are made by the first
model that needs them and dropped after the last; none outlives it. Where anything is in the way (another engine,
several connections, a definition that is not the loaded one), a model is built by its own query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlmesh.core.renderer import QueryRenderer
from sqlmesh.utils.date import to_datetime

from gnomon.compile.forms import can_share, table_of
from gnomon.compile.marked import calendar_name
from gnomon.compile.models import ModelSpec
from gnomon.compile.shared import Days, Sharing, Work, shared
from gnomon.compile.sqlmesh import with_macros
from gnomon.model import Project

ENGINES = {"duckdb"}
MOST = 8
"""How many shared tables there may be at a time: where models of many families take turns, some go without."""

Key = tuple[str, Days]
"""A model's fully qualified name, and the days that it is asked for."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A model's rows that are about to be written: those of the sample dates `written`, of the days `asked`.

    `ranges` gives the sample dates that any snapshot's days write in the same evaluation.
    """

    model: Any
    asked: Days
    written: Days
    adapter: Any
    render_kwargs: Mapping[str, Any]
    ranges: Callable[[Any, Days], Days]

    def rendered(self, query: exp.Query, project: Project) -> exp.Query:
        """A query as SQLMesh renders the model's own: with the run's bounds, and the tables' physical names."""
        renderer = QueryRenderer(
            with_macros(query, project.calendar),
            self.model.dialect,
            [],
            default_catalog=self.model.default_catalog,
            optimize_query=False,
        )
        found = renderer.render(**self.render_kwargs)
        assert isinstance(found, exp.Query)
        return found


@dataclass(slots=True)
class Shares:
    """The shared tables of one session's evaluations, one after the other.

    `specs` are by fully qualified model name. `expected` are the snapshots to be built, `waiting` the places in
    `sharing` of those that are not built yet, and `live` the adapters that made the tables that there are.
    """

    context: Any
    project: Project
    specs: Mapping[str, ModelSpec]
    expected: dict[Key, Any] = field(default_factory=dict)
    sharing: Sharing | None = None
    waiting: dict[Key, int] = field(default_factory=dict)
    live: dict[str, Any] = field(default_factory=dict)

    def expect(self, batches: Mapping[Any, Any]) -> None:
        """Note what an evaluation is about to build: intervals by snapshot."""
        self.clear()
        for snapshot, intervals in batches.items():
            spec = self.specs.get(snapshot.name)
            if spec is not None and spec.kind == "series" and spec.variant is not None and can_share(spec.variant):
                self.expected |= {(snapshot.name, days_of(*interval)): snapshot for interval in intervals}

    @contextmanager
    def query(self, plain: exp.Query, insert: Insert) -> Iterator[exp.Query]:
        """The query to insert with: over shared tables, or `plain`. Tables that nothing waits for are dropped after."""
        key = insert.model.fqn, insert.asked
        if self.sharing is None and key in self.expected and is_alone(insert.adapter):
            self.find(insert)
        try:
            yield self.over_tables(key, insert) or plain
        finally:
            self.waiting.pop(key, None)
            self.drop_unused()

    def find(self, insert: Insert) -> None:
        """Look for what the expected models share."""
        works: list[Work] = []
        for key, snapshot in self.expected.items():
            variant = self.specs[key[0]].variant
            if variant is not None and self.is_loaded(snapshot):
                self.waiting[key] = len(works)
                works.append(Work(variant, key[1], insert.ranges(snapshot, key[1])))
        self.sharing = shared(self.project, works, calendar_name(self.project))

    def is_loaded(self, snapshot: Any) -> bool:
        """Whether a snapshot is of the definition that is loaded; those that a run finds may be older."""
        model = self.context.get_model(snapshot.name)
        return model is not None and bool(model.data_hash == snapshot.fingerprint.data_hash)

    def over_tables(self, key: Key, insert: Insert) -> exp.Query | None:
        """A model's query over shared tables, which are made; None where it shares none, or there is no room."""
        place = self.waiting.get(key)
        if self.sharing is None or place is None or place not in self.sharing.uses:
            return None
        (low, high), (first, after) = insert.written, self.sharing.works[place].written
        use = self.sharing.uses[place]
        if low < first or high > after or not all(self.make(name, insert) for name in use.tables):
            return None
        return insert.rendered(use.query, self.project)

    def make(self, name: str, insert: Insert) -> bool:
        """Make a table if it is not there; False where there are too many."""
        assert self.sharing is not None
        if name not in self.live and len(self.live) < MOST:
            query = insert.rendered(self.sharing.tables[name], self.project)
            temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
            create = exp.Create(this=table_of(name), kind="TABLE", expression=query, properties=temporary)
            insert.adapter.execute(create)
            self.live[name] = insert.adapter
        return name in self.live

    def drop_unused(self) -> None:
        """Drop the tables that no waiting model uses."""
        uses = self.sharing.uses if self.sharing is not None else {}
        wanted = {name for place in self.waiting.values() if place in uses for name in uses[place].tables}
        for name in [name for name in self.live if name not in wanted]:
            self.live.pop(name).execute(exp.Drop(this=table_of(name), kind="TABLE", exists=True))

    def clear(self) -> None:
        """Drop all tables, and forget what was expected."""
        self.expected, self.waiting, self.sharing = {}, {}, None
        self.drop_unused()


def is_alone(adapter: Any) -> bool:
    """Whether an adapter's statements all go through one connection, whose temporary tables they see."""
    return adapter.dialect in ENGINES and not adapter._multithreaded


def days_of(start: Any, end: Any) -> Days:
    """The local days `[start, end)` that SQLMesh's instants name."""
    return to_datetime(start).date(), to_datetime(end).date()

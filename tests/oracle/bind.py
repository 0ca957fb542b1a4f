"""Source rows as entities' rows: when they happened, and whom they count for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from oracle.clock import Clock, Moment
from oracle.logic import Row, value_of
from oracle.model import Bridge, Data, Dim, Metric, Project, Table

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Bound:
    """A source row seen as one entity's: a row of two projects becomes two of these."""

    entity: Key
    row: Row
    day: date
    instant: datetime

    def within(self, low: Moment, high: Moment) -> bool:
        """Whether the event is in `[low, high)`: dates by its local date, hours by its instant."""
        return bool(low <= moment_like(low)(self) < high)


def moment_like(bound: Moment) -> Callable[[Bound], Any]:
    """When a row happened, as what a bound is: its local date, or its instant."""
    return (lambda row: row.instant) if isinstance(bound, datetime) else (lambda row: row.day)


def instant_of(value: Any, table: Table, clock: Clock) -> datetime:
    """An event's time as a naive UTC instant; a date counts from its local midnight."""
    if table.time_type == "date":
        value = datetime(value.year, value.month, value.day, tzinfo=ZoneInfo(clock.zone))
    elif table.time_type == "timestamp":
        value = value.replace(tzinfo=ZoneInfo(table.zone))
    return value.astimezone(UTC).replace(tzinfo=None)  # type: ignore[no-any-return]


def day_of(value: Any, table: Table, clock: Clock) -> date:
    """An event's local date in the project's zone. A date is one already."""
    if table.time_type == "date":
        return value  # type: ignore[no-any-return]
    return instant_of(value, table, clock).replace(tzinfo=UTC).astimezone(ZoneInfo(clock.zone)).date()


def path(project: Project, domain: str, entity: str) -> list[Bridge]:
    """The shortest chain of bridges from one entity to another; generated projects have exactly one."""
    chains: list[list[Bridge]] = [[bridge] for bridge in project.bridges if bridge.from_entity == domain]
    while chains:
        chain = chains.pop(0)
        if chain[-1].to_entity == entity:
            return chain
        chains += [[*chain, bridge] for bridge in project.bridges if bridge.from_entity == chain[-1].to_entity]
    raise LookupError(f"no path from {domain} to {entity}")


def step(bridge: Bridge, keys: set[Key], day: date, data: Data) -> set[Key]:
    """The entities that a set of keys belongs to on a day. Null matches nothing and is no entity."""
    found = set()
    for row in data[bridge.table]:
        opened = row[bridge.valid_from] if bridge.valid_from else None
        closed = row[bridge.valid_to] if bridge.valid_to else None
        valid = (opened is None or opened <= day) and (closed is None or day < closed)
        source = tuple(row[column] for column in bridge.from_columns)
        target = tuple(row[column] for column in bridge.to_columns)
        if valid and None not in (*source, *target) and source in keys:
            found.add(target)
    return found


def entities_of(project: Project, metric: Metric, entity: str, row: Row, day: date, data: Data) -> set[Key]:
    """The distinct entities that a source row counts for: itself, a column of its own, or the end of the path."""
    if entity in metric.direct:
        return {tuple(row[column] for column in metric.direct[entity])}
    keys = {tuple(row[column] for column in metric.key)}
    domain = project.domain(metric)
    if entity != domain:
        for bridge in path(project, domain, entity):
            keys = step(bridge, keys, day, data)
    return keys


def grouped(rows: Iterable[Bound], dims: tuple[Dim, ...]) -> dict[Key, list[Row]]:
    """Rows by (entity, dimensions); null is a group of its own."""
    groups = defaultdict(list)
    for bound in rows:
        groups[bound.entity + tuple(value_of(dim.value, bound.row) for dim in dims)].append(bound.row)
    return groups

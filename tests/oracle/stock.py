"""Levels instead of flows: a value per source key and day, then over time, then over the keys of an entity.

1. A key's value on a local day is the sum over its rows (that pass the filters, of one combination of dimensions) at
   the latest instant of that day. It may be null; then the day has a row and no value.
2. With `carry` N, a day without a row takes the value of the latest earlier day that has a row, at most N days back,
   whatever the bucket or window.
3. Over a bucket or window: the value of the first or last day that has one, or the average, least or largest over the
   days that have one.
4. That value counts for the entities that the key belonged to *on the day that the value is from*: the day of the row
   that was taken; the last of several days, for an average or between equals. So a key that changes hands in a month
   counts once, for one side. A key that reaches an entity by two paths counts once there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from oracle.aggregate import divide, plus, simple
from oracle.bind import Key, day_of, entities_of, instant_of
from oracle.clock import DAY
from oracle.formula import Agg, Number
from oracle.logic import Row, truth, value_of
from oracle.model import Data, Measure, Metric, Project


@dataclass(frozen=True)
class Level:
    """A source key's value on a day, with a row of the day that the value is from."""

    value: Number
    since: date
    row: Row


class Levels:
    """A metric with a stock rule, at one entity, over given data."""

    def __init__(self, project: Project, metric: Metric, data: Data, entity: str) -> None:
        assert isinstance(metric.shape, Measure) and isinstance(metric.shape.agg, Agg) and metric.stock is not None
        self.project, self.metric, self.data, self.entity = project, metric, data, entity
        self.shape, self.agg, self.rule = metric.shape, metric.shape.agg, metric.stock
        self.days = {key: self.carried(found) for key, found in self.given().items()}

    def given(self) -> dict[tuple[Key, Key], dict[date, Level]]:
        """The values that rows give, by (source key, dimensions) and day."""
        table, clock = self.project.table(self.shape.table), self.project.clock
        latest: dict[Any, dict[date, tuple[datetime, list[Row]]]] = defaultdict(dict)
        for row in self.data[table.name]:
            at = row[table.time]
            if at is None or (self.shape.where is not None and truth(self.shape.where, row) is not True):
                continue
            source = tuple(row[column] for column in self.metric.key)
            dims = tuple(value_of(dim.value, row) for dim in self.shape.dims)
            day, instant = day_of(at, table, clock), instant_of(at, table, clock)
            known, rows = latest[source, dims].get(day, (instant, []))
            if instant >= known:
                latest[source, dims][day] = (instant, [row] if instant > known else [*rows, row])
        return {
            key: {day: Level(simple(self.agg, rows, table.columns), day, rows[0]) for day, (_, rows) in found.items()}
            for key, found in latest.items()
        }

    def carried(self, given: dict[date, Level]) -> dict[date, Level]:
        """The days that have a value, their own or an earlier day's."""
        found: dict[date, Level] = {}
        for day in sorted(given):
            found |= {day + later * DAY: given[day] for later in range(self.rule.carry + 1)}
        return {day: level for day, level in sorted(found.items()) if level.value.value is not None}

    def groups(self, low: date, high: date, first: date | None = None) -> dict[Key, Number]:
        """The metric's rows over `[low, high)`; over all time without the values from before the `first` day."""
        result: dict[Key, Number] = {}
        for (_, dims), found in self.days.items():
            levels = [
                level for day, level in found.items() if low <= day < high and level.since >= (first or level.since)
            ]
            if not levels:
                continue
            value, chosen = over_time(self.rule.over_time, levels)
            entities = entities_of(self.project, self.metric, self.entity, chosen.row, chosen.since, self.data)
            for entity in entities:
                key = entity + dims
                result[key] = plus(result[key], value) if key in result else value
        return result


def over_time(word: str, levels: list[Level]) -> tuple[Number, Level]:
    """A key's value over its days that have one, in their order, and the level whose day says where it counts."""
    if word == "average":
        total = levels[0].value
        for level in levels[1:]:
            total = plus(total, level.value)
        return divide(total, Number(len(levels))), levels[-1]
    if word in ("min", "max"):
        wanted = (min if word == "min" else max)(level.value.value for level in levels)
        levels = [level for level in levels if level.value.value == wanted]
    chosen = levels[0 if word == "first" else -1]
    return chosen.value, chosen

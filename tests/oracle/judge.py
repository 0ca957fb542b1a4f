"""The judge: the rows of a metric, by brute force, one sample date at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from oracle.aggregate import aggregate, combine, divide, keeps, of_values, simple
from oracle.bind import Bound, Key, day_of, entities_of, grouped, instant_of, moment_like
from oracle.clock import DAY, AllTime, Interval, Moment, Window, days, windows
from oracle.fill import fill, first_rows
from oracle.logic import Pred, passes, value_of
from oracle.model import (
    Data,
    FirstSeen,
    Half,
    Joined,
    Last,
    Measure,
    Metric,
    Nested,
    Number,
    Pairs,
    PeerOver,
    PeerPair,
    Project,
    RefJoin,
    Union,
    tables_of,
)  # fmt: skip
from oracle.stock import Levels

Groups = dict[Key, Number]
"""Amounts by (entity columns, dimensions)."""


class Judge:
    """One metric at one entity over given data: `groups` answers for any window."""

    def __init__(self, project: Project, metric: Metric, data: Data, entity: str) -> None:
        self.project, self.metric, self.data, self.entity = project, metric, data, entity
        self.bound: dict[str, list[Bound]] = {}
        self.kept: dict[tuple[str, int], list[Bound]] = {}
        self.daily: dict[date, Groups] = {}
        self.peers: dict[str, Judge] = {}

    def types(self, table: str) -> Mapping[str, str]:
        return self.project.table(table).columns

    def scan(self, name: str) -> list[Bound]:
        """Every row of a source that has a time, bound, in the order of time."""
        if name not in self.bound:
            table, clock = self.project.table(name), self.project.clock
            rows = [
                (row, day_of(row[table.time], table, clock)) for row in self.data[name] if row[table.time] is not None
            ]
            bound = [
                Bound(entity, row, day, instant_of(row[table.time], table, clock))
                for row, day in rows
                for entity in entities_of(self.project, self.metric, self.entity, row, day, self.data)
            ]
            self.bound[name] = sorted(bound, key=lambda one: one.instant)
        return self.bound[name]

    def rows(self, table: str, where: Pred | None, low: Moment, high: Moment) -> list[Bound]:
        """The bound rows of a window that pass a filter."""
        kept = self.kept.get((table, id(where)))
        if kept is None:  # once for all windows
            kept = [bound for bound in self.scan(table) if passes(where, bound.row)]
            self.kept[table, id(where)] = kept
        first, after = (bisect_left(kept, moment, key=moment_like(moment)) for moment in (low, high))
        return kept[first:after]

    def groups(self, low: Moment, high: Moment) -> Groups:
        """The metric's own rows over `[low, high)`."""
        match self.metric.shape:
            case Measure() as shape:
                return self.measure(shape, low, high)
            case Nested() as shape:
                return self.nested(shape, low, high)
            case Half() as shape:
                return self.half(shape, low, high)
            case Union() as shape:
                rows = [bound for table in shape.tables for bound in self.rows(table, shape.where, low, high)]
                types = self.types(shape.tables[0])
                return {k: simple(shape.agg, found, types) for k, found in grouped(rows, shape.dims).items()}
            case Joined() as shape:
                return self.joined(shape, low, high)
            case FirstSeen() as shape:
                return self.first_seen(shape, low, high)
            case Last() as shape:
                return self.last(shape, low, high)
            case Pairs() as shape:
                return self.pairs(shape, low, high)
            case PeerOver() as shape:
                return self.peer_over(shape, low, high)
            case PeerPair() as shape:
                left, right = (self.peer(name).groups(low, high) for name in (shape.left, shape.right))
                both = [key for key in left if key in right and None not in key]
                return {key: combine(shape.op, left[key], right[key]) for key in both}
        raise AssertionError(self.metric.shape)

    def measure(self, shape: Measure, low: Moment, high: Moment) -> Groups:
        if shape.reference is None:
            rows = self.rows(shape.table, shape.where, low, high)
        else:
            joined = self.with_reference(shape.reference, self.rows(shape.table, None, low, high))
            rows = [bound for bound in joined if passes(shape.where, bound.row)]
        types = self.types(shape.table)
        found = {
            key: aggregate(shape.agg, group, types)
            for key, group in grouped(rows, shape.dims).items()
            if keeps(shape.having, group, types)
        }
        if not shape.per_day or isinstance(low, datetime) or isinstance(high, datetime):
            return found
        length = Number(Fraction((high - low).days))
        return {key: divide(number, length) for key, number in found.items()}

    def passing(self, shape: Measure | Union | Nested) -> list[Bound]:
        rows = [bound for table in tables_of(shape) for bound in self.scan(table)]
        if isinstance(shape, Measure) and shape.reference is not None:
            rows = self.with_reference(shape.reference, rows)
        return [bound for bound in rows if passes(shape.where, bound.row)]

    def first_rows(self) -> dict[Key, Bound]:
        """The first row of each full key, whatever the window."""
        shape = self.metric.shape
        assert isinstance(shape, Measure | Union | Nested), "only these say which of their rows belong to a key"
        return first_rows(self.passing(shape), shape.dims)

    def with_reference(self, join: RefJoin, rows: Iterable[Bound]) -> list[Bound]:
        """Rows joined with a reference: one per match; `left` keeps the unmatched, `anti` only those."""
        result = []
        table = self.data[join.table]
        for bound in rows:
            key = bound.row[join.column]
            matches = [ref for ref in table if key is not None and ref[join.ref_column] == key]
            if join.how in ("semi", "anti"):
                if bool(matches) == (join.how == "semi"):
                    result.append(bound)
                continue
            if not matches and join.how == "left":
                columns = next(ref for ref in self.project.references if ref.name == join.table).columns
                matches = [dict.fromkeys(columns)]
            for ref in matches:
                row = {**bound.row, **{f"ref_{column}": value for column, value in ref.items()}}
                result.append(Bound(bound.entity, row, bound.day, bound.instant))
        return result

    def nested(self, shape: Nested, low: Moment, high: Moment) -> Groups:
        types = self.types(shape.table)
        result: Groups = {}
        for key, rows in grouped(self.rows(shape.table, shape.where, low, high), shape.dims).items():
            parts = defaultdict(list)
            for row in rows:
                parts[tuple(row[column] for column in shape.per)].append(row)
            inner = [simple(shape.inner, part, types) for part in parts.values()]
            if shape.outer == "count_rows":
                result[key] = Number(len(inner))
                continue
            found = of_values(shape.outer, [number.value for number in inner if number.value is not None], False)
            result[key] = Number(found.value, found.slack + sum(number.slack for number in inner))
        return result

    def half(self, shape: Half, low: Moment, high: Moment) -> Groups:
        result: Groups = {}
        for key, rows in grouped(self.rows(shape.table, shape.where, low, high), ()).items():
            sums: dict[str, Any] = defaultdict(int)
            for row in rows:
                sums[row[shape.actor]] += value_of(shape.amount, row)
            total, running, actors = sum(sums.values()), 0, 0
            for amount in sorted(sums.values(), reverse=True):
                if 2 * running < total:
                    actors += 1
                running += amount
            if actors:
                result[key] = Number(actors)
        return result

    def joined(self, shape: Joined, low: Moment, high: Moment) -> Groups:
        left, right = self.measure(shape.left, low, high), self.measure(shape.right, low, high)
        result = {}
        for key, amount in left.items():
            matched = None not in key and key in right
            if matched or shape.how == "left":
                other = right[key] if matched else Number(None)
                if shape.how == "left" and other.value is None:
                    other = Number(0)
                result[key] = combine(shape.op, amount, other)
        return result

    def first_seen(self, shape: FirstSeen, low: Moment, high: Moment) -> Groups:
        """Distinct actors by the moment of their first row that passes the filter, whatever the window."""
        passing = [bound for bound in self.scan(shape.table) if passes(shape.where, bound.row)]
        firsts: dict[Any, Bound] = {}
        for bound in passing if shape.per_entity else self.unbound(shape.table, shape.where):
            actor = (bound.entity if shape.per_entity else (), bound.row[shape.actor])
            if actor not in firsts or bound.instant < firsts[actor].instant:
                firsts[actor] = bound
        actors = defaultdict(set)
        for bound in passing:
            name, key = bound.row[shape.actor], bound.entity if shape.per_entity else ()
            if name is None or not bound.within(low, high) or (shape.per_entity and shape.returning and None in key):
                continue
            first = firsts[key, name]
            if moment_like(low)(first) < low if shape.returning else first.instant == bound.instant:
                actors[bound.entity].add(name)
        return {entity: Number(len(found)) for entity, found in actors.items()}

    def unbound(self, name: str, where: Pred | None) -> list[Bound]:
        """Every row of a source as it is, bound to nothing."""
        table, clock = self.project.table(name), self.project.clock
        rows = [row for row in self.data[name] if row[table.time] is not None and passes(where, row)]
        times = [(row, row[table.time]) for row in rows]
        return [Bound((), row, day_of(at, table, clock), instant_of(at, table, clock)) for row, at in times]

    def last(self, shape: Last, low: Moment, high: Moment) -> Groups:
        latest: dict[Key, tuple[Any, Any]] = {}
        for bound in self.rows(shape.table, shape.where, low, high):
            if (value := value_of(shape.value, bound.row)) is not None:
                latest[bound.entity] = max(latest.get(bound.entity, (bound.instant, value)), (bound.instant, value))
        return {entity: Number(value) for entity, (_, value) in latest.items()}

    def pairs(self, shape: Pairs, low: Moment, high: Moment) -> Groups:
        left, right = (
            grouped(self.rows(table, where, low, high), ())
            for table, where in ((shape.left, shape.left_where), (shape.right, shape.right_where))
        )
        both = [key for key in left if key in right and None not in key]
        return {key: Number(len(left[key]) * len(right[key])) for key in both}

    def peer_over(self, shape: PeerOver, low: date, high: date) -> Groups:
        judge = self.peer(shape.peer)
        amounts = defaultdict(list)
        for day in days(max(low, judge.metric.start or self.project.start), high - DAY):
            if day not in judge.daily:
                judge.daily[day] = judge.groups(day, day + DAY)
            for key, number in judge.daily[day].items():
                amounts[key].append(number.value)
        known = {key: [value for value in found if value is not None] for key, found in amounts.items()}
        return {key: of_values(shape.func, values, False) for key, values in known.items()}

    def peer(self, name: str) -> Judge:
        """Another metric's judge, at the same entity."""
        if name not in self.peers:
            self.peers[name] = Judge(self.project, self.project.metric(name), self.data, self.entity)
        return self.peers[name]


def expected_rows(
    project: Project,
    metric: Metric,
    data: Data,
    entity: str,
    interval: Interval,
    start: date,
    end: date,
    execution: date | None = None,
) -> list[tuple[Any, ...]]:
    """The rows (sample date, entity columns, dimensions, Number) of the sample dates from `start` to `end`, included.

    With an `execution` date only what a built table holds: complete buckets, and rolling dates before it. Over all
    time, events count from the metric's start to `end` and the row is dated on `end`; `fill` adds nothing there.
    """
    judge = Judge(project, metric, data, entity)
    levels = Levels(project, metric, data, entity) if metric.stock is not None else None
    firsts = judge.first_rows() if metric.fill != "none" and not isinstance(interval, AllTime) else {}
    first = metric.start or project.start
    result = []
    asked: Iterable[Window]
    if isinstance(interval, AllTime):
        asked = [(end, first, end + DAY)]
    else:
        asked = windows(interval, max(start, first), end, project.clock)
    for sample, low, high in asked:
        if execution is not None and not isinstance(low, datetime) and high > execution:
            continue
        if levels is None:
            found = judge.groups(low, high)
        else:
            found = levels.groups(low, high, first if isinstance(interval, AllTime) else None)
        if firsts:
            found = fill(found, firsts, high, metric.fill)
        result += [(sample, *key, amount) for key, amount in found.items()]
    return result

"""What generated cases hold of that which plans for many dates get wrong.

`cd tests && python -m property.features 500` prints the share of the trials that have each feature.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from oracle.bind import Bound, path, step
from oracle.clock import DAY, AllTime, Bucket, Rolling, ToDate, hours_of, move, windows
from oracle.formula import Agg, Having
from oracle.judge import Judge
from oracle.logic import Col, columns_of, value_of
from oracle.model import Data, Measure, Project, tables_of
from oracle.spell import project_files
from property.failure import Trial
from property.formulas import SPREADS
from property.strategies import asked_range, data_kinds, project_number
from property.trial import chosen
from property.world import Knobs, rows_of

LENGTH = {"@daily": 1, "@weekly": 7, "@monthly": 30, "@quarterly": 90, "@yearly": 365, "@hourly": 0}
DAYS = {"hour": 0.04, "day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


def formulas(node: Any) -> list[Agg]:
    """The aggregates of a shape, also those of its HAVING and of its parts."""
    if isinstance(node, Agg):
        return [node]
    if isinstance(node, Iterable) and not isinstance(node, str):
        return [agg for part in node for agg in formulas(part)]
    fields = getattr(node, "__dataclass_fields__", {})
    return [agg for name in fields for agg in formulas(getattr(node, name))]


def of_definition(trial: Trial, text: str) -> Iterator[str]:
    """What the definition says."""
    shape = trial.metric.shape
    yield f"shape {type(shape).__name__}"
    aggs = formulas(shape)
    yield from {f"function {agg.func}" for agg in aggs}
    yield from {"FILTER" for agg in aggs if agg.where is not None}
    spreads = [agg for agg in aggs if agg.func in SPREADS and agg.value is not None]
    yield from {"variance of noise on a large number" for agg in spreads if "level" in columns_of(agg.value)}
    distinct = [agg for agg in aggs if agg.func == "count_distinct"]
    if len({agg.value for agg in distinct}) > 1:
        yield "several distinct arguments"
    if len({agg.where for agg in distinct}) > 1:
        yield "distinct counts with different filters"
    yield from {f"distinct of {type(agg.value).__name__}" for agg in distinct}
    if isinstance(shape, Measure):
        yield f"arithmetic {type(shape.agg).__name__}"
        if isinstance(shape.having, Having):
            yield "HAVING"
            selected = formulas(shape.agg)
            yield from {"HAVING over what is not selected" for agg in formulas(shape.having) if agg not in selected}
        if shape.reference is not None:
            yield f"reference {shape.reference.how}"
    dims = getattr(shape, "dims", ())
    if dims:
        yield "dimensions"
    if any(not isinstance(dim.value, Col) for dim in dims):
        yield "dimension by expression"
    for word, spelled in (("parts", "WITH parts"), ("chain", "chosen"), ("kept", "kept AS"), ("union", "UNION ALL")):
        if spelled in text:
            yield f"CTE {word}"


def of_interval(trial: Trial, project: Project, kind: Knobs) -> Iterator[str]:
    """What its interval and the sample dates are like."""
    interval = trial.interval
    if isinstance(interval, Rolling):
        yield "rolling"
        yield f"rolling {interval.unit} {interval.cron}"
        if interval.count * DAYS[interval.unit] < LENGTH[interval.cron]:
            yield "window shorter than the time between samples"
        if move(trial.end + DAY, interval.unit if interval.unit != "hour" else "day", -interval.count) < project.start:
            yield "window that begins before the start"
    hourly = interval == Bucket("hourly") or getattr(interval, "cron", "") == "@hourly"
    if hourly and len(hours_of(kind.center, project.clock)) != 24:
        yield "hours of a day that has 23 or 25"
        if isinstance(interval, Rolling):
            yield "hourly window over such a day"
    if isinstance(interval, ToDate):
        yield f"to date {interval.cron}"
        if interval.is_own:
            yield "to date of an own calendar"
    if isinstance(interval, AllTime):
        yield "all time"
    if trial.metric.start is not None:
        yield "start of its own"


def of_data(trial: Trial, project: Project, data: Data) -> Iterator[str]:
    """What the rows of a rolling or bucketed trial are like."""
    if not tables_of(trial.metric.shape):
        return
    judge = Judge(project, trial.metric, data, trial.entity)
    rows = judge.scan(tables_of(trial.metric.shape)[0])
    keys = Counter(bound.entity for bound in rows)
    if 1 in keys.values():
        yield "entity of one row"
    if any(None in key for key in keys):
        yield "null entity key"
    repeated = Counter((bound.entity, bound.day, bound.row["from_artifact_id"]) for bound in rows)
    if any(count > 1 and key[2] is not None for key, count in repeated.items()):
        yield "an actor twice on a day"
    for dim in getattr(trial.metric.shape, "dims", ()):
        if any(value_of(dim.value, bound.row) is None for bound in rows if "ref_" not in str(dim)):
            yield "null dimension"
            break
    yield from of_nulls(trial, rows)
    yield from of_edges(trial, project, rows)
    yield from of_paths(trial, project, data)


def of_nulls(trial: Trial, rows: list[Bound]) -> Iterator[str]:
    for agg in formulas(trial.metric.shape):
        if agg.value is None or "ref_" in str(agg):
            continue
        known = {bound.entity for bound in rows if value_of(agg.value, bound.row) is not None}
        if {bound.entity for bound in rows} - known:
            yield "entity whose arguments are all null"
            break
    if any(agg.value == Col("w") for agg in formulas(trial.metric.shape)):
        infinite = [
            bound for bound in rows if bound.row["w"] is not None and abs(bound.row["w"]) in (float("inf"), 1e18)
        ]
        if infinite and len(infinite) < len(rows):
            yield "infinite or 1e18 beside small floats"


def of_edges(trial: Trial, project: Project, rows: list[Bound]) -> Iterator[str]:
    """Events on the edges of windows, and those that leave them."""
    interval = trial.interval
    if isinstance(interval, AllTime):
        return
    found = list(windows(interval, trial.start, trial.end, project.clock))
    if not found:
        yield "no sample date at all"
        return
    lows, highs = {low for _, low, _ in found}, {high for *_, high in found}
    if isinstance(found[0][1], datetime):
        hours = [bound.instant.replace(minute=0, second=0) for bound in rows]
        yield from {"event in the first hour of a window" for hour in hours if hour in lows}
        return
    days = {bound.day for bound in rows}
    if days & lows:
        yield "event on the first day of a window"
    if {day + DAY for day in days} & lows:
        yield "event on the day before a window"
    if {day + DAY for day in days} & highs:
        yield "event on the last day of a window"
    if isinstance(interval, Rolling):
        yield from of_expiry(interval, found, days)


def of_expiry(interval: Rolling, found: list[Any], days: set[date]) -> Iterator[str]:
    """Events that leave, at month ends above all."""
    if interval.unit in ("month", "quarter", "year") and interval.cron == "@daily":
        held = [(day, sample) for day in days for sample, low, high in found if low <= day < high]
        if any(move(day, interval.unit, interval.count) <= sample for day, sample in held):
            yield "event that stays longer than its date plus the months"
    if not any(low <= day < high for day in days for _, low, high in found[-1:]):
        yield "nothing in the last window"
    ordered = sorted(days)
    if interval.unit == "day" and interval.cron == "@daily":
        gaps = [later - earlier for earlier, later in itertools.pairwise(ordered)]
        if any(gap > timedelta(days=interval.count) for gap in gaps):
            yield "gap longer than the window"
        if any(gap == timedelta(days=interval.count) for gap in gaps):
            yield "gap exactly as long as the window"


def of_paths(trial: Trial, project: Project, data: Data) -> Iterator[str]:
    """How source keys reach their entities."""
    domain = project.domain(trial.metric)
    if trial.entity == domain or trial.entity in trial.metric.direct:
        return
    bridges = path(project, domain, trial.entity)
    sources = {tuple(row[column] for column in bridges[0].from_columns) for row in data[bridges[0].table]}
    day = trial.end
    for source in sources:
        middle = step(bridges[0], {source}, day, data)
        ends = [step(bridges[1], {key}, day, data) for key in middle] if len(bridges) > 1 else [middle]
        if len(set().union(*ends)) > 1:
            yield "key in two entities"
        if len(ends) > 1 and set.intersection(*ends):
            yield "key in an entity by two paths"
    if any(bridge.valid_from for bridge in bridges):
        yield "dated membership"


def features(trial: Trial, project: Project, kind: Knobs, data: Data, text: str) -> set[str]:
    """Everything that is said of a trial here."""
    return {*of_definition(trial, text), *of_interval(trial, project, kind), *of_data(trial, project, data)}


def counted(projects: int, first: int = 0) -> tuple[Counter[str], int]:
    """How many trials have each feature, and how many trials there were."""
    found: Counter[str] = Counter()
    total = 0
    for number in range(first, first + projects):
        project, kind = project_number(number)
        rng = Random(number)
        texts = project_files(project, kind.seed)
        for (metric, entity, interval), one in zip(chosen(project, rng, 6), data_kinds(kind, 6), strict=False):
            trial = Trial(metric, entity, interval, *asked_range(kind, project, interval, rng.randrange(10)))
            found.update(features(trial, project, kind, rows_of(one), texts[f"queries/{metric.name}.sql"]))
            total += 1
    return found, total


if __name__ == "__main__":
    counts, trials_seen = counted(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    for feature, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        print(f"{100 * count / trials_seen:5.1f} %  {feature}")

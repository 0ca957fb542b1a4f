"""What hand-picked metrics share in a run, and that their rows over shared tables are those of their own queries."""

from __future__ import annotations

import json
from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon
from gnomon.compile.forms import table_of
from gnomon.compile.shared import Sharing, Work, shared
from gnomon.compile.sql import Options, incremental
from gnomon.expand import expand
from gnomon.model import Project, Variant
from gnomon.time.ranges import written_range
from oracle.clock import DAY
from oracle.spell import project_files
from plans.picked import BOUNDS, SAMPLE
from property.runs import CALENDAR, Run, bounded_sql, fill_calendar
from property.trial import connect
from property.world import Knobs, rows_of, world

KIND = Knobs(seed=5, rows=150, nulls=0.25)
EXECUTION = date(2024, 4, 3)
ALL, FEW = (date(2024, 1, 30), EXECUTION), (date(2024, 2, 28), date(2024, 3, 2))
"""A full rebuild, and a run that changes what is around the end of February."""

INTERVALS: dict[str, Any] = {
    "time_aggregations": ["daily", "monthly"],
    "rolling": {"windows": [2, 30], "unit": "day", "cron": "@daily"},
    "to_date": ["month"],
}
BY_MONTH: dict[str, Any] = {"time_aggregations": ["weekly"], "rolling": {"windows": [1], "unit": "month"}}
BY_HOUR: dict[str, Any] = {
    "time_aggregations": ["hourly", "daily", "weekly"],
    "rolling": {"windows": [24, 48], "unit": "hour", "cron": "@hourly"},
}


WEEKDAY = "DAYOFWEEK(@metrics_sample_date(e.happened)) AS weekday, "


def amount(text: str, where: str = BOUNDS, rest: str = "GROUP BY 1, 2, 3", dims: str = "") -> str:
    outputs = f"{SAMPLE}, e.to_artifact_id, @metric_name() AS metric, {dims}{text} AS amount"
    return f"SELECT {outputs} FROM raw.events AS e WHERE {where} {rest}"


PARTS = {
    "states": amount("SUM(e.amount) + COUNT(*) + MAX(e.big) - MIN(e.rate) + COUNT(e.kind) + AVG(e.price)"),
    "filtered": amount("COALESCE(AVG(e.amount) FILTER (WHERE e.flag), -1) + COUNT_IF(e.kind = 'a')"),
    "kept": amount("MAX(e.amount)", rest="GROUP BY 1, 2, 3, 4 HAVING COUNT(*) > 1", dims="e.kind, "),
    "some_rows": amount("COUNT(*)", f"{BOUNDS} AND e.kind <> 'b' AND NOT e.flag IS NULL"),
    "of_keys": amount("COUNT(*)", rest="GROUP BY ALL", dims="COALESCE(e.kind, e.carrier) AS kind, e.flag, "),
    "to_an_open_end": amount(
        "SUM(e.amount)", "e.happened >= @metrics_start('DATE') AND e.happened < @metrics_end('DATE')"
    ),
}
ENTRIES = {
    "actors": amount("COUNT(DISTINCT e.from_artifact_id)"),
    "two_distinct": amount("COUNT(DISTINCT e.kind) - COUNT(DISTINCT e.from_artifact_id) FILTER (WHERE e.flag)"),
    "beside_parts": amount("COUNT(DISTINCT e.carrier) + SUM(e.amount) - MIN(e.amount)", rest="GROUP BY 1, 2, 3, 4",
                           dims="e.kind, "),
    "few_actors": amount("COUNT(DISTINCT e.from_artifact_id)", f"{BOUNDS} AND e.flag",
                         "GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT e.kind) < 3"),
}  # fmt: skip
ALONE = {
    "middle": amount("MEDIAN(e.amount)"),
    "rolled_up": amount("SUM(e.amount)", rest="GROUP BY ROLLUP (1, 2, 3)"),
    "distinct_rolled_up": amount("COUNT(DISTINCT e.kind)", rest="GROUP BY ROLLUP (1, 2, 3)"),
    "the_most": amount("SUM(e.amount)", rest="GROUP BY 1, 2, 3 ORDER BY SUM(e.amount) LIMIT 2"),
    "ranked": amount("SUM(e.amount)", rest="GROUP BY 1, 2, 3 QUALIFY ROW_NUMBER() OVER (ORDER BY SUM(e.amount)) < 3"),
    "first_days": amount("SUM(CASE WHEN e.happened = @metrics_start('DATE') THEN e.amount END)"),
    "actors_of_first_days": amount(
        "COUNT(DISTINCT CASE WHEN e.happened = @metrics_start('DATE') THEN e.from_artifact_id END)"
    ),
    "of_a_start": amount("SUM(e.amount)", "e.happened BETWEEN @metrics_start('DATE') AND DATE '2024-03-15'"),
    "half_a_between": amount(
        "SUM(e.amount)",
        "e.happened BETWEEN @metrics_start('DATE') AND DATE '2024-03-15' AND e.happened <= @metrics_end('DATE')",
    ),
    "from_a_start": amount("SUM(e.amount)", "e.happened >= @metrics_start('DATE')"),
    "of_first_days": amount("SUM(e.amount)", f"{BOUNDS} AND e.happened <= @metrics_start('DATE')"),
    "not_a_day": amount("SUM(e.amount)", f"{BOUNDS} AND e.happened <> @metrics_end('DATE')"),
    "bounded_in_or": amount("SUM(e.amount)", f"{BOUNDS} AND (e.flag OR e.happened > @metrics_start('DATE'))"),
    "by_weekday": amount("SUM(e.amount)", rest="GROUP BY 1, 2, 3, 4", dims=WEEKDAY),
    "actors_by_weekday": amount("COUNT(DISTINCT e.kind)", rest="GROUP BY 1, 2, 3, 4", dims=WEEKDAY),
    "actors_a_day": amount("COUNT(DISTINCT e.kind) / @metrics_sample_interval_length(e.happened, 'day')"),
    "of_all": amount("SUM(e.amount) / SUM(SUM(e.amount)) OVER (PARTITION BY e.to_artifact_id)"),
    "above_the_mean": amount("COUNT(*)", f"{BOUNDS} AND e.amount > (SELECT AVG(o.amount) FROM raw.events AS o)"),
    "of_a_table": amount("SUM(e.amount)").replace("raw.events AS e", "(SELECT * FROM raw.events) AS e"),
}


def loaded(folder: Path, metrics: dict[str, str], **settings: Any) -> Project:
    """A project of some queries, for the key's own entity and one that a dated bridge leads to."""
    texts = project_files(world(KIND))
    entities = {"entity_types": ["artifact", "owner"]}
    texts["metrics.yaml"] = json.dumps({name: {"ref": f"{name}.sql", **entities, **settings} for name in metrics})
    for path, text in {**texts, **{f"queries/{name}.sql": sql for name, sql in metrics.items()}}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found: Project = gnomon.load(folder)
    return found


def works_of(project: Project, days: tuple[date, date]) -> list[Work]:
    """The work of every variant in a run over some days."""
    found = []
    for variant in expand(project):
        low, high = written_range(variant.interval, *days, EXECUTION, EXECUTION, project.calendar)  # type: ignore[arg-type]
        found.append(Work(variant, days, (max(low, project.start), high)))
    return found


def rows(connection: duckdb.DuckDBPyConnection, query: Any, variant: Variant, days: tuple[date, date]) -> list[Any]:
    sql = bounded_sql(query, Run(variant, *days, EXECUTION))  # type: ignore[arg-type]
    return sorted(connection.execute(sql).fetchall(), key=repr)


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two rows have the same keys and, as far as the order of addition lets them, the same amount."""
    (*keys, amount), (*others, wanted) = one, other
    return keys == others and (amount == wanted or (None not in (amount, wanted) and isclose(amount, wanted)))


def check(project: Project, days: tuple[date, date]) -> Sharing:
    """Compare all that shares with the variants' own queries."""
    works, options = works_of(project, days), Options()
    found = shared(project, works, CALENDAR)
    with connect(world(KIND), rows_of(KIND)) as connection:
        fill_calendar(connection, ALL[0] - 800 * DAY, EXECUTION + 400 * DAY)
        for name, query in found.tables.items():
            connection.execute(f"CREATE TEMP TABLE {table_of(name).sql('duckdb')} AS {query.sql('duckdb')}")
        for place, use in found.uses.items():
            variant = works[place].variant
            low, high = works[place].written
            wanted, got = (
                [row for row in rows(connection, one, variant, days) if low <= row[0] < high]
                for one in (incremental(project, variant, CALENDAR, options).query, use.query)
            )
            assert len(got) == len(wanted) and all(map(same, got, wanted)), (variant.name, use.query.sql("duckdb"))
    return found


def layers(found: Sharing) -> dict[str, set[int]]:
    """How many tables lie between the source and the variants of each entity."""
    each: dict[str, set[int]] = {}
    for place, use in found.uses.items():
        each.setdefault(found.works[place].variant.entity, set()).add(len(use.tables))
    return each


def suffixes(found: Sharing, metric: str) -> set[str]:
    """The intervals in which a metric shares."""
    variants = [found.works[place].variant for place in found.uses]
    return {variant.suffix for variant in variants if variant.metric.name == metric}


WINDOWS = {f"over_{size}_day_window" for size in (2, 30)}


@pytest.mark.parametrize("days", [ALL, FEW], ids=["rebuild", "run"])
def test_parts_that_merge(days: tuple[date, date], tmp_path: Path) -> None:
    found = check(loaded(tmp_path, PARTS, **INTERVALS), days)
    if days == ALL:
        each = {name: suffixes(found, name) for name in PARTS}
        assert each == dict.fromkeys(PARTS, WINDOWS | {"daily", "monthly", "month_to_date"})
        assert layers(found) == {"artifact": {1}, "owner": {2}}


@pytest.mark.parametrize("days", [ALL, FEW], ids=["rebuild", "run"])
def test_what_enters_and_leaves(days: tuple[date, date], tmp_path: Path) -> None:
    found = check(loaded(tmp_path, ENTRIES, **INTERVALS), days)
    if days == ALL:
        assert {name: suffixes(found, name) for name in ENTRIES} == dict.fromkeys(ENTRIES, WINDOWS)
        assert layers(found) == {"artifact": {1}, "owner": {1}}


def test_windows_of_months(tmp_path: Path) -> None:
    found = check(
        loaded(tmp_path, {name: {**PARTS, **ENTRIES}[name] for name in ("states", "actors")}, **BY_MONTH), ALL
    )
    assert suffixes(found, "states") == {"weekly", "over_1_month_window"}
    assert suffixes(found, "actors") == set()


def test_hours_do_not_share(tmp_path: Path) -> None:
    found = check(loaded(tmp_path, {name: {**PARTS, **ENTRIES}[name] for name in ("states", "actors")}, **BY_HOUR), ALL)
    assert suffixes(found, "states") == {"daily", "weekly"}
    assert suffixes(found, "actors") == set()


def test_queries_that_stay_alone(tmp_path: Path) -> None:
    found = check(loaded(tmp_path, ALONE, **INTERVALS), ALL)
    assert [name for name in ALONE if suffixes(found, name)] == []


def test_a_metric_that_knows_its_days_shares_buckets(tmp_path: Path) -> None:
    a_day = amount("SUM(e.amount) / @metrics_sample_interval_length(e.happened, 'day')")
    assert suffixes(check(loaded(tmp_path, {"a_day": a_day}, **INTERVALS), ALL), "a_day") == {"daily", "monthly"}


def test_filled_metrics_stay_alone(tmp_path: Path) -> None:
    assert check(loaded(tmp_path, {"states": PARTS["states"]}, fill="zero", **INTERVALS), ALL).uses == {}

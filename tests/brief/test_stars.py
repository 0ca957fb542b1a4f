"""The brief's stars: 18 queries, each equal to a count by hand in plain Python, and readable in three dialects."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import gnomon

START, END = date(2023, 1, 1), date(2024, 3, 31)
GOLDEN = Path(__file__).parent / "golden"
ENTITIES = ("artifact", "project", "collection")
INTERVALS = ("daily", "monthly", "quarterly", "over_30_day_window", "over_90_day_window", "over_180_day_window")
Row = tuple[date, str, float]


def members(connection: duckdb.DuckDBPyConnection, entity: str) -> dict[str, set[str]]:
    """The entities that each repository belongs to, as a set: a path through two projects counts once."""
    projects: dict[str, set[str]] = defaultdict(set)
    for artifact, project in connection.execute("SELECT * FROM oso.artifacts_by_project_v1").fetchall():
        projects[artifact].add(project)
    if entity == "project":
        return projects
    collections: dict[str, set[str]] = defaultdict(set)
    for project, collection in connection.execute("SELECT * FROM oso.projects_by_collection_v1").fetchall():
        collections[project].add(collection)
    return {artifact: set().union(*(collections[p] for p in of)) for artifact, of in projects.items()}


def dates_of(day: date, interval: str) -> list[date]:
    """The sample dates whose bucket or window holds a day."""
    if interval == "daily":
        return [day]
    if interval == "monthly":
        return [day.replace(day=1)]
    if interval == "quarterly":
        return [day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)]
    return [day + timedelta(days=n) for n in range(int(interval.split("_")[1]))]


def counted(connection: duckdb.DuckDBPyConnection, entity: str, interval: str) -> set[Row]:
    """The rows that the series must hold, added up one event at a time."""
    owners = None if entity == "artifact" else members(connection, entity)
    sums: dict[tuple[date, str], float] = defaultdict(float)
    sql = "SELECT bucket_day, to_artifact_id, amount FROM oso.int_events_daily__github WHERE event_type = 'STARRED'"
    for day, artifact, amount in connection.execute(sql).fetchall():
        for sample in dates_of(day, interval):
            if START <= sample <= END:
                for owner in [artifact] if owners is None else owners.get(artifact, ()):
                    sums[sample, owner] += amount
    return {(sample, owner, total) for (sample, owner), total in sums.items()}


def test_there_are_eighteen_queries(root: Path) -> None:
    found = gnomon.render(gnomon.load(root), "stars", end=END)
    assert {(query.entity, query.interval) for query in found} == {(e, i) for e in ENTITIES for i in INTERVALS}
    assert len(found) == 18


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("entity", ENTITIES)
def test_each_equals_a_count_by_hand(root: Path, events: duckdb.DuckDBPyConnection, entity: str, interval: str) -> None:
    [query] = gnomon.render(gnomon.load(root), "stars", entity=entity, interval=interval, start=START, end=END)
    rows = events.execute(query.sql).fetchall()
    assert len(rows) > 5
    assert {(row[0], row[2], row[5]) for row in rows} == counted(events, entity, interval)
    assert len(rows) == len({(row[0], row[2]) for row in rows})
    assert {(row[1], row[3], row[4]) for row in rows} == {("GITHUB", "", f"stars_{interval}")}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_the_queries_read_as_before(root: Path, dialect: str) -> None:
    for query in gnomon.render(gnomon.load(root), "stars", dialect=dialect, start=START, end=END):
        path = GOLDEN / dialect / f"{query.name.partition('.')[2]}.sql"
        text = f"-- {query.name} in {dialect}; to write it again: make golden\n{query.sql}\n"
        if os.environ.get("GNOMON_WRITE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert path.read_text() == text

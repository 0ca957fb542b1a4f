"""The tables that the definitions in `project/` read, with rows that are the same in every run."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import duckdb

FIRST, LAST = date(2024, 1, 1), date(2024, 6, 30)
ARTIFACTS = [f"a{i}" for i in range(6)]
PEOPLE = [f"u{i}" for i in range(20)]
PROJECTS = [("a0", "p0"), ("a1", "p0"), ("a1", "p1"), ("a2", "p1"), ("a3", "p2"), ("a3", "p2"), ("a4", None)]
COLLECTIONS = [("p0", "c0"), ("p1", "c0"), ("p2", "c1")]  # a1 is in c0 through two projects

TABLES = """
CREATE SCHEMA oso;
CREATE TABLE oso.int_events_daily__code (
  bucket_day DATE, event_source TEXT, kind TEXT, to_artifact_id TEXT, from_artifact_id TEXT, amount DOUBLE);
CREATE TABLE oso.int_events_daily__grants (
  bucket_day DATE, event_source TEXT, kind TEXT, to_artifact_id TEXT, from_artifact_id TEXT, amount DOUBLE, fee DOUBLE);
CREATE TABLE oso.int_review_times ("time" TIMESTAMP, event_source TEXT, to_artifact_id TEXT, hours DOUBLE);
CREATE TABLE oso.int_accounts (artifact_id TEXT, is_bot BOOLEAN);
CREATE TABLE oso.int_repo_ages (artifact_id TEXT, first_day TIMESTAMP);
CREATE TABLE oso.artifacts_by_project_v1 (artifact_id TEXT, project_id TEXT);
CREATE TABLE oso.projects_by_collection_v1 (project_id TEXT, collection_id TEXT);
"""
FIRST_SEEN = """
CREATE TABLE oso.int_first_seen_in_{entity} AS
SELECT MIN(bucket_day)::TIMESTAMP AS "time", event_source, from_artifact_id, {key} AS to_{entity}_id
FROM oso.int_events_daily__code {joins} GROUP BY ALL
"""
TO_PROJECT = "JOIN (SELECT DISTINCT * FROM oso.artifacts_by_project_v1) ON artifact_id = to_artifact_id"
TO_COLLECTION = f"{TO_PROJECT} JOIN oso.projects_by_collection_v1 USING (project_id)"


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables. Events begin before the first sample date and end after the last."""
    dice = random.Random(11)
    days = [FIRST + timedelta(days=n) for n in range(-40, 200)]
    connection.execute(TABLES)
    code = [
        (day, dice.choice(["hub", "lab"]), dice.choice(["PUSHED", "PUSHED", "REVIEWED", "STARRED"]),
         dice.choice(ARTIFACTS), dice.choice(PEOPLE[: 3 + n // 12]), float(dice.randint(1, 9)))
        for n, day in enumerate(days) for _ in range(dice.randint(0, 7))
    ]  # fmt: skip
    grants = [(dice.choice(days), "fund", "GRANTED", dice.choice(ARTIFACTS), dice.choice(PEOPLE), 10.0, 1.0)] * 2
    grants += [(day, "fund", "GRANTED", "a1", "u0", 100.0, 5.0) for day in days[40:80]]
    reviews = [
        (datetime.combine(dice.choice(days), time(dice.choice([0, 12, 23]), dice.choice([0, 59]))), "hub",
         dice.choice(ARTIFACTS), dice.choice([None, 1.0, 2.5, 8.0]))
        for _ in range(300)
    ]  # fmt: skip
    rows = {
        "int_events_daily__code": code,
        "int_events_daily__grants": grants,
        "int_review_times": reviews,
        "int_accounts": [(person, person in ("u1", "u2")) for person in PEOPLE],
        "int_repo_ages": [(artifact, datetime(2023, 11, 1, 9)) for artifact in ARTIFACTS[:-1]],
        "artifacts_by_project_v1": PROJECTS,
        "projects_by_collection_v1": COLLECTIONS,
    }
    for table, content in rows.items():
        marks = ", ".join("?" * len(content[0]))
        connection.executemany(f"INSERT INTO oso.{table} VALUES ({marks})", content)
    for entity, key, joins in (
        ("artifact", "to_artifact_id", ""),
        ("project", "project_id", f"{TO_PROJECT} WHERE project_id IS NOT NULL"),
        ("collection", "collection_id", TO_COLLECTION),
    ):
        connection.execute(FIRST_SEEN.format(entity=entity, key=key, joins=joins))

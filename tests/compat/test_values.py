"""Every variant's rendered rows equal the metric's own SQL once per sample date; several equal SQL written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

import gnomon
from cases.rows import Table, assert_same, fetch
from gnomon.compile.sql import per_date
from gnomon.time import AllTime, TimeAggregation

from .warehouse import FIRST, LAST

SHORT = FIRST + timedelta(days=45)
"""The last of the sample dates that are compared of series that have one each day."""
DAY = timedelta(days=1)


def sample_dates(project: Any, variant: Any, last: date) -> list[date]:
    """The sample dates of a variant whose buckets begin by a date."""
    if isinstance(variant.interval, AllTime):
        return [last]
    days = [FIRST + n * DAY for n in range((last - FIRST).days + 1)]
    if isinstance(variant.interval, TimeAggregation):
        return [day for day in days if project.calendar.floor(day, variant.interval.grain) == day]
    return days


def test_rendered_rows_are_those_of_each_date(project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    variants = {variant.name: variant for variant in gnomon.expand(project)}
    compared, empty = 0, []
    for last, only_daily in ((SHORT, True), (LAST, False)):
        for rendered in gnomon.render(project, dialect="duckdb", start=FIRST, end=last):
            variant = variants[rendered.name]
            is_daily = len(sample_dates(project, variant, LAST)) > 100
            if is_daily is not only_daily:
                continue
            found = fetch(warehouse, rendered.sql)
            rows: list[tuple[Any, ...]] = []
            for sample in sample_dates(project, variant, last):
                rows += fetch(warehouse, per_date(project, variant, sample, "duckdb")).rows
            if not rows and not found.rows:
                empty.append(rendered.name)
            else:
                assert_same(found, Table(found.columns, rows), default_metric="")
            compared += 1
    assert compared == 108 and not empty


def test_a_query_alone_is_the_query_among_all(project: Any) -> None:
    """The intervals of a metric share a tree, which none of them may change."""
    for rendered in gnomon.render(project, dialect="duckdb", start=FIRST, end=LAST):
        (alone,) = gnomon.render(project, rendered.name, dialect="duckdb", start=FIRST, end=LAST)  # a memo of its own
        assert alone.sql == rendered.sql


BY_COLLECTION = """(SELECT DISTINCT artifact_id, collection_id FROM oso.artifacts_by_project_v1
  JOIN oso.projects_by_collection_v1 USING (project_id)) AS members ON members.artifact_id = e.to_artifact_id"""
BY_PROJECT = """(SELECT DISTINCT artifact_id, project_id FROM oso.artifacts_by_project_v1
  WHERE project_id IS NOT NULL) AS members ON members.artifact_id = e.to_artifact_id"""
HALF = "bucket_day BETWEEN DATE '2024-01-01' AND DATE '2024-06-30'"

CHECKS = {
    # An artifact in two projects of a collection counts once there.
    ("pushes", "collection", "weekly"): f"""
        SELECT date_trunc('week', bucket_day)::DATE AS metrics_sample_date, event_source,
          collection_id AS to_collection_id, '' AS from_artifact_id, SUM(amount) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_COLLECTION}
        WHERE kind = 'PUSHED' AND bucket_day BETWEEN DATE '2024-01-01' AND DATE '2024-06-30' GROUP BY ALL""",
    ("pushes", "project", "biannually"): f"""
        SELECT DATE '2024-01-01' AS metrics_sample_date, event_source, project_id AS to_project_id,
          '' AS from_artifact_id, SUM(amount) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT} WHERE kind = 'PUSHED' AND {HALF} GROUP BY ALL""",
    # `from_artifact_id` inside the count is the table's, though an output '' has the name; so is the filtered source.
    ("people", "project", "over_30_day_window"): f"""
        SELECT d::DATE AS metrics_sample_date, 'HUB' AS event_source, project_id AS to_project_id,
          '' AS from_artifact_id, COUNT(DISTINCT e.from_artifact_id) AS amount
        FROM range(DATE '2024-01-01', DATE '2024-07-01', INTERVAL 1 DAY) AS dates(d)
        JOIN oso.int_events_daily__code AS e ON e.bucket_day > d - INTERVAL 30 DAY AND e.bucket_day <= d
        JOIN {BY_PROJECT} WHERE event_source = 'hub' GROUP BY ALL""",
    ("repos", "collection", "over_all_time"): f"""
        SELECT DATE '2024-06-30' AS metrics_sample_date, event_source, collection_id AS to_collection_id,
          '' AS from_artifact_id, 'repos_touched_over_all_time' AS metric, COUNT(DISTINCT to_artifact_id) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_COLLECTION} WHERE {HALF} GROUP BY ALL""",
    # Not the days of `event_type IN NULL`: the list of the metric's vars.
    ("active_days", "project", "monthly"): f"""
        SELECT date_trunc('month', bucket_day)::DATE AS metrics_sample_date, event_source, project_id AS to_project_id,
          from_artifact_id, COUNT(DISTINCT bucket_day) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT}
        WHERE kind IN ('PUSHED', 'REVIEWED') AND {HALF} GROUP BY ALL""",
    # The month before is the month before that has rows, as the author's LAG says.
    ("momentum", "artifact", "monthly"): """
        WITH months AS (
          SELECT date_trunc('month', bucket_day)::DATE AS m, event_source, to_artifact_id, SUM(amount) AS total
          FROM oso.int_events_daily__code
          WHERE kind = 'PUSHED' AND bucket_day BETWEEN DATE '2024-01-01' AND DATE '2024-06-30' GROUP BY ALL)
        SELECT months.m AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id, total - (
            SELECT before.total FROM months AS before WHERE before.event_source = months.event_source
              AND before.to_artifact_id = months.to_artifact_id AND before.m < months.m ORDER BY before.m DESC LIMIT 1
          ) AS amount FROM months""",
    ("effort", "project", "monthly"): f"""
        SELECT date_trunc('month', bucket_day)::DATE AS metrics_sample_date, '' AS event_source,
          project_id AS to_project_id, '' AS from_artifact_id,
          COALESCE(SUM(amount) FILTER (kind = 'PUSHED'), 0)
            + 2 * COUNT(DISTINCT e.from_artifact_id) FILTER (event_source = 'hub') AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT} WHERE {HALF} GROUP BY ALL
        HAVING COUNT(*) FILTER (kind = 'PUSHED' OR event_source = 'hub') > 0""",
    ("newcomers", "project", "monthly"): f"""
        SELECT date_trunc('month', bucket_day)::DATE AS metrics_sample_date, event_source, project_id AS to_project_id,
          '' AS from_artifact_id, COUNT(DISTINCT e.from_artifact_id) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT}
        WHERE kind = 'PUSHED' AND {HALF} AND bucket_day = (
          SELECT MIN(f.bucket_day) FROM oso.int_events_daily__code AS f
          WHERE f.kind = 'PUSHED' AND f.from_artifact_id = e.from_artifact_id) GROUP BY ALL""",
    ("bot_pushes", "collection", "quarterly"): f"""
        SELECT date_trunc('quarter', bucket_day)::DATE AS metrics_sample_date, event_source,
          collection_id AS to_collection_id, '' AS from_artifact_id, SUM(amount) AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_COLLECTION}
        WHERE e.from_artifact_id IN ('u1', 'u2') AND {HALF} GROUP BY ALL""",
    # Until the last instant of the last day, and not the first of the next month.
    ("review_hours", "artifact", "monthly"): """
        SELECT date_trunc('month', "time")::DATE AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, AVG(hours) AS amount
        FROM oso.int_review_times
        WHERE "time" >= TIMESTAMP '2024-01-01' AND "time" < TIMESTAMP '2024-07-01' AND hours IS NOT NULL
        GROUP BY ALL""",
    ("pushes_per_day", "artifact", "over_all_time"): f"""
        SELECT DATE '2024-06-30' AS metrics_sample_date, UPPER(event_source) AS event_source, to_artifact_id,
          '' AS from_artifact_id, SUM(amount) / 182 AS amount
        FROM oso.int_events_daily__code WHERE kind = 'PUSHED' AND {HALF} GROUP BY ALL""",
    ("pushes_per_day", "project", "monthly"): f"""
        SELECT date_trunc('month', bucket_day)::DATE AS metrics_sample_date, UPPER(event_source) AS event_source,
          project_id AS to_project_id, '' AS from_artifact_id,
          SUM(amount) / CASE MONTH(bucket_day) WHEN 2 THEN 29 WHEN 4 THEN 30 WHEN 6 THEN 30 ELSE 31 END AS amount
        FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT}
        WHERE kind = 'PUSHED' AND {HALF} GROUP BY ALL, MONTH(bucket_day)""".replace(
        "GROUP BY ALL, MONTH(bucket_day)", "GROUP BY 1, 2, 3, MONTH(bucket_day)"
    ),
    ("grants", "project", "monthly"): f"""
        SELECT date_trunc('month', bucket_day)::DATE AS metrics_sample_date, event_source, project_id AS to_project_id,
          from_artifact_id, SUM(amount) AS amount, SUM(fee) AS fees, 'USD' AS unit
        FROM oso.int_events_daily__grants AS e JOIN {BY_PROJECT} WHERE {HALF} GROUP BY ALL""",
    ("busy_people", "collection", "over_30_day_window"): f"""
        WITH days AS (
          SELECT d::DATE AS d, event_source, collection_id, e.from_artifact_id, COUNT(DISTINCT bucket_day) AS n
          FROM range(DATE '2024-01-01', DATE '2024-07-01', INTERVAL 1 DAY) AS dates(d)
          JOIN oso.int_events_daily__code AS e ON e.bucket_day > d - INTERVAL 30 DAY AND e.bucket_day <= d
          JOIN {BY_COLLECTION} WHERE kind IN ('PUSHED', 'REVIEWED') GROUP BY ALL)
        SELECT d AS metrics_sample_date, event_source, collection_id AS to_collection_id, '' AS from_artifact_id,
          COUNT(*) AS amount FROM days WHERE n / 30 >= 1 / 15 GROUP BY ALL""",
}


@pytest.mark.parametrize("asked", CHECKS, ids="-".join)
def test_rows_written_by_hand(asked: tuple[str, str, str], project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    metric, entity, interval = asked
    (rendered,) = gnomon.render(
        project, metric, dialect="duckdb", entity=entity, interval=interval, start=FIRST, end=LAST
    )
    where = f"WHERE metrics_sample_date + INTERVAL 6 DAY <= DATE '{LAST}'" if interval == "weekly" else ""
    found = fetch(warehouse, f"SELECT * FROM ({rendered.sql}) {where}")
    expected = fetch(warehouse, f"SELECT * FROM ({CHECKS[asked]}) {where}")
    assert_same(found, expected, default_metric=f"{metric}_{interval}")


def test_classes_of_a_month_and_the_new_of_it(project: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    """A query that unites a peer's rows with those of a table named by the entity gives the asked months alone."""
    (rendered,) = gnomon.render(
        project, "activity_classes", dialect="duckdb", entity="project", interval="monthly",
        start=date(2024, 2, 1), end=date(2024, 2, 29),
    )  # fmt: skip
    found = fetch(warehouse, rendered.sql)
    expected = f"""
        WITH days AS (
          SELECT event_source, project_id, from_artifact_id, COUNT(DISTINCT bucket_day) AS n
          FROM oso.int_events_daily__code AS e JOIN {BY_PROJECT}
          WHERE kind IN ('PUSHED', 'REVIEWED') AND date_trunc('month', bucket_day) = DATE '2024-02-01' GROUP BY ALL),
        months AS (
          SELECT event_source, project_id AS to_project_id, 'often_monthly' AS metric, COUNT(*) AS amount
          FROM days WHERE n / 29 >= 1 / 15 GROUP BY ALL
          UNION ALL
          SELECT event_source, to_project_id, 'new_people_monthly', COUNT(DISTINCT from_artifact_id)
          FROM oso.int_first_seen_in_project WHERE date_trunc('month', "time") = DATE '2024-02-01' GROUP BY ALL)
        SELECT DATE '2024-02-01' AS metrics_sample_date, '' AS from_artifact_id, * FROM months"""
    assert_same(found, fetch(warehouse, expected), default_metric="")

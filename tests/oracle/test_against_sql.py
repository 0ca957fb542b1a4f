"""The judge against queries written by hand: two computations that share nothing but the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from oracle.clock import AllTime, Bucket, Interval, Rolling
from oracle.compare import disagreements
from oracle.judge import expected_rows
from oracle.logic import Case, Col, Compare, In, Lit
from oracle.model import Agg, Dim, FirstSeen, Half, Measure, Metric, Nested, Ratio, RefJoin, Shape
from oracle.spell import statements
from property.world import Knobs, rows_of, world

AMOUNT = Col("amount")
POSITIVE = Case(Compare(AMOUNT, ">", Lit(0)), AMOUNT, Lit(0))
S, E = date(2024, 2, 14), date(2024, 3, 31)
DAYS = f"(SELECT d::DATE AS s FROM generate_series(DATE '{S}', DATE '{E}', INTERVAL 1 DAY) AS g(d))"

MEMBERS = "(SELECT DISTINCT * FROM ref.members WHERE project_id IS NOT NULL)"

CASES: dict[str, tuple[Shape, str, Interval, str]] = {
    "weekly sum by project": (
        Measure("raw.events", Agg("sum", AMOUNT), In(Col("kind"), ("a", "c"))),
        "project",
        Bucket("weekly"),
        f"""SELECT date_trunc('week', happened)::DATE AS s, project_id, SUM(amount)
            FROM raw.events JOIN {MEMBERS} ON artifact_id = to_artifact_id
            WHERE kind IN ('a', 'c') AND date_trunc('week', happened) BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
    "distinct actors in 30 days by collection": (
        Measure("raw.events", Agg("count_distinct", Col("from_artifact_id"))),
        "collection",
        Rolling(30),
        f"""SELECT s, collection_id, COUNT(DISTINCT from_artifact_id)
            FROM {DAYS} JOIN raw.events ON happened > s - 30 AND happened <= s
            JOIN (SELECT DISTINCT artifact_id, collection_id FROM ref.members JOIN ref.projects USING (project_id))
              ON artifact_id = to_artifact_id GROUP BY ALL""",
    ),
    "one month by owner at the event's time": (
        Measure("raw.events", Agg("sum", Col("price"))),
        "owner",
        Rolling(1, "month"),
        f"""SELECT s, owner_id, SUM(price)
            FROM {DAYS} JOIN raw.events ON happened >= (s + 1) - INTERVAL 1 MONTH AND happened <= s,
              (SELECT DISTINCT owner_id FROM ref.owners) AS owners
            WHERE EXISTS (SELECT 1 FROM ref.owners AS o WHERE o.artifact_id = to_artifact_id
              AND o.owner_id = owners.owner_id AND happened >= COALESCE(since, '0001-01-01')
              AND happened < COALESCE(until, '9999-12-31')) GROUP BY ALL""",
    ),
    "monthly average, median and ratio with a dimension": (
        Measure(
            "raw.events",
            Ratio(Agg("sum", AMOUNT), Agg("count_rows", None, Compare(Col("flag"), "=", Lit(True)))),
            dims=(Dim("kind", Col("kind")),),
        ),
        "artifact",
        Bucket("monthly"),
        f"""SELECT date_trunc('month', happened)::DATE AS s, to_artifact_id, kind,
              SUM(amount) / NULLIF(COUNT(*) FILTER (flag), 0)
            FROM raw.events WHERE date_trunc('month', happened) BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
    "quarterly quantile by artifact": (
        Measure("raw.events", Agg("quantile", Col("x"), at=0.9)),
        "artifact",
        Bucket("quarterly"),
        """SELECT date_trunc('quarter', happened)::DATE AS s, to_artifact_id, quantile_cont(x, 0.9)
           FROM raw.events WHERE happened BETWEEN '2024-01-01' AND '2024-06-30' GROUP BY ALL""",
    ),
    "variance over all time by region": (
        Measure("raw.events", Agg("var_samp", AMOUNT)),
        "region",
        AllTime(),
        """SELECT DATE '2024-04-30', region_id, VAR_SAMP(amount)
           FROM raw.events JOIN (SELECT DISTINCT * FROM ref.regions) USING (origin, dest)
           WHERE happened BETWEEN '2024-01-01' AND '2024-04-30' GROUP BY ALL""",
    ),
    "half of the week's activity by project": (
        Half("raw.events", "from_artifact_id", POSITIVE),
        "project",
        Bucket("weekly"),
        f"""WITH a AS (SELECT date_trunc('week', happened)::DATE AS s, project_id, from_artifact_id,
              SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS n
            FROM raw.events JOIN {MEMBERS} ON artifact_id = to_artifact_id
            WHERE date_trunc('week', happened) BETWEEN '{S}' AND '{E}' GROUP BY ALL)
            SELECT s, project_id, COUNT(*) FROM (SELECT *, SUM(n) OVER (PARTITION BY s, project_id) AS total,
              SUM(n) OVER (PARTITION BY s, project_id ORDER BY n DESC, from_artifact_id ROWS UNBOUNDED PRECEDING) AS run
              FROM a) WHERE 2 * (run - n) < total GROUP BY ALL""",
    ),
    "largest daily sum of a week, windows sampled weekly": (
        Nested("raw.events", ("happened",), Agg("sum", AMOUNT), "max"),
        "artifact",
        Rolling(1, "week", "@weekly"),
        f"""SELECT s + 6, to_artifact_id, MAX(n) FROM (
              SELECT date_trunc('week', happened)::DATE AS s, happened, to_artifact_id, SUM(amount) AS n
              FROM raw.events GROUP BY ALL) WHERE s + 6 BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
    "first seen anywhere": (
        FirstSeen("raw.events", "from_artifact_id", False),
        "artifact",
        Bucket("daily"),
        """SELECT happened, to_artifact_id, COUNT(DISTINCT from_artifact_id) FROM raw.events
           WHERE (from_artifact_id, happened) IN (SELECT from_artifact_id, MIN(happened) FROM raw.events GROUP BY 1)
           GROUP BY ALL""",
    ),
    "humans only": (
        Measure("raw.events", Agg("count_rows"), reference=RefJoin("ref.bots", "from_artifact_id", "id", "anti")),
        "artifact",
        Bucket("daily"),
        f"""SELECT happened, to_artifact_id, COUNT(*) FROM raw.events ANTI JOIN ref.bots ON id = from_artifact_id
            WHERE happened BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
}


WHOLE = {
    "quarterly quantile by artifact": (date(2024, 1, 1), date(2024, 4, 30)),
    "variance over all time by region": (date(2024, 1, 1), date(2024, 4, 30)),
    "first seen anywhere": (date(2023, 1, 1), date(2024, 6, 30)),
}
"""Cases over other sample dates than S to E."""


@pytest.fixture(scope="module", params=[1, 2, 3])
def filled(request: pytest.FixtureRequest) -> Iterator[tuple[Knobs, duckdb.DuckDBPyConnection]]:
    knobs = Knobs(seed=request.param, rows=200, artifacts=5, start_before=59)
    with duckdb.connect() as connection:
        for statement in statements(world(knobs), rows_of(knobs)):
            connection.execute(statement)
        yield knobs, connection


@pytest.mark.parametrize("name", CASES)
def test_against_a_query_written_by_hand(name: str, filled: Any) -> None:
    knobs, connection = filled
    shape, entity, interval, sql = CASES[name]
    key = ("origin", "dest") if entity == "region" else ("to_artifact_id",)
    metric = Metric("m", shape, (entity,), (interval,), key)
    start, end = WHOLE.get(name, (S, E))
    project = replace(world(knobs), start=start if name in WHOLE else date(2024, 1, 1))
    expected = expected_rows(project, metric, rows_of(knobs), entity, interval, start, end)
    got = connection.execute(sql).fetchall()
    assert expected
    assert disagreements(expected, got) == []


@pytest.mark.parametrize("time_type", ["timestamp", "timestamptz"])
def test_local_days_and_hours_of_new_york(time_type: str) -> None:
    knobs = Knobs(5, "America/New_York", "UTC", time_type, date(2024, 3, 10), rows=300)
    project, data = world(knobs), rows_of(knobs)
    metric = Metric("m", Measure("raw.events", Agg("count_rows")), ("artifact",), ())
    instant = "happened" if time_type == "timestamptz" else "timezone('UTC', happened)"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        for statement in statements(project, data):
            connection.execute(statement)
        local = f"timezone('America/New_York', {instant})"
        daily = connection.execute(
            f"""SELECT CAST({local} AS DATE) AS s, to_artifact_id, COUNT(*)
                FROM raw.events WHERE CAST({local} AS DATE) BETWEEN '2024-03-01' AND '2024-03-20' GROUP BY ALL"""
        ).fetchall()
        hourly = connection.execute(
            f"""SELECT date_trunc('hour', timezone('UTC', {instant})) AS s, to_artifact_id, COUNT(*)
                FROM raw.events WHERE CAST({local} AS DATE) = '2024-03-10' GROUP BY ALL"""
        ).fetchall()
    tenth = date(2024, 3, 10)
    by_day = expected_rows(project, metric, data, "artifact", Bucket("daily"), date(2024, 3, 1), date(2024, 3, 20))
    by_hour = expected_rows(project, metric, data, "artifact", Bucket("hourly"), tenth, tenth)
    assert len(by_hour) > 5
    assert disagreements(by_day, daily) == []
    assert disagreements(by_hour, hourly) == []

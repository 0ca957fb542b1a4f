"""Filled rows and levels against queries written by hand, as in test_against_sql."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from oracle.clock import Bucket, Interval, Rolling
from oracle.compare import disagreements
from oracle.formula import Agg
from oracle.judge import expected_rows
from oracle.logic import Col, Compare, In, Lit
from oracle.model import Dim, Measure, Metric, Stock
from oracle.spell import statements
from property.world import Knobs, rows_of, world

AMOUNT = Col("amount")
S, E = date(2024, 2, 14), date(2024, 3, 31)
DAYS = f"(SELECT d::DATE AS s FROM generate_series(DATE '{S}', DATE '{E}', INTERVAL 1 DAY) AS g(d))"
MEMBERS = "(SELECT DISTINCT * FROM ref.members WHERE project_id IS NOT NULL)"
COLLECTIONS = "(SELECT DISTINCT artifact_id, collection_id FROM ref.members JOIN ref.projects USING (project_id))"
NULLS = "IS NOT DISTINCT FROM"

BY_KIND = Measure("raw.events", Agg("sum", AMOUNT), In(Col("kind"), ("a", "c")), (Dim("kind", Col("kind")),))
COUNT = Measure("raw.events", Agg("count_rows"), Compare(AMOUNT, ">", Lit(0)))
SUM = Measure("raw.events", Agg("sum", AMOUNT))


def levels(carry: int) -> str:
    """CTEs: `level` has the value `v` of each artifact `a` on each `day` that has one, from the rows of day `d`."""
    return f"""WITH given AS (
      SELECT to_artifact_id AS a, happened AS d, SUM(amount) AS v FROM raw.events GROUP BY ALL
    ), spans AS (
      SELECT *, LEAST(d + {carry}, COALESCE(LEAD(d) OVER (PARTITION BY a ORDER BY d) - 1, DATE '2999-01-01')) AS until
      FROM given
    ), level AS (
      SELECT a, v, d, unnest(generate_series(d::TIMESTAMP, until::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
      FROM spans WHERE v IS NOT NULL
    )"""


CASES: dict[str, tuple[Measure, str, Interval, str, Stock | None, str]] = {
    "daily sums by artifact and kind, nulls in the gaps": (
        BY_KIND, "artifact", Bucket("daily"), "null", None,
        f"""SELECT s, k.to_artifact_id, k.kind, SUM(amount) FROM {DAYS}
            JOIN (SELECT to_artifact_id, kind, MIN(happened) AS first FROM raw.events
                  WHERE kind IN ('a', 'c') GROUP BY ALL) AS k ON first <= s
            LEFT JOIN raw.events AS e ON e.to_artifact_id {NULLS} k.to_artifact_id AND e.kind = k.kind AND happened = s
            GROUP BY ALL""",
    ),
    "counts in 5 days by project, zeros in the gaps": (
        COUNT, "project", Rolling(5), "zero", None,
        f"""WITH e AS (SELECT project_id, happened FROM raw.events JOIN {MEMBERS} ON artifact_id = to_artifact_id
              WHERE amount > 0)
            SELECT s, k.project_id, COUNT(e.happened) FROM {DAYS}
            JOIN (SELECT project_id, MIN(happened) AS first FROM e GROUP BY 1) AS k ON first <= s
            LEFT JOIN e ON e.project_id = k.project_id AND happened > s - 5 AND happened <= s GROUP BY ALL""",
    ),
    "last value of the month by collection, carried for 3 days": (
        SUM, "collection", Bucket("monthly"), "none", Stock("last", 3),
        levels(3) + f"""SELECT s, collection_id, SUM(v) FROM (
              SELECT date_trunc('month', day)::DATE AS s, a, arg_max(v, day) AS v FROM level GROUP BY ALL)
            JOIN {COLLECTIONS} ON artifact_id = a WHERE s BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
    "average over 7 days by project, carried for 2 days": (
        SUM, "project", Rolling(7), "none", Stock("average", 2),
        levels(2) + f"""SELECT s, project_id, SUM(v) FROM (
              SELECT s, a, AVG(v) AS v FROM {DAYS} JOIN level ON day > s - 7 AND day <= s GROUP BY ALL)
            JOIN {MEMBERS} ON artifact_id = a GROUP BY ALL""",
    ),
    "least of the week by artifact": (
        SUM, "artifact", Bucket("weekly"), "none", Stock("min"),
        levels(0) + f"""SELECT date_trunc('week', day)::DATE AS s, a, MIN(v) FROM level
            WHERE date_trunc('week', day) BETWEEN '{S}' AND '{E}' GROUP BY ALL""",
    ),
    "greatest of 10 days by the owner of that day, carried for 4 days": (
        SUM, "owner", Rolling(10), "none", Stock("max", 4),
        levels(4) + f"""SELECT s, owner_id, SUM(v) FROM (
              SELECT s, a, MAX(v) AS v, arg_max(d, (v, day)) AS d
              FROM {DAYS} JOIN level ON day > s - 10 AND day <= s GROUP BY ALL),
              (SELECT DISTINCT owner_id FROM ref.owners) AS owners
            WHERE EXISTS (SELECT 1 FROM ref.owners AS o WHERE o.artifact_id = a AND o.owner_id = owners.owner_id
              AND d >= COALESCE(since, '0001-01-01') AND d < COALESCE(until, '9999-12-31')) GROUP BY ALL""",
    ),
}  # fmt: skip


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
    shape, entity, interval, fill, stock, sql = CASES[name]
    metric = Metric("m", shape, (entity,), (interval,), fill=fill, stock=stock)
    project = replace(world(knobs), start=date(2024, 1, 1))
    expected = expected_rows(project, metric, rows_of(knobs), entity, interval, S, E)
    assert expected
    assert disagreements(expected, connection.execute(sql).fetchall()) == []

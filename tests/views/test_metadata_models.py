"""Metadata tables, executed on DuckDB, and their quoting in nine dialects."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from gnomon.compile.metadata import covered, metadata_models
from gnomon.rewrite.dates import DIALECTS
from gnomon.time import ALL_TIME, Calendar, Cron, Grain, Rolling, TimeAggregation
from views.build import STARS, metric, project, spec

DAILY, WEEKLY = TimeAggregation(Grain.DAY), TimeAggregation(Grain.WEEK)
NASTY = 'it\'s "a" `b` \\ c\\n\n$1 ${x} {{ y }} @start_ds %s :d -- e /* f */ é'


def row(model: Any) -> dict[str, Any]:
    relation = duckdb.connect().sql(model.query.sql("duckdb"))
    assert relation.columns == [column.name for column in model.columns]
    assert [str(kind) for kind in relation.types] == [str(duckdb.sqltype(column.type)) for column in model.columns]
    (found,) = relation.fetchall()
    return dict(zip(relation.columns, found, strict=True))


def test_one_row_says_what_a_metric_is() -> None:
    stars = metric("stars", DAILY, Rolling(30), display_name="GitHub Stars", description=NASTY, unit=STARS)
    specs = [
        spec(stars, DAILY, sql="SELECT 1 AS amount FROM t WHERE d = CAST($start_ds AS DATE)"),
        spec(stars, Rolling(30), sql="SELECT 'it''s' AS amount"),
    ]
    table, _ = metadata_models(project(stars), specs)
    assert (table.name, table.kind, table.depends_on) == ("metrics.metrics_metadata_stars", "full", ())
    assert row(table) == {
        "display_name": "GitHub Stars",
        "description": NASTY,
        "metric": "stars",
        "unit": '{"kind": "count", "code": "stars"}',
        "sql_source_path": "queries/stars.sql",
        "rendered_sql": [
            "-- metrics.stars_to_artifact_daily\nSELECT\n  1 AS amount\nFROM t\nWHERE\n  d = CAST(@start_ds AS DATE)",
            "-- metrics.stars_to_artifact_over_30_day_window\nSELECT\n  'it''s' AS amount",
        ],
        "bounds": [
            "daily: the day of the sample date",
            "over_30_day_window: the 30 days up to and including the sample date, sampled each day",
        ],
    }


def test_sql_is_matched_by_metric_and_not_by_prefix() -> None:
    stars, full = metric("stars", DAILY), metric("stars_full", DAILY)
    *tables, union = metadata_models(project(stars, full), [spec(stars, DAILY), spec(full, DAILY)])
    assert [table.name for table in tables] == ["metrics.metrics_metadata_stars", "metrics.metrics_metadata_stars_full"]
    assert [text.splitlines()[0] for text in row(tables[0])["rendered_sql"]] == ["-- metrics.stars_to_artifact_daily"]
    assert union.depends_on == tuple(table.name for table in tables)


def test_union_has_every_metric() -> None:
    metrics = [metric(name, DAILY, unit=unit) for name, unit in (("a", None), ("b", STARS), ("c", None))]
    *tables, union = metadata_models(project(*metrics), [spec(one, DAILY) for one in metrics])
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA metrics")
    for table in tables:
        connection.execute(f"CREATE TABLE {table.name} AS {table.query.sql('duckdb')}")
    relation = connection.sql(union.query.sql("duckdb"))
    assert (union.name, union.kind, relation.columns) == (
        "metrics.metrics_metadata",
        "view",
        [c.name for c in union.columns],
    )
    found = [(name, unit) for _, _, name, unit, *_ in sorted(relation.fetchall())]
    assert found == [("a", None), ("b", '{"kind": "count", "code": "stars"}'), ("c", None)]


def test_unit_of_the_amounts_where_the_definition_has_none() -> None:
    stars = metric("stars", DAILY, WEEKLY)
    same = metadata_models(project(), [spec(stars, DAILY, unit=STARS), spec(stars, WEEKLY, unit=STARS)])
    other = metadata_models(project(), [spec(stars, DAILY, unit=STARS), spec(stars, WEEKLY)])
    assert row(same[0])["unit"] == '{"kind": "count", "code": "stars"}'
    assert row(other[0])["unit"] is None


def test_names_without_metadata() -> None:
    stars = metric("stars", DAILY)
    found = row(metadata_models(project(stars), [spec(stars, DAILY)])[0])
    assert (found["display_name"], found["description"], found["unit"]) == ("stars", "", None)


def test_nothing_built_nothing_said() -> None:
    assert metadata_models(project(metric("stars", DAILY)), []) == ()


def test_the_text_changes_only_when_what_it_says_does() -> None:
    stars = metric("stars", DAILY, unit=STARS)
    first, again = (metadata_models(project(stars), [spec(stars, DAILY)])[0].query for _ in range(2))
    other = metadata_models(project(stars), [spec(stars, DAILY, sql="SELECT 2 AS amount")])[0].query
    assert first.sql() == again.sql() != other.sql()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_survive_every_dialect(dialect: str) -> None:
    stars = metric("stars", DAILY, display_name=NASTY, description=NASTY)
    table = metadata_models(project(stars, dialect=dialect), [spec(stars, DAILY, dialect=dialect)])[0]
    for pretty in (False, True):
        text = table.query.sql(dialect, pretty=pretty)
        assert ("${" in text) == (dialect not in ("spark", "databricks"))
        columns = {node.alias: node.this for node in sqlglot.parse_one(text, read=dialect).selects}
        for name in ("display_name", "description"):
            assert "".join(node.this for node in columns[name].find_all(exp.Literal, bfs=False)) == NASTY
    for column in table.columns:
        exp.DataType.build(column.type, dialect=dialect)


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (ALL_TIME, "everything from 2024-03-05 to the sample date, both included"),
        (WEEKLY, "the week that begins on the sample date, a Sunday"),
        (
            Rolling(1, Grain.MONTH, Cron.MONTHLY),
            "the month up to and including the sample date, sampled the last day of each month",
        ),
        (Rolling(24, Grain.HOUR, Cron.HOURLY), "the 24 hours up to and including the hour, sampled each hour"),
    ],
)
def test_bounds_in_words(interval: Any, words: str) -> None:
    assert covered(interval, date(2024, 3, 5), Calendar(week_start="sunday")) == words

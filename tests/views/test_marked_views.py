"""Marked views as specs: names, collisions, and their SQL in other dialects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import pytest
import sqlglot

from gnomon.compile.marked import marked_name, marked_views, together
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.errors import DefinitionError
from gnomon.model import Column, Key, Metric, Project, SourceTable
from gnomon.rewrite.dates import DIALECTS
from gnomon.time import ALL_TIME, Calendar, Cron, Grain, Interval, Rolling, TimeAggregation, ToDate
from views.build import metric, project, spec

DAILY = TimeAggregation(Grain.DAY)
EVENTS = SourceTable(
    "oso.events",
    "moment",
    (Key(("to_artifact_id",), "artifact"),),
    {"moment": Column("moment", "TIMESTAMP")},
    True,
    "UTC",
    delay=timedelta(hours=6),
)


def marking(key: str, *intervals: Interval) -> Metric:
    return replace(metric(key, *intervals), partial="mark")


def with_events(one: Project) -> Project:
    return replace(one, sources={"oso.events": EVENTS})


def series(of: Metric, interval: Interval, **options: object) -> ModelSpec:
    made = spec(of, interval, **options)  # type: ignore[arg-type]
    return replace(made, properties={"sources": ("oso.events",)})


def test_only_metrics_that_mark_have_views() -> None:
    stars, forks = marking("stars", DAILY, Rolling(7)), metric("forks", DAILY)
    specs = [series(stars, DAILY), series(stars, Rolling(7)), series(forks, DAILY)]
    coverage, *views = marked_views(with_events(project(stars, forks)), specs)
    assert (coverage.name, coverage.kind) == ("metrics.metrics_coverage_stars", "series")
    assert {spec.name for spec in specs[:2]} < set(coverage.depends_on), "it is written after the metric's tables"
    assert [view.name for view in views] == [
        "metrics.stars_to_artifact_daily_marked",
        "metrics.stars_to_artifact_over_7_day_window_marked",
    ]
    for view, table in zip(views, specs, strict=False):
        assert view.kind == "view" and view.depends_on == (table.name, coverage.name)
        assert [column.name for column in view.columns] == view.query.named_selects
        assert not list(view.query.find_all(sqlglot.exp.Placeholder)), "it never depends on a run"


def test_a_metric_called_marked_does_not_collide() -> None:
    stars, marked = marking("stars", DAILY), marking("stars_marked", DAILY)
    names = [
        view.name
        for view in marked_views(with_events(project(stars, marked)), [series(stars, DAILY), series(marked, DAILY)])
    ]
    assert len(set(names)) == len(names) == 4
    assert "metrics.stars_marked_to_artifact_daily_marked" in names


@pytest.mark.parametrize("dialect, longest", [("postgres", 63), ("redshift", 127), ("duckdb", None)])
def test_a_long_name_keeps_its_beginning_and_ends_in_a_digest(dialect: str, longest: int | None) -> None:
    variants = [series(marking("s" * 130 + tail, DAILY), DAILY).variant for tail in "ab"]
    names = [marked_name(variant, dialect).removeprefix("metrics.") for variant in variants if variant]
    assert len(set(names)) == 2
    assert {len(name) for name in names} == {longest or 131 + len("_to_artifact_daily_marked")}


def test_a_column_is_complete_of_the_metrics_own_is_refused() -> None:
    stars = marking("stars", DAILY)
    own = series(stars, DAILY, extra=[OutputColumn("Is_Complete", "BOOLEAN", "extra")])
    with pytest.raises(DefinitionError) as refused:
        marked_views(with_events(project(stars)), [own])
    (problem,) = refused.value.problems
    assert problem.code == "name_collision" and "'is_complete'" in problem.message


def test_a_view_with_the_name_of_a_table_is_refused() -> None:
    stars = marking("stars", DAILY)
    other = replace(series(metric("forks", DAILY), DAILY), name="metrics.stars_to_artifact_daily_marked")
    with pytest.raises(DefinitionError, match="name_collision"):
        marked_views(with_events(project(stars)), [series(stars, DAILY), other])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("zone", ["UTC", "America/Havana"])
def test_every_dialect_can_say_it(dialect: str, zone: str) -> None:
    intervals = (DAILY, TimeAggregation(Grain.HOUR), Rolling(3, Grain.MONTH), Rolling(24, Grain.HOUR, Cron.HOURLY))
    stars = marking("stars", *intervals, ToDate(Grain.HALF_YEAR), ALL_TIME)
    calendar = Calendar(zone)
    own = with_events(project(stars, dialect=dialect, calendar=calendar))
    specs = [series(stars, interval, dialect=dialect) for interval in stars.intervals]
    for made in marked_views(own, specs):
        for bound in list(made.query.find_all(sqlglot.exp.Placeholder)):
            bound.replace(sqlglot.exp.Literal.string("2024-06-01"))
        again = sqlglot.parse_one(made.query.sql(dialect), read=dialect)
        assert again.named_selects == [column.name for column in made.columns]


def test_coverage_of_a_metric_without_sources_knows_nothing() -> None:
    stars = marking("stars", DAILY)
    coverage, _ = marked_views(project(stars), [spec(stars, DAILY)])
    assert "CAST(NULL AS DATE) AS data_from" in coverage.query.sql("duckdb")
    assert coverage.start == date(2024, 3, 5)


def test_a_source_of_which_nothing_is_known_leaves_all_unknown() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE coverage AS SELECT * FROM (VALUES
              (DATE '2024-03-01', 'a', DATE '2024-01-02', TIMESTAMP '2024-03-02'),
              (DATE '2024-03-02', 'a', DATE '2024-01-01', TIMESTAMP '2024-03-03'),
              (DATE '2024-03-02', 'b', DATE '2024-02-01', TIMESTAMP '2024-03-01')
            ) t(day, source, data_from, data_through);
            ALTER TABLE coverage ADD COLUMN data_from_utc TIMESTAMP;
            ALTER TABLE coverage ADD COLUMN data_through_utc TIMESTAMP"""
        )
        query = together("coverage", "duckdb").sql("duckdb")
        ends = f"SELECT data_from, data_through FROM ({query})"
        assert connection.execute(ends).fetchall() == [(date(2024, 2, 1), datetime(2024, 3, 1))]
        connection.execute(
            "INSERT INTO coverage VALUES (DATE '2024-03-02', 'c', NULL, TIMESTAMP '2024-03-03', NULL, NULL)"
        )
        assert connection.execute(ends).fetchall() == [(None, datetime(2024, 3, 1))]
        connection.execute("DELETE FROM coverage")
        assert connection.execute(ends).fetchall() == [(None, None)]

"""Union views, executed on DuckDB over small tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot.optimizer.qualify_tables import qualify_tables

from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.compile.views import union_views
from gnomon.rewrite.dates import DIALECTS
from gnomon.time import ALL_TIME, Cron, Grain, Rolling, TimeAggregation
from views.build import STARS, metric, project, spec

DAILY, HOURLY = TimeAggregation(Grain.DAY), TimeAggregation(Grain.HOUR)
EVENT_SOURCE = OutputColumn("event_source", "TEXT", "dimension")
FROM = OutputColumn("from_artifact_id", "TEXT", "dimension")
STARS_JSON = '{"kind": "count", "code": "stars"}'
D = date(2024, 6, 1)


def database(tables: dict[ModelSpec, list[tuple[Any, ...]]] | list[tuple[ModelSpec, list[tuple[Any, ...]]]]) -> Any:
    """A database with each spec's table and its rows."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA metrics")
    for one, rows in tables:
        columns = ", ".join(f"{column.name} {column.type}" for column in one.columns)
        connection.execute(f"CREATE TABLE {one.name} ({columns})")
        for row in rows:
            connection.execute(f"INSERT INTO {one.name} VALUES ({', '.join('?' * len(row))})", row)
    return connection


def read(connection: Any, view: ModelSpec) -> list[tuple[Any, ...]]:
    """The view's rows in order; its columns and their types are those that the spec says."""
    relation = connection.sql(view.query.sql("duckdb"))
    assert relation.columns == [column.name for column in view.columns]
    said = [str(duckdb.sqltype(column.type)) for column in view.columns]
    assert [str(kind) for kind in relation.types] == said
    return sorted(relation.fetchall(), key=repr)


def test_columns_metric_ids_and_units() -> None:
    stars, forks = metric("stars", DAILY), metric("forks", DAILY)
    first = spec(stars, DAILY, extra=[EVENT_SOURCE, FROM], unit=STARS)
    second = spec(forks, DAILY)
    rows = [
        (D, "GITHUB", "me", "a", "stars_daily", 1.0),
        (D, "", "me", "b", "stars_daily", 2.0),
        (D, None, None, "c", "stars_daily", None),
    ]
    tables = [(first, rows), (second, [(D, "a", "forks_daily", 3.0)])]
    (view,) = union_views(project(stars, forks), [first, second])
    assert "AS series" in qualify_tables(view.query.copy()).sql("duckdb")  # as SQLMesh does
    assert (view.name, view.kind) == ("metrics.timeseries_metrics_to_artifact", "view")
    assert view.depends_on == ("metrics.stars_to_artifact_daily", "metrics.forks_to_artifact_daily")
    assert [column.name for column in view.columns] == [
        "metrics_sample_date",
        "event_source",
        "to_artifact_id",
        "from_artifact_id",
        "metric",
        "amount",
        "metric_name",
        "unit",
    ]
    assert read(database(tables), view) == sorted(
        [
            (D, "GITHUB", "a", "me", "GITHUB_stars_daily", 1.0, "stars_daily", STARS_JSON),
            (D, "", "b", "me", "stars_daily", 2.0, "stars_daily", STARS_JSON),
            (D, None, "c", None, "stars_daily", None, "stars_daily", STARS_JSON),
            (D, "", "a", "", "forks_daily", 3.0, "forks_daily", None),
        ],
        key=repr,
    )


def test_equal_rows_of_two_tables_are_two() -> None:
    stars, again = metric("stars", DAILY), metric("again", DAILY)
    specs = [spec(stars, DAILY), spec(again, DAILY)]
    (view,) = union_views(project(stars, again), specs)
    rows = read(database([(one, [(D, "a", "same", 1.0)]) for one in specs]), view)
    assert rows == [(D, "", "a", "", "same", 1.0, "same", None)] * 2


def test_one_artifact_metric_and_nothing_over_all_time() -> None:
    stars = metric("stars", DAILY)
    views = union_views(project(stars), [spec(stars, DAILY)])
    assert [view.name for view in views] == ["metrics.timeseries_metrics_to_artifact"]


def test_no_variants_no_views() -> None:
    assert union_views(project(), []) == ()


def test_over_all_time_is_in_the_key_view_only() -> None:
    stars = metric("stars", DAILY, ALL_TIME)
    specs = [spec(stars, DAILY), spec(stars, ALL_TIME)]
    views = {view.name: view.depends_on for view in union_views(project(stars, schema="oso"), specs)}
    assert views == {
        "oso.timeseries_metrics_to_artifact": ("metrics.stars_to_artifact_daily",),
        "oso.key_metrics_to_artifact": ("metrics.stars_to_artifact_over_all_time",),
    }


def test_intermediate_metrics_are_left_out() -> None:
    stars, parts = metric("stars", DAILY), metric("parts", DAILY, is_intermediate=True)
    (view,) = union_views(project(stars, parts), [spec(parts, DAILY), spec(stars, DAILY)])
    assert view.depends_on == ("metrics.stars_to_artifact_daily",)
    assert union_views(project(parts), [spec(parts, DAILY)]) == ()


def test_an_entity_is_a_view_of_its_own_under_its_own_key() -> None:
    stars = metric("stars", DAILY)
    key = OutputColumn("project_id", "TEXT", "entity")
    specs = [spec(stars, DAILY), spec(stars, DAILY, "project", keys=[key])]
    views = union_views(project(stars), specs)
    assert [view.name.rpartition("_")[2] for view in views] == ["artifact", "project"]
    found = read(database([(specs[1], [(D, "p", "stars_daily", 1.0)])]), views[1])
    assert found == [(D, "", "p", "", "stars_daily", 1.0, "stars_daily", None)]
    assert views[1].columns[2] == OutputColumn("to_project_id", "TEXT", "entity")


def test_the_key_of_an_entity_is_not_a_dimension_besides() -> None:
    stars = metric("stars", DAILY)
    one = spec(stars, DAILY, keys=[OutputColumn("from_artifact_id", "TEXT", "entity")])
    (view,) = union_views(project(stars), [one])
    found = read(database([(one, [(D, "me", "stars_daily", 1.0)])]), view)
    assert found == [(D, "", "me", "", "stars_daily", 1.0, "stars_daily", None)]


def test_a_composite_entity_keeps_its_columns() -> None:
    flights = metric("flights", DAILY)
    keys = [OutputColumn("from_airport", "TEXT", "entity"), OutputColumn("to_airport", "TEXT", "entity")]
    one = spec(flights, DAILY, "route", keys=keys)
    (view,) = union_views(project(flights), [one])
    assert [column.name for column in view.columns][2:4] == ["origin", "dest"]
    found = read(database([(one, [(D, "JFK", "LAX", "flights_daily", 9.0)])]), view)
    assert found == [(D, "", "JFK", "LAX", "", "flights_daily", 9.0, "flights_daily", None)]


def test_keys_of_two_types_meet_in_text_and_equal_types_stay() -> None:
    stars, forks = metric("stars", DAILY), metric("forks", DAILY)
    number, text = (
        OutputColumn("to_artifact_id", "BIGINT", "entity"),
        OutputColumn("to_artifact_id", "VARCHAR(9)", "entity"),
    )
    first, second = spec(stars, DAILY, keys=[number]), spec(forks, DAILY, keys=[text])
    tables = [(first, [(D, 7, "stars_daily", 1.0)]), (second, [(D, "x", "forks_daily", 2.0)])]
    (mixed,) = union_views(project(), [first, second])
    assert [row[2] for row in read(database(tables), mixed)] == ["7", "x"]
    (numbers,) = union_views(project(), [first])
    assert [row[2] for row in read(database(tables), numbers)] == [7]


def test_dimensions_that_are_numbers_become_text_beside_empty_ones() -> None:
    stars, forks = metric("stars", DAILY), metric("forks", DAILY)
    source = OutputColumn("event_source", "INTEGER", "dimension")
    first, second = spec(stars, DAILY, extra=[source]), spec(forks, DAILY)
    tables = [(first, [(D, 5, "a", "stars_daily", 1.0)]), (second, [])]
    (view,) = union_views(project(), [first, second])
    assert read(database(tables), view) == [(D, "5", "a", "", "5_stars_daily", 1.0, "stars_daily", None)]


def test_hours_make_the_date_a_timestamp() -> None:
    stars = metric("stars", DAILY, HOURLY)
    daily, hourly = spec(stars, DAILY), spec(stars, HOURLY, date_type="TIMESTAMP")
    tables = [(daily, [(D, "a", "stars_daily", 1.0)]), (hourly, [(datetime(2024, 6, 1, 5), "a", "stars_hourly", 2.0)])]
    (view,) = union_views(project(stars), [daily, hourly])
    assert [row[0] for row in read(database(tables), view)] == [datetime(2024, 6, 1), datetime(2024, 6, 1, 5)]
    (days,) = union_views(project(stars), [daily])
    assert [row[0] for row in read(database(tables), days)] == [D]


def test_units_by_label() -> None:
    window = Rolling(30, Grain.DAY, Cron.DAILY)
    active = metric("active", window)
    unit = {"by": "metric", "map": {"new": {"code": "developers", "kind": "count"}, "share": {"kind": "percentage"}}}
    one = spec(active, window, unit=unit)
    rows = [(D, "a", f"{label}_over_30_day_window", 1.0) for label in ("new", "share", "odd")]
    rows += [(D, "a", "new", 2.0)]
    (view,) = union_views(project(active), [one])
    found = read(database([(one, rows)]), view)
    units = {row[-2].split("_")[0]: row[-1] for row in found}
    assert [row[-1] for row in found if row[-2] == "new"] == ['{"kind": "count", "code": "developers"}']
    assert units == {"new": '{"kind": "count", "code": "developers"}', "share": '{"kind": "percentage"}', "odd": None}


def test_money_is_in_the_currency_that_its_row_says() -> None:
    sales = metric("sales", DAILY)
    unit = {"kind": "currency", "by": "paid_in"}
    one = spec(sales, DAILY, extra=[OutputColumn("paid_in", "TEXT", "dimension")], unit=unit)
    rows = [(D, code, "a", "sales_daily", 1.0) for code in ("EUR", "USD", None)]
    (view,) = union_views(project(sales), [one])
    units = [row[-1] for row in read(database([(one, rows)]), view)]
    assert units == ['{"kind": "currency", "code": "EUR"}', '{"kind": "currency", "code": "USD"}', None]
    without = spec(sales, DAILY, unit=unit)
    (view,) = union_views(project(sales), [without])
    assert [row[-1] for row in read(database([(without, [(D, "a", "sales_daily", 1.0)])]), view)] == [None]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_reads_what_it_is_given(dialect: str) -> None:
    stars, forks = metric("stars", DAILY), metric("forks", DAILY)
    specs = [spec(stars, DAILY, extra=[EVENT_SOURCE], unit=STARS, dialect=dialect), spec(forks, DAILY, dialect=dialect)]
    (view,) = union_views(project(dialect=dialect), specs)
    text = view.query.sql(dialect)
    assert sqlglot.parse_one(text, read=dialect).sql(dialect) == text
    units = [node.name for node in sqlglot.parse_one(text, read=dialect).find_all(sqlglot.exp.Literal)]
    assert STARS_JSON in units


def test_hundreds_of_tables() -> None:
    metrics = [metric(f"m{n}", DAILY) for n in range(600)]
    specs = [spec(one, DAILY) for one in metrics]
    tables = [(one, [(D, "a", f"{one.variant.metric.key}_daily", 1.0)]) for one in specs if one.variant]
    (view,) = union_views(project(*metrics), specs)
    assert len(read(database(tables), view)) == 600

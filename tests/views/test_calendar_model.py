"""The calendar model, executed on DuckDB against gnomon.time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from sqlglot import exp
from sqlglot.optimizer.qualify_tables import qualify_tables

from gnomon.compile.calendar import GRAINS, calendar_model, first_day
from gnomon.rewrite.dates import DIALECTS, date_literal
from gnomon.time import Calendar, Grain, Rolling, ToDate
from gnomon.time.grain import add
from views.build import metric, project

DAY = timedelta(days=1)


@pytest.mark.parametrize("calendar", [Calendar(), Calendar(week_start="sunday")])
@pytest.mark.parametrize("execution", [date(2026, 11, 21), date(2024, 12, 31), date(2025, 1, 1)])
def test_rows_are_those_of_gnomon_time(calendar: Calendar, execution: date) -> None:
    model = calendar_model(project(calendar=calendar))
    query = model.query.transform(lambda n: exp.Literal.string(str(execution)) if isinstance(n, exp.Placeholder) else n)
    relation = duckdb.connect().sql(query.sql("duckdb"))
    assert relation.columns == [column.name for column in model.columns]
    assert [str(kind) for kind in relation.types] == [column.type for column in model.columns]
    first, last = date(2023, 1, 1), date(execution.year + 1, 12, 31)
    wanted = []
    for day in (first + DAY * n for n in range((last - first).days + 1)):
        starts = [(calendar.floor(day, grain), grain) for grain in GRAINS]
        wanted.append((day, *(bound for start, grain in starts for bound in (start, add(start, grain, 1)))))
    assert sorted(relation.fetchall()) == wanted


def test_tree_can_be_qualified() -> None:
    """Trees that are only good for text break SQLMesh: it qualifies them."""
    query = calendar_model(project()).query
    assert qualify_tables(query.copy()).sql("duckdb").count("digits AS") == query.sql("duckdb").count("digits AS")


def test_name_and_kind() -> None:
    model = calendar_model(project(schema="oso"))
    assert (model.name, model.kind, model.depends_on) == ("oso.calendar", "full", ())
    assert {node.name for node in model.query.find_all(exp.Placeholder)} == {"execution_ds"}
    assert {f"{grain.value}_start" for grain in Grain if grain not in (Grain.HOUR, Grain.DAY)} < {
        column.name for column in model.columns
    }


def test_a_metric_that_starts_early_is_covered() -> None:
    early = replace(metric("early"), start=date(2015, 6, 1))
    query = calendar_model(project(early)).query.sql("duckdb")
    assert date_literal(date(2014, 1, 1)).sql("duckdb") in query


def test_the_longest_window_of_the_first_sample_date_is_covered() -> None:
    """It begins on 6 March 2020, four years before the day after 5 March 2024."""
    long = metric("long", Rolling(7), Rolling(4, Grain.YEAR), ToDate(Grain.YEAR))
    assert first_day(project(metric("short", Rolling(7)), long)) == date(2020, 1, 1)
    assert first_day(project(metric("short", Rolling(7)))) == date(2023, 1, 1)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_it(dialect: str) -> None:
    text = calendar_model(project(dialect=dialect)).query.sql(dialect)
    assert "GENERATE" not in text.upper() and "SEQUENCE" not in text.upper()
    assert "half_year_end" in text

"""Answers from tables made by hand: each row is known beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from gnomon.engine import Engine
from gnomon.errors import GnomonError, RunError, UsageError
from gnomon.model import Project
from gnomon.query import query
from gnomon.query.answer import about

from .query_tables import contract

Ask = Callable[..., pa.Table]


@pytest.fixture
def ask(project: Project, engine: Engine) -> Ask:
    def asked(*args: Any, **options: Any) -> pa.Table:
        return query(project, *args, engine=engine, contract=contract, **options)

    return asked


def rows(table: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in table.to_pylist()]


def plain(value: Any) -> Any:
    return None if value is None else float(value)


def test_metrics_stand_side_by_side_and_null_keys_meet(ask: Ask) -> None:
    table = ask(["flights", "delay"], "carrier", "monthly")
    assert table.column_names == [
        "metrics_sample_date", "carrier", "carrier_name", "flights", "delay", "is_complete"
    ]  # fmt: skip
    found = [
        (day, who, plain(a), plain(b)) for day, who, a, b in rows(table, *table.column_names[:2], "flights", "delay")
    ]
    january, february, march = date(2013, 1, 1), date(2013, 2, 1), date(2013, 3, 1)
    assert found == [
        (january, "AA", 5.0, None),
        (january, "UA", 10.0, 1.5),
        (january, None, 1.0, 2.5),
        (february, "AA", None, None),
        (february, "UA", 20.0, None),
        (march, "UA", 30.0, None),
    ]


def test_a_display_name_does_not_multiply_rows(ask: Ask) -> None:
    table = ask("flights", "carrier", "monthly", where="carrier = 'UA'")
    assert rows(table, "carrier", "carrier_name") == [("UA", "United")] * 3


def test_completeness_goes_by_the_last_run_of_prod(ask: Ask) -> None:
    table = ask("flights", "carrier", "monthly", where="carrier = 'UA'")
    assert rows(table, "metrics_sample_date", "is_complete") == [
        (date(2013, 1, 1), True),
        (date(2013, 2, 1), True),
        (date(2013, 3, 1), False),
    ]


def test_a_window_that_begins_before_its_source_is_not_complete(ask: Ask) -> None:
    table = ask("flights", "carrier", "over_30_day_window")
    complete = [day for day, flag in rows(table, "metrics_sample_date", "is_complete") if flag]
    assert (complete[0], complete[-1]) == (date(2013, 1, 30), date(2013, 3, 14))


def test_a_metric_that_hides_partial_rows_shows_whole_ones_only(ask: Ask) -> None:
    table = ask("hidden", "carrier", "monthly")
    assert "is_complete" not in table.column_names
    assert max(row[0] for row in rows(table, "metrics_sample_date")) == date(2013, 2, 1)


def test_without_a_run_completeness_is_not_claimed(ask: Ask, engine: Engine) -> None:
    engine.execute("DROP TABLE metrics.gnomon_runs")
    assert "is_complete" not in ask("flights", "carrier", "monthly").column_names


def test_filters_ranges_order_and_limit(ask: Ask) -> None:
    table = ask("flights", "carrier", "monthly", ["carrier = 'UA'", "amount > 10"], order=["-flights"])
    assert [plain(row[0]) for row in rows(table, "flights")] == [30.0, 20.0]
    table = ask("flights", "carrier", "monthly", start="2013-02-01", end=date(2013, 2, 1))
    assert rows(table, "metrics_sample_date", "carrier") == [(date(2013, 2, 1), "UA")]
    assert ask("flights", "carrier", "monthly", limit=2).num_rows == 2
    assert ask("flights", "carrier", "monthly", entity_ids=["AA"]).num_rows == 1
    assert ask("flights", "carrier", "monthly", where="flights >= 30").num_rows == 1


def test_a_filter_cannot_escape_into_the_next_condition(ask: Ask) -> None:
    table = ask("flights", "carrier", "monthly", ["carrier = 'UA' or carrier = 'AA'", "amount = 5"])
    assert rows(table, "carrier") == [("AA",)]


def test_labels_become_columns(ask: Ask) -> None:
    table = ask(["flights", "kinds"], "carrier", "monthly", where="carrier = 'UA'", end="2013-01-31")
    assert [plain(cell) for cell in rows(table, "flights", "new", "gone")[0]] == [10.0, 3.0, 4.0]


def test_a_composite_entity_is_named_by_its_parts(ask: Ask) -> None:
    table = ask("flights", "route", "monthly", entity_ids=["JFK,LAX"])
    assert rows(table, "origin", "dest") == [("JFK", "LAX")]
    with pytest.raises(UsageError, match="bad_entity_id"):
        ask("flights", "route", "monthly", entity_ids=["JFK"])


def test_hours_are_those_of_local_days(ask: Ask) -> None:
    table = ask("flights", "carrier", "hourly", start="2013-01-01", end="2013-01-01")
    assert [row[0] for row in rows(table, "metrics_sample_date")] == [
        datetime(2013, 1, 1, 5),
        datetime(2013, 1, 2, 4),
    ]


def test_units_and_bounds_are_in_the_metadata(ask: Ask) -> None:
    table = ask(["flights", "delay"], "carrier", "monthly", where="carrier = 'UA'")
    assert json.loads(table.schema.field("delay").metadata[b"unit"]) == {"kind": "time", "code": "min"}
    said = about(table)
    assert said["bounds"] == {
        "each_row_covers": "the calendar month that begins on the sample date",
        "time_zone": "America/New_York",
        "first": {"sample_date": "2013-01-01", "start": "2013-01-01", "end_exclusive": "2013-02-01"},
        "last": {"sample_date": "2013-03-01", "start": "2013-03-01", "end_exclusive": "2013-04-01"},
    }
    values = [column for column in said["columns"] if column["role"] == "value"]
    assert [(column["name"], column["unit"]["code"]) for column in values] == [("flights", "flights"), ("delay", "min")]


def test_all_time_covers_from_the_start(ask: Ask) -> None:
    bounds = about(ask("flights", "carrier", "over_all_time"))["bounds"]
    assert bounds["last"] == {"sample_date": "2013-03-14", "start": "2013-01-01", "end_exclusive": "2013-03-15"}


def test_an_empty_answer_has_its_columns_and_no_bounds(ask: Ask) -> None:
    table = ask("flights", "carrier", "monthly", start="2020-01-01")
    assert (table.num_rows, about(table)["bounds"]["first"]) == (0, None)


MISTAKES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "no_metric": (([], "carrier", "monthly"), {}),
    "unknown_metric": (("flihts", "carrier", "monthly"), {}),
    "unknown_entity": (("flights", "carier", "monthly"), {}),
    "unknown_interval": (("flights", "carrier", "montly"), {}),
    "one_entity": (("flights", ["carrier", "route"], "monthly"), {}),
    "dimensions_differ": ((["flights", "by_source"], "carrier", "monthly"), {}),
    "unknown_column": (("flights", "carrier", "monthly"), {"order": ["nope"]}),
    "bad_order": (("flights", "carrier", "monthly"), {"order": ["carrier sideways"]}),
    "bad_date": (("flights", "carrier", "monthly"), {"start": "soon"}),
    "empty_range": (("flights", "carrier", "monthly"), {"start": "2013-02-01", "end": "2013-01-01"}),
    "bad_limit": (("flights", "carrier", "monthly"), {"limit": -1}),
    "bad_filter": (("flights", "carrier", "monthly"), {"where": "amount = 'many'"}),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_what_does_not_exist_is_said(ask: Ask, code: str) -> None:
    args, options = MISTAKES[code]
    with pytest.raises(UsageError) as refused:
        ask(*args, **options)
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].help or code == "bad_limit" or code == "one_entity"


def test_a_typo_is_answered_with_the_word_that_was_meant(ask: Ask) -> None:
    with pytest.raises(UsageError, match="did you mean 'flights'"):
        ask("flihts", "carrier", "monthly")
    with pytest.raises(UsageError, match="did you mean 'monthly'"):
        ask("flights", "carrier", "montly")


def test_all_that_is_not_built_is_named_at_once(ask: Ask) -> None:
    with pytest.raises(RunError) as refused:
        ask(["never_built", "delay"], "carrier", "over_all_time")
    assert [problem.code for problem in refused.value.problems] == ["not_built", "not_built"]
    assert "gnomon plan" in str(refused.value)


def test_a_table_older_than_its_definition_is_not_read(ask: Ask, engine: Engine) -> None:
    engine.execute("ALTER TABLE metrics.delay_to_carrier_monthly DROP COLUMN amount")
    with pytest.raises(RunError, match="lacks amount"):
        ask("delay", "carrier", "monthly")


def test_entity_ids_are_values_and_never_sql(ask: Ask) -> None:
    assert ask("flights", "carrier", "monthly", entity_ids=["UA' OR '1' = '1"]).num_rows == 0


def test_reading_without_a_database_says_to_build_it(project: Project) -> None:
    with pytest.raises(GnomonError, match="no_database"):
        query(project, "flights", "carrier", "monthly", contract=contract)


def test_data_begins_where_the_last_source_begins(project: Project, engine: Engine) -> None:
    from dataclasses import replace
    from datetime import timedelta

    from gnomon.query.freshness import data_through, first_date

    engine.execute("CREATE TABLE raw.weather AS SELECT TIMESTAMP '2013-02-01 03:00' AS at")
    flights = project.sources["raw.flights"]
    weather = replace(flights, name="raw.weather", time="at", time_zone="UTC", delay=timedelta(days=1))
    assert first_date(engine, [flights, weather], project.calendar) == date(2013, 1, 31)
    assert data_through(engine, project, [flights, weather]) is None
    engine.execute("INSERT INTO metrics.gnomon_runs VALUES ('prod', 'raw.weather', TIMESTAMP '2013-03-14')")
    assert data_through(engine, project, [flights, weather]) == datetime(2013, 3, 14)

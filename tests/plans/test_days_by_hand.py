"""Which days each row of a series is of: one event a day, and each amount says the first and the last one in it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon
from gnomon.compile.sql import incremental
from gnomon.time import Rolling, ToDate
from gnomon.time.ranges import written_range
from oracle.clock import DAY
from property.runs import CALENDAR, Run, bounded_sql, fill_calendar

FIRST, COUNT = date(2023, 1, 1), 800
EVENTS = f"CREATE SCHEMA raw; CREATE TABLE raw.e AS SELECT DATE '{FIRST}' + CAST(i AS INTEGER) AS day, 'a' AS k, \
CAST(i AS INTEGER) AS i FROM range({COUNT}) AS t(i)"
QUERY = """SELECT @metrics_sample_date(e.day) AS metrics_sample_date, e.k, @metric_name() AS metric,
  MIN(e.i) * 1000 + MAX(e.i) AS amount
FROM raw.e AS e WHERE e.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3"""
START = "2023-11-15"
"""The project's: neither a Monday nor the first of a month."""
Days = dict[str, tuple[str, str]]
"""The first and the last day of each sample date, as MM-DD."""


def rolling(count: int, unit: str, cron: str = "@daily") -> dict[str, Any]:
    return {"rolling": {"windows": [count], "unit": unit, "cron": cron}}


def buckets(grain: str) -> dict[str, Any]:
    return {"time_aggregations": [grain]}


def loaded(folder: Path, settings: dict[str, Any]) -> gnomon.Project:
    source = {"time": "day", "keys": {"k": "thing"}, "columns": {"day": "date", "k": "text", "i": "integer"}}
    files = {
        "gnomon.yaml": {"name": "days", "start": START, "default_dialect": "duckdb"},
        "sources.yaml": {"sources": {"raw.e": source}, "entities": {"thing": {}}},
        "metrics.yaml": {"m": {"ref": "m.sql", "entity_key": "k", **settings}},
    }
    (folder / "queries").mkdir()
    (folder / "queries" / "m.sql").write_text(QUERY)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    return gnomon.load(folder)


def days(sql: str) -> Days:
    with duckdb.connect() as connection:
        connection.execute(EVENTS)
        fill_calendar(connection, FIRST, FIRST + COUNT * DAY)
        rows = connection.execute(f"SELECT metrics_sample_date, amount FROM ({sql}) ORDER BY ALL").fetchall()
    each = [(sample, *(FIRST + timedelta(days=int(part)) for part in divmod(amount, 1000))) for sample, amount in rows]
    found = {f"{sample:%m-%d}": (f"{first:%m-%d}", f"{last:%m-%d}") for sample, first, last in each}
    assert len(found) == len(rows)
    return found


RENDERED: dict[str, tuple[dict[str, Any], str, str, Days]] = {
    "days": (buckets("daily"), "2024-01-05", "2024-01-06", {"01-05": ("01-05", "01-05"), "01-06": ("01-06", "01-06")}),
    "weeks": (buckets("weekly"), "2024-01-03", "2024-01-16",
              {"01-08": ("01-08", "01-14"), "01-15": ("01-15", "01-21")}),
    "weeks from a Monday to a Monday": (buckets("weekly"), "2024-01-08", "2024-01-15",
                                        {"01-08": ("01-08", "01-14"), "01-15": ("01-15", "01-21")}),
    "no week begins": (buckets("weekly"), "2024-01-03", "2024-01-06", {}),
    "months": (buckets("monthly"), "2024-01-02", "2024-03-01",
               {"02-01": ("02-01", "02-29"), "03-01": ("03-01", "03-31")}),
    "three days": (rolling(3, "day"), "2024-01-05", "2024-01-06",
                   {"01-05": ("01-03", "01-05"), "01-06": ("01-04", "01-06")}),
    "a week each week": (rolling(1, "week", "@weekly"), "2024-01-01", "2024-01-14",
                         {"01-07": ("01-01", "01-07"), "01-14": ("01-08", "01-14")}),
    "a month": (rolling(1, "month"), "2024-03-29", "2024-03-31",
                {"03-29": ("02-29", "03-29"), "03-30": ("02-29", "03-30"), "03-31": ("03-01", "03-31")}),
    "a month each month": (rolling(1, "month", "@monthly"), "2024-02-01", "2024-03-31",
                           {"02-29": ("02-01", "02-29"), "03-31": ("03-01", "03-31")}),
    "a year": (rolling(1, "year"), "2024-02-28", "2024-03-01",
               {"02-28": ("02-28", "02-28"), "02-29": ("03-01", "02-29"), "03-01": ("03-02", "03-01")}),
    "the month to date": ({"to_date": ["month"]}, "2024-02-28", "2024-03-01",
                          {"02-28": ("02-01", "02-28"), "02-29": ("02-01", "02-29"), "03-01": ("03-01", "03-01")}),
    "all time": ({"over_all_time": True}, "2024-01-05", "2024-01-06", {"01-06": ("11-15", "01-06")}),
}  # fmt: skip


@pytest.mark.parametrize("name", RENDERED)
def test_rendered(name: str, tmp_path: Path) -> None:
    settings, start, end, wanted = RENDERED[name]
    bounds = {"start": date.fromisoformat(start), "end": date.fromisoformat(end)}
    [query] = gnomon.render(loaded(tmp_path, settings), "m", **bounds)  # type: ignore[arg-type]
    assert days(query.sql) == wanted


def each(first: str, last: str, back: int) -> Days:
    """The windows of some days at each date from the first to the last."""
    day, found = date.fromisoformat(first), {}
    while day <= date.fromisoformat(last):
        found[f"{day:%m-%d}"] = (f"{day - back * DAY:%m-%d}", f"{day:%m-%d}")
        day += DAY
    return found


SUNDAY, FROM_START = ("2024-02-10", "2024-02-11"), (START, "2023-12-04")
RUNS: dict[str, tuple[dict[str, Any], tuple[str, str], str, Days]] = {
    "days": (buckets("daily"), SUNDAY, "2024-03-20", each("2024-02-10", "2024-02-11", 0)),
    "weeks": (buckets("weekly"), SUNDAY, "2024-03-20", {"02-05": ("02-05", "02-11")}),
    "a week that has just ended": (buckets("weekly"), SUNDAY, "2024-02-12", {"02-05": ("02-05", "02-11")}),
    "a week that has not": (buckets("weekly"), SUNDAY, "2024-02-11", {}),
    "a week and the Monday after": (buckets("weekly"), ("2024-02-11", "2024-02-12"), "2024-03-20",
                                    {"02-05": ("02-05", "02-11"), "02-12": ("02-12", "02-18")}),
    "months": (buckets("monthly"), SUNDAY, "2024-03-20", {"02-01": ("02-01", "02-29")}),
    "weeks from the start on": (buckets("weekly"), FROM_START, "2023-12-04",
                                {"11-20": ("11-20", "11-26"), "11-27": ("11-27", "12-03")}),
    "months from the start on": (buckets("monthly"), FROM_START, "2024-01-01", {"12-01": ("12-01", "12-31")}),
    "three days": (rolling(3, "day"), SUNDAY, "2024-03-20", each("2024-02-10", "2024-02-13", 2)),
    "three days until today": (rolling(3, "day"), SUNDAY, "2024-02-12", each("2024-02-10", "2024-02-11", 2)),
    "three days from the start on": (rolling(3, "day"), ("2023-11-01", "2023-11-15"), "2024-03-20",
                                     each("2023-11-15", "2023-11-17", 2)),
    "a week": (rolling(1, "week"), SUNDAY, "2024-03-20", each("2024-02-10", "2024-02-17", 6)),
    "the month to date": ({"to_date": ["month"]}, ("2024-02-27", "2024-02-28"), "2024-03-20",
                          {day: ("02-01", day) for day in ("02-27", "02-28", "02-29")}),
    "the month to date from the start on": ({"to_date": ["month"]}, (START, "2023-11-15"), "2023-11-17",
                                            {day: ("11-01", day) for day in ("11-15", "11-16")}),
    "days that end": ({**buckets("daily"), "end": "2024-02-10"}, SUNDAY, "2024-03-20",
                      each("2024-02-10", "2024-02-10", 0)),
    "weeks that end": ({**buckets("weekly"), "end": "2024-02-05"}, (START, "2024-02-20"), "2024-02-20",
                       {f"{day:%m-%d}": (f"{day:%m-%d}", f"{day + 6 * DAY:%m-%d}")
                        for day in (date(2023, 11, 20) + 7 * n * DAY for n in range(12))}),
    "three days that end": ({**rolling(3, "day"), "end": "2024-02-11"}, SUNDAY, "2024-03-20",
                            each("2024-02-10", "2024-02-11", 2)),
    "all time": ({"over_all_time": True}, SUNDAY, "2024-02-12", {"02-11": ("11-15", "02-11")}),
    "all time that ends": ({"over_all_time": True, "end": "2024-02-10"}, SUNDAY, "2024-02-12",
                           {"02-10": ("11-15", "02-10")}),
    "days, all of them": ({**buckets("daily"), "incremental": False}, SUNDAY, "2023-11-18",
                          each("2023-11-15", "2023-11-17", 0)),
    "three days, all of them": ({**rolling(3, "day"), "incremental": False}, SUNDAY, "2023-11-18",
                                each("2023-11-15", "2023-11-17", 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str, tmp_path: Path) -> None:
    settings, (first, last), execution, wanted = RUNS[name]
    project = loaded(tmp_path, settings)
    [variant] = gnomon.expand(project)
    run = Run(variant, date.fromisoformat(first), date.fromisoformat(last) + DAY, date.fromisoformat(execution))  # type: ignore[arg-type]
    found = days(bounded_sql(incremental(project, variant, CALENDAR).query, run))
    if isinstance(variant.interval, Rolling | ToDate):  # it may compute dates that it does not write
        high = written_range(variant.interval, run.start, run.end, run.execution, run.execution, project.calendar)[1]
        found = {sample: days for sample, days in found.items() if sample < f"{high:%m-%d}"}
    assert found == wanted


HOURS = "CREATE SCHEMA raw; CREATE TABLE raw.e AS SELECT TIMESTAMP '{first} 00:30:00' + INTERVAL (i) HOUR AS day, \
'a' AS k, CAST(i AS INTEGER) AS i FROM range(96) AS t(i)"
IN_HOURS = {"sources": ('"day": "date"', '"day": "timestamp"'), "gnomon": ("{", '{"time_zone": "America/New_York", ')}


@pytest.mark.parametrize("how", ["from parts", "joined to hours", "in a run"])
@pytest.mark.parametrize(("day", "offset", "size"), [(date(2024, 3, 10), 5, 23), (date(2024, 11, 3), 4, 25)])
@pytest.mark.parametrize(
    ("settings", "back"),
    [(buckets("hourly"), 0), (rolling(2, "hour", "@hourly"), 1), (rolling(25, "hour", "@hourly"), 24),
     (rolling(2, "day", "@hourly"), 47)],
)  # fmt: skip
def test_hours_of_the_days_on_which_clocks_change(
    settings: dict[str, Any], back: int, day: date, offset: int, size: int, how: str, tmp_path: Path
) -> None:
    """An event each hour, in UTC; `offset` is the hour at which the local day begins."""
    loaded(tmp_path, settings)
    if how == "joined to hours":  # a median has no parts
        file = tmp_path / "queries" / "m.sql"
        file.write_text(file.read_text().replace(" AS amount", " + 0 * CAST(MEDIAN(e.i) AS INTEGER) AS amount"))
    for name, change in IN_HOURS.items():
        file = tmp_path / f"{name}.yaml"
        file.write_text(file.read_text().replace(*change, 1).replace('"time":', '"time_zone": "UTC", "time":'))
    project = gnomon.load(tmp_path)
    [variant] = gnomon.expand(project)
    sql = gnomon.render(project, "m", start=day, end=day)[0].sql
    if how == "in a run":
        run = Run(variant, day, day + DAY, day + DAY)  # type: ignore[arg-type]
        sql = bounded_sql(incremental(project, variant, CALENDAR).query, run)
    first = datetime(day.year, day.month, day.day) - 2 * DAY
    with duckdb.connect() as connection:
        connection.execute(HOURS.format(first=first.date()))
        fill_calendar(connection, FIRST, FIRST + COUNT * DAY)
        rows = connection.execute(f"SELECT metrics_sample_date, amount FROM ({sql}) ORDER BY ALL").fetchall()
    hours = range(48 + offset, 48 + offset + size)
    assert rows == [(first + timedelta(hours=i), (i - back) * 1000 + i) for i in hours]

"""Windows and buckets that can be counted on fingers: one small table, one expression each, and its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon

EVENTS = """CREATE SCHEMA raw; CREATE TABLE raw.e AS SELECT * FROM (VALUES
  (DATE '2024-01-01', 'a', 'ann', 'x', 5, true), (DATE '2024-01-01', 'a', 'bob', 'y', 1, false),
  (DATE '2024-01-02', 'a', 'ann', 'x', 5, true), (DATE '2024-01-02', 'a', 'ann', 'y', 2, NULL),
  (DATE '2024-01-02', 'b', 'ann', 'x', 7, true), (DATE '2024-01-04', 'a', NULL, 'z', NULL, true)
) AS t(day, k, who, kind, amount, flag)"""
COLUMNS = {"day": "date", "k": "text", "who": "text", "kind": "text", "amount": "integer", "flag": "boolean"}
THREE_DAYS = {"rolling": {"windows": [3], "unit": "day", "cron": "@daily"}}
BOUNDS = "e.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
OUTPUTS = "@metrics_sample_date(e.day) AS metrics_sample_date, e.k, @metric_name() AS metric"
Found = dict[tuple[Any, ...], Any]


def counted(
    folder: Path,
    sql: str,
    settings: Mapping[str, Any],
    start: date,
    end: date,
    events: str = EVENTS,
    peer: str | None = None,
) -> Found:
    """The amounts of the rendered rows of one metric, by their other columns; `peer` is the SQL of one called `n`."""
    source = {"time": "day", "keys": {"k": "thing"}, "columns": COLUMNS}
    queries = {"m": sql} | ({"n": peer} if peer else {})
    files = {
        "gnomon.yaml": {"name": "fingers", "start": "2024-01-01", "default_dialect": "duckdb"},
        "sources.yaml": {"sources": {"raw.e": source}, "entities": {"thing": {}}},
        "metrics.yaml": {name: {"ref": f"{name}.sql", "entity_key": "k", **settings} for name in queries},
    }
    (folder / "queries").mkdir()
    for name, text in queries.items():
        (folder / "queries" / f"{name}.sql").write_text(text)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    query = gnomon.render(gnomon.load(folder), "m", start=start, end=end)[-1]
    with duckdb.connect() as connection:
        connection.execute(events)
        cursor = connection.execute(query.sql)
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    keys = [name for name in names if name not in ("metric", "amount")]
    found = {tuple(row[name] for name in keys): row["amount"] for row in rows}
    assert len(found) == len(rows), "a key has two rows"
    return found


def of_days(amount: str, rest: str = "") -> str:
    return f"SELECT {OUTPUTS}, {amount} AS amount FROM raw.e AS e WHERE {BOUNDS} GROUP BY 1, 2, 3 {rest}"


WINDOWS: dict[str, tuple[float | None, float | None, float | None]] = {
    "COUNT(*)": (4, 3, 1),
    "COUNT(*) FILTER (WHERE e.flag)": (2, 2, 1),
    "COUNT(e.amount)": (4, 2, 0),
    "COUNT_IF(e.kind = 'x')": (2, 1, 0),
    "COUNT_IF(e.kind = 'x') FILTER (WHERE e.amount > 1)": (2, 1, None),
    "COUNT(DISTINCT e.who)": (2, 1, 0),
    "COUNT(DISTINCT e.amount) FILTER (WHERE e.flag)": (1, 1, 0),
    "SUM(e.amount)": (13, 7, None),
    "SUM(e.amount) - SUM(CASE WHEN e.flag THEN e.amount END)": (3, 2, None),
    "SUM(DISTINCT e.amount)": (8, 7, None),
    "AVG(e.amount)": (13 / 4, 7 / 2, None),
    "AVG(DISTINCT e.amount)": (8 / 3, 7 / 2, None),
    "MIN(e.amount)": (1, 2, None),
    "MIN(DISTINCT e.amount)": (1, 2, None),
    "MAX(e.amount) - MIN(e.amount)": (4, 3, None),
    "MAX(e.amount, 3)[3]": (2, None, None),
    "CAST(BOOL_OR(e.flag) AS INTEGER) + 2 * CAST(BOOL_AND(e.flag) AS INTEGER)": (1, 3, 3),
    "VAR_POP(e.amount)": (51 / 16, 9 / 4, None),
    "VAR_SAMP(e.amount)": (51 / 12, 9 / 2, None),
    "STDDEV_POP(e.amount)": ((51 / 16) ** 0.5, 3 / 2, None),
    "STDDEV_SAMP(e.amount)": ((51 / 12) ** 0.5, (9 / 2) ** 0.5, None),
    "MEDIAN(e.amount)": (3.5, 3.5, None),
    "SUM(SUM(e.amount)) OVER () - SUM(e.amount)": (7, 7, None),
    "SUM(COUNT(*)) FILTER (WHERE COUNT(*) > 1) OVER ()": (4, 3, None),
}
"""What `a` has over three days, at the 2nd, the 4th and the 5th of January."""


@pytest.mark.parametrize("amount", WINDOWS)
def test_three_days(amount: str, tmp_path: Path) -> None:
    found = counted(tmp_path, of_days(amount), THREE_DAYS, date(2024, 1, 2), date(2024, 1, 5))
    assert {key[0].day: value for key, value in found.items() if key[1] == "a" and key[0].day != 3} == {
        day: None if wanted is None else pytest.approx(wanted)
        for day, wanted in zip((2, 4, 5), WINDOWS[amount], strict=True)
    }


FILLS: dict[str, tuple[str, str, dict[str, Any], dict[tuple[Any, ...], float | None]]] = {
    "zero": ("SUM(e.amount)", "", {"fill": "zero"}, {
        (3, "a"): 0, (3, "b"): 0, (4, "a"): None, (4, "b"): 0, (5, "a"): 0, (5, "b"): 0,
    }),
    "null": ("SUM(e.amount)", "", {"fill": "null"}, {(day, key): None for day in (3, 4, 5) for key in "ab"}),
    "by a dimension that may be null": ("COUNT(*)", "e.who, ", {"fill": "zero"}, {
        (3, "a", "ann"): 0, (3, "a", "bob"): 0, (3, "b", "ann"): 0, (4, "a", "ann"): 0, (4, "a", "bob"): 0,
        (4, "b", "ann"): 0, (4, "a", None): 1, (5, "a", "ann"): 0, (5, "a", "bob"): 0, (5, "b", "ann"): 0,
        (5, "a", None): 0,
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", FILLS)
def test_days_that_are_filled(name: str, tmp_path: Path) -> None:
    """From each key's first row on, also where that was before the dates that are asked for."""
    amount, dims, settings, wanted = FILLS[name]
    sql = f"SELECT {OUTPUTS}, {dims}{amount} AS amount FROM raw.e AS e WHERE {BOUNDS} GROUP BY ALL"
    settings = {"time_aggregations": ["daily"], **settings}
    found = counted(tmp_path, sql, settings, date(2024, 1, 3), date(2024, 1, 5))
    assert {(key[0].day, *key[1:]): value for key, value in found.items()} == wanted


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"time_aggregations": ["daily"]}, {(1, "a"): 6, (2, "a"): 12 - 5, (2, "b"): 7, (3, "a"): 0, (3, "b"): 0}),
        (THREE_DAYS, {(1, "a"): 6, (2, "a"): 13, (2, "b"): 7, (3, "a"): 13, (3, "b"): 7}),
    ],
)
def test_nothing_is_filled_before_a_keys_first_row(
    settings: dict[str, Any], wanted: dict[tuple[Any, ...], float], tmp_path: Path
) -> None:
    start, end = date(2023, 12, 31), date(2024, 1, 3)
    found = counted(tmp_path, of_days("SUM(e.amount)"), {"start": "2023-12-01", "fill": "zero", **settings}, start, end)
    assert {(key[0].day, *key[1:]): value for key, value in found.items()} == wanted


def test_a_key_that_an_aggregate_keeps_cannot_be_filled(tmp_path: Path) -> None:
    """Its first row says nothing of whether the sum of its day passes."""
    sql = f"""WITH sums AS (SELECT @metrics_sample_date(e.day) AS metrics_sample_date, e.k, SUM(e.amount) AS total
        FROM raw.e AS e WHERE {BOUNDS} GROUP BY 1, 2)
        SELECT metrics_sample_date, k, @metric_name() AS metric, SUM(total) AS amount FROM sums WHERE total > 6
        GROUP BY 1, 2, 3"""
    with pytest.raises(gnomon.DefinitionError, match="fill_not_possible"):
        counted(tmp_path, sql, {"time_aggregations": ["daily"], "fill": "zero"}, date(2024, 1, 3), date(2024, 1, 5))


SPARSE = """CREATE SCHEMA raw; CREATE TABLE raw.e AS SELECT * FROM (VALUES
  (DATE '2023-01-31', 'a', 'ann', 'x', 1, true), (DATE '2023-02-28', 'a', 'bob', 'x', 10, true),
  (DATE '2023-03-01', 'a', 'bob', 'x', 100, true), (DATE '2023-03-04', 'a', 'bob', 'x', 1000, true),
  (DATE '2023-03-04', 'b', 'bob', 'y', 1, true), (DATE '2023-03-06', 'b', 'cyd', 'x', NULL, true),
  (DATE '2023-03-01', 'c', 'dan', 'z', 5, true), (DATE '2023-03-08', 'c', 'dan', 'z', 6, true)
) AS t(day, k, who, kind, amount, flag)"""
A_MONTH: dict[str, Any] = {"rolling": {"windows": [1], "unit": "month", "cron": "@daily"}}
PEOPLE = "COUNT(DISTINCT e.who)"
SERIES: dict[str, tuple[str, dict[str, Any], tuple[str, str], dict[str, dict[str, Any]]]] = {
    "a sum over three days": ("SUM(e.amount)", THREE_DAYS, ("2023-02-27", "2023-03-09"), {
        "a": {"02-28": 10, "03-01": 110, "03-02": 110, "03-03": 100, "03-04": 1000, "03-05": 1000, "03-06": 1000},
        "b": {"03-04": 1, "03-05": 1, "03-06": 1, "03-07": None, "03-08": None},
        "c": {"03-01": 5, "03-03": 5, "03-04": "no row", "03-07": "no row", "03-08": 6, "03-09": 6},
    }),
    "people of three days": (PEOPLE, THREE_DAYS, ("2023-02-27", "2023-03-09"), {
        "a": dict.fromkeys(("02-28", "03-01", "03-02", "03-03", "03-04", "03-05", "03-06"), 1),
        "b": {"03-04": 1, "03-05": 1, "03-06": 2, "03-07": 1, "03-08": 1},
        "c": {"03-01": 1, "03-03": 1, "03-04": "no row", "03-07": "no row", "03-08": 1, "03-09": 1},
    }),
    "people and a sum of three days": (f"10000 * {PEOPLE} + SUM(e.amount)", THREE_DAYS, ("2023-03-01", "2023-03-03"), {
        "a": {"03-01": 10110, "03-02": 10110, "03-03": 10100},
    }),
    "a sum over a month": ("SUM(e.amount)", A_MONTH, ("2023-02-27", "2023-04-01"), {
        "a": {"02-27": 1, "02-28": 10, "03-01": 110, "03-04": 1110, "03-29": 1110, "03-30": 1110, "03-31": 1100,
              "04-01": 1000},
    }),
    "people of a month": (PEOPLE, A_MONTH, ("2023-02-27", "2023-04-06"), {
        "a": {"02-27": 1, "02-28": 1, "03-04": 1, "03-30": 1, "03-31": 1, "04-01": 1, "04-03": 1},
        "b": {"03-04": 1, "03-06": 2, "04-03": 2, "04-04": 1, "04-05": 1},
    }),
    "the month to date": ("SUM(e.amount)", {"to_date": ["month"]}, ("2023-02-27", "2023-04-01"), {
        "a": {"02-28": 10, "03-01": 100, "03-04": 1100, "03-29": 1100, "03-30": 1100, "03-31": 1100},
    }),
    "people of the month to date": (PEOPLE, {"to_date": ["month"]}, ("2023-02-27", "2023-04-01"), {
        "a": {"02-28": 1, "03-01": 1, "03-31": 1}, "b": {"03-04": 1, "03-06": 2, "03-31": 2},
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", SERIES)
def test_dates_at_which_rows_enter_and_leave(name: str, tmp_path: Path) -> None:
    """Before and after these a key has no row."""
    amount, settings, (start, end), wanted = SERIES[name]
    bounds = date.fromisoformat(start), date.fromisoformat(end)
    found = counted(tmp_path, of_days(amount), {"start": "2023-01-01", **settings}, *bounds, SPARSE)
    for key, series in wanted.items():
        got = {f"{day:%m-%d}": value for (day, k), value in found.items() if k == key}
        assert {day: got.get(day, "no row") for day in series} == series
        first, last = min(series), max(series)
        assert (min(got), max(got)) == (first, last)


def test_rows_that_a_window_does_not_hold(tmp_path: Path) -> None:
    sql = of_days("COUNT(*)").replace("WHERE", "WHERE e.kind = 'x' AND")
    found = counted(tmp_path, sql, {"start": "2023-01-01", **THREE_DAYS}, date(2023, 3, 6), date(2023, 3, 7), SPARSE)
    assert {(key[0].day, key[1]): value for key, value in found.items()} == {(6, "a"): 1, (6, "b"): 1, (7, "b"): 1}


def test_peers_that_are_read_date_by_date(tmp_path: Path) -> None:
    """Bounds as values are those of each date by itself; a peer has rows of others too."""
    length = "@metrics_sample_interval_length(p.metrics_sample_date, 'day')"
    sql = f"""SELECT p.metrics_sample_date, p.k, @metric_name() AS metric, p.amount / {length} AS amount
        FROM @metrics_peer_ref(n) AS p WHERE p.metrics_sample_date > DATE '2024-01-01'"""
    found = counted(tmp_path, sql, THREE_DAYS, date(2024, 1, 2), date(2024, 1, 3), peer=of_days("SUM(e.amount)"))
    assert {(key[0].day, key[1]): value for key, value in found.items()} == pytest.approx(
        {(2, "a"): 13 / 3, (2, "b"): 7 / 3, (3, "a"): 13 / 3, (3, "b"): 7 / 3}
    )

"""Seeds hold what queries ask for: literals, joins, bounds, overlaps, late beginners."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlglot

from gnomon.model import Column, Entity, Key, Project, Reference, Relationship, SourceTable
from gnomon.run.seed import SeedTable, plan_seeds
from gnomon.run.seed_days import seed_days
from gnomon.run.seed_usage import read_usage
from gnomon.time import Calendar

DAY = timedelta(days=1)
DAYS = seed_days(
    [
        (date(2025, 1, 1), date(2026, 1, 1)),
        (date(2026, 5, 24), date(2026, 11, 21)),
        (date(2026, 10, 1), date(2026, 11, 1)),
    ],
    date(2026, 11, 14),
    date(2026, 11, 20),
)
BRIDGES = (
    Relationship("oso.ap", "artifact", ("artifact_id",), "project", ("project_id",)),
    Relationship("oso.pc", "project", ("project_id",), "collection", ("collection_id",)),
)


def project(columns: dict[str, Column] | None = None, bridges: tuple[Relationship, ...] = BRIDGES) -> Project:
    keys = (Key(("to_artifact_id",), "artifact"), Key(("from_artifact_id",), "artifact"))
    source = SourceTable("oso.events", "bucket_day", keys, columns or {}, False, "UTC")
    bots = Reference("oso.bots", {"is_bot": Column("is_bot", "boolean")}, False)
    entities = {name: Entity(name) for name in ("artifact", "project", "collection")}
    return Project(
        Path(), "demo", "metrics", date(2015, 1, 1), Calendar(), "duckdb", {"oso.events": source},
        {"oso.bots": bots}, entities, bridges, {},
    )  # fmt: skip


def seeds(sql: str, of: Project | None = None, built: tuple[str, ...] = ()) -> dict[str, SeedTable]:
    trees = [sqlglot.parse_one(part, dialect="duckdb") for part in sql.split(";")]
    return {table.name: table for table in plan_seeds(of or project(), trees, "duckdb", DAYS, built)}


def column(table: SeedTable, name: str) -> list[object]:
    position = list(table.columns).index(name)
    return [row[position] for row in table.rows]


def rows(table: SeedTable) -> list[dict[str, object]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


EVENTS = "SELECT to_artifact_id, event_source, SUM(amount) AS amount FROM oso.events WHERE {} GROUP BY 1, 2"


def test_the_same_queries_give_the_same_rows() -> None:
    sql = EVENTS.format("event_type IN ('STARRED')")
    assert seeds(sql)["oso.events"].rows == seeds(sql)["oso.events"].rows
    assert len(seeds(sql)["oso.events"].rows) >= 400


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        ("event_type IN ('A', 'B') AND size > 100", lambda r: r["event_type"] in ("A", "B") and (r["size"] or 0) > 100),
        ("name LIKE '%[bot]' AND NOT closed", lambda r: str(r["name"]).endswith("[bot]") and r["closed"] is False),
        ("LOWER(source) = 'git' AND reason IS NULL", lambda r: r["source"] == "git" and r["reason"] is None),
        ("size BETWEEN 7 AND 9 OR kind = 'X'", lambda r: r["kind"] == "X" and r["size"] not in (7, 8, 9)),
        ("size BETWEEN 7 AND 9 OR kind = 'X'", lambda r: r["size"] in (7, 8, 9) and r["kind"] != "X"),
        (
            "a = 'A' AND b = 'B' AND c = 'C' AND size > 50 OR d = 'D' AND e = 'E' AND size > 60 AND big",
            lambda r: r["d"] == "D" and r["e"] == "E" and (r["size"] or 0) > 60 and r["big"] and r["a"] != "A",
        ),
        ("NOT (size < 5 OR kind IN ('X', 'Y'))", lambda r: (r["size"] or 0) >= 5 and r["kind"] not in ("X", "Y", None)),
        (
            "starts_with(code, 'ab') AND level >= 3.5",
            lambda r: str(r["code"]).startswith("ab") and (r["level"] or 0) >= 3.5,
        ),
    ],
)
def test_conjunctions_have_rows_that_pass_and_rows_that_do_not(condition, passes) -> None:
    found = rows(seeds(EVENTS.format(condition))["oso.events"])
    passing = sum(bool(passes(row)) for row in found)
    assert 20 <= passing < len(found) - 20


def test_conditions_of_case_and_filter_are_joined_with_where() -> None:
    table = seeds(
        "SELECT to_artifact_id, SUM(CASE WHEN is_big THEN amount ELSE 0 END), COUNT(*) FILTER (WHERE kind = 'K'),"
        " SUM(CASE color WHEN 'red' THEN 1 END) FROM oso.events WHERE event_type = 'E' GROUP BY 1"
    )["oso.events"]
    found = rows(table)
    assert sum(row["event_type"] == "E" and row["kind"] == "K" for row in found) > 40
    assert sum(row["event_type"] == "E" and row["is_big"] is True for row in found) > 40
    assert "red" in column(table, "color")
    assert any("kind = 'K'" in text and "event_type = 'E'" in text for text in table.predicates)


def test_conditions_are_followed_through_ctes_and_unions() -> None:
    table = seeds(
        "WITH bound AS (SELECT e.* FROM oso.events AS e),"
        " both_kinds AS (SELECT *, kind AS what FROM bound WHERE size > 900"
        " UNION ALL SELECT *, kind AS what FROM bound WHERE size < 3)"
        " SELECT to_artifact_id, COUNT(*) FROM both_kinds WHERE what = 'W' GROUP BY 1"
    )["oso.events"]
    found = [row for row in rows(table) if row["kind"] == "W" and row["size"] is not None]
    assert any(row["size"] > 900 for row in found) and any(row["size"] < 3 for row in found)


def test_types_are_declared_or_inferred_from_use() -> None:
    sql = (
        "SELECT to_artifact_id, SUM(amount), AVG(latency) / 60, COUNT_IF(ok), MIN(closed_at), SUM(LENGTH(title))"
        " FROM oso.events WHERE stars = 3 AND DATE_TRUNC('hour', seen) > CAST('2024-01-01' AS DATE)"
        " AND lang = 'py' AND merged_at < CAST('2026-01-01' AS TIMESTAMP) GROUP BY 1"
    )
    declared = project({"stars": Column("stars", "bigint"), "amount": Column("amount", "decimal(18, 2)")})
    types = {name: type_.sql("duckdb") for name, type_ in seeds(sql, declared)["oso.events"].columns.items()}
    assert types == {
        "bucket_day": "DATE",
        "to_artifact_id": "TEXT",
        "from_artifact_id": "TEXT",
        "stars": "BIGINT",
        "amount": "DECIMAL(18, 2)",
        "latency": "DOUBLE",
        "ok": "BOOLEAN",
        "closed_at": "TIMESTAMP",
        "title": "TEXT",
        "seen": "TIMESTAMP",
        "lang": "TEXT",
        "merged_at": "TIMESTAMP",
    }


def test_joined_columns_share_values_and_leave_some_unmatched() -> None:
    found = seeds(
        "SELECT e.to_artifact_id, COUNT(*) FROM oso.events AS e JOIN oso.bots AS b ON e.from_artifact_id = b.user_id"
        " WHERE b.is_bot = FALSE GROUP BY 1"
    )
    users, known = set(column(found["oso.events"], "from_artifact_id")), column(found["oso.bots"], "user_id")
    assert users & set(known) and users - set(known)
    assert len(known) == len(set(known))
    assert {True, False} <= set(column(found["oso.bots"], "is_bot"))


def test_bridges_overlap_repeat_a_pair_and_miss_an_id() -> None:
    found = seeds(
        "SELECT p.project_id, c.collection_id, COUNT(*) FROM oso.events AS e"
        " JOIN oso.ap AS p ON e.to_artifact_id = p.artifact_id"
        " JOIN oso.pc AS c ON p.project_id = c.project_id GROUP BY 1, 2"
    )
    projects, collections = defaultdict(set), defaultdict(set)
    for row in rows(found["oso.ap"]):
        projects[row["artifact_id"]].add(row["project_id"])
    for row in rows(found["oso.pc"]):
        collections[row["project_id"]].add(row["collection_id"])
    assert any(len(ids) > 1 for ids in projects.values())
    assert len(found["oso.ap"].rows) > len(set(found["oso.ap"].rows))
    assert set(column(found["oso.events"], "to_artifact_id")) - set(projects)
    assert {p for ids in projects.values() for p in ids} - set(collections)
    twice = [
        a for a, ids in projects.items() if any(collections[p] & collections[q] for p in ids for q in ids if p != q)
    ]
    assert twice, "an artifact must be in two projects of one collection"


def test_validity_has_open_ended_and_overlapping_stretches() -> None:
    dated = Relationship(
        "oso.ap", "artifact", ("artifact_id",), "project", ("project_id",), "many_to_many", "since", "until"
    )
    found = rows(seeds("SELECT artifact_id, project_id, since, until FROM oso.ap", project(bridges=(dated,)))["oso.ap"])
    assert any(row["since"] is None and row["until"] is None for row in found)
    assert any(row["until"] is not None for row in found) and any(row["since"] is not None for row in found)
    assert all(row["since"] < row["until"] for row in found if row["since"] and row["until"])


def test_one_to_many_and_many_to_one_are_kept() -> None:
    for cardinality, side in (
        ("many_to_one", "artifact_id"),
        ("one_to_many", "project_id"),
        ("one_to_one", "artifact_id"),
    ):
        hop = Relationship("oso.ap", "artifact", ("artifact_id",), "project", ("project_id",), cardinality)
        table = seeds("SELECT artifact_id, project_id FROM oso.ap", project(bridges=(hop,)))["oso.ap"]
        pairs = set(table.rows)
        assert len({row[list(table.columns).index(side)] for row in pairs}) == len(pairs)


def test_rows_are_recent_at_bounds_at_month_ends_and_after_the_end() -> None:
    days = column(seeds(EVENTS.format("event_type = 'A'"))["oso.events"], "bucket_day")
    recent = [day for day in days if date(2026, 11, 14) <= day <= date(2026, 11, 20)]
    assert len(recent) > len(days) / 3 and set(recent) == {date(2026, 11, day) for day in range(14, 21)}
    bounds = {day for low, high in DAYS.spans for day in (low - DAY, low, high - DAY, high)}
    assert {date(2026, 5, 24), date(2026, 5, 23), date(2025, 12, 31), date(2026, 10, 31)} <= bounds <= set(days)
    assert any(day > DAYS.last for day in days) and min(days) < date(2025, 1, 1)


def test_ids_that_are_counted_begin_late_in_each_bucket() -> None:
    kinds = ";".join(
        f"SELECT to_artifact_id, COUNT(DISTINCT actor) FROM oso.events WHERE kind = '{kind}' AND size > 9 GROUP BY 1"
        for kind in "ABCDEFGH"
    )
    found = [row for row in rows(seeds(kinds)["oso.events"]) if row["kind"] == "H" and (row["size"] or 0) > 9]
    first: dict[object, date] = {}
    for row in sorted(found, key=lambda row: str(row["bucket_day"])):
        first.setdefault(row["actor"], row["bucket_day"])
    assert set(DAYS.debuts) <= set(first.values())
    beginnings = [day for actor, day in first.items() if actor is not None]
    assert any(date(2026, 11, 14) <= day for day in beginnings)
    assert any(date(2025, 1, 1) <= day < date(2026, 1, 1) for day in beginnings)


def test_having_a_count_gets_enough_rows() -> None:
    few = seeds(EVENTS.format("event_type = 'A'"))["oso.events"]
    many = seeds(EVENTS.format("event_type = 'A'") + " HAVING COUNT(*) > 100")["oso.events"]
    assert len(many.rows) > 3 * len(few.rows)


def test_measures_hold_nulls_and_numbers_that_sum_exactly() -> None:
    amounts = column(seeds(EVENTS.format("event_type = 'A'"))["oso.events"], "amount")
    assert None in amounts
    assert all(float(amount) * 4 % 1 == 0 for amount in amounts if amount is not None)


def test_timestamps_lie_at_the_bounds_of_days() -> None:
    timed = project({"bucket_day": Column("bucket_day", "timestamp")})
    moments = column(seeds(EVENTS.format("event_type = 'A'"), timed)["oso.events"], "bucket_day")
    assert all(isinstance(moment, datetime) for moment in moments)
    assert {(0, 0), (23, 59)} <= {(moment.hour, moment.minute) for moment in moments}


def test_instants_lie_at_the_bounds_of_local_days() -> None:
    local = replace(project({"bucket_day": Column("bucket_day", "timestamptz")}), calendar=Calendar("America/New_York"))
    moments = column(seeds(EVENTS.format("event_type = 'A'"), local)["oso.events"], "bucket_day")
    hours = {(moment.utcoffset(), moment.hour, moment.minute) for moment in moments if isinstance(moment, datetime)}
    assert {(timedelta(0), 5, 0), (timedelta(0), 4, 59)} <= hours


def test_tables_that_are_built_are_not_seeded() -> None:
    assert set(seeds("SELECT a FROM oso.model; SELECT b FROM oso.other", built=("oso.model",))) == {"oso.other"}


def test_usage_names_what_a_scan_must_pass_together() -> None:
    tree = sqlglot.parse_one(
        "SELECT 1 FROM t AS a JOIN t AS b ON a.k = b.k WHERE a.x = 'P' AND b.x = 'Q'", dialect="duckdb"
    )
    profiles = read_usage([tree], "duckdb").profiles["t"]
    assert [[(d.place.column, d.values) for d in profile] for profile in profiles] == [[("x", ("P",))], [("x", ("Q",))]]

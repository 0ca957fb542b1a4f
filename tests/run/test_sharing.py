"""Shared tables in real plans and runs: used where they may be, gone afterwards, and never another number."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlglot import parse_one

import gnomon.run.sharing as sharing
from gnomon.errors import RunError
from gnomon.run.plan import plan
from gnomon.run.stock import sqlmesh_cli
from schedules.definitions import Definitions
from schedules.drive import Warehouse
from schedules.schedule import Event, Step

DAY = timedelta(days=1)
FIRST = datetime(2024, 1, 10, 12)
EVENTS = [
    Event(FIRST + n * DAY, FIRST + n * DAY, artifact, f"{actor}{n % k}", n % 7, n / 4)
    for n in range(50)
    for artifact, actor, k in (("a", "ann", 3), ("b", "bob", 5), ("a", "cy", 11))
]
TEAMS = [("a", "red"), ("b", "red"), ("b", "blue")]
DEFINITIONS = (
    Definitions(("total", "typical", "actors"), ("artifact", "team")).with_change("grain").with_change("window")
)
PLANNED = Step(datetime(2024, 3, 1, 1), "plan")


@dataclass
class Seen:
    """The shared tables that were made, and the temporary tables that were there after each evaluation."""

    made: list[str] = field(default_factory=list)
    left: list[list[Any]] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    found, adapters = Seen(), []
    make, clear = sharing.Shares.make, sharing.Shares.clear

    def noted(self: sharing.Shares, name: str, insert: sharing.Insert) -> bool:
        before = {*self.live}
        there = make(self, name, insert)
        found.made.extend({*self.live} - before)
        adapters.append(insert.adapter)
        return there

    def counted(self: sharing.Shares) -> None:
        clear(self)
        if adapters:
            found.left.append(adapters.pop().fetchall("SELECT table_name FROM duckdb_tables() WHERE temporary"))
            adapters.clear()

    monkeypatch.setattr(sharing.Shares, "make", noted)
    monkeypatch.setattr(sharing.Shares, "clear", counted)
    return found


def warehouse(root: Path, definitions: Definitions = DEFINITIONS) -> Warehouse:
    found = Warehouse(root / "project", root / "cache")
    found.fill(EVENTS, [], TEAMS)
    found.define(definitions)
    return found


def alone(root: Path, monkeypatch: pytest.MonkeyPatch, step: Step = PLANNED) -> dict[str, Any]:
    """What the tables hold without sharing."""
    with monkeypatch.context() as patched:
        patched.setattr(sharing, "ENGINES", set())
        found = warehouse(root)
        found.do(step)
    return found.tables()


def test_a_plan_shares_and_gives_the_same_tables(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    found = warehouse(tmp_path / "shared")
    found.do(PLANNED)
    assert len(seen.made) >= 3
    assert seen.left == [[]]
    assert found.tables() == alone(tmp_path / "alone", monkeypatch)


def test_a_run_reads_a_changed_source_again(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    found = warehouse(tmp_path / "shared")
    found.do(PLANNED)
    late = Event(datetime(2024, 2, 29, 3), datetime(2024, 3, 1, 12), "a", "zoe", 100, 9.0)
    found.fill([*EVENTS, late], [], TEAMS)
    before = len(seen.made)
    found.do(Step(datetime(2024, 3, 1, 20)))
    assert len(seen.made) > before
    total = found.tables()["total_to_artifact_daily"]
    assert any(amount >= 100 for amount in total.values())


def test_a_run_that_fails_leaves_no_shared_tables(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    found = warehouse(tmp_path / "shared")
    over_tables = sharing.Shares.over_tables

    def broken(self: sharing.Shares, key: sharing.Key, insert: sharing.Insert) -> Any:
        return parse_one("SELECT error('no more')") if over_tables(self, key, insert) else None

    monkeypatch.setattr(sharing.Shares, "over_tables", broken)
    with pytest.raises(RunError):
        plan(found.root, execution_time="2024-03-01 01:00:00")
    assert seen.made and seen.left == [[]]


def test_a_crowd_of_tables_is_refused(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST", 0)
    found = warehouse(tmp_path / "shared")
    found.do(PLANNED)
    assert seen.made == []
    assert found.tables() == alone(tmp_path / "alone", monkeypatch)


def test_a_snapshot_of_another_definition_is_built_by_its_own_query(tmp_path: Path, seen: Seen) -> None:
    found = warehouse(tmp_path / "shared")
    found.do(PLANNED)
    before = found.tables()["total_to_artifact_daily"]
    found.define(DEFINITIONS.with_change("query"))  # not planned
    found.do(Step(datetime(2024, 3, 1, 20)))
    assert found.tables()["total_to_artifact_daily"] == before
    assert date(2024, 2, 28) in {key[0] for key in before}


def test_the_stock_command_shares_nothing(tmp_path: Path, seen: Seen) -> None:
    found = warehouse(tmp_path / "shared")
    flags = ("--auto-apply", "--no-prompts", "--execution-time", "2024-03-01 01:00:00")
    assert sqlmesh_cli(found.root, ["plan", *flags]) == 0
    assert seen.made == []

"""The window benchmarks compare right numbers with right ones: on small data each way is equal, and a wrong one shows.

No time is asserted here or there.
"""

from __future__ import annotations

import doctest
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bench import builds, data, equal, memory, project, report, series, targets, timing, ways
from bench.peers import compare

SHAPE = data.Shape("dense", 200, 40, date(2024, 1, 1), date(2024, 3, 31), 3_000)
SETTINGS = series.Settings(rounds=1, limit=30)


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[timing.Connection]:
    monkeypatch.setenv("GNOMON_BENCH_HOME", str(tmp_path))
    with timing.opened(tmp_path, data.generated(SHAPE)) as opened:
        yield opened


def loaded(folder: Path, *aggregates: str) -> Any:
    return project.load(folder / "project", SHAPE, [project.Definition(name, windows=[7, 8]) for name in aggregates])


@pytest.mark.parametrize("module", [data, memory, report, targets], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module: Any) -> None:
    found = doctest.testmod(module)
    assert found.attempted and not found.failed


@pytest.mark.parametrize("aggregate", sorted(project.AMOUNTS))
def test_all_ways_give_equal_numbers(connection: timing.Connection, tmp_path: Path, aggregate: str) -> None:
    cell = series.cell(connection, loaded(tmp_path, aggregate), SHAPE, aggregate, 7, SETTINGS)
    assert set(cell.ways) >= {"floor", "gnomon", "per_date", "range_join", "windowed"}
    assert all(way.best for way in cell.ways.values()) and cell.rows and cell.checksum
    assert cell.wrong == {}


@pytest.mark.parametrize("way", ["gnomon", "range_join", "windowed"])
def test_a_window_that_is_a_day_longer_is_wrong(
    connection: timing.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    home, name = (project, "window_sql") if way == "gnomon" else (ways, way)
    right = getattr(home, name)
    monkeypatch.setattr(home, name, lambda *given: right(*(8 if value == 7 else value for value in given)))
    cell = series.cell(connection, loaded(tmp_path, "distinct"), SHAPE, "distinct", 7, SETTINGS)
    assert list(cell.wrong) == [way]
    assert cell.wrong[way].startswith("WRONG in ") and ", not " in cell.wrong[way]
    assert "**WRONG in" in report.series_table([cell])
    met = {target.what: target.met for target in targets.targets([cell], [], [], [])}
    assert met["series whose numbers differ"] is (way != "gnomon")


def test_rows_that_are_missing_are_wrong(connection: timing.Connection) -> None:
    connection.execute("CREATE TABLE a AS SELECT DATE '2024-01-01' AS metrics_sample_date, 'x' AS id, 1.0 AS amount")
    connection.execute("CREATE TABLE b AS SELECT * FROM a UNION ALL SELECT DATE '2024-01-02', 'x', 2.0")
    few, many = equal.Rows("a"), equal.Rows("b")
    assert equal.compared(connection, few, few, "id") == ""
    assert equal.compared(connection, few, many, "id") == (
        "WRONG in 1 rows: 1 rows with the sum 1.00, not 2 rows with the sum 3.00"
    )
    assert equal.compared(connection, few, many, "id", only=True) == ""
    assert equal.compared(connection, many, few, "id", only=True) != ""


def test_built_families_equal_direct_queries(connection: timing.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = builds.calendar(connection, SHAPE, SETTINGS)
    assert calendar.rows and calendar.ratio and not calendar.wrong
    assert calendar.what.startswith("15 calendar variants")
    together = builds.windows_together(connection, SHAPE, SETTINGS)
    assert together.rows and together.ratio and not together.wrong
    monkeypatch.setitem(builds.PATHS, "collection", builds.PATHS["collection"].replace("DISTINCT", "ALL"))
    assert builds.calendar(connection, SHAPE, SETTINGS).wrong.startswith("WRONG in ")


def test_a_statement_is_stopped_at_the_limit(connection: timing.Connection) -> None:
    slow = timing.Way.of("slow", ["SELECT 1 AS a", "SELECT COUNT(*) FROM range(100000000000)"], scale=3)
    timing.measure(connection, [slow], rounds=2, limit=0.2)
    assert slow.best is None and slow.total is None and slow.limit == pytest.approx(0.6)
    connection.execute("CREATE TABLE slow AS SELECT 1")  # nothing is left of it


def test_memory_is_that_of_the_child(connection: timing.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "child"
    folder.mkdir()
    path = data.generated(SHAPE)
    ballast = b"1" * (400 * 2**20)
    peak = memory.Peak(SHAPE, "floor", "1GB")
    found = memory.measured(path, peak, ways.floor("sum"), folder, 60)
    assert not found.problem and found.rows and 10 * 2**20 < found.bytes < len(ballast)
    (folder / "scratch.duckdb").unlink()
    assert "nowhere" in memory.measured(path, peak, "SELECT * FROM nowhere", folder, 60).problem


def test_peer_that_fails_is_a_line_that_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "environment", lambda peer: Path(sys.executable))
    found = compare.outcome(compare.Peer("X", "in_nothing.py", []), {}, tmp_path, {}, {})
    assert found.problem.startswith("its run: ") and "in_nothing.py" in found.problem
    assert "in_nothing.py" in report.peers_table([found])


def test_peer_is_judged_by_the_count_by_hand() -> None:
    own, true = {"2024-01-01": 1.0, "2024-01-02": 2.0}, {"2024-01-02": 2.0}
    assert compare.judged(own, own, true)["wrong"] == 0
    judged = compare.judged({"2024-01-02": 3.0}, own, true)
    assert (judged["wrong"], judged["differs"], judged["given"], judged["true"]) == (1, 2, 3.0, 2.0)


def test_page_keeps_what_is_around_its_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write("new", page)
    assert page.read_text() == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="has no"):
        report.write("new", page)
    assert report.BEGIN in report.PAGE.read_text()

"""Engines: one file, its columns, and what is said when it does not open."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gnomon.engine import connect
from gnomon.engine.duckdb import DuckDBEngine
from gnomon.errors import RunError, UsageError
from gnomon.model import Project
from gnomon.time import Calendar


def bare(root: Path, **fields: object) -> Project:
    from datetime import date

    given = {
        "name": "bare", "schema": "metrics", "start": date(2024, 1, 1), "calendar": Calendar(), "dialect": "duckdb",
        "sources": {}, "references": {}, "entities": {}, "relationships": (), "metrics": {},
    }  # fmt: skip
    return replace(Project(root=root, **given), **fields)  # type: ignore[arg-type]


def test_reading_cannot_write(tmp_path: Path) -> None:
    project = bare(tmp_path)
    with connect(project, read_only=False) as engine:
        engine.execute("CREATE TABLE t AS SELECT 1 AS n, DATE '2024-01-01' AS day")
        assert engine.columns("t") == {"n": "INTEGER", "day": "DATE"}
    with connect(project) as engine:
        assert engine.execute("SELECT n FROM t").to_pylist() == [{"n": 1}]
        assert engine.columns("main.nothing") == {}
        with pytest.raises(RunError, match="engine_error"):
            engine.execute("DELETE FROM t")


def test_a_missing_file_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="gnomon plan"):
        connect(bare(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_writer_is_named_as_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    script = f"import duckdb, time; c = duckdb.connect({str(file)!r}); print('open', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "open\n"
            with pytest.raises(RunError, match="database_locked"):
                connect(bare(tmp_path))
        finally:
            other.terminate()


def test_gateways(tmp_path: Path) -> None:
    with DuckDBEngine.open(str(tmp_path / "other.duckdb"), read_only=False) as engine:
        engine.execute("CREATE TABLE t AS SELECT 2 AS n")
    gateways = {
        "files": {"connection": {"type": "duckdb", "catalogs": {"main_file": "other.duckdb"}}},
        "far": {"connection": {"type": "snowflake"}},
    }
    project = bare(tmp_path, gateways=gateways, default_gateway="files")
    with connect(project) as engine:
        assert engine.execute("SELECT n FROM t")["n"].to_pylist() == [2]
    with pytest.raises(UsageError, match="engine_unsupported"):
        connect(project, "far")
    with pytest.raises(UsageError, match="did you mean 'files'"):
        connect(project, "fils")


def test_several_files_are_attached_under_their_names(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with DuckDBEngine.open(str(tmp_path / f"{name}.duckdb"), read_only=False) as engine:
            engine.execute(f"CREATE TABLE t AS SELECT '{name}' AS who")
    catalogs = {"first": str(tmp_path / "one.duckdb"), "second": {"path": "two.duckdb"}}
    gateways = {"local": {"connection": {"type": "duckdb", "catalogs": catalogs}}}
    with connect(bare(tmp_path, gateways=gateways)) as engine:
        assert engine.execute("SELECT who FROM second.t")["who"].to_pylist() == ["two"]

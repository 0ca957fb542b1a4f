"""The migrations and the tables say the same, and databases that are no catalog are left alone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, text

from catalog.old_database import OldDatabase, Shape, fill
from gnomon.catalog import tables
from gnomon.catalog.database import connect
from gnomon.catalog.migrate import VERSION_TABLE, migrate, state
from gnomon.catalog.store import Store
from gnomon.cli.main import cli
from gnomon.errors import UsageError


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["catalog", "migrate", *args])


def test_the_newest_schema_is_that_of_the_tables(engine: Engine) -> None:
    migrate(engine)
    options = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.METADATA) == []
    names = {name for table in tables.METADATA.sorted_tables for name in [table.name]}
    assert set(inspect(engine).get_table_names()) == {*names, VERSION_TABLE}


def test_units_are_jsonb_on_postgres(postgres_address: str) -> None:
    engine = connect(postgres_address)
    migrate(engine)
    assert {str(c["type"]) for c in inspect(engine).get_columns("columns") if c["name"].startswith("unit")} == {"JSONB"}
    engine.dispose()


def test_names_do_not_collide_with_the_older_ones() -> None:
    old = OldDatabase(connect(":memory:"), Shape(unit=True, between=True))
    assert not set(old.metadata.tables) & set(tables.METADATA.tables)


def test_a_migration_twice_changes_nothing(address: str) -> None:
    first, second = run("--database", address), run("--database", address)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "schema none to 0003; done" in first.stderr
    assert "schema 0003 already; done" in second.stderr


def test_dry_run_counts_and_writes_nothing(engine: Engine, address: str) -> None:
    old = OldDatabase(engine, Shape(unit=True))
    fill(old, sources=2, width=8, metrics=40)
    old.write()
    before = set(inspect(engine).get_table_names())
    done = run("--database", address, "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("older tables: 42 nodes, 64 columns, ")
    assert "nothing was written" in done.stderr
    assert set(inspect(engine).get_table_names()) == before
    counted = json.loads(run("--database", address, "--json").stdout)
    assert counted["there"]["nodes"] == counted["here"]["nodes"] == 42
    assert counted["here"]["units"] == counted["there"]["units"] + counted["here"]["moves"]["moved"]
    down = run("--database", address, "--down")
    assert down.exit_code == 0 and "schema 0003 to 0001; done" in down.stderr


def test_dry_run_makes_no_file(tmp_path: Path) -> None:
    assert run("--database", str(tmp_path / "new.db"), "--dry-run").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_catalog_of_a_project_is_a_file_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run()
    assert refused.exit_code == 2
    (tmp_path / "gnomon.yaml").write_text("name: x\nstart: 2024-01-01\n")
    assert run().exit_code == 0
    assert (tmp_path / "catalog.db").exists()


def test_a_newer_catalog_is_refused(engine: Engine, address: str) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    done = run("--database", address)
    assert done.exit_code == 2
    with pytest.raises(UsageError, match="catalog_newer"):
        Store(engine)


def test_a_database_of_something_else_is_left_alone(engine: Engine, address: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE visits (a int)"))
    with pytest.raises(UsageError, match="not_a_catalog"):
        migrate(engine)
    assert inspect(engine).get_table_names() == ["visits"]


def test_units_return_only_to_where_they_came_from(engine: Engine) -> None:
    migrate(engine)
    with pytest.raises(UsageError, match="no_older_database"):
        migrate(engine, "before_units")
    assert state(engine).is_newest


def test_down_before_up_changes_nothing(engine: Engine) -> None:
    OldDatabase(engine).write()
    migrate(engine, "before_units")
    assert state(engine).version is None


@pytest.mark.parametrize(
    ("address", "code", "exit_code"),
    [
        ("mysql://me:hush@host/db", "wrong_database", 2),
        ("postgresql://me:hush@127.0.0.1:1/db", "catalog_unreachable", 1),
        ("{folder}/missing/catalog.db", "catalog_unreachable", 1),
        ("{folder}/text.db", "not_a_catalog", 1),
        ("{folder}", "catalog_unreachable", 1),
    ],
)
def test_what_cannot_be_opened_is_said(tmp_path: Path, address: str, code: str, exit_code: int) -> None:
    (tmp_path / "text.db").write_text("this is some text that is no database at all " * 40)
    done = CliRunner().invoke(cli, ["catalog", "migrate", "--database", address.format(folder=tmp_path)])
    assert done.exit_code == exit_code
    assert f"error[{code}]" in done.stderr and "hush" not in done.stderr


def test_a_store_wants_the_newest_schema(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no catalog yet"):
        Store(connect(tmp_path / "catalog.db"))
    assert list(tmp_path.iterdir()) == []


def test_the_migrations_are_in_the_package_and_need_no_settings(tmp_path: Path) -> None:
    program = "import gnomon.catalog as c; c.migrate(c.connect('catalog.db')); c.Store(c.connect('catalog.db'))"
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=tmp_path, check=True, timeout=60)
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [("0003",)]
    connection.close()

"""`gnomon catalog import` and `export`, as a process would be called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gnomon.cli.main import cli

from .projects import CURRENT, written


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["catalog", *map(str, arguments)])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "shop", CURRENT)


def test_what_is_imported_is_exported(folder: Path, database: Path, tmp_path: Path) -> None:
    done = run("import", folder, "--database", database)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:2] == ["create tag money", "create shop.by_store"]
    assert done.stderr.splitlines()[-1] == "shop: 6 nodes of 6 changed"
    again = run("import", folder, "--database", database)
    assert (again.stdout, again.stderr.splitlines()[-1]) == ("", "shop: 0 nodes of 6 changed")
    for out in ("out", "out.zip"):
        assert run("export", "--database", database, "--namespace", "shop", "--out", tmp_path / out).exit_code == 0
        same = run("import", tmp_path / out, "--database", database, "--json")
        assert json.loads(same.stdout) == {
            "namespace": "shop", "written": True, "changes": [], "warnings": 0, "tags": [],
        }  # fmt: skip


def test_the_difference_is_shown_and_a_dry_run_writes_nothing(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    before = database.read_bytes()
    revenue = folder / "revenue.yaml"
    revenue.write_text(revenue.read_text().replace("unit: dollar", "unit: {kind: currency, code: EUR}"))
    (folder / "by_store.yaml").unlink()
    dry = run("import", folder, "--database", database, "--dry-run")
    assert dry.stdout.splitlines() == [
        "update shop.revenue v1.0.0 -> v2.0.0: columns.shop_DOT_revenue.unit",
        "deactivate shop.by_store",
        "unit shop.revenue: USD -> EUR",
    ]
    assert "warning[declared_mismatch]" in dry.stderr
    assert dry.stderr.splitlines()[-1] == "shop: 2 nodes of 6 would change"
    assert database.read_bytes() == before
    assert run("import", folder, "--database", database).stdout == dry.stdout


def test_a_dry_run_without_a_catalog_shows_what_the_import_does(folder: Path, database: Path) -> None:
    dry = run("import", folder, "--database", database, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert dry.stderr.splitlines()[0] == f"{database} is not there yet and would be made"
    assert dry.stderr.splitlines()[-1] == "shop: 6 nodes of 6 would change"
    assert list(database.parent.iterdir()) == [folder]
    assert run("import", folder, "--database", database).stdout == dry.stdout
    assert "unit shop.revenue: USD\n" in dry.stdout


def test_another_spelling_of_a_unit_is_no_other_unit(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    revenue = folder / "revenue.yaml"
    revenue.write_text(revenue.read_text().replace("unit: dollar", "unit: {kind: currency, code: USD}"))
    again = run("import", folder, "--database", database)
    assert again.stdout.splitlines() == ["update shop.revenue v1.0.0 -> v1.0.1: as written"]


def test_a_wrong_file_writes_nothing(folder: Path, database: Path) -> None:
    run("import", folder, "--database", database)
    (folder / "zz.yaml").write_text("name: zz\nnode_type: metric\n")
    (folder / "revenue.yaml").unlink()
    before = database.read_bytes()
    done = run("import", folder, "--database", database)
    assert done.exit_code == 2
    assert "error[missing_field]: field 'query' is missing" in done.stderr
    assert database.read_bytes() == before


@pytest.mark.parametrize("text", ["name: zz\nnode_type: metric\n", "name: zz\nnode_type: source\ntags: [none]\n"])
def test_nothing_is_left_of_a_first_import_that_is_refused(
    folder: Path, database: Path, text: str, tmp_path: Path
) -> None:
    (folder / "zz.yaml").write_text(text + "catalog: wh\ntable: zz\n")
    before = sorted(tmp_path.iterdir())
    assert run("import", folder, "--database", database).exit_code == 2
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("dry", [True, False])
def test_an_empty_folder_takes_nothing_away(folder: Path, database: Path, tmp_path: Path, dry: bool) -> None:
    run("import", folder, "--database", database)
    empty = written(tmp_path / "empty", {"dj.yaml": "namespace: shop\n"})
    done = run("import", empty, "--database", database, *(["--dry-run"] if dry else []))
    assert done.exit_code == 2
    assert "empty_deployment" in done.stderr


def test_what_is_not_there(folder: Path, database: Path, tmp_path: Path) -> None:
    run("import", folder, "--database", database)
    assert "missing_file" in run("import", tmp_path / "none.zip", "--database", database).stderr
    one = run("import", folder / "revenue.yaml", "--database", database)
    assert "not_a_zip" in one.stderr and f"name its folder, such as {folder}" in one.stderr
    assert "unknown_namespace" in run("export", "--database", database, "--namespace", "none").stderr
    listed = run("export", "--database", database, "--namespace", "shop")
    assert listed.stdout.splitlines()[0] == "dj.yaml"
    out = tmp_path / "a.zip"
    out.write_bytes(b"mine")
    assert "file_exists" in run("export", "--database", database, "--namespace", "shop", "--out", out).stderr
    assert out.read_bytes() == b"mine"

"""A project in a catalog, as files, and in another catalog: the same nodes, links, lineage, units and SQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

import gnomon
from gnomon.catalog.database import opened
from gnomon.catalog.deploy import deploy
from gnomon.catalog.files import files_of, write_folder
from gnomon.catalog.files.own_units import read_project
from gnomon.catalog.migrate import migrate
from gnomon.catalog.projection import namespace, project_nodes
from gnomon.catalog.reach import walk
from gnomon.catalog.sql import StoreNodes, metrics_sql
from gnomon.catalog.store import Store
from gnomon.catalog.values import Definition
from gnomon.cli.main import cli
from gnomon.examples.folder import write_project
from units_project.test_check import without_mistakes

EXAMPLES = ("flights", "shop", "oss")


def example(root: Path, name: str) -> Path:
    """An example's project without its data, or one that has units of its own."""
    if name == "chain":
        return without_mistakes(root)
    write_project(root / name, name, {"start": "2024-01-01"})
    return root / name


@pytest.fixture(scope="module", params=[*EXAMPLES, "chain"])
def pushed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store]]:
    """A project's folder, and a catalog on SQLite that it was pushed to."""
    root = tmp_path_factory.mktemp(request.param)
    folder = example(root, request.param)
    project = gnomon.load(folder)
    with opened(root / "catalog.db") as engine:
        store = empty(engine)
        store.push(namespace(project), project_nodes(project), own=project.vocabulary.own)
        yield folder, store


def empty(engine: Engine) -> Store:
    """A store without nodes."""
    migrate(engine)
    return Store(engine)


def definitions(store: Store) -> dict[str, Definition]:
    """All that nodes say, by name."""
    return {node.name: node.revision.definition for node in store.list()}


def test_a_project_is_the_same_in_another_catalog(pushed: tuple[Path, Store], engine: Engine, tmp_path: Path) -> None:
    (folder, first), second = pushed, empty(engine)
    nodes = definitions(first)
    name = min(nodes).partition(".")[0]
    write_folder(tmp_path / "out", files_of(nodes, name))
    if (units := folder / "units.yaml").is_file():
        shutil.copy(units, tmp_path / "out")
    read, own = read_project(tmp_path / "out")
    assert read.findings == ()
    deploy(second, name, dict(read.definitions), read.tags, own=own)
    assert definitions(second) == nodes
    metric, details = next((each, nodes[each].metric) for each in sorted(nodes) if nodes[each].kind == "metric")
    keys = details.required_dimensions if details is not None else ()
    one, other = (metrics_sql(StoreNodes(store), [metric], keys, dialect="duckdb") for store in (first, second))
    assert one == other
    assert walk(first.engine, metric, "up") == walk(second.engine, metric, "up") != ()
    read, own = read_project(tmp_path / "out", known=nodes)
    again = deploy(second, name, dict(read.definitions), read.tags, own=own, dry_run=True)
    assert {change.action for change in again.nodes} == {"none"}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["catalog", *map(str, arguments)])


def test_the_commands_take_a_project_from_one_catalog_to_another(tmp_path: Path) -> None:
    folder, out = example(tmp_path, "shop"), tmp_path / "out"
    there, other = tmp_path / "there.db", tmp_path / "other.db"
    assert run("push", "--project", folder, "--database", there).exit_code == 0
    assert run("export", "--namespace", "shop", "--database", there, "--out", out).exit_code == 0
    done = run("import", out, "--database", other)
    assert (done.exit_code, "warning" in done.output) == (0, False)
    for again in (run("import", out, "--database", there), run("push", "--project", folder, "--database", other)):
        assert (again.stdout, again.stderr.splitlines()[-1][:16]) == ("", "shop: 0 nodes of")


def test_another_namespace_has_its_own_parents_and_lineage(tmp_path: Path) -> None:
    folder = example(tmp_path, "shop")
    nodes = project_nodes(gnomon.load(folder))
    write_folder(tmp_path / "out", files_of(nodes, "shop"))
    read, _ = read_project(tmp_path / "out", "dev")
    said = str({name: replace(each, catalog=None, custom=None) for name, each in read.definitions.items()})
    assert "shop." not in said.replace("dev.shop.", "")
    assert {len(each.parents) for each in nodes.values()} == {len(each.parents) for each in read.definitions.values()}

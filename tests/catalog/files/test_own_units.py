"""Units of a project's own: units.yaml beside dj.yaml, and what the catalog knows already."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gnomon.catalog.database import opened
from gnomon.catalog.deploy import deploy
from gnomon.catalog.files.own_units import read_project
from gnomon.catalog.store import Store
from gnomon.catalog.values import Column, Definition, Node
from gnomon.cli.main import cli
from gnomon.errors import UsageError

from .projects import written

WEI = {"kind": "currency", "code": "wei"}
UNITS = """\
units:
  wei: {kind: currency, of: ETH, factor: 1/10^18}
  shift: {kind: time, of: h, factor: 8}
labels:
  people: {one: person, other: people}
"""
CHAIN = {
    "dj.yaml": "namespace: chain\n",
    "units.yaml": UNITS,
    "blocks.yaml": "name: blocks\nnode_type: source\ncatalog: wh\nschema: eth\ntable: blocks\ncolumns:\n"
    "  - {name: fee, type: bigint, unit: {kind: currency, code: wei}}\n"
    "  - {name: worked, type: int, unit: {kind: time, code: shift}}\n",
    "fees.yaml": "name: fees\nnode_type: metric\nquery: SELECT SUM(fee) AS fees FROM ${prefix}blocks\n",
    "paid.yaml": "name: paid\nnode_type: metric\nunit: {kind: currency, code: ETH}\n"
    "query: SELECT SUM(fee) / 1000000000000000000 AS paid FROM ${prefix}blocks\n",
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["catalog", *map(str, arguments)])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


def unit_of(database: Path, name: str) -> object:
    """The unit of a node's first column."""
    with opened(database) as engine:
        return Store(engine).get(name).revision.definition.columns[0].unit


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_units_beside_the_project_are_known(tmp_path: Path, database: Path, kind: str) -> None:
    source = written(tmp_path / "chain", CHAIN)
    if kind == "zip":
        source = tmp_path / "chain.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for name, text in CHAIN.items():
                archive.writestr(f"chain/{name}", text)
    done = run("import", source, "--database", database)
    assert (done.exit_code, done.stderr.splitlines()) == (0, ["chain: 3 nodes of 3 changed"])
    assert unit_of(database, "chain.fees") == WEI
    assert unit_of(database, "chain.paid") == {"kind": "currency", "code": "ETH"}
    again = run("import", source, "--database", database)
    assert again.stderr.splitlines() == ["chain: 0 nodes of 3 changed"]


def test_a_wrong_conversion_of_an_own_unit_is_seen(tmp_path: Path, database: Path) -> None:
    """The factor is not only accepted: a sum of wei is not ETH."""
    wrong = CHAIN["paid.yaml"].replace(" / 1000000000000000000", "")
    done = run("import", written(tmp_path, CHAIN | {"paid.yaml": wrong}), "--database", database, "--dry-run")
    assert "warning[declared_mismatch]" in done.stderr


def test_without_it_the_code_is_refused_where_it_stands(tmp_path: Path, database: Path) -> None:
    files = {name: text for name, text in CHAIN.items() if name != "units.yaml"}
    done = run("import", written(tmp_path, files), "--database", database)
    assert done.exit_code == 2
    assert "blocks.yaml:7" in done.stderr and "define wei in units.yaml" in done.stderr


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        (
            "units:\n  wei: {kind: currency, of: ETH, facto: 1}\n",
            ["error[unknown_field]: a unit's definition has no 'facto'", "units.yaml:2:34", "^^^^^", "factor"],
        ),
        (
            "units:\n  wei: {kind: weight}\n",
            ["error[wrong_unit_definition]: 'weight' is no kind of unit", "units.yaml:2:15", "^^^^^^"],
        ),
        ("unit: {wei: {kind: currency}}\n", ["error[unknown_field]: a vocabulary has no 'unit'", "units.yaml:1:1"]),
        ("- wei\n", ["error[wrong_type]", "units.yaml:1:1"]),
        ("units: {wei: *x}\n", ["error[yaml_alias]", "units.yaml:1:14"]),
    ],
)
def test_what_is_wrong_in_it_is_shown_with_its_place(
    tmp_path: Path, database: Path, units: str, shown: list[str]
) -> None:
    done = run("import", written(tmp_path, CHAIN | {"units.yaml": units}), "--database", database)
    assert done.exit_code == 2
    assert [text for text in shown if text not in done.stderr] == []
    assert not database.exists()


def test_a_node_may_be_called_units(tmp_path: Path, database: Path) -> None:
    node = "name: units\nnode_type: source\ncatalog: wh\nschema: eth\ntable: units\n"
    folder = written(tmp_path, {"dj.yaml": CHAIN["dj.yaml"], "units.yaml": node, "eth/units.yaml": UNITS})
    with pytest.raises(Exception, match=r"eth/units\.yaml"):
        read_project(folder)
    (folder / "eth/units.yaml").unlink()
    read, own = read_project(folder)
    assert (list(read.definitions), own) == (["chain.units"], {})


def test_what_is_exported_is_imported_where_its_units_are_known(tmp_path: Path, database: Path) -> None:
    run("import", written(tmp_path / "chain", CHAIN), "--database", database)
    out = tmp_path / "out"
    assert run("export", "--database", database, "--namespace", "chain", "--out", out).exit_code == 0
    assert not (out / "units.yaml").exists()
    again = run("import", out, "--database", database)
    assert again.stderr.splitlines()[-1] == "chain: 0 nodes of 3 changed"
    elsewhere = tmp_path / "elsewhere.db"
    assert "define wei in units.yaml" in run("import", out, "--database", elsewhere).stderr
    written(out, {"units.yaml": UNITS})
    assert run("import", out, "--database", elsewhere).exit_code == 0
    assert run("export", "--database", elsewhere, "--namespace", "chain", "--out", out, "--force").exit_code == 0
    assert (out / "units.yaml").read_text() == UNITS


def test_nodes_with_own_units_are_edited_without_units_yaml(store: Store) -> None:
    """Also those that were deactivated come back, and a copy in the same namespace is one."""
    fees = Definition("source", columns=(Column("fee", unit={"numerator": WEI, "denominator": {"kind": "count"}}),))
    by_chain = Definition("source", columns=(Column("fee", unit_by={"by": "chain", "map": {"eth": WEI}}),))
    store.put({"chain.fees": fees, "other.fees": by_chain}, own={"wei": "currency"})

    def described(node: Node) -> Definition:
        return replace(node.revision.definition, description="in wei")

    for name in ("chain.fees", "other.fees"):
        assert store.edit(name, described)[0].fields == ("description",)
    store.deactivate(["chain.fees"])
    deploy(store, "chain", {"chain.fees": fees, "chain.eu.fees": by_chain})
    with pytest.raises(UsageError, match="define wei"):
        store.put({"bank.fees": fees})
    with pytest.raises(UsageError, match=r"one of units\.yaml \(wei\)"):
        gwei = Column("fee", unit={"kind": "currency", "code": "gwei"})
        store.put({"chain.fees": replace(fees, columns=(gwei,))})
    with pytest.raises(UsageError, match="wrong_node_name"):
        store.put({"chain.fees": replace(fees, columns=(gwei,)), "a\x00": fees, "../etc": fees})


def test_a_folder_without_nodes_takes_them_out_only_if_that_is_said(tmp_path: Path, database: Path) -> None:
    run("import", written(tmp_path / "chain", CHAIN), "--database", database)
    empty = written(tmp_path / "empty", {"dj.yaml": CHAIN["dj.yaml"]})
    refused = run("import", empty, "--database", database)
    assert (refused.exit_code, "--allow-empty" in refused.stderr) == (2, True)
    done = run("import", empty, "--database", database, "--allow-empty")
    assert done.stdout.splitlines() == [f"deactivate chain.{name}" for name in ("blocks", "fees", "paid")]
    back = run("import", tmp_path / "chain", "--database", database)
    assert back.stdout.splitlines()[0] == "bring back chain.blocks"
    with opened(database) as engine:
        store = Store(engine)
        assert [event.action for event in store.history("chain.fees")] == ["create", "deactivate", "restore"]
        assert len(store.revisions("chain.fees")) == 1


def test_another_writer_between_the_difference_and_the_writing_is_seen(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "chain", CHAIN)
    run("import", folder, "--database", database)
    (folder / "paid.yaml").unlink()

    def shown(*args: object) -> None:
        with opened(database) as engine:
            Store(engine).edit("chain.paid", lambda node: replace(node.revision.definition, display_name="Paid"))

    monkeypatch.setattr("gnomon.cli.catalog_files.print_changes", shown)
    done = run("import", folder, "--database", database)
    assert done.exit_code == 2 and "error[catalog_changed]" in done.stderr
    with opened(database) as engine:
        assert Store(engine).get("chain.paid").deactivated_at is None

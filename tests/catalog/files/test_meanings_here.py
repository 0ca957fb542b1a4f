"""What is not known to mean the same on the engine is said when nodes are read, as when SQL is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from gnomon.catalog.faults import nothing, overlaid
from gnomon.catalog.files.own_units import read_project
from gnomon.catalog.sql import node_sql
from gnomon.cli.main import cli
from gnomon.errors import Problem, UsageError

from .projects import written

SOURCE = (
    "name: o\nnode_type: source\ncatalog: wh\nschema: app\ntable: o\n"
    "columns: [{name: a, type: double}, {name: s}, {name: d, type: date}]\n"
)
QUERIES = [
    "SELECT SUM(a) AS x FROM ${prefix}o",
    "SELECT our_own(a) AS x FROM ${prefix}o",
    "SELECT CAST(s AS INT) AS x FROM ${prefix}o",
    "SELECT CAST(a AS INT) AS x FROM ${prefix}o",
    "SELECT CAST(a AS STRING) AS x FROM ${prefix}o",
    "SELECT o.d + INTERVAL 1 DAY AS x FROM ${prefix}o AS o",
    "SELECT x + INTERVAL 1 DAY AS x FROM (SELECT d AS x FROM ${prefix}o) AS o",
    "SELECT hash(a) AS x FROM ${prefix}o",
]


def warned(folder: Path, query: str, dialect: str) -> list[str]:
    """The codes of what is said about meanings when a node is read, which are those that its SQL brings."""
    node = f"name: t\nnode_type: transform\nquery: {query}\n"
    read, _ = read_project(
        written(folder, {"dj.yaml": "namespace: m\n", "o.yaml": SOURCE, "t.yaml": node}), dialect=dialect
    )
    found = [each for each in read.findings if each.code.startswith("meaning_")]
    assert all(each.severity == "warning" and each.span is not None for each in found)
    asked: tuple[Problem, ...]
    try:
        asked = node_sql(overlaid(nothing, read.definitions), "m.t", dialect=dialect).warnings
    except UsageError as error:
        asked = error.problems
    assert [(each.code, f"'m.t': {each.message}") for each in asked] == [(each.code, each.message) for each in found]
    return [each.code for each in found]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
@pytest.mark.parametrize("query", QUERIES)
def test_what_asking_says_is_said_before(tmp_path: Path, query: str, dialect: str) -> None:
    codes = warned(tmp_path, query, dialect)
    if dialect == "spark":
        assert codes == []
    if dialect == "duckdb":
        unsure, refused = ["meaning_unchecked"], ["meaning_differs"]
        expected = [[], unsure, unsure, [], refused, [], [], refused]
        assert codes == expected[QUERIES.index(query)]


def test_an_import_says_it_once_with_its_place(tmp_path: Path) -> None:
    files = {"dj.yaml": "namespace: m\n", "o.yaml": SOURCE, "t.yaml": "name: t\nnode_type: transform\nquery: "}
    files["t.yaml"] += QUERIES[1] + "\n"
    files["m.yaml"] = "name: m\nnode_type: metric\nquery: SELECT SUM(x) FROM ${prefix}t\n"
    arguments = [
        "catalog",
        "import",
        str(written(tmp_path / "m", files)),
        "--dry-run",
        "--database",
        str(tmp_path / "x"),
    ]
    done = CliRunner().invoke(cli, arguments)
    assert done.stderr.count("warning[meaning_unchecked]: 'm.t': whether OUR_OWN means in duckdb") == 1
    assert "t.yaml:3:8" in done.stderr
    assert "meaning_" not in CliRunner().invoke(cli, [*arguments, "--dialect", "spark"]).stderr
    wrong = CliRunner().invoke(cli, [*arguments, "--dialect", "dukdb"])
    assert (wrong.exit_code, "did you mean 'duckdb'" in wrong.stderr) == (2, True)

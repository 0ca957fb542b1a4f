"""Where an example may be written, and what is resumed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gnomon.errors import UsageError
from gnomon.examples import EXAMPLES, create
from gnomon.examples.folder import claim, write_project


def code_of(error: pytest.ExceptionInfo[UsageError]) -> str:
    return error.value.problems[0].code


def test_an_unknown_example_names_the_closest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        create("fligths", tmp_path / "x")
    assert code_of(error) == "unknown_example"
    assert error.value.problems[0].help == "did you mean 'flights'?"
    assert not (tmp_path / "x").exists()


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        create("oss", tmp_path / "x", checkout=["/a"])
    assert code_of(error) == "unknown_option"
    assert error.value.problems[0].help == "did you mean 'checkouts'?"


@pytest.mark.parametrize("name", ["notes.txt", "gnomon.yaml"])
def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("name: mine\n")
    with pytest.raises(UsageError) as error:
        create("flights", tmp_path)
    assert code_of(error) == "folder_taken"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as error:
        create("flights", tmp_path / "file")
    assert code_of(error) == "folder_taken"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert claim(tmp_path, "flights") is False


def test_edited_files_stay_and_missing_ones_come_back(tmp_path: Path) -> None:
    write_project(tmp_path, "flights", {})
    assert claim(tmp_path, "flights") is True
    (tmp_path / "metrics.yaml").write_text("# mine\n")
    (tmp_path / "queries" / "flights.sql").unlink()
    write_project(tmp_path, "flights", {})
    assert (tmp_path / "metrics.yaml").read_text() == "# mine\n"
    assert "COUNT(*)" in (tmp_path / "queries" / "flights.sql").read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_a_template_is_left(tmp_path: Path, name: str) -> None:
    write_project(tmp_path, name, {"start": "2020-01-01"})
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} >= {"gnomon.yaml", "sources.yaml", "metrics.yaml", "config.py", "README.md"}
    assert not [path for path in written if path.suffix in {".tmpl", ".part", ".pyc"}]
    assert not [path for path in written if re.search(r"\$\w", path.read_text())]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_query_belongs_to_a_metric(tmp_path: Path, name: str) -> None:
    write_project(tmp_path, name, {"start": "2020-01-01"})
    named = set(re.findall(r"ref: (\S+)", (tmp_path / "metrics.yaml").read_text()))
    assert {path.name for path in (tmp_path / "queries").iterdir()} == named

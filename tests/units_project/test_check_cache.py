"""A check that remembers what is right finds what a check from the beginning finds, after any change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import gnomon
from gnomon.check import project as check_project
from gnomon.compile.check_cache import check_remembering

PROJECT = Path(__file__).parent / "project"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT, tmp_path / "chain", ignore=shutil.ignore_patterns(".cache"))
    return tmp_path / "chain"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics whose SQL was read, in order."""
    seen: list[str] = []
    original = check_project.check_variant

    def recorded(variant, *args):  # type: ignore[no-untyped-def]
        seen.append(variant.metric.key)
        return original(variant, *args)

    monkeypatch.setattr(check_project, "check_variant", recorded)
    return seen


def edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))


def agrees(folder: Path) -> list[str]:
    project = gnomon.load(folder)
    found = check_remembering(project, folder / ".cache")
    assert [str(problem) for problem in found] == [str(problem) for problem in gnomon.check(project)]
    return [problem.code for problem in found]


CHANGES = {
    "nothing": ("metrics.yaml", "", ""),
    "one query": ("queries/fano_factor.sql", "variance / m", "mean / m"),
    "a mistake": ("queries/gas_fees.sql", "1e18", "1e15"),
    "a source's unit": ("sources.yaml", "code: ms", "code: min"),
    "a unit's size": ("units.yaml", "10^18", "10^9"),
    "a peer's unit": ("metrics.yaml", "code: issues", "code: commits"),
    "places": ("metrics.yaml", "commits:\n", "# moved\n\ncommits:\n"),
}
"""File, text, text in its place."""


@pytest.mark.parametrize("change", CHANGES)
def test_it_agrees_with_a_check_from_the_beginning(folder: Path, change: str) -> None:
    assert agrees(folder) == ["declared_mismatch", "count_label_mismatch", "declared_mismatch"]
    edit(folder, *CHANGES[change])
    agrees(folder)


def test_only_what_changed_and_what_is_wrong_is_read(folder: Path, read: list[str]) -> None:
    check_remembering(gnomon.load(folder), folder / ".cache")
    assert len(set(read)) == 9
    wrong = {"burstiness", "velocity", "gas_fees_in_gwei"}
    read.clear()
    check_remembering(gnomon.load(folder), folder / ".cache")
    assert set(read) == wrong
    edit(folder, "queries/developers.sql", "COMMIT_CODE", "PUSH")
    read.clear()
    check_remembering(gnomon.load(folder), folder / ".cache")
    assert set(read) == {*wrong, "developers"}


def test_a_folder_that_cannot_be_written_to_changes_nothing(folder: Path) -> None:
    (folder / ".cache").write_text("a file in the place of the folder")
    assert len(agrees(folder)) == 3

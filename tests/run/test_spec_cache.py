"""Compiled specs are taken up again for the same content only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import gnomon.compile.spec_cache as cache
from gnomon.compile.spec_cache import definition_files, digest_of, fingerprint, remembered
from gnomon.source import Source

from .sessions import series, session_of


@dataclass(frozen=True)
class One:
    name: str
    place: Any = None
    unseen: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Other:
    name: str
    place: Any = None


DIFFERENT = [
    One("a"), One("b"), Other("a"), One("a", "b"), {"a": "b"}, {"b": "a"}, {"a": ["b"]}, ["a", "b"], ["b", "a"], ["ab"],
    [["a"], "b"], ["a", ["b"]], [["a", "b"]], [], {}, "a", "1", 1, 1.0, True, None, "None",
    frozenset("ab"), frozenset("abc"), frozenset("ac"),
    [{"a": 1}, {}], [{"a": 1, "b": 2}], {"list 1": "a"},
]  # fmt: skip


def test_other_content_has_another_digest() -> None:
    found = [digest_of(value) for value in DIFFERENT]
    assert len(set(found)) == len(DIFFERENT)
    assert len({digest_of("a"), digest_of("a", "word"), digest_of("a", "wo", "rd")}) == 3


def test_equal_content_has_one_digest_wherever_it_stands() -> None:
    places = [Source(name, "text").span(1) for name in ("one.yaml", "two.yaml")]
    assert len({digest_of(One("a", place)) for place in places}) == 1
    assert digest_of(One("a", unseen=1)) == digest_of(One("a", unseen=2))
    assert digest_of({"a": (1,)}) == digest_of(MappingProxyType({"a": [1]}))
    assert digest_of(frozenset("abcdef")) == digest_of(set("fedcba"))


def test_a_function_has_no_digest() -> None:
    for value in (One("a", print), {"a": [len]}, One):
        with pytest.raises(ValueError, match="may depend on anything"):
            digest_of(value)


def test_other_versions_are_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    project = session_of()[0].project
    before = fingerprint(project)
    said = [*cache.versions()]
    assert [line.split()[0] for line in said[:2]] == ["sqlglot", "sqlmesh"]
    assert any(line.split()[0].endswith("spec_cache.py") for line in said[2:])
    monkeypatch.setattr(cache, "versions", lambda: iter([*said[:-1], "another"]))
    assert fingerprint(project) != before


def test_one_project_is_remembered_at_a_time(tmp_path: Path) -> None:
    project, made = session_of()[0].project, (series("a"),)
    other = session_of(time_zone="Asia/Tokyo")[0].project
    calls: list[Any] = []

    def compiling(given: Any) -> Any:
        calls.append(given)
        return made

    folder = tmp_path / "cache"
    for one in (project, project, other, other, project):
        assert [spec.name for spec in remembered(folder, one, compiling)] == ["a"]
    assert calls == [project, other, project]
    assert len(list(folder.iterdir())) == 1


def test_only_visible_files_of_definitions_are_looked_at(tmp_path: Path) -> None:
    kept = ["a.sql", "deep/b.yaml", "deep/c.py", "d.yml"]
    left = [".hidden/a.sql", ".b.yaml", "tests/c.py", "deep/venv/d.py", "notes.md", "e.sqlx"]
    for name in (*kept, *left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [str(path.relative_to(tmp_path)) for path in definition_files(tmp_path)] == sorted(kept)

"""Each case: files in, the problems that loading them must show out. The cases are in the YAML files beside this one.

A case has a `title`, `files` (path -> text) over a small valid project, and `errors`: each with its `code`, its
`at` (path:line:column, "" for no place) and `says` (a part of the message, notes or help). Every problem must be
expected, in order. `warnings` are the same for a project that loads. `repeat` builds texts too long to write out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gnomon.errors import DefinitionError, Problem
from gnomon.load.project import load
from gnomon.load.yaml import read_yaml
from gnomon.source import Source

HERE = Path(__file__).parent
SMALL = {
    "gnomon.yaml": "start: 2023-01-01\n",
    "sources.yaml": (
        "sources:\n"
        "  oso.events: {time: day, keys: {to_artifact_id: artifact}, columns: {day: date, amount: double}}\n"
        "entities: {artifact: {}, project: {}}\n"
        "relationships:\n"
        "  - {table: oso.owners, from: {artifact: artifact_id}, to: {project: project_id}}\n"
    ),
    "queries/stars.sql": "SELECT 1\n",
    "queries/code/forks.sql": "SELECT 1\n",
}


def cases() -> Iterator[Any]:
    for path in sorted(HERE.glob("*.yaml")):
        for case in read_yaml(Source(path.name, path.read_text())).data["cases"]:
            yield pytest.param(case, id=f"{path.stem}: {case['title']}")


def written(root: Path, case: dict[str, Any]) -> Path:
    """The small project with a case's files; null takes a file away."""
    files = {**SMALL, **case.get("files", {})}
    for spec in case.get("repeat", ()):
        files[spec["file"]] = spec.get("before", "") + spec["text"] * spec["times"] + spec.get("after", "")
    for name, text in files.items():
        if text is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name, target in case.get("links", {}).items():
        (root / name).symlink_to(target)
    return root


def shown(problem: Problem) -> str:
    return " ".join([problem.message, *problem.notes, problem.help or ""])


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    root = written(tmp_path, case)
    if "warnings" in case:
        found: tuple[Problem, ...] = load(root, **case.get("options", {})).warnings
    else:
        with pytest.raises(DefinitionError) as refused:
            load(root, **case.get("options", {}))
        found = refused.value.problems
    expected = case.get("warnings", case.get("errors"))
    listing = "\n\n".join(map(str, found))
    assert [(p.code, str(p.span or "")) for p in found] == [(e["code"], e.get("at", "")) for e in expected], listing
    for problem, wanted in zip(found, expected, strict=True):
        assert wanted["says"] in shown(problem), listing
        assert problem.severity == ("warning" if "warnings" in case else "error")
        assert not problem.message.endswith(".") and problem.message[0] in problem.message[0].lower() + "'", listing

"""Write an example's project files, without touching what is not its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from gnomon.errors import Problem, UsageError

DATABASE = "warehouse.duckdb"
MARKER = "gnomon.yaml"
NAME = re.compile(r"^name:\s*['\"]?([\w-]+)", re.MULTILINE)


def claim(root: Path, name: str) -> bool:
    """Whether `root` already holds this example; raises UsageError if it holds anything else."""
    if root.exists() and not root.is_dir():
        raise UsageError(Problem("folder_taken", f"{root} is a file", help="name a new folder"))
    if not root.exists() or not any(root.iterdir()):
        return False
    marker = root / MARKER
    found = NAME.search(marker.read_text(encoding="utf-8", errors="replace")) if marker.is_file() else None
    if found is None or found[1] != name:
        what = f"holds the project '{found[1]}'" if found else "is not empty"
        raise UsageError(Problem("folder_taken", f"the folder {root} {what}", help="name a new or an empty folder"))
    return True


def write_project(root: Path, name: str, values: Mapping[str, str]) -> None:
    """Write the files of `examples/<name>/project` that `root` does not have yet.

    The marker comes first, so that a folder that was left half-written is known as ours. `*.tmpl` files lose the
    suffix and have `$name` replaced from `values`.
    """
    project = files(__package__) / name / "project"
    entries = sorted(walk(project), key=lambda entry: (not entry[0].startswith(MARKER), entry[0]))
    for path, entry in entries:
        text = entry.read_text(encoding="utf-8")
        target = root / path.removesuffix(".tmpl")
        if target.exists():
            continue
        write(target, Template(text).substitute(values) if path.endswith(".tmpl") else text)


def write(target: Path, text: str) -> None:
    """Write a whole file or none of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, target)


def walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Each file below a folder, with its path relative to it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry

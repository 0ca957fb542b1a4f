"""Compiled specs remembered between commands, so that an unchanged project is compiled once.

The key is the content of the loaded project, not of its files: what a definition imports or computes counts too.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gnomon
from gnomon.compile.models import ModelSpec
from gnomon.model import Project
from gnomon.source import Span

SUFFIXES = {".yaml", ".yml", ".sql", ".py"}
FOREIGN = {"tests", "audits", "seeds", "logs", "node_modules", "venv", "env", "__pycache__", "build", "dist"}
"""Folders in which no definition is looked for. Hidden ones are left out as well."""


def definition_files(root: Path) -> list[Path]:
    """The files of a project that may hold definitions, sorted."""
    return sorted(_walk(root))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if path.name not in FOREIGN:
                yield from _walk(path)
        elif path.suffix in SUFFIXES:
            yield path


def remembered(
    folder: Path, project: Project, compile_project: Callable[[Project], tuple[ModelSpec, ...]]
) -> tuple[ModelSpec, ...]:
    """The project's specs, from `folder` if the same project was compiled before by the same versions."""
    try:
        file = folder / f"specs_{fingerprint(project)}.pickle"
    except ValueError:  # a definition holds a function, whose result may depend on anything
        return compile_project(project)
    if file.is_file():
        try:
            return pickle.loads(file.read_bytes())  # type: ignore[no-any-return]
        except Exception:
            file.unlink(missing_ok=True)  # written by a run that was killed: compile it again
    specs = compile_project(project)
    _write(file, specs)
    return specs


def _write(file: Path, specs: tuple[ModelSpec, ...]) -> None:
    try:
        content = pickle.dumps(specs)
    except Exception:
        return  # a modifier that cannot be pickled costs time, nothing else
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob("specs_*.pickle"):
        old.unlink(missing_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(file)


def fingerprint(project: Project) -> str:
    """A digest of everything that compiling reads. Raises ValueError where a definition holds a function."""
    return digest_of(project, *versions())


def versions() -> Iterator[str]:
    """What tells this Gnomon and what it compiles with from any other."""
    for package in ("sqlglot", "sqlmesh"):
        yield f"{package} {version(package)}"
    for file in sorted(Path(str(gnomon.__file__)).parent.rglob("*.py")):
        stat = file.stat()
        yield f"{file} {stat.st_mtime_ns} {stat.st_size}"


def digest_of(value: Any, *words: str) -> str:
    """A digest of a value's content and some words. Raises ValueError where the value holds a function."""
    digest = blake2b(digest_size=16)
    for part in (*words, *_content(value)):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _content(value: Any) -> Iterator[str]:
    """A value as a stream of texts that is the same for the same content; places in files are left out."""
    if isinstance(value, Span):
        return
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__
        for part in fields(value):
            if part.compare:
                yield part.name
                yield from _content(getattr(value, part.name))
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}"
        for key, item in value.items():
            yield from _content(key)
            yield from _content(item)
    elif isinstance(value, list | tuple):
        yield f"list {len(value)}"
        for item in value:
            yield from _content(item)
    elif isinstance(value, set | frozenset):
        yield repr(sorted(map(repr, value)))
    elif callable(value):
        raise ValueError(f"{value!r} may depend on anything")
    else:
        yield f"{type(value).__name__} {value!r}"

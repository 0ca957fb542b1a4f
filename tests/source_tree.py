"""The package's own source, as the architecture tests read it: layers, imports (also those in functions), clocks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import gnomon

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "gnomon"
MODULES = sorted(SRC.rglob("*.py"))
FILES = sorted([*MODULES, *(ROOT / "tests").rglob("*.py")])


class Import(NamedTuple):
    """One import: of a module, or of a name in it."""

    path: Path
    line: int
    module: str
    is_lazy: bool


def relative(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def layer(path: Path) -> str:
    """The layer that a file belongs to: its folder in the package, or its own name."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def for_types_only(root: ast.Module) -> set[ast.AST]:
    """What stands under `if TYPE_CHECKING:`, which never runs."""
    return {
        inner
        for node in ast.walk(root)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file that runs, also those inside functions."""
    root = tree(path)
    skipped = for_types_only(root)
    top = {id(node) for node in root.body}
    for node in ast.walk(root):
        if node in skipped:
            continue
        lazy = id(node) not in top
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by dots"
            assert node.module is not None
            if node.module == "gnomon":
                yield from (Import(path, node.lineno, home(alias.name), lazy) for alias in node.names)
            else:
                yield Import(path, node.lineno, node.module, lazy)


def home(name: str) -> str:
    """The module behind a name imported from `gnomon` itself."""
    return gnomon.HOMES.get(name, f"gnomon.{name}")


ALL_IMPORTS = [found for path in MODULES for found in imports(path)]


def importers(package: str) -> dict[str, bool]:
    """The files that import a package, each with whether it does so lazily only."""
    found: dict[str, bool] = {}
    for one in ALL_IMPORTS:
        if one.module.split(".")[0] == package:
            found[relative(one.path)] = found.get(relative(one.path), True) and one.is_lazy
    return found


CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("os", "environ"),
    ("os", "getenv"),
}


def clocks(root: ast.Module) -> Iterator[int]:
    """The lines that ask the clock or the environment, also by names that are imported from their modules.

    >>> list(clocks(ast.parse("import datetime\\ndatetime.date.today()")))
    [2]
    >>> list(clocks(ast.parse("from os import getenv\\ngetenv('A')"))), list(clocks(ast.parse("time = day.date()")))
    ([2], [])
    """
    named = {
        alias.asname or alias.name
        for node in ast.walk(root)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module, alias.name) in CLOCKS
    }
    for node in ast.walk(root):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in CLOCKS:
                yield node.lineno
        elif isinstance(node, ast.Name) and node.id in named:
            yield node.lineno

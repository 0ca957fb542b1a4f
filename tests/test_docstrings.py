"""The examples in the package's docstrings hold: pytest collects those of the tests only."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from source_tree import MODULES, SRC


def name_of(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("module", [name_of(path) for path in MODULES if ">>> " in path.read_text()])
def test_examples_hold(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted and not found.failed

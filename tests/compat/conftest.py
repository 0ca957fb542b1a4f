"""The project in the original's shape, as it is and under `compat: oso`, and a database that it reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gnomon

from .warehouse import fill

PROJECT = Path(__file__).parent / "project"
collect_ignore = ["project"]


def pytest_configure(config: pytest.Config) -> None:
    # Importing SQLMesh warns about its own use of pydantic, which is not ours to mend.
    config.addinivalue_line("filterwarnings", "ignore:.*json_encoders.*:DeprecationWarning")


def copied(folder: Path, settings: str | None) -> Path:
    """A copy of the project with a gnomon.yaml of the given text, or without one."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if settings is not None:
        (folder / "gnomon.yaml").write_text(settings)
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("compat") / "project", "{name: older, compat: oso}\n")


@pytest.fixture(scope="module")
def project(root: Path) -> Any:
    return gnomon.load(root)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection)
        yield connection

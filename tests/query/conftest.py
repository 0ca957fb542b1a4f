"""A project and an engine with tables made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gnomon.engine import Engine
from gnomon.engine.duckdb import DuckDBEngine
from gnomon.model import Project

from .query_tables import SETUP, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with DuckDBEngine.open(":memory:", read_only=False) as opened:
        opened.execute(SETUP)
        yield opened

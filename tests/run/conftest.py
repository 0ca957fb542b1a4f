"""Importing SQLMesh warns about its own use of pydantic, which is not ours to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from .world import World


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:.*json_encoders.*:DeprecationWarning")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "project")

"""Importing SQLMesh warns about its own use of pydantic, which is not ours to mend."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:.*json_encoders.*:DeprecationWarning")

"""What every test runs under: each run tries the same random cases, so that a change fails by its own faults.

GNOMON_EXAMPLES asks for others.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
if "GNOMON_EXAMPLES" not in os.environ:
    settings.load_profile("same")

os.environ.setdefault("MAX_FORK_WORKERS", "1")  # as Gnomon's commands have it; tests import SQLMesh before them


def pytest_collection_finish() -> None:
    """Leave what is imported out of every collection of garbage: looking through it took a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no worker is left with one of them when the others have ended."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)

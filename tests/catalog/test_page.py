"""The page about the catalog shows what works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gnomon.catalog import Store
from gnomon.catalog.legacy.units import OUTCOMES
from gnomon.catalog.versions import FIRST

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "catalog.md"


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    store = names["store"]
    assert isinstance(store, Store)
    node = store.get("shop.revenue")
    assert node.revision.version == FIRST
    assert node.revision.definition.columns[0].unit == names["unit"]
    store.engine.dispose()


def test_every_outcome_has_words() -> None:
    assert all(words and not words.endswith(".") for words in OUTCOMES.values())

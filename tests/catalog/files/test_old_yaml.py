"""Files that DataJunction's reader takes are taken: anchors, aliases, merge keys, `yes` and `True` in free values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gnomon.catalog.files import read_spec, to_spec
from gnomon.catalog.files.yaml_read import OldReader
from gnomon.load.yaml import read_yaml
from gnomon.source import Source

from .projects import read, source

TEXTS = (
    "a: &a [1, {b: 2}]\nc: *a\nd: [*a, *a]\n",
    "a: &a x\nb: {c: *a}\n",
    "base: &base {kind: count, code: clicks}\nunit:\n  <<: *base\n  code: views\n",
    "a: &a {x: 1}\nb: &b {x: 2, w: 3}\nc: {<<: [*a, *b], z: 4}\n",
    "a: &a {x: {w: 1}}\nb: &b {<<: *a, z: 2}\nc: {<<: *b}\n",
    "a: {<<: {x: 1}, w: 2}\n",
    "custom_metadata: {a: [yes, No, ON, off, True, FALSE, true, 'yes', yEs]}\n",
)


def of_1_1(text: str) -> Any:
    """What YAML 1.1 makes of a text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return yaml.load(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_as_yaml_1_1_reads_it(text: str) -> None:
    assert read_yaml(Source("t.yaml", text), OldReader).data == of_1_1(text)


PARTS = ["&a 1", "*a", "&b [*a]", "{<<: *c}", "&c {x: *a}", "{<<: *c, x: 2}", "[*b, *c]"]


@pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")
@given(st.lists(st.sampled_from(PARTS), max_size=8))
def test_an_alias_is_the_latest_value_of_its_name(parts: list[str]) -> None:
    text = "".join(f"- {part}\n" for part in ["&a 0", "&b 0", "&c {w: 3}", *parts])
    assert read_yaml(Source("t.yaml", text), OldReader).data == of_1_1(text)


def test_a_copy_is_a_value_of_its_own() -> None:
    data = read_yaml(Source("t.yaml", "a: &a {x: 1}\nb: *a\n"), OldReader).data
    data["a"]["x"] = 2
    assert data["b"] == {"x": 1}


def test_units_may_be_shared_by_an_alias(tmp_path: Path) -> None:
    found = read(tmp_path, source("  - {name: a, unit: &usd {kind: currency, code: USD}}\n  - {name: b, unit: *usd}"))
    assert [column.unit for column in found.definitions["shop.s"].columns] == [{"kind": "currency", "code": "USD"}] * 2
    assert read_spec(to_spec(found.definitions, "shop")).definitions == found.definitions


def test_free_values_may_be_true_or_false(tmp_path: Path) -> None:
    found = read(tmp_path, source("  - {name: a}\ncustom_metadata: {pii: yes, each: [True, off]}"))
    assert found.definitions["shop.s"].custom == {"pii": True, "each": [True, False]}

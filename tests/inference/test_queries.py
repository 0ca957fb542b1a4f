"""Whole queries: what comes out, and what is found where (queries.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import gnomon
from gnomon.units.shapes import json_of
from gnomon.units.text import parse_text
from gnomon.units.vocabulary import VOCABULARY
from inference.words import said

FILE = YAML(typ="safe").load(Path(__file__).with_name("queries.yaml"))


def unit_json(unit: Any) -> Any:
    """Unit JSON of a unit that is written as text, also inside of a map."""
    if isinstance(unit, str):
        return json_of(parse_text(unit))
    return {**unit, "map": {key: unit_json(each) for key, each in unit["map"].items()}} if "map" in unit else unit


def units(written: dict[str, Any]) -> dict[str, Any]:
    return {name: unit_json(unit) for name, unit in written.items()}


@pytest.mark.parametrize("name", FILE["queries"])
def test_query(name: str) -> None:
    case = FILE["queries"][name]
    own = case.get("project_units")
    found = gnomon.infer_units(
        case["sql"],
        units({**FILE["columns"], **case.get("columns", {})}),
        dialect=case.get("dialect", "duckdb"),
        declared=units(case.get("declared", {})),
        project_units=own,
    )
    vocabulary = VOCABULARY.extended(own) if own else VOCABULARY
    assert {output: said(found, output, vocabulary) for output in case["gives"]} == case["gives"], found.diagnostics
    assert [f"{each.line}:{each.column} {each.code}" for each in found.diagnostics] == case.get("finds", [])

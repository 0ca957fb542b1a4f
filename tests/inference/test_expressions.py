"""Every rule on one expression: what its unit is, and what is found in it (expressions.yaml)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import gnomon
from gnomon.units.shapes import json_of
from gnomon.units.text import parse_text
from inference.words import said

TABLE = YAML(typ="safe").load(Path(__file__).with_name("expressions.yaml"))
COLUMNS = {f"t.{name}": json_of(parse_text(unit)) for name, unit in TABLE.pop("columns").items()}
TYPES = {f"t.{name}": type_ for name, type_ in TABLE.pop("types").items()}


def cases() -> Iterator[Any]:
    for heading, lines in TABLE.items():
        title, _, dialect = heading.partition(" @ ")
        for line in lines.splitlines():
            expression, unit, *codes = (part.strip() for part in line.split(" | "))
            yield pytest.param(expression, unit, codes, dialect or "duckdb", id=f"{title}: {expression}")


@pytest.mark.parametrize(("expression", "unit", "codes", "dialect"), [*cases()])
def test_expression(expression: str, unit: str, codes: list[str], dialect: str) -> None:
    found = gnomon.infer_units(f"SELECT {expression} AS y FROM t", COLUMNS, types=TYPES, dialect=dialect)
    name = "Y" if dialect in ("snowflake", "oracle") else "y"
    assert (said(found, name), [each.code for each in found.diagnostics]) == (unit, codes), found.diagnostics
    assert all(each.line == 1 and each.column for each in found.diagnostics)

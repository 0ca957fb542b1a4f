"""What follows from SQL once more: the same as if the files were read again, whatever stood there before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.files.projects import LAYOUTS, read
from catalog.files.test_anything import DATA
from gnomon.catalog.files import read_spec, to_spec
from gnomon.catalog.files.again import inferred_again, without_inferred
from gnomon.catalog.values import Definition
from gnomon.units.vocabulary import VOCABULARY

ODD: dict[str, Any] = {
    "namespace": "odd",
    "nodes": [
        {
            "name": "o",
            "node_type": "source",
            "catalog": "c",
            "schema": "s",
            "table": "o",
            "columns": [
                {"name": "Id", "type": "bigint"},
                {"name": "paid", "type": "double", "unit": {"kind": "currency", "code": "EUR"}},
                {"name": "made", "type": "timestamp"},
            ],
        },
        {
            "name": "t",
            "node_type": "transform",
            "query": "SELECT Id, paid, made, paid * paid AS squared FROM ${prefix}o",
            "columns": [{"name": "made", "description": "when"}, {"name": "paid", "attributes": ["dimension"]}],
            "primary_key": ["Id"],
        },
        {"name": "star", "node_type": "dimension", "query": "SELECT * FROM ${prefix}t", "primary_key": ["Id"]},
        {"name": "m", "node_type": "metric", "query": "SELECT SUM(paid) AS p FROM ${prefix}t"},
        {"name": "bits", "node_type": "metric", "query": "SELECT SUM(paid) FROM ${prefix}t", "unit": "bit"},
        {"name": "each", "node_type": "metric", "query": "SELECT ${prefix}m / ${prefix}m"},
        {"name": "c", "node_type": "cube", "metrics": ["${prefix}m"], "dimensions": ["${prefix}star.made"]},
        {"name": "lost", "node_type": "transform", "query": "SELECT a, n.b FROM elsewhere.nope AS n"},
        {"name": "unread", "node_type": "transform", "query": "SELECT FROM (", "columns": [{"name": "a"}]},
    ],
}


def assert_same(definitions: dict[str, Definition]) -> None:
    """That nothing becomes of definitions when they are inferred again."""
    for name, definition in definitions.items():
        if definition.query is not None or definition.cube is not None:
            assert inferred_again(name, definition, definitions, VOCABULARY) == definition, name


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS)
def test_files_of_all_layouts_say_the_same_again(tmp_path: Path, files: dict[str, str]) -> None:
    assert_same(dict(read(tmp_path, files).definitions))


@pytest.mark.parametrize("body", [ODD, DATA], ids=["odd", "long"])
def test_a_deployment_says_the_same_again(body: dict[str, Any]) -> None:
    assert_same(dict(read_spec(body).definitions))


def test_what_was_filled_in_is_what_no_file_says() -> None:
    """And what is written of a node without it is what is written of the whole node."""
    definitions = dict(read_spec(ODD).definitions)
    bare = {name: without_inferred(each) for name, each in definitions.items()}
    assert to_spec(bare, "odd") == to_spec(definitions, "odd")
    assert [column.name for column in bare["odd.t"].columns] == ["made", "paid", "Id"]
    assert bare["odd.star"].columns[0].type is None


def test_where_a_column_comes_from_stays() -> None:
    definitions = dict(read_spec(ODD).definitions)
    whole = definitions["odd.m"]
    known = replace(whole, columns=(replace(whole.columns[0], lineage=("odd.t.paid",)),))
    assert inferred_again("odd.m", known, definitions, VOCABULARY).columns[0].lineage == ("odd.t.paid",)

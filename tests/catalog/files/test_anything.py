"""Any value at any place of a deployment is read or refused: nothing else comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from gnomon.catalog.files import files_of, read_spec
from gnomon.errors import GnomonError
from gnomon.load.yaml import read_yaml
from gnomon.source import Source

SPEC = """
namespace: shop
tags: [{name: a, tag_metadata: {x: 1}}]
nodes:
  - name: s
    node_type: source
    catalog: c
    schema: d
    table: t
    columns:
      - {name: id, type: int, attributes: [hidden], partition: {type: temporal}}
      - {name: amount, unit: {kind: currency, code: USD}}
      - {name: wait, unit_by: {by: id, map: {"1": {kind: count}}}}
    primary_key: [id]
    dimension_links:
      - {type: join, dimension_node: "${prefix}d", join_on: a = b, default_value: 1}
      - {type: reference, node_column: id, dimension: "${prefix}d.id", role: r}
  - {name: d, node_type: dimension, query: "SELECT id FROM ${prefix}s", primary_key: [id]}
  - {name: e, node_type: transform, query: SELECT 1 AS id, dimension_links: {id: {dimension: shop.d}}}
  - name: m
    node_type: metric
    query: SELECT SUM(amount) AS x FROM ${prefix}s
    unit: dollar
    metric_metadata: {direction: neutral, unit: {numerator: {kind: count}, denominator: {kind: count}}}
    fixed_grain: [a]
    reaggregate: {fn: sum}
    columns: [{name: x, unit: {kind: count}}]
  - {name: c, node_type: cube, metrics: [shop.m], dimensions: ["shop.d.id[r]"], filters: [a], materialization: [none]}
"""
ANYTHING: tuple[Any, ...] = (
    *(None, True, 3, -1.5, float("inf"), "", " ", "shop", "a.b", "../x", "x" * 700, "SELECT", "((((", "dollar", "none"),
    *([], [None], ["a", "a"], [[]], [{}], {}, {"": {}}, {"name": 1}, {"kind": []}, {"dimension": None}),
    *({"by": "x", "map": {}}, {"type": "reference"}, {"numerator": {}}),
)
DATA = read_yaml(Source("spec.yaml", SPEC)).data
Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """The path of everything in some JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in pairs for found in places(each, (*path, key)))]


def replaced(value: Any, path: Path, new: Any) -> Any:
    """JSON with another value at one path."""
    if not path:
        return new
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


def test_as_it_is_it_is_read() -> None:
    assert len(read_spec(DATA).definitions) == 5


@pytest.mark.parametrize("path", places(DATA)[1:], ids=lambda path: ".".join(map(str, path)))
def test_it_is_read_or_refused(path: Path) -> None:
    for value in ANYTHING:
        try:
            found = read_spec(replaced(DATA, path, value))
        except GnomonError:
            continue
        files_of(found.definitions, found.namespace, found.tags, found.rest)

"""Defaults of links: each column of the dimension has the value that fits its type, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.sql.conftest import Ask, in_order
from catalog.sql.shop import DEFINITIONS, link, shop, with_nodes
from gnomon.catalog import Column
from gnomon.catalog.sql import metrics_sql
from gnomon.catalog.sql.defaults import default_of
from gnomon.catalog.sql.graph import Nodes


def defaulting(value: Any) -> Nodes:
    """The shop, whose orders have a default where they have no customer."""
    way = replace(link("orders", "customer", "customer_id", "id"), default_value=value)
    return with_nodes(orders=replace(DEFINITIONS["shop.orders"], links=(way,)))


ANN = [("ann", 2.0), ("bob", 1.0), ("cid", 1.0)]
CASES = {
    "a text for texts": ("none", "customer.name", [*ANN, ("none", 2.0)]),
    "a text is no number": ("none", "customer.born", [(20190101.0, 2.0), (20200101.0, 1.0), (None, 3.0)]),
    "a number as text": ("-1", "customer.born", [(-1.0, 3.0), (20190101.0, 2.0), (20200101.0, 1.0)]),
    "a number for texts": (0, "customer.name", [("0", 2.0), *ANN]),
    "a value for each column": (
        {"NAME": "nobody", "id": -1},
        "customer.name",
        [*ANN, ("nobody", 2.0)],
    ),
    "a key's": ({"name": "nobody", "id": -1}, "customer.id", [(-1.0, 2.0), (1.0, 2.0), (2.0, 1.0), (3.0, 1.0)]),
    "none for this column": ({"name": "nobody"}, "customer.country", [("DE", 1.0), ("NL", 2.0), (None, 3.0)]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_default_is_for_the_columns_that_it_fits(case: str, ask: Ask) -> None:
    """`none` beside numbers and a mapping beside any column were engine errors."""
    value, dimension, expected = CASES[case]
    assert in_order(ask(["count"], [dimension], nodes=defaulting(value))) == expected


def test_filters_see_defaults(ask: Ask) -> None:
    nodes = defaulting({"name": "nobody", "born": 7})
    assert ask(["count"], filters=["shop.customer.name = 'nobody'"], nodes=nodes) == [(2,)]
    assert ask(["count"], filters=["shop.customer.born < 10"], nodes=nodes) == [(3,)]


def test_a_key_without_a_default_needs_no_join() -> None:
    sql = metrics_sql(defaulting({"name": "nobody"}), ["shop.count"], ["shop.customer.id"]).sql
    assert sql == metrics_sql(shop, ["shop.count"], ["shop.customer.id"]).sql


FITTING: list[tuple[Any, str | None, str | None]] = [
    ("x", "varchar(10)", "'x'"),
    (True, "string", None),
    (7, "bigint", "7"),
    (7.0, "bigint", "7"),
    (7.5, "bigint", None),
    (True, "int", None),
    ("1.5", "decimal(10,2)", "1.5"),
    ("nan", "double", None),
    ("1.5", "double", "1.5"),
    ("true", "boolean", "TRUE"),
    (0, "boolean", None),
    ("1970-01-01", "date", "CAST('1970-01-01' AS DATE)"),
    ("1970-13-01", "date", None),
    ("1970-01-01", "timestamp", "CAST('1970-01-01 00:00:00' AS TIMESTAMP)"),
    ("x", "array<string>", None),
    ("x", "no type?", "'x'"),
    ("x", None, "'x'"),
    (["x"], None, None),
    ({"other": 1}, None, None),
    (None, "int", None),
]


@pytest.mark.parametrize(("value", "type_", "expected"), FITTING)
def test_values_by_type(value: Any, type_: str | None, expected: str | None) -> None:
    tree = default_of(value, Column("x", type_))
    assert (tree and tree.sql()) == expected

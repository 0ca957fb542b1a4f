"""The dimensions that can be asked for: every one that is listed is answered, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.sql.shop import DEFINITIONS, NODES, USD, nodes_of, shop
from gnomon.catalog import Link
from gnomon.catalog.sql import common_dimensions, dimensions_of, metrics_sql
from gnomon.errors import UsageError


def names(*metrics: str) -> list[str]:
    return [each.name for each in common_dimensions(shop, metrics)]


def test_of_one_metric() -> None:
    found = names("shop.revenue")
    assert found == sorted(found)
    assert {"shop.orders.id", "shop.date.y[placed]", "shop.date.y[birth]", "shop.country.title"} < set(found)
    assert "shop.orders.status" not in found, "a column of the parent is listed if it is a key or a dimension"
    for name in found:
        assert metrics_sql(shop, ["shop.revenue"], [name]).sql


def test_of_several_metrics_those_that_all_have() -> None:
    found = names("shop.revenue", "shop.refunds")
    assert found == names("shop.net")
    assert {each.partition("[")[0].rpartition(".")[0] for each in found} == {
        "shop.customer",
        "shop.country",
        "shop.date",
    }
    assert not any("[shipped]" in each for each in found)
    assert metrics_sql(shop, ["shop.net"], found).sql


def test_what_is_said_of_each() -> None:
    by_name = {each.name: each for each in common_dimensions(shop, ["shop.revenue"])}
    day = by_name["shop.date.day[birth]"]
    assert (day.node_name, day.type, day.properties) == ("shop.date", "int", ("primary_key",))
    assert day.path == ("shop.orders", "shop.customer.birth")
    assert by_name["shop.date.y[placed]"].path == ("shop.orders.placed",)
    assert by_name["shop.orders.id"].path == ()


def test_of_any_node() -> None:
    assert dimensions_of(shop, "shop.revenue") == common_dimensions(shop, ["shop.revenue"])
    assert dimensions_of(shop, "shop.cube") == common_dimensions(shop, ["shop.revenue", "shop.count"])
    assert [each.name for each in dimensions_of(shop, "shop.country")] == ["shop.country.code"]
    own = {each.name for each in dimensions_of(shop, "shop.customer")}
    assert {"shop.customer.name", "shop.country.title", "shop.date.wk[birth]"} < own, "all columns of a dimension"


def test_units_and_references_are_listed() -> None:
    way = Link("shop.item", kind="reference", column="status", dimension_column="sku", role="told")
    orders = replace(DEFINITIONS["shop.orders"], links=(way,))
    priced = replace(
        DEFINITIONS["shop.item"], columns=tuple(replace(c, unit=USD) for c in DEFINITIONS["shop.item"].columns)
    )
    made = nodes_of(DEFINITIONS | {"shop.orders": orders, "shop.item": priced})
    found = {
        each.name: each for each in common_dimensions(lambda n: {x: made[x] for x in n if x in made}, ["shop.count"])
    }
    assert set(found) == {"shop.orders.id", "shop.item.sku[told]"}
    assert found["shop.item.sku[told]"].unit == USD
    assert found["shop.item.sku[told]"].path == ("shop.orders.status",)


def test_what_cannot_be_answered_is_not_listed() -> None:
    links = tuple(replace(link, join_type="full") for link in DEFINITIONS["shop.orders"].links)
    made = NODES | nodes_of({"shop.orders": replace(DEFINITIONS["shop.orders"], links=links)})
    found = common_dimensions(lambda n: {x: made[x] for x in n if x in made}, ["shop.count"])
    assert [each.name for each in found] == ["shop.orders.id"]


@pytest.mark.parametrize(
    ("metrics", "code"), [([], "no_metrics"), (["shop.x"], "unknown_node"), (["shop.item"], "not_a")]
)
def test_refusals(metrics: list[str], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        common_dimensions(shop, metrics)

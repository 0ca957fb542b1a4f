"""Measures: the tables that components make, put together again at a coarser grain, are the metrics themselves."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from catalog.sql.shop import DEFINITIONS, metric, nodes_of
from gnomon.catalog.sql import measures_sql, metrics_sql
from gnomon.catalog.sql.measures import Measures

QUERIES = {
    "total": "SUM(amount)",
    "rows": "COUNT(*)",
    "mean": "AVG(amount)",
    "spread": "MAX(amount) - MIN(amount)",
    "paid": "COUNT_IF(status = 'paid')",
    "share": "SUM(CASE WHEN status = 'paid' THEN amount END) / SUM(amount)",
    "kinds": "COUNT(DISTINCT status)",
    "middle": "MEDIAN(amount)",
    "unlike": "SUM(DISTINCT amount)",
    "some": "SUM(amount) FILTER (WHERE status = 'paid')",
}
NODES = nodes_of(
    DEFINITIONS | {f"shop.{name}": metric(f"SELECT {query} FROM shop.orders") for name, query in QUERIES.items()}
)
MORE: dict[str, Any] = {"dialect": "duckdb", "catalogs": {"default": ""}}


def nodes(names: Any) -> Any:
    return {name: NODES[name] for name in names if name in NODES}


def measured(*names: str, by: tuple[str, ...] = ("shop.date.y[placed]", "shop.customer.name")) -> Measures:
    return measures_sql(nodes, [f"shop.{name}" for name in names], by, **MORE)


@pytest.mark.parametrize("name", ["total", "rows", "mean", "spread", "paid", "share", "kinds"])
def test_components_add_up(name: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    found = measured(name)
    (group,), (formula,) = found.grain_groups, found.metric_formulas
    rolled = f"SELECT y_placed, {formula.combiner} FROM ({group.sql}) GROUP BY y_placed ORDER BY y_placed"
    whole = metrics_sql(nodes, [f"shop.{name}"], ["shop.date.y[placed]"], order_by=["shop.date.y[placed]"], **MORE)
    again = warehouse.execute(rolled.replace("ORDER BY y_placed", "ORDER BY y_placed NULLS FIRST")).fetchall()
    assert again == warehouse.execute(whole.sql).fetchall()
    assert group.aggregability == ("limited" if name == "kinds" else "full")
    assert group.parent_name == formula.parent_name == "shop.orders"


@pytest.mark.parametrize("name", ["middle", "unlike", "some"])
def test_what_does_not_add_up_says_so(name: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    (group,) = measured(name).grain_groups
    assert (group.aggregability, [part.merge for part in group.components]) == ("none", [None])
    whole = metrics_sql(nodes, [f"shop.{name}"], ["shop.date.y[placed]", "shop.customer.name"], **MORE)
    ours, theirs = (sorted(warehouse.execute(each.sql).fetchall(), key=str) for each in (group, whole))
    assert ours == theirs


def test_groups_by_parent_and_kind() -> None:
    found = measured("net", "mean", "kinds", "middle", by=("shop.customer.name",))
    status = found.grain_groups[1].components[0].name
    assert status.startswith("status_distinct_")
    assert [(g.parent_name, g.aggregability, g.grain, g.metrics) for g in found.grain_groups] == [
        ("shop.orders", "full", ("name",), ("shop.revenue", "shop.mean")),
        ("shop.orders", "limited", ("name", status), ("shop.kinds",)),
        ("shop.orders", "none", ("name",), ("shop.middle",)),
        ("shop.returns", "full", ("name",), ("shop.refunds",)),
    ]
    parts = [part.name for group in found.grain_groups for part in group.components]
    assert len(set(parts)) == len(parts), "SUM(amount) of orders is not SUM(amount) of returns"
    first = found.grain_groups[0]
    assert [part.aggregation for part in first.components] == ["SUM", "COUNT"], "SUM(amount) is one component of both"
    assert [column.name for column in first.columns] == ["name", *(part.name for part in first.components)]
    net = found.metric_formulas[0]
    assert (net.is_derived, net.parent_name, len(net.components)) == (True, None, 2)
    assert found.requested_dimensions == ("shop.customer.name",)


def test_many_values_do_not_add_up() -> None:
    (group,) = measured("total", by=("shop.item.sku",)).grain_groups
    assert group.aggregability == "none"

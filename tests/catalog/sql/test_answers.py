"""What generated SQL answers, against queries written by hand over the same tables, on two engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from catalog.sql.conftest import Ask, Rows, in_order

CUSTOMERS = "LEFT JOIN wh.customers c ON f.customer_id = c.id"
BY_NAME = f"""
    WITH o AS (SELECT c.name, SUM(f.amount) AS n FROM wh.orders f {CUSTOMERS} GROUP BY c.name),
    r AS (SELECT c.name, SUM(f.amount) AS n FROM wh.returns f {CUSTOMERS} GROUP BY c.name),
    k AS (SELECT name FROM o UNION SELECT name FROM r)
    SELECT k.name, (SELECT n FROM o WHERE o.name IS NOT DISTINCT FROM k.name),
        (SELECT n FROM r WHERE r.name IS NOT DISTINCT FROM k.name) FROM k
"""

WEEKS = "SELECT d.wk, SUM(amount) n FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day GROUP BY 1"

CASES: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str], str]] = {
    "a total": (["revenue", "count"], [], [], "SELECT SUM(amount), COUNT(*) FROM wh.orders"),
    "one role": (
        ["revenue"],
        ["date.y[placed]"],
        [],
        "SELECT d.y, SUM(amount) FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day GROUP BY d.y",
    ),
    "two roles": (
        ["revenue"],
        ["date.y[placed]", "date.y[shipped]"],
        [],
        "SELECT d.y, s.y, SUM(amount) FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day "
        "LEFT JOIN wh.dates s ON f.shipped = s.day GROUP BY d.y, s.y",
    ),
    "W1: a filter on one role is none on the other": (
        ["revenue"],
        ["date.y[placed]"],
        ["shop.date.y[shipped] = 2020"],
        "SELECT d.y, SUM(amount) FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day "
        "JOIN wh.dates s ON f.shipped = s.day WHERE s.y = 2020 GROUP BY d.y",
    ),
    "W3: windows see the rows before a boundary": (
        ["before", "growth"],
        ["date.wk[placed]"],
        ["shop.date.wk[placed] >= 11"],
        f"SELECT * FROM (SELECT wk, LAG(n) OVER w, n - LAG(n) OVER w FROM ({WEEKS}) t "
        "WINDOW w AS (ORDER BY wk NULLS FIRST)) t WHERE wk >= 11",
    ),
    "W3: also by another column of the dimension": (
        ["before"],
        ["date.wk[placed]"],
        ["shop.date.y[placed] = 2020"],
        f"SELECT * FROM (SELECT wk, LAG(n) OVER (ORDER BY wk NULLS FIRST) FROM ({WEEKS}) t) t WHERE wk >= 10",
    ),
    "W3: also by a dimension beyond it": (
        ["before_name"],
        ["customer.name"],
        ["shop.country.title = 'Germany'"],
        "SELECT 'bob', 150",
    ),
    "a filter on another dimension is before the window": (
        ["before"],
        ["date.wk[placed]"],
        ["shop.orders.status = 'paid'"],
        "SELECT wk, LAG(n) OVER (ORDER BY wk NULLS FIRST) FROM (SELECT d.wk, SUM(amount) n FROM wh.orders f "
        "LEFT JOIN wh.dates d ON f.placed = d.day WHERE status = 'paid' GROUP BY 1) t",
    ),
    "a window is divided by the other dimensions": (
        ["before"],
        ["date.wk[placed]", "customer.name"],
        [],
        "SELECT wk, name, LAG(n) OVER (PARTITION BY name ORDER BY wk NULLS FIRST) FROM (SELECT d.wk, c.name, "
        f"SUM(amount) n FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day {CUSTOMERS} GROUP BY 1, 2) t",
    ),
    "a share is of what is filtered": (
        ["share"],
        ["customer.name"],
        ["shop.customer.name IN ('ann', 'bob')"],
        "SELECT name, n / 157.0 FROM (VALUES ('ann', 150), ('bob', 7)) t(name, n)",
    ),
    "W6: a filter through one-to-many counts each order once": (
        ["revenue", "count"],
        [],
        ["shop.item.sku = 'red'"],
        "SELECT SUM(amount), COUNT(*) FROM wh.orders WHERE id IN (SELECT order_id FROM wh.items WHERE sku = 'red')",
    ),
    "W6: a dimension through one-to-many counts each order once a value": (
        ["revenue", "count", "customers"],
        ["item.sku"],
        [],
        "SELECT sku, SUM(amount), COUNT(*), COUNT(DISTINCT customer_id) FROM (SELECT DISTINCT o.*, i.sku "
        "FROM wh.orders o LEFT JOIN wh.items i ON i.order_id = o.id) t GROUP BY sku",
    ),
    "W6: beside a dimension that is called as the parent's key": (
        ["count"],
        ["item.sku", "customer.id"],
        [],
        "SELECT sku, customer_id, COUNT(DISTINCT o.id) FROM wh.orders o LEFT JOIN wh.items i ON i.order_id = o.id "
        "GROUP BY 1, 2",
    ),
    "W6: two conditions hold on one row of the many": (
        ["revenue"],
        [],
        ["shop.item.sku = 'blue'", "shop.item.line = 3"],
        "SELECT 100",
    ),
    "a key is read without its dimension": (
        ["revenue"],
        ["customer.id"],
        [],
        "SELECT customer_id, SUM(amount) FROM wh.orders GROUP BY customer_id",
    ),
    "over two links": (
        ["revenue"],
        ["country.title"],
        [],
        f"SELECT t.title, SUM(amount) FROM wh.orders f {CUSTOMERS} LEFT JOIN wh.countries t ON c.country = t.code "
        "GROUP BY 1",
    ),
    "over two links, the second with a role": (
        ["count"],
        ["date.y[birth]"],
        [],
        f"SELECT d.y, COUNT(*) FROM wh.orders f {CUSTOMERS} LEFT JOIN wh.dates d ON c.born = d.day GROUP BY 1",
    ),
    "two facts, null equal to null": (["revenue", "refunds"], ["customer.name"], [], BY_NAME),
    "two facts, by keys of two types": (
        ["revenue", "refunds"],
        ["customer.id"],
        [],
        "SELECT k, SUM(a), SUM(b) FROM (SELECT customer_id k, amount a, NULL::int b FROM wh.orders UNION ALL "
        "SELECT customer_id, NULL, amount FROM wh.returns) t GROUP BY k",
    ),
    "a ratio of two facts": (
        ["rate"],
        ["customer.name"],
        [],
        f"SELECT name, r / NULLIF(o, 0)::float FROM ({BY_NAME}) t(name, o, r)",
    ),
    "metrics of metrics of metrics": (["twice_net"], [], [], "SELECT 2 * (212 - 20)"),
    "a condition on a metric": (
        ["count"],
        ["customer.name"],
        ["shop.revenue > 10"],
        f"SELECT c.name, COUNT(*) FROM wh.orders f {CUSTOMERS} GROUP BY 1 HAVING SUM(amount) > 10",
    ),
    "a condition on a metric, windows before it": (
        ["share"],
        ["customer.name"],
        ["shop.revenue > 10"],
        f"SELECT c.name, SUM(amount) / 212.0 FROM wh.orders f {CUSTOMERS} GROUP BY 1 HAVING SUM(amount) > 10",
    ),
    "a condition on a metric with a window": (
        ["revenue"],
        ["date.wk[placed]"],
        ["shop.before > 20"],
        f"SELECT wk, n FROM (SELECT wk, n, LAG(n) OVER (ORDER BY wk NULLS FIRST) AS b FROM ({WEEKS}) t) t WHERE b > 20",
    ),
    "a metric that looks at a dimension": (
        ["of_2020"],
        ["date.y[placed]"],
        [],
        "SELECT d.y, CASE WHEN d.y = 2020 THEN SUM(amount) END FROM wh.orders f "
        "LEFT JOIN wh.dates d ON f.placed = d.day GROUP BY d.y",
    ),
    "a dimension and a metric in one condition": (
        ["count"],
        ["customer.name"],
        ["shop.customer.name = 'cid' OR shop.revenue > 100"],
        "SELECT 'ann', 2 UNION SELECT 'cid', 1",
    ),
    "distinct counts are of rows": (
        ["customers"],
        ["date.y[placed]"],
        [],
        "SELECT d.y, COUNT(DISTINCT customer_id) FROM wh.orders f LEFT JOIN wh.dates d ON f.placed = d.day GROUP BY 1",
    ),
    "a local dimension": (["largest"], ["orders.status"], [], "SELECT status, MAX(amount) FROM wh.orders GROUP BY 1"),
    "a required dimension": (
        ["daily"],
        ["date.day[placed]"],
        [],
        "SELECT placed, SUM(amount) FROM wh.orders GROUP BY 1",
    ),
    "nothing is left": (["count"], ["orders.status"], ["shop.orders.status = 'none'"], "SELECT 1, 1 WHERE 1 = 0"),
}


@pytest.mark.parametrize("case", CASES)
def test_answers(case: str, ask: Ask, read: tuple[str, Callable[[str], Rows]]) -> None:
    metrics, dimensions, filters, by_hand = CASES[case]
    answered, expected = in_order(ask(metrics, dimensions, filters)), in_order(read[1](by_hand))
    assert len(answered) == len(expected)
    for ours, theirs in zip(answered, expected, strict=True):
        assert list(ours) == [pytest.approx(value) if isinstance(value, float) else value for value in theirs]


def test_order_and_limit(ask: Ask) -> None:
    def named(**more: Any) -> list[Any]:
        return [row[0] for row in ask(["revenue"], ["customer.name"], **more)]

    assert named(order_by=["shop.revenue DESC"]) == ["ann", None, "bob", "cid"]
    assert named(order_by=["shop.customer.name"], limit=2) == [None, "ann"], "nulls come first, as in Spark"
    assert named(order_by=["shop.customer.name desc nulls last"], limit=1) == ["cid"]
    assert named(limit=0) == []


def test_a_division_by_zero_is_null_where_it_was_written(ask: Ask) -> None:
    assert ask(["rate"], ["customer.name"], ["shop.revenue IS NULL"]) == []
    assert ask(["per_nothing"]) == [(None,)], "no error, and no infinity"

"""What cannot be answered rightly is refused: one clear error, with what to type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from catalog.sql.shop import DEFINITIONS, columns, link, metric, shop, source, with_nodes
from gnomon.catalog.sql import cube_sql, measures_sql, metrics_sql, node_sql
from gnomon.catalog.values import Definition, Link, MetricDetails
from gnomon.errors import Problem, UsageError


def refused(
    metrics: Sequence[str], dimensions: Sequence[str] = (), filters: Sequence[str] = (), **more: Any
) -> Problem:
    """The only problem of a request."""
    with pytest.raises(UsageError) as caught:
        metrics_sql(more.pop("nodes", shop), metrics, dimensions, filters, **more)
    assert len(caught.value.problems) == 1, str(caught.value)
    return caught.value.problems[0]


REVENUE = ["shop.revenue"]

REQUESTS: list[tuple[str, str, Sequence[str], Sequence[str], Sequence[str]]] = [
    ("unknown_node", "no node named 'shop.reven'", ["shop.reven"], [], []),
    ("not_a_metric", "'shop.orders' is a transform", ["shop.orders"], [], []),
    ("no_metrics", "name one", [], [], []),
    ("unknown_role", "roles: [birth], [placed], [shipped]", REVENUE, ["shop.date.y[nope]"], []),
    ("unknown_role", "ask without a role", REVENUE, ["shop.customer.name[nope]"], []),
    ("ambiguous_dimension", "name one: [birth], [placed], [shipped]", REVENUE, ["shop.date.y"], []),
    ("unknown_dimension", "did you mean 'name'", REVENUE, ["shop.customer.nam"], []),
    ("unknown_dimension", "did you mean 'shop.customer.name'", REVENUE, ["shop.custome.name"], []),
    ("unknown_dimension", "no dimension of 'shop.returns'", ["shop.refunds"], ["shop.orders.status"], []),
    ("unknown_dimension", "names no dimension", REVENUE, ["year"], []),
    ("unknown_dimension", "names no dimension", REVENUE, ["shop.date.y[a->]"], []),
    ("unknown_dimension", "no dimension of", ["shop.refunds"], [], ["shop.item.sku = 'x'"]),
    ("required_dimension", "ask for shop.date.wk[placed] too", ["shop.before"], ["shop.date.y[placed]"], []),
    ("required_dimension", "ask for shop.date.day[placed] too", ["shop.daily"], [], []),
    ("ambiguous_window", "PARTITION BY", ["shop.before"], ["shop.date.wk[placed]", "shop.date.y[placed]"], []),
    ("bad_filter", "is not allowed", REVENUE, [], ["shop.customer.id IN (SELECT 1)"]),
    ("bad_filter", "is not allowed", REVENUE, [], ["pg_sleep(9) = shop.customer.id"]),
    ("bad_filter", "is not allowed", REVENUE, [], ["SUM(shop.revenue) > 3"]),
    ("bad_filter", "not one SQL condition", REVENUE, [], ["shop.customer.id = 1; DROP TABLE wh.orders"]),
    ("bad_filter", "not one SQL condition", REVENUE, [], ["shop.customer.id = 1) OR (1 = 1"]),
    ("bad_filter", "not one SQL condition", REVENUE, [], ["shop.customer.name = 'it"]),
    ("bad_filter", "names no metric", REVENUE, [], ["1 = 1"]),
    ("bad_filter", "4000 characters", REVENUE, [], ["shop.customer.id = 1 OR " * 500]),
    ("bad_filter", "ask for shop.customer.name too", REVENUE, [], ["shop.customer.name = 'ann' OR shop.revenue > 1"]),
    (
        "bad_filter",
        "filters of their own",
        ["shop.before"],
        ["shop.date.wk[placed]"],
        ["shop.date.y[placed] = 2020 OR shop.orders.status = 'paid'"],
    ),
]


@pytest.mark.parametrize(("code", "words", "metrics", "dimensions", "filters"), REQUESTS)
def test_refused(
    code: str, words: str, metrics: Sequence[str], dimensions: Sequence[str], filters: Sequence[str]
) -> None:
    problem = refused(metrics, dimensions, filters)
    assert (problem.code, words in str(problem)) == (code, True), str(problem)


def test_all_problems_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        metrics_sql(shop, REVENUE, ["shop.date.y[nope]", "shop.customer.nam"], ["shop.nothing.x = 1"])
    assert [each.code for each in caught.value.problems] == ["unknown_role", "unknown_dimension", "unknown_dimension"]


@pytest.mark.parametrize(
    ("order", "limit", "code"),
    [
        ("shop.count", None, "bad_order"),
        ("1 + 1", None, "bad_order"),
        ("x; y", None, "bad_order"),
        (None, -1, "bad_limit"),
    ],
)
def test_orders_and_limits(order: str | None, limit: int | None, code: str) -> None:
    assert refused(REVENUE, order_by=[order] if order else [], limit=limit).code == code


def test_dialects_are_known() -> None:
    assert "did you mean 'postgres'" in str(refused(REVENUE, dialect="postgre"))


def test_what_a_dialect_cannot_say() -> None:
    exact = metric("SELECT PERCENTILE(amount, 0.9) FROM shop.orders")
    problem = refused(["shop.m"], nodes=with_nodes(m=exact), dialect="trino")
    assert problem.code == "not_in_dialect", "an approximation is another number"
    assert metrics_sql(with_nodes(m=exact), ["shop.m"], dialect="postgres").sql


METRICS: list[tuple[str, str]] = [
    ("SELECT SUM(amount), 1 FROM shop.orders", "exactly one"),
    ("SELECT SUM(amount) FROM shop.orders WHERE id > 3", "WHERE"),
    ("SELECT SUM(amount) FROM shop.orders GROUP BY id", "GROUP"),
    ("SELECT SUM(o.amount) FROM shop.orders AS o JOIN shop.returns AS r ON o.id = r.id", "JOINS"),
    ("SELECT amount FROM shop.orders", "aggregates nothing"),
    ("SELECT SUM(shop.revenue)", "OVER a window"),
    ("SELECT SUM(amount) OVER () FROM shop.orders", "make a derived metric"),
    ("SELECT SUM((SELECT 1)) FROM shop.orders", "query inside"),
    ("SELECT 1", "no node and no metric"),
    ("SELECT shop.nope + 1", "'shop.nope' is neither"),
    ("SELECT FROM WHERE", "not one SQL statement"),
    ("SELECT SUM(amount) FROM shop.orders; DROP TABLE wh.orders", "not one SQL statement"),
    ("DELETE FROM shop.orders", "exactly one"),
]


@pytest.mark.parametrize(("query", "words"), METRICS)
def test_metrics_that_are_none(query: str, words: str) -> None:
    problem = refused(["shop.m"], nodes=with_nodes(m=metric(query)))
    assert problem.code == "wrong_metric"
    assert words in str(problem), str(problem)


def test_metrics_of_unknown_columns() -> None:
    problem = refused(["shop.m"], nodes=with_nodes(m=metric("SELECT SUM(o.amoun) FROM shop.orders AS o")))
    assert (problem.code, problem.help) == ("unknown_column", "did you mean 'amount'?")


def test_metrics_in_circles_and_windows_in_windows() -> None:
    around = with_nodes(a=metric("SELECT shop.b + shop.revenue"), b=metric("SELECT shop.a * 2"))
    assert refused(["shop.a"], nodes=around).code == "metric_cycle"
    twice = with_nodes(m=metric("SELECT LAG(shop.before) OVER (ORDER BY shop.date.wk[placed])"))
    assert refused(["shop.m"], ["shop.date.wk[placed]"], nodes=twice).code == "window_in_window"


def test_windows_before_and_after_a_filter() -> None:
    mixed = with_nodes(m=metric("SELECT shop.before / SUM(shop.revenue) OVER ()"))
    request = (["shop.m"], ["shop.date.wk[placed]"])
    assert metrics_sql(mixed, *request).sql
    assert refused(*request, ["shop.date.wk[placed] > 10"], nodes=mixed).code == "mixed_windows"


@pytest.mark.parametrize("details", [MetricDetails(fixed_grain=()), MetricDetails(reaggregate={"fn": "last_value"})])
def test_what_metrics_say_and_no_plan_follows(details: MetricDetails) -> None:
    m = replace(DEFINITIONS["shop.revenue"], metric=details)
    assert refused(["shop.m"], nodes=with_nodes(m=m)).code == "unsupported_metric"


LINKS: list[tuple[Link, str]] = [
    (link("f", "customer", "id", "id", join_type="right"), "right join"),
    (link("f", "customer", "id", "id", join_type="full"), "full join"),
    (Link("shop.customer"), "no condition"),
    (Link("shop.customer", join_on="shop.f.id = shop.country.code"), "neither side"),
    (Link("shop.customer", join_on="id = 3"), "neither side"),
    (Link("shop.customer", join_on="shop.f.id = "), "not SQL"),
    (Link("shop.customer", join_on="shop.f.nope = shop.customer.id"), "'shop.f' has no column 'nope'"),
    (Link("shop.customer", join_on="shop.f.id = 3"), "does not name shop.customer"),
    (Link("shop.customer", join_on="shop.f.id = (SELECT 1) AND shop.customer.id = 2"), "query inside"),
]


@pytest.mark.parametrize(("way", "words"), LINKS)
def test_links_that_cannot_be_followed(way: Link, words: str) -> None:
    nodes = with_nodes(f=source("orders", columns("id int"), way), m=metric("SELECT COUNT(*) FROM shop.f"))
    problem = refused(["shop.m"], ["shop.customer.name"], nodes=nodes)
    assert problem.code == "unusable_link"
    assert words in problem.message
    assert metrics_sql(nodes, ["shop.m"]).sql, "and where nothing needs it, nothing is refused"


def test_links_from_a_node_to_itself() -> None:
    boss = Link("shop.customer", "boss", join_on="shop.customer.born = shop.customer.id")
    customer = replace(DEFINITIONS["shop.customer"], links=(boss,))
    problem = refused(REVENUE, ["shop.customer.name[boss]"], nodes=with_nodes(customer=customer))
    assert problem.code == "unusable_link"
    assert metrics_sql(with_nodes(customer=customer), REVENUE, ["shop.customer.name"]).sql


def test_two_ways_of_one_length() -> None:
    a, b = (source("dates", columns("day int"), link(x, "customer", "day", "id")) for x in "ab")
    f = source("orders", columns("id int"), link("f", "a", "id", "day"), link("f", "b", "id", "day"))
    nodes = with_nodes(f=f, a=a, b=b, m=metric("SELECT COUNT(*) FROM shop.f"))
    assert refused(["shop.m"], ["shop.customer.name"], nodes=nodes).code == "ambiguous_dimension"


def test_rows_that_cannot_be_told_apart() -> None:
    keyless = replace(DEFINITIONS["shop.orders"], columns=columns("id int,amount int,customer_id int"))
    problem = refused(REVENUE, ["shop.item.sku"], nodes=with_nodes(orders=keyless))
    assert problem.code == "needs_key"
    assert "many_to_one" in str(problem)


def test_nodes_without_rows() -> None:
    empty = replace(DEFINITIONS["shop.orders"], query="SELECT 1; SELECT 2")
    assert refused(REVENUE, nodes=with_nodes(orders=empty)).code == "wrong_node_query"
    around = replace(DEFINITIONS["shop.orders"], query="SELECT id, amount FROM shop.loop")
    loop = Definition("transform", query="SELECT id, amount FROM shop.orders")
    assert refused(REVENUE, nodes=with_nodes(orders=around, loop=loop)).code == "node_cycle"
    assert refused(REVENUE, nodes=with_nodes(src_orders=replace(source("", ()), table=None))).code == "no_table"
    on_metric = metric("SELECT COUNT(*) FROM shop.cube")
    assert refused(["shop.m"], nodes=with_nodes(m=on_metric)).code == "no_rows"


def test_two_tables_of_one_name() -> None:
    query = "SELECT orders.id FROM shop.orders JOIN (SELECT 1 AS id) AS orders ON shop.orders.id = 1"
    nodes = with_nodes(t=Definition("transform", query=query), m=metric("SELECT COUNT(*) FROM shop.t"))
    problem = refused(["shop.m"], nodes=nodes)
    assert (problem.code, "two of its tables are called 'orders'" in problem.message) == ("wrong_node_query", True)
    told_apart = query.replace("orders.id FROM", "shop.orders.id FROM").replace("shop.shop.", "shop.")
    nodes = with_nodes(t=Definition("transform", query=told_apart), m=metric("SELECT COUNT(*) FROM shop.t"))
    assert "shop_orders.id = 1" in metrics_sql(nodes, ["shop.m"]).sql


def test_other_entries_refuse_as_well() -> None:
    for call, code in (
        (lambda: cube_sql(shop, "shop.orders"), "not_a_cube"),
        (lambda: cube_sql(shop, "shop.nope"), "unknown_node"),
        (lambda: node_sql(shop, "shop.orders", dialect="x"), "unknown_dialect"),
        (lambda: node_sql(shop, "shop.orders", filters=["nope = 1"]), "unknown_dimension"),
        (lambda: measures_sql(shop, REVENUE, (), ["shop.revenue > 1"]), "bad_filter"),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.problems[0].code == code

"""Wrong numbers that the SQL of catalog metrics once gave. Rows and answers are counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from catalog.sql.shop import ORDERS, columns, nodes_of, source
from gnomon.catalog.sql import Statement, measures_sql, metrics_sql, node_sql
from gnomon.catalog.values import Column, Definition, Link, Node
from gnomon.errors import UsageError

Nodes = Callable[[Iterable[str]], Mapping[str, Node]]

TABLES = """
CREATE SCHEMA wh;
CREATE TABLE wh.customers (id INT, name TEXT, home STRUCT(id INT, city TEXT));
INSERT INTO wh.customers VALUES
    (1, 'ann', {'id': 9, 'city': 'Delft'}), (2, 'bob', {'id': 9, 'city': 'Bonn'}), (3, 'cid', NULL);
CREATE TABLE wh.orders (id INT, customer_id INT, amount INT, skus TEXT[]);
INSERT INTO wh.orders VALUES (3, 1, 10, ['a', 'b']), (4, 1, 20, ['c']), (5, 9, 40, []);
CREATE TABLE wh.items (order_id INT, sku TEXT);
INSERT INTO wh.items VALUES (3, 'a'), (3, 'b'), (4, 'a'), (4, 'a'), (5, 'b');
"""
SOURCES = {
    "cor.customers": source("customers", columns("id int,name string,home struct", "id")),
    "cor.orders": source("orders", columns("id int,customer_id int,amount int,skus array<string>", "id")),
}

RATIO = Definition("metric", query="SELECT cor.m / 2")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def nodes(**more: Definition) -> Nodes:
    made = nodes_of(SOURCES | {f"cor.{name}": definition for name, definition in more.items()})
    return lambda names: {name: made[name] for name in names if name in made}


def statement(found: Nodes, metrics: list[str], dimensions: list[str] | None = None, **more: Any) -> Statement:
    return metrics_sql(found, metrics, dimensions or [], dialect="duckdb", catalogs={"default": ""}, **more)


SCOPES = {
    "an alias in a subquery is called like the node": (
        "SELECT id FROM cor.customers WHERE EXISTS (SELECT 1 FROM cor.orders AS customers WHERE customers.id = 3)",
        "COUNT(*)",
        3,
    ),
    "a stage in a subquery is called like the node": (
        "SELECT id FROM cor.customers WHERE EXISTS "
        "(WITH customers AS (SELECT id FROM cor.orders) SELECT 1 FROM customers WHERE customers.id = 3)",
        "COUNT(*)",
        3,
    ),
    "a subquery looks at the node outside": (
        "SELECT id FROM cor.customers WHERE EXISTS "
        "(SELECT 1 FROM cor.orders WHERE orders.customer_id = customers.id AND cor.orders.amount > 10)",
        "COUNT(*)",
        1,
    ),
    "a whole name, where an alias inside is its last word": (
        "SELECT id FROM cor.customers WHERE EXISTS "
        "(SELECT 1 FROM cor.orders AS customers WHERE customers.customer_id = cor.customers.id)",
        "COUNT(*)",
        1,
    ),
    "an alias inside is what the node outside is called in the statement": (
        "SELECT id FROM cor.customers WHERE EXISTS "
        "(SELECT 1 FROM cor.orders AS cor_customers WHERE cor_customers.customer_id = customers.id)",
        "COUNT(*)",
        1,
    ),
    "stages called like the nodes that they read": (
        "WITH orders AS (SELECT * FROM cor.orders WHERE orders.amount > 10), "
        "customers AS (SELECT customers.* FROM cor.customers) "
        "SELECT orders.id, orders.amount FROM orders LEFT JOIN customers ON orders.customer_id = customers.id",
        "SUM(amount)",
        60,
    ),
    "a stage hides one around it": (
        "WITH orders AS (SELECT * FROM cor.orders WHERE amount > 10) SELECT o.amount FROM "
        "(WITH orders AS (SELECT * FROM orders WHERE orders.amount < 40) SELECT orders.amount FROM orders) AS o",
        "SUM(amount)",
        20,
    ),
    "a table in FROM does not see the one beside it": (
        "SELECT customers.id FROM cor.customers WHERE customers.id IN (SELECT x.id FROM cor.orders "
        "JOIN (SELECT customers.id FROM cor.orders AS o WHERE o.id = 3) AS x ON orders.amount = 20)",
        "COUNT(*)",
        3,
    ),
    "joined by USING": (
        "SELECT customers.name, orders.amount FROM cor.customers JOIN cor.orders USING (id)",
        "SUM(amount)",
        10,
    ),
    "joined in brackets": (
        "SELECT orders.amount FROM (cor.customers JOIN cor.orders ON customers.id = orders.customer_id)",
        "SUM(amount)",
        30,
    ),
    "a field of a struct": (
        "SELECT customers.home.city, customers.home.id AS id FROM cor.customers WHERE cor.customers.home.city > 'C'",
        "SUM(id)",
        9,
    ),
    "a struct that is called like a stage's column": (
        "WITH home AS (SELECT home FROM cor.customers) SELECT home.home.id AS id FROM home",
        "SUM(id)",
        18,
    ),
    "rows beside the node": (
        "SELECT o.amount FROM cor.customers, LATERAL (SELECT orders.amount FROM cor.orders "
        "WHERE orders.customer_id = customers.id) AS o",
        "SUM(amount)",
        30,
    ),
    "an unnested array": (
        "SELECT orders.id, t.sku FROM cor.orders LATERAL VIEW explode(orders.skus) t AS sku",
        "COUNT(sku)",
        3,
    ),
    "whatever the case": ("SELECT Orders.id, COR.orders.Amount FROM cor.orders", "SUM(amount)", 70),
    "all but some": ("SELECT orders.* EXCEPT (id), orders.id + 1 AS id FROM cor.orders", "SUM(id)", 15),
}


@pytest.mark.parametrize("case", SCOPES)
def test_a_column_is_of_the_table_that_its_own_select_opens(case: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    """One map of names for the whole query made `cor_customers.id` of a subquery's own `customers.id`: 1, not 3."""
    query, aggregate, expected = SCOPES[case]
    found = nodes(
        t=Definition("transform", query=query), m=Definition("metric", query=f"SELECT {aggregate} FROM cor.t")
    )
    sql = statement(found, ["cor.m"]).sql
    assert warehouse.execute(sql).fetchall() == [(expected,)], sql


@pytest.mark.parametrize(
    "query", ["COUNT(*)", "COUNT(customer_id)", "COUNT_IF(amount > 10)", "AVG(amount)", "SUM(amount)"]
)
@pytest.mark.parametrize("filters", [[], ["cor.orders.amount > 1000"]])
def test_components_of_no_rows(query: str, filters: list[str], warehouse: duckdb.DuckDBPyConnection) -> None:
    """A count is merged by SUM, which is null over no groups: the metric itself is 0."""
    found = nodes(m=Definition("metric", query=f"SELECT {query} FROM cor.orders"), n=RATIO)
    more: dict[str, Any] = {"dialect": "duckdb", "catalogs": {"default": ""}}
    measures = measures_sql(found, ["cor.m", "cor.n"], ["cor.orders.customer_id"], filters, **more)
    (group,) = measures.grain_groups
    combined = ", ".join(formula.combiner for formula in measures.metric_formulas)
    rolled = warehouse.execute(f"SELECT {combined} FROM ({group.sql})").fetchall()
    assert rolled == warehouse.execute(statement(found, ["cor.m", "cor.n"], filters=filters).sql).fetchall()


def test_components_of_a_ratio_over_zero(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The combiner divided as DuckDB does: to infinity, where the metric is null."""
    found = nodes(m=Definition("metric", query="SELECT SUM(amount) / SUM(amount - amount) FROM cor.orders"))
    measures = measures_sql(found, ["cor.m"], dialect="duckdb", catalogs={"default": ""})
    (group,), (formula,) = measures.grain_groups, measures.metric_formulas
    assert warehouse.execute(f"SELECT {formula.combiner} FROM ({group.sql})").fetchall() == [(None,)]


@pytest.mark.parametrize(("column", "kind"), [("home.city", "none"), ("`a.b`", "limited")])
def test_components_of_odd_columns(column: str, kind: str) -> None:
    """A field of a struct was kept in the grain under its last word, which was no column."""
    query = f"SELECT COUNT(DISTINCT {column}) FROM cor.odd"
    odd = source("odd", (Column("home", "struct<city:string>"), Column("a.b", "int")))
    found = nodes(odd=odd, m=Definition("metric", query=query))
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA wh")
        connection.execute("""CREATE TABLE wh.odd AS SELECT {'city': 'Bonn'} AS home, i AS "a.b" FROM range(3) t(i)""")
        measures = measures_sql(found, ["cor.m"], dialect="duckdb", catalogs={"default": ""})
        (group,), (formula,) = measures.grain_groups, measures.metric_formulas
        assert group.aggregability == kind
        rolled = connection.execute(f"SELECT {formula.combiner} FROM ({group.sql})").fetchall()
        assert rolled == connection.execute(statement(found, ["cor.m"]).sql).fetchall()


MANY = {
    "orders": replace(
        SOURCES["cor.orders"],
        links=(Link("cor.item", join_on="cor.orders.id = cor.item.order_id", cardinality="one_to_many"),),
    ),
    "item": source("items", columns("order_id int,sku string")),
}


def test_distinct_counts_by_a_dimension_of_many_values(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The counted key was neither in the grain nor a component: the combiner named what the statement did not have."""
    found = nodes(
        **MANY,
        kinds=Definition("metric", query="SELECT COUNT(DISTINCT customer_id) FROM cor.orders"),
        total=Definition("metric", query="SELECT SUM(amount) FROM cor.orders"),
    )
    more: dict[str, Any] = {"dialect": "duckdb", "catalogs": {"default": ""}}
    measures = measures_sql(found, ["cor.kinds", "cor.total"], ["cor.item.sku"], **more)
    assert [(each.aggregability, each.metrics) for each in measures.grain_groups] == [
        ("limited", ("cor.kinds",)),
        ("none", ("cor.total",)),
    ]
    (group, _), (formula, _) = measures.grain_groups, measures.metric_formulas
    assert {part.name for part in group.components} <= set(group.grain)
    by_sku = f"SELECT sku, {formula.combiner} FROM ({group.sql}) GROUP BY sku ORDER BY sku NULLS LAST"
    assert warehouse.execute(by_sku).fetchall() == [("a", 1), ("b", 2)]
    assert warehouse.execute(f"SELECT {formula.combiner} FROM ({group.sql})").fetchall() == [(2,)], "and of all of them"


@pytest.mark.parametrize(
    "window", ["()", "(PARTITION BY cor.orders.customer_id)", "(ORDER BY cor.item.sku)", "(ORDER BY cor.total)"]
)
def test_windows_that_add_a_row_once_for_each_of_its_values(window: str) -> None:
    """An order of two SKUs was twice in the total of a share: red was 100 of 312, and not of 212."""
    share = Definition("metric", query=f"SELECT cor.total / SUM(cor.total) OVER {window}")
    found = nodes(**MANY, total=Definition("metric", query="SELECT SUM(amount) FROM cor.orders"), share=share)
    with pytest.raises(UsageError) as caught:
        statement(found, ["cor.share"], ["cor.item.sku", "cor.orders.customer_id"])
    assert [problem.code for problem in caught.value.problems] == ["many_values_added"]
    assert "PARTITION BY cor.item.sku" in str(caught.value)


WINDOWED = {
    "total": Definition("metric", query="SELECT SUM(amount) FROM cor.orders"),
    "before": Definition("metric", query="SELECT cor.total - LAG(cor.total) OVER (ORDER BY cor.orders.id)"),
    "part": Definition("metric", query="SELECT cor.total / SUM(cor.total) OVER (PARTITION BY cor.orders.customer_id)"),
    "whole": Definition("metric", query="SELECT cor.total / SUM(cor.total) OVER ()"),
    "rank": Definition("metric", query="SELECT RANK() OVER (ORDER BY cor.total DESC)"),
}


@pytest.mark.parametrize("name", ["before", "part", "whole", "rank"])
def test_windows_over_measures_are_those_of_the_metrics(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    """A difference to the order before went across customers, and named a dimension that no statement had."""
    found, by = nodes(**MANY | WINDOWED), ["cor.orders.customer_id", "cor.orders.id"]
    measures = measures_sql(found, [f"cor.{name}"], by, dialect="duckdb", catalogs={"default": ""})
    (group,), (formula,) = measures.grain_groups, measures.metric_formulas
    rolled = f"SELECT customer_id, id, {formula.combiner} FROM ({group.sql}) GROUP BY customer_id, id"
    rows = warehouse.execute(rolled).fetchall()
    whole = statement(found, [f"cor.{name}"], by)
    assert sorted(rows, key=str) == sorted(warehouse.execute(whole.sql).fetchall(), key=str) and len(rows) > 2


def test_measures_of_windows_that_add_a_row_once_for_each_of_its_values_are_refused() -> None:
    found = nodes(**MANY | WINDOWED)
    for ask in (statement, measures_sql):
        with pytest.raises(UsageError) as caught:
            ask(found, ["cor.whole"], ["cor.item.sku"])
        assert [problem.code for problem in caught.value.problems] == ["many_values_added"]


def test_measures_of_windows_that_look_past_a_filter_are_refused() -> None:
    """The rows before the filter's boundary are in no measure, so the first difference would be null."""
    with pytest.raises(UsageError) as caught:
        measures_sql(nodes(**MANY | WINDOWED), ["cor.before"], ["cor.orders.id"], ["cor.orders.id > 2"])
    (problem,) = caught.value.problems
    assert problem.code == "bad_filter" and "rows before" in problem.message
    kept = measures_sql(nodes(**MANY | WINDOWED), ["cor.before"], ["cor.orders.id"], ["cor.orders.customer_id = 1"])
    assert kept.grain_groups


def test_windows_divided_by_the_dimension_of_many_values(warehouse: duckdb.DuckDBPyConnection) -> None:
    share = Definition("metric", query="SELECT cor.total / SUM(cor.total) OVER (PARTITION BY cor.item.sku)")
    found = nodes(**MANY, total=Definition("metric", query="SELECT SUM(amount) FROM cor.orders"), share=share)
    sql = statement(found, ["cor.share"], ["cor.item.sku", "cor.orders.customer_id"]).sql
    assert sorted(warehouse.execute(sql).fetchall()) == [("a", 1, 1.0), ("b", 1, 0.2), ("b", 9, 0.8)]
    rank = Definition("metric", query="SELECT RANK() OVER (ORDER BY cor.total DESC)")
    found = nodes(**MANY, total=Definition("metric", query="SELECT SUM(amount) FROM cor.orders"), rank=rank)
    assert sorted(warehouse.execute(statement(found, ["cor.rank"], ["cor.item.sku"]).sql).fetchall()) == [
        ("a", 2),
        ("b", 1),
    ]


EUR, USD = ({"kind": "currency", "code": code} for code in ("EUR", "USD"))
BY_STATUS = {"by": "Status", "map": {"paid": EUR, "open": USD}}
PAYMENTS = {
    "pay": replace(
        source("pay", ()),
        columns=(
            Column("id", "int"),
            Column("Amount", "double", {"kind": "currency"}, unit_by=BY_STATUS),
            Column("Status", "string", attributes=("dimension",)),
            Column("Price", "double", {"kind": "currency"}, unit_by={"by": "Code", "map": {}}),
            Column("Code", "string"),
        ),
    ),
    "total": Definition("metric", query="SELECT SUM(amount) FROM cor.pay", columns=(Column("total", "double", USD),)),
    "price": Definition("metric", query="SELECT AVG(pay.price) FROM cor.pay"),
    "paid": Definition("metric", query="SELECT SUM(p.Amount) FILTER (WHERE p.status = 'paid') FROM cor.pay AS p"),
    "rows": Definition("metric", query="SELECT COUNT(amount) FROM cor.pay"),
    "counted": Definition("metric", query="SELECT COUNT(amount) FROM cor.pay", columns=(Column("n", "int", ORDERS),)),
    "double": Definition("metric", query="SELECT 2 * cor.total", columns=(Column("double", "double", USD),)),
}


@pytest.mark.parametrize(
    ("metric", "dimensions", "filters", "unit", "unit_by", "warned"),
    [
        ("total", [], [], None, None, True),
        ("total", ["cor.pay.code"], [], None, None, True),
        ("total", ["cor.pay.status"], [], None, {**BY_STATUS, "by": "status"}, False),
        ("total", [], ["cor.pay.Status = 'paid'"], EUR, None, False),
        ("total", [], ["cor.pay.Status = 'open'"], USD, None, False),
        ("total", [], ["cor.pay.Status = 'paid' OR cor.pay.id = 3"], None, None, True),
        ("price", [], [], None, None, True),
        ("price", ["cor.pay.Code"], [], {"kind": "currency"}, {"by": "Code", "map": {}}, False),
        ("paid", [], [], EUR, None, False),
        ("rows", [], [], {"kind": "count"}, None, False),
        ("counted", [], [], ORDERS, None, False),
        ("double", [], [], None, None, True),
        ("double", ["cor.pay.status"], [], None, None, False),
    ],
)
def test_a_sum_of_several_currencies_is_in_none(
    metric: str, dimensions: list[str], filters: list[str], unit: Any, unit_by: Any, warned: bool
) -> None:
    """Euros and dollars came out as one number, as dollars where the metric said so, and without a word."""
    found = statement(nodes(**PAYMENTS), [f"cor.{metric}"], dimensions, filters=filters)
    column = found.columns[-1]
    assert (column.unit, column.unit_by) == (unit, unit_by)
    measures = measures_sql(nodes(**PAYMENTS), [f"cor.{metric}"], dimensions, filters)
    for warnings in (found.warnings, measures.warnings):
        mixed = [str(problem) for problem in warnings if problem.code == "mixed_units"]
        assert len(mixed) == warned
        assert all(f"metric 'cor.{'price' if metric == 'price' else 'total'}' has no unit" in each for each in mixed)


def test_columns_say_which_other_column_decides_their_unit() -> None:
    found = nodes(**PAYMENTS)
    rows = node_sql(found, "cor.pay")
    assert [column.unit_by for column in rows.columns if column.name == "Amount"] == [BY_STATUS]
    asked = statement(found, ["cor.rows"], ["cor.pay.amount", "cor.pay.status"])
    assert asked.columns[0].unit_by == {**BY_STATUS, "by": "status"}

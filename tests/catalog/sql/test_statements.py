"""Statements beyond their numbers: columns and units, what is read and what not, dialects, and hostile words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse, parse_one

from catalog.sql.conftest import Ask, in_order
from catalog.sql.shop import DEFINITIONS, ORDERS, USD, columns, link, metric, shop, source, with_nodes
from gnomon.catalog import Column, Definition, Link, Store, connect, migrate
from gnomon.catalog.sql import Statement, StoreNodes, cube_sql, data, metrics_sql, node_sql
from gnomon.engine.duckdb import DuckDBEngine
from gnomon.errors import UsageError

DIALECTS = ("duckdb", "postgres", "spark", "trino", "snowflake", "bigquery")


def made(statement: Statement) -> list[tuple[Any, ...]]:
    return [(c.name, c.type, c.semantic_entity, c.semantic_type, c.unit) for c in statement.columns]


def test_columns_say_what_they_are() -> None:
    dimensions = ["shop.date.y[placed]", "shop.customer.name"]
    statement = metrics_sql(shop, ["shop.net", "shop.revenue", "shop.average"], dimensions)
    assert made(statement) == [
        ("y_placed", "int", "shop.date.y[placed]", "dimension", None),
        ("name", "string", "shop.customer.name", "dimension", None),
        ("net", "double", "shop.net", "metric", USD),
        ("revenue", "double", "shop.revenue", "metric", USD),
        ("average", "double", "shop.average", "metric", None),
    ]
    assert statement.dialect == "spark"


def test_a_dimension_has_its_unit_also_where_a_key_stands_for_it() -> None:
    customer = replace(DEFINITIONS["shop.customer"], columns=columns("id int,name string", "id", id=ORDERS))
    statement = metrics_sql(with_nodes(customer=customer), ["shop.revenue"], ["shop.customer.id", "shop.orders.amount"])
    assert [column.unit for column in statement.columns] == [ORDERS, USD, USD]
    assert "customers" not in statement.sql


def test_names_that_are_taken() -> None:
    nodes = with_nodes(name=metric("SELECT COUNT(*) FROM shop.orders"))
    dimensions = [
        "shop.customer.name",
        "shop.date.y[placed]",
        "shop.date.y[birth]",
        "shop.customer.id",
        "shop.orders.id",
    ]
    statement = metrics_sql(nodes, ["shop.name", "shop.revenue"], dimensions, dialect="duckdb")
    expected = ["name", "y_placed", "y_birth", "id", "orders_id", "shop_name", "revenue"]
    assert [column.name for column in statement.columns] == expected
    assert parse_one(statement.sql, dialect="duckdb").named_selects == expected


def test_only_what_is_asked_for_is_read() -> None:
    sql = metrics_sql(shop, ["shop.revenue"], ["shop.date.y[placed]"], dialect="duckdb").sql
    tree = parse_one(sql, dialect="duckdb")
    assert {table.name for table in tree.find_all(exp.Table) if table.db} == {"orders", "dates"}
    ctes = {cte.alias: cte.this.named_selects for cte in tree.find_all(exp.CTE)}
    assert ctes == {
        "shop_orders": ["placed", "amount"],
        "shop_date": ["day", "y"],
        "shop_orders_totals": ["y_placed", "revenue"],
    }


def test_w4_no_column_that_was_not_asked_for() -> None:
    dimensions = ["shop.date.wk[placed]"]
    statement = metrics_sql(shop, ["shop.growth"], dimensions, ["shop.count > 0", "shop.orders.status = 'paid'"])
    assert [column.name for column in statement.columns] == ["wk_placed", "growth"]
    assert parse_one(statement.sql, dialect="spark").named_selects == ["wk_placed", "growth"]


PRUNED = {
    "a lateral alias": ("SELECT amount AS a, a + 1 AS b, id FROM shop.src_orders", "b"),
    "an alias in WHERE": ("SELECT id, amount AS a, status AS s FROM shop.src_orders ORDER BY a LIMIT 100", "id"),
    "groups by number": ("SELECT status, MAX(id) AS id, SUM(amount) AS n FROM shop.src_orders GROUP BY 1", "n"),
    "one row of all": ("SELECT 1 AS one, SUM(amount) AS n FROM shop.src_orders", "one"),
    "distinct": ("SELECT DISTINCT status, 1 AS one FROM shop.src_orders", "one"),
    "a union": ("SELECT id, amount FROM shop.src_orders UNION ALL SELECT id, id FROM shop.src_orders", "id"),
    "a star": ("SELECT *, 1 AS one FROM shop.src_orders", "one"),
    "with of its own": ("WITH shop_orders AS (SELECT * FROM shop.src_orders) SELECT id, amount FROM shop_orders", "id"),
    "with as a stage is called": (
        "WITH shop_date AS (SELECT day FROM shop.date WHERE y = 2019) "
        "SELECT d.y FROM shop_date JOIN shop.date AS d ON TRUE",
        "y",
    ),
    "names of nodes before columns": ("SELECT shop.src_orders.amount, src_orders.id FROM shop.src_orders", "id"),
    "a star of a table": ("SELECT src_orders.* FROM shop.src_orders", "amount"),
    "a join of two nodes": (
        "SELECT o.id, d.y FROM shop.src_orders o LEFT JOIN shop.date AS d ON d.day = o.placed",
        "y",
    ),
    "a query in it": ("SELECT id FROM shop.src_orders WHERE placed IN (SELECT day FROM shop.date WHERE yw > 0)", "id"),
}


@pytest.mark.parametrize("case", PRUNED)
def test_what_is_left_out_changes_no_row(case: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    query, column = PRUNED[case]
    nodes = with_nodes(t=Definition("transform", query=query), m=metric("SELECT COUNT(*) FROM shop.t"))
    nodes_2 = with_nodes(t=Definition("transform", query=query), m=metric(f"SELECT SUM({column}) FROM shop.t"))
    by_hand = query.replace("shop.src_orders.amount", "amount").replace("shop.src_orders", "wh.orders AS src_orders")
    by_hand = (
        by_hand.replace("AS src_orders AS o", "AS o")
        .replace("src_orders o ", "o ")
        .replace("shop.date", "(SELECT *, y * 100 + wk AS yw FROM wh.dates)")
    )
    for found, aggregate in ((nodes, "COUNT(*)"), (nodes_2, f"SUM({column})")):
        statement = metrics_sql(found, ["shop.m"], dialect="duckdb", catalogs={"default": ""})
        expected = warehouse.execute(f"SELECT {aggregate} FROM ({by_hand})").fetchall()
        assert warehouse.execute(statement.sql).fetchall() == expected, statement.sql


def test_stages_hide_no_table(ask: Ask) -> None:
    """A source without a schema whose table is called like a stage."""
    bare = replace(source("shop_orders", columns("id int,amount int")), schema=None, catalog=None)
    nodes = with_nodes(src_orders=bare, orders=Definition("transform", query="SELECT id, amount FROM shop.src_orders"))
    sql = metrics_sql(nodes, ["shop.revenue"], dialect="duckdb").sql
    assert "FROM shop_orders AS shop_src_orders" in sql
    assert "WITH shop_orders AS" not in sql


def test_defaults_of_links(ask: Ask) -> None:
    orders = replace(
        DEFINITIONS["shop.orders"],
        links=(replace(link("orders", "customer", "customer_id", "id"), default_value="it's nobody"),),
    )
    rows = ask(["count"], ["customer.name"], nodes=with_nodes(orders=orders))
    assert in_order(rows) == [("ann", 2.0), ("bob", 1.0), ("cid", 1.0), ("it's nobody", 2.0)]


def test_inner_and_cross_links(ask: Ask) -> None:
    inner = replace(
        DEFINITIONS["shop.orders"], links=(link("orders", "customer", "customer_id", "id", join_type="inner"),)
    )
    assert ask(["count"], ["customer.id"], nodes=with_nodes(orders=inner)) != []
    assert in_order(ask(["count"], ["customer.id"], nodes=with_nodes(orders=inner)))[-1] == (3.0, 1.0)
    cross = replace(
        DEFINITIONS["shop.orders"], links=(replace(link("orders", "country", "id", "code"), join_type="cross"),)
    )
    assert ask(["count"], ["country.code"], nodes=with_nodes(orders=cross), order_by=["shop.country.code"]) == [
        ("DE", 6),
        ("FR", 6),
        ("NL", 6),
    ]


def test_references_need_no_join(ask: Ask) -> None:
    way = Link("shop.country", kind="reference", column="status", dimension_column="title")
    orders = replace(DEFINITIONS["shop.orders"], links=(way,))
    nodes = with_nodes(orders=orders)
    assert "countries" not in metrics_sql(nodes, ["shop.count"], ["shop.country.title"]).sql
    assert in_order(ask(["count"], ["country.title"], nodes=nodes)) == [("open", 1.0), ("paid", 4.0), (None, 1.0)]
    with pytest.raises(UsageError, match="no link leads to"):
        metrics_sql(nodes, ["shop.count"], ["shop.country.code"])


def test_references_by_their_roles(ask: Ask) -> None:
    way = Link("shop.country", "st", kind="reference", column="status", dimension_column="title")
    orders = replace(DEFINITIONS["shop.orders"], links=(way,))
    for name in ("country.title[st]", "country.title"):
        rows = ask(["count"], [name], nodes=with_nodes(orders=orders))
        assert in_order(rows) == [("open", 1.0), ("paid", 4.0), (None, 1.0)], "one way leads to it"
    two = replace(orders, links=(way, replace(way, role="other", column="id")))
    with pytest.raises(UsageError, match=r"name one: shop.country.title\[other\], shop.country.title\[st\]"):
        metrics_sql(with_nodes(orders=two), ["shop.count"], ["shop.country.title"])
    with pytest.raises(UsageError, match=r"no link .* but for references to shop.country.title\[st\]"):
        metrics_sql(with_nodes(orders=orders), ["shop.count"], ["shop.country.title[nope]"])


def test_a_column_with_a_dot_in_its_name() -> None:
    odd = source("odd", (Column("a.b", "int"), Column("a", "struct<c:int>")))
    nodes = with_nodes(odd=odd, m=metric("SELECT SUM(`a.b`) + SUM(o.a.c) FROM shop.odd AS o"))
    sql = metrics_sql(nodes, ["shop.m"], dialect="duckdb", catalogs={"default": ""}).sql
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA wh")
        connection.execute("""CREATE TABLE wh.odd AS SELECT 3 AS "a.b", {'c': 4} AS a""")
        assert connection.execute(sql).fetchall() == [(7,)]


def test_what_an_engine_does_not_take_is_the_askers_matter(warehouse: duckdb.DuckDBPyConnection) -> None:
    engine = DuckDBEngine(warehouse.cursor())
    asked: dict[str, Any] = {"dialect": "duckdb", "authored": "duckdb", "catalogs": {"default": ""}}
    for filters, words in (
        (["shop.customer.name = 3", "shop.orders.amount = 'abc'"], "Could not convert string"),
        (["shop.orders.amount LIKE 3"], "No function matches"),
        (["shop.orders.status > 3"], "Cannot compare"),
    ):
        with pytest.raises(UsageError) as caught:
            data(metrics_sql(shop, ["shop.count"], [], filters, **asked), engine)
        (problem,) = caught.value.problems
        assert (problem.code, words in problem.message) == ("statement_refused", True), problem.message
    missing = with_nodes(src_orders=replace(DEFINITIONS["shop.src_orders"], table="nowhere"))
    with pytest.raises(UsageError, match=r"statement_refused.*nowhere does not exist"):
        data(metrics_sql(missing, ["shop.count"], **asked), engine)


def test_a_cube_and_the_rows_of_nodes(warehouse: duckdb.DuckDBPyConnection) -> None:
    more: dict[str, Any] = {"dialect": "duckdb", "catalogs": {"default": ""}}
    cube = cube_sql(shop, "shop.cube", **more)
    assert (cube.cube, [column.name for column in cube.columns]) == ("shop.cube", ["name", "revenue", "count"])
    found = in_order(warehouse.execute(cube.sql).fetchall())
    assert found == [("ann", 150.0, 2.0), ("cid", 5.0, 1.0), (None, 30.0, 1.0)], "under the cube's own filter"
    assert node_sql(shop, "shop.cube", **more).sql == cube.sql
    assert node_sql(shop, "shop.revenue", **more).columns[0].unit == USD
    rows = node_sql(shop, "shop.orders", ["shop.customer.name"], ["status = 'paid'", "shop.customer.id = 1"], **more)
    assert warehouse.execute(f"SELECT id, name FROM ({rows.sql}) ORDER BY id").fetchall() == [(1, "ann"), (2, "ann")]
    assert [column.unit for column in rows.columns if column.name == "amount"] == [USD]
    assert [each.code for each in node_sql(shop, "shop.orders", ["shop.item.sku"], **more).warnings] == ["many_values"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_reads_back_what_is_written(dialect: str) -> None:
    metrics = ["shop.rate", "shop.growth", "shop.share", "shop.customers"]
    odd = Column("order", "int"), Column("a b", "int")
    orders = replace(DEFINITIONS["shop.orders"], columns=(*DEFINITIONS["shop.orders"].columns, *odd))
    statement = metrics_sql(
        with_nodes(orders=orders),
        metrics[1:],
        ["shop.date.wk[placed]", "shop.orders.order", "shop.orders.a b"],
        ["shop.date.wk[placed] BETWEEN 3 AND 9", "shop.item.sku LIKE 'r%'", "shop.count > 1"],
        order_by=["shop.growth DESC"],
        limit=5,
        dialect=dialect,
    )
    both = metrics_sql(shop, metrics[:1], ["shop.customer.name"], dialect=dialect)
    for each in (statement, both):
        trees = parse(each.sql, dialect=dialect)
        assert len(trees) == 1
        assert isinstance(trees[0], exp.Select)
        assert trees[0].named_selects == [column.name for column in each.columns]


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    | st.sampled_from(["\\' OR 1=1 --", "'; --"])
)
def test_words_in_filters_stay_words(text: str) -> None:
    """A literal comes out as itself, whatever quotes and backslashes are in it: nothing is pasted."""
    written = exp.Literal.string(text).sql("spark")
    for dialect in DIALECTS:
        sql = metrics_sql(shop, ["shop.count"], [], [f"shop.customer.name = {written}"], dialect=dialect).sql
        trees = parse(sql, dialect=dialect)
        assert len(trees) == 1
        assert trees[0] is not None
        assert [each.name for each in trees[0].find_all(exp.Literal)] == [text], sql
        assert not trees[0].find(exp.Or)


def test_long_filters(warehouse: duckdb.DuckDBPyConnection) -> None:
    text = " OR ".join(["shop.customer.id=1"] * 180)
    statement = metrics_sql(shop, ["shop.count"], [], [text], dialect="duckdb", catalogs={"default": ""})
    assert warehouse.execute(statement.sql).fetchall() == [(2,)]
    for deep in (
        f"{'(' * 900}shop.customer.id = 1{')' * 900}",
        f"{'NOT ' * 900}shop.customer.id = 1",
        f"shop.a.b = {'-' * 3000}1",
    ):
        try:
            metrics_sql(shop, ["shop.count"], [], [deep])
        except UsageError as error:
            assert error.problems[0].code in ("bad_filter", "unknown_dimension")


def test_data_says_what_its_columns_are(warehouse: duckdb.DuckDBPyConnection) -> None:
    engine = DuckDBEngine(warehouse.cursor())
    statement = metrics_sql(shop, ["shop.revenue"], ["shop.customer.name"], dialect="duckdb", catalogs={"default": ""})
    rows = data(statement, engine)
    assert isinstance(rows, pa.Table)
    assert rows.num_rows == 4
    assert rows.schema.field("revenue").metadata == {
        b"unit": b'{"kind": "currency", "code": "USD"}',
        b"semantic_entity": b"shop.revenue",
        b"semantic_type": b"metric",
    }
    with pytest.raises(UsageError, match="other_dialect"):
        data(replace(statement, dialect="spark"), engine)


def test_a_store_is_read_again_after_a_change(tmp_path: Path) -> None:
    engine = connect(str(tmp_path / "catalog.db"))
    migrate(engine)
    store = Store(engine)
    store.put(DEFINITIONS)
    nodes = StoreNodes(store)
    assert "SUM(shop_orders.amount)" in metrics_sql(nodes, ["shop.revenue"]).sql
    assert nodes(["shop.revenue"])["shop.revenue"] is nodes(["shop.revenue"])["shop.revenue"], "it is kept"
    Store(connect(str(tmp_path / "catalog.db"))).put({"shop.revenue": metric("SELECT SUM(twice) FROM shop.orders")})
    assert "SUM(shop_orders.twice)" in metrics_sql(nodes, ["shop.revenue"]).sql
    store.deactivate(["shop.revenue"])
    with pytest.raises(UsageError, match="unknown_node"):
        metrics_sql(nodes, ["shop.revenue"])
    engine.dispose()

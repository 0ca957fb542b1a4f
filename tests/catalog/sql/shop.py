"""A small shop: two facts, dates in two roles, a one-to-many link, nulls in keys, and keys that no dimension has.

`TABLES` makes it in SQL that DuckDB and Postgres both take; `NODES` is the catalog over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from gnomon.catalog.values import Column, CubeDetails, Definition, Link, MetricDetails, Node, Revision
from gnomon.catalog.versions import FIRST

USD = {"kind": "currency", "code": "USD"}
ORDERS = {"kind": "count", "code": "orders"}

TABLES = """
CREATE SCHEMA wh;
CREATE TABLE wh.orders (id INT, customer_id INT, placed INT, shipped INT, amount INT, status TEXT);
INSERT INTO wh.orders VALUES
    (1, 1, 20190101, 20200101, 100, 'paid'), (2, 1, 20200101, 20200102, 50, 'paid'),
    (3, 2, 20200102, NULL, 7, 'open'), (4, NULL, 20200102, 20200201, 30, 'paid'),
    (5, 9, 20200201, 20200201, 20, NULL), (6, 3, 20991231, 20200101, 5, 'paid');
CREATE TABLE wh.items (order_id INT, line INT, sku TEXT);
INSERT INTO wh.items VALUES (1, 1, 'red'), (1, 2, 'red'), (1, 3, 'blue'), (2, 1, 'blue'), (3, 1, NULL), (77, 1, 'red');
CREATE TABLE wh.returns (id INT, customer_id BIGINT, day INT, amount INT);
INSERT INTO wh.returns VALUES
    (1, 1, 20200101, 10), (2, NULL, 20200102, 4), (3, 2, 20200301, 3), (4, 8, 20200101, 2), (5, 1, 20200101, 1);
CREATE TABLE wh.customers (id INT, name TEXT, country TEXT, born INT);
INSERT INTO wh.customers VALUES (1, 'ann', 'NL', 20190101), (2, 'bob', 'DE', 20200101), (3, 'cid', NULL, NULL);
CREATE TABLE wh.countries (code TEXT, title TEXT);
INSERT INTO wh.countries VALUES ('NL', 'Netherlands'), ('DE', 'Germany'), ('FR', 'France');
CREATE TABLE wh.dates (day INT, wk INT, y INT);
INSERT INTO wh.dates VALUES
    (20190101, 1, 2019), (20200101, 10, 2020), (20200102, 10, 2020), (20200201, 11, 2020), (20200301, 12, 2020);
"""


def columns(words: str, *key: str, **units: Mapping[str, str]) -> tuple[Column, ...]:
    """Columns of `name type` pairs with commas between."""
    pairs = (pair.split() for pair in words.split(","))
    return tuple(Column(n, t, units.get(n), attributes=("primary_key",) if n in key else ()) for n, t in pairs)


def source(table: str, made: tuple[Column, ...], *links: Link) -> Definition:
    return Definition("source", catalog="default", schema="wh", table=table, columns=made, links=links)


def metric(query: str, unit: Mapping[str, str] | None = None, *required: str) -> Definition:
    details = MetricDetails(required_dimensions=required)
    return Definition("metric", query=query, columns=(Column("value", "double", unit),), metric=details)


def link(origin: str, dimension: str, near: str, far: str, role: str | None = None, **more: str) -> Link:
    join_on = f"shop.{origin}.{near} = shop.{dimension}.{far}"
    return Link(f"shop.{dimension}", role, join_on=join_on, **more)  # type: ignore[arg-type]


DEFINITIONS: dict[str, Definition] = {
    "shop.src_orders": source(
        "orders", columns("id int,customer_id int,placed int,shipped int,amount int,status string")
    ),
    "shop.src_dates": source("dates", columns("day int,wk int,y int")),
    "shop.src_customers": source("customers", columns("id int,name string,country string,born int")),
    "shop.orders": Definition(
        "transform",
        query="SELECT o.id, o.customer_id, o.placed, o.shipped, o.amount AS amount, o.amount * 2 AS twice, o.status "
        "FROM shop.src_orders AS o",
        columns=columns(
            "id int,customer_id int,placed int,shipped int,amount int,twice int,status string", "id", amount=USD
        ),
        links=(
            link("orders", "date", "placed", "day", "placed"),
            link("orders", "date", "shipped", "day", "shipped"),
            link("orders", "customer", "customer_id", "id"),
            link("orders", "item", "id", "order_id", cardinality="one_to_many"),
        ),
    ),
    "shop.returns": source(
        "returns",
        columns("id int,customer_id bigint,day int,amount int", "id", amount=USD),
        link("returns", "date", "day", "day", "placed"),
        link("returns", "customer", "customer_id", "id"),
    ),
    "shop.date": Definition(
        "dimension",
        query="SELECT day, wk, y, y * 100 + wk AS yw FROM shop.src_dates",
        columns=columns("day int,wk int,y int,yw int", "day"),
    ),
    "shop.customer": Definition(
        "dimension",
        query="SELECT id, name, country, born FROM shop.src_customers",
        columns=columns("id int,name string,country string,born int", "id"),
        links=(
            link("customer", "country", "country", "code"),
            link("customer", "date", "born", "day", "birth"),
        ),
    ),
    "shop.country": source("countries", columns("code string,title string", "code")),
    "shop.item": source("items", columns("order_id int,line int,sku string", "order_id", "line")),
    "shop.revenue": metric("SELECT SUM(amount) AS r FROM shop.orders", USD),
    "shop.count": metric("SELECT COUNT(*) FROM shop.orders", ORDERS),
    "shop.customers": metric("SELECT COUNT(DISTINCT o.customer_id) FROM shop.orders AS o"),
    "shop.largest": metric("SELECT MAX(shop.orders.amount) FROM shop.orders"),
    "shop.refunds": metric("SELECT SUM(amount) FROM shop.returns", USD),
    "shop.average": metric("SELECT shop.revenue / shop.count"),
    "shop.net": metric("SELECT COALESCE(shop.revenue, 0) - COALESCE(shop.refunds, 0)", USD),
    "shop.rate": metric("SELECT shop.refunds / shop.revenue"),
    "shop.twice_net": metric("SELECT 2 * shop.net"),
    "shop.before": metric("SELECT LAG(shop.revenue) OVER (ORDER BY shop.date.wk[placed])"),
    "shop.before_name": metric("SELECT LAG(shop.revenue) OVER (ORDER BY shop.customer.name)"),
    "shop.of_2020": metric("SELECT CASE WHEN shop.date.y[placed] = 2020 THEN shop.revenue END"),
    "shop.growth": metric("SELECT shop.revenue - shop.before"),
    "shop.share": metric("SELECT shop.revenue / SUM(shop.revenue) OVER ()"),
    "shop.per_nothing": metric("SELECT shop.revenue / (shop.count - shop.count)"),
    "shop.daily": metric("SELECT SUM(amount) FROM shop.orders", USD, "shop.date.day[placed]"),
    "shop.cube": Definition(
        "cube",
        cube=CubeDetails(("shop.revenue", "shop.count"), ("shop.customer.name",), ("shop.orders.status = 'paid'",)),
    ),
}


def nodes_of(definitions: Mapping[str, Definition]) -> Mapping[str, Node]:
    """Nodes that say this, each at its first version."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return {name: Node(name, Revision(FIRST, definition, at), at) for name, definition in definitions.items()}


NODES = nodes_of(DEFINITIONS)


def shop(names: Iterable[str]) -> Mapping[str, Node]:
    """The shop's nodes, as a caller of the SQL layer gives them."""
    return {name: NODES[name] for name in names if name in NODES}


def with_nodes(**more: Definition) -> Callable[[Iterable[str]], Mapping[str, Node]]:
    """The shop with other nodes."""
    made = nodes_of(DEFINITIONS | {f"shop.{name}": definition for name, definition in more.items()})
    return lambda names: {name: made[name] for name in names if name in made}

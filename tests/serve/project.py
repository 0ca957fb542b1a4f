"""A shop as DataJunction's files have it, with a metric of every unit; and its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

FLAT = (
    *("unknown", "unitless", "percentage", "proportion", "dollar", "millisecond", "second", "minute", "hour", "day"),
    *("week", "month", "year", "bit", "byte"),
)
STRUCTURED: dict[str, dict[str, Any]] = {
    "euro": {"kind": "currency", "code": "EUR"},
    "clicks": {"kind": "count", "code": "clicks"},
    "rate": {"numerator": {"kind": "count", "code": "clicks"}, "denominator": {"kind": "time", "code": "s"}},
    "gigabyte": {"kind": "data_size", "code": "GB"},
    "some_money": {"kind": "currency"},
}
SOURCES = {
    "orders": """\
name: ${prefix}orders
node_type: source
description: One row for each order
catalog: default
schema: shop
table: orders
columns:
- name: id
  type: bigint
- name: user_id
  type: bigint
- name: amount
  type: double
  unit:
    kind: currency
    code: EUR
dimension_links:
- type: join
  dimension_node: ${prefix}users
  join_on: ${prefix}orders.user_id = ${prefix}users.id
""",
    "users_table": """\
name: ${prefix}users_table
node_type: source
catalog: default
schema: shop
table: users
columns:
- name: id
  type: bigint
- name: country   # where they were when they signed up
  type: string
""",
    "users": """\
name: ${prefix}users
node_type: dimension
query: SELECT id, country FROM ${prefix}users_table
primary_key:
- id
""",
    "revenue": """\
name: ${prefix}revenue
node_type: metric
query: SELECT SUM(amount) FROM ${prefix}orders
direction: higher_is_better
tags:
- money
""",
    "buyers": """\
name: ${prefix}buyers
node_type: metric
query: SELECT COUNT(DISTINCT user_id) FROM ${prefix}orders
""",
    "overview": """\
name: ${prefix}overview
node_type: cube
metrics:
- ${prefix}revenue
- ${prefix}buyers
dimensions:
- ${prefix}users.country
""",
}
DJ = """\
namespace: shop
tags:
- name: money
  description: What is in euros
"""


def metric_text(name: str, unit: Any) -> str:
    """A metric with a unit, in YAML flow style."""
    return f"name: ${{prefix}}{name}\nnode_type: metric\nquery: SELECT COUNT(*) FROM ${{prefix}}orders\nunit: {unit}\n"


def write_project(folder: Path) -> Path:
    """The shop as a folder of files."""
    folder.mkdir(parents=True)
    (folder / "dj.yaml").write_text(DJ)
    for name, text in SOURCES.items():
        (folder / f"{name}.yaml").write_text(text)
    inside = folder / "units"
    inside.mkdir()
    units: dict[str, Any] = {**dict.fromkeys(FLAT), **STRUCTURED}
    for name, unit in units.items():
        written = name if unit is None else str(unit).replace("'", "")
        (inside / f"in_{name}.yaml").write_text(metric_text(f"in_{name}", written))
    return folder


def write_warehouse(file: Path) -> str:
    """The shop's tables."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA shop")
        connection.execute(
            "CREATE TABLE shop.orders AS "
            "SELECT * FROM (VALUES (1, 1, 10.5), (2, 1, 2), (3, 2, 4)) t(id, user_id, amount)"
        )
        connection.execute("CREATE TABLE shop.users AS SELECT * FROM (VALUES (1, 'PT'), (2, 'DE')) t(id, country)")
    return str(file)


def spec() -> dict[str, Any]:
    """A small shop as the body of a deployment."""
    return {
        "namespace": "shop",
        "tags": [{"name": "money", "description": "What is in euros"}],
        "nodes": [
            {
                "name": "orders",
                "node_type": "source",
                "catalog": "default",
                "schema": "shop",
                "table": "orders",
                "columns": [
                    {"name": "id", "type": "bigint"},
                    {"name": "user_id", "type": "bigint", "description": "who"},
                    {"name": "amount", "type": "double", "unit": {"kind": "currency", "code": "EUR"}},
                ],
                "dimension_links": [
                    {
                        "type": "join",
                        "dimension_node": "${prefix}users",
                        "join_on": "${prefix}orders.user_id = ${prefix}users.id",
                    }
                ],
            },
            {
                "name": "users",
                "node_type": "dimension",
                "query": "SELECT user_id AS id, MAX(amount) AS most FROM ${prefix}orders GROUP BY 1",
                "primary_key": ["id"],
            },
            {
                "name": "revenue",
                "node_type": "metric",
                "query": "SELECT SUM(amount) FROM ${prefix}orders",
                "tags": ["money"],
            },
            {
                "name": "orders_total",
                "node_type": "metric",
                "query": "SELECT COUNT(*) FROM ${prefix}orders",
                "unit": "day",
            },
            {
                "name": "overview",
                "node_type": "cube",
                "metrics": ["${prefix}revenue"],
                "dimensions": ["${prefix}users.id"],
            },
        ],
    }

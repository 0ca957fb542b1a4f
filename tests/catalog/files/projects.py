"""One small project in each of the three layouts that DataJunction's files have had."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gnomon.catalog.files import Deployment, read_folder

ORDERS = """\
columns:
  - {name: id, type: int}
  - {name: store_id, type: int}
  - {name: placed, type: date}
  - name: amount
    type: double
    unit: {kind: currency, code: USD}
    display_name: Amount paid
  - {name: wait, type: bigint, unit: {kind: time, code: ms}, attributes: [hidden]}
"""
LINK = """\
dimension_links:
  - type: join
    dimension_node: ${prefix}dims.store
    join_on: ${prefix}facts.orders.store_id = ${prefix}dims.store.id
"""
STORE = """\
query: SELECT id, name FROM ${prefix}raw.stores
primary_key: [id]
"""
STORES = "columns: [{name: id, type: int}, {name: name, type: string}]\n"
REVENUE = """\
description: What was paid.
query: |
  SELECT SUM(amount)
  FROM ${prefix}facts.orders
direction: higher_is_better
unit: dollar
"""
FACTS = "query: SELECT id, store_id, amount, wait FROM ${prefix}raw.orders\n"
CUBE = """\
metrics: ["${prefix}revenue"]
dimensions: ["${prefix}dims.store.name"]
filters: ["${prefix}dims.store.name <> 'test'"]
"""

CURRENT = {
    "dj.yaml": "namespace: shop\ntags: [{name: money, tag_type: group}]\n",
    "raw/orders.yaml": "name: ${prefix}raw.orders\nnode_type: source\ncatalog: wh\nschema: app\ntable: orders\n"
    + ORDERS,
    "raw/stores.yaml": "name: ${prefix}raw.stores\nnode_type: source\ncatalog: wh\nschema_: app\ntable: stores\n"
    + STORES,
    "facts/orders.yaml": "name: facts.orders\nnode_type: transform\n" + FACTS + LINK,
    "dims/store.yaml": "name: ${prefix}dims.store\nnode_type: dimension\n" + STORE,
    "revenue.yaml": "name: ${prefix}revenue\nnode_type: metric\ntags: [money]\n" + REVENUE,
    "by_store.yaml": "name: ${prefix}by_store\nnode_type: cube\n" + CUBE,
}
LIST_LINKS = {
    "dj.yaml": "name: Shop\ndescription: A shop\nprefix: shop\ntags: [{name: money, tag_type: group}]\n"
    "build: {priority: [raw.orders]}\n",
    "raw/orders.source.yaml": "table: wh.app.orders\n" + ORDERS,
    "raw/stores.source.yaml": "table: wh.app.stores\n" + STORES,
    "facts/orders.transform.yaml": FACTS + LINK,
    "dims/store.dimension.yaml": STORE,
    "revenue.metric.yaml": "tags: [money]\n" + REVENUE,
    "by_store.cube.yaml": CUBE,
}
MAP_LINKS = {
    **LIST_LINKS,
    "raw/orders.source.yaml": "table: wh.app.orders\ndimension_links: {}\n" + ORDERS,
    "facts/orders.transform.yaml": FACTS + "dimension_links:\n  store_id:\n    dimension: ${prefix}dims.store\n",
}
LAYOUTS = {"current": CURRENT, "list links": LIST_LINKS, "map links": MAP_LINKS}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, files: Mapping[str, str], namespace: str | None = None) -> Deployment:
    """What a folder with these files says."""
    return read_folder(written(folder, files), namespace)


def metric(said: str, query: str = "SELECT COUNT(*) FROM elsewhere.rows") -> dict[str, str]:
    """A project of one metric, `shop.m`."""
    return {"dj.yaml": "namespace: shop\n", "m.yaml": f"name: m\nnode_type: metric\nquery: {query}\n{said}\n"}


def source(columns: str) -> dict[str, str]:
    """A project of one source, `shop.s`."""
    text = f"name: s\nnode_type: source\ncatalog: c\nschema: d\ntable: t\ncolumns:\n{columns}\n"
    return {"dj.yaml": "namespace: shop\n", "s.yaml": text}

"""The units of a deployment: those that columns get, change or lose by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gnomon.catalog import Change, Column, Definition

    Nodes = Mapping[str, Definition]

LISTED = 20
"""Units that are named before the rest is counted."""


def unit_lines(changes: Sequence[Change], before: Nodes, after: Nodes) -> list[str]:
    """One line for each column whose unit is another after some changes; a metric's column goes by the metric's name.

    Cubes have the units of their elements, and what is deactivated keeps its own: neither is named.

    >>> from gnomon.catalog import Change, Column, Definition
    >>> euro = {"kind": "currency", "code": "EUR"}
    >>> old, new = (Definition("source", columns=(Column("paid", unit=unit),)) for unit in (None, euro))
    >>> unit_lines([Change("shop.orders", "update")], {"shop.orders": old}, {"shop.orders": new})
    ['unit shop.orders.paid: none -> EUR']
    """
    lines = [line for change in changes for line in of_node(change, before, after)]
    if len(lines) > LISTED:
        lines[LISTED:] = [f"unit of {len(lines) - LISTED} more"]
    return lines


def of_node(change: Change, before: Nodes, after: Nodes) -> Iterator[str]:
    """The units of one node that differ, in the order of its columns; one that is new has only what it gets."""
    new = after.get(change.name)
    if new is None or new.kind == "cube" or change.action == "deactivate":
        return
    old = before.get(change.name)
    was = {column.name: text_of(column) for column in old.columns} if old else {}
    for column in new.columns:
        name = change.name if new.kind == "metric" else f"{change.name}.{column.name}"
        earlier, now = was.get(column.name, "none"), text_of(column)
        if earlier != now:
            yield f"unit {name}: {earlier} -> {now}" if old else f"unit {name}: {now}"


def text_of(column: Column) -> str:
    """A column's unit for people; `none` while nobody has said it, and its JSON where a project's own code is in it."""
    from gnomon.units.shapes import product_of, product_of_extension
    from gnomon.units.text import text_of as product_text
    from gnomon.units.wire import UnitError

    if column.unit_by is not None:
        return f"by {column.unit_by.get('by')}"
    try:
        if column.unit is not None:
            return product_text(product_of(column.unit))
        return "none" if column.unit_ext is None else product_text(product_of_extension(column.unit_ext))
    except UnitError:
        return json.dumps(column.unit or column.unit_ext)

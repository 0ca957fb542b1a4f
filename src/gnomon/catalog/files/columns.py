"""The columns of a node, with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.values import Column
from gnomon.errors import did_you_mean
from gnomon.units.lenient import read_lenient
from gnomon.units.wire import Own, UnitError, parse_unit, structured

PRIMARY_KEY = "primary_key"
ATTRIBUTES = (PRIMARY_KEY, "dimension", "hidden")
"""What a column can be, in DataJunction's words. Others may be registered with its server; nothing here reads them."""


@dataclass(frozen=True, slots=True)
class ReadColumns:
    """The columns of a node. `undeclared` are those that only its primary key names; `unknown` are keys of columns that
    have no place."""

    columns: tuple[Column, ...]
    undeclared: list[str]
    unknown: dict[str, dict[str, Any]]


def read_columns(fields: Fields, own: Own, prefix: Prefix) -> ReadColumns:
    """The columns of a node, those of its primary key among them."""
    columns: dict[str, Column] = {}
    unknown: dict[str, dict[str, Any]] = {}
    for part in fields.each("columns"):
        column = read_column(part, own, prefix)
        rest = part.unknown()
        if column is None:
            continue
        if column.name in columns:
            part.error("repeated_column", f"the node has two columns named '{column.name}'", "name")
        columns[column.name] = column
        if rest:
            unknown[column.name] = rest
    declared = set(columns)
    for name in map(prefix.expand, fields.texts(PRIMARY_KEY)):
        column = columns.get(name) or Column(name)
        if PRIMARY_KEY not in column.attributes:
            columns[name] = replace(column, attributes=(*column.attributes, PRIMARY_KEY))
    return ReadColumns(tuple(columns.values()), [name for name in columns if name not in declared], unknown)


def read_column(part: Fields, own: Own, prefix: Prefix) -> Column | None:
    """One column; None, with a problem, where it has no name."""
    name = part.text("name", required=True)
    if name == "":
        part.error("empty_name", "a column has no name", "name", help="write its name")
    column = Column(
        prefix.expand(name or ""),
        type=part.text("type"),
        unit=read_unit(part, own),
        unit_ext=part.mapping("unit_ext"),
        unit_by=read_unit_by(part, own),
        display_name=part.text("display_name"),
        description=part.text("description"),
        attributes=read_attributes(part),
        partition=read_partition(part.mapping("partition")),
        lineage=tuple(dict.fromkeys(map(prefix.expand, part.texts("lineage")))),
    )
    return column if name else None


def read_attributes(part: Fields) -> tuple[str, ...]:
    """A column's attributes, each once. Those that nobody knows are kept, with a warning."""
    words = tuple(dict.fromkeys(part.texts("attributes")))
    for word in words:
        if word not in ATTRIBUTES:
            help = did_you_mean(word, ATTRIBUTES)
            part.warn("unknown_attribute", f"unknown attribute '{word[:50]}'", "attributes", help=help)
    return words


def read_unit(part: Fields, own: Own) -> Mapping[str, Any] | None:
    """A column's unit; what DataJunction's server drops from it is dropped with a warning."""
    written = part.raw("unit")
    try:
        unit, dropped = read_lenient(written, own=own)
    except UnitError as error:
        help = error.help
        if isinstance(written, str):
            wanted = "write a mapping such as {kind: currency, code: USD}"
            help = structured(written.strip(), own) or f"a flat name is for a metric's own unit; {wanted}"
        part.error(error.code, error.reason, "unit", *error.path, help=help)
        return None
    for sentence in dropped:
        part.warn("unit_cleaned", sentence, "unit")
    return unit


def read_unit_by(part: Fields, own: Own) -> Mapping[str, Any] | None:
    """A unit for each value of another column: `{by: column, map: {value: unit}}`, which is Gnomon's own."""
    written = part.mapping("unit_by")
    if written is None:
        return None
    if not isinstance(written.get("by"), str) or not isinstance(written.get("map"), dict):
        part.error("wrong_unit", "a unit by another column's value is {by: column, map: {value: unit}}", "unit_by")
        return None
    units = {}
    for value, unit in written["map"].items():
        try:
            units[value] = parse_unit(unit, own)
        except UnitError as error:
            part.error(error.code, error.reason, "unit_by", "map", value, *error.path, help=error.help)
    return {"by": written["by"], "map": units}


def read_partition(written: dict[str, Any] | None) -> dict[str, Any] | None:
    """A partition; DataJunction's documentation spells its type `type_`."""
    if written is None or "type_" not in written or "type" in written:
        return written
    return {("type" if key == "type_" else key): value for key, value in written.items()}

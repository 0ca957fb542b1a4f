"""The links from a node to dimensions, in each spelling that they have had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gnomon.catalog.files.columns import PRIMARY_KEY
from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.values import Definition, Link
from gnomon.errors import did_you_mean

JOIN_TYPES = ("left", "right", "inner", "full", "cross")
CARDINALITIES = ("one_to_one", "one_to_many", "many_to_one", "many_to_many")
KINDS = ("join", "reference")


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A link as it is written.

    `foreign_key` is a column that is joined to the dimension's `column`; to its primary key, whatever that is, where it
    names none.
    """

    link: Link
    part: Fields
    foreign_key: str | None = None
    column: str | None = None


def key_of(link: Link) -> str:
    """What tells links of one node apart."""
    return f"{link.dimension}[{link.role or ''}]{link.column or ''}"


def read_links(fields: Fields, prefix: Prefix) -> tuple[list[ReadLink], dict[str, dict[str, Any]]]:
    """The links of a node, and the keys of links that have no place.

    `dimension_links` is a list of links, or in the oldest files a mapping of columns to `{dimension: node}`.
    """
    if isinstance(fields.data.get("dimension_links"), dict):
        return list(by_column(fields, prefix)), {}
    found: list[ReadLink] = []
    unknown: dict[str, dict[str, Any]] = {}
    for part in fields.each("dimension_links"):
        kind = part.word("type", KINDS) or ("join" if "dimension_node" in part.data else "reference")
        read = join(part, prefix) if kind == "join" else reference(part, prefix)
        rest = part.unknown(("dimension_node", "join_on", "join_type", "join_cardinality", "node_column", "dimension"))
        if read is None:
            continue
        if any(key_of(other.link) == key_of(read.link) for other in found):
            message = f"the node has two links to '{read.link.dimension}'"
            part.error("repeated_link", message, help="give each a role of its own")
        found.append(read)
        if rest:
            unknown[key_of(read.link)] = rest
    return found, unknown


def join(part: Fields, prefix: Prefix) -> ReadLink | None:
    """A link by a join."""
    dimension = part.text("dimension_node", required=True)
    join_on, foreign_key = part.text("join_on"), part.text("node_column")
    join_type = part.word("join_type", JOIN_TYPES) or "left"
    link = Link(
        prefix.expand(dimension or ""),
        role=part.text("role"),
        join_on=join_on and prefix.expand(join_on),
        join_type=join_type,
        cardinality=part.word("join_cardinality", CARDINALITIES) or "many_to_one",
        default_value=default_value(part),
        hints=part.text("spark_hints"),
    )
    if join_on is None and foreign_key is None and join_type != "cross" and dimension:
        part.error("missing_field", "field 'join_on' is missing", help="write the condition of the join")
    return ReadLink(link, part, foreign_key if join_on is None else None) if dimension else None


def default_value(part: Fields) -> Any:
    """What stands for a row that the dimension does not have: a constant, or a mapping by column."""
    value = part.raw("default_value")
    if isinstance(value, list):
        part.error("wrong_type", "expected a constant, found a list", "default_value")
        return None
    return value


def reference(part: Fields, prefix: Prefix) -> ReadLink | None:
    """A link by a column that is a dimension's column itself."""
    column, dimension = part.text("node_column", required=True), part.text("dimension", required=True)
    role = part.text("role")
    if column is None or dimension is None:
        return None
    node, dot, other = prefix.expand(dimension).rpartition(".")
    if not dot:
        part.error("wrong_value", f"'{dimension}' is no column of a node", "dimension", help="write node.column")
        return None
    return ReadLink(Link(node, role=role, kind="reference", column=column, dimension_column=other), part)


def by_column(fields: Fields, prefix: Prefix) -> Iterable[ReadLink]:
    """The links of the oldest files: `{column: {dimension: node, column: its column}}`."""
    links = fields.inner("dimension_links")
    for name in links.data if links is not None else ():
        part = links.inner(name) if links is not None else None
        dimension = part.text("dimension", "dimension_node", required=True) if part is not None else None
        if part is None or dimension is None:
            continue
        column = part.text("column", "dimension_column")
        yield ReadLink(Link(prefix.expand(dimension), role=part.text("role")), part, name, column)
        part.unknown()


def closed(name: str, read: ReadLink, definitions: Mapping[str, Definition]) -> Link:
    """A link with its join written out: a foreign key is joined to the one column of the dimension's primary key."""
    if read.foreign_key is None:
        return read.link
    own, target = f"{name}.{read.foreign_key}", read.link.dimension
    if read.column is not None:
        return replace(read.link, join_on=f"{own} = {target}.{read.column}")
    dimension = definitions.get(target)
    if dimension is None:
        message = f"there is no node '{target}', so its key is unknown"
        read.part.error("unknown_node", message, help=did_you_mean(target, definitions))
        return read.link
    keys = [column.name for column in dimension.columns if PRIMARY_KEY in column.attributes]
    if len(keys) != 1:
        has = f"the columns {', '.join(keys)} as its key" if keys else "no primary key"
        message = f"'{target}' has {has}, so a column alone does not say the join"
        read.part.error("wrong_link", message, help="write a list of links, each with join_on")
        return read.link
    return replace(read.link, join_on=f"{own} = {target}.{keys[0]}")

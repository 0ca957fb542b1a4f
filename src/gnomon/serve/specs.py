"""Nodes as calls send them, read by the same reader as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from gnomon.catalog.checks import own_codes, roots
from gnomon.catalog.database import reading
from gnomon.catalog.files import Deployment, read_spec
from gnomon.catalog.files.columns import ATTRIBUTES
from gnomon.catalog.files.graph import DIALECT
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.nodes import read_named
from gnomon.catalog.store import Store
from gnomon.catalog.values import LONGEST_NAME, Definition, Kind, namespace_of
from gnomon.errors import DefinitionError, Problem
from gnomon.serve.refusals import refused
from gnomon.units.vocabulary import VOCABULARY

DOTTED = re.compile(r"\b[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)+", re.ASCII)
PLACE = re.compile(r" \(at nodes\.0(?:\.([^()]*))?\)$")
ANSWERED = frozenset(
    {"status", "version", "current_version", "created_at", "updated_at", "deactivated_at", "availability", "namespace"}
    | {"materializations", "parents", "created_by", "missing_table", "type", "cube_filters", "orderby", "limit"}
    | {"followers"}
)
"""Keys of a node's answer that clients send back, and that nobody can set."""
NOT_IN_SPEC = frozenset({"dimension_column", "dimension"})
"""Keys of a column's answer that are said by links."""
TAKEN_AWAY = frozenset({"unit", "unit_ext", "unit_by"})
"""Keys of a column of which null says something: that it is declared no more."""


def known_for(store: Store, body: Any, namespace: str) -> dict[str, Definition]:
    """The active nodes of the catalog whose names stand in some JSON, also within SQL, and in short in a namespace."""
    full = (Prefix(namespace).expand(text) for text in texts(body))
    named = {prefix for text in full for name in DOTTED.findall(text) for prefix in prefixes(name)}
    with reading(store.engine) as connection:
        found = read_named(connection, sorted(named))
    return {name: node.revision.definition for name, node in found.items() if node.deactivated_at is None}


def texts(value: Any) -> Iterator[str]:
    """Every text in JSON."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            stack += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            stack += each


def prefixes(name: str) -> Iterator[str]:
    """A dotted name and those that it begins with: `shop.orders.id` may be a column of `shop.orders`. No longer ones
    than nodes have.

    >>> list(prefixes("shop.eu.orders"))
    ['shop.eu', 'shop.eu.orders']
    """
    words = name.split(".")
    found = (".".join(words[:length]) for length in range(2, len(words) + 1))
    yield from takewhile(lambda each: len(each) <= LONGEST_NAME, found)


def read_deployment(store: Store, body: Mapping[str, Any], dialect: str) -> Deployment:
    """The nodes of a call to deploy, with those of the catalog that they name, for an engine of a dialect.

    Raises DefinitionError.
    """
    namespace = str(body.get("namespace") or "")
    known = with_parents(store, known_for(store, body, namespace))
    outside = {name: each for name, each in known.items() if not name.startswith(f"{namespace}.")}
    return read_known(store, body, namespace, outside, dialect)


def read_known(
    store: Store, body: Mapping[str, Any], namespace: str, known: Mapping[str, Definition], dialect: str = DIALECT
) -> Deployment:
    """A deployment. Codes of own units are known that the nodes which it names have, or those of its namespace."""
    own = own_codes(column for definition in known.values() for column in definition.columns)
    try:
        return read_spec(body, known=known, vocabulary=replace(VOCABULARY, own=own), dialect=dialect)
    except DefinitionError as error:
        if all(problem.code != "wrong_unit" for problem in error.problems):
            raise
    own |= store.own_codes(roots([f"{namespace}.*"]))
    return read_spec(body, known=known, vocabulary=replace(VOCABULARY, own=own), dialect=dialect)


def with_parents(store: Store, known: dict[str, Definition]) -> dict[str, Definition]:
    """Nodes with all that they read, at any distance, as far as it is active."""
    found, frontier = dict(known), dict(known)
    while frontier:
        wanted = {parent for definition in frontier.values() for parent in definition.parents if parent not in found}
        with reading(store.engine) as connection:
            read = read_named(connection, sorted(wanted))
        frontier = {name: node.revision.definition for name, node in read.items() if node.deactivated_at is None}
        found |= frontier
    return found


def read_new(store: Store, kind: Kind, body: Mapping[str, Any]) -> tuple[str, Definition]:
    """A node that a call makes. Raises DefinitionError, and refuses a body without a name."""
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise refused("missing_field", "field 'name' is missing", "add 'name'")
    return name, read_one(store, name, {**cleaned(body), "node_type": kind})


def read_one(store: Store, name: str, spec: Mapping[str, Any], before: Definition | None = None) -> Definition:
    """One node from its spec. `before` is what it says now, whose attributes it may keep.

    Raises DefinitionError, also for SQL that cannot be read and for attributes that nobody knows.
    """
    body = {"namespace": namespace_of(name), "nodes": [{**spec, "name": full_name(name)}]}
    known = {
        other: definition for other, definition in known_for(store, spec, namespace_of(name)).items() if other != name
    }
    try:
        read = read_known(store, body, namespace_of(name), known)
    except DefinitionError as error:
        raise DefinitionError(*map(of_body, error.problems)) from None
    found = read.definitions[full_name(name)]
    is_odd = words_of(found) - words_of(before) - set(ATTRIBUTES)
    codes = ("sql_not_read", "unknown_attribute") if is_odd else ("sql_not_read",)
    wrong = [replace(finding, severity="error") for finding in read.findings if finding.code in codes]
    if wrong:
        raise DefinitionError(*map(of_body, wrong))
    return found


def words_of(definition: Definition | None) -> set[str]:
    """The attributes of a node's columns."""
    return {word for column in (definition.columns if definition is not None else ()) for word in column.attributes}


def of_body(problem: Problem) -> Problem:
    """A problem of the one node of a deployment, with its place in the node.

    >>> of_body(Problem("wrong_unit", "unknown unit (at nodes.0.unit.kind)")).message
    'unknown unit (at unit.kind)'
    """
    found = PLACE.search(problem.message)
    if found is None:
        return problem
    where = f" (at {found[1]})" if found[1] else ""
    return replace(problem, message=problem.message[: found.start()] + where)


def full_name(name: str) -> str:
    """A node's name with its namespace."""
    return name if "." in name else f"{namespace_of(name)}.{name}"


def cleaned(body: Mapping[str, Any]) -> dict[str, Any]:
    """A node as a call sends it, in the words of files: without what nobody can set, attributes by their names."""
    said = {key: value for key, value in body.items() if key not in ANSWERED}
    if isinstance(said.get("columns"), list):
        said["columns"] = [cleaned_column(column) for column in said["columns"]]
    if isinstance(said.get("tags"), list):
        said["tags"] = [tag.get("name") if isinstance(tag, Mapping) else tag for tag in said["tags"]]
    if isinstance(said.get("owners"), list):
        said["owners"] = [one.get("username") if isinstance(one, Mapping) else one for one in said["owners"]]
    if isinstance(said.get("catalog"), Mapping):
        said["catalog"] = said["catalog"].get("name")
    if any("dimension" in link for link in said.get("dimension_links") or () if isinstance(link, Mapping)):
        del said["dimension_links"]
    if "schema_" in said:
        said["schema"] = said.pop("schema_")
    if isinstance(metadata := said.get("metric_metadata"), Mapping):
        said["metric_metadata"] = {key: named(value) for key, value in metadata.items()}
    return {key: value for key, value in said.items() if value is not None}


def cleaned_column(column: Any) -> Any:
    """A column in the words of files."""
    if not isinstance(column, Mapping):
        return column
    said = {
        key: value
        for key, value in column.items()
        if key not in NOT_IN_SPEC and (value is not None or key in TAKEN_AWAY)
    }
    if isinstance(said.get("attributes"), list):
        said["attributes"] = [attribute_of(each) for each in said["attributes"] if each]
    return said


def attribute_of(value: Any) -> Any:
    """An attribute's word: `primary_key`, {name: primary_key} or {attribute_type: {name: primary_key}}."""
    if isinstance(value, Mapping):
        inner = value.get("attribute_type", value)
        return inner.get("name") if isinstance(inner, Mapping) else inner
    return value


def named(value: Any) -> Any:
    """A unit of the old enumeration that is sent back whole, as its word."""
    return value["name"] if isinstance(value, Mapping) and "name" in value else value

"""A change of one node: what a call mentions, put into what the node says.

The node is written as a spec, the call's words are put in, and it is read again. So it keeps all that is not mentioned,
and what follows from SQL follows. Words that nothing follows from are put into the definition itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from gnomon.catalog.files import to_spec
from gnomon.catalog.files.graph import read_sql
from gnomon.catalog.rows import plain
from gnomon.catalog.store import Store
from gnomon.catalog.values import Column, Definition, Node, namespace_of
from gnomon.serve.answers import titled
from gnomon.serve.refusals import refused
from gnomon.serve.specs import cleaned, known_for, read_one
from gnomon.serve.units import NEWER, metric_unit, word_for

WORDS: Mapping[str, str] = {
    "display_name": "display_name",
    "description": "description",
    "mode": "mode",
    "custom_metadata": "custom",
    "owners": "owners",
    "tags": "tags",
}
"""What is said about a node and nothing follows from: the key in files, and the field of a definition."""


def changed(store: Store, node: Node, body: Mapping[str, Any], published_client: bool = False) -> Definition:
    """A node with what a call mentions: null, and a list of columns without any, mention nothing."""
    definition = node.revision.definition
    said = mentioned(node.name, definition, cleaned(body), published_client)
    words = {WORDS[key]: said.pop(key) for key in [*said] if key in WORDS}
    if not said:
        return with_words(definition, words)
    spec = to_spec({node.name: definition}, namespace_of(node.name))["nodes"][0]
    columns = said.pop("columns", [])
    spec |= said | as_spec(words)
    made = made_by(store, node.name, definition, spec) if "query" in said or columns != [] else None
    if "query" in said and made is not None:
        spec["columns"] = [each for each in spec.get("columns", []) if each["name"].lower() in made]
        if "primary_key" not in said:
            spec["primary_key"] = [each for each in spec.get("primary_key", []) if each.lower() in made]
    if columns != []:
        is_list = isinstance(columns, list)
        is_whole = definition.kind == "source"
        refuse_unmade(node.name, columns if is_list else [], made)
        spec["columns"] = merged(spec.get("columns", []), columns, is_whole=is_whole) if is_list else columns
    if "query" in said:  # where columns came from was said of the SQL before
        spec["columns"] = [without(each, "lineage") for each in spec.get("columns", [])]
    return read_one(store, node.name, spec, definition)


def without(column: Any, key: str) -> Any:
    """A column that does not say one thing."""
    return {each: value for each, value in column.items() if each != key} if isinstance(column, Mapping) else column


def made_by(store: Store, name: str, definition: Definition, spec: Mapping[str, Any]) -> set[str] | None:
    """The columns that the query of a transform or a dimension makes, in lower case; None where nobody knows all.

    Those of a star are known where the columns of every node that it may stand for are.
    """
    if definition.kind not in ("transform", "dimension"):
        return None
    bare = {key: value for key, value in spec.items() if key not in ("columns", "primary_key", "dimension_links")}
    found = read_one(store, name, bare, definition)
    if has_star(found.query):
        known = known_for(store, list(found.parents), namespace_of(name))
        if not all(known[parent].columns if parent in known else () for parent in found.parents):
            return None
    return {column.name.lower() for column in found.columns}


def has_star(query: str | None) -> bool:
    """Whether a query makes columns that it does not name.

    >>> has_star("SELECT o.* FROM shop.orders AS o"), has_star("SELECT COUNT(*) AS n FROM shop.orders")
    (True, False)
    """
    return any(each.is_star for each in read_sql(query or "SELECT 1").selects)


def refuse_unmade(name: str, columns: list[Any], made: set[str] | None) -> None:
    """Refuse words about columns that a query does not make; a name alone says nothing."""
    for column in columns if made is not None else ():
        said = column.get("name") if isinstance(column, Mapping) and len(column) > 1 else None
        if isinstance(said, str) and said.lower() not in (made or ()):
            raise refused("unknown_column", f"the query of `{name}` makes no column `{said}`", "name it in the SELECT")


def mentioned(name: str, definition: Definition, said: Mapping[str, Any], published_client: bool) -> dict[str, Any]:
    """What a call says that is not so already, and that it has not read in an answer, where something stood in."""
    found = {key: value for key, value in said.items() if key != "name"}
    if isinstance(metadata := found.pop("metric_metadata", None), Mapping):
        words = {key: value for key, value in metadata.items() if value is not None}
        found = {**(own_metadata(definition, words) if published_client else words), **found}
    if isinstance(columns := found.get("columns"), list):
        found["columns"] = other_columns(definition, columns)
    stands_in = {
        "display_name": titled(name),
        "description": "",
        "columns": [],
        "required_dimensions": [],
        "dimension_links": [],
    }
    there = present(definition)
    return {
        key: value
        for key, value in found.items()
        if value != there.get(key, ...) and not (there.get(key) is None and stands_in.get(key, ...) == value)
    }


def present(definition: Definition) -> dict[str, Any]:
    """What a node says already, as a call would say it."""
    found = {key: getattr(definition, field) for key, field in WORDS.items()}
    found |= {key: getattr(definition, key) for key in ("query", "catalog", "schema", "table")}
    keys = [column.name for column in definition.columns if "primary_key" in column.attributes]
    found |= {"primary_key": keys, "unit": metric_unit(definition) if definition.kind == "metric" else None}
    for details in (definition.metric, definition.cube):
        found |= asdict(details) if details is not None else {}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def other_columns(definition: Definition, columns: list[Any]) -> list[Any]:
    """The columns of a call without what is so already: none where all of them are."""
    there = {column.name: column for column in definition.columns}
    found = [own_words(column, there) for column in columns]
    same = all(is_name(column) and str(column.get("name")) in there for column in found)
    is_whole = definition.kind != "source" or [column.get("name") for column in found if same] == list(there)
    return [] if same and is_whole else found


def own_words(column: Any, there: Mapping[str, Column]) -> Any:
    """A column of a call without what is so already, or stood in an answer where nothing is said."""
    before = there.get(str(column.get("name"))) if isinstance(column, Mapping) else None
    if before is None:
        return column
    stands_in = {"display_name": titled(before.name), "type": "unknown", "attributes": []}
    return {
        key: value
        for key, value in column.items()
        if key == "name"
        or not (
            plain(getattr(before, key, ...)) == value
            or (not getattr(before, key, ...) and stands_in.get(key, ...) == value)
        )
    }


def with_words(definition: Definition, words: Mapping[str, Any]) -> Definition:
    """A definition that says other words, and is otherwise what it was, also where no file could say it."""
    for field, value in words.items():
        fits, wanted = FITS[field]
        if not fits(value):
            raise refused("wrong_type", f"{field}: expected {wanted}", "see /docs")
    listed: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in words.items()}
    return replace(definition, **listed)


def as_spec(words: Mapping[str, Any]) -> dict[str, Any]:
    """Words under the keys of files."""
    return {key: words[field] for key, field in WORDS.items() if field in words}


def is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def are_texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


FITS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "display_name": (is_text, "text"),
    "description": (is_text, "text"),
    "mode": (lambda value: value in ("published", "draft"), "published or draft"),
    "custom": (lambda value: isinstance(value, Mapping), "a mapping"),
    "owners": (are_texts, "a list of texts"),
    "tags": (are_texts, "a list of texts"),
}
"""What each word has to be."""


def own_metadata(definition: Definition, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the published client says in `metric_metadata`, without what it was told only because it reads no null.

    It was told `unknown` and `neutral` of each metric whose unit or direction it could not be told.
    """
    found = dict(said)
    if said.get("unit") == "unknown" and word_for(definition) in (None, *NEWER):
        del found["unit"]
    if said.get("direction") == "neutral" and (definition.metric is None or definition.metric.direction is None):
        del found["direction"]
    return found


def is_name(column: Any) -> bool:
    """Whether a call names a column and says nothing of it."""
    return isinstance(column, Mapping) and column.keys() == {"name"}


def merged(before: Any, after: list[Any], *, is_whole: bool) -> list[Any]:
    """Columns with what a call says of them. Of a source they are all that there are; others follow from the SQL."""
    there = {column["name"]: column for column in before}
    found = [
        {**there.get(str(column.get("name")), {}), **column} if isinstance(column, Mapping) else column
        for column in after
        if is_whole or not is_name(column)
    ]
    said = [column.get("name") if isinstance(column, Mapping) else None for column in found]
    return found if is_whole else [each for name, each in there.items() if name not in said] + found

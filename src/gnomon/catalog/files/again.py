"""What follows from a node's SQL, once more: what followed before is taken away, and what is declared stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gnomon.catalog.files.deployment import authored, authored_json
from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.inferred import inferred
from gnomon.catalog.files.spec import as_written
from gnomon.catalog.values import Column, Definition
from gnomon.load.document import Document
from gnomon.load.findings import Findings
from gnomon.source import Source
from gnomon.units.vocabulary import Vocabulary


def inferred_again(
    name: str, definition: Definition, there: Mapping[str, Definition], vocabulary: Vocabulary
) -> Definition:
    """A node with what follows from the nodes that are there now. It is the same as if its file were read again."""
    bare = without_inferred(definition)
    document = Document(Source("", ""), {}, {})
    part = Fields(Findings(Path()), document, (), {"query": definition.query or ""})
    found = inferred(name, bare, there, vocabulary, part)
    lineage = {column.name: column.lineage for column in definition.columns}
    columns = (replace(each, lineage=each.lineage or lineage.get(each.name, ())) for each in found.columns)
    return replace(found, columns=tuple(columns))


def without_inferred(definition: Definition) -> Definition:
    """A definition as its file says it: in the file's order, without types, units and columns that were filled in.

    >>> said = {"undeclared": ["b"], "inferred": {"a": {"type": "int"}, "b": {"type": "int"}}}
    >>> full = Definition("transform", columns=(Column("b", "int"), Column("a", "int", description="ours")))
    >>> [(column.name, column.type) for column in without_inferred(replace(full, authored=said)).columns]
    [('a', None)]
    """
    undeclared, inferred = authored(definition, "undeclared"), authored(definition, "inferred")
    bare = []
    for column in as_written(definition):
        filled = {f: None for f, value in (inferred.get(column.name) or {}).items() if getattr(column, f) == value}
        bare.append(replace(column, **filled))  # type: ignore[arg-type]
    said = [column for column in bare if column.name not in undeclared or is_said(column)]
    keys = [each.name for each in said if each.name in undeclared and not is_said(replace(each, attributes=()))]
    kept = {key: value for key, value in (definition.authored or {}).items() if key not in ("inferred", "order")}
    return replace(definition, columns=tuple(said), authored=authored_json(**{**kept, "undeclared": keys}))


def is_said(column: Column) -> bool:
    """Whether anything is said of a column beside what it is computed from."""
    return replace(column, lineage=()) != Column(column.name)

"""A namespace's nodes as a folder of files or a call to deploy them says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gnomon.catalog.values import Definition, Json, Tag
from gnomon.errors import Problem


@dataclass(frozen=True, slots=True)
class Deployment:
    """All nodes that a namespace is to have, by full name.

    `findings` are warnings: what is wrong raises. `faults` are those for which nodes cannot be computed. `rest` is what
    the catalog does not keep (hierarchies, checks), as it was written; it is written again with the nodes.
    """

    namespace: str
    definitions: Mapping[str, Definition]
    tags: tuple[Tag, ...] = ()
    findings: tuple[Problem, ...] = ()
    rest: Json = field(default_factory=dict)
    faults: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


def authored_json(**said: Any) -> dict[str, Any] | None:
    """What a file says beyond its definition (`Definition.authored`), None where that is nothing.

    `unit` is the spelling of a metric's unit. `keys`, `column_keys` and `link_keys` are keys without a place in the
    catalog. `undeclared` lists columns that stand in no file, `inferred` maps columns to the parts that do not;
    `order` is that of the file where the columns stand in another.

    >>> authored_json(unit=None, keys={"team": "growth"}, inferred={})
    {'keys': {'team': 'growth'}}
    """
    kept = {name: value for name, value in said.items() if value}
    return kept or None


def authored(definition: Definition, part: str) -> Any:
    """One part of what only the file says, a mapping or a list; empty where it says nothing of the kind."""
    return (definition.authored or {}).get(part) or {}

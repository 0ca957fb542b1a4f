"""A namespace as a deployment and as files, beside the files that a folder has already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnomon.catalog.checks import roots
from gnomon.catalog.files import Deployment, files_of, to_spec, zip_of
from gnomon.catalog.files.entries import PROJECT, zip_entries
from gnomon.catalog.files.own_units import read_project
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.files.yaml_read import OldReader
from gnomon.catalog.labels import get_tags
from gnomon.catalog.values import Definition, Tag
from gnomon.errors import DefinitionError
from gnomon.load.findings import Findings
from gnomon.load.yaml import read_yaml
from gnomon.serve.specs import known_for
from gnomon.serve.state import State
from gnomon.source import Source


@dataclass(frozen=True, slots=True)
class Before:
    """The files that a folder has: each path with its text, the path of each node, and what they say together.

    `said` is None where it cannot be read.
    """

    texts: Mapping[str, str]
    homes: Mapping[str, str]
    said: Deployment | None


def definitions_in(state: State, namespace: str) -> dict[str, Definition]:
    """The active nodes of a namespace."""
    return {node.name: node.revision.definition for node in state.store.list(namespace)}


def tags_in(state: State, definitions: Mapping[str, Definition]) -> list[Tag]:
    """The tags that some nodes have."""
    used = {name for definition in definitions.values() for name in definition.tags}
    return [tag for tag in get_tags(state.engine) if tag.name in used]


def spec_of(state: State, namespace: str) -> dict[str, Any]:
    """A namespace as the body of a call that deploys it."""
    definitions = definitions_in(state, namespace)
    return to_spec(definitions, namespace, tags_in(state, definitions))


def exported_zip(state: State, namespace: str, before: bytes | None) -> bytes:
    """A namespace as a ZIP of files. Raises UsageError for a ZIP of earlier files that is refused."""
    definitions = definitions_in(state, namespace)
    tags = tags_in(state, definitions)
    there = files_before(state, namespace, before) if before else Before({}, {}, None)
    rest = there.said.rest if there.said is not None else {}
    files = files_of(definitions, namespace, tags, rest)
    homes = {path: there.homes.get(name, path) for name, path in homes_of(files, namespace).items()}
    kept = unchanged(there, namespace, definitions, tags, files)
    merged = {homes.get(path, path): text for path, text in files.items()}
    return zip_of({path: there.texts[path] if path in kept else text for path, text in merged.items()})


def files_before(state: State, namespace: str, content: bytes) -> Before:
    """The files of a ZIP; UsageError where nobody should unpack it."""
    findings = Findings(Path())
    texts = {str(entry.path): entry.source.text for entry in zip_entries(content, findings)}
    known = known_for(state.store, list(texts.values()), namespace)
    homes = homes_of(texts, namespace)
    outside = {name: each for name, each in known.items() if name not in homes}
    try:
        said, _ = read_project(content, namespace, known=outside, own=state.store.own_codes(roots([f"{namespace}.*"])))
    except DefinitionError:
        said = None
    return Before(texts, homes, said)


def homes_of(files: Mapping[str, str], namespace: str) -> dict[str, str]:
    """The path of each node's file, by the node's full name."""
    found = {}
    for path, text in files.items():
        name = name_in(path, text)
        if name is not None:
            found[Prefix(namespace).full(name)] = path
    return found


def name_in(path: str, text: str) -> str | None:
    """The name of a file's node; None for dj.yaml, and for what is none."""
    if path == PROJECT:
        return None
    try:
        data = read_yaml(Source(path, text), OldReader).data
    except DefinitionError:
        return None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def unchanged(
    there: Before, namespace: str, definitions: Mapping[str, Definition], tags: list[Tag], files: Mapping[str, str]
) -> set[str]:
    """The paths of files that say what the catalog says: both would be written in the same words."""
    if there.said is None:
        return set()
    was = files_of({**definitions, **there.said.definitions}, namespace, tags, there.said.rest)
    now = {name: files[path] for name, path in homes_of(files, namespace).items()}
    homes = homes_of(was, namespace)
    same = {name for name in there.said.definitions if name in homes and now.get(name) == was[homes[name]]}
    kept = {path for name, path in there.homes.items() if name in same}
    project = there.texts.get(PROJECT)
    if project is not None and f"namespace: {namespace}\n" in f"{project}\n":
        kept |= {PROJECT} if sorted(there.said.tags, key=str) == sorted(tags, key=str) else set()
    return kept

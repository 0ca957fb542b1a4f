"""DataJunction's files, from a folder, a ZIP or the JSON of a deployment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError
from pathlib import Path, PurePosixPath
from typing import Any

from gnomon.catalog.checks import wrong_name
from gnomon.catalog.files.deployment import Deployment
from gnomon.catalog.files.entries import PROJECT, Entry, file_name, folder_entries, zip_entries
from gnomon.catalog.files.fields import Fields, check_words
from gnomon.catalog.files.graph import DIALECT, cycle_of, ordered, parents_of
from gnomon.catalog.files.inferred import follows, with_inferred
from gnomon.catalog.files.links import closed
from gnomon.catalog.files.nodes import Reading, ReadNode, read_node
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.files.yaml_read import OldReader
from gnomon.catalog.values import KINDS, Definition, Tag
from gnomon.errors import DefinitionError, Problem, UsageError
from gnomon.load.document import Document
from gnomon.load.findings import Findings
from gnomon.load.yaml import read_yaml
from gnomon.source import Source
from gnomon.units.vocabulary import VOCABULARY, Vocabulary

NOT_KEPT = ("hierarchies", "custom_metadata_schemas", "managed_tag_types", "checks", "rulesets")
"""What a deployment may have that the catalog does not keep."""
CALL = ("source", "force", "force_nodes", "allow_empty", "git_config", "auto_register_sources", "default_catalog")
"""What a call to deploy says about itself."""
OLDER = ("name", "description", "build")
"""What older dj.yaml files say about a project."""

Known = Mapping[str, Definition]


def read_folder(
    path: Path, namespace: str | None = None, *, known: Known | None = None, vocabulary: Vocabulary = VOCABULARY
) -> Deployment:
    """The nodes of a folder's `*.yaml`, in any of the three layouts. `known` are nodes of the catalog outside it.

    The namespace is that of dj.yaml where none is given; what `known` has of it does not count. Raises DefinitionError
    with all that is wrong, and UsageError `no_folder`.
    """
    findings = Findings(path)
    entries = folder_entries(path, findings)
    return from_entries(entries, namespace, findings, known or {}, vocabulary)


def read_zip(
    content: bytes, namespace: str | None = None, *, known: Known | None = None, vocabulary: Vocabulary = VOCABULARY
) -> Deployment:
    """The nodes of a ZIP of such a folder. Raises UsageError also for a ZIP that is refused as a whole."""
    findings = Findings(Path())
    return from_entries(zip_entries(content, findings), namespace, findings, known or {}, vocabulary)


def read_spec(
    body: Mapping[str, Any],
    *,
    known: Known | None = None,
    vocabulary: Vocabulary = VOCABULARY,
    dialect: str = DIALECT,
) -> Deployment:
    """The nodes of a call to deploy: the same shapes as JSON, all in one mapping. Its places are paths.

    `dialect` is that of the engine which is to run their SQL: what is not known to mean the same there is warned of.
    """
    findings = Findings(Path())
    document = Document(Source("", ""), body, {})
    check_words(document, findings)
    whole = Fields(findings, document, (), body)
    namespace = namespace_of(whole, None)
    reading = Reading(Prefix(namespace), vocabulary.own, dialect=dialect)
    nodes = [node for part in whole.each("nodes") if (node := read_node(part, reading)) is not None]
    kept = (*NOT_KEPT, "preaggregations")
    rest = {key: body[key] for key in kept if body.get(key)}
    whole.taken |= {*kept, *CALL}
    for key in rest:
        whole.warn("not_in_catalog", f"the catalog does not keep {key}")
    tags = read_tags(whole)
    rest |= whole.unknown()
    return finished(nodes, tags, rest, reading, findings, known or {}, vocabulary)


def from_entries(
    entries: Sequence[Entry],
    namespace: str | None,
    findings: Findings,
    known: Known,
    vocabulary: Vocabulary,
    dialect: str = DIALECT,
) -> Deployment:
    """The nodes of a project's files."""
    documents = {entry.path: document for entry in entries if (document := parsed(entry, findings)) is not None}
    project = PurePosixPath(PROJECT)
    settings = documents.pop(project, None) or Document(Source(PROJECT, ""), {}, {})
    whole = Fields(findings, settings, (), settings.data)
    reading = Reading(
        Prefix(namespace_of(whole, namespace)),
        vocabulary.own,
        whole.word("mode", ("published", "draft")) or "published",
        dialect,
    )
    tags = read_tags(whole)
    whole.taken |= {*NOT_KEPT, *OLDER}
    rest = {key: value for key, value in whole.data.items() if key in (*NOT_KEPT, *OLDER)}
    for key in rest:
        whole.warn("not_in_catalog", f"the catalog does not keep {key}", key)
    rest |= whole.unknown()
    nodes = []
    for path, document in documents.items():
        part = Fields(findings, document, (), document.data)
        if path.name == PROJECT:
            part.warn("project_not_read", f"{path} is not that of the folder, and no node", help="read its own folder")
            continue
        kind = part.text("kind") or "node"
        if kind == "preagg":
            part.warn("not_in_catalog", "the catalog does not keep pre-aggregations")
            rest.setdefault("preaggregations", []).append({k: v for k, v in document.data.items() if k != "kind"})
        elif kind != "node":
            part.error("wrong_kind", f"unknown kind of file '{kind}'", "kind", help="known: node, preagg")
        elif (node := read_file(path, part, reading)) is not None:
            nodes.append(node)
    outside = {name: each for name, each in known.items() if not name.startswith(f"{reading.prefix.namespace}.")}
    return finished(nodes, tags, rest, reading, findings, outside, vocabulary)


def parsed(entry: Entry, findings: Findings) -> Document | None:
    """A file's mapping; None, with problems, where it is none."""
    try:
        document = read_yaml(entry.source, OldReader)
    except DefinitionError as error:
        findings.problems += error.problems
        return None
    check_words(document, findings)
    if document.data is None and entry.path.name == PROJECT:
        return Document(document.source, {}, document.places)
    if not isinstance(document.data, dict):
        help = "write names and values, as in 'name: value'"
        findings.error("wrong_type", "expected a mapping of names", document.span() or entry.source.span(0), help)
        return None
    return document


def read_file(path: PurePosixPath, part: Fields, reading: Reading) -> ReadNode | None:
    """The node of a file. In the older layouts its name and its type are those of the file: `eu/orders.source.yaml`."""
    stem, _, kind = path.stem.rpartition(".")
    if kind in KINDS and stem and "node_type" not in part.data:
        return read_node(part, reading, ".".join([*path.parent.parts, stem]), kind)
    node = read_node(part, reading)
    if node is not None and path.name != (wanted := file_name(node.name)):
        part.warn("file_name_differs", f"the file of '{node.name}' is {path.name}", "name", help=f"name it {wanted}")
    return node


def namespace_of(whole: Fields, given: str | None) -> str:
    """The namespace that is given, else the one that is written. Raises UsageError where there is none."""
    written = whole.text("namespace", "prefix")
    whole.taken.add("prefix")
    found = given or (written or "").removesuffix(".")
    if not found:
        whole.findings.finish()
        help = "name one with --namespace, or write namespace: in dj.yaml"
        raise UsageError(Problem("no_namespace", "the files name no namespace", help=help))
    if problems := list(wrong_name(found)):
        raise UsageError(*problems)
    return found


def read_tags(whole: Fields) -> tuple[Tag, ...]:
    """The tags that a deployment declares."""
    tags: dict[str, Tag] = {}
    for part in whole.each("tags"):
        name = part.text("name", required=True)
        if name == "":
            part.error("empty_name", "a tag has no name", "name", help="write its name")
        metadata = next(
            (part.mapping(key) for key in ("tag_metadata", "metadata", "custom_metadata") if key in part.data), None
        )
        tag = Tag(
            name or "",
            tag_type=part.text("tag_type") or "",
            display_name=part.text("display_name"),
            description=part.text("description"),
            metadata=metadata,
        )
        part.unknown()
        if name in tags:
            part.error("duplicate_tag", f"there are two tags named '{name}'", "name", help="remove one of them")
        if name:
            tags[name] = tag
    return tuple(tags.values())


def finished(
    nodes: Iterable[ReadNode],
    tags: tuple[Tag, ...],
    rest: dict[str, Any],
    reading: Reading,
    findings: Findings,
    known: Known,
    vocabulary: Vocabulary,
) -> Deployment:
    """The nodes together: each name once, links closed, parents known, no cycle, units inferred."""
    read = unique(nodes)
    there = {**known, **{name: node.definition for name, node in read.items()}}
    definitions = {}
    for name, node in read.items():
        links = tuple(closed(name, link, there) for link in node.links)
        linked = replace(node.definition, links=links)
        definitions[name] = replace(linked, parents=parents_of(linked, there))
    check_references(read, definitions, there, reading.prefix.namespace)
    order = checked_order(read, {**known, **definitions})
    findings.finish()
    inferred = with_inferred(definitions, order, known, vocabulary, {name: node.part for name, node in read.items()})
    findings.finish()
    wrong = found_faults(read, inferred, known)
    warn_of_meanings(read, inferred, {**known, **inferred}, reading.dialect)
    return Deployment(reading.prefix.namespace, inferred, tags, tuple(findings.warnings), rest, wrong)


def found_faults(read: Mapping[str, ReadNode], definitions: Known, known: Known) -> dict[str, tuple[Problem, ...]]:
    """Why nodes cannot be computed, with a warning each. Of what is read of nodes that are not known here, nothing."""
    from gnomon.catalog.faults import KEYS, faults, nothing, overlaid

    nodes = overlaid(nothing, {**known, **definitions})
    found = {name: wrong for name in definitions if (wrong := faults(nodes, name))}
    found = {name: wrong for name, wrong in found.items() if all(each.code != "unknown_node" for each in wrong)}
    for name, wrong in found.items():
        for fault in wrong:
            keys = [key for key in (*KEYS.get(fault.code, ()), "query", "metrics") if read[name].part.data.get(key)]
            if fault.code != "sql_not_read" or not follows(definitions[name]):  # else it has been said, with its line
                read[name].part.warn(fault.code, fault.message, *keys[:1], help=fault.help)
    return found


def warn_of_meanings(read: Mapping[str, ReadNode], definitions: Known, there: Known, dialect: str) -> None:
    """Warn of what may mean something else on the engine that is to run the nodes' SQL."""
    from gnomon.catalog.files.meanings import not_kept

    for name, definition in definitions.items():
        for found in not_kept(definition, there, dialect):
            read[name].part.warn(found.code, f"'{name}': {found.message}", "query", help=found.help)


def unique(nodes: Iterable[ReadNode]) -> dict[str, ReadNode]:
    """Nodes by name; one that is there twice is a problem, as nothing says which of them holds."""
    found: dict[str, ReadNode] = {}
    for node in nodes:
        if node.name in found:
            first = found[node.name].part
            note = (
                f"first at {first.document.key('name') or '.'.join(map(str, first.path)) or first.document.source.path}"
            )
            message = f"there are two nodes named '{node.name}'"
            node.part.error("duplicate_node", message, "name", help="remove one of them", notes=[note])
        else:
            found[node.name] = node
    return found


def check_references(read: Mapping[str, ReadNode], definitions: Known, there: Known, namespace: str) -> None:
    """Warn of names of the namespace itself that none of its nodes has."""
    for name, definition in definitions.items():
        key = "query" if definition.query is not None else "metrics" if definition.cube is not None else "parents"
        named = [(parent, key) for parent in definition.parents]
        named += [(link.dimension, "dimension_links") for link in definition.links]
        for other, at in dict.fromkeys(named):
            if other.startswith(f"{namespace}.") and other not in there:
                read[name].part.warn("missing_node", f"'{name}' reads '{other}', which there is not", at)


def checked_order(read: Mapping[str, ReadNode], there: Known) -> list[str]:
    """Names, each after what it reads; a cycle is a problem, and then there is none."""
    try:
        return ordered(there)
    except CycleError as error:
        cycle = cycle_of(error)
        first = next((name for name in cycle if name in read), None)
        if first is None:  # a circle elsewhere in the catalog is not these nodes' fault
            return checked_order(read, {name: there[name] for name in read})
        message = f"nodes read each other in a circle: {' reads '.join(cycle)}"
        read[first].part.error("node_cycle", message, "query", help="one of them has to read something else")
        return []

"""A project's own units beside DataJunction's files: the units.yaml that stands next to dj.yaml.

A node may be called `units`, and then units.yaml is its file: one that has a name is a node's.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from gnomon.catalog.files.deployment import Deployment
from gnomon.catalog.files.entries import Entry, folder_entries, zip_entries
from gnomon.catalog.files.graph import DIALECT
from gnomon.catalog.files.read import Known, from_entries, parsed
from gnomon.load.document import Document
from gnomon.load.findings import Findings
from gnomon.load.units import FILE, exact, report
from gnomon.units.own import extend
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import NOTHING_OWN, Own

OF_NODES = frozenset({"name", "node_type", "type"})
"""What a node's file says and units.yaml does not."""


def read_project(
    source: Path | bytes,
    namespace: str | None = None,
    *,
    known: Known | None = None,
    own: Own = NOTHING_OWN,
    dialect: str = DIALECT,
) -> tuple[Deployment, Own]:
    """The nodes of a folder, or of a ZIP's bytes, and the codes of own units that they may have.

    These are those of units.yaml and `own`, which nodes of the catalog have already. What is not known to mean the same
    in `dialect`, that of the engine which is to run the nodes' SQL, is warned of. Raises DefinitionError with all
    that is wrong, also in units.yaml, and UsageError as `read_folder` and `read_zip`.
    """
    findings = Findings(source if isinstance(source, Path) else Path())
    entries = folder_entries(source, findings) if isinstance(source, Path) else zip_entries(source, findings)
    units = next((each for each in entries if each.path == PurePosixPath(FILE)), None)
    document = vocabulary_in(units) if units is not None else None
    vocabulary = VOCABULARY if document is None else extended(document, findings)
    vocabulary = replace(vocabulary, own={**own, **vocabulary.own})
    nodes = [each for each in entries if each is not units or document is None]
    return from_entries(nodes, namespace, findings, known or {}, vocabulary, dialect), vocabulary.own


def vocabulary_in(units: Entry) -> Document | None:
    """The mapping of a units.yaml; None where it is a node's, or cannot be read, which reading nodes says."""
    document = parsed(units, Findings(Path()))
    return None if document is None or OF_NODES & set(document.data) else document


def extended(document: Document, findings: Findings) -> Vocabulary:
    """The built-in units with a project's own; wrong ones are left out, with a problem each."""
    vocabulary, errors = extend(VOCABULARY, exact(document))
    for error in errors:
        report(error, document, findings)
    return vocabulary

"""The shapes of our own answers, for the OpenAPI document; a test holds the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]


@dataclass
class Line:
    """A node in a listing. `is_whole` unless it reads a node that is not there."""

    name: str
    kind: str
    version: str
    mode: str
    at: datetime
    display_name: str | None
    description: str | None
    tags: list[str]
    is_whole: bool


@dataclass
class Page:
    """A page of nodes. The next begins after `next`, which is null on the last."""

    nodes: list[Line]
    next: str | None


@dataclass
class ColumnV1:
    """A column; unset parts are left out, but for `unit`."""

    name: str
    unit: Json | None
    type: str | None = None
    unit_ext: Json | None = None
    unit_by: Json | None = None
    unit_text: str | None = None
    display_name: str | None = None
    description: str | None = None
    attributes: list[str] | None = None
    partition: Json | None = None
    lineage: list[str] | None = None


@dataclass
class NodeV1:
    """A node at one revision; `definition` is what it says, with its columns apart."""

    name: str
    kind: str
    version: str
    at: datetime
    by: str | None
    is_active: bool
    definition: Json
    columns: list[ColumnV1]


@dataclass
class RevisionV1:
    """A revision of a node."""

    version: str
    at: datetime
    by: str | None
    columns: list[ColumnV1]


@dataclass
class UnitV1:
    """The unit of a column."""

    name: str
    unit: Json | None
    unit_ext: Json | None = None
    unit_by: Json | None = None


@dataclass
class Graph:
    """The nodes that a node reads, and those that read it, at any distance; `units` has the columns of each."""

    upstream: list[str]
    downstream: list[str]
    units: dict[str, list[UnitV1]]


@dataclass
class ChangeV1:
    """What became, or would become, of a node."""

    name: str
    action: str
    before: str | None
    after: str | None
    level: str
    fields: list[str]


@dataclass
class Finding:
    """A warning."""

    code: str
    severity: str
    message: str
    help: str | None = None


@dataclass
class Pushed:
    """What a push did, or with a dry run would do."""

    namespace: str
    written: bool
    changes: list[ChangeV1]
    findings: list[Finding]


@dataclass
class Health:
    """That the catalog answers, and whether anybody may write to it."""

    status: Literal["ok"]
    version: str
    writable: bool


@dataclass
class ProblemV1:
    """What goes wrong (RFC 9457). `code` is that of docs/reference/errors.md."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    problems: list[Json]

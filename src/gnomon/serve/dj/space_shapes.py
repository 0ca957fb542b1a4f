"""The shapes of namespaces, and of what is listed in them: lines about nodes, tags, the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import StrictBool

from gnomon.serve.dj.shapes import Json, Name, NodeKind, Status


@dataclass
class Namespace:
    """A namespace, and how many active nodes stand in it itself."""

    namespace: str
    num_nodes: int
    github_repo_path: str | None
    git_branch: str | None


@dataclass
class GitConfig:
    """What a client says of its checkout. It is answered and not kept."""

    github_repo_path: str | None = None
    git_branch: str | None = None
    git_path: str | None = None
    default_branch: str | None = None
    parent_namespace: str | None = None
    git_only: StrictBool | None = None


@dataclass
class NodeLine:
    """A node in a listing."""

    name: str
    display_name: str
    description: str
    version: str
    type: NodeKind
    status: Status
    mode: str
    updated_at: datetime
    tags: list[Name]
    edited_by: list[str]


@dataclass
class TagOut:
    """A tag."""

    name: str
    tag_type: str
    display_name: str
    description: str | None
    tag_metadata: Json
    owned_by_namespace: str | None


@dataclass
class EventOut:
    """A line of the history."""

    id: int
    entity_type: str
    entity_name: str
    node: str
    activity_type: str
    user: str | None
    pre: Json
    post: Json
    details: Json
    created_at: datetime

"""The shapes of deployments, for the OpenAPI document; a test holds the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gnomon.serve.dj.shapes import ErrorOut, Json, NodeKind, Status


@dataclass
class ResultOut:
    """What became of one node or tag."""

    name: str
    deploy_type: Literal["node", "tag"]
    status: Literal["success", "skipped", "invalid"]
    operation: Literal["create", "update", "delete", "noop"]
    message: str
    changed_fields: list[str]
    change_tier: Literal["none", "minor", "major"] | None
    semantic_fingerprint: None


@dataclass
class ImpactOut:
    """A node that reads one which is changed or gone."""

    name: str
    node_type: NodeKind
    current_status: Status
    predicted_status: Status
    impact_type: Literal["will_invalidate", "may_affect"]
    impact_reason: str
    depth: int
    caused_by: list[str]
    is_external: bool
    owners: list[str]
    semantic_fingerprint: None


@dataclass
class DeploymentOut:
    """A deployment that was made or, with a dry run, would be."""

    uuid: str
    namespace: str
    status: Literal["success"]
    results: list[ResultOut]
    check_results: list[Json]
    warnings: list[ErrorOut]
    downstream_impacts: list[ImpactOut]
    created_at: datetime
    created_by: str | None
    source: Json | None

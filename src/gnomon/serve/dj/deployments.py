"""Deployments: a namespace made what a call says it is, or told what would happen. The answer comes when it is done."""

from __future__ import annotations

import uuid
from collections.abc import Container, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header
from starlette.responses import Response

from gnomon.catalog.deploy import Deployed, TagChange, deploy
from gnomon.catalog.files import Deployment
from gnomon.catalog.reach import Below, downstream
from gnomon.catalog.summaries import Summary, active_among, summaries
from gnomon.catalog.values import Change
from gnomon.serve.access import Reader, Writer
from gnomon.serve.dj.deployment_shapes import DeploymentOut
from gnomon.serve.dj.sent_shapes import DeploymentIn, described_as
from gnomon.serve.refusals import message_json, refused, sentence
from gnomon.serve.replies import json_reply
from gnomon.serve.specs import read_deployment
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["deployments"], route_class=StrictRoute)

Spec = Annotated[
    dict[str, Any],
    described_as(DeploymentIn),
    Body(description="A namespace, its nodes and tags, as DataJunction's files have them"),
]

OPERATIONS = {"create": "create", "restore": "create", "update": "update", "deactivate": "delete", "none": "noop"}
"""What DataJunction calls a change. It has no word for a node that comes back."""
TIERS = {"major": "major", "minor": "minor", "patch": "minor", "none": "none"}
"""How much a change matters, in its words: versions have two numbers there."""


@router.post("/deployments", response_model=DeploymentOut, summary="Deploy a namespace")
def make_deployment(state: StateOf, by: Writer, body: Spec) -> Response:
    """Let a namespace hold these nodes and no others. All of it is written, or nothing.

    Nodes that are left out are taken out of the listings and not lost. What stays the same gets no revision.
    """
    return answered(state, body, by.name, dry_run=False)


@router.post("/deployments/impact", response_model=DeploymentOut, summary="What a deployment would do")
def get_impact(state: StateOf, by: Writer, body: Spec, prefer: Annotated[str | None, Header()] = None) -> Response:
    """What a deployment would do, and to which nodes beyond it. Nothing is written.

    `Prefer: respond-async` has to be sent, as to DataJunction's server; the answer is whole all the same.
    """
    if "respond-async" not in (prefer or ""):
        raise refused("prefer_async", "This endpoint is asynchronous only", "send the header Prefer: respond-async")
    return answered(state, body, by.name, dry_run=True)


@router.get("/deployments/{number}", response_model=DeploymentOut, summary="A deployment's outcome")
def get_deployment(state: StateOf, _: Reader, number: str) -> Response:
    """The outcome of one of the latest deployments, as it was answered when it was made."""
    return json_reply(state.outcomes.get(number))


def answered(state: State, body: Mapping[str, Any], by: str, *, dry_run: bool) -> Response:
    """Read a deployment, make it, and say what became of it."""
    read = read_deployment(state.store, body, state.dialect)
    done = deploy(
        state.store,
        read.namespace,
        dict(read.definitions),
        read.tags,
        by=by,
        dry_run=dry_run,
        allow_empty=body.get("allow_empty") is True,
    )
    outcome = outcome_of(state, read, done, by, body.get("source"))
    state.outcomes.put(outcome["uuid"], outcome)
    return json_reply(outcome)


def outcome_of(state: State, read: Deployment, done: Deployed, by: str, source: Any) -> dict[str, Any]:
    """A deployment as it is answered."""
    return {
        "uuid": str(uuid.uuid4()),
        "namespace": read.namespace,
        "status": "success",
        "results": [*map(tag_result, done.tags), *node_results(state, read, done.nodes)],
        "check_results": [],
        "warnings": message_json(read.findings)["errors"],
        "downstream_impacts": impacts(state, read.namespace, done.nodes),
        "created_at": state.store.clock(),
        "created_by": by,
        "source": source if isinstance(source, dict) else None,
    }


def tag_result(change: TagChange) -> dict[str, Any]:
    """What became of a tag."""
    return result(change.name, "tag", OPERATIONS[change.action])


def node_results(state: State, read: Deployment, changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """What became of the nodes. Those whose SQL cannot be read, or reads what is not there, are kept and `invalid`."""
    parents = {parent for definition in read.definitions.values() for parent in definition.parents}
    there = active_among(state.engine, parents) | set(read.definitions)
    results = []
    for change in changes:
        why = what_lacks(read, change.name, there) if change.name in read.definitions else None
        results.append(node_result(change) | ({"status": "invalid", "message": why} if why else {}))
    return results


def what_lacks(read: Deployment, name: str, there: Container[str]) -> str | None:
    """Why a node cannot be computed; None where nothing speaks against it."""
    missing = [parent for parent in read.definitions[name].parents if parent not in there]
    if missing:
        return f"it reads {missing[0]}, which does not exist"
    found = read.faults.get(name)
    return sentence(found[0]) if found else None


def node_result(change: Change) -> dict[str, Any]:
    """What became of a node, with its versions in the message."""
    versions = f"{change.before} -> {change.after}" if change.before != change.after and change.before else ""
    words = {"create": f"{change.after}", "restore": f"restored, {change.after}", "update": versions}
    said = {"message": words.get(change.action, ""), "changed_fields": list(change.fields)}
    return result(change.name, "node", OPERATIONS[change.action]) | said | {"change_tier": TIERS[change.level]}


def result(name: str, kind: str, operation: str) -> dict[str, Any]:
    """One line of the results."""
    return {
        "name": name,
        "deploy_type": kind,
        "status": "skipped" if operation == "noop" else "success",
        "operation": operation,
        "message": "",
        "changed_fields": [],
        "change_tier": None,
        "semantic_fingerprint": None,
    }


def impacts(state: State, namespace: str, changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """The nodes that read one which is gone, or is another than it was, and are not changed themselves."""
    gone = {change.name for change in changes if change.action == "deactivate"}
    broken = {change.name for change in changes if change.level == "major"} | gone
    inside = f"{namespace}."
    touched = {change.name for change in changes if change.action != "none" and change.name.startswith(inside)}
    found = {each.name: each for each in downstream(state.engine, sorted(broken)) if each.name not in touched}
    lines = {each.name: each for each in summaries(state.engine, named=sorted(found))}
    return [impact(each, lines[name], gone, namespace) for name, each in found.items() if name in lines]


def impact(each: Below, line: Summary, gone: set[str], namespace: str) -> dict[str, Any]:
    """What a deployment means for one node beyond it."""
    is_lost = bool(gone & set(each.parents))
    status = "valid" if line.is_whole else "invalid"
    return {
        "name": each.name,
        "node_type": line.kind,
        "current_status": status,
        "predicted_status": "invalid" if is_lost else status,
        "impact_type": "will_invalidate" if is_lost else "may_affect",
        "impact_reason": "it reads a node that is taken out" if is_lost else "a node that it depends on changes",
        "depth": each.depth,
        "caused_by": list(each.causes),
        "is_external": not each.name.startswith(f"{namespace}."),
        "owners": [],
        "semantic_fingerprint": None,
    }

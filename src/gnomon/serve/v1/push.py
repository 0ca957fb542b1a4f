"""A push: a namespace made what a call says it is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from gnomon.catalog.deploy import deploy
from gnomon.catalog.values import Change
from gnomon.serve.access import Writer
from gnomon.serve.dj.sent_shapes import DeploymentIn, described_as
from gnomon.serve.refusals import found_json
from gnomon.serve.replies import json_reply
from gnomon.serve.specs import read_deployment
from gnomon.serve.state import StateOf
from gnomon.serve.strict import StrictRoute
from gnomon.serve.v1.shapes import Pushed

router = APIRouter(tags=["v1"], route_class=StrictRoute)

Spec = Annotated[
    dict[str, Any],
    described_as(DeploymentIn),
    Body(description="A namespace, its nodes and tags, as DataJunction's files have them"),
]


@router.post("/push", response_model=Pushed, summary="Push a namespace")
def push(
    state: StateOf,
    by: Writer,
    body: Spec,
    dry_run: Annotated[bool, Query(description="Say what would happen and write nothing")] = False,
) -> Response:
    """Let a namespace hold these nodes and no others. All of it is written, or nothing."""
    read = read_deployment(state.store, body, state.dialect)
    definitions, may_be_empty = dict(read.definitions), body.get("allow_empty") is True
    done = deploy(
        *(state.store, read.namespace, definitions, read.tags),
        by=by.name,
        dry_run=dry_run,
        allow_empty=may_be_empty,
    )
    return json_reply(
        {
            "namespace": read.namespace,
            "written": not dry_run,
            "changes": [change_json(change) for change in done.nodes],
            "findings": [found_json(finding) for finding in read.findings],
        }
    )


def change_json(change: Change) -> dict[str, Any]:
    """What became, or would become, of a node."""
    return {
        "name": change.name,
        "action": change.action,
        "before": str(change.before) if change.before else None,
        "after": str(change.after) if change.after else None,
        "level": change.level,
        "fields": list(change.fields),
    }

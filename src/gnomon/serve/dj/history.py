"""What happened to nodes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gnomon.serve.access import Reader
from gnomon.serve.answers import event_json
from gnomon.serve.dj.space_shapes import EventOut
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute

router = APIRouter(tags=["history"], route_class=StrictRoute)

Offset = Annotated[int, Query(ge=0, le=2**31)]
Limit = Annotated[int, Query(ge=0, le=1_000)]


@router.get("/history", response_model=list[EventOut], summary="A node's history")
def list_history(state: StateOf, _: Reader, node: str, offset: Offset = 0, limit: Limit = 100) -> Response:
    """What happened to a node, the latest first."""
    return events(state, node, offset, limit)


@router.get("/history/{entity_type}/{entity_name}", response_model=list[EventOut], summary="A node's history")
def list_entity_history(
    state: StateOf,
    _: Reader,
    entity_type: Annotated[Literal["node"], Path()],
    entity_name: str,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """What happened to a node, the latest first. Only nodes have a history."""
    return events(state, entity_name, offset, limit)


def events(state: State, name: str, offset: int, limit: int) -> Response:
    """A page of a node's history, also of one that was taken out."""
    state.node(name, inactive=True)
    found = [event_json(number, event) for number, event in enumerate(state.store.history(name), 1)]
    return json_reply(found[::-1][offset : offset + limit])

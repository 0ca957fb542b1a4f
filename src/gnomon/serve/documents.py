"""The OpenAPI document, and a page of it that needs nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, Response

from gnomon.serve.dj.sent_shapes import sent_schemas
from gnomon.serve.page import METHODS, page_of
from gnomon.serve.refusals import PROBLEM_JSON, is_ours
from gnomon.serve.replies import json_reply

documents = APIRouter()

ABOUT = """The nodes of a Gnomon catalog, with the unit of each column.

Calls under `/v1` are Gnomon's own, and refuse with `application/problem+json`. All others are those of DataJunction's
published clients, and refuse in its shape. Every path can be called with a slash at its end as well. There is no
GraphQL.

A catalog without accounts is read, on its own machine. With accounts, every call takes a token: in the cookie of
`POST /basic/login`, or in `Authorization: Bearer`.
"""
REFUSALS = ("4XX", "5XX")


@documents.get("/openapi.json", include_in_schema=False)
def get_document(request: Request) -> Response:
    """The OpenAPI document."""
    return json_reply(request.app.openapi())


@documents.get("/docs", include_in_schema=False)
def get_page(request: Request) -> Response:
    """The OpenAPI document as a page."""
    return HTMLResponse(page_of(request.app.openapi()))


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application; it is made once."""
    if app.openapi_schema is None:
        made = get_openapi(title="Gnomon catalog", version=version("gnomon"), description=ABOUT, routes=app.routes)
        for unused in ("HTTPValidationError", "ValidationError"):
            made["components"]["schemas"].pop(unused, None)
        made["components"]["schemas"] |= dict(sent_schemas())
        for path, operation in operations(made):
            complete(path, operation)
        app.openapi_schema = made
    return app.openapi_schema


def operations(made: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of a document, with its path."""
    for path, item in made["paths"].items():
        yield from ((path, item[method]) for method in METHODS if method in item)


def complete(path: str, operation: dict[str, Any]) -> None:
    """Say of an operation how it refuses, and show a call and an answer of it."""
    operation["responses"].pop("422", None)
    for status in REFUSALS:
        operation["responses"][status] = {"description": "Refused", "content": refusal(path)}
    shown = examples().get(operation["operationId"], {})
    bodies = operation.get("requestBody", {}).get("content", {})
    if "request" in shown and "application/json" in bodies:
        bodies["application/json"]["example"] = shown["request"]
    for status, reply in operation["responses"].items():
        content = reply.get("content", {}).get("application/json", {})
        if "answer" in shown and status.startswith("2") and content:
            content["example"] = shown["answer"]


def refusal(path: str) -> dict[str, Any]:
    """The forms in which a path refuses."""
    if is_ours(path):
        return {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemV1"}}}
    misfit = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "array"}}}
    return {"application/json": {"schema": {"anyOf": [{"$ref": "#/components/schemas/ErrorsOut"}, misfit]}}}


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """A call and its answer for each operation, as a test has recorded them."""
    found: dict[str, dict[str, Any]] = json.loads((files("gnomon.serve") / "examples.json").read_text("utf-8"))
    return found

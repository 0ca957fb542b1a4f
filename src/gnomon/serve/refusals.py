"""What goes wrong, as HTTP says it: a status by the problem's code, and a body in the form that the client knows.

/v1 and all of ours       application/problem+json (RFC 9457), with the slug `code` of docs/reference/errors.md
DataJunction's routes     {"message", "errors", "warnings"}, or {"detail"} where a call does not fit its description;
                          its clients want the content type to be `application/json` and nothing after it
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gnomon.errors import GnomonError, Problem, RunError, UsageError
from gnomon.serve.replies import json_reply

LOG = logging.getLogger(__name__)

STATUS: Mapping[str, int] = {
    "unknown_node": 404,
    "unknown_namespace": 404,
    "unknown_tag_name": 404,
    "unknown_deployment": 404,
    "unknown_account": 404,
    "unknown_version": 404,
    "not_authenticated": 403,
    "not_allowed": 403,
    "no_accounts": 403,
    "not_local": 403,
    "wrong_token": 401,
    "wrong_login": 401,
    "node_exists": 409,
    "namespace_exists": 409,
    "namespace_not_empty": 409,
    "tag_exists": 409,
    "account_exists": 409,
    "catalog_changed": 409,
    "body_too_large": 413,
    "prefer_async": 426,
    "catalog_busy": 503,
    "catalog_unreachable": 503,
    "catalog_behind": 503,
    "catalog_newer": 503,
    "no_database": 503,
    "database_locked": 503,
}
"""The status of each code; of others 422 for a wrong call and 500 for what stopped half-way."""

HTTP_CODES: Mapping[int, str] = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
"""The code of what no route answers, by its status."""

DJ_CODES: Mapping[str, str] = {
    "unknown_node": "UNKNOWN_NODE",
    "unknown_tag": "TAG_NOT_FOUND",
    "unknown_tag_name": "TAG_NOT_FOUND",
    "unknown_namespace": "INVALID_NAMESPACE",
    "not_authenticated": "AUTHENTICATION_ERROR",
    "wrong_token": "AUTHENTICATION_ERROR",
    "wrong_login": "INVALID_LOGIN_CREDENTIALS",
    "not_allowed": "UNAUTHORIZED_ACCESS",
    "no_accounts": "UNAUTHORIZED_ACCESS",
    "node_exists": "ALREADY_EXISTS",
    "namespace_exists": "ALREADY_EXISTS",
    "tag_exists": "ALREADY_EXISTS",
}
"""What DataJunction calls an error; of others it says UNKNOWN_ERROR."""

BESIDE: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
"""The headers that a status brings."""
NO_NODE = re.compile("there is no node named '([^']*)'")
PROBLEM_JSON = "application/problem+json"
OURS = ("/v1", "/health", "/docs", "/openapi.json")


def is_ours(path: str) -> bool:
    """Whether a path is none of DataJunction's.

    >>> is_ours("/v1/nodes"), is_ours("/nodes"), is_ours("/v1x")
    (True, False, False)
    """
    return any(path == each or path.startswith(f"{each}/") for each in OURS)


def refused(code: str, message: str, help: str | None = None) -> UsageError:
    """A call that cannot be answered, as an error to raise."""
    return UsageError(Problem(code, message, help=help))


def status_of(error: GnomonError) -> int:
    """The status that an error is answered with: that of its first problem."""
    code = error.problems[0].code if error.problems else ""
    return STATUS.get(code, 500 if isinstance(error, RunError) else 422)


def add_refusals(app: FastAPI) -> None:
    """Let an application answer every error in one of the two forms."""

    async def on_known(request: Request, error: Exception) -> Response:
        assert isinstance(error, GnomonError)
        return answer(request, status_of(error), error.problems)

    async def on_misfit(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return misfit(request, error.errors())

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        message, help = said(request, status) or (str(error.detail), None)
        found = Problem(HTTP_CODES.get(status, "wrong_call"), message, help=help)
        taken = methods_at(app, request.url.path) if status == 405 else []
        return answer(request, status, [found], {"Allow": ", ".join(taken)} if taken else error.headers)

    async def on_mistake(request: Request, error: Exception) -> Response:
        LOG.error("%s %s", request.method, request.url.path, exc_info=error)
        message = "the server made a mistake, which its log describes"
        return answer(request, 500, [Problem("server_mistake", message)])

    app.add_exception_handler(GnomonError, on_known)
    app.add_exception_handler(RequestValidationError, on_misfit)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_mistake)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """The methods that are taken at a path, by whichever route; none of a path that the document does not have."""
    described = app.openapi()["paths"].items()
    fitting = (item for template, item in described if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path))
    return sorted({method.upper() for item in fitting for method in item})


def said(request: Request, status: int) -> tuple[str, str | None] | None:
    """What is to be said where no route fits, and what to do."""
    path = request.url.path
    if status == 404 and request.method == "GET" and re.fullmatch("/data(/[^/]+)?", path):
        return "this server has no warehouse", "start it with gnomon serve --warehouse FILE"
    words = {404: f"there is nothing at {path}", 405: f"{path} does not take {request.method}"}
    return (words[status], None) if status in words else None


def answer(
    request: Request, status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None
) -> Response:
    """Problems in the form of the route that was called."""
    more = dict(headers or {}) | dict(BESIDE.get(status, {}))
    if is_ours(request.url.path):
        return json_reply(problem_json(status, problems), status, more, PROBLEM_JSON)
    reply = json_reply(message_json(list(map(as_theirs, problems))), status, more)
    if any(problem.code == "wrong_token" for problem in problems):  # a wrong password ends no session
        for cookie in ("__dj", "__djlif"):
            reply.delete_cookie(cookie)
    return reply


def as_theirs(problem: Problem) -> Problem:
    """A problem in the words by which DataJunction's clients know it: that a node is not there.

    >>> as_theirs(Problem("unknown_node", "there is no node named 'shop.x'")).message
    'A node with name `shop.x` does not exist.'
    """
    found = NO_NODE.fullmatch(problem.message) if problem.code == "unknown_node" else None
    return problem if found is None else replace(problem, message=f"A node with name `{found[1]}` does not exist.")


def misfit(request: Request, errors: Sequence[Mapping[str, Any]]) -> Response:
    """A call that does not fit its description: where, and what is wrong there."""
    found = [{key: plain(error.get(key)) for key in ("type", "loc", "msg", "input")} for error in map(reasoned, errors)]
    if not is_ours(request.url.path):
        return json_reply({"detail": found}, 422)
    problems = [
        Problem("wrong_call", f"{'.'.join(str(step) for step in each['loc'])}: {each['msg']}") for each in found
    ]
    return json_reply(problem_json(422, problems), 422, {}, PROBLEM_JSON)


def reasoned(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is wrong at a place of a call; of JSON that is none, also why."""
    why = error.get("ctx", {}).get("error") if error.get("type") == "json_invalid" else None
    return {**error, "msg": f"{error['msg']}: {why}"} if why else error


def plain(value: Any) -> Any:
    """A value as JSON takes it; what it has no words for as text, shortened."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        return value if len(value) <= 200 else f"{value[:200]}..."
    if isinstance(value, list | tuple):
        return [plain(each) for each in value[:20]]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in list(value.items())[:20]}
    return value if value is None or isinstance(value, bool | int) else str(value)


def problem_json(status: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """Problems as RFC 9457 has them; the first one gives its name to all."""
    first = problems[0] if problems else Problem("server_mistake", "something went wrong")
    return {
        "type": f"urn:gnomon:problem:{first.code}",
        "title": first.code.replace("_", " "),
        "status": status,
        "detail": sentence(first),
        "code": first.code,
        "problems": [found_json(problem) for problem in problems],
    }


def found_json(problem: Problem) -> dict[str, Any]:
    """One finding as JSON; what it does not say is left out."""
    found = {"code": problem.code, "severity": problem.severity, "message": problem.message, "help": problem.help}
    place = {"notes": list(problem.notes) or None, "place": str(problem.span) if problem.span else None}
    return {key: value for key, value in (found | place).items() if value is not None}


def message_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Problems as DataJunction's clients read them. Our own code stands in each error's context."""
    errors = [
        {
            "code": DJ_CODES.get(problem.code, "UNKNOWN_ERROR"),
            "message": sentence(problem),
            "debug": None,
            "context": problem.code,
        }
        for problem in problems
    ]
    return {"message": "; ".join(sentence(problem) for problem in problems), "errors": errors, "warnings": []}


def sentence(problem: Problem) -> str:
    """A problem in one line: what is wrong, where, and what to type."""
    place = f" at {problem.span}" if problem.span is not None else ""
    return f"{problem.message}{place}" + (f" ({problem.help})" if problem.help else "")

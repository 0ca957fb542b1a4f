"""The forms in which calls are refused, as clients read them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

ERRORS = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
CODES = frozenset(re.findall(r"^### (\w+)$", ERRORS.read_text(), re.MULTILINE))
"""Every code that the reference explains."""
OURS = ("/v1", "/health", "/docs", "/openapi.json")


def sound(reply: httpx.Response) -> None:
    """An answer, or a refusal in its form; never a mistake of the server."""
    sent = reply.request
    shown = f"{sent.method} {str(sent.url)[:300]}: {reply.status_code} {reply.text[:1000]}"
    assert reply.status_code < 500, shown
    if reply.status_code >= 400:
        wrong = misformed(sent.url.path, reply.status_code, reply.headers["content-type"], reply.json())
        assert wrong is None, f"{wrong}: {shown}"


def misformed(path: str, status: int, kind: str, said: object) -> str | None:
    """What is wrong with the form of a refusal; None where it is as its clients read it."""
    if not isinstance(said, dict):
        return "the body is no object"
    if any(path == each or path.startswith(f"{each}/") for each in OURS):
        found = said.get("problems") or [{}]
        codes = [said.get("code"), *(problem.get("code") for problem in found)]
        is_problem = kind == "application/problem+json" and said.get("status") == status
        return misnamed(codes) if is_problem and codes[0] == codes[1] else "it is no problem+json of this status"
    if kind != "application/json":
        return f"the content type is {kind}, which clients compare with application/json"
    if set(said) == {"detail"}:
        fits = status == 422 and all({"type", "loc", "msg"} <= set(each) for each in said["detail"])
        return None if fits and said["detail"] else "the detail says nothing"
    if set(said) != {"message", "errors", "warnings"} or not said["message"] or not said["errors"]:
        return f"its keys are {sorted(said)}"
    return misnamed([error["context"] for error in said["errors"]])


def misnamed(codes: list[object]) -> str | None:
    """What is wrong with some codes; None where the reference explains each."""
    unknown = [code for code in codes if code not in CODES]
    return f"docs/reference/errors.md does not explain {unknown}" if unknown else None

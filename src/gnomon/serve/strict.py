"""Calls as they have to be before a route reads them: JSON that is JSON, and text that a database keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from gnomon.catalog.files.fields import check_words
from gnomon.load.document import Document
from gnomon.load.findings import Findings
from gnomon.serve.refusals import refused
from gnomon.source import Source


def read_json(body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, each key once, no NaN. Raises JSONDecodeError.

    >>> read_json(b'{"a": 1}')
    {'a': 1}
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("the body is not UTF-8", "", error.start) from None

    def wrong(message: str) -> NoReturn:
        raise json.JSONDecodeError(message, text, 0)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            wrong(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands there twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=lambda word: wrong(f"{word} is no JSON"))
    except json.JSONDecodeError:
        raise
    except RecursionError:
        wrong("it nests too deep")
    except ValueError:
        wrong("a number has too many digits")


class StrictRequest(Request):
    """A call whose body is read by `read_json`."""

    async def json(self) -> Any:
        """The body as JSON; it is read once."""
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route to which no call comes with what cannot be kept.

    Refuses `value_not_kept` for null characters, halves of surrogate pairs and infinite numbers, and `yaml_too_deep`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a call."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            call = StrictRequest(request.scope, request.receive)
            check_url(call)
            if "json" in call.headers.get("content-type", "").lower() and await call.body():
                try:
                    body = await call.json()
                except json.JSONDecodeError:
                    body = None  # the route refuses it, if it reads it
                check_kept(body)
            return await handle(call)

        return strict


def check_url(call: Request) -> None:
    """Refuse a null character in a path or a parameter: a database that has none would fail at it."""
    if "\0" in call.scope["path"] or b"%00" in call.scope["query_string"]:
        raise refused("value_not_kept", "the call's address holds a null character, which no database keeps")


def check_kept(body: Any) -> None:
    """Refuse JSON with what no database keeps. Raises DefinitionError with all of it."""
    findings = Findings(Path())
    check_words(Document(Source("", ""), body, {}), findings)
    findings.finish()

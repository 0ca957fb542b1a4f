"""What is done to every call before it reaches a route."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gnomon.errors import Problem
from gnomon.serve.refusals import answer


class WithoutLastSlash:
    """Let every path be called with a slash at its end, as DataJunction's clients do, and without."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on with its path shortened."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path != "/" and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        await self.app(scope, receive, send)


class LimitedBodies:
    """Answer 413 to a call whose body is larger than what anybody has to send, before all of it is read."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; a length that is told is believed only where it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > self.largest:
            problem = Problem("body_too_large", f"the body is larger than {self.largest:,} bytes")
            await answer(Request(scope), 413, [problem])(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.largest:
                raise HTTPException(413, f"the body is larger than {self.largest:,} bytes")
            return message

        await self.app(scope, counted, send)

"""Answers as JSON, made without a second look: what they hold is described by the models, and tests compare the two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

JSON = "application/json"


def json_reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = JSON) -> Response:
    """An answer; instants are ISO texts in UTC, and the content type has no parameters."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=instant, allow_nan=False)
    return Response(body.encode("utf-8", "backslashreplace"), status, dict(headers or {}), kind)


def instant(value: Any) -> str:
    """An instant as text; TypeError for anything else."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")

"""The shapes of answers about accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Token:
    """A token for `Authorization: Bearer`."""

    token: str


@dataclass
class WhoAmI:
    """The account that asks; without accounts it has no name."""

    username: str | None
    name: str | None
    email: str | None
    oauth_provider: str
    is_admin: bool

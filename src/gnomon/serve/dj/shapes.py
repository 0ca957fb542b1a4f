"""Shapes that stand in many of DataJunction's answers, for the OpenAPI document; a test holds the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Status = Literal["valid", "invalid"]
NodeKind = Literal["source", "transform", "dimension", "metric", "cube"]


@dataclass
class Message:
    """Something was done."""

    message: str


@dataclass
class Name:
    """A node's name."""

    name: str


@dataclass
class Username:
    """An account's name."""

    username: str


@dataclass
class ErrorOut:
    """One error or warning. `context` is Gnomon's own code of it."""

    code: str
    message: str
    debug: Json | None
    context: str


@dataclass
class ErrorsOut:
    """What goes wrong, as DataJunction's clients read it."""

    message: str
    errors: list[ErrorOut]
    warnings: list[ErrorOut]

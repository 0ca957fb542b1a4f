"""What an export makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """JSON values to be written, and a sentence for each unit that is not in them. `text` is the document where its
    own form is neither JSON nor YAML."""

    data: Any
    unsaid: tuple[str, ...] = ()
    text: str | None = None

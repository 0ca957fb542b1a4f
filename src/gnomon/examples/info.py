"""What an example tells its caller once it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExampleInfo:
    """An example on disk.

    `counts` maps each loaded table to its rows. `start` and `end` are the first and last local day with data, both
    included. `show` is a metric, an entity type, one id and an interval that make a good first plot or query.
    """

    name: str
    root: Path
    database: Path
    counts: Mapping[str, int]
    start: date
    end: date
    show: tuple[str, str, str, str]
    resumed: bool = False

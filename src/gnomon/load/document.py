"""Plain data together with the place of each part, whatever language it was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gnomon.source import Source, Span

DataPath = tuple[str | int, ...]
"""Where a value is in a document: keys of mappings and indexes of lists."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is written, and its key where it has one."""

    value: Span
    key: Span | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Data read from a text. `places` holds the place of every value by its path; () is the whole."""

    source: Source
    data: Any
    places: Mapping[DataPath, Place] = field(repr=False)

    def span(self, *path: str | int) -> Span | None:
        """The place of the value at a path; above it, of the nearest value that is no mapping, or of its key."""
        place, exact = self.nearest(path)
        if place is None:
            return None
        return place.value if exact or place.key is None or self.is_scalar(place) else place.key

    def is_scalar(self, place: Place) -> bool:
        """Whether a place is that of a constant, which may be short for a mapping."""
        return not any(other.value.start > place.value.start and other.value.end <= place.value.end
                       for other in self.places.values()) and not self.text(place).startswith(("{", "["))  # fmt: skip

    def text(self, place: Place) -> str:
        return place.value.source.text[place.value.start : place.value.end]

    def key(self, *path: str | int) -> Span | None:
        """The place of the key at a path; of the value, or the nearest part above, where there is no key."""
        place, _ = self.nearest(path)
        return None if place is None else place.key or place.value

    def nearest(self, path: DataPath) -> tuple[Place | None, bool]:
        """The place at a path or at its longest prefix that has one, and whether it is the path's own."""
        for length in range(len(path), -1, -1):
            if (found := self.places.get(path[:length])) is not None:
                return found, length == len(path)
        return None, False

    def below(self, *path: str | int) -> Iterator[tuple[DataPath, Place]]:
        """The parts under a path, each by its path from there; the path itself is ()."""
        for own, place in self.places.items():
            if own[: len(path)] == path:
                yield own[len(path) :], place

    def part(self, *path: str | int) -> Document:
        """The value at a path as a document of its own."""
        data = self.data
        for step in path:
            data = data[step]
        return Document(self.source, data, dict(self.below(*path)))

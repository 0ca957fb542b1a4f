"""Semantic versions of definitions: how much of what others rely on has changed.

major   what stood there means something else or is gone: a unit, a type, a column, the SQL, a join
minor   something was added
patch   words about it
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Level = Literal["none", "patch", "minor", "major"]
WRITTEN = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")


class Version(NamedTuple):
    """A version, ordered as versions are."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def read(cls, text: str) -> Version:
        """The version that a text says; ValueError for anything else.

        >>> str(Version.read("v2.3")), Version.read("1.0.0")
        ('v2.3.0', Version(major=1, minor=0, patch=0))
        """
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"'{text}' is no version")
        return cls(*(int(part or 0) for part in found.groups()))

    def after(self, level: Level) -> Version:
        """The version that follows a change.

        >>> str(Version(1, 4, 2).after("minor"))
        'v1.5.0'
        """
        match level:
            case "major":
                return Version(self.major + 1, 0, 0)
            case "minor":
                return Version(self.major, self.minor + 1, 0)
            case "patch":
                return Version(self.major, self.minor, self.patch + 1)
            case "none":
                return self

    def step_from(self, before: Version) -> Level:
        """The largest part in which this version is another than an earlier one.

        >>> Version(2, 0, 0).step_from(Version(1, 4, 2))
        'major'
        """
        steps: tuple[Level, ...] = ("major", "minor", "patch")
        return next((step for step, new, old in zip(steps, self, before, strict=True) if new != old), "none")


FIRST = Version(1, 0, 0)

"""YAML as DataJunction's own reader takes it: with anchors, aliases, merge keys, and in free values `yes` for true.

Files that load there today have to load for ever. What an alias stands for is copied, up to a limit, so that no file
becomes a bomb. Written files have none of this.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.events import ScalarEvent

from gnomon.limits import limit
from gnomon.load.yaml import Reader, refused
from gnomon.source import Source, Span

FREE = frozenset({"custom_metadata", "tag_metadata", "metadata", "default_value", "materialization", "reaggregate"})
"""Fields whose values may be anything; elsewhere who writes `yes` may have meant text."""
BOOLEANS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


def boolean(word: str) -> bool | None:
    """What YAML 1.1 takes an unquoted word for, in the spellings that it knows; None for any other.

    >>> boolean("Yes"), boolean("OFF"), boolean("yEs"), boolean("y")
    (True, False, None, None)
    """
    is_spelled = word in (word.lower(), word.upper(), word.capitalize())
    return BOOLEANS.get(word.lower()) if is_spelled else None


@dataclass(slots=True)
class Opened:
    """What the text says of a mapping or list before it: its anchor, and the place of its merge key."""

    anchor: str | None = None
    merge: Span | None = None


class OldReader(Reader):
    """Keeps what has an anchor, and puts it where an alias names it. An alias's inner values have no place."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.opened: list[Opened] = []
        self.kept: dict[str, Any] = {}
        self.coming: str | None = None
        self.copied = 0

    def anchor(self, name: str, span: Span) -> None:
        self.coming = name

    def take_anchor(self) -> str | None:
        name, self.coming = self.coming, None
        return name

    def open(self, data: Any, span: Span) -> None:
        name = self.take_anchor()
        super().open(data, span)
        self.opened.append(Opened(name))

    def close(self, span: Span) -> None:
        opened, data = self.opened.pop(), self.stack[-1].data
        if opened.merge is not None:
            merged(data, opened.merge)
        super().close(span)
        if opened.anchor is not None:
            self.kept[opened.anchor] = data

    def scalar(self, event: ScalarEvent, span: Span) -> None:
        name = self.take_anchor()
        if name is not None:
            self.kept[name] = self.value(event, span)
        super().scalar(event, span)

    def merge(self, span: Span) -> None:
        self.opened[-1].merge = span

    def alias(self, name: str, span: Span) -> None:
        if name not in self.kept:
            raise refused("yaml_alias", span, f"no value above is named '&{name}'", "write the value out")
        frame = self.stack[-1] if self.stack else None
        if frame is None or (isinstance(frame.data, dict) and frame.key is None):
            raise refused("yaml_key", span, "a key is text", "an alias can only be a value")
        size, depth = extent(self.kept[name])
        self.copied += size
        if self.copied > limit("yaml_copied"):
            help = f"aliases may add {limit('yaml_copied'):,} values to a file"
            raise refused("yaml_alias", span, "the aliases make too much of this file", help)
        if len(self.stack) + depth > limit("yaml_depth"):
            raise refused("yaml_too_deep", span, "the values nest too deep", f"nest at most {limit('yaml_depth')} deep")
        self.put(deepcopy(self.kept[name]), span)

    def value(self, event: ScalarEvent, span: Span) -> Any:
        is_free = event.implicit[0] and not FREE.isdisjoint(self.next_path())
        found = boolean(event.value) if is_free else None
        return super().value(event, span) if found is None else found


def merged(data: dict[str, Any], span: Span) -> None:
    """Add what a mapping's merge key names; its own keys hold, and of several mappings the first."""
    named = data.pop("<<")
    for each in named if isinstance(named, list) else [named]:
        if not isinstance(each, dict):
            raise refused("yaml_merge", span, "only mappings can be merged", "write '<<: *name' of a mapping")
        for key, value in each.items():
            data.setdefault(key, value)


def extent(value: Any) -> tuple[int, int]:
    """How many values there are, with all that is inside, and how deep they nest.

    >>> extent({"a": [1, 2], "b": 3})
    (5, 2)
    """
    inner = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        return 1, 0
    parts = [extent(each) for each in inner]
    return 1 + sum(size for size, _ in parts), 1 + max((depth for _, depth in parts), default=0)

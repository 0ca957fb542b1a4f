"""YAML 1.2 with places: plain data, and for every key and value the stretch of text that says it.

Only what definitions need: one document of mappings, lists and scalars. Anchors, aliases, merge keys and tags are
refused, so no file can expand beyond its own size; duplicate keys are refused; dates stay text; only `true` and
`false` are booleans.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from gnomon.errors import DefinitionError, Problem
from gnomon.limits import limit
from gnomon.load.document import DataPath, Document, Place
from gnomon.source import Source, Span

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {"true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
BASED = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ADVICE = {"@": "put the value in quotes, as in '@daily'", "`": "put the value in quotes", "\t": "indent with blanks"}


@dataclass(slots=True)
class Frame:
    """A mapping or list that is being read."""

    data: Any
    path: DataPath
    start: int
    key: tuple[str, Span] | None = None
    seen: dict[str, Span] = field(default_factory=dict)


def read_yaml(source: Source, reader: Callable[[Source], Reader] | None = None) -> Document:
    """The data of a YAML text with the place of each part; DefinitionError for what it may not hold."""
    if len(source.text.encode()) > limit("yaml_bytes"):
        help = f"split it into several files of at most {limit('yaml_bytes'):,} bytes"
        raise DefinitionError(Problem("yaml_too_large", "the file is too large", source.span(0), help))
    try:
        return (reader or Reader)(source).read()
    except ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        raise refused("yaml_syntax", source.span(position), "the file holds a character that YAML forbids") from None
    except MarkedYAMLError as error:
        raise DefinitionError(syntax_problem(source, error)) from None
    except YAMLError as error:
        raise refused("yaml_syntax", source.span(0), str(error).splitlines()[0].lower()) from None


def syntax_problem(source: Source, error: MarkedYAMLError) -> Problem:
    """What the parser says, at the place it says."""
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, max(len(source.text) - 1, 0)) if mark is not None else 0
    message = (error.problem or "this is not YAML").splitlines()[0]
    if error.context:
        message = f"{message}, {error.context.splitlines()[0]}"
    help = ADVICE.get(source.text[index : index + 1]) if "cannot start" in message else None
    if "mapping values are not allowed" in message:
        help = "put text that holds ': ' in quotes, and indent the keys of one mapping alike"
    return Problem("yaml_syntax", message, source.span(index), help)


def refused(code: str, span: Span, message: str, help: str | None = None, *notes: str) -> DefinitionError:
    return DefinitionError(Problem(code, message, span, help, notes))


class Reader:
    """Builds data from parser events with a stack of its own, so that no input can exhaust Python's."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.places: dict[DataPath, Place] = {}
        self.stack: list[Frame] = []
        self.result: Any = None
        self.documents = 0

    def read(self) -> Document:
        for event in self.events():
            span = self.span(event)
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise refused("yaml_documents", span, "a file is one document", "remove the line '---'")
            elif isinstance(event, AliasEvent):
                self.alias(event.anchor, span)
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                self.plain(event, span)
                self.open({} if isinstance(event, MappingStartEvent) else [], span)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self.close(span)
            elif isinstance(event, ScalarEvent):
                self.plain(event, span)
                self.scalar(event, span)
        return Document(self.source, self.result, self.places)

    def events(self) -> Iterator[Any]:
        yield from YAML(typ="safe", pure=True).parse(self.source.text)

    def span(self, event: Any) -> Span:
        start = event.start_mark.index if event.start_mark is not None else 0
        end = event.end_mark.index if event.end_mark is not None else start
        while end > start and self.source.text[end - 1].isspace():
            end -= 1
        return self.source.span(start, max(end, start + 1))

    def anchor(self, name: str, span: Span) -> None:
        raise refused("yaml_alias", span, "anchors are not used here", f"remove '&{name}'")

    def alias(self, name: str, span: Span) -> None:
        raise refused("yaml_alias", span, "aliases are not used here", "write the value out")

    def merge(self, span: Span) -> None:
        raise refused("yaml_merge", span, "merge keys are not used here", "write the keys out")

    def plain(self, event: Any, span: Span) -> None:
        """Refuse a tag on a value, and what else it may not have."""
        if event.anchor is not None:
            self.anchor(event.anchor, span)
        if event.tag is not None:
            raise refused("yaml_tag", span, "tags are not used here", "write the value without '!'")

    def open(self, data: Any, span: Span) -> None:
        if len(self.stack) >= limit("yaml_depth"):
            help = f"nest at most {limit('yaml_depth')} deep"
            raise refused("yaml_too_deep", span, "the values nest too deep", help)
        if self.stack and isinstance(self.stack[-1].data, dict) and self.stack[-1].key is None:
            raise refused("yaml_key", span, "a key is text", "a mapping or a list can only be a value")
        self.stack.append(Frame(data, self.next_path(), span.start))

    def close(self, span: Span) -> None:
        frame = self.stack.pop()
        whole = self.source.span(frame.start, max(self.trimmed(span.start), frame.start + 1))
        if self.source.text[span.start : span.start + 1] in ("}", "]"):
            whole = self.source.span(frame.start, span.end)
        self.put(frame.data, whole)

    def trimmed(self, end: int) -> int:
        """The end of a block's last line of content, given where the parser saw that the block had ended."""
        while end > 0 and self.source.text[end - 1].isspace():
            end -= 1
        return end

    def scalar(self, event: ScalarEvent, span: Span) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is None or isinstance(frame.data, list) or frame.key is not None:
            self.put(self.value(event, span), span)
            return
        key = event.value
        if key == "<<" and event.implicit[0]:
            self.merge(span)
        if (first := frame.seen.get(key)) is not None:
            note = f"first at {first}"
            raise refused("yaml_duplicate_key", span, f"key '{key}' is here twice", "remove one of them", note)
        frame.seen[key] = span
        frame.key = (key, span)

    def next_path(self) -> DataPath:
        if not self.stack:
            return ()
        frame = self.stack[-1]
        return (*frame.path, frame.key[0] if frame.key is not None else len(frame.data))

    def put(self, value: Any, span: Span) -> None:
        path = self.next_path()
        if not self.stack:
            self.result = value
            self.places[path] = Place(span)
            return
        frame = self.stack[-1]
        if frame.key is not None:
            frame.data[frame.key[0]] = value
            self.places[path] = Place(span, frame.key[1])
            frame.key = None
        else:
            frame.data.append(value)
            self.places[path] = Place(span)

    def value(self, event: ScalarEvent, span: Span) -> Any:
        """A scalar by YAML 1.2's core rules; quoted ones are text."""
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in NULLS:
            return None
        if text in BOOLEANS:
            return BOOLEANS[text]
        if INTEGER.fullmatch(text):
            return int(text)
        if BASED.fullmatch(text):
            return int(text, 0)
        return float(text) if FLOAT.fullmatch(text) and len(text) < 300 else text

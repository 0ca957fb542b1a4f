"""The keys of one mapping, taken one by one. What is wrong is noted at its place; what nobody took is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from gnomon.catalog.files.yaml_read import FREE
from gnomon.errors import DefinitionError, Problem, did_you_mean
from gnomon.limits import limit
from gnomon.load.document import DataPath, Document
from gnomon.load.findings import Findings
from gnomon.load.wording import advice, kind_of

AMBIGUOUS = re.compile(r"[Oo]n|ON|[Oo]ff|OFF|[Yy]es|YES|[Nn]o|NO|True|TRUE|False|FALSE")
"""Words that are true or false to DataJunction, where whoever wrote them may have meant text."""
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Fields:
    """A mapping at a path of a document. A key that is absent or null gives None, or nothing in a tuple."""

    findings: Findings
    document: Document
    path: DataPath
    data: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    def raw(self, key: str) -> Any:
        """The value of a key, whatever it is."""
        self.taken.add(key)
        return self.data.get(key)

    def text(self, *keys: str, required: bool = False) -> str | None:
        """A text, under the first of some spellings of its key that is there."""
        for key in keys:
            value = self.raw(key)
            if isinstance(value, str):
                return value
            if value is not None:
                self.wrong_type(key, "text", value)
                return None
        if required:
            self.error("missing_field", f"field '{keys[0]}' is missing", help=f"add '{keys[0]}'")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(value for index, value in enumerate(self.items(key)) if self.is_text(value, key, index))

    def is_text(self, value: Any, *path: str | int) -> bool:
        if not isinstance(value, str):
            self.wrong_type(path, "text", value)
        return isinstance(value, str)

    def items(self, key: str) -> Sequence[Any]:
        """A list of whatever."""
        value = self.raw(key)
        if value is not None and not isinstance(value, list):
            self.wrong_type(key, "a list", value)
        return value if isinstance(value, list) else ()

    def integer(self, key: str) -> int | None:
        """A whole number."""
        value = self.raw(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None:
            self.wrong_type(key, "a whole number", value)
        return None

    def word(self, key: str, words: Sequence[str]) -> str | None:
        """One of some words, in any case."""
        value = self.text(key)
        if value is None or value.strip().lower() in words:
            return value and value.strip().lower()
        self.error("wrong_value", f"unknown {key} '{value}'", key, help=did_you_mean(value, words))
        return None

    def mapping(self, key: str) -> dict[str, Any] | None:
        """A mapping that is kept as it is."""
        value = self.raw(key)
        if value is None or isinstance(value, dict):
            return value
        self.wrong_type(key, "a mapping", value)
        return None

    def inner(self, key: str) -> Fields | None:
        """A mapping whose own keys are taken."""
        value = self.mapping(key)
        return None if value is None else self.below(value, key)

    def each(self, key: str) -> Iterator[Fields]:
        """The mappings of a list."""
        for index, value in enumerate(self.items(key)):
            if isinstance(value, dict):
                yield self.below(value, key, index)
            else:
                self.wrong_type((key, index), "a mapping", value)

    def below(self, value: Mapping[str, Any], *path: str | int) -> Fields:
        return Fields(self.findings, self.document, (*self.path, *path), value)

    def unknown(self, known: Sequence[str] = ()) -> dict[str, Any]:
        """The keys that nobody took, each with a warning; `known` are those to which a misspelling may be near."""
        rest = {key: value for key, value in self.data.items() if key not in self.taken}
        for key in rest:
            near = did_you_mean(key, {*self.taken, *known})
            hint = f"; {near}" if near.startswith("did") else ""
            span = self.document.key(*self.path, key)
            message = f"unknown field '{key}'{self.at((*self.path, key)) if span is None else ''}"
            self.findings.warn("unknown_field", message, span, f"it is kept, and nothing reads it{hint}")
        return rest

    # Findings

    def error(
        self, code: str, message: str, *path: str | int, help: str | None = None, notes: Sequence[str] = ()
    ) -> None:
        """Note what is wrong with the value at a path from here."""
        span = self.document.span(*self.path, *path) if path else self.document.key(*self.path)
        where = self.at((*self.path, *path)) if span is None else ""
        self.findings.error(code, f"{message}{where}", span, help, *notes)

    def warn(self, code: str, message: str, *path: str | int, help: str | None = None) -> None:
        """Note what somebody should know about the value at a path from here."""
        span = self.document.span(*self.path, *path) if path else self.document.key(*self.path)
        self.findings.warn(code, f"{message}{self.at((*self.path, *path)) if span is None else ''}", span, help)

    def wrong_type(self, path: str | tuple[str | int, ...], wanted: str, value: Any) -> None:
        steps = (path,) if isinstance(path, str) else path
        help = advice(wanted, value)
        self.error("wrong_type", f"expected {wanted}, found {kind_of(value)}", *steps, help=help)

    @staticmethod
    def at(path: DataPath) -> str:
        """A path in words, where there is no text to point at.

        >>> Fields.at(("nodes", 3, "unit"))
        ' (at nodes.3.unit)'
        """
        return f" (at {'.'.join(str(step) for step in path)})" if path else ""


def check_words(document: Document, findings: Findings) -> None:
    """Refuse unquoted words that are true or false where text is meant, and text that no database keeps."""
    for path, place in document.places.items():
        is_free = not FREE.isdisjoint(path)
        for span in (place.key, None if is_free else place.value):
            text = span and span.source.text[span.start : span.end]
            if span is not None and text and AMBIGUOUS.fullmatch(text):
                help = (
                    f'quote it: "{text}"'
                    if text.lower() not in ("true", "false")
                    else f"write {text.lower()}, or quote it"
                )
                message = f"without quotes, '{text}' is true or false"
                findings.error("ambiguous_word", message, span, help)
    for path, value in leaves(document.data):
        infinite = isinstance(value, float) and not isfinite(value)
        if infinite or (isinstance(value, str) and UNSTORABLE.search(value)):
            what = "number is none that JSON has" if infinite else "text holds a character that no database keeps"
            where = "" if document.places else Fields.at(path)
            findings.error("value_not_kept", f"the {what}{where}", document.span(*path))


def leaves(value: Any, path: DataPath = ()) -> Iterator[tuple[DataPath, Any]]:
    """Every constant and key of JSON, with its path.

    Raises DefinitionError `yaml_too_deep` where it nests deeper than a file may.
    """
    if len(path) > limit("yaml_depth"):
        help = f"nest at most {limit('yaml_depth')} deep"
        raise DefinitionError(Problem("yaml_too_deep", f"the values nest too deep{Fields.at(path)}", help=help))
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield (*path, key), str(key)
            yield from leaves(each, (*path, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path, value

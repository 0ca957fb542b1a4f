"""What loading finds, file by file, until all of it is shown at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from gnomon.errors import DefinitionError, Problem
from gnomon.load.document import Document
from gnomon.load.fields import Name
from gnomon.load.wording import problems_of
from gnomon.load.yaml import read_yaml
from gnomon.source import Source, Span

M = TypeVar("M", bound=BaseModel)
NAMES: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(slots=True)
class Findings:
    """Problems and warnings under one project root."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, code: str, message: str, span: Span | None, help: str | None = None, *notes: str) -> None:
        self.problems.append(Problem(code, message, span, help, notes))

    def warn(self, code: str, message: str, span: Span | None, help: str | None = None) -> None:
        self.warnings.append(Problem(code, message, span, help, severity="warning"))

    def finish(self) -> None:
        """Raise all problems, by file and place, if there are any."""
        if self.problems:
            raise DefinitionError(*sorted(dict.fromkeys(self.problems), key=place))

    def shown(self, path: Path) -> str:
        """A path as messages show it: relative to the project."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def read_text(self, path: Path) -> Source | None:
        """A file's text; None, with a problem, where it is not UTF-8 text."""
        shown = self.shown(path)
        try:
            return Source(shown, path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            self.error("not_utf8", f"the file is not UTF-8 text at byte {error.start}", Source(shown, "").span(0))
        except OSError as error:
            self.error("unreadable_file", f"the file cannot be read: {error.strerror}", Source(shown, "").span(0))
        return None

    def read_mapping(self, path: Path) -> Document | None:
        """A YAML file that is one mapping; None, with a problem, where it is not."""
        document = self.read_document(path)
        if document is None:
            return None
        if document.data is None:
            return Document(document.source, {}, document.places)
        if not isinstance(document.data, dict):
            help = "write names and values, as in 'name: value'"
            self.error("wrong_type", "expected a mapping of names", document.span(), help)
            return None
        return document

    def read_document(self, path: Path) -> Document | None:
        """A YAML file; None, with a problem, where it cannot be read."""
        source = self.read_text(path)
        if source is None:
            return None
        try:
            return read_yaml(source)
        except DefinitionError as error:
            self.problems += error.problems
            return None

    def validate(self, model: type[M], value: Any, document: Document | None, *prefix: str | int) -> M | None:
        """The value as a model; None, with problems, where it does not fit."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.problems += problems_of(error, model, document, *prefix)
            return None

    def name(self, value: str, span: Span | None) -> bool:
        """Whether a text may be a name; a problem where not."""
        try:
            NAMES.validate_python(value)
        except ValidationError as error:
            context = error.errors()[0].get("ctx", {})
            self.error(error.errors()[0]["type"], context.get("message", "wrong name"), span, context.get("help"))
            return False
        return True


def place(problem: Problem) -> tuple[str, int, str]:
    """Sorts problems by file and place."""
    span = problem.span
    return (span.source.path, span.start, problem.code) if span is not None else ("", 0, problem.code)

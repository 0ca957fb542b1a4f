"""Definitions made by Python calls: they know where they were written, and a wrong one does not stop the others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from gnomon.errors import DefinitionError, Problem
from gnomon.load.document import Document
from gnomon.load.sites import Site, call_document, site_of
from gnomon.load.wording import problems_of

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


@dataclass(frozen=True, slots=True)
class FactoryCall:
    """One call of `timeseries_metrics`: its options as given, and their places."""

    options: dict[str, Any]
    site: Site
    document: Document | None


@dataclass(slots=True)
class Collector:
    """What Python definitions said while they were being executed."""

    root: Path
    calls: list[FactoryCall] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


COLLECTOR: ContextVar[Collector | None] = ContextVar("collector", default=None)
IGNORING: ContextVar[bool] = ContextVar("ignoring", default=False)


@contextmanager
def collecting(root: Path) -> Iterator[Collector]:
    """Take down the calls of `timeseries_metrics` that are made inside the block."""
    collector = Collector(root)
    token = COLLECTOR.set(collector)
    try:
        yield collector
    finally:
        COLLECTOR.reset(token)


@contextmanager
def ignoring() -> Iterator[None]:
    """Let `timeseries_metrics` do nothing inside the block: another loader executes the project's files again."""
    token = IGNORING.set(True)
    try:
        yield
    finally:
        IGNORING.reset(token)


class DefinitionMeta(ModelMetaclass):
    """Calls of a definition class record their place; their findings are problems, not pydantic's own errors."""

    def __call__(cls, *args: Any, **fields: Any) -> Any:
        site = site_of(sys._getframe(1))
        model = cast(type[BaseModel], cls)
        names = [info.alias or name for name, info in model.model_fields.items()]
        given = {**dict(zip(names, args, strict=False)), **fields}
        values = {name: value for name, value in given.items() if value is not None}
        collector = COLLECTOR.get()
        made: Any
        try:
            made = super().__call__(**values)
        except ValidationError as error:
            document = call_document(site, given, names, collector.root if collector else None)
            problems = problems_of(error, model, document)
            if collector is None:
                raise DefinitionError(*problems) from None
            collector.problems += problems
            made = model.model_construct(**values)
            made._broken = True
        made._site = site
        return made


class Shape(BaseModel):
    """A model of a file's part: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Definition(Shape, metaclass=DefinitionMeta):
    """A part that Python code constructs too, where None means that a field is left out."""

    _site: Site | None = PrivateAttr(default=None)
    _broken: bool = PrivateAttr(default=False)

    @property
    def broken(self) -> bool:
        """Whether this or a definition inside it was refused, which has been reported."""
        parts = (getattr(self, name, None) for name in type(self).model_fields)
        return self._broken or any(part.broken for part in parts if isinstance(part, Definition))

    def document(self, root: Path | None) -> Document | None:
        """The call that made this, with the place of each argument; None for what was read from a file."""
        if self._site is None:
            return None
        names = [info.alias or name for name, info in type(self).model_fields.items()]
        return call_document(self._site, self, names, root)

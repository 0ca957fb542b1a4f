"""units.yaml: a project's own units, and the words of its counts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from gnomon.load.construct import Shape
from gnomon.load.document import Document
from gnomon.load.fields import Text
from gnomon.load.findings import Findings
from gnomon.units import VOCABULARY, UnitError, Vocabulary
from gnomon.units.own import OWN_KINDS, extend

FILE = "units.yaml"
FACTOR = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}


class UnitDef(Shape):
    """A unit of the project's own."""

    kind: Annotated[Text, WithJsonSchema({"enum": [*OWN_KINDS]})] = Field(
        description="currency, count, time or data_size"
    )
    of: Text | None = Field(default=None, description="the unit of the same kind that it is so many of")
    factor: Annotated[Any, WithJsonSchema(FACTOR)] = Field(
        default=None, description="how many of it one is, exactly: 1000, 0.01, 10^18 or 1/10^18"
    )


class LabelDef(Shape):
    """How a count is called in words."""

    one: Text = Field(description="for 1: person")
    other: Text = Field(description="for all other numbers: people")


class UnitsFile(Shape):
    """units.yaml: the project's own units, and the words of its counts."""

    units: dict[str, UnitDef] = Field(default={}, description="units by code")
    labels: dict[str, LabelDef] = Field(default={}, description="words by the code of a count: {one: ..., other: ...}")


def read_vocabulary(root: Path, findings: Findings) -> Vocabulary:
    """The built-in units and those of units.yaml; wrong ones are left out, with a problem each."""
    path = root / FILE
    document = findings.read_mapping(path) if path.is_file() else None
    if document is None:
        return VOCABULARY
    vocabulary, errors = extend(VOCABULARY, exact(document))
    for error in errors:
        report(error, document, findings)
    return vocabulary


def exact(document: Document) -> dict[str, Any]:
    """The file's data with each factor as it is written: reading it as a float would round it."""
    data = document.data
    if not isinstance(data.get("units"), dict):
        return {**data}
    units = {
        code: {**row, "factor": written(document, code)} if isinstance(row, dict) and "factor" in row else row
        for code, row in data["units"].items()
    }
    return {**data, "units": units}


def written(document: Document, code: str) -> Any:
    """A factor's own text where it is a number with a fraction or an exponent."""
    value = document.data["units"][code]["factor"]
    span = document.span("units", code, "factor")
    return span.source.text[span.start : span.end] if isinstance(value, float) and span is not None else value


def report(error: UnitError, document: Document, findings: Findings) -> None:
    """A finding about units.yaml, at the field or at the code that it is about."""
    about_key = len(error.path) < 3 or error.code == "unknown_field"
    span = document.key(*error.path) if about_key else document.span(*error.path)
    reason, help = error.reason, error.help
    findings.error("wrong_unit_definition" if error.code == "wrong_unit" else error.code, reason, span, help)

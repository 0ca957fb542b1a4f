"""What inference found, as short as the tables of cases write it."""

from __future__ import annotations

from typing import Any

from gnomon import InferredUnits
from gnomon.units.shapes import product_of
from gnomon.units.text import text_of
from gnomon.units.vocabulary import VOCABULARY, Vocabulary


def said(found: InferredUnits, name: str, vocabulary: Vocabulary = VOCABULARY) -> Any:
    """The unit of an output: text, `-` where it is unknown, a mapping where it depends on the row."""
    if name in found.row_typed:
        by = found.row_typed[name]
        return {by["by"]: {key: text(unit, vocabulary) for key, unit in by["map"].items()}}
    return found.unit_expr.get(name) or text(found.units[name], vocabulary)


def text(unit: dict[str, Any] | None, vocabulary: Vocabulary) -> str:
    return "-" if unit is None else text_of(product_of(unit, vocabulary), vocabulary)

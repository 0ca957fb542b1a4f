"""Units: what a column's numbers are denominated in. Pure; no SQL, no files but the built-in vocabulary.

Unit JSON (`wire`) is what files and answers hold; a `Product` is what is computed with. The algebra is loaded when a
name of it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gnomon.units.legacy import LEGACY_UNITS, legacy_of, legacy_unit
from gnomon.units.lenient import read_lenient
from gnomon.units.precedence import Conflict, declared_unit
from gnomon.units.wire import AtomicUnit, CompoundUnit, Unit, UnitError, parse_unit, read_unit

if TYPE_CHECKING:
    from gnomon.units.algebra import Product
    from gnomon.units.shapes import extension_of, json_of, product_of
    from gnomon.units.symbols import Symbol
    from gnomon.units.text import parse_text, text_of
    from gnomon.units.vocabulary import VOCABULARY, Vocabulary

HOMES = {
    "Product": "algebra",
    "extension_of": "shapes",
    "json_of": "shapes",
    "product_of": "shapes",
    "parse_text": "text",
    "text_of": "text",
    "VOCABULARY": "vocabulary",
    "Symbol": "symbols",
    "Vocabulary": "vocabulary",
}
"""The modules of the names that are loaded on first use."""

__all__ = [
    "LEGACY_UNITS",
    "VOCABULARY",
    "AtomicUnit",
    "CompoundUnit",
    "Conflict",
    "Product",
    "Symbol",
    "Unit",
    "UnitError",
    "Vocabulary",
    "declared_unit",
    "extension_of",
    "json_of",
    "legacy_of",
    "legacy_unit",
    "parse_text",
    "parse_unit",
    "product_of",
    "read_lenient",
    "read_unit",
    "text_of",
]


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"gnomon.units.{HOMES[name]}"), name)
    raise AttributeError(f"module 'gnomon.units' has no attribute '{name}'")

"""Unit JSON as values of inference and back, also where it depends on another column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from gnomon.check.units.keyed import HOLE, by_code
from gnomon.check.units.logic import spelled_out
from gnomon.check.units.values import UNKNOWN, Known, Origin, RowTyped, Value
from gnomon.errors import Problem, UsageError
from gnomon.units.algebra import Product
from gnomon.units.shapes import json_of, product_of
from gnomon.units.text import parse_text
from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import UnitError


def read_column(
    name: str, unit: Mapping[str, Any] | None, vocabulary: Vocabulary, fold: Callable[[str], str] = str
) -> Value | None:
    """What is declared for a column; None where nothing is. UsageError for what says no unit."""
    if unit is None:
        return None
    try:
        return value_of(unit, Origin(name), vocabulary, fold)
    except UnitError as error:
        at = f" ({'.'.join(error.path)})" if error.path else ""
        raise UsageError(Problem("wrong_unit", f"{name}{at}: {error.reason}", help=error.help)) from None


def value_of(
    unit: Mapping[str, Any], origin: Origin, vocabulary: Vocabulary, fold: Callable[[str], str] = str
) -> Value:
    """The value that unit JSON says: one unit, one for each key of `map`, or the currency that the column `by` names.

    `fold` gives a column's name as the dialect spells it. UnitError where it says none.
    """
    if not isinstance(unit, Mapping):
        raise UnitError("a unit is a mapping", help=f"write {json_of_text(unit, vocabulary)}")
    if "by" not in unit:
        return Known(product_of(unit, vocabulary), origin=origin)
    key, keys = unit["by"], unit.get("map")
    if not isinstance(key, str) or not key:
        raise UnitError("'by' names the key column", "by", help="write by: <column>")
    column = exp.column(fold(key))
    if keys is None and unit.get("kind") in ("currency", "count") and set(unit) == {"kind", "by"}:
        return by_code(column, unit["kind"])
    if not isinstance(keys, Mapping) or not keys or set(unit) != {"by", "map"}:
        help = "write {by: <column>, map: {<key>: <unit>}} or {kind: currency, by: <column>}"
        raise UnitError("a unit by key is a column and a map", "by", help=help)
    units: dict[str | None, Value] = {
        str(spelled_out(text)): UNKNOWN if each is None else Known(of_key(each, vocabulary), origin=origin)
        for text, each in keys.items()
    }
    return RowTyped(column, units)


def json_of_text(unit: Any, vocabulary: Vocabulary) -> str:
    """The mapping of a unit that is written as a text, `USD/h`; that of dollars where it is no such text."""
    try:
        said = json_of(parse_text(unit, vocabulary), vocabulary) if isinstance(unit, str) else None
    except UnitError:
        said = None
    return str(said or {"kind": "currency", "code": "USD"}).replace("'", "")


def of_key(unit: Mapping[str, Any], vocabulary: Vocabulary) -> Product:
    """The unit of one key; UnitError where it is none."""
    if not isinstance(unit, Mapping):
        help = f"write {json_of_text(unit, vocabulary)}"
        raise UnitError("the unit of a key is a mapping", "map", help=help)
    return product_of(unit, vocabulary)


# And back


def unit_json(value: Value | None, vocabulary: Vocabulary) -> dict[str, Any] | None:
    """The unit JSON of one unit for all rows; None for any other value, and where unit JSON cannot say it."""
    return json_of(value.product, vocabulary) if isinstance(value, Known) else None


def rows_json(value: RowTyped, vocabulary: Vocabulary) -> dict[str, Any]:
    """The unit of each key; with `kind` where the key is the code of a currency."""
    by: dict[str, Any] = {"by": value.key.name}
    if value.rest is not None:
        kinds = [symbol.kind for symbol, _ in value.rest.product.powers if symbol.code == HOLE]
        by = {**({"kind": kinds[0]} if kinds else {}), **by}
    return {**by, "map": {key: unit_json(unit, vocabulary) for key, unit in value.units.items() if key is not None}}

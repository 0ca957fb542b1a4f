"""How columns say their units: unit JSON, a unit that depends on another column, and the project's own codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from gnomon.load.construct import Shape
from gnomon.load.wording import kind_of, refuse
from gnomon.model import UnitBy
from gnomon.units import UnitError, legacy_unit, parse_unit

OWN: ContextVar[Mapping[str, str] | None] = ContextVar("own", default=None)
BY_KINDS = ("currency", "count")
ATOM = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "code": {"type": "string"}},
    "required": ["kind"],
    "additionalProperties": False,
}
COMPOUND = {
    "type": "object",
    "properties": {"numerator": ATOM, "denominator": ATOM},
    "required": ["numerator", "denominator"],
    "additionalProperties": False,
}
BY = {
    "type": "object",
    "properties": {"kind": {"enum": [*BY_KINDS]}, "by": {"type": "string"}},
    "required": ["kind", "by"],
    "additionalProperties": False,
}
COLUMN_UNIT = {
    "description": "{kind, code}, {numerator, denominator} of two such, or {kind, by: the column that holds the code}",
    "anyOf": [ATOM, COMPOUND, BY, {"type": "null"}],
}
METRIC_UNIT = {
    "description": "{kind, code}, or {numerator, denominator} of two such, or a legacy name such as dollar",
    "anyOf": [{"type": "string"}, ATOM, COMPOUND, {"type": "null"}],
}


@contextmanager
def own_units(own: Mapping[str, str]) -> Iterator[None]:
    """Let definitions that are read inside the block use a project's own units, given as code -> kind."""
    token = OWN.set(own)
    try:
        yield
    finally:
        OWN.reset(token)


class Named(dict[str, Any]):
    """Unit JSON that a legacy name stands for."""


def read_metric_unit(value: Any) -> Any:
    """A metric's unit as canonical JSON, from JSON or from a legacy name."""
    if isinstance(value, Named):
        return value
    try:
        unit = parse_unit(value, OWN.get() or {})
    except UnitError as error:
        refuse("wrong_unit", error.reason, error.help, *error.path)
    return Named(unit) if isinstance(value, str) and unit is not None else unit


def read_column_unit(value: Any) -> Any:
    """A column's unit as canonical JSON; `{kind, by}` is kept as it is, and a name alone is refused."""
    if isinstance(value, str):
        refuse("wrong_unit", f"a column's unit is a mapping, found {kind_of(value)}", instead_of(value))
    if isinstance(value, Mapping) and "by" in value:
        return read_by(value)
    return read_metric_unit(value)


def read_by(value: Mapping[Any, Any]) -> dict[str, str]:
    """A unit whose code is in another column of the same row."""
    for key in value:
        if key not in ("kind", "by"):
            message = f"a unit whose code is in a column has no '{key}'"
            refuse("wrong_unit", message, "write {kind: currency, by: currency_code}", str(key))
    kind, by = value.get("kind"), value["by"]
    if kind not in BY_KINDS:
        refuse("wrong_unit", "only a currency's or a count's code can be in a column", f"kinds: {', '.join(BY_KINDS)}")
    if not isinstance(by, str) or not by.strip():
        refuse("wrong_unit", f"expected a column, found {kind_of(by)}", "name the column that holds the code", "by")
    return {"kind": kind, "by": by.strip().lower()}


def instead_of(text: str) -> str:
    """The mapping that a text stands for, where it is a legacy name or a unit's text form."""
    from gnomon.units import json_of, parse_text

    try:
        unit = legacy_unit(text)
    except KeyError:
        try:
            unit = json_of(parse_text(text))
        except UnitError:
            unit = None
    return f"write unit: {flow(unit or {'kind': 'count', 'code': 'stars'})}"


def flow(unit: Mapping[str, Any]) -> str:
    """Unit JSON as YAML in one line.

    >>> flow({"numerator": {"kind": "currency", "code": "USD"}, "denominator": {"kind": "time", "code": "h"}})
    '{numerator: {kind: currency, code: USD}, denominator: {kind: time, code: h}}'
    """
    parts = (f"{key}: {flow(value) if isinstance(value, Mapping) else value}" for key, value in unit.items())
    return "{" + ", ".join(parts) + "}"


def read_units_by_key(value: Any) -> Any:
    """The unit of each value of the key column."""
    if not isinstance(value, Mapping) or not value:
        message = f"expected units by the column's values, found {kind_of(value) if value != {} else 'none'}"
        refuse("wrong_unit", message, "write {stars: {kind: count, code: stars}}")
    for key, unit in value.items():
        if not isinstance(key, str):
            refuse("wrong_unit", f"a value of the column is text, found {kind_of(key)}", f'quote it: "{key}"', str(key))
        if not isinstance(unit, Mapping) or "by" in unit:
            message = f"the unit of '{key}' is a mapping such as {{kind: count, code: stars}}, found {kind_of(unit)}"
            refuse("wrong_unit", message, "leave it out where its unit is not known", key)
    return value


MetricUnit = Annotated[dict[str, Any] | None, PlainValidator(read_metric_unit), WithJsonSchema(METRIC_UNIT)]
ColumnUnit = Annotated[dict[str, Any] | None, BeforeValidator(read_column_unit), WithJsonSchema(COLUMN_UNIT)]
KeyUnit = Annotated[dict[str, Any], BeforeValidator(read_column_unit), WithJsonSchema({"anyOf": [ATOM, COMPOUND]})]
ColumnName = Annotated[str, BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value)]


class UnitByDef(Shape):
    """The unit of a column whose rows have several, by the value of another column."""

    column: ColumnName = Field(description="the column that says which, such as metric")
    map: Annotated[dict[str, KeyUnit], BeforeValidator(read_units_by_key)] = Field(
        description="the unit of each of its values"
    )


def one_unit(unit: Mapping[str, Any] | None, unit_by: UnitByDef | None) -> None:
    """Refuse a column that has a unit and `unit_by` as well."""
    if unit is not None and unit_by is not None:
        refuse("wrong_unit", "a column has one unit, or unit_by", "remove one of them", "unit_by")


def unit_of_column(
    unit: Mapping[str, Any] | None, unit_by: UnitByDef | None
) -> tuple[dict[str, Any] | None, UnitBy | None]:
    """A declared column's unit, and on what it depends."""
    if unit is not None and "by" in unit:
        return {"kind": unit["kind"]}, UnitBy(unit["by"])
    return dict(unit) if unit is not None else None, UnitBy(unit_by.column, unit_by.map) if unit_by else None

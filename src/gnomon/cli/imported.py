"""Units in documents of other systems: what each reader finds, with its place, and why a unit is not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from gnomon.errors import Problem, UsageError
from gnomon.load.document import DataPath, Document
from gnomon.load.wording import kind_of
from gnomon.load.yaml import read_yaml
from gnomon.source import Source, Span
from gnomon.units.exports import (
    unit_of_dbt,
    unit_of_frictionless,
    unit_of_grafana,
    unit_of_prometheus,
    unit_of_ucum,
)
from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import UnitError

T = TypeVar("T", dict[str, Any], list[Any], str)

DBT_SECTIONS = ("models", "seeds", "snapshots")
SQL_TYPES = {"date": "date", "datetime": "timestamp", "string": "text", "integer": "bigint", "number": "double",
             "boolean": "boolean"}  # fmt: skip
"""By the field types of a Table Schema; other fields are read without a type."""
WANTED = {"dict": "a mapping", "list": "a list", "str": "text"}
METADATA = re.compile(r"^# UNIT[ \t]+(?P<name>\S+)[ \t]*(?P<unit>.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Item:
    """A column, metric or field. `table` is "" where there is none; `reason` says why a unit is not read."""

    table: str
    name: str
    span: Span | None
    unit: Mapping[str, Any] | None = None
    type: str | None = None
    reason: str | None = None


def item(
    table: str, name: str, span: Span | None, read: Callable[[], Mapping[str, Any] | None], type: str | None = None
) -> Item:
    """What a reader makes of one unit."""
    try:
        return Item(table, name, span, read(), type)
    except UnitError as error:
        reason = f"{'.'.join(error.path)}: {error.reason}" if error.path else error.reason
        return Item(table, name, span, None, type, reason)


def read_document(source: Source) -> Document:
    """A YAML or JSON file that is one mapping; UsageError or DefinitionError with the place otherwise."""
    document = read_yaml(source)
    document = Document(document.source, whole(document.data), document.places)
    expect(document, dict)
    return document


def whole(value: Any) -> Any:
    """Data whose texts are Unicode: JSON's escapes write one character as two halves."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def expect(document: Document, kind: type[T], *path: str | int) -> T:
    """The value at a path; an empty one of the kind where it is left out, UsageError where it is of another kind."""
    value = document.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[step] if isinstance(step, int) else None
    if value is None and path:
        return kind()
    if not isinstance(value, kind):
        message = f"expected {WANTED[kind.__name__]}, found {kind_of(value)}"
        raise UsageError(Problem("wrong_type", message, document.span(*path) or document.source.span(0)))
    return value


def each(document: Document, *path: str | int) -> Iterator[DataPath]:
    """The paths of the mappings in a list."""
    for index in range(len(expect(document, list, *path))):
        expect(document, dict, *path, index)
        yield (*path, index)


def named(document: Document, path: DataPath, key: str = "name") -> str:
    """The name of what is at a path; UsageError where it has none."""
    name: str = expect(document, str, *path, key)
    if not name:
        raise UsageError(Problem("missing_field", f"there is no {key} here", document.span(*path)))
    return name


def read_dbt(source: Source, vocabulary: Vocabulary) -> Iterator[Item]:
    """Columns of models, seeds, snapshots and sources, with `config.meta` before `meta`."""
    document = read_document(source)
    for section in DBT_SECTIONS:
        for path in each(document, section):
            yield from dbt_columns(document, path, named(document, path), vocabulary)
    for path in each(document, "sources"):
        schema = expect(document, str, *path, "schema") or named(document, path)
        for table in each(document, *path, "tables"):
            name = expect(document, str, *table, "identifier") or named(document, table)
            yield from dbt_columns(document, table, f"{schema}.{name}", vocabulary)


def dbt_columns(document: Document, path: DataPath, table: str, vocabulary: Vocabulary) -> Iterator[Item]:
    for column in each(document, *path, "columns"):
        name = named(document, column)
        expect(document, dict, *column, "config")
        configured, plain = (expect(document, dict, *column, *place) for place in (("config", "meta"), ("meta",)))
        meta = configured if {"unit", "unit_by"} & set(configured) else plain
        kind = expect(document, str, *column, "data_type") or None
        yield item(table, name, document.span(*column, "name"), partial(unit_of_dbt, meta, vocabulary), kind)


def read_frictionless(source: Source, vocabulary: Vocabulary) -> Iterator[Item]:
    """Fields of every resource's schema; a schema that lies in another file is not followed."""
    document = read_document(source)
    for path in each(document, "resources"):
        table = named(document, path)
        if isinstance(document.data["resources"][path[-1]].get("schema"), str):
            yield Item(table, "", document.span(*path, "schema"), reason="its schema is in another file")
            continue
        for field in each(document, *path, "schema", "fields"):
            data, place = expect(document, dict, *field), document.span(*field, "name")
            kind = SQL_TYPES.get(str(data.get("type")))
            yield item(table, named(document, field), place, partial(unit_of_frictionless, data, vocabulary), kind)


def read_otel(source: Source, vocabulary: Vocabulary) -> Iterator[Item]:
    """Metrics of a registry of semantic conventions, of its first form (`groups`) or its second (`metrics`)."""
    document = read_document(source)
    for section, key in (("groups", "metric_name"), ("metrics", "name")):
        for path in each(document, section):
            data = expect(document, dict, *path)
            if section == "groups" and data.get("type") != "metric":
                continue
            code = expect(document, str, *path, "unit")
            read = partial(unit_of_ucum, code) if code else no_unit
            yield item("", named(document, path, key), document.span(*path, "unit"), read)


def read_prometheus(source: Source, vocabulary: Vocabulary) -> Iterator[Item]:
    """The UNIT lines of an exposition; what Prometheus stores is in these units."""
    for match in METADATA.finditer(source.text):
        span = source.span(match.start(), max(match.end(), match.start() + 1))
        unit = match["unit"]
        yield item("", match["name"], span, partial(unit_of_prometheus, unit) if unit else no_unit)


def read_grafana(source: Source, vocabulary: Vocabulary) -> Iterator[Item]:
    """The units of every panel in a dashboard, or of one panel: those of fields by name, and the default."""
    document = read_document(source)
    for path in [*document.places]:
        if path and path[-1] == "fieldConfig":
            panel = expect(document, dict, *path[:-1])
            yield from grafana_fields(document, path, str(panel.get("title") or ""))


def grafana_fields(document: Document, path: DataPath, title: str) -> Iterator[Item]:
    before = f"{title}: " if title else ""
    default = expect(document, dict, *path, "defaults").get("unit")
    if default is not None:
        yield item(
            "", f"{before}(default)", document.span(*path, "defaults", "unit"), partial(unit_of_grafana, str(default))
        )
    for override in each(document, *path, "overrides"):
        matcher = expect(document, dict, *override, "matcher")
        field = f"{before}{matcher.get('options')}"
        for place in each(document, *override, "properties"):
            said = expect(document, dict, *place)
            if said.get("id") != "unit":
                continue
            span = document.span(*place, "value")
            if matcher.get("id") != "byName":
                yield Item("", field, span, reason="the field is not matched by its name")
            else:
                yield item("", field, span, partial(unit_of_grafana, str(said.get("value"))))


def no_unit() -> None:
    return None


READERS: Mapping[str, Callable[[Source, Vocabulary], Iterator[Item]]] = {
    "otel": read_otel,
    "prometheus": read_prometheus,
    "grafana": read_grafana,
    "dbt": read_dbt,
    "frictionless": read_frictionless,
}
TABLES = ("dbt", "frictionless")
"""The targets whose documents hold tables with columns."""

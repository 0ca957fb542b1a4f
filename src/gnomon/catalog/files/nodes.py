"""One node of a file as a definition, in each layout that files have had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from typing import Any

from gnomon.catalog.checks import wrong_name
from gnomon.catalog.files.columns import read_columns
from gnomon.catalog.files.deployment import authored_json
from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.graph import DIALECT, alias_of
from gnomon.catalog.files.links import ReadLink, read_links
from gnomon.catalog.files.metric_units import MetricUnit, output_name, read_metric_unit
from gnomon.catalog.files.prefix import Prefix
from gnomon.catalog.values import KINDS, Column, CubeDetails, Definition, Kind, MetricDetails
from gnomon.errors import did_you_mean
from gnomon.limits import limit
from gnomon.units.wire import Own

MODES = ("published", "draft")
DIRECTIONS = ("higher_is_better", "lower_is_better", "neutral")
NUMBERS = ("significant_digits", "min_decimal_exponent", "max_decimal_exponent")


@dataclass(frozen=True, slots=True)
class ReadNode:
    """A node as its file says it; its links are closed when all nodes are known."""

    name: str
    definition: Definition
    part: Fields
    links: tuple[ReadLink, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds for all nodes of a deployment. `dialect` is that of the engine which is to run their SQL."""

    prefix: Prefix
    own: Own
    mode: str = "published"
    dialect: str = DIALECT


def read_node(part: Fields, reading: Reading, name: str | None = None, kind: str | None = None) -> ReadNode | None:
    """A node; None, with problems, where it has no name or no kind. `name` and `kind` are those of an older file's
    path."""
    written = part.text("name", required=name is None)
    if written == "":
        part.error("empty_name", "a node has no name", "name", help="write its name")
    full = reading.prefix.full(written) if written else name and f"{reading.prefix.namespace}.{name}"
    found = part.text("node_type", "type", required=kind is None) or kind
    if full is not None:
        for problem in wrong_name(full):
            part.error(problem.code, problem.message, *(["name"] if written else []), help=problem.help)
    if found is not None and found not in KINDS:
        part.error("wrong_kind", f"unknown type of node '{found}'", "node_type", help=did_you_mean(found, KINDS))
    chosen = next((each for each in KINDS if each == found), None)
    if full is None or chosen is None:
        return None
    return read_parts(part, reading, full, chosen)


def read_parts(part: Fields, reading: Reading, name: str, kind: Kind) -> ReadNode:
    """All but a node's name and kind."""
    declared = read_columns(part, reading.own, reading.prefix)
    links, link_keys = read_links(part, reading.prefix) if kind in ("source", "transform", "dimension") else ([], {})
    of_kind = READERS[kind](part, reading, name, declared.columns)
    definition = Definition(
        kind,
        display_name=part.text("display_name"),
        description=part.text("description"),
        mode=part.word("mode", MODES) or reading.mode,
        tags=tuple(dict.fromkeys(part.texts("tags"))),
        owners=tuple(dict.fromkeys(part.texts("owners"))),
        custom=part.mapping("custom_metadata"),
        **{"columns": declared.columns, **of_kind.said},
    )
    keys = part.unknown(KNOWN) | dict(of_kind.unknown)
    said = authored_json(
        unit=of_kind.spelling,
        undeclared=declared.undeclared,
        keys=keys,
        column_keys=declared.unknown,
        link_keys=link_keys,
    )
    return ReadNode(name, replace(definition, authored=said), part, tuple(links))


# By kind


@dataclass(frozen=True, slots=True)
class OfKind:
    """What only one kind of node says, as fields of its definition."""

    said: Mapping[str, Any]
    spelling: Any = None
    unknown: Mapping[str, Any] = field(default_factory=dict)


def read_source(part: Fields, reading: Reading, name: str, columns: tuple[Column, ...]) -> OfKind:
    """A source: its table in three parts, or in one as older files have it. `catalog: null` says that it has none, and
    `parents` what a table that a project builds is built from."""
    catalog, schema, table = part.text("catalog"), part.text("schema", "schema_"), part.text("table", required=True)
    is_left_out = catalog is None and "catalog" not in part.data
    if table is not None and is_left_out and schema is None and table.count(".") == 2:
        catalog, schema, table = table.split(".")
    elif table is not None and is_left_out:
        help = "write catalog, schema and table, or table: catalog.schema.table; catalog: null where there is none"
        part.error("missing_field", "field 'catalog' is missing", help=help)
    parents = tuple(dict.fromkeys(map(reading.prefix.expand, part.texts("parents"))))
    return OfKind({"catalog": catalog, "schema": schema, "table": table, "parents": parents})


def read_query(part: Fields, prefix: Prefix) -> str | None:
    """A node's SQL with the namespace written out."""
    query = part.text("query", required=True)
    if query is not None and not query.strip():
        part.error("missing_field", "the query is empty", "query", help="write a SELECT")
    if query is not None and len(query.encode()) > limit("sql_bytes"):
        part.error("sql_too_large", "the query is too large", "query", help=f"at most {limit('sql_bytes'):,} bytes")
        return None
    return query and prefix.expand(query)


def read_selected(part: Fields, reading: Reading, name: str, columns: tuple[Column, ...]) -> OfKind:
    """A transform or a dimension."""
    return OfKind({"query": read_query(part, reading.prefix)})


def read_metric(part: Fields, reading: Reading, name: str, columns: tuple[Column, ...]) -> OfKind:
    """A metric. What it says of itself may stand inside `metric_metadata` too."""
    nested = part.inner("metric_metadata")
    query = read_query(part, reading.prefix)
    grain = part.raw("fixed_grain")
    output, others = split_columns(part, name, columns, query)
    unit: MetricUnit = read_metric_unit(part, nested, output, reading.own)
    details = MetricDetails(
        direction=either(part, nested, "direction", lambda at, key: at.word(key, DIRECTIONS)),
        legacy_unit=unit.legacy,
        **{key: either(part, nested, key, Fields.integer) for key in NUMBERS},
        required_dimensions=tuple(map(reading.prefix.expand, part.texts("required_dimensions"))),
        fixed_grain=None if grain is None else tuple(map(reading.prefix.expand, part.texts("fixed_grain"))),
        reaggregate=reading.prefix.expand_all(part.mapping("reaggregate")),
    )
    column = replace(output or Column(""), name=output_name(name), unit=unit.unit)
    rest = nested.unknown(("unit", "direction", *NUMBERS)) if nested is not None else {}
    said = {"query": query, "metric": details, "columns": (column, *others)}
    return OfKind(said, unit.spelling, {"metric_metadata": rest} if rest else {})


def either(part: Fields, nested: Fields | None, key: str, read: Callable[[Fields, str], Any]) -> Any:
    """A value that a metric says at its top or inside `metric_metadata`; the top holds."""
    top, inside = read(part, key), read(nested, key) if nested is not None else None
    if top is not None and inside is not None and top != inside and nested is not None:
        nested.warn("said_twice", f"the metric says {key} {top}, its metric_metadata says {inside}", key)
    return top if top is not None else inside


def split_columns(
    part: Fields, name: str, columns: tuple[Column, ...], query: str | None
) -> tuple[Column | None, tuple[Column, ...]]:
    """A metric's output column and what else is declared, which DataJunction refuses.

    It goes by the name that DataJunction makes, here or in the namespace that it was exported from, by the metric's
    own, and by the alias of the SELECT. Where it is there under several of them, they are one column.
    """
    own = name.rpartition(".")[2]
    names = {output_name(name), name, own, alias_of(query) if columns else None}
    outputs = [column for column in columns if column.name in names or column.name.endswith(f"_DOT_{own}")]
    others = [column for column in columns if column not in outputs]
    for column in others:
        help = f"its one column is {output_name(name)}"
        part.warn("unknown_output", f"the metric has no column '{column.name}'", "columns", help=help)
    return one_column(part, outputs), tuple(others)


def one_column(part: Fields, columns: Sequence[Column]) -> Column | None:
    """What is said of one column under several names; the first that says something holds."""
    said: dict[str, Any] = {}
    for column in columns:
        for each in dataclass_fields(Column):
            value = getattr(column, each.name)
            if value == each.default or said.setdefault(each.name, value) == value or each.name == "name":
                continue
            message = f"the metric's column is declared twice, with {each.name} {said[each.name]} and {value}"
            part.warn("said_twice", message, "columns", help="leave one of them")
    return Column(**said) if said else None


def read_cube(part: Fields, reading: Reading, name: str, columns: tuple[Column, ...]) -> OfKind:
    """A cube."""
    expand = reading.prefix.expand
    details = CubeDetails(
        metrics=tuple(map(expand, part.texts("metrics"))),
        dimensions=tuple(map(expand, part.texts("dimensions"))),
        filters=tuple(map(expand, part.texts("filters"))),
        materialization=materialization(part),
    )
    return OfKind({"cube": details})


def materialization(part: Fields) -> Mapping[str, Any] | None:
    """How a cube is materialized: one way, a list of them (`each`), or the word `none`."""
    written = part.raw("materialization")
    if written == "none":
        return {"strategy": "none"}
    if isinstance(written, list):
        return {"each": written}
    return part.mapping("materialization")


READERS: Mapping[Kind, Callable[[Fields, Reading, str, tuple[Column, ...]], OfKind]] = {
    "source": read_source,
    "transform": read_selected,
    "dimension": read_selected,
    "metric": read_metric,
    "cube": read_cube,
}
KNOWN = ("query", "columns", "primary_key", "dimension_links", "unit", "metrics", "dimensions", "filters", "table")

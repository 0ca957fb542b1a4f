"""Out and in again is the same, byte for byte, for any definitions; and in, out and in again the same definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gnomon.catalog.files import Deployment, files_of, read_spec, read_zip, to_spec, zip_of
from gnomon.catalog.files.yaml_text import yaml_text
from gnomon.catalog.store import Store
from gnomon.catalog.values import Column, CubeDetails, Definition, Link, MetricDetails, Tag
from gnomon.load.yaml import read_yaml
from gnomon.source import Source
from gnomon.units.legacy import LEGACY_UNITS
from gnomon.units.wire import DATA_SIZE_CODES, TIME_CODES

from .projects import LAYOUTS, read

SOME = settings(
    max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)

WRITTEN = [
    "on",
    "Yes",
    "null",
    "~",
    "2024-01-31",
    "1_000",
    "0x1f",
    "1:30",
    "- a",
    "a: b",
    "a #b",
    "{x}",
    "'",
    '"',
    "\\",
    " a ",
]
LINES = [
    "a\nb",
    "a\nb\n",
    "a\n\nb\n\n",
    "\ta\nb",
    "a\n b",
    " a\nb",
    "a\r\nb",
    "x\u2028y",
    "\x85",
    "\ufeff",
    "shop.x",
    "é🙂",
]
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0$"), max_size=12) | st.sampled_from(
    [*WRITTEN, *LINES]
)
words = st.sampled_from(["orders", "build", "dj", "DJ", "on", "venv", "x_1", "Dist", "dist", "preaggregations"])
names = st.lists(words, min_size=1, max_size=3).map(lambda parts: ".".join(["shop", *parts]))
numbers = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(texts, json_values, max_size=3)
maybe = st.none() | texts
atoms = (
    st.sampled_from(["percentage", "proportion", "unitless", "currency", "count"]).map(lambda kind: {"kind": kind})
    | st.sampled_from(["USD", "EUR"]).map(lambda code: {"kind": "currency", "code": code})
    | st.sampled_from(TIME_CODES).map(lambda code: {"kind": "time", "code": code})
    | st.sampled_from(DATA_SIZE_CODES).map(lambda code: {"kind": "data_size", "code": code})
    | texts.filter(str.strip).map(lambda code: {"kind": "count", "code": code})
)
units = atoms | st.builds(lambda above, below: {"numerator": above, "denominator": below}, atoms, atoms)


@st.composite
def columns(draw: st.DrawFn) -> tuple[Column, ...]:
    found = draw(st.lists(texts.filter(bool), max_size=4, unique=True))
    return tuple(
        Column(
            name,
            type=draw(st.none() | st.sampled_from(["int", "double", "map<string, int>", "no type"])),
            unit=draw(st.none() | units),
            display_name=draw(maybe),
            description=draw(maybe),
            attributes=tuple(draw(st.lists(st.sampled_from(["hidden", "dimension", "primary_key"]), unique=True))),
            partition=draw(st.none() | st.just({"type": "temporal", "granularity": "day"})),
            lineage=tuple(draw(st.lists(names.map(lambda node: f"{node}.amount"), max_size=2, unique=True))),
        )
        for name in found
    )


@st.composite
def links(draw: st.DrawFn) -> tuple[Link, ...]:
    roles = draw(st.lists(texts.filter(bool), max_size=2, unique=True))
    dimension = draw(names)
    join = st.builds(
        Link,
        st.just(dimension),
        join_on=texts,
        join_type=st.sampled_from(["left", "cross"]),
        cardinality=st.sampled_from(["many_to_one", "one_to_many"]),
        default_value=st.none() | numbers | texts,
        hints=maybe,
    )
    reference = st.builds(Link, st.just(dimension), kind=st.just("reference"), column=texts, dimension_column=words)
    return tuple(replace(draw(join | reference), role=role) for role in roles)


COMMON: Mapping[str, st.SearchStrategy[Any]] = {
    "display_name": maybe,
    "description": maybe,
    "mode": st.sampled_from(["published", "draft"]),
    "owners": st.lists(texts, max_size=2, unique=True).map(tuple),
    "tags": st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    "custom": st.none() | mappings,
}
sources = st.builds(
    Definition,
    st.just("source"),
    catalog=maybe,
    schema=maybe,
    table=texts,
    columns=columns(),
    links=links(),
    parents=st.lists(names, max_size=2, unique=True).map(tuple),
    **COMMON,
)
queries = texts.filter(str.strip) | st.sampled_from(
    [
        "SELECT a, b AS `c d` FROM shop.orders",
        "SELECT *\nFROM shop.orders.on AS o\nWHERE o.x = 'shop.orders'\n",
        "WITH dj AS (SELECT 1 AS a) SELECT a + 1 AS b, 'x' AS on FROM dj",
        'SELECT SUM(a) FROM shop.dj -- "shop.dj"',
    ]
)
selected = st.builds(
    Definition, st.sampled_from(["transform", "dimension"]), query=queries, columns=columns(), links=links(), **COMMON
)
cubes = st.builds(
    Definition,
    st.just("cube"),
    columns=columns(),
    cube=st.builds(
        CubeDetails,
        st.lists(names, max_size=2, unique=True).map(tuple),
        st.lists(names.map(lambda name: f"{name}.col[role]"), max_size=2, unique=True).map(tuple),
        st.lists(texts, max_size=2).map(tuple),
        st.none() | st.sampled_from([{"strategy": "none"}, {"schedule": "@daily"}, {"each": [{"strategy": "full"}]}]),
    ),
    **COMMON,
)
details = st.builds(
    MetricDetails,
    direction=st.none() | st.sampled_from(["higher_is_better", "neutral"]),
    legacy_unit=st.none() | st.sampled_from(["bit", "unknown"]),
    significant_digits=st.none() | st.integers(-9, 9),
    required_dimensions=st.lists(texts, max_size=2).map(tuple),
    fixed_grain=st.none() | st.lists(texts, max_size=2).map(tuple),
    reaggregate=st.none() | mappings,
)


@st.composite
def metrics(draw: st.DrawFn, name: str) -> Definition:
    said = draw(details)
    unit = None if said.legacy_unit else draw(st.none() | units)
    output = Column(
        name.replace(".", "_DOT_"), unit=unit, description=draw(maybe), type=draw(st.none() | st.just("int"))
    )
    common = {key: draw(strategy) for key, strategy in COMMON.items()}
    return Definition("metric", query=draw(queries), metric=said, columns=(output,), **common)


@st.composite
def deployments(draw: st.DrawFn) -> dict[str, Definition]:
    found = draw(st.lists(names, max_size=5, unique=True))
    return {name: draw(sources | selected | cubes | metrics(name)) for name in found}


TAGS = (Tag("a", "t", None, "words", {"x": 1}), Tag("b"))


def again(files: Mapping[str, str]) -> Deployment | None:
    """What files say; None where nodes read each other in a circle, as random ones may."""
    from gnomon.errors import DefinitionError

    try:
        return read_zip(zip_of(files))
    except DefinitionError as error:
        assert {problem.code for problem in error.problems} == {"node_cycle"}, str(error)
        return None


@SOME
@given(deployments())
def test_written_and_read_is_written_the_same(definitions: dict[str, Definition]) -> None:
    files = files_of(definitions, "shop", TAGS)
    read = again(files)
    if read is None:
        return
    assert files_of(read.definitions, "shop", read.tags) == files
    assert read.tags == TAGS
    once_more = read_zip(zip_of(files_of(read.definitions, "shop", read.tags)))
    assert once_more.definitions == read.definitions
    by_json = read_spec(to_spec(read.definitions, "shop", read.tags))
    assert by_json.definitions == read.definitions


@SOME
@given(deployments())
def test_what_was_written_is_read(definitions: dict[str, Definition]) -> None:
    read = again(files_of(definitions, "shop", TAGS))
    for name, node in definitions.items() if read is not None else ():
        assert read is not None
        found = read.definitions[name]
        if node.kind == "source":
            assert found == node
        columns = {column.name: column for column in found.columns}
        for column in node.columns:
            same = replace(column, type=column.type or columns[column.name].type)
            if column.unit is None:
                same = replace(same, unit=columns[column.name].unit, unit_ext=columns[column.name].unit_ext)
            assert columns[column.name] == same
        plain = replace(found, columns=node.columns, parents=node.parents, authored=node.authored)
        assert plain == node


@SOME
@given(st.dictionaries(texts, json_values, max_size=4))
def test_two_readers_take_the_text_for_the_same_value(value: dict[str, Any]) -> None:
    text = yaml_text(value)
    assert read_yaml(Source("x.yaml", text)).data == value
    older = YAML(typ="safe", pure=True)
    older.version = (1, 1)
    assert older.load(text) == value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_a_fixed_point(layout: str, tmp_path: Path) -> None:
    found = read(tmp_path, LAYOUTS[layout])
    files = files_of(found.definitions, found.namespace, found.tags, found.rest)
    once_more = read(tmp_path / "again", files)
    assert once_more.definitions == found.definitions
    assert (once_more.tags, once_more.rest) == (found.tags, found.rest)
    assert files_of(once_more.definitions, once_more.namespace, once_more.tags, once_more.rest) == files
    assert zip_of(files) == zip_of(dict(reversed(files.items())))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_store_keeps_all_of_it(layout: str, store: Store, tmp_path: Path) -> None:
    from gnomon.catalog.deploy import deploy

    found = read(tmp_path, {**LAYOUTS[layout], "bit.metric.yaml": "query: SELECT 1 AS a\nunit: BIT\nteam: x\n"})
    deploy(store, "shop", dict(found.definitions), found.tags)
    kept = {node.name: node.revision.definition for node in store.list("shop")}
    assert files_of(kept, "shop", found.tags) == files_of(found.definitions, "shop", found.tags)
    assert {name: node.columns for name, node in kept.items()} == {n: d.columns for n, d in found.definitions.items()}
    once_more = read_zip(zip_of(files_of(kept, "shop", found.tags)))
    assert {change.action for change in deploy(store, "shop", dict(once_more.definitions), found.tags).nodes} == {
        "none"
    }


def test_flat_names_are_how_a_unit_is_spelled_where_nobody_spelled_it() -> None:
    for name, unit in LEGACY_UNITS.items():
        if unit is not None:
            node = Definition(
                "metric", query="SELECT 1", metric=MetricDetails(), columns=(Column("shop_DOT_m", unit=unit),)
            )
            assert to_spec({"shop.m": node}, "shop")["nodes"][0]["unit"] == name


def test_another_namespace_is_deployed_by_the_same_files(tmp_path: Path) -> None:
    found = read(tmp_path, LAYOUTS["current"])
    files = files_of(found.definitions, "shop", found.tags)
    moved = read_zip(zip_of(files), "other")
    assert moved.definitions["other.revenue"].query == "SELECT SUM(amount)\nFROM other.facts.orders\n"
    assert "shop" not in str({**moved.definitions})


def test_what_is_said_of_a_metrics_column_goes_to_another_namespace(tmp_path: Path) -> None:
    column = Column("shop_DOT_eu_DOT_m", description="paid")
    node = Definition("metric", query="SELECT COUNT(*) FROM a.b", metric=MetricDetails(), columns=(column,))
    moved = read_zip(zip_of(files_of({"shop.eu.m": node}, "shop")), "other")
    (read,) = moved.definitions["other.eu.m"].columns
    assert (read.name, read.description) == ("other_DOT_eu_DOT_m", "paid")
    assert moved.findings == ()


def test_a_literal_is_not_a_name() -> None:
    query = (
        "SELECT 'shop.orders' AS src, \"shop.orders\" /* shop.orders */ FROM shop.orders WHERE x <> 'it''s shop.orders'"
    )
    nodes = {
        "shop.orders": Definition("source", catalog="c", schema="d", table="t"),
        "shop.rows": Definition("transform", query=query),
    }
    moved = read_zip(zip_of(files_of(nodes, "shop")), "other")
    assert moved.definitions["other.rows"].query == query.replace("FROM shop.", "FROM other.")

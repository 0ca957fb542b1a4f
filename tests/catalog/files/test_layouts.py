"""The three layouts say the same, and nothing of them is lost in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gnomon.catalog.files import read_spec, to_spec
from gnomon.catalog.values import Tag
from gnomon.errors import UsageError

from .projects import CURRENT, LAYOUTS, LIST_LINKS, MAP_LINKS, metric, read, source

USD = {"kind": "currency", "code": "USD"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read(layout: str, tmp_path: Path) -> None:
    found = read(tmp_path, LAYOUTS[layout])
    nodes = found.definitions
    assert found.namespace == "shop"
    assert found.tags == (Tag("money", "group"),)
    assert {name: node.kind for name, node in nodes.items()} == {
        "shop.raw.orders": "source",
        "shop.raw.stores": "source",
        "shop.facts.orders": "transform",
        "shop.dims.store": "dimension",
        "shop.revenue": "metric",
        "shop.by_store": "cube",
    }
    orders = nodes["shop.raw.orders"]
    assert (orders.catalog, orders.schema, orders.table) == ("wh", "app", "orders")
    assert orders.columns[3].unit == USD
    assert orders.columns[3].display_name == "Amount paid"
    (link,) = nodes["shop.facts.orders"].links
    assert (link.dimension, link.join_on) == ("shop.dims.store", "shop.facts.orders.store_id = shop.dims.store.id")
    assert (link.join_type, link.cardinality) == ("left", "many_to_one")
    assert [c.name for c in nodes["shop.dims.store"].columns if "primary_key" in c.attributes] == ["id"]
    assert nodes["shop.revenue"].query == "SELECT SUM(amount)\nFROM shop.facts.orders\n"
    assert nodes["shop.revenue"].tags == ("money",)
    cube = nodes["shop.by_store"].cube
    assert cube is not None
    assert cube.metrics == ("shop.revenue",)
    assert cube.filters == ("shop.dims.store.name <> 'test'",)


@pytest.mark.parametrize("layout", ["list links", "map links"])
def test_older_layouts_say_what_the_current_one_says(layout: str, tmp_path: Path) -> None:
    current = read(tmp_path / "a", CURRENT)
    older = read(tmp_path / "b", LAYOUTS[layout])
    assert older.definitions == current.definitions


@pytest.mark.parametrize("key", ["column", "dimension_column"])
def test_a_mapped_link_may_name_the_dimensions_column(key: str, tmp_path: Path) -> None:
    """The node's own name is that of its file: it was left out of the join."""
    facts = MAP_LINKS["facts/orders.transform.yaml"] + f"    {key}: name\n"
    (link,) = read(tmp_path, {**MAP_LINKS, "facts/orders.transform.yaml": facts}).definitions["shop.facts.orders"].links
    assert link.join_on == "shop.facts.orders.store_id = shop.dims.store.name"


def test_the_current_layout_is_read_without_a_warning(tmp_path: Path) -> None:
    assert read(tmp_path, CURRENT).findings == ()


def test_parents_follow_from_the_sql(tmp_path: Path) -> None:
    nodes = read(tmp_path, CURRENT).definitions
    assert nodes["shop.facts.orders"].parents == ("shop.raw.orders",)
    assert nodes["shop.revenue"].parents == ("shop.facts.orders",)
    assert nodes["shop.by_store"].parents == ("shop.revenue", "shop.dims.store")


def test_another_namespace_may_be_named(tmp_path: Path) -> None:
    found = read(tmp_path, CURRENT, "other.place")
    assert found.definitions["other.place.revenue"].query == "SELECT SUM(amount)\nFROM other.place.facts.orders\n"


def test_the_json_of_a_deployment_says_the_same(tmp_path: Path) -> None:
    folder = read(tmp_path, CURRENT)
    spec = to_spec(folder.definitions, "shop", folder.tags)
    again = read_spec({**spec, "source": {"type": "local"}, "force": False})
    assert again.definitions == folder.definitions
    assert again.tags == folder.tags
    assert again.findings == ()


def test_unknown_keys_are_reported_and_kept(tmp_path: Path) -> None:
    files = {
        **CURRENT,
        "raw/orders.yaml": CURRENT["raw/orders.yaml"].replace("display_name:", "team: growth\n    display_name:")
        + "dispaly_name: x\n",
        "facts/orders.yaml": CURRENT["facts/orders.yaml"] + "    flavour: strange\n",
    }
    found = read(tmp_path, files)
    said = [(problem.code, problem.message, str(problem.span)) for problem in found.findings]
    assert said == [
        ("unknown_field", "unknown field 'flavour'", "facts/orders.yaml:8:5"),
        ("unknown_field", "unknown field 'team'", "raw/orders.yaml:13:5"),
        ("unknown_field", "unknown field 'dispaly_name'", "raw/orders.yaml:16:1"),
    ]
    assert all(problem.severity == "warning" for problem in found.findings)
    nodes = {str(node["name"]): node for node in to_spec(found.definitions, "shop")["nodes"]}
    assert nodes["${prefix}raw.orders"]["dispaly_name"] == "x"
    assert nodes["${prefix}raw.orders"]["columns"][3]["team"] == "growth"
    assert nodes["${prefix}facts.orders"]["dimension_links"][0]["flavour"] == "strange"


def test_what_the_catalog_does_not_keep_is_reported_and_written_again(tmp_path: Path) -> None:
    levels = [{"name": "a", "dimension_node": "x"}, {"name": "b", "dimension_node": "y"}]
    text = CURRENT["dj.yaml"] + "hierarchies: [{name: h, levels: []}]\nbranch: main\n"
    preagg = "kind: preagg\nname: p\nmetrics: {a: b}\n"
    found = read(tmp_path, {**CURRENT, "dj.yaml": text, "p.yaml": preagg})
    assert [problem.code for problem in found.findings] == ["not_in_catalog", "unknown_field", "not_in_catalog"]
    assert found.rest["hierarchies"] == [{"name": "h", "levels": []}]
    assert found.rest["preaggregations"] == [{"name": "p", "metrics": {"a": "b"}}]
    body = {"namespace": "n", "nodes": [], "hierarchies": levels}
    assert read_spec(body).rest == {"hierarchies": levels}
    assert to_spec({}, "n", (), read_spec(body).rest)["hierarchies"] == levels


def test_yml_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, {**CURRENT, "extra.yml": "name: extra\n"})
    (problem,) = found.findings
    assert problem.code == "yml_not_read"
    assert problem.help == "name it extra.yaml"
    assert "shop.extra" not in found.definitions


def test_the_project_of_an_inner_folder_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, {**CURRENT, "nodes/dj.yaml": "name: Another Project\nnamespace: other\n"})
    assert [problem.code for problem in found.findings] == ["project_not_read"]
    assert found.namespace == "shop"


def test_others_folders_are_skipped(tmp_path: Path) -> None:
    files = {f"{folder}/x.yaml": "name: [\n" for folder in ("venv", ".venv", "node_modules", "build", "dist", ".tox")}
    assert read(tmp_path, {**CURRENT, **files}).definitions == read(tmp_path / "b", CURRENT).definitions


def test_a_file_goes_by_its_nodes_last_word(tmp_path: Path) -> None:
    files = {name: text for name, text in CURRENT.items() if name != "revenue.yaml"}
    (problem,) = read(tmp_path, {**files, "sales.yaml": CURRENT["revenue.yaml"]}).findings
    assert (problem.code, problem.help) == ("file_name_differs", "name it revenue.yaml")
    assert str(problem.span) == "sales.yaml:1:7"


def test_dates_stay_text(tmp_path: Path) -> None:
    files = source("  - {name: a, type: int}")
    found = read(tmp_path, {**files, "s.yaml": files["s.yaml"] + "custom_metadata: {since: 2024-01-31, n: 010}\n"})
    assert found.definitions["shop.s"].custom == {"since": "2024-01-31", "n": 10}


def test_the_mode_of_an_older_project_holds_for_its_nodes(tmp_path: Path) -> None:
    files = {**LIST_LINKS, "dj.yaml": LIST_LINKS["dj.yaml"] + "mode: draft\n"}
    assert {node.mode for node in read(tmp_path, files).definitions.values()} == {"draft"}


def test_partitions_and_materializations(tmp_path: Path) -> None:
    cube = CURRENT["by_store.yaml"] + (
        'columns: [{name: "${prefix}dims.store.name", partition: {type_: categorical}}]\nmaterialization: none\n'
    )
    found = read(tmp_path, {**CURRENT, "by_store.yaml": cube})
    node = found.definitions["shop.by_store"]
    assert node.cube is not None
    assert node.cube.materialization == {"strategy": "none"}
    (column,) = [column for column in node.columns if column.partition]
    assert (column.name, column.partition) == ("shop.dims.store.name", {"type": "categorical"})
    (spec,) = [node for node in to_spec(found.definitions, "shop")["nodes"] if node["node_type"] == "cube"]
    assert spec["materialization"] == "none"
    assert spec["columns"] == [{"name": "${prefix}dims.store.name", "partition": {"type": "categorical"}}]


def test_a_reference_link_and_roles(tmp_path: Path) -> None:
    links = (
        "dimension_links:\n"
        "  - {type: reference, node_column: store_id, dimension: '${prefix}dims.store.id', role: near}\n"
        "  - {type: join, dimension_node: '${prefix}dims.store', join_type: CROSS, role: any, default_value: -1}\n"
    )
    files = {
        **CURRENT,
        "facts/orders.yaml": "name: facts.orders\nnode_type: transform\n" + links + "query: SELECT 1 AS a\n",
    }
    reference, join = read(tmp_path, files).definitions["shop.facts.orders"].links
    assert (reference.kind, reference.dimension, reference.dimension_column) == ("reference", "shop.dims.store", "id")
    assert (reference.column, reference.role) == ("store_id", "near")
    assert (join.join_type, join.join_on, join.default_value) == ("cross", None, -1)


def test_metrics_over_metrics_and_grains(tmp_path: Path) -> None:
    ratio = "name: ratio\nnode_type: metric\nquery: SELECT ${prefix}revenue / ${prefix}revenue\nfixed_grain: []\n"
    rule = "reaggregate: {fn: last, rules: [{dimension: '${prefix}dims.store.id', fn: sum}]}\n"
    found = read(tmp_path, {**CURRENT, "ratio.yaml": ratio + rule})
    node = found.definitions["shop.ratio"]
    assert node.parents == ("shop.revenue",)
    assert node.metric is not None
    assert node.metric.fixed_grain == ()
    assert node.metric.reaggregate == {"fn": "last", "rules": [{"dimension": "shop.dims.store.id", "fn": "sum"}]}
    again = read_spec(to_spec(found.definitions, "shop", found.tags)).definitions["shop.ratio"]
    assert again == node
    plain = read(tmp_path / "b", metric("")).definitions["shop.m"].metric
    assert plain == replace(plain or node.metric, fixed_grain=None)


def test_a_project_without_namespace_needs_one(tmp_path: Path) -> None:
    files = {"m.yaml": metric("")["m.yaml"]}
    with pytest.raises(UsageError) as error:
        read(tmp_path, files)
    assert error.value.problems[0].code == "no_namespace"
    assert list(read(tmp_path, files, "here").definitions) == ["here.m"]
